//! Programs that a `RUN` compiles: which package of the source, and what the program is called then.
//!
//! Go only. A compiler that takes a folder and all that it imports says exactly what is in an image; tools that only bundle or
//! install do not.

use super::super::text;
use threatline_facts::infra::Compiled;

/// So many in one instruction are read.
const MOST: usize = 64;

/// Options of `go build` behind which a value of its own stands.
const VALUED: &[&str] = &[
    "o",
    "C",
    "p",
    "tags",
    "ldflags",
    "gcflags",
    "asmflags",
    "gccgoflags",
    "mod",
    "modfile",
    "buildmode",
    "compiler",
    "installsuffix",
    "overlay",
    "pgo",
    "pkgdir",
    "toolexec",
];

/// The programs that commands make which begin in that folder.
pub(super) fn programs(commands: &str, folder: &str) -> Vec<Compiled> {
    let mut out = Vec::new();
    let mut folder = folder.to_owned();
    let mut command: Vec<String> = Vec::new();
    let joined = commands.replace("\\\r\n", " ").replace("\\\n", " ");
    for line in joined.lines() {
        for word in text::words(line) {
            let ends = word.ends_with(';');
            let is_joint = matches!(word.as_str(), "&&" | "||" | "|" | "&");
            if !is_joint {
                command.push(word.trim_end_matches(';').to_owned());
            }
            if ends || is_joint {
                take(&std::mem::take(&mut command), &mut folder, &mut out);
            }
        }
        take(&std::mem::take(&mut command), &mut folder, &mut out);
    }
    out.truncate(MOST);
    out
}

/// The programs that a container compiles when it starts, and then runs: `go run ./cmd/web`, or what a tool that looks at the source for
/// changes is told to build, `--build="go build -o main cmd/web/main.go"`.
pub(super) fn started(words: &[String], folder: &str) -> Vec<Compiled> {
    let line = words.join(" ");
    if let Some(at) = line.find("go run ") {
        // what stands behind the package is the program's own
        let package = line[at..].split_whitespace().skip(2).find(|word| !word.starts_with('-'));
        return package.map(|package| programs(&format!("go build {package}"), folder)).unwrap_or_default();
    }
    let built = words.iter().filter_map(|word| Some(&word[word.find("go build ")?..]));
    built.flat_map(|command| programs(command, folder)).take(MOST).collect()
}

fn take(command: &[String], folder: &mut String, out: &mut Vec<Compiled>) {
    // variables that are set for this command only
    let is_setting = |word: &&String| word.split_once('=').is_some_and(|(name, _)| text::is_name(name)) || *word == "env";
    let words: Vec<&str> = command.iter().skip_while(is_setting).map(String::as_str).collect();
    match words.as_slice() {
        ["cd", to] => *folder = below(folder, to),
        ["go", "build" | "install", rest @ ..] if out.len() < MOST => go(rest, folder, out),
        _ => {}
    }
}

fn go(words: &[&str], folder: &str, out: &mut Vec<Compiled>) {
    let (mut output, mut packages, mut at) = (None, Vec::new(), folder.to_owned());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix('-') else {
            packages.push(*word);
            continue;
        };
        let option = option.trim_start_matches('-');
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (option, if VALUED.contains(&option) { words.next().copied() } else { None }),
        };
        match (name, value) {
            ("o", Some(value)) => output = Some(value),
            ("C", Some(value)) => at = below(&at, value),
            _ => {}
        }
    }
    if packages.is_empty() {
        packages.push(".");
    }
    // a folder as output takes programs under their own names
    let output = output.filter(|output| !output.ends_with('/')).map(text::variables);
    for package in packages {
        // files of one package stand for it
        let package = if package.ends_with(".go") { package.rsplit_once('/').map_or(".", |(folder, _)| folder) } else { package };
        let is_path = package.starts_with(['.', '/', '$']);
        let written = if is_path { below(&at, package) } else { package.to_owned() };
        out.push(Compiled { package: text::variables(&written), output: output.clone() });
    }
}

/// A path seen from a folder of the stage, without `.` and `..`.
pub(super) fn below(folder: &str, path: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
