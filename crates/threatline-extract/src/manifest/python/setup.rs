//! `setup.py`: a program, of which only what stands there in letters is read.
//!
//! After `install_requires=` the texts of the list that follows are taken; a list that is computed is a
//! gap.

use super::{is_development_group, requirement_name};
use crate::manifest::draft::Draft;
use threatline_facts::{Ecosystem, Extracted};

/// Whether a text calls `setup`.
pub(super) fn is_setup(text: &str) -> bool {
    text.contains("setup(") && text.contains("import")
}

/// A piece of Python, as far as it matters here.
#[derive(Debug, PartialEq)]
enum Token<'t> {
    Word(&'t str),
    Text(&'t str),
    Sign(char),
}

/// Reads one file.
pub(super) fn read(text: &str) -> Extracted {
    let mut draft = Draft::new(Ecosystem::Python);
    let tokens = tokens(text);
    for (at, window) in tokens.windows(3).enumerate() {
        let [(Token::Word(key), line), (Token::Sign('='), _), (value, value_line)] = window else { continue };
        match (*key, value) {
            ("name", Token::Text(name)) if draft.name.is_none() => draft.name = Some(((*name).to_owned(), *value_line)),
            ("install_requires", value) => list(&mut draft, value, &tokens[at + 3..], *line, false),
            ("tests_require" | "setup_requires", value) => list(&mut draft, value, &tokens[at + 3..], *line, true),
            ("extras_require", Token::Sign('{')) => groups(&mut draft, &tokens[at + 3..]),
            ("entry_points" | "scripts", Token::Sign('{' | '[')) if names_program(key, &tokens[at + 3..]) => draft.runs = Some(true),
            _ => {}
        }
    }
    draft.finish()
}

fn list(draft: &mut Draft, open: &Token<'_>, tokens: &[(Token<'_>, u32)], line: u32, development: bool) {
    if !matches!(open, Token::Sign('[' | '(')) {
        draft.gap(line, "requirements that a program computes");
        return;
    }
    for (token, line) in tokens {
        match token {
            Token::Text(requirement) => draft.depend(requirement_name(requirement).unwrap_or_default(), *line, development),
            Token::Sign(',') => {}
            Token::Sign(']' | ')') => return,
            _ => draft.gap(*line, "requirements that a program computes"),
        }
    }
}

/// `{'group': [texts], …}`.
fn groups(draft: &mut Draft, tokens: &[(Token<'_>, u32)]) {
    let (mut development, mut inside) = (false, false);
    for (token, line) in tokens {
        match token {
            Token::Text(group) if !inside => development = is_development_group(group),
            Token::Text(requirement) => draft.depend(requirement_name(requirement).unwrap_or_default(), *line, development),
            Token::Sign('[') => inside = true,
            Token::Sign(']') => inside = false,
            Token::Sign('}') => return,
            _ => {}
        }
    }
}

fn names_program(key: &str, tokens: &[(Token<'_>, u32)]) -> bool {
    let inside = tokens.iter().take_while(|(token, _)| !matches!(token, Token::Sign('}')));
    match key {
        "scripts" => matches!(tokens.first(), Some((Token::Text(_), _))),
        _ => inside.into_iter().any(|(token, _)| matches!(token, Token::Text("console_scripts" | "gui_scripts"))),
    }
}

/// Words, texts and signs, each with its line; comments are left out.
fn tokens(text: &str) -> Vec<(Token<'_>, u32)> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (text, 1u32);
    while let Some(letter) = rest.chars().next() {
        let (token, length) = match letter {
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            '"' | '\'' => quoted(rest),
            letter if letter.is_alphanumeric() || letter == '_' => {
                let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
                (Some(Token::Word(&rest[..end])), end)
            }
            letter if letter.is_whitespace() => (None, letter.len_utf8()),
            letter => (Some(Token::Sign(letter)), letter.len_utf8()),
        };
        tokens.extend(token.map(|token| (token, line)));
        line += rest[..length].matches('\n').count() as u32;
        rest = &rest[length..];
    }
    tokens
}

/// A quoted text at the front of `rest` and how many bytes it takes; an open one ends with its line.
fn quoted(rest: &str) -> (Option<Token<'_>>, usize) {
    let quote = &rest[..1];
    let triple = quote.repeat(3);
    let (quote, open_end) = if rest.starts_with(&triple) { (triple.as_str(), "\0") } else { (quote, "\n") };
    let mut at = quote.len();
    while at < rest.len() {
        let tail = &rest[at..];
        if tail.starts_with(quote) {
            return (Some(Token::Text(&rest[quote.len()..at])), at + quote.len());
        }
        if tail.starts_with(open_end) {
            break;
        }
        let mut letters = tail.chars();
        let escaped = if letters.next() == Some('\\') { letters.next() } else { None };
        at += tail.chars().next().map_or(1, char::len_utf8) + escaped.map_or(0, char::len_utf8);
    }
    (None, at.min(rest.len()))
}
