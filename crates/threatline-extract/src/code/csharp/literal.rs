//! Strings: regular, verbatim, raw and interpolated.

use super::Lowering;
use crate::code::parts::{children, expression, span};
use crate::code::tree::{Expression, ExpressionKind as Kind};
use tree_sitter::Node;

impl Lowering<'_> {
    /// The value of a regular string or character.
    pub(super) fn string(&self, node: Node) -> String {
        let mut out = String::new();
        for part in children(node) {
            match part.kind() {
                "escape_sequence" => unescape(self.text(part), &mut out),
                "string_literal_content" | "character_literal_content" => out.push_str(self.text(part)),
                _ => {}
            }
        }
        out
    }

    /// `@"a""b"`.
    pub(super) fn verbatim(&self, node: Node) -> String {
        let text = self.text(node);
        let text = text.strip_prefix("@\"").unwrap_or(text);
        text.strip_suffix('"').unwrap_or(text).replace("\"\"", "\"")
    }

    /// `"""…"""`: on several lines, the indentation of the closing quotes goes from each.
    pub(super) fn raw(&self, node: Node) -> String {
        let content = children(node).into_iter().find(|child| child.kind() == "raw_string_content");
        let content = content.map(|content| self.text(content)).unwrap_or_default();
        let Some((_, lines)) = content.split_once('\n') else { return content.to_owned() };
        let Some((lines, indent)) = lines.rsplit_once('\n') else { return String::new() };
        let lines: Vec<&str> = lines.split('\n').map(|line| line.strip_prefix(indent).unwrap_or(line.trim_start())).collect();
        lines.join("\n")
    }

    /// `$"…{x}…"`; without any interpolation it is a string.
    pub(super) fn interpolated(&self, node: Node) -> Expression {
        let mut parts: Vec<Expression> = Vec::new();
        let mut text = String::new();
        let (mut verbatim, mut raw) = (false, false);
        for part in children(node) {
            match part.kind() {
                "interpolation_start" => verbatim = self.text(part).contains('@'),
                "interpolation_quote" => raw |= self.text(part).starts_with("\"\"\""),
                "escape_sequence" => unescape(self.text(part), &mut text),
                "string_content" => text.push_str(&content(self.text(part), verbatim, raw)),
                "interpolation" => {
                    if !text.is_empty() {
                        parts.push(expression(Kind::String(std::mem::take(&mut text)), span(node)));
                    }
                    let inner = children(part).into_iter().find(|child| !child.kind().starts_with("interpolation_"));
                    parts.extend(inner.map(|inner| self.expression(inner)));
                }
                _ => {}
            }
        }
        if parts.is_empty() {
            return expression(Kind::String(text), span(node));
        }
        if !text.is_empty() {
            parts.push(expression(Kind::String(text), span(node)));
        }
        expression(Kind::Template(parts), span(node))
    }
}

/// Literal text between interpolations; doubled signs stand for single ones.
fn content(text: &str, verbatim: bool, raw: bool) -> String {
    if raw {
        return text.to_owned();
    }
    let text = text.replace("{{", "{").replace("}}", "}");
    if verbatim { text.replace("\"\"", "\"") } else { text }
}

/// Adds what one escape stands for.
fn unescape(escape: &str, out: &mut String) {
    let mut letters = escape.strip_prefix('\\').unwrap_or(escape).chars();
    match letters.next() {
        Some('n') => out.push('\n'),
        Some('t') => out.push('\t'),
        Some('r') => out.push('\r'),
        Some('0') => out.push('\0'),
        Some('a') => out.push('\u{7}'),
        Some('b') => out.push('\u{8}'),
        Some('f') => out.push('\u{c}'),
        Some('v') => out.push('\u{b}'),
        Some('e') => out.push('\u{1b}'),
        Some('x' | 'u' | 'U') => out.extend(u32::from_str_radix(letters.as_str(), 16).ok().and_then(char::from_u32)),
        Some(other) => out.push(other),
        None => {}
    }
}
