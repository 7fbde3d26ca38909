//! JavaScript, TypeScript and TSX, lowered into the shared tree.
//!
//! `require` is an import as much as `import` is, and an assignment to `module.exports` an export, so
//! that both kinds of module look alike to whatever joins files.

mod declaration;
mod expression;
mod literal;
mod module;
mod statement;
#[cfg(test)]
mod tests;
mod types;

use super::tree::Module;
use super::walk::{Walk, children};
use std::cell::RefCell;
use threatline_facts::Language;
use tree_sitter::Parser;

/// Lowers one file. Never fails: what was not understood is left out, its calls are kept.
pub(crate) fn lower(language: Language, text: &str) -> Module {
    // Types or decorators where the language has none: some tool takes them out before it runs.
    let typed = |tree: &tree_sitter::Tree| language == Language::JavaScript && tree.root_node().has_error();
    let tree = match parse(language, text) {
        Some(plain) if typed(&plain) => parse(Language::Tsx, text).filter(|tree| !tree.root_node().has_error()).or(Some(plain)),
        tree => tree,
    };
    let Some(tree) = tree else { return Module { has_errors: true, ..Module::default() } };
    let root = tree.root_node();
    let lowering = Lowering { walk: Walk::new(text) };
    let mut module = Module { has_errors: root.has_error(), ..Module::default() };
    for node in children(root) {
        lowering.top(node, &mut module);
    }
    module
}

fn parse(language: Language, text: &str) -> Option<tree_sitter::Tree> {
    thread_local! {
        static PARSERS: RefCell<[Option<Parser>; 3]> = const { RefCell::new([None, None, None]) };
    }
    let (at, grammar) = match language {
        Language::TypeScript => (1, tree_sitter_typescript::LANGUAGE_TYPESCRIPT),
        Language::Tsx => (2, tree_sitter_typescript::LANGUAGE_TSX),
        _ => (0, tree_sitter_javascript::LANGUAGE),
    };
    PARSERS.with_borrow_mut(|parsers| {
        if parsers[at].is_none() {
            let mut parser = Parser::new();
            parser.set_language(&grammar.into()).ok()?;
            parsers[at] = Some(parser);
        }
        parsers[at].as_mut()?.parse(text, None)
    })
}

/// One walk over one file.
pub(super) struct Lowering<'t> {
    walk: Walk<'t>,
}
