//! Pipelines of Jenkins, declarative and scripted.
//!
//! A Jenkinsfile is a program in Groovy, for which there is no kept grammar. What is read are words before brackets, braces and
//! texts: `stage('Deploy') {`, `withCredentials([…]) {`, `sh "…"`, `NAME = credentials('id')`. All else is passed over.

mod tokens;

use super::{MANY, commands, images};
use threatline_facts::infra::{InfraFact, Pipeline, PipelineJob, PipelinePlatform, PipelineStep};
use threatline_facts::{Extracted, Text};
use tokens::{Token, Word};

/// Steps whose text is a script.
const SCRIPTS: [&str; 4] = ["sh", "bat", "powershell", "pwsh"];

/// Words under which a binding of credentials tells the variable that holds them.
const VARIABLES: [&str; 7] =
    ["variable", "passwordVariable", "secretKeyVariable", "accessKeyVariable", "keyFileVariable", "tokenVariable", "kubeconfigVariable"];

/// Blocks that sign in by themselves, and the variable that the tools inside would be told by.
const SIGNED: [(&str, &str); 6] = [
    ("withAWS", "AWS_SECRET_ACCESS_KEY"),
    ("withKubeConfig", "KUBECONFIG"),
    ("withKubeCredentials", "KUBECONFIG"),
    ("kubeconfig", "KUBECONFIG"),
    ("withCredentials", ""),
    ("azureCLI", "AZURE_CLIENT_SECRET"),
];

/// Reads a Jenkinsfile.
pub fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let tokens = tokens::of(text);
    let mut reader = Reader { tokens: &tokens, blocks: Vec::new(), jobs: Vec::new(), rest: PipelineJob::default() };
    reader.read(&mut out);
    let Reader { mut jobs, rest, .. } = reader;
    if !rest.steps.is_empty() {
        jobs.push(rest);
    }
    if !jobs.is_empty() {
        let mark = out.mark(1, 1);
        out.say(InfraFact::Pipeline(Pipeline { platform: PipelinePlatform::Jenkins, triggers: Vec::new(), includes: Vec::new(), jobs, mark }));
    }
    out
}

/// A block that is open.
struct Block {
    word: String,
    secrets: Vec<(String, String)>,
    /// The stage that it is, by its place among the jobs.
    job: Option<usize>,
}

struct Reader<'t> {
    tokens: &'t [Token],
    blocks: Vec<Block>,
    jobs: Vec<PipelineJob>,
    /// Steps outside any stage.
    rest: PipelineJob,
}

impl Reader<'_> {
    fn read(&mut self, out: &mut Extracted) {
        let mut at = 0;
        // what stands before the brace that comes next: the word, and its arguments
        let mut before: (usize, std::ops::Range<usize>) = (0, 0..0);
        while let Some(token) = self.tokens.get(at) {
            match &token.word {
                Word::Open('{') => {
                    self.open(before.clone(), out);
                    before = (at, 0..0);
                }
                Word::Close('}') => {
                    self.blocks.pop();
                    before = (at, 0..0);
                }
                Word::Name(name) => {
                    let arguments = self.arguments(at + 1);
                    self.statement(at, name, arguments.clone(), out);
                    // a closure follows what stands in brackets
                    if matches!(self.tokens.get(arguments.end).map(|token| &token.word), Some(Word::Open('{'))) || arguments.is_empty() {
                        before = (at, arguments.clone());
                    }
                    if matches!(self.tokens.get(at + 1).map(|token| &token.word), Some(Word::Open('('))) {
                        at = arguments.end;
                        continue;
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// What is handed over: all between brackets, or the texts and values up to the end of the line.
    fn arguments(&self, from: usize) -> std::ops::Range<usize> {
        let Some(first) = self.tokens.get(from) else { return from..from };
        if first.word == Word::Open('(') {
            let mut depth = 0usize;
            for (at, token) in self.tokens.iter().enumerate().skip(from) {
                match token.word {
                    Word::Open('(') => depth += 1,
                    Word::Close(')') => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    return from..at + 1;
                }
            }
            return from..self.tokens.len();
        }
        let line = self.tokens[from.saturating_sub(1)].line;
        let ends = |token: &Token| token.line != line || matches!(token.word, Word::Open('{') | Word::Close(_));
        let end = self.tokens.iter().enumerate().skip(from).find(|(_, token)| ends(token)).map_or(self.tokens.len(), |(at, _)| at);
        from..end
    }

    fn texts(&self, range: &std::ops::Range<usize>) -> impl Iterator<Item = &str> {
        self.tokens[range.clone()].iter().filter_map(|token| if let Word::Text(text) = &token.word { Some(text.as_str()) } else { None })
    }

    /// The text behind `key:` among arguments.
    fn named(&self, range: &std::ops::Range<usize>, key: &str) -> Option<&str> {
        let tokens = &self.tokens[range.clone()];
        tokens.windows(3).find_map(|three| match (&three[0].word, &three[1].word, &three[2].word) {
            (Word::Name(name), Word::Other(':'), Word::Text(text)) if name == key => Some(text.as_str()),
            _ => None,
        })
    }

    fn open(&mut self, (word, arguments): (usize, std::ops::Range<usize>), out: &mut Extracted) {
        let name = match self.tokens.get(word).map(|token| &token.word) {
            Some(Word::Name(name)) => name.clone(),
            _ => String::new(),
        };
        let mut block = Block { secrets: self.secrets(&name, &arguments), word: name, job: None };
        if block.word == "stage" && self.jobs.len() < MANY {
            let token = &self.tokens[word];
            let name = self.texts(&arguments).next().unwrap_or("stage").to_owned();
            self.jobs.push(PipelineJob { name, mark: out.mark(token.line, token.line), ..PipelineJob::default() });
            block.job = Some(self.jobs.len() - 1);
        }
        if block.word == "input" {
            self.ask();
        }
        // a text of a language that is none of ours may open any number of them
        if self.blocks.len() < 10_000 {
            self.blocks.push(block);
        }
    }

    /// Secrets that are at hand inside of a block: variable and name.
    fn secrets(&self, block: &str, arguments: &std::ops::Range<usize>) -> Vec<(String, String)> {
        let Some((_, variable)) = SIGNED.iter().find(|(name, _)| *name == block) else { return Vec::new() };
        if !variable.is_empty() {
            let id = self.named(arguments, "credentialsId").or_else(|| self.named(arguments, "credentials"));
            return id.map(|id| ((*variable).to_owned(), id.to_owned())).into_iter().collect();
        }
        let (mut out, mut id) = (Vec::new(), None);
        for three in self.tokens[arguments.clone()].windows(3) {
            let (Word::Name(name), Word::Other(':'), Word::Text(text)) = (&three[0].word, &three[1].word, &three[2].word) else { continue };
            match name.as_str() {
                "credentialsId" => id = Some(text.clone()),
                name if VARIABLES.contains(&name) && out.len() < MANY => out.push((text.clone(), id.clone())),
                _ => {}
            }
        }
        // the name may stand behind the variable
        out.into_iter().filter_map(|(variable, known)| Some((variable, known.or_else(|| id.clone())?))).collect()
    }

    /// Somebody has to say yes.
    fn ask(&mut self) {
        if let Some(job) = self.blocks.iter().rev().find_map(|block| block.job) {
            self.jobs[job].conditional = true;
        }
    }

    fn statement(&mut self, at: usize, name: &str, arguments: std::ops::Range<usize>, out: &mut Extracted) {
        let token = &self.tokens[at];
        match name {
            // `NAME = credentials('id')`
            "credentials" => {
                let variable = at.checked_sub(2).and_then(|at| self.tokens.get(at)).filter(|_| self.tokens[at - 1].word == Word::Other('='));
                let Some(Word::Name(variable)) = variable.map(|token| &token.word) else { return };
                let Some(id) = self.texts(&arguments).next() else { return };
                self.keep((variable.clone(), id.to_owned()));
            }
            "input" => self.ask(),
            name if SCRIPTS.contains(&name) => {
                let script = self.named(&arguments, "script").or_else(|| self.texts(&arguments).next()).unwrap_or_default().to_owned();
                let inside = self.blocks.iter().any(|block| block.word == "dir" || block.word.ends_with(".inside"));
                let images = if inside { Vec::new() } else { images::of_script(&script) };
                let end = self.tokens[arguments].last().map_or(token.line, |token| token.end_line);
                let step = PipelineStep { runs: commands(&script), images, mark: out.mark(token.line, end.max(token.line)), ..PipelineStep::default() };
                self.step(step);
            }
            "docker.build" => {
                let texts: Vec<&str> = self.texts(&arguments).collect();
                let script = format!("docker build -t {} {}", texts.first().unwrap_or(&""), texts.get(1).unwrap_or(&"."));
                let step = PipelineStep { images: images::of_script(&script), mark: out.mark(token.line, token.line), ..PipelineStep::default() };
                self.step(step);
            }
            "docker.withRegistry" => {
                let texts: Vec<String> = self.texts(&arguments).map(str::to_owned).collect();
                let [registry, id, ..] = texts.as_slice() else { return };
                let (registry, id) = (registry.trim_start_matches("https://").trim_end_matches('/').to_owned(), id.clone());
                let with = if registry.is_empty() { Vec::new() } else { vec![("registry".to_owned(), Text::literal(registry))] };
                let uses = Some("docker.withRegistry".to_owned());
                self.step(PipelineStep {
                    uses,
                    with,
                    secrets: vec![("password".to_owned(), id)],
                    mark: out.mark(token.line, token.line),
                    ..PipelineStep::default()
                });
            }
            _ => {}
        }
    }

    /// Keeps a secret for the stage that it is told in, or for all.
    fn keep(&mut self, secret: (String, String)) {
        let block = self.blocks.iter().rev().find_map(|block| block.job);
        let secrets = block.map_or(&mut self.rest.secrets, |job| &mut self.jobs[job].secrets);
        if secrets.len() < MANY {
            secrets.push(secret);
        }
    }

    fn step(&mut self, mut step: PipelineStep) {
        step.secrets.extend(self.blocks.iter().flat_map(|block| block.secrets.iter().cloned()));
        step.secrets.extend(self.rest.secrets.iter().cloned());
        let job = self.blocks.iter().rev().find_map(|block| block.job);
        let steps = job.map_or(&mut self.rest.steps, |job| &mut self.jobs[job].steps);
        if steps.len() < MANY {
            steps.push(step);
        }
    }
}
