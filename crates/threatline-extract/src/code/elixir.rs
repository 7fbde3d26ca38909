//! Elixir into the shared tree.
//!
//! Everything is a call here, also what declares: `defmodule` is a class, `def` a method of it, several clauses of
//! one name are one method that tells them apart. A block is the argument `&`. What stands in the body of a module
//! runs when it is compiled, with the module as `self`: it is a method named `(class)`, as Ruby's; `use` and
//! `import` name bases, and what a macro quotes for the module that uses it is one named `(included)`. Names of
//! modules are written in full, with aliases resolved, as one word.

mod clause;
mod expression;
mod literal;
mod module;
mod statement;
#[cfg(test)]
mod tests;

use super::tree::*;
use super::walk::{Walk, children};
use crate::code::parts::Fields;
use std::cell::RefCell;
use tree_sitter::{Node, Parser};

/// The most aliases that are kept at once.
const MAX_ALIASES: usize = 512;

/// Lowers one Elixir source file.
pub(crate) fn lower(text: &str) -> Module {
    let mut parser = Parser::new();
    let parsed = parser.set_language(&tree_sitter_elixir::LANGUAGE.into()).ok().and_then(|()| parser.parse(text, None));
    let Some(parsed) = parsed else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let lowering = Lowering { walk: Walk::new(text), aliases: RefCell::default(), around: RefCell::default() };
    let body = lowering.statements(&children(root));
    Module { has_errors: root.has_error(), body, ..Module::default() }
}

/// One walk over one text.
struct Lowering<'t> {
    walk: Walk<'t>,
    /// Short names of modules and what they mean, the innermost last.
    aliases: RefCell<Vec<(String, String)>>,
    /// Names of the modules around, in full.
    around: RefCell<Vec<String>>,
}

impl Lowering<'_> {
    /// The full name of a module.
    fn full(&self, written: &str) -> String {
        let (first, rest) = written.split_once('.').map_or((written, None), |(first, rest)| (first, Some(rest)));
        if first == "Elixir" {
            return rest.unwrap_or_default().to_owned();
        }
        let aliases = self.aliases.borrow();
        let Some((_, meant)) = aliases.iter().rev().find(|(short, _)| short == first) else { return written.to_owned() };
        match rest {
            Some(rest) => format!("{meant}.{rest}"),
            None => meant.clone(),
        }
    }

    /// From here on a short name means that.
    fn alias(&self, short: &str, full: String) {
        let mut aliases = self.aliases.borrow_mut();
        if aliases.len() < MAX_ALIASES {
            aliases.push((short.to_owned(), full));
        }
    }

    /// Runs with aliases that end with it.
    fn scoped<T>(&self, run: impl FnOnce() -> T) -> T {
        let before = self.aliases.borrow().len();
        let out = run();
        self.aliases.borrow_mut().truncate(before);
        out
    }

    /// The name of the module around.
    fn here(&self) -> String {
        self.around.borrow().last().cloned().unwrap_or_default()
    }

    /// The name of the module that a node names, if it names one.
    fn module_name(&self, node: Node) -> Option<String> {
        match node.kind() {
            "alias" => Some(self.full(&self.walk.text(node).split_whitespace().collect::<String>())),
            "identifier" if self.walk.text(node) == "__MODULE__" => Some(self.here()),
            // `__MODULE__.Inner`
            "dot" => {
                let (left, right) = node.field("left").zip(node.field("right"))?;
                let left = self.walk.deeper(|| self.module_name(left)).flatten()?;
                (right.kind() == "alias").then(|| format!("{left}.{}", self.walk.text(right)))
            }
            _ => None,
        }
    }

    /// The word that is called without anything before it, and what it is given.
    fn called<'n>(&self, node: Node<'n>) -> Option<(&str, Vec<Node<'n>>)> {
        let target = node.field("target").filter(|target| node.kind() == "call" && target.kind() == "identifier")?;
        Some((self.walk.text(target), given(node)))
    }
}

/// The arguments of a call, keywords among them as one.
fn given(call: Node<'_>) -> Vec<Node<'_>> {
    children(call).into_iter().find(|child| child.kind() == "arguments").map(children).unwrap_or_default()
}

/// The block of a call.
fn block(call: Node<'_>) -> Option<Node<'_>> {
    children(call).into_iter().find(|child| child.kind() == "do_block")
}

/// The name of a keyword: `only: ` is `only`.
fn keyword(text: &str) -> &str {
    text.trim().trim_end_matches(':').trim_matches('"')
}
