//! RubyGems: `Gemfile` and `*.gemspec`.
//!
//! Both are programs. They are read line by line, and only what stands there in letters counts.

use super::draft::Draft;
use threatline_facts::{Ecosystem, Extracted};

/// Groups of gems that a running program does not load.
const DEVELOPMENT: [&str; 4] = ["development", "test", "ci", "lint"];

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut draft = Draft::new(Ecosystem::Rubygems);
    // What the blocks around a line say: gems for development, and the folder they lie in.
    let mut blocks: Vec<Option<Block>> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let at = u32::try_from(number).unwrap_or(u32::MAX - 1) + 1;
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.starts_with('#') {
            continue;
        }
        if let Some(gem) = word(line, "gem").and_then(quoted) {
            let development = blocks.iter().flatten().any(|block| matches!(block, Block::Development)) || option(line, "group").is_some_and(is_development);
            let folder = blocks.iter().rev().flatten().find_map(|block| if let Block::Folder(folder) = block { Some(*folder) } else { None });
            draft.depend(gem, at, development);
            match (option(line, "path").and_then(quoted), folder) {
                (Some(path), _) => draft.sibling(gem, path),
                (None, Some(folder)) => draft.sibling(gem, &format!("{folder}/{gem}")),
                (None, None) => {}
            }
        } else if let Some((_, rest)) = line.split_once(".add_") {
            let development = rest.starts_with("development_dependency");
            let rest = ["development_dependency", "runtime_dependency", "dependency"].iter().find_map(|word| rest.strip_prefix(word));
            if let Some(gem) = rest.and_then(quoted) {
                draft.depend(gem, at, development);
            }
        } else if let Some((before, value)) = line.split_once('=')
            && before.trim_end().ends_with(".name")
            && !before.contains(' ') | before.trim_end().chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'))
            && let Some(name) = quoted(value)
        {
            draft.name = Some((name.to_owned(), at));
        }
        if line.ends_with(" do") || line.contains(" do |") {
            blocks.push(block(line));
        } else if ["if ", "unless ", "begin", "case "].iter().any(|word| line.starts_with(word)) {
            blocks.push(None);
        } else if line == "end" {
            blocks.pop();
        }
    }
    draft.finish()
}

/// A block of a Gemfile that says something of the gems in it.
enum Block<'t> {
    Development,
    Folder(&'t str),
}

fn block(line: &str) -> Option<Block<'_>> {
    if word(line, "group").is_some_and(is_development) {
        return Some(Block::Development);
    }
    word(line, "path").and_then(quoted).map(Block::Folder)
}

/// Whether groups are all of those that nothing loads when it runs.
fn is_development(groups: &str) -> bool {
    let words =
        groups.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty() && *word != "do" && *word != "optional" && *word != "true");
    let mut any = false;
    for word in words {
        if !DEVELOPMENT.contains(&word) {
            return false;
        }
        any = true;
    }
    any
}

/// What follows a word at the beginning of a line.
fn word<'t>(line: &'t str, word: &str) -> Option<&'t str> {
    line.strip_prefix(word).filter(|rest| rest.starts_with([' ', '(']))
}

/// The value of an option, up to the next one.
fn option<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = line.split_once(&format!("{name}:")).or_else(|| line.split_once(&format!(":{name} =>")))?;
    let rest = rest.trim_start();
    let end = if rest.starts_with('[') { rest.find(']') } else { rest.find(',') };
    Some(&rest[..end.unwrap_or(rest.len())])
}

/// The first text in quotes, if nothing is filled into it.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\''])?;
    let quote = text[start..].chars().next()?;
    let inner = &text[start + 1..];
    Some(&inner[..inner.find(quote)?]).filter(|name| !name.is_empty() && !name.contains("#{"))
}
