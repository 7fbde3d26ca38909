//! Texts, atoms, sigils, lists, maps.

use super::{Lowering, keyword};
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use tree_sitter::Node;

impl Lowering<'_> {
    /// A text, with what is filled in.
    pub(super) fn text(&self, node: Node) -> ExpressionKind {
        let mut pieces = Pieces::new(span(node));
        for child in children(node) {
            match child.kind() {
                "quoted_content" => pieces.words(self.walk.text(child)),
                "escape_sequence" => pieces.words(unescaped(self.walk.text(child))),
                "interpolation" => pieces.value(children(child).first().map(|inner| self.expression(*inner))),
                _ => {}
            }
        }
        pieces.finish()
    }

    /// `~w(a b)` is a list of words; a pattern is no text.
    pub(super) fn sigil(&self, node: Node) -> ExpressionKind {
        let name = child_of_kind(node, "sigil_name").map(|name| self.walk.text(name)).unwrap_or_default();
        match (name, self.text(node)) {
            ("w" | "W", ExpressionKind::String(words)) => ExpressionKind::List(words.split_whitespace().map(|word| string(word, span(node))).collect()),
            ("s" | "S" | "p", text) => text,
            (_, ExpressionKind::Template(parts)) => ExpressionKind::Unknown(parts),
            _ => ExpressionKind::Unknown(Vec::new()),
        }
    }

    /// A list; one of nothing but keywords is a map.
    pub(super) fn list(&self, node: Node) -> ExpressionKind {
        let items = children(node);
        match items.as_slice() {
            [only] if only.kind() == "keywords" => ExpressionKind::Map(self.entries(*only)),
            items => ExpressionKind::List(items.iter().map(|item| self.expression(*item)).collect()),
        }
    }

    /// The pairs of keywords.
    pub(super) fn entries(&self, keywords: Node) -> Vec<(Expression, Expression)> {
        children(keywords).into_iter().filter_map(|pair| Some((string(self.key(pair)?, span(pair)), self.field(pair, "value")))).collect()
    }

    /// The name of a pair among keywords.
    pub(super) fn key(&self, pair: Node) -> Option<&str> {
        pair.field("key").map(|key| keyword(self.walk.text(key)))
    }

    /// `%{a: 1, "b" => 2}`, and a record, which is made by its name.
    pub(super) fn map(&self, node: Node) -> ExpressionKind {
        let (mut made, mut entries) = (None, Vec::new());
        for child in children(node) {
            match child.kind() {
                "struct" => made = children(child).first().and_then(|named| self.module_name(*named)),
                "map_content" => children(child).into_iter().for_each(|part| self.part(part, &mut entries)),
                _ => self.part(child, &mut entries),
            }
        }
        let Some(made) = made else { return ExpressionKind::Map(entries) };
        let at = span(node);
        let arguments = entries.into_iter().map(|(key, value)| match key.kind {
            ExpressionKind::String(key) => named(key, value),
            _ => argument(value),
        });
        let callee = Box::new(name(made, at));
        ExpressionKind::Call { callee, arguments: arguments.collect(), types: Vec::new(), construct: true }
    }

    fn part(&self, node: Node, out: &mut Vec<(Expression, Expression)>) {
        match (node.kind(), self.walk.field_text(node, "operator")) {
            ("keywords", _) => out.extend(self.entries(node)),
            ("binary_operator", "=>") => out.push((self.field(node, "left"), self.field(node, "right"))),
            // `%{user | name: "x"}`
            ("binary_operator", "|") => {
                out.push((expression(ExpressionKind::Null, span(node)), self.field(node, "left")));
                if let Some(rest) = node.field("right") {
                    self.walk.deeper(|| self.part(rest, out));
                }
            }
            _ => out.push((expression(ExpressionKind::Null, span(node)), self.expression(node))),
        }
    }
}
