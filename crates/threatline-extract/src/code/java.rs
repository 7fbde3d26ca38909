//! Java into the shared tree.
//!
//! A walk over tree-sitter's syntax tree by kinds. Constructs of several shapes get one: a method
//! reference is a member, a static import is an import from a class, an anonymous class is a class in
//! expression position with its constructor's arguments, a switch over constants is a chain of `If`s.

mod declaration;
pub(super) mod descriptor;
mod expression;
mod literal;
mod page;
mod statement;
#[cfg(test)]
mod tests;

use super::parts::{Depth, children, span};
use super::tree::{Import, Module};
use crate::code::parts::Fields;
use tree_sitter::Node;

super::walk::grammar!(tree_sitter_java::LANGUAGE);

/// Lowers one Java source file.
pub(crate) fn lower(text: &str) -> Module {
    if page::is_page(text) {
        return lower_code(&page::code(text));
    }
    if let Some(module) = descriptor::lower(text) {
        return module;
    }
    lower_code(text)
}

fn lower_code(text: &str) -> Module {
    let Some(parsed) = PARSER.with_borrow_mut(|parser| parser.parse(text, None)) else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let lowering = Lowering { text, depth: Depth::default() };
    let mut module = Module { has_errors: root.has_error(), ..Module::default() };
    for node in children(root) {
        match node.kind() {
            "package_declaration" => module.package = lowering.package(node),
            "import_declaration" => module.imports.extend(lowering.import(node)),
            _ => lowering.statement(node, &mut module.body),
        }
    }
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

    /// The text of a dotted name, without blanks and comments between its parts.
    fn dotted(&self, node: Node) -> String {
        let text = self.text(node);
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._$".contains(&byte)) {
            return text.to_owned();
        }
        text.chars().filter(|letter| !letter.is_whitespace()).collect()
    }

    /// The text of a named child.
    fn field_text(&self, node: Node, field: &'static str) -> String {
        node.field(field).map(|child| self.text(child).to_owned()).unwrap_or_default()
    }

    /// Goes one level down; `None` when that is too deep.
    fn deeper<T>(&self, walk: impl FnOnce() -> T) -> Option<T> {
        self.depth.deeper(walk)
    }

    fn package(&self, node: Node) -> Option<String> {
        children(node).into_iter().find(|child| matches!(child.kind(), "identifier" | "scoped_identifier")).map(|child| self.dotted(child))
    }

    /// `import a.b.C` takes `C` of `a.b`; `import static a.b.C.m` takes `m` of `a.b.C`.
    fn import(&self, node: Node) -> Option<Import> {
        let children = children(node);
        let path = children.iter().find(|child| matches!(child.kind(), "identifier" | "scoped_identifier"))?;
        let path = self.dotted(*path);
        let span = span(node);
        if children.iter().any(|child| child.kind() == "asterisk") {
            return Some(Import { local: "*".into(), module: path, member: Some("*".into()), span });
        }
        let (module, member) = path.rsplit_once('.').unwrap_or(("", &path));
        Some(Import { local: member.into(), module: module.into(), member: Some(member.into()), span })
    }
}
