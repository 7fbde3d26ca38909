//! What is wrong with a pack, at its place, and how to mend it.
//!
//! Packs are written by people who read no Rust: what the parser of TOML says of types is put into the words of the
//! format.

use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A pack that could not be loaded, with the place in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackError {
    /// Which file.
    pub file: String,
    /// The bytes that the mistake is in.
    pub span: Option<Range<usize>>,
    /// What is wrong, one sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl PackError {
    /// A mistake at a place of a pack.
    pub fn at(file: &str, text: &str, place: PackPlace, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::of(file, text, Mistake { at: place.0, message: message.into(), help: help.into() })
    }

    /// What may have been meant by a word, or all words that are known.
    pub fn hint(word: &str, known: &[&str]) -> String {
        nearest(word, known)
    }

    /// A mistake of a whole file.
    pub(super) fn whole(file: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { file: file.to_owned(), span: None, message: message.into(), help: Some(help.into()) }
    }

    /// What the parser of TOML found.
    pub(super) fn of_toml(file: &str, error: &toml::de::Error) -> Self {
        let said = error.message().lines().next().unwrap_or_default();
        let (message, help) = explained(said);
        Self { file: file.to_owned(), span: error.span(), message, help }
    }

    /// A mistake that types do not show.
    pub(super) fn of(file: &str, text: &str, mistake: Mistake) -> Self {
        Self { file: file.to_owned(), span: locate(text, &mistake.at), message: mistake.message, help: Some(mistake.help) }
    }
}

/// What a word of the model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelWord {
    /// A property of a component, a flow or an entry point.
    Property,
    /// A kind of entry point.
    Kind,
}

/// A place in a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackPlace(pub(super) Vec<Step>);

/// A step from the top of the file to the mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(&'static str),
    Item(usize),
}

/// A mistake and the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) at: Vec<Step>,
    pub(super) message: String,
    pub(super) help: String,
}

/// The bytes of a value; of the innermost that is there.
fn locate(text: &str, at: &[Step]) -> Option<Range<usize>> {
    let table = DeTable::parse(text).ok()?;
    let mut found: Option<Range<usize>> = None;
    let mut inside: Option<&DeValue<'_>> = None;
    for step in at {
        let next = match (step, inside) {
            (Step::Key(key), None) => table.get_ref().get(*key),
            (Step::Key(key), Some(DeValue::Table(table))) => table.get(*key),
            (Step::Item(item), Some(DeValue::Array(array))) => array.get(*item),
            // a list of one may be written without brackets
            (Step::Item(0), Some(_)) => continue,
            _ => None,
        };
        let Some(next) = next else { break };
        found = Some(next.span());
        inside = Some(next.get_ref());
    }
    found
}

/// What the parser says, in the words of the format.
fn explained(said: &str) -> (String, Option<String>) {
    let quoted: Vec<&str> = said.split('`').skip(1).step_by(2).collect();
    let (first, known) = (quoted.first().copied().unwrap_or_default(), quoted.get(1..).unwrap_or_default());
    if said.starts_with("unknown field") {
        return (format!("there is no key `{first}` here"), Some(nearest(first, known)));
    }
    if said.starts_with("unknown variant") {
        return (format!("`{first}` is none of the words that may stand here"), Some(nearest(first, known)));
    }
    if said.starts_with("missing field") {
        return (format!("`{first}` is missing"), Some(format!("add a line `{first} = …`")));
    }
    if said.contains("untagged enum Selector") {
        let help = "an argument is found by its position (0, -1), by its name (\"path\"), by a range (\"1..\"), or by a list of these that are tried in order";
        return ("this finds no argument".to_owned(), Some(help.to_owned()));
    }
    if said.contains("untagged enum") {
        return ("this is neither a text nor a list of texts".to_owned(), Some("write \"a\" or [\"a\", \"b\"]".to_owned()));
    }
    (said.to_owned(), None)
}

/// What may have been meant, or all that may stand there.
fn nearest(word: &str, known: &[&str]) -> String {
    let near = known.iter().map(|known| (distance(word, known), known)).min();
    match near {
        Some((distance, near)) if distance <= 1 + word.chars().count() / 4 => format!("did you mean `{near}`?"),
        Some(_) => format!("known here are {}", known.join(", ")),
        None => "remove it, or mend its spelling".to_owned(),
    }
}

/// Letters to be added, taken away or exchanged.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, letter) in left.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (at, other) in right.iter().enumerate() {
            let change = diagonal + usize::from(letter != *other);
            diagonal = row[at + 1];
            row[at + 1] = change.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_offered_and_else_all_of_them() {
        assert_eq!(nearest("methd", &["method", "path"]), "did you mean `method`?");
        assert_eq!(nearest("colour", &["method", "path"]), "known here are method, path");
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
