//! Java into the shared tree.
//!
//! A walk over tree-sitter's syntax tree by kinds. Constructs of several shapes get one: a method
//! reference is a member, a static import is an import from a class, an anonymous class is a class in
//! expression position with its constructor's arguments, a switch over constants is a chain of `If`s.

mod declaration;
mod expression;
mod literal;
mod statement;
#[cfg(test)]
mod tests;

use super::tree::{Expression, ExpressionKind, Import, Module, Span};
use std::cell::{Cell, RefCell};
use tree_sitter::{Node, Parser};

/// How deep the walk follows nesting; what lies deeper is left out. Real code stays far below, and a
/// debug build's stack of 2 MiB holds it.
const MAX_DEPTH: u32 = 400;

thread_local! {
    /// Parsers are costly to make and hold no state between texts.
    static PARSER: RefCell<Parser> = RefCell::new(parser());
}

fn parser() -> Parser {
    let mut parser = Parser::new();
    // A grammar of another ABI would be a mistake of the build; then nothing is parsed.
    let _ = parser.set_language(&tree_sitter_java::LANGUAGE.into());
    parser
}

/// Lowers one Java source file.
pub(crate) fn lower(text: &str) -> Module {
    let Some(parsed) = PARSER.with_borrow_mut(|parser| parser.parse(text, None)) else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let lowering = Lowering { text, depth: Cell::new(0) };
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
    depth: Cell<u32>,
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
    fn field_text(&self, node: Node, field: &str) -> String {
        node.child_by_field_name(field).map(|child| self.text(child).to_owned()).unwrap_or_default()
    }

    /// Goes one level down; `None` when that is too deep.
    fn deeper<T>(&self, walk: impl FnOnce() -> T) -> Option<T> {
        if self.depth.get() >= MAX_DEPTH {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let result = walk();
        self.depth.set(self.depth.get() - 1);
        Some(result)
    }

    fn package(&self, node: Node) -> Option<String> {
        children(node)
            .into_iter()
            .find(|child| matches!(child.kind(), "identifier" | "scoped_identifier"))
            .map(|child| self.dotted(child))
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

/// The named children in order, without comments.
fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect()
}

/// The lines of a node. One that ends with a line break ends on the line before.
fn span(node: Node) -> Span {
    let (start, end) = (node.start_position(), node.end_position());
    let last = if end.column == 0 && end.row > start.row { end.row } else { end.row + 1 };
    Span { line: line(start.row), end_line: u32::try_from(last).unwrap_or(u32::MAX) }
}

fn line(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX - 1) + 1
}

fn expression(kind: ExpressionKind, span: Span) -> Expression {
    Expression { kind, span }
}

fn name(text: impl Into<String>, span: Span) -> Expression {
    expression(ExpressionKind::Name(text.into()), span)
}

/// `a.b.c` as nested members.
fn path(dotted: &str, span: Span) -> Expression {
    let mut parts = dotted.split('.');
    let first = name(parts.next().unwrap_or_default(), span);
    parts.fold(first, |object, part| member(object, part, span))
}

fn member(object: Expression, name: impl Into<String>, span: Span) -> Expression {
    expression(ExpressionKind::Member { object: Box::new(object), name: name.into() }, span)
}
