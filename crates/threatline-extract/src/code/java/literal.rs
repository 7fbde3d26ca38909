//! Literals of Java: escapes and text blocks.

use super::Lowering;
use crate::code::parts::children;
use tree_sitter::Node;

impl Lowering<'_> {
    /// The value of a string literal or text block.
    pub(super) fn string(&self, node: Node) -> String {
        let text = self.text(node);
        match text.strip_prefix("\"\"\"") {
            Some(rest) => unescape(&strip_indent(rest.strip_suffix("\"\"\"").unwrap_or(rest))),
            None => unescape(&self.fragments(node)),
        }
    }

    /// What stands between the quotes, escapes as written.
    fn fragments(&self, node: Node) -> String {
        children(node).into_iter().map(|part| self.text(part)).collect()
    }

    /// The value of a character literal.
    pub(super) fn character(&self, node: Node) -> String {
        unescape(self.text(node).trim_matches('\''))
    }
}

/// Drops the indentation that all lines of a text block share, the closing quotes' line included, and
/// blanks at the ends of lines.
fn strip_indent(block: &str) -> String {
    let body = block.split_once('\n').map_or(block, |(_, body)| body);
    let lines: Vec<&str> = body.split('\n').collect();
    let last = lines.len() - 1;
    let indent = lines
        .iter()
        .enumerate()
        .filter(|(index, line)| *index == last || !line.trim().is_empty())
        .map(|(_, line)| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0);
    let stripped: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or("").trim_end_matches([' ', '\t'])).collect();
    stripped.join("\n")
}

/// Resolves escapes; an unknown one stands for its letter, `\` before a line break joins lines.
fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('s') => out.push(' '),
            Some('\n') | None => {}
            Some('u') => {
                while letters.next_if_eq(&'u').is_some() {}
                out.extend(digits(&mut letters, 16, 4));
            }
            Some(first @ '0'..='7') => {
                let mut code = first.to_digit(8).unwrap_or(0);
                let more = if first <= '3' { 2 } else { 1 };
                for _ in 0..more {
                    let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(8)) else { break };
                    letters.next();
                    code = code * 8 + digit;
                }
                out.extend(char::from_u32(code));
            }
            Some(other) => out.push(other),
        }
    }
    out
}

/// Reads up to `count` digits as one character.
fn digits(letters: &mut std::iter::Peekable<std::str::Chars>, radix: u32, count: usize) -> Option<char> {
    let mut code = 0;
    for _ in 0..count {
        let digit = letters.peek().and_then(|letter| letter.to_digit(radix))?;
        letters.next();
        code = code * radix + digit;
    }
    char::from_u32(code)
}
