//! Kotlin into the shared tree.
//!
//! A walk over tree-sitter's syntax tree by kinds. What Kotlin says shortly is written out as Java would
//! say it, so that one set of rules holds for both: a primary constructor is a constructor that fills
//! fields, a companion's members are static members of its class, an object's members are static, a
//! delegate `by lazy` is the value itself, an infix call is a call of a member, the last expression of a
//! lambda is what it gives back, and `x ?: return y` is a test for null with a way out.

mod declaration;
mod expression;
mod literal;
mod statement;
use super::tree::{Import, Module};
use super::walk::{Walk, child_of_kind, children, span};
use std::ops::Deref;
use tree_sitter::Node;

super::walk::grammar!(tree_sitter_kotlin_sg::LANGUAGE);

/// Lowers one Kotlin source file.
pub(crate) fn lower(text: &str) -> Module {
    let Some(parsed) = PARSER.with_borrow_mut(|parser| parser.parse(text, None)) else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let lowering = Lowering(Walk::new(text));
    let mut module = Module { has_errors: root.has_error(), ..Module::default() };
    for node in children(root) {
        match node.kind() {
            "package_header" => module.package = child_of_kind(node, "identifier").map(|name| lowering.dotted(name)),
            "import_list" => module.imports.extend(children(node).into_iter().filter_map(|import| lowering.import(import))),
            "import_header" => module.imports.extend(lowering.import(node)),
            _ => lowering.statement(node, &mut module.body),
        }
    }
    lowering.make_static(&mut module.body);
    module
}

/// One walk over one text.
struct Lowering<'t>(Walk<'t>);

impl<'t> Deref for Lowering<'t> {
    type Target = Walk<'t>;

    fn deref(&self) -> &Walk<'t> {
        &self.0
    }
}

impl Lowering<'_> {
    /// A dotted name without blanks and backticks.
    fn dotted(&self, node: Node) -> String {
        self.text(node).chars().filter(|letter| !letter.is_whitespace() && *letter != '`').collect()
    }

    /// A name without the backticks that make a keyword one.
    fn plain_name(&self, node: Node) -> String {
        self.text(node).trim_matches('`').to_owned()
    }

    /// `import a.b.C`, `import a.b.f as g`, `import a.b.*`.
    fn import(&self, node: Node) -> Option<Import> {
        let path = self.dotted(child_of_kind(node, "identifier")?);
        let span = span(node);
        if child_of_kind(node, "wildcard_import").is_some() {
            return Some(Import { local: "*".into(), module: path, member: Some("*".into()), span });
        }
        let alias = child_of_kind(node, "import_alias").and_then(|alias| children(alias).into_iter().next());
        let (module, member) = path.rsplit_once('.').unwrap_or(("", &path));
        let local = alias.map_or_else(|| member.to_owned(), |alias| self.plain_name(alias));
        Some(Import { local, module: module.into(), member: Some(member.into()), span })
    }
}
