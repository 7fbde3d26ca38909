//! Scala into the shared tree.
//!
//! What Scala says shortly is written out as Java would say it: parameters of a class are fields that its constructor
//! fills, the body of a class is a step of its constructor, what an object has is static, a companion's members are
//! those of its class, a block that is handed to a function is a function without parameters. An operator stays an
//! operator: what it means is what the library of its operands says. A function that tells its argument apart by
//! patterns (`{ case GET -> Root / "x" => … }`) is a chain of branches on `case`, each of which calls a function that
//! has the names of the pattern, so that whoever is handed it can ask for pattern and answer of each.

mod declaration;
mod expression;
mod literal;
mod pattern;
mod statement;
#[cfg(test)]
mod tests;

use super::tree::*;
use super::walk::{Walk, child_of_kind, children, span};
use crate::code::parts::Fields;
use std::cell::{Cell, RefCell};
use std::ops::Deref;
use tree_sitter::Node;

super::walk::grammar!(tree_sitter_scala::LANGUAGE);

/// Lowers one Scala source file.
pub(crate) fn lower(text: &str) -> Module {
    let Some(parsed) = PARSER.with_borrow_mut(|parser| parser.parse(text, None)) else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let lowering = Lowering { walk: Walk::new(text), imports: RefCell::default(), holders: RefCell::default(), blanks: Cell::new(None) };
    let mut module = Module { has_errors: root.has_error(), ..Module::default() };
    let (package, nodes) = lowering.packaged(children(root));
    module.package = package;
    for node in nodes {
        lowering.statement(node, &mut module.body);
    }
    lowering.settle_top(&mut module.body);
    module.imports = lowering.imports.into_inner();
    module
}

/// The most imports of a file that are kept.
const MAX_IMPORTS: usize = 2_000;

/// One walk over one text.
struct Lowering<'t> {
    walk: Walk<'t>,
    /// Imports, wherever they stand.
    imports: RefCell<Vec<Import>>,
    /// Values that are made of something whose members are then imported: `val dsl = Http4sDsl[F]`.
    holders: RefCell<Vec<(String, String)>>,
    /// How many blanks (`_`) the expression has that is walked, where it is a function of them.
    blanks: Cell<Option<usize>>,
}

impl<'t> Deref for Lowering<'t> {
    type Target = Walk<'t>;

    fn deref(&self) -> &Walk<'t> {
        &self.walk
    }
}

impl Lowering<'_> {
    /// `package a; package b`, `package a { … }`: the package, and what stands in it.
    fn packaged<'n>(&self, nodes: Vec<Node<'n>>) -> (Option<String>, Vec<Node<'n>>) {
        let (mut package, mut out, mut open) = (Vec::new(), Vec::new(), vec![nodes.into_iter()]);
        while let Some(level) = open.last_mut() {
            let Some(node) = level.next() else {
                open.pop();
                continue;
            };
            if node.kind() != "package_clause" {
                out.push(node);
                continue;
            }
            if let Some(name) = node.field("name") {
                package.push(self.dotted(name));
            }
            if let Some(body) = node.field("body").filter(|_| open.len() < 8) {
                open.push(children(body).into_iter());
            }
        }
        ((!package.is_empty()).then(|| package.join(".")), out)
    }

    /// A dotted name without blanks and backticks.
    fn dotted(&self, node: Node) -> String {
        self.text(node).chars().filter(|letter| !letter.is_whitespace() && *letter != '`').collect()
    }

    /// A name without the backticks that make a keyword one.
    fn plain_name(&self, node: Node) -> String {
        self.text(node).trim_matches('`').to_owned()
    }

    /// `import a.b.C, d._`, `import a.{B, C => D, _}`: a path that begins with what was imported before goes on there.
    fn import(&self, node: Node) {
        let at = span(node);
        let mut cursor = node.walk();
        let mut path: Vec<String> = Vec::new();
        let mut done = false;
        for child in node.children(&mut cursor) {
            match child.kind() {
                "import" | "." => {}
                "," => {
                    self.import_path(&mut path, done, at);
                    done = false;
                }
                "namespace_wildcard" | "wildcard" => {
                    self.take(&path, "*", "*", at);
                    done = true;
                }
                "namespace_selectors" => {
                    self.selectors(child, &path, at);
                    done = true;
                }
                "as_renamed_identifier" | "arrow_renamed_identifier" => {
                    self.renamed(child, &path, at);
                    done = true;
                }
                _ if child.is_named() => path.push(self.dotted(child)),
                _ => {}
            }
        }
        self.import_path(&mut path, done, at);
    }

    fn import_path(&self, path: &mut Vec<String>, done: bool, at: Span) {
        if !done && let Some((last, before)) = path.split_last() {
            self.take(before, last, last, at);
        }
        path.clear();
    }

    fn selectors(&self, node: Node, path: &[String], at: Span) {
        for child in children(node) {
            match child.kind() {
                "namespace_wildcard" | "wildcard" => self.take(path, "*", "*", at),
                "as_renamed_identifier" | "arrow_renamed_identifier" => self.renamed(child, path, at),
                _ => {
                    let named = self.plain_name(child);
                    self.take(path, &named, &named, at);
                }
            }
        }
    }

    fn renamed(&self, node: Node, path: &[String], at: Span) {
        let (name, alias) = (self.field_text(node, "name"), self.field_text(node, "alias"));
        if !matches!(alias, "" | "_") {
            self.take(path, name.trim_matches('`'), alias.trim_matches('`'), at);
        }
    }

    fn take(&self, path: &[String], member: &str, local: &str, at: Span) {
        if member == "given" || self.imports.borrow().len() >= MAX_IMPORTS {
            return;
        }
        let mut module = path.join(".");
        if let Some(rest) = module.strip_prefix("_root_.") {
            module = rest.to_owned();
        } else if let Some(full) = path.first().and_then(|first| self.meant(first)) {
            module = std::iter::once(full.as_str()).chain(path[1..].iter().map(String::as_str)).collect::<Vec<_>>().join(".");
        }
        let import = Import { local: local.to_owned(), module, member: Some(member.to_owned()), span: at };
        self.imports.borrow_mut().push(import);
    }

    /// What a name at the beginning of an import stands for, if an import or a value before it says so.
    fn meant(&self, first: &str) -> Option<String> {
        let held = self.holders.borrow().iter().rev().find(|(name, _)| name == first).map(|(_, made)| made.clone());
        let name = held.as_deref().unwrap_or(first);
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        let imports = self.imports.borrow();
        let full = imports.iter().rev().find(|import| import.local == first && first != "*").map(|import| {
            let member = import.member.as_deref().unwrap_or_default();
            if import.module.is_empty() { member.to_owned() } else { format!("{}.{member}", import.module) }
        });
        match (full, rest) {
            (Some(full), Some(rest)) => Some(format!("{full}.{rest}")),
            (Some(full), None) => Some(full),
            (None, _) => held,
        }
    }

    /// A value that is made of something: its members may be imported.
    fn hold(&self, name: &str, value: Node) {
        let mut made = value;
        for _ in 0..8 {
            made = match made.kind() {
                "generic_function" | "call_expression" => match made.field("function") {
                    Some(function) => function,
                    None => return,
                },
                "instance_expression" | "generic_type" | "compound_type" | "applied_constructor_type" | "extends_clause" => {
                    match children(made).into_iter().next() {
                        Some(inner) => inner,
                        None => return,
                    }
                }
                _ => break,
            };
        }
        let mut holders = self.holders.borrow_mut();
        let is_name = matches!(made.kind(), "identifier" | "type_identifier" | "stable_identifier" | "stable_type_identifier" | "field_expression");
        if is_name && holders.len() < MAX_IMPORTS {
            holders.push((name.to_owned(), self.dotted(made)));
        }
    }

    /// Functions at the top level need no object; an object and a class of one name are one.
    fn settle_top(&self, body: &mut Vec<Statement>) {
        for one in body.iter_mut() {
            if let StatementKind::Function(function) = &mut one.kind {
                function.is_static = function.receiver.is_none();
            }
        }
        declaration::join_companions(body);
    }

    /// Whether a declaration carries a modifier.
    fn has_modifier(&self, node: Node, wanted: &[&str]) -> bool {
        let direct = wanted.iter().any(|word| child_of_kind(node, word).is_some());
        direct || child_of_kind(node, "modifiers").is_some_and(|list| self.text(list).split_whitespace().any(|word| wanted.contains(&word)))
    }
}
