//! Texts: quoted, raw, with values in them.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use tree_sitter::Node;

impl Lowering<'_> {
    /// `"…"`, `"""…"""`.
    pub(super) fn string_literal(&self, node: Node) -> String {
        let text = self.text(node);
        if let Some(raw) = text.strip_prefix("\"\"\"").and_then(|rest| rest.strip_suffix("\"\"\"")) {
            return raw.to_owned();
        }
        let inner = text.strip_prefix('"').unwrap_or(text);
        let inner = inner.strip_suffix('"').unwrap_or(inner);
        plain_text(inner)
    }

    /// `s"…$name ${value}…"`; with another word before it a call of that word: `uri"…"`, `sql"…"`.
    pub(super) fn interpolated(&self, node: Node) -> Expression {
        let at = span(node);
        let word = node.field("interpolator").map(|word| self.plain_name(word)).unwrap_or_default();
        let Some(body) = child_of_kind(node, "interpolated_string") else { return unknown(Vec::new(), at) };
        let template = expression(self.pieces(body), at);
        match word.as_str() {
            "s" | "f" | "raw" | "" => template,
            word => call(name(word, at), vec![argument(template)], at),
        }
    }

    fn pieces(&self, body: Node) -> ExpressionKind {
        let mut pieces = Pieces::new(span(body));
        let text = self.whole();
        let quotes = if self.text(body).starts_with("\"\"\"") { 3 } else { 1 };
        let (mut next, end) = (body.start_byte() + quotes, body.end_byte().saturating_sub(quotes));
        for child in children(body) {
            if child.start_byte() < next {
                continue;
            }
            pieces.words(&plain_text(text.get(next..child.start_byte()).unwrap_or_default()));
            next = child.end_byte();
            match child.kind() {
                "interpolation" => pieces.value(children(child).first().map(|inner| self.inner(*inner))),
                _ if self.text(child) == "$$" => pieces.words("$"),
                _ => pieces.words(unescaped(self.text(child))),
            }
        }
        pieces.words(&plain_text(text.get(next..end.max(next)).unwrap_or_default()));
        pieces.finish()
    }

    /// `${x}` is a block of one expression.
    fn inner(&self, node: Node) -> Expression {
        match (node.kind(), children(node).as_slice()) {
            ("block", [only]) => self.expression(*only),
            _ => self.expression(node),
        }
    }
}

/// A text without its escapes.
fn plain_text(inner: &str) -> String {
    if !inner.contains('\\') {
        return inner.to_owned();
    }
    let (mut out, mut rest) = (String::new(), inner);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let end = rest[at + 1..].chars().next().map_or(at + 1, |letter| at + 1 + letter.len_utf8());
        out.push_str(unescaped(&rest[at..end]));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}
