//! Dockerfiles.
//!
//! Build arguments and variables with a value are put in where they are used; what is only given to
//! the build stays a hole.

mod compiled;

use super::{secret, text};
use parse_dockerfile::{Command, Flag, Instruction, Source, Span};
use std::collections::BTreeMap;
use threatline_facts::infra::{Dockerfile, InfraFact, Stage, Variable, VariableValue};
use threatline_facts::{Extracted, Gap, Text};

/// Reads one file. What stands after an instruction that is not understood is lost.
pub fn read(file: &str) -> Extracted {
    let mut reader = Reader {
        file,
        out: Extracted::default(),
        starts: starts(file),
        global: BTreeMap::new(),
        known: BTreeMap::new(),
        stages: Vec::new(),
        folder: "/".to_owned(),
    };
    match parse_dockerfile::parse_iter(file) {
        Ok(instructions) => {
            for instruction in instructions {
                match instruction {
                    Ok(instruction) => reader.take(&instruction),
                    Err(_) => reader.lost(),
                }
            }
        }
        Err(_) => reader.lost(),
    }
    reader.finish()
}

fn starts(file: &str) -> Vec<usize> {
    std::iter::once(0).chain(file.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1)).collect()
}

struct Reader<'a> {
    file: &'a str,
    out: Extracted,
    /// Offset of each line.
    starts: Vec<usize>,
    /// Arguments before the first stage: seen by FROM only, and by stages that name them again.
    global: BTreeMap<String, Text>,
    /// Arguments and variables of the stage.
    known: BTreeMap<String, Text>,
    /// Stages with the line they begin at.
    stages: Vec<(Stage, u32)>,
    /// Where commands of the stage run.
    folder: String,
}

impl Reader<'_> {
    fn take(&mut self, instruction: &Instruction<'_>) {
        match instruction {
            Instruction::From(from) => {
                self.known.clear();
                let base = fill(text::variables(&from.image.value), &self.global);
                let line = self.line(from.from.span.start);
                let name = from.as_.as_ref().map(|(_, name)| name.value.clone().into_owned());
                let mark = self.out.mark(line, line);
                let stage = Stage {
                    name,
                    base,
                    expose: Vec::new(),
                    user: None,
                    environment: Vec::new(),
                    arguments: Vec::new(),
                    entrypoint: Vec::new(),
                    command: Vec::new(),
                    copies: Vec::new(),
                    copies_from: Vec::new(),
                    compiles: Vec::new(),
                    mark,
                };
                self.folder = "/".to_owned();
                self.stages.push((stage, line));
            }
            Instruction::Arg(arg) => self.argument(&arg.arguments.value),
            Instruction::Env(env) => self.environment(&env.arguments.value, &env.arguments.span),
            Instruction::Add(add) => self.copy(&add.options, &add.src, &add.dest.value),
            Instruction::Copy(copy) => self.copy(&copy.options, &copy.src, &copy.dest.value),
            Instruction::Expose(expose) => {
                let ports: Vec<u16> = expose.arguments.iter().flat_map(|port| self.ports(&port.value)).collect();
                self.stage(|stage| stage.expose.extend(ports));
            }
            Instruction::User(user) => {
                let user = fill(text::variables(user.arguments.value.trim()), &self.known).with_defaults();
                self.stage(|stage| stage.user = Some(user));
            }
            Instruction::Workdir(workdir) => {
                let folder = fill(text::variables(&workdir.arguments.value), &self.known).with_defaults();
                self.folder = compiled::below(&self.folder, &folder);
            }
            Instruction::Run(run) => {
                let mut found = Vec::new();
                if let Command::Shell(line) = &run.arguments {
                    found.extend(compiled::programs(line.value, &self.folder));
                }
                found.extend(run.here_docs.iter().flat_map(|text| compiled::programs(&text.value, &self.folder)));
                for program in &mut found {
                    program.package = offered(&program.package, &self.known);
                    program.output = program.output.as_ref().map(|output| offered(output, &self.known));
                }
                self.stage(|stage| stage.compiles.extend(found));
            }
            Instruction::Entrypoint(entrypoint) => {
                let words = command(&entrypoint.arguments);
                self.started(&words);
                self.stage(|stage| (stage.entrypoint, stage.command) = (words, Vec::new()));
            }
            Instruction::Cmd(cmd) => {
                let words = command(&cmd.arguments);
                self.started(&words);
                self.stage(|stage| stage.command = words);
            }
            _ => {}
        }
    }

    /// What is compiled whenever the container starts.
    fn started(&mut self, words: &[Text]) {
        let words: Vec<String> = words.iter().map(Text::with_defaults).collect();
        let found = compiled::started(&words, &self.folder);
        self.stage(|stage| stage.compiles.extend(found));
    }

    fn stage(&mut self, change: impl FnOnce(&mut Stage)) {
        if let Some((stage, _)) = self.stages.last_mut() {
            change(stage);
        }
    }

    /// `ARG a=1 b`; one without a value takes that of the same name before the first stage.
    fn argument(&mut self, written: &str) {
        for word in text::words(written) {
            let (name, default) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(text::variables(value))));
            let default = default.map(|value| secret::hide(name, fill(value, if self.stages.is_empty() { &self.global } else { &self.known })));
            let default = default.or_else(|| self.global.get(name).cloned());
            let scope = if self.stages.is_empty() { &mut self.global } else { &mut self.known };
            if let Some(value) = &default {
                scope.insert(name.to_owned(), value.clone());
            }
            self.stage(|stage| stage.arguments.push((name.to_owned(), default)));
        }
    }

    /// `ENV a=1 b="2 3"`, or in the former shape `ENV a 1`.
    fn environment(&mut self, written: &str, span: &Span) {
        let written = written.trim();
        let first = written.split(char::is_whitespace).next().unwrap_or_default();
        let pairs: Vec<(String, String)> = if first.contains('=') {
            text::words(written).into_iter().filter_map(|word| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))).collect()
        } else {
            vec![(first.to_owned(), written[first.len()..].trim().to_owned())]
        };
        let mark = self.out.mark(self.line(span.start), self.line(span.end.max(span.start + 1) - 1));
        for (name, value) in pairs {
            let value = secret::hide(&name, fill(text::variables(&value), &self.known));
            self.known.insert(name.clone(), value.clone());
            self.stage(|stage| stage.environment.push(Variable { name, value: VariableValue::Text(value), mark }));
        }
    }

    fn copy(&mut self, options: &[Flag<'_>], sources: &[Source<'_>], target: &str) {
        let known = &self.known;
        let put = |path: &str| fill(text::variables(path), known).with_defaults();
        let from = options.iter().find(|option| option.name.value == "from").and_then(|option| option.value.as_ref());
        let from = from.map(|from| fill(text::variables(&from.value), &self.global).with_defaults());
        let paths: Vec<(String, String)> =
            sources.iter().filter_map(|source| if let Source::Path(path) = source { Some((put(&path.value), put(target))) } else { None }).collect();
        self.stage(|stage| match from {
            Some(from) => stage.copies_from.push(from),
            None => stage.copies.extend(paths),
        });
    }

    /// `8080`, `8080/tcp`, `8000-8003`, `$PORT`.
    fn ports(&self, written: &str) -> Vec<u16> {
        let filled = fill(text::variables(written), &self.known).with_defaults();
        let range = filled.split('/').next().unwrap_or_default();
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        match (first.parse::<u16>(), last.parse::<u16>()) {
            (Ok(first), Ok(last)) if first <= last && last - first < 64 => (first..=last).collect(),
            _ => Vec::new(),
        }
    }

    fn line(&self, offset: usize) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    fn lost(&mut self) {
        let whole = self.stages.is_empty();
        let reason = if whole { "not a valid Dockerfile" } else { "an instruction that is not understood" };
        self.out.facts.gaps.push(Gap { mark: None, reason: reason.to_owned(), whole });
    }

    /// Stages end before the next one begins, at their last line of text.
    fn finish(mut self) -> Extracted {
        let lines: Vec<&str> = self.file.lines().collect();
        let begins: Vec<usize> = self.stages.iter().map(|(_, line)| *line as usize).collect();
        let mut stages = Vec::new();
        for (number, (mut stage, line)) in std::mem::take(&mut self.stages).into_iter().enumerate() {
            let next = begins.get(number + 1).map_or(lines.len(), |line| line - 1);
            let said = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
            let end = lines[..next].iter().rposition(said).map_or(line, |at| at as u32 + 1);
            stage.mark = self.out.mark(line, end.max(line));
            stages.push(stage);
        }
        if !stages.is_empty() {
            self.out.say(InfraFact::Dockerfile(Dockerfile { stages }));
        }
        self.out
    }
}

/// A value is no longer. `ENV A=$A$A` doubles it with each line.
const MAX_VALUE: usize = 4096;

/// Puts in what is known; holes with a default keep it.
fn fill(value: Text, known: &BTreeMap<String, Text>) -> Text {
    let mut length = 0;
    let filled = value.resolve(&mut |hole| match hole {
        Text::Environment { variable, default } if length <= MAX_VALUE => {
            let text = known.get(variable).or(default.as_deref())?;
            length += size(text);
            Some(text.clone())
        }
        _ => None,
    });
    if length > MAX_VALUE { Text::Unknown } else { filled }
}

/// What is known stands as a default: who starts the build may say something else.
fn offered(value: &Text, known: &BTreeMap<String, Text>) -> Text {
    value.resolve(&mut |hole| match hole {
        Text::Environment { variable, default: None } => {
            let default = known.get(variable).filter(|text| size(text) <= MAX_VALUE)?;
            Some(text::environment(variable, Some(default.clone())))
        }
        _ => None,
    })
}

fn size(text: &Text) -> usize {
    match text {
        Text::Literal(text) => text.len() + 1,
        Text::Joined(parts) => parts.iter().map(size).sum(),
        _ => 64,
    }
}

fn command(arguments: &Command<'_>) -> Vec<Text> {
    let words = match arguments {
        // No shell reads these words, so a dollar is one.
        Command::Exec(words) => words.value.iter().map(|word| Text::literal(word.value.as_ref())).collect(),
        Command::Shell(line) => text::words(line.value).iter().map(|word| text::variables(word)).collect(),
        _ => Vec::new(),
    };
    secret::hide_words(words)
}
