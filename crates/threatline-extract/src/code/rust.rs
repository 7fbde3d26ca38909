//! Rust into the shared tree.
//!
//! A walk over tree-sitter's syntax tree by kinds. Rust is a language of expressions, the shared tree one of
//! statements: where `if`, `match` or a block gives a value that is bound or returned, its branches bind or
//! return. What wraps a value without changing it (`Ok`, `Some`, `Arc::new`, `.clone()`, `.unwrap()`) is
//! transparent as `?` is. Tests (`#[cfg(test)]`, `#[test]`) are left out: they are no part of the program.

mod attribute;
mod declaration;
mod expression;
mod import;
mod literal;
mod macros;
mod pattern;
mod statement;
#[cfg(test)]
mod tests;
mod types;

use super::tree::{Class, Expression, Module, Statement, StatementKind};
use super::walk::Walk;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use tree_sitter::{Node, Range, Tree};

super::walk::grammar!(tree_sitter_rust::LANGUAGE);

/// Lowers one Rust source file.
pub(crate) fn lower(text: &str) -> Module {
    let Some(parsed) = PARSER.with_borrow_mut(|parser| parser.parse(text, None)) else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let lowering = Lowering {
        text,
        walk: Walk::new(text),
        module: RefCell::default(),
        self_types: RefCell::default(),
        traits: RefCell::default(),
        rejections: RefCell::default(),
        budget: Cell::new(text.len().saturating_mul(REPARSED)),
    };
    let mut body = Vec::new();
    lowering.items(root, &mut body);
    add_traits(&mut body, &lowering.traits.take());
    Module { body, has_errors: root.has_error(), ..lowering.module.take() }
}

/// How many times a text's length is parsed again, at most, for what stands in macros.
const REPARSED: usize = 4;

/// One walk over one text.
struct Lowering<'t> {
    text: &'t str,
    walk: Walk<'t>,
    /// Imports and exports, wherever they stand.
    module: RefCell<Module>,
    /// What `Self` stands for; innermost last.
    self_types: RefCell<Vec<String>>,
    /// The traits that this file implements for a type.
    traits: RefCell<BTreeMap<String, Vec<super::tree::Type>>>,
    /// What a `?` in the statement at hand tests, and the error that it gives back.
    rejections: RefCell<Vec<(Expression, Expression)>>,
    /// How many bytes may still be parsed again.
    budget: Cell<usize>,
}

impl<'t> Lowering<'t> {
    fn text(&self, node: Node) -> &'t str {
        let text = self.walk.text(node);
        text.strip_prefix("r#").filter(|_| node.kind().ends_with("identifier")).unwrap_or(text)
    }

    /// Parses a part of the text by itself, lines kept.
    fn reparse(&self, range: Range) -> Option<Tree> {
        let left = self.budget.get().checked_sub(range.end_byte.saturating_sub(range.start_byte))?;
        self.budget.set(left);
        PARSER.with_borrow_mut(|parser| {
            parser.set_included_ranges(&[range]).ok()?;
            let parsed = parser.parse(self.text, None);
            let _ = parser.set_included_ranges(&[]);
            parsed
        })
    }
}

/// A type has the traits as bases that its file implements for it.
fn add_traits(body: &mut [Statement], traits: &BTreeMap<String, Vec<super::tree::Type>>) {
    for statement in body {
        match &mut statement.kind {
            StatementKind::Class(class) => {
                let Class { name, bases, .. } = class.as_mut();
                bases.extend(traits.get(name).cloned().unwrap_or_default());
            }
            StatementKind::Block(inner) => add_traits(inner, traits),
            _ => {}
        }
    }
}
