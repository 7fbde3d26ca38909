//! Swift into the shared tree.
//!
//! What Swift says shortly is written out: a closure behind the parentheses is the last argument, `$0` is a parameter,
//! the only expression of a body is what it gives back, a property that is computed is a value that is worked out where
//! it is asked for, `guard let x = y else …` is an assignment and a test for nothing. Extensions of a class of the same
//! file are parts of that class; of another they are functions with a receiver.

mod declaration;
mod expression;
mod statement;
#[cfg(test)]
mod tests;

use super::tree::*;
use super::walk::{Walk, children, span};
use std::ops::Deref;
use tree_sitter::Node;

super::walk::grammar!(tree_sitter_swift::LANGUAGE);

/// Lowers one Swift source file.
pub(crate) fn lower(text: &str) -> Module {
    let Some(parsed) = PARSER.with_borrow_mut(|parser| parser.parse(text, None)) else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let lowering = Lowering(Walk::new(text));
    let mut module = Module { has_errors: root.has_error(), ..Module::default() };
    for node in children(root) {
        match node.kind() {
            "import_declaration" => module.imports.extend(lowering.import(node)),
            _ => lowering.statement(node, &mut module.body),
        }
    }
    for one in &mut module.body {
        if let StatementKind::Function(function) = &mut one.kind {
            function.is_static = function.receiver.is_none();
        }
    }
    declaration::join_extensions(&mut module.body);
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
    /// `import Vapor`: everything of it; `import struct Foundation.URL`: that.
    fn import(&self, node: Node) -> Option<Import> {
        let named = children(node).into_iter().find(|child| child.kind() == "identifier")?;
        let parts: Vec<&str> = children(named).into_iter().map(|part| self.text(part)).collect();
        let (first, rest) = parts.split_first()?;
        let (local, member) = match rest.last() {
            Some(last) => ((*last).to_owned(), (*last).to_owned()),
            None => ("*".to_owned(), "*".to_owned()),
        };
        Some(Import { local, module: (*first).to_owned(), member: Some(member), span: span(node) })
    }

    /// A name without the backticks that make a keyword one.
    fn plain_name(&self, node: Node) -> String {
        self.text(node).trim_matches('`').to_owned()
    }
}
