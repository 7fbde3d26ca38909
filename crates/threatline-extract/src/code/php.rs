//! PHP into the shared tree.
//!
//! A walk over the syntax tree of files with pages around the program. Name spaces are dotted; a name that is
//! written with its name space is resolved here, as the language does, and is one dotted name with an import
//! of its own. Variables keep their dollar sign, because `$app` and `app()` are different things; parameters
//! and fields lose it. `X::class` is the name itself, `$this` is `self`, `self::X` and `static::X` name their
//! class. Traits are bases. Each file that `require` and `include` name in letters is imported as a module.
//! Annotations in comments (`@Route("/x")`) are read as attributes.

mod annotation;
mod declaration;
mod expression;
mod literal;
mod statement;
#[cfg(test)]
mod tests;

use super::parts::{Depth, children, span};
use super::tree::{Import, Module, Span, Statement};
use crate::code::parts::Fields;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use tree_sitter::{Node, Tree};

super::walk::grammar!(tree_sitter_php::LANGUAGE_PHP);

/// Parses a text by itself.
fn parse(text: &str) -> Option<Tree> {
    PARSER.with_borrow_mut(|parser| parser.parse(text, None))
}

/// How many annotations in comments are read of one file, at most: each is parsed by itself.
const MAX_ANNOTATIONS: usize = 2_000;

/// Lowers one PHP source file.
pub(crate) fn lower(text: &str) -> Module {
    let Some(parsed) = parse(text) else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let lowering = Lowering {
        text,
        line: 0,
        depth: Depth::default(),
        namespace: RefCell::default(),
        uses: RefCell::default(),
        imports: RefCell::default(),
        classes: RefCell::default(),
        before: RefCell::default(),
        annotations: Cell::new(MAX_ANNOTATIONS),
    };
    let mut module = Module { has_errors: root.has_error(), ..Module::default() };
    lowering.statements(root, &mut module.body);
    module.package = Some(lowering.first_namespace(root)).filter(|name| !name.is_empty());
    module.imports = lowering.imports.take();
    module
}

/// One walk over one text.
struct Lowering<'t> {
    text: &'t str,
    /// Where the text begins, if it is a part of another one.
    line: u32,
    depth: Depth,
    /// The name space at hand, dotted.
    namespace: RefCell<String>,
    /// What names stand for: module and member.
    uses: RefCell<BTreeMap<String, (String, String)>>,
    imports: RefCell<Vec<Import>>,
    /// The classes around, innermost last, with the name of what they extend.
    classes: RefCell<Vec<(String, Option<String>)>>,
    /// Assignments inside of an expression; they run before its statement.
    before: RefCell<Vec<Statement>>,
    /// How many annotations in comments may still be read.
    annotations: Cell<usize>,
}

impl<'t> Lowering<'t> {
    fn text(&self, node: Node) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn field_text(&self, node: Node, field: &'static str) -> &'t str {
        node.field(field).map(|child| self.text(child)).unwrap_or_default()
    }

    fn deeper<T>(&self, walk: impl FnOnce() -> T) -> Option<T> {
        self.depth.deeper(walk)
    }

    fn span(&self, node: Node) -> Span {
        let Span { line, end_line } = span(node);
        Span { line: line + self.line, end_line: end_line + self.line }
    }

    /// The first name space of a file is that of the whole; a second one in the same file is rare.
    fn first_namespace(&self, root: Node) -> String {
        let first = children(root).into_iter().find(|child| child.kind() == "namespace_definition");
        first.map(|first| dotted(self.field_text(first, "name"))).unwrap_or_default()
    }

    /// `use A\B;`, `use A\{B, C as D};`, `use function A\b;`.
    fn uses(&self, node: Node) {
        let (mut prefix, mut clauses) = (String::new(), Vec::new());
        for child in children(node) {
            match child.kind() {
                "namespace_name" => prefix = dotted(self.text(child)),
                "namespace_use_group" => clauses.extend(children(child)),
                "namespace_use_clause" => clauses.push(child),
                _ => {}
            }
        }
        for clause in clauses.into_iter().filter(|clause| clause.kind() == "namespace_use_clause") {
            let alias = clause.field("alias");
            let Some(taken) = children(clause).into_iter().find(|child| Some(child.id()) != alias.map(|alias| alias.id())) else { continue };
            let name = dotted(self.text(taken));
            let full = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
            let (module, member) = full.rsplit_once('.').unwrap_or(("", &full));
            let local = alias.map_or(member, |alias| self.text(alias)).to_owned();
            self.uses.borrow_mut().insert(local.clone(), (module.to_owned(), member.to_owned()));
            self.imports.borrow_mut().push(Import { local, module: module.to_owned(), member: Some(member.to_owned()), span: self.span(clause) });
        }
    }

    /// The name under which a class, function or constant is known in this file.
    fn resolved(&self, node: Node) -> String {
        let written = self.text(node).trim();
        let relative = written.strip_prefix("namespace\\").map(|rest| self.under_namespace(&dotted(rest)));
        let full = match (relative, written.strip_prefix('\\')) {
            (Some(full), _) => full,
            (None, Some(rest)) => dotted(rest),
            (None, None) => match written.split_once('\\') {
                None => return written.to_owned(),
                Some((first, rest)) => match self.uses.borrow().get(first) {
                    Some((module, member)) if module.is_empty() => format!("{member}.{}", dotted(rest)),
                    Some((module, member)) => format!("{module}.{member}.{}", dotted(rest)),
                    None => self.under_namespace(&dotted(written)),
                },
            },
        };
        if let Some((module, member)) = full.rsplit_once('.') {
            let mut imports = self.imports.borrow_mut();
            if !imports.iter().any(|import| import.local == full) {
                imports.push(Import { local: full.clone(), module: module.to_owned(), member: Some(member.to_owned()), span: self.span(node) });
            }
        }
        full
    }

    fn under_namespace(&self, name: &str) -> String {
        let namespace = self.namespace.borrow();
        if namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
    }

    /// The class that `self`, `static` or `parent` means, else the name as it is known.
    fn class_name(&self, node: Node) -> String {
        let classes = self.classes.borrow();
        match (self.text(node), classes.last()) {
            ("self" | "static", Some((name, _))) if !name.is_empty() => name.clone(),
            ("parent", Some((_, Some(base)))) => base.clone(),
            ("self" | "static", _) => "self".to_owned(),
            _ => self.resolved(node),
        }
    }

    /// A file that is named relative to this one is a module of it.
    fn include(&self, relative: &str, at: Span) {
        let module = format!("./{}", relative.trim_start_matches("./").trim_start_matches('/'));
        let mut imports = self.imports.borrow_mut();
        if !imports.iter().any(|import| import.module == module) {
            imports.push(Import { local: module.clone(), module, member: None, span: at });
        }
    }
}

/// `\A\B` as `A.B`.
fn dotted(name: &str) -> String {
    let parts: Vec<&str> = name.split('\\').map(str::trim).filter(|part| !part.is_empty()).collect();
    parts.join(".")
}
