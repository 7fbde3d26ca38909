//! `use`, `mod` and `extern crate`.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::{Export, Import, Span};
use crate::code::walk::{child_of_kind, children, span};
use tree_sitter::Node;

impl Lowering<'_> {
    /// `use a::{b, c as d, e::*}`; a public one also offers what it takes.
    pub(super) fn uses(&self, node: Node) {
        if let Some(clause) = node.field("argument") {
            let public = child_of_kind(node, "visibility_modifier").is_some();
            self.use_clause(clause, "", public);
        }
    }

    fn use_clause(&self, node: Node, prefix: &str, public: bool) {
        self.walk.deeper(|| match node.kind() {
            "use_list" => children(node).into_iter().for_each(|child| self.use_clause(child, prefix, public)),
            "scoped_use_list" => {
                let path = joined(prefix, &self.path_text(node.field("path")));
                if let Some(list) = node.field("list") {
                    self.use_clause(list, &path, public);
                }
            }
            "use_wildcard" => {
                let module = joined(prefix, &self.path_text(children(node).first().copied()));
                self.import("*", &module, Some("*"), public, span(node));
            }
            "use_as_clause" => {
                let path = joined(prefix, &self.path_text(node.field("path")));
                let alias = node.field("alias").map(|alias| self.text(alias)).unwrap_or_default();
                self.import_path(&path, Some(alias), public, span(node));
            }
            "self" if !prefix.is_empty() => self.import_path(prefix, None, public, span(node)),
            _ => self.import_path(&joined(prefix, &self.path_text(Some(node))), None, public, span(node)),
        });
    }

    /// Takes the last element of a path from what stands before it.
    fn import_path(&self, path: &str, alias: Option<&str>, public: bool, at: Span) {
        let path = path.strip_suffix("::self").unwrap_or(path);
        match path.rsplit_once("::") {
            Some((module, member)) => self.import(alias.unwrap_or(member), module, Some(member), public, at),
            None => self.import(alias.unwrap_or(path), path, None, public, at),
        }
    }

    fn import(&self, local: &str, module: &str, member: Option<&str>, public: bool, at: Span) {
        let mut found = self.module.borrow_mut();
        let import = Import { local: local.into(), module: module.into(), member: member.map(Into::into), span: at };
        found.imports.push(import);
        if public {
            let from = Some((module.to_owned(), member.unwrap_or_default().to_owned()));
            found.exports.push(Export { name: local.into(), value: None, from, span: at });
        }
    }

    /// `mod x;`: a file beside this one.
    pub(super) fn file_module(&self, name: &str, at: Span) {
        self.import(name, &format!("self::{name}"), None, false, at);
    }

    /// A module that a generator writes.
    pub(super) fn generated_module(&self, name: &str, package: &str, at: Span) {
        self.import(name, package, None, false, at);
    }

    pub(super) fn extern_crate(&self, node: Node) {
        let name = self.walk.field_text(node, "name");
        let alias = node.field("alias").map_or(name, |alias| self.text(alias));
        self.import(alias, name, None, false, span(node));
    }

    /// A path as written, without blanks and type arguments.
    fn path_text(&self, node: Option<Node>) -> String {
        let Some(node) = node else { return String::new() };
        if node.kind() != "scoped_identifier" {
            return self.text(node).to_owned();
        }
        let path = self.walk.deeper(|| self.path_text(node.field("path"))).unwrap_or_default();
        joined(&path, node.field("name").map(|name| self.text(name)).unwrap_or_default())
    }
}

fn joined(prefix: &str, path: &str) -> String {
    match (prefix, path) {
        ("", path) => path.to_owned(),
        (prefix, "") => prefix.to_owned(),
        (prefix, path) => format!("{prefix}::{path}"),
    }
}
