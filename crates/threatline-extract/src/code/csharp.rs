//! C# into the shared tree.
//!
//! A walk over tree-sitter's syntax tree by kinds. Namespaces are flattened: the first one is the
//! file's package. Both branches of `#if` are read. `new() { … }` is constructed from the declared type
//! where there is one. An attribute loses the ending `Attribute`, as the language allows. A parameter
//! declared `this` (an extension method's) has an annotation `this`. Getters of one expression are the
//! value of their property; accessors with bodies are methods `get_X` and `set_X`.

mod declaration;
mod expression;
mod literal;
mod object;
mod statement;
#[cfg(test)]
mod tests;
mod types;

use super::parts::{Depth, children, span};
use super::tree::{Import, Module};
use crate::code::parts::Fields;
use tree_sitter::Node;

super::walk::grammar!(tree_sitter_c_sharp::LANGUAGE);

/// Lowers one C# source file.
pub(crate) fn lower(text: &str) -> Module {
    let Some(parsed) = PARSER.with_borrow_mut(|parser| parser.parse(text, None)) else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let lowering = Lowering { text, depth: Depth::default() };
    let mut module = Module { has_errors: root.has_error(), ..Module::default() };
    lowering.top(root, "", &mut module);
    module
}

/// One walk over one text.
struct Lowering<'t> {
    text: &'t str,
    depth: Depth,
}

impl<'t> Lowering<'t> {
    /// The text of a node.
    fn text(&self, node: Node) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// The text of a named child.
    fn field_text(&self, node: Node, field: &'static str) -> &'t str {
        node.field(field).map(|child| self.text(child)).unwrap_or_default()
    }

    /// Goes one level down; `None` when that is too deep.
    fn deeper<T>(&self, walk: impl FnOnce() -> T) -> Option<T> {
        self.depth.deeper(walk)
    }

    /// Whether a keyword or sign stands among the children.
    fn has_token(&self, node: Node, token: &str) -> bool {
        let mut cursor = node.walk();
        node.children(&mut cursor).any(|child| !child.is_named() && child.kind() == token)
    }

    fn has_modifier(&self, node: Node, wanted: &str) -> bool {
        children(node).into_iter().any(|child| child.kind() == "modifier" && self.text(child) == wanted)
    }

    /// What stands at the top level, in a namespace, or in either branch of an `#if` there.
    fn top(&self, node: Node, namespace: &str, module: &mut Module) {
        let condition = node.field("condition").map(|condition| condition.id());
        for child in children(node) {
            match child.kind() {
                _ if condition == Some(child.id()) => {}
                "using_directive" => module.imports.extend(self.using(child)),
                "namespace_declaration" | "file_scoped_namespace_declaration" => {
                    let name = self.type_of_field(child, "name").map(|name| name.name).unwrap_or_default();
                    let full = if namespace.is_empty() { name } else { format!("{namespace}.{name}") };
                    module.package.get_or_insert_with(|| full.clone());
                    if let Some(body) = child.field("body") {
                        self.deeper(|| self.top(body, &full, module));
                    }
                }
                "global_statement" => self.statements(child, &mut module.body),
                "preproc_if" | "preproc_elif" | "preproc_else" => {
                    self.deeper(|| self.top(child, namespace, module));
                }
                "global_attribute" | "extern_alias_directive" => {}
                _ => self.statement(child, &mut module.body),
            }
        }
    }

    /// `using X.Y` takes everything of a namespace, `using static X.Y` of a class; an alias takes one.
    fn using(&self, node: Node) -> Option<Import> {
        let span = span(node);
        let alias = node.field("name");
        let taken = children(node).into_iter().find(|child| Some(child.id()) != alias.map(|alias| alias.id()))?;
        let path = self.type_of(taken).name;
        let Some(alias) = alias else {
            return Some(Import { local: "*".into(), module: path, member: Some("*".into()), span });
        };
        let (module, member) = path.rsplit_once('.').unwrap_or(("", &path));
        Some(Import { local: self.text(alias).into(), module: module.into(), member: Some(member.into()), span })
    }
}
