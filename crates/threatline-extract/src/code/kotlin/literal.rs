//! Literals of Kotlin: strings with what is filled into them.

use super::Lowering;
use crate::code::tree::{Expression, ExpressionKind as Kind};
use crate::code::walk::{children, expression, name, span, string, unknown};
use tree_sitter::Node;

impl Lowering<'_> {
    /// A string, or a template when something is filled in.
    pub(super) fn string_literal(&self, node: Node) -> Expression {
        let at = span(node);
        let raw = self.text(node).starts_with("\"\"\"");
        let mut parts: Vec<Expression> = Vec::new();
        let mut literal = String::new();
        for child in children(node) {
            let value = match child.kind() {
                "string_content" => {
                    let text = self.text(child);
                    literal.push_str(&if raw { text.to_owned() } else { unescape(text) });
                    continue;
                }
                "interpolated_identifier" => match self.text(child) {
                    "this" => name("self", at),
                    text => name(text.trim_matches('`'), at),
                },
                "interpolated_expression" => children(child).first().map_or_else(|| unknown(Vec::new(), at), |inner| self.expression(*inner)),
                _ => continue,
            };
            if !literal.is_empty() {
                parts.push(string(std::mem::take(&mut literal), at));
            }
            parts.push(value);
        }
        if parts.is_empty() {
            return string(literal, at);
        }
        if !literal.is_empty() {
            parts.push(string(literal, at));
        }
        expression(Kind::Template(parts), at)
    }

    /// The value of a character literal.
    pub(super) fn character(&self, node: Node) -> String {
        let text = self.text(node);
        let inner = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(text);
        unescape(inner)
    }
}

/// Resolves escapes; an unknown one stands for its letter.
fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
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
            Some('u') => {
                let digits: String = letters.by_ref().take(4).collect();
                out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}
