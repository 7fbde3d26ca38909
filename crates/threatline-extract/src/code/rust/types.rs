//! Types.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::{Statement, Type};
use crate::code::walk::{assign, children, generic, name, path, plain, span};
use tree_sitter::Node;

impl Lowering<'_> {
    /// A type; references, lifetimes, `impl` and `dyn` are dropped.
    pub(super) fn type_of(&self, node: Node) -> Type {
        self.walk.deeper(|| self.type_at(node)).unwrap_or_default()
    }

    fn type_at(&self, node: Node) -> Type {
        let under = |field: &'static str| node.field(field).map(|child| self.type_of(child));
        let all = || children(node).into_iter().filter(|child| child.kind() != "lifetime").map(|child| self.type_of(child)).collect::<Vec<_>>();
        match node.kind() {
            "type_identifier" | "identifier" | "primitive_type" | "self" | "crate" | "super" => match self.text(node) {
                "Self" => plain(self.own_type()),
                text => plain(text),
            },
            "scoped_type_identifier" | "scoped_identifier" => {
                let last = node.field("name").map(|last| self.text(last)).unwrap_or_default();
                match under("path").map(|path| path.name).filter(|path| !path.is_empty()) {
                    Some(path) => plain(format!("{path}.{last}")),
                    None => plain(last),
                }
            }
            "generic_type" | "generic_type_with_turbofish" => {
                let arguments = node.field("type_arguments").map(|list| self.type_list(list)).unwrap_or_default();
                Type { arguments, ..under("type").unwrap_or_default() }
            }
            "reference_type" | "pointer_type" => under("type").unwrap_or_default(),
            "abstract_type" | "dynamic_type" => under("trait").unwrap_or_default(),
            "array_type" => generic("[]", under("element").into_iter().collect()),
            "tuple_type" | "unit_type" => generic("()", all()),
            "function_type" => under("trait").unwrap_or_else(|| plain("fn")),
            "higher_ranked_trait_bound" => under("type").unwrap_or_default(),
            "bounded_type" | "bracketed_type" | "qualified_type" | "removed_trait_bound" => all().into_iter().next().unwrap_or_default(),
            _ => Type::default(),
        }
    }

    pub(super) fn type_list(&self, list: Node) -> Vec<Type> {
        let is_type = |child: &Node| !matches!(child.kind(), "lifetime" | "type_binding" | "block" | "trait_bounds") && !child.kind().ends_with("_literal");
        children(list).into_iter().filter(is_type).map(|child| self.type_of(child)).collect()
    }

    /// `type A = B;` is an assignment when B has no arguments.
    pub(super) fn type_alias(&self, node: Node, out: &mut Vec<Statement>) {
        let (Some(named), Some(written)) = (node.field("name"), node.field("type")) else { return };
        let aliased = self.type_of(written);
        if aliased.arguments.is_empty() && !aliased.name.is_empty() {
            out.push(assign(name(self.text(named), span(named)), None, Some(path(&aliased.name, span(written))), span(node)));
        }
    }

    /// What `Self` stands for.
    pub(super) fn own_type(&self) -> String {
        self.self_types.borrow().last().cloned().unwrap_or_else(|| "Self".into())
    }
}
