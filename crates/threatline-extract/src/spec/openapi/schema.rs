//! Schemas: which properties a body has, through references, compositions and lists.
//!
//! A reference may lead back to where it stands, and a small text may describe a huge tree. Each
//! reference is followed once per body, depth is bounded, and so is the work for the whole document.

use crate::node::Node;
use std::collections::BTreeSet;

/// Deeper properties are left out.
const MAX_DEPTH: u8 = 12;
/// References that lead to references.
const MAX_HOPS: u8 = 8;
/// Schemas looked at in one document.
const MAX_WORK: u32 = 100_000;
/// Names kept for one body.
const MAX_FIELDS: usize = 400;

/// Which way a body goes: a `readOnly` property is not in requests, a `writeOnly` one not in responses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Request,
    Response,
}

/// A definition in which references are followed.
pub(super) struct Document<'d> {
    root: &'d Node,
    work: u32,
    elsewhere: bool,
}

impl<'d> Document<'d> {
    /// No work is done yet.
    pub(super) fn new(root: &'d Node) -> Self {
        Self { root, work: 0, elsewhere: false }
    }

    /// The definition as a whole.
    pub(super) fn root(&self) -> &'d Node {
        self.root
    }

    /// What could not be understood.
    pub(super) fn gaps(&self) -> impl Iterator<Item = &'static str> {
        let elsewhere = self.elsewhere.then_some("a reference into another file");
        elsewhere.into_iter().chain((self.work > MAX_WORK).then_some("schemas of too many parts"))
    }

    /// What a reference leads to; a node that is no reference is itself.
    pub(super) fn follow(&mut self, node: &'d Node) -> &'d Node {
        let mut node = node;
        for _ in 0..MAX_HOPS {
            match node.str_at(&["$ref"]).and_then(|reference| self.target(reference)) {
                Some(target) => node = target,
                None => break,
            }
        }
        node
    }

    /// `#/components/schemas/Card`, a JSON pointer.
    fn target(&mut self, reference: &str) -> Option<&'d Node> {
        let Some(pointer) = reference.strip_prefix("#/") else {
            self.elsewhere |= !reference.starts_with('#');
            return None;
        };
        pointer.split('/').take(16).try_fold(self.root, |node, part| {
            let part = part.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}");
            node.get(&part).or_else(|| node.items().get(part.parse::<usize>().ok()?))
        })
    }

    /// The names of the properties on top of a body, or of the things in a list.
    pub(super) fn top(&mut self, schema: &'d Node, direction: Direction) -> Vec<String> {
        self.collect(schema, direction, 1)
    }

    /// The names of all properties of a body, nested ones too.
    pub(super) fn fields(&mut self, schema: &'d Node, direction: Direction) -> Vec<String> {
        self.collect(schema, direction, MAX_DEPTH)
    }

    fn collect(&mut self, schema: &'d Node, direction: Direction, levels: u8) -> Vec<String> {
        let mut walk = Walk { document: self, direction, levels, seen: BTreeSet::new(), names: Vec::new(), known: BTreeSet::new() };
        walk.schema(schema, 0, 0);
        walk.names
    }
}

struct Walk<'w, 'd> {
    document: &'w mut Document<'d>,
    direction: Direction,
    levels: u8,
    seen: BTreeSet<String>,
    names: Vec<String>,
    known: BTreeSet<String>,
}

impl<'d> Walk<'_, 'd> {
    /// `level` counts properties within properties, `depth` every step down.
    fn schema(&mut self, schema: &'d Node, level: u8, depth: u8) {
        self.document.work = self.document.work.saturating_add(1);
        if depth > MAX_DEPTH || self.document.work > MAX_WORK || self.names.len() >= MAX_FIELDS {
            return;
        }
        if let Some(reference) = schema.str_at(&["$ref"]) {
            if self.seen.insert(reference.to_owned())
                && let Some(target) = self.document.target(reference)
            {
                self.schema(target, level, depth + 1);
            }
            return;
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            for part in schema.get(key).map_or(&[][..], Node::items) {
                self.schema(part, level, depth + 1);
            }
        }
        for key in ["items", "additionalProperties"] {
            if let Some(part) = schema.get(key).filter(|part| part.is_mapping()) {
                self.schema(part, level, depth + 1);
            }
        }
        for property in schema.get("properties").map_or(&[][..], Node::entries) {
            let other_way = if self.direction == Direction::Request { "readOnly" } else { "writeOnly" };
            if property.value.get(other_way).and_then(Node::as_bool) == Some(true) {
                continue;
            }
            if self.known.insert(property.key.clone()) {
                self.names.push(property.key.clone());
            }
            if level + 1 < self.levels {
                self.schema(&property.value, level + 1, depth + 1);
            }
        }
    }
}
