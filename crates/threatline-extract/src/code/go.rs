//! Go into the shared tree.
//!
//! A walk over tree-sitter's syntax tree by kinds. Constructs of several shapes get one: an `if` with an
//! initialiser is two statements, a `switch` is a chain of `If`s, a composite literal is a construction,
//! list or map, `fmt.Sprintf` with a literal format is a template, and `range` iterates over `entries()` or
//! `keys()` as those words are understood elsewhere.

mod declaration;
mod expression;
mod literal;
mod statement;
#[cfg(test)]
mod tests;

use super::tree::{Import, Module};
use super::walk::{Walk, child_of_kind, children, span};
use crate::code::parts::Fields;
use std::cell::RefCell;
use std::collections::HashMap;
use tree_sitter::Node;

super::walk::grammar!(tree_sitter_go::LANGUAGE);

/// Lowers one Go source file.
pub(crate) fn lower(text: &str) -> Module {
    let Some(parsed) = PARSER.with_borrow_mut(|parser| parser.parse(text, None)) else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let mut lowering = Lowering { walk: Walk::new(text), types: HashMap::new(), results: RefCell::default() };
    lowering.collect_types(root);
    let mut module = Module { has_errors: root.has_error(), ..Module::default() };
    for node in children(root) {
        match node.kind() {
            "package_clause" => module.package = children(node).first().map(|name| lowering.text(*name).to_owned()),
            "import_declaration" => lowering.imports(node, &mut module.imports),
            _ => lowering.statement(node, &mut module.body),
        }
    }
    module
}

/// One walk over one text.
struct Lowering<'t> {
    walk: Walk<'t>,
    /// The types that this file declares at its top, since a literal's shape depends on its type's.
    types: HashMap<&'t str, Node<'t>>,
    /// The names of the results of the functions around; what a bare `return` gives back.
    results: RefCell<Vec<Vec<String>>>,
}

impl<'t> Lowering<'t> {
    fn text(&self, node: Node) -> &'t str {
        self.walk.text(node)
    }

    fn imports(&self, node: Node, out: &mut Vec<Import>) {
        for child in children(node) {
            match child.kind() {
                "import_spec_list" => self.imports(child, out),
                "import_spec" => out.extend(self.import(child)),
                _ => {}
            }
        }
    }

    fn import(&self, node: Node) -> Option<Import> {
        let module = self.string(node.field("path")?);
        let span = span(node);
        let whole = |local: String| Import { local, module: module.clone(), member: None, span };
        let import = match node.field("name") {
            Some(dot) if dot.kind() == "dot" => Import { local: "*".into(), module, member: Some("*".into()), span },
            Some(alias) => whole(self.text(alias).to_owned()),
            None => whole(self.package_name(&module)),
        };
        Some(import)
    }
}

impl<'t> Lowering<'t> {
    /// The name of a package that is imported without one. `go-redis` and `kafka-go` are most often `redis`
    /// and `kafka`: what the file uses decides.
    fn package_name(&self, path: &str) -> String {
        let last = package_of(path);
        let is_name = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let plain = last.strip_prefix("go-").or_else(|| last.strip_prefix("go.")).unwrap_or(last);
        let plain = plain.strip_suffix("-go").or_else(|| plain.strip_suffix(".go")).unwrap_or(plain);
        let joined = plain.replace(['-', '.'], "");
        let part = plain.rsplit(['-', '.']).next().unwrap_or(plain);
        // `goji.io` is `goji`
        let front = plain.split('.').next().unwrap_or(plain);
        let candidates = [last, plain, &joined, front, part];
        let used = candidates.iter().filter(|name| is_name(name)).find(|name| self.uses(name));
        used.map_or_else(|| last.to_owned(), |name| (*name).to_owned())
    }

    /// Whether the file takes something of a package under that name.
    fn uses(&self, name: &str) -> bool {
        let text = self.walk.whole();
        let ends = |at: usize| text[at + name.len()..].starts_with('.');
        let begins = |at: usize| !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '/' | '"' | '-'));
        text.match_indices(name).any(|(at, _)| ends(at) && begins(at))
    }

    fn collect_types(&mut self, root: Node<'t>) {
        for declaration in children(root) {
            if declaration.kind() != "type_declaration" {
                continue;
            }
            for spec in children(declaration) {
                if let (Some(name), Some(shape)) = (spec.field("name"), spec.field("type")) {
                    self.types.insert(self.text(name), shape);
                }
            }
        }
    }

    /// The literal type behind a name that this file declares: `Routes` for `type Routes []Route`.
    fn shape<'n>(&self, node: Node<'n>) -> Node<'n>
    where
        't: 'n,
    {
        match self.types.get(self.text(node)) {
            Some(shape) if node.kind() == "type_identifier" => *shape,
            _ => node,
        }
    }
}

/// The name that a package most likely has: the last element of its path, without a version.
fn package_of(path: &str) -> &str {
    let is_version = |part: &str| part.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    let mut parts = path.rsplit('/');
    let last = match parts.next() {
        Some(last) if is_version(last) => parts.next().unwrap_or(last),
        Some(last) => last,
        None => path,
    };
    match last.rsplit_once('.') {
        Some((name, version)) if is_version(version) => name,
        _ => last,
    }
}

/// Whether a name is exported.
fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

/// Whether a result list or parameter list stands under a field.
fn list_under<'n>(node: Node<'n>, field: &'static str) -> Option<Node<'n>> {
    node.field(field).filter(|child| child.kind() == "parameter_list")
}

/// The text of the tag that a struct field carries.
fn tag(node: Node<'_>) -> Option<Node<'_>> {
    node.field("tag").or_else(|| child_of_kind(node, "raw_string_literal"))
}
