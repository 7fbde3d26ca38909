//! Types as written in annotations and class headers.

use super::{Lowering, children};
use crate::code::parts::Fields;
use crate::code::tree::*;
use tree_sitter::Node;

impl Lowering<'_> {
    pub(super) fn ty(&self, node: Node) -> Type {
        self.deeper(|| self.shape(node)).unwrap_or_default()
    }

    fn shape(&self, node: Node) -> Type {
        match node.kind() {
            "type" | "parenthesized_expression" => children(node).first().map(|inner| self.ty(*inner)).unwrap_or_default(),
            "generic_type" => {
                let parts = children(node);
                let name = parts.first().map_or("", |name| self.text(*name));
                let arguments = parts.get(1).map(|list| children(*list)).unwrap_or_default();
                self.applied(name, &arguments)
            }
            "subscript" => {
                let name = node.field("value").map_or("", |name| self.text(name));
                self.applied(name, &super::fields(node, "subscript"))
            }
            "union_type" => self.union(&children(node)),
            "binary_operator" => self.union(&[node.field("left"), node.field("right")].into_iter().flatten().collect::<Vec<_>>()),
            // A quoted type is a forward reference.
            "string" => match self.string(node) {
                ExpressionKind::String(name) if name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) => Type { name, ..Type::default() },
                _ => Type::default(),
            },
            "identifier" | "attribute" | "member_type" | "dotted_name" => Type { name: self.text(node).split_whitespace().collect(), ..Type::default() },
            // `class X(make_base()):` is a base that nothing is known of.
            _ => Type { extras: vec![self.expression(node)], ..Type::default() },
        }
    }

    fn applied(&self, name: &str, arguments: &[Node]) -> Type {
        let last = name.rsplit('.').next().unwrap_or(name);
        match (last, arguments) {
            ("Annotated", [first, extras @ ..]) => {
                let mut ty = self.ty(*first);
                ty.extras.extend(extras.iter().map(|extra| self.expression(unwrapped(*extra))));
                ty
            }
            ("Optional", [only]) => self.ty(*only),
            ("Union", members) => self.union(members),
            ("List" | "list" | "Sequence" | "Iterable" | "set" | "Set" | "tuple" | "Tuple", [first, ..]) => {
                Type { name: "[]".into(), arguments: vec![self.ty(*first)], extras: Vec::new() }
            }
            _ => Type { name: name.to_owned(), arguments: arguments.iter().map(|argument| self.ty(*argument)).collect(), extras: Vec::new() },
        }
    }

    fn union(&self, members: &[Node]) -> Type {
        let mut types: Vec<Type> = members.iter().filter(|member| self.text(**member) != "None").map(|member| self.ty(*member)).collect();
        if types.len() == 1 {
            return types.remove(0);
        }
        Type { name: "|".into(), arguments: types, extras: Vec::new() }
    }
}

/// What a `type` holds.
fn unwrapped(node: Node<'_>) -> Node<'_> {
    if node.kind() == "type" { children(node).first().copied().unwrap_or(node) } else { node }
}
