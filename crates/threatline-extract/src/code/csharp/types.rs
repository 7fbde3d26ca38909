//! Types as written.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::{children, named};
use crate::code::tree::Type;
use tree_sitter::Node;

impl Lowering<'_> {
    /// The type under a field; `var` is none.
    pub(super) fn type_of_field(&self, node: Node, field: &'static str) -> Option<Type> {
        let written = node.field(field)?;
        let declared = self.type_of(written);
        (declared.name != "var" && !declared.name.is_empty()).then_some(declared)
    }

    /// A type without nullability, pointers and references.
    pub(super) fn type_of(&self, node: Node) -> Type {
        self.deeper(|| self.type_at(node)).unwrap_or_default()
    }

    /// The types of a list.
    pub(super) fn type_list(&self, node: Node) -> Vec<Type> {
        children(node).into_iter().map(|child| self.type_of(child)).collect()
    }

    fn type_at(&self, node: Node) -> Type {
        match node.kind() {
            "generic_name" => {
                let mut generic = Type::default();
                for child in children(node) {
                    match child.kind() {
                        "type_argument_list" => generic.arguments = self.type_list(child),
                        _ => generic.name = self.text(child).to_owned(),
                    }
                }
                generic
            }
            "qualified_name" => self.qualified(node, "qualifier"),
            "alias_qualified_name" => self.qualified(node, "alias"),
            "array_type" => Type { name: "[]".into(), arguments: self.type_of_field(node, "type").into_iter().collect(), extras: Vec::new() },
            "tuple_type" => {
                let elements = children(node).into_iter().filter_map(|element| self.type_of_field(element, "type"));
                Type { name: "()".into(), arguments: elements.collect(), extras: Vec::new() }
            }
            "nullable_type" | "pointer_type" | "ref_type" | "scoped_type" => self.type_of_field(node, "type").unwrap_or_default(),
            "implicit_type" => named("var"),
            _ => named(self.text(node)),
        }
    }

    /// `A.B<C>`; the alias `global` says nothing.
    fn qualified(&self, node: Node, qualifier: &'static str) -> Type {
        let before = node.field(qualifier).map(|child| self.type_of(child).name).unwrap_or_default();
        let mut last = self.type_of_field(node, "name").unwrap_or_default();
        if !before.is_empty() && before != "global" {
            last.name = format!("{before}.{}", last.name);
        }
        last
    }
}
