//! Strings: with and without interpolation, here documents.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::{children, expression};
use crate::code::tree::{Expression, ExpressionKind as Kind};
use tree_sitter::Node;

impl Lowering<'_> {
    /// `'…'`: only the quote and the backslash are escaped.
    pub(super) fn single(&self, node: Node) -> String {
        let text = self.text(node);
        let text = text.trim_start_matches(['b', 'B']);
        let text = text.strip_prefix('\'').unwrap_or(text);
        let text = text.strip_suffix('\'').unwrap_or(text);
        let mut out = String::with_capacity(text.len());
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match (letter, letters.peek()) {
                ('\\', Some('\\' | '\'')) => out.extend(letters.next()),
                _ => out.push(letter),
            }
        }
        out
    }

    /// `"…$x…{$y->z}…"` and here documents; without any interpolation it is a string.
    pub(super) fn double(&self, node: Node) -> Expression {
        let at = self.span(node);
        let mut parts: Vec<Expression> = Vec::new();
        let mut text = String::new();
        for part in children(node) {
            match part.kind() {
                "string_content" | "nowdoc_string" => text.push_str(self.text(part)),
                "escape_sequence" => unescape(self.text(part), &mut text),
                _ => {
                    if !text.is_empty() {
                        parts.push(expression(Kind::String(std::mem::take(&mut text)), at));
                    }
                    parts.push(self.expression(part));
                }
            }
        }
        if parts.is_empty() {
            return expression(Kind::String(text), at);
        }
        if !text.is_empty() {
            parts.push(expression(Kind::String(text), at));
        }
        expression(Kind::Template(parts), at)
    }

    /// `<<<X … X`: the value without the line break that ends it.
    pub(super) fn document(&self, node: Node) -> Expression {
        match node.field("value") {
            Some(body) => self.double(body),
            None => expression(Kind::String(String::new()), self.span(node)),
        }
    }
}

/// Adds what one escape stands for.
fn unescape(escape: &str, out: &mut String) {
    let rest = escape.strip_prefix('\\').unwrap_or(escape);
    let number = |text: &str, radix| u32::from_str_radix(text, radix).ok().and_then(char::from_u32);
    match rest.as_bytes().first() {
        Some(b'n') => out.push('\n'),
        Some(b't') => out.push('\t'),
        Some(b'r') => out.push('\r'),
        Some(b'x') => out.extend(number(&rest[1..], 16)),
        Some(b'u') => out.extend(number(rest[1..].trim_matches(['{', '}']), 16)),
        Some(b'0'..=b'7') => out.extend(number(rest, 8)),
        Some(b'\\' | b'$' | b'"') => out.push_str(rest),
        _ => out.push_str(escape),
    }
}
