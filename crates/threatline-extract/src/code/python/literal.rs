//! Strings: escapes, interpolation, `%` formatting.

use super::{Lowering, children, span};
use crate::code::parts::Fields;
use crate::code::tree::*;
use tree_sitter::Node;

impl Lowering<'_> {
    pub(super) fn string(&self, node: Node) -> ExpressionKind {
        let start = children(node).into_iter().find(|child| child.kind() == "string_start").map_or("", |start| self.text(start));
        let raw = start.contains(['r', 'R']);
        let mut parts: Vec<Expression> = Vec::new();
        let mut literal = String::new();
        let mut interpolated = false;
        for child in children(node) {
            match child.kind() {
                "string_content" => self.content(child, raw, &mut literal),
                "interpolation" => {
                    interpolated = true;
                    if !literal.is_empty() {
                        parts.push(Expression { kind: ExpressionKind::String(std::mem::take(&mut literal)), span: span(node) });
                    }
                    if let Some(value) = child.field("expression") {
                        parts.push(self.expression(value));
                    }
                }
                _ => {}
            }
        }
        if !interpolated {
            return ExpressionKind::String(literal);
        }
        if !literal.is_empty() {
            parts.push(Expression { kind: ExpressionKind::String(literal), span: span(node) });
        }
        ExpressionKind::Template(parts)
    }

    fn content(&self, node: Node, raw: bool, out: &mut String) {
        let (mut at, text) = (node.start_byte(), self.text);
        let mut cursor = node.walk();
        for escape in node.children(&mut cursor) {
            out.push_str(text.get(at..escape.start_byte()).unwrap_or(""));
            at = escape.end_byte();
            match (escape.kind(), self.text(escape)) {
                ("escape_interpolation", braces) => out.push_str(&braces[..1]),
                (_, escape) if raw => out.push_str(escape),
                (_, "\\n") => out.push('\n'),
                (_, "\\t") => out.push('\t'),
                (_, "\\\n") => {}
                (_, escape) => out.push_str(escape.strip_prefix('\\').unwrap_or(escape)),
            }
        }
        out.push_str(text.get(at..node.end_byte()).unwrap_or(""));
    }

    pub(super) fn concatenated(&self, node: Node) -> ExpressionKind {
        let mut parts = Vec::new();
        for child in children(node) {
            match self.expression(child) {
                Expression { kind: ExpressionKind::Template(inner), .. } => parts.extend(inner),
                part => parts.push(part),
            }
        }
        let literal = |part: &Expression| match &part.kind {
            ExpressionKind::String(text) => Some(text.clone()),
            _ => None,
        };
        match parts.iter().map(literal).collect::<Option<String>>() {
            Some(text) => ExpressionKind::String(text),
            None => ExpressionKind::Template(parts),
        }
    }

    /// `"…%s…" % x` and `% (x, y)`.
    pub(super) fn percent(&self, format: Expression, values: Expression) -> ExpressionKind {
        let ExpressionKind::String(text) = &format.kind else {
            return ExpressionKind::Unknown(vec![format, values]);
        };
        let span = format.span;
        let mut values = match values.kind {
            ExpressionKind::List(items) => items.into_iter(),
            ExpressionKind::Map(_) => return ExpressionKind::Unknown(vec![values]),
            kind => vec![Expression { kind, span: values.span }].into_iter(),
        };
        let string = |text: &str| Expression { kind: ExpressionKind::String(text.to_owned()), span };
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find('%') {
            parts.push(string(&rest[..at]));
            let after = &rest[at + 1..];
            let end = after.find(|c: char| c.is_ascii_alphabetic() || c == '%').map_or(after.len(), |end| end + 1);
            if after[..end].ends_with('%') {
                parts.push(string("%"));
            } else {
                parts.push(values.next().unwrap_or(Expression { kind: ExpressionKind::Unknown(Vec::new()), span }));
            }
            rest = &after[end..];
        }
        parts.push(string(rest));
        parts.retain(|part| !matches!(&part.kind, ExpressionKind::String(text) if text.is_empty()));
        ExpressionKind::Template(parts)
    }
}
