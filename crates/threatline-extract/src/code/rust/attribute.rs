//! Attributes. Their arguments are loose tokens to the parser.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::{Annotation, Argument, Expression, ExpressionKind as Kind, Span};
use crate::code::walk::{argument, call, children, expression, member, name, named, span, string, unknown};
use tree_sitter::Node;

impl Lowering<'_> {
    /// `#[get("/x", guard = "y")]`.
    pub(super) fn attribute(&self, item: Node) -> Option<Annotation> {
        let node = children(item).into_iter().find(|child| child.kind() == "attribute")?;
        let callee = self.expression(children(node).first().copied()?);
        let arguments = match (node.field("arguments"), node.field("value")) {
            (Some(tokens), _) => self.token_arguments(tokens),
            (_, Some(value)) => vec![argument(self.expression(value))],
            _ => Vec::new(),
        };
        Some(Annotation { callee, arguments, span: span(item) })
    }

    /// The tokens of `(a, b = c, d(e))` as arguments.
    fn token_arguments(&self, tree: Node) -> Vec<Argument> {
        let mut cursor = tree.walk();
        let tokens: Vec<Node> = tree.children(&mut cursor).filter(|token| !token.is_extra()).collect();
        let inner = tokens.get(1..tokens.len().saturating_sub(1)).unwrap_or_default();
        let parts = inner.split(|token| token.kind() == ",").filter(|part| !part.is_empty());
        parts.filter_map(|part| self.walk.deeper(|| self.token_argument(part))).collect()
    }

    fn token_argument(&self, tokens: &[Node]) -> Argument {
        match tokens {
            [key, equals, value @ ..] if equals.kind() == "=" && !value.is_empty() => named(self.text(*key), self.tokens(value)),
            _ => argument(self.tokens(tokens)),
        }
    }

    /// A literal, a path, or a path with arguments.
    fn tokens(&self, tokens: &[Node]) -> Expression {
        let Some((first, rest)) = tokens.split_first() else { return unknown(Vec::new(), Span::default()) };
        let mut out = match first.kind() {
            "token_tree" => {
                let values = self.token_arguments(*first).into_iter().map(|argument| argument.value);
                expression(Kind::List(values.collect()), span(*first))
            }
            "string_literal" | "raw_string_literal" => string(self.string(*first), span(*first)),
            "integer_literal" | "float_literal" | "boolean_literal" | "char_literal" => self.expression(*first),
            _ => name(self.text(*first), span(*first)),
        };
        for token in rest {
            out = match token.kind() {
                "::" | "." => out,
                "identifier" | "self" | "super" | "crate" => member(out, self.text(*token), span(*token)),
                "token_tree" => call(out, self.token_arguments(*token), span(*token)),
                _ => return unknown(vec![out], span(*first)),
            };
        }
        out
    }
}

/// Whether what follows the attribute is a test.
pub(super) fn is_test(text: &str) -> bool {
    let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let inner = text.strip_prefix("#[").and_then(|inner| inner.strip_suffix(']')).unwrap_or(&text);
    let path = inner.split('(').next().unwrap_or(inner);
    path == "test" || path.ends_with("::test") || inner == "cfg(test)" || inner.starts_with("cfg(all(test,")
}
