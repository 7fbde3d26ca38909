//! sbt: `build.sbt`.
//!
//! A program; only what stands there in letters counts: `"group" %% "artifact" % "version"`, the name, projects of the
//! build and what runs them. What is kept in Scala beside it (`project/Dependencies.scala`) is not read.

use super::draft::Draft;
use threatline_facts::{Ecosystem, Extracted};

/// Plugins and settings that make a program.
const RUNNING: [&str; 8] =
    ["PlayScala", "PlayJava", "JavaAppPackaging", "JavaServerAppPackaging", "DockerPlugin", "mainClass", "JettyPlugin", "RevolverPlugin"];

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut draft = Draft::new(Ecosystem::Sbt);
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        let number = u32::try_from(at).unwrap_or(u32::MAX - 1) + 1;
        let line = without_comment(line, &mut inside);
        depend(line, number, &mut draft);
        if let Some(rest) = line.trim_start().strip_prefix("name").map(str::trim_start).and_then(|rest| rest.strip_prefix(":="))
            && let Some(name) = quoted(rest.trim_start())
            && draft.name.is_none()
        {
            draft.name = Some((name.to_owned(), number));
        }
        if let Some((_, rest)) = line.split_once("file(")
            && let Some(folder) = quoted(rest.trim_start())
            && !matches!(folder, "." | "")
        {
            draft.member(folder);
        }
        if RUNNING.iter().any(|word| line.contains(word)) {
            draft.runs = Some(true);
        }
    }
    draft.finish()
}

/// `"group" %% "artifact" % "version" % Test`, as many as stand in the line.
fn depend(line: &str, number: u32, draft: &mut Draft) {
    let mut rest = line;
    while let Some(at) = rest.find('"') {
        let Some(group) = quoted(&rest[at..]) else { return };
        let behind = &rest[at + group.len() + 2..];
        rest = behind;
        let Some(operator) = behind.trim_start().strip_prefix('%') else { continue };
        let Some(artifact) = quoted(operator.trim_start_matches('%').trim_start()) else { continue };
        let named = operator.find('"').map_or(operator.len(), |at| at + artifact.len() + 2);
        rest = operator.get(named..).unwrap_or_default();
        // a version, and what it is needed for
        let end = rest.find([',', '\n']).unwrap_or(rest.len());
        let told = rest[..end].to_ascii_lowercase();
        if told.contains('%') {
            let scope = told.rsplit('%').next().unwrap_or_default();
            draft.depend(&format!("{group}:{artifact}"), number, scope.contains("test") || scope.trim() == "it");
        }
    }
}

/// What stands before a comment, and outside of one.
fn without_comment<'l>(line: &'l str, inside: &mut bool) -> &'l str {
    if *inside {
        let Some((_, rest)) = line.split_once("*/") else { return "" };
        *inside = false;
        return without_comment(rest, inside);
    }
    let mut quoted = false;
    let bytes = line.as_bytes();
    for at in 0..bytes.len() {
        match &bytes[at..] {
            [b'"', ..] => quoted = !quoted,
            [b'/', b'/', ..] if !quoted => return &line[..at],
            [b'/', b'*', ..] if !quoted => {
                *inside = !line[at + 2..].contains("*/");
                return &line[..at];
            }
            _ => {}
        }
    }
    line
}

fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.split_once('"').map(|(inner, _)| inner)
}
