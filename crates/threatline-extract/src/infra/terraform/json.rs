//! Terraform in JSON (`*.tf.json`, what CDK for Terraform writes): the same blocks, with templates in strings.

use super::flatten::template_of;
use crate::infra::mark;
use crate::node::{Kind, MAX_DEPTH, Node};
use threatline_facts::infra::{InfraFact, Resource};
use threatline_facts::{Extracted, Mark, Text};

/// Blocks that a file may have at its top, and nothing else.
const BLOCKS: &[&str] = &["//", "resource", "data", "variable", "output", "locals", "module", "provider", "terraform", "moved", "import"];

/// Reads a document if it is Terraform's; says whether it was.
pub(in crate::infra) fn read(document: &Node, out: &mut Extracted) -> bool {
    let entries = document.entries();
    let holds =
        ["resource", "data"].iter().filter_map(|block| document.get(block)).any(|kinds| kinds.entries().iter().any(|kind| is_kind(&kind.key, &kind.value)));
    if !holds || !entries.iter().all(|entry| BLOCKS.contains(&entry.key.as_str())) {
        return false;
    }
    let mut room = super::MAX_VALUES;
    for (block, data_source) in [("resource", false), ("data", true)] {
        for kind in document.get(block).map_or(&[][..], Node::entries) {
            for named in kind.value.entries() {
                let at = mark(&named.value, out);
                let mut attributes = Vec::new();
                for body in named.value.one_or_many() {
                    let own = body.entries().iter().filter(|entry| !super::STEERING.contains(&entry.key.as_str()) && entry.key != "//");
                    own.for_each(|entry| flatten(&entry.key, &entry.value, &mut attributes, &mut room, out, 0));
                }
                out.say(InfraFact::Resource(Resource { kind: kind.key.clone(), name: named.key.clone(), data_source, attributes, mark: at }));
            }
        }
    }
    true
}

/// `aws_db_instance: { main: { … } }`.
fn is_kind(kind: &str, named: &Node) -> bool {
    kind.contains('_') && named.entries().iter().any(|entry| entry.value.is_mapping() || entry.value.is_sequence())
}

fn flatten(key: &str, node: &Node, into: &mut Vec<(String, Text, Mark)>, room: &mut usize, out: &mut Extracted, depth: usize) {
    if *room == 0 || depth > MAX_DEPTH || node.is_null() {
        return;
    }
    match &node.kind {
        Kind::Sequence(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(at, item)| flatten(&format!("{key}.{at}"), item, into, room, out, depth + 1));
        }
        Kind::Mapping(entries) if !entries.is_empty() => {
            entries.iter().for_each(|entry| flatten(&format!("{key}.{}", entry.key), &entry.value, into, room, out, depth + 1));
        }
        Kind::Scalar { text, plain } => {
            *room -= 1;
            let value = if *plain { Text::literal(text) } else { template_of(text) };
            let at = mark(node, out);
            into.push((key.to_owned(), super::flatten::kept(key, value), at));
        }
        _ => {}
    }
}
