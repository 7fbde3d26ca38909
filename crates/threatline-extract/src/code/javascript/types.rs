//! Types as TypeScript writes them.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::Type;
use crate::code::walk::{children, generic, plain};
use tree_sitter::Node;

impl Lowering<'_> {
    /// The type of a `type_annotation`, or a type itself.
    pub(super) fn declared(&self, node: Option<Node>) -> Option<Type> {
        let node = node?;
        match node.kind() {
            "type_annotation" => children(node).first().map(|inner| self.type_of(*inner)),
            _ => Some(self.type_of(node)),
        }
    }

    pub(super) fn type_of(&self, node: Node) -> Type {
        self.walk.deeper(|| self.shallow_type(node)).unwrap_or_default()
    }

    fn shallow_type(&self, node: Node) -> Type {
        match node.kind() {
            "generic_type" => {
                let name = self.walk.field_text(node, "name");
                let arguments = self.type_arguments(node.field("type_arguments"));
                match (name, arguments.first()) {
                    ("Array" | "ReadonlyArray" | "Set", Some(_)) => generic("[]", arguments),
                    // whoever waits for it gets what is in it
                    ("Promise", Some(inner)) => inner.clone(),
                    _ => generic(name, arguments),
                }
            }
            // `extends Guard("jwt")`: a class that a function makes
            "call_expression" => {
                let mut made = node.field("function").map(|function| self.type_of(function)).unwrap_or_default();
                made.extras = vec![self.expression(node)];
                made
            }
            "array_type" => generic("[]", children(node).first().map(|inner| self.type_of(*inner)).into_iter().collect()),
            "union_type" => {
                let members: Vec<Type> =
                    children(node).into_iter().map(|inner| self.type_of(inner)).filter(|t| !matches!(t.name.as_str(), "null" | "undefined")).collect();
                match members.len() {
                    1 => members.into_iter().next().unwrap_or_default(),
                    _ => generic("|", members),
                }
            }
            "parenthesized_type" | "readonly_type" => children(node).first().map(|inner| self.type_of(*inner)).unwrap_or_default(),
            "type_identifier" | "predefined_type" | "nested_type_identifier" | "identifier" | "member_expression" | "literal_type" => {
                plain(self.walk.text(node).replace(char::is_whitespace, ""))
            }
            _ => Type::default(),
        }
    }

    pub(super) fn type_arguments(&self, node: Option<Node>) -> Vec<Type> {
        node.map(|node| children(node).into_iter().map(|inner| self.type_of(inner)).collect()).unwrap_or_default()
    }
}
