//! Strings, symbols, lists of words, hashes.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use tree_sitter::Node;

impl Lowering<'_> {
    /// A string or symbol, with what is filled in.
    pub(super) fn string(&self, node: Node) -> ExpressionKind {
        let mut pieces = Pieces::new(span(node));
        for child in children(node) {
            match child.kind() {
                "string_content" | "heredoc_content" => pieces.words(self.walk.text(child)),
                "escape_sequence" => pieces.words(unescaped(self.walk.text(child))),
                "interpolation" => pieces.value(children(child).first().map(|inner| self.expression(*inner))),
                _ => {}
            }
        }
        pieces.finish()
    }

    /// `"a" "b"`
    pub(super) fn chained(&self, node: Node) -> ExpressionKind {
        let mut parts = Vec::new();
        for child in children(node) {
            match self.expression(child) {
                Expression { kind: ExpressionKind::Template(inner), .. } => parts.extend(inner),
                part => parts.push(part),
            }
        }
        let literal = |part: &Expression| if let ExpressionKind::String(text) = &part.kind { Some(text.clone()) } else { None };
        match parts.iter().map(literal).collect::<Option<String>>() {
            Some(text) => ExpressionKind::String(text),
            None => ExpressionKind::Template(parts),
        }
    }

    /// `{ a: 1, "b" => 2, **c }`
    pub(super) fn hash(&self, node: Node) -> ExpressionKind {
        let one = |entry: Node| {
            let at = span(entry);
            match entry.kind() {
                "pair" => Some((self.key(entry), self.pair_value(entry))),
                "hash_splat_argument" => {
                    let inner = children(entry).first().map_or_else(|| unknown(Vec::new(), at), |inner| self.expression(*inner));
                    Some((expression(ExpressionKind::Null, at), inner))
                }
                _ => None,
            }
        };
        ExpressionKind::Map(children(node).into_iter().filter_map(one).collect())
    }

    /// The key of a pair: a name before a colon is a text.
    fn key(&self, pair: Node) -> Expression {
        let at = span(pair);
        match pair.field("key") {
            Some(key) if key.kind() == "hash_key_symbol" => string(self.walk.text(key), at),
            Some(key) => self.expression(key),
            None => unknown(Vec::new(), at),
        }
    }

    /// The value of a pair; `{ name: }` is the variable or method of that name.
    pub(super) fn pair_value(&self, pair: Node) -> Expression {
        match pair.field("value") {
            Some(value) => self.expression(value),
            None => name(self.walk.field_text(pair, "key"), span(pair)),
        }
    }
}
