//! Dart into the shared tree.
//!
//! What Dart says shortly is written out: a cascade is a function that does one step after the other to an object and
//! gives it back, `this.x` among the parameters of a constructor is an assignment, a getter is a value that is worked
//! out where it is asked for, a constructor with a name is a static function that gives back its class.

mod declaration;
mod expression;
mod statement;
#[cfg(test)]
mod tests;

use super::tree::*;
use super::walk::{Walk, child_of_kind, children, span};
use crate::code::parts::Fields;
use std::ops::Deref;
use tree_sitter::Node;

super::walk::grammar!(tree_sitter_dart::LANGUAGE);

/// Lowers one Dart source file.
pub(crate) fn lower(text: &str) -> Module {
    let Some(parsed) = PARSER.with_borrow_mut(|parser| parser.parse(text, None)) else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let lowering = Lowering(Walk::new(text));
    let mut module = Module { has_errors: root.has_error(), ..Module::default() };
    for node in children(root) {
        match node.kind() {
            "import_or_export" => lowering.import(node, &mut module),
            "part_directive" => {
                // a part has no names of its own: what stands in it is this file's
                if let Some(uri) = node.field("uri").and_then(|uri| lowering.uri(uri)) {
                    let import = Import { local: "*".into(), module: uri, member: Some("*".into()), span: span(node) };
                    module.imports.push(import);
                }
            }
            _ => lowering.statement(node, &mut module.body),
        }
    }
    for one in &mut module.body {
        if let StatementKind::Function(function) = &mut one.kind {
            function.is_static = function.receiver.is_none();
            // what stands at the top is offered, but for what is private
            if function.public && function.receiver.is_none() {
                let value = Some(super::walk::name(function.name.as_str(), one.span));
                module.exports.push(Export { name: function.name.clone(), value, from: None, span: one.span });
            }
        }
    }
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
    /// `import 'package:a/b.dart' as c show D;`, `export 'src/a.dart';`
    fn import(&self, node: Node, module: &mut Module) {
        let at = span(node);
        let Some(inner) = children(node).into_iter().next() else { return };
        let specification = child_of_kind(inner, "import_specification").unwrap_or(inner);
        let Some(uri) = specification.field("uri").and_then(|uri| self.uri(uri)) else { return };
        if inner.kind() == "library_export" {
            module.exports.push(Export { name: "*".into(), value: None, from: Some((uri, "*".into())), span: at });
            return;
        }
        if let Some(alias) = specification.field("alias") {
            module.imports.push(Import { local: self.text(alias).to_owned(), module: uri, member: None, span: at });
            return;
        }
        let shown = children(specification).into_iter().filter(|child| child.kind() == "combinator" && self.text(*child).starts_with("show"));
        let shown: Vec<String> = shown.flat_map(children).map(|name| self.text(name).to_owned()).collect();
        if shown.is_empty() {
            module.imports.push(Import { local: "*".into(), module: uri.clone(), member: Some("*".into()), span: at });
        }
        module.imports.extend(shown.into_iter().map(|name| Import { local: name.clone(), module: uri.clone(), member: Some(name), span: at }));
    }

    /// What is imported: a file of the project begins with a dot.
    fn uri(&self, node: Node) -> Option<String> {
        let quoted = self.text(node).trim();
        let inner = quoted.trim_matches(['\'', '"']);
        if inner.is_empty() || inner.contains('$') {
            return None;
        }
        let is_own = !inner.starts_with('.') && !inner.contains(':');
        Some(if is_own { format!("./{inner}") } else { inner.to_owned() })
    }
}
