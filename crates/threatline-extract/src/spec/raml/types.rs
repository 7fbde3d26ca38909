//! Types of data of RAML, by what their fields are called.

use super::{DEEP, MANY, named};
use crate::node::{self, Node};
use std::collections::BTreeMap;
use threatline_facts::ArtifactKind;

/// What a definition declares.
pub(super) struct Types<'n> {
    declared: BTreeMap<&'n str, &'n Node>,
}

impl<'n> Types<'n> {
    pub(super) fn new(root: &'n Node) -> Self {
        let mut declared = named(root, "schemas");
        declared.extend(named(root, "types"));
        Types { declared }
    }

    /// Names of the fields of a body or a type.
    pub(super) fn fields(&self, node: &Node) -> Vec<String> {
        let mut out = Vec::new();
        self.collect(node, &mut out, 0);
        out
    }

    fn collect(&self, node: &Node, out: &mut Vec<String>, depth: usize) {
        if depth > DEEP || out.len() >= MANY {
            return;
        }
        if let Some(written) = node.as_str() {
            return self.expression(written, out, depth);
        }
        for key in ["type", "schema"] {
            for written in node.get(key).map_or(&[][..], Node::one_or_many).iter().take(16) {
                self.collect(written, out, depth + 1);
            }
        }
        let properties = node.get("properties").map_or(&[][..], Node::entries);
        // a pattern in slashes names nothing
        let names = properties.iter().map(|property| property.key.trim_end_matches('?')).filter(|name| !name.starts_with('/'));
        out.extend(names.take(MANY).map(str::to_owned));
        if let Some(items) = node.get("items") {
            self.collect(items, out, depth + 1);
        }
    }

    /// `User`, `User[]`, `User | Guest`, or a schema of JSON as a text.
    fn expression(&self, written: &str, out: &mut Vec<String>, depth: usize) {
        let written = written.trim();
        if written.starts_with('{') {
            let documents = node::parse(ArtifactKind::Json, written).unwrap_or_default();
            for document in &documents {
                let of_items = document.at(&["items", "properties"]);
                let properties = document.get("properties").or(of_items).map_or(&[][..], Node::entries);
                out.extend(properties.iter().take(MANY).map(|property| property.key.clone()));
            }
            return;
        }
        for name in written.split('|').take(16) {
            let name = name.trim().trim_matches(['(', ')']).trim_end_matches("[]").trim_matches(['(', ')']);
            if let Some(declared) = self.declared.get(name) {
                self.collect(declared, out, depth + 1);
            }
        }
    }
}
