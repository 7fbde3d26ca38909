//! Ruby into the shared tree.
//!
//! What a word without arguments is, depends on what stands before it: a local variable where it was
//! assigned, else a call on `self`. Both are a name here; as a statement of its own, and as what is
//! assigned, a call is told as one. A block is the argument `&`. What stands in the body of a class runs when the class is made,
//! with the class as `self`: it is a method named `(class)`; what a mixin runs in the class that takes it in
//! is one named `(included)`. Constants of a class are its fields. Names of classes are written in full.

mod declaration;
mod expression;
mod literal;
mod statement;
#[cfg(test)]
mod tests;

use super::tree::*;
use super::walk::{Walk, children};
use crate::code::parts::Fields;
use std::cell::RefCell;
use std::collections::HashSet;
use tree_sitter::{Node, Parser};

/// Lowers one Ruby source file.
pub(crate) fn lower(text: &str) -> Module {
    let mut parser = Parser::new();
    let parsed = parser.set_language(&tree_sitter_ruby::LANGUAGE.into()).ok().and_then(|()| parser.parse(text, None));
    let Some(parsed) = parsed else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let lowering = Lowering { walk: Walk::new(text), locals: RefCell::new(vec![Locals::default()]), around: RefCell::default() };
    let mut module = Module { has_errors: root.has_error(), ..Module::default() };
    lowering.imports(root, &mut module.imports);
    module.body = lowering.statements(&children(root));
    module
}

/// Names of variables that a method, a block or a file has assigned so far.
#[derive(Default)]
struct Locals {
    names: HashSet<String>,
    /// A block sees those around it, a method does not.
    open: bool,
}

/// One walk over one text.
struct Lowering<'t> {
    walk: Walk<'t>,
    locals: RefCell<Vec<Locals>>,
    /// Names of the modules and classes around, in full.
    around: RefCell<Vec<String>>,
}

impl Lowering<'_> {
    /// Whether a word is a variable here.
    fn is_local(&self, name: &str) -> bool {
        for locals in self.locals.borrow().iter().rev() {
            if locals.names.contains(name) {
                return true;
            }
            if !locals.open {
                return false;
            }
        }
        false
    }

    /// Neither in a class nor in a method or block.
    fn is_at_top(&self) -> bool {
        self.around.borrow().is_empty() && self.locals.borrow().len() == 1
    }

    fn is_in_block(&self) -> bool {
        self.locals.borrow().last().is_some_and(|locals| locals.open)
    }

    fn assigned(&self, name: &str) {
        if let Some(locals) = self.locals.borrow_mut().last_mut() {
            locals.names.insert(name.to_owned());
        }
    }

    /// Runs with a scope of its own.
    fn scoped<T>(&self, open: bool, run: impl FnOnce() -> T) -> T {
        self.locals.borrow_mut().push(Locals { open, ..Locals::default() });
        let out = run();
        self.locals.borrow_mut().pop();
        out
    }

    /// `require "x"`, `require_relative "x"`, `require_all`, wherever they stand at the top of a file.
    fn imports(&self, root: Node, out: &mut Vec<Import>) {
        for child in children(root) {
            if child.kind() == "call" {
                out.extend(self.import(child));
            }
        }
    }

    fn import(&self, node: Node) -> Option<Import> {
        let word = self.walk.field_text(node, "method");
        let first = children(node.field("arguments")?).first().copied()?;
        let ExpressionKind::String(module) = self.expression(first).kind else { return None };
        let module = match word {
            "require" => module,
            "require_relative" => format!("./{module}"),
            _ => return None,
        };
        Some(Import { local: format!("({module})"), module, member: None, span: super::walk::span(node) })
    }
}
