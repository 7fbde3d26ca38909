//! Strings, templates, lists, objects.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::{Expression, ExpressionKind as Kind};
use crate::code::walk::{children, expression, name, span, string};
use tree_sitter::Node;

impl Lowering<'_> {
    pub(super) fn string(&self, node: Node) -> Expression {
        let text: String = children(node)
            .into_iter()
            .map(|part| match part.kind() {
                "escape_sequence" => unescape(self.walk.text(part)),
                _ => self.walk.text(part).to_owned(),
            })
            .collect();
        string(text, span(node))
    }

    pub(super) fn template(&self, node: Node) -> Expression {
        let parts: Vec<Expression> = children(node)
            .into_iter()
            .map(|part| match part.kind() {
                "template_substitution" => children(part).first().map_or_else(|| string("", span(part)), |inner| self.expression(*inner)),
                "escape_sequence" => string(unescape(self.walk.text(part)), span(part)),
                _ => string(self.walk.text(part), span(part)),
            })
            .collect();
        let constant = parts.iter().all(|part| matches!(part.kind, Kind::String(_)));
        if constant {
            let text: String = parts.iter().filter_map(|part| if let Kind::String(text) = &part.kind { Some(text.as_str()) } else { None }).collect();
            return string(text, span(node));
        }
        expression(Kind::Template(parts), span(node))
    }

    pub(super) fn object(&self, node: Node) -> Expression {
        let mut entries = Vec::new();
        for part in children(node) {
            let at = span(part);
            match part.kind() {
                "pair" => {
                    let value = part.field("value").map_or_else(|| expression(Kind::Null, at), |value| self.expression(value));
                    entries.push((self.key(part.field("key")), value));
                }
                "shorthand_property_identifier" => entries.push((string(self.walk.text(part), at), name(self.walk.text(part), at))),
                "method_definition" => {
                    let function = self.function(part);
                    entries.push((string(function.name.clone(), at), expression(Kind::Function(Box::new(function)), at)));
                }
                "spread_element" => {
                    let value = children(part).first().map_or_else(|| expression(Kind::Null, at), |inner| self.expression(*inner));
                    entries.push((expression(Kind::Null, at), value));
                }
                _ => {}
            }
        }
        expression(Kind::Map(entries), span(node))
    }

    /// A key: a plain name is its text, a computed one what computes it.
    pub(super) fn key(&self, node: Option<Node>) -> Expression {
        let Some(node) = node else { return string("", Default::default()) };
        match node.kind() {
            "string" => self.string(node),
            "computed_property_name" => children(node).first().map_or_else(|| string("", span(node)), |inner| self.expression(*inner)),
            _ => string(self.walk.text(node), span(node)),
        }
    }

    /// A pattern that takes a value apart, as the list or map that it looks like.
    pub(super) fn pattern(&self, node: Node) -> Expression {
        self.walk.deeper(|| self.shallow_pattern(node)).unwrap_or_else(|| name("", span(node)))
    }

    fn shallow_pattern(&self, node: Node) -> Expression {
        let at = span(node);
        match node.kind() {
            "object_pattern" => {
                let entries = children(node).into_iter().filter_map(|part| match part.kind() {
                    "shorthand_property_identifier_pattern" => Some((string(self.walk.text(part), span(part)), name(self.walk.text(part), span(part)))),
                    "object_assignment_pattern" => {
                        let left = part.field("left")?;
                        Some((string(self.walk.text(left), span(part)), name(self.walk.text(left), span(part))))
                    }
                    "pair_pattern" => Some((self.key(part.field("key")), self.pattern(part.field("value")?))),
                    _ => None,
                });
                expression(Kind::Map(entries.collect()), at)
            }
            "array_pattern" => expression(Kind::List(children(node).into_iter().map(|part| self.pattern(part)).collect()), at),
            "assignment_pattern" => node.field("left").map_or_else(|| name("", at), |left| self.pattern(left)),
            "rest_pattern" => children(node).first().map_or_else(|| name("", at), |inner| self.pattern(*inner)),
            "identifier" => name(self.walk.text(node), at),
            _ => self.expression(node),
        }
    }
}

fn unescape(text: &str) -> String {
    match text {
        "\\n" => "\n".to_owned(),
        "\\t" => "\t".to_owned(),
        "\\r" => "\r".to_owned(),
        "\\0" => String::new(),
        _ => {
            let code = text.strip_prefix("\\u").map(|hex| hex.trim_matches(['{', '}'])).or_else(|| text.strip_prefix("\\x"));
            let letter = code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
            letter.map_or_else(|| text.strip_prefix('\\').unwrap_or(text).to_owned(), String::from)
        }
    }
}
