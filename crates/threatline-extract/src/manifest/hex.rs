//! Hex: `mix.exs`.
//!
//! A program; only what stands there in letters counts. Dependencies are tuples `{:name, "version", options}`.

use super::draft::Draft;
use threatline_facts::{Ecosystem, Extracted};

/// The most text of one tuple.
const MAX_TUPLE: usize = 2_000;

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut draft = Draft::new(Ecosystem::Hex);
    let text: String = text.lines().map(|line| without_comment(line).to_owned() + "\n").collect();
    let line_of = |at: usize| u32::try_from(text[..at].matches('\n').count()).unwrap_or(u32::MAX - 1) + 1;
    if let Some(at) = text.find("app:")
        && let Some(name) = atom(text[at + 4..].trim_start())
    {
        draft.name = Some((name.to_owned(), line_of(at)));
    }
    if let Some(folder) = text.split_once("apps_path:").and_then(|(_, rest)| quoted(rest.trim_start())) {
        draft.member(&format!("{folder}/*"));
    }
    draft.runs = text.contains("mod: {").then_some(true);
    let (mut line, mut counted) = (1, 0);
    for (at, _) in text.match_indices("{:") {
        line += u32::try_from(text[counted..at].matches('\n').count()).unwrap_or_default();
        counted = at;
        let Some(name) = atom(&text[at + 1..]) else { continue };
        let Some(rest) = text[at + 2 + name.len()..].strip_prefix(',') else { continue };
        let end = rest.char_indices().find(|(at, letter)| *letter == '}' || *at > MAX_TUPLE).map_or(rest.len(), |(at, _)| at);
        let rest = rest[..end].trim_start();
        let told = ["path:", "git:", "github:", "in_umbrella:", "hex:"].iter().any(|option| rest.contains(option));
        if !rest.starts_with('"') && !told {
            continue;
        }
        let only = rest.split_once("only:").map(|(_, only)| only.trim_start());
        draft.depend(name, line, only.is_some_and(is_development));
        if rest.contains("in_umbrella: true") {
            draft.sibling(name, &format!("../{name}"));
        } else if let Some(path) = rest.split_once("path:").and_then(|(_, path)| quoted(path.trim_start())) {
            draft.sibling(name, path);
        }
    }
    draft.finish()
}

/// What stands before a comment; a `#` in a text is none.
fn without_comment(line: &str) -> &str {
    let mut inside = false;
    for (at, letter) in line.char_indices() {
        match letter {
            '"' => inside = !inside,
            '#' if !inside => return &line[..at],
            _ => {}
        }
    }
    line
}

/// The name of an atom that stands at the beginning.
fn atom(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(':')?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.split_once('"').map(|(inner, _)| inner)
}

/// `:test`, `[:dev, :test]`
fn is_development(only: &str) -> bool {
    let end = if only.starts_with('[') { only.find(']') } else { only.find(',') };
    !only[..end.unwrap_or(only.len())].contains(":prod")
}
