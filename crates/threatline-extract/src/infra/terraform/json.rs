//! Terraform in JSON (`*.tf.json`, what CDK for Terraform writes): the same blocks, with templates in strings.

use super::flatten::template_of;
use crate::infra::mark;
use crate::node::{Kind, MAX_DEPTH, Node};
use threatline_facts::infra::{InfraFact, Resource, TerraformLocal, TerraformModule, TerraformOutput, TerraformVariable};
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
    values(document, &mut room, out);
    true
}

/// Variables with their defaults, locals, outputs and calls of modules.
fn values(document: &Node, room: &mut usize, out: &mut Extracted) {
    let entries = |block: &str| document.get(block).map_or(&[][..], Node::one_or_many).iter().flat_map(Node::entries);
    let mut leaves = |name: &str, node: &Node, out: &mut Extracted| {
        let mut found = Vec::new();
        flatten(name, node, &mut found, room, out, 0);
        found
    };
    for variable in entries("variable") {
        let at = mark(&variable.value, out);
        let default = variable.value.one_or_many().iter().find_map(|body| body.get("default"));
        let found = default.map(|default| leaves(&variable.key, default, out)).unwrap_or_default();
        if found.is_empty() {
            out.say(InfraFact::TerraformVariable(TerraformVariable { name: variable.key.clone(), value: None, assigned: false, mark: at }));
        }
        for (name, value, mark) in found {
            out.say(InfraFact::TerraformVariable(TerraformVariable { name, value: Some(value), assigned: false, mark }));
        }
    }
    for local in entries("locals") {
        for (name, value, mark) in leaves(&local.key, &local.value, out) {
            out.say(InfraFact::TerraformLocal(TerraformLocal { name, value, mark }));
        }
    }
    for output in entries("output") {
        let value = output.value.one_or_many().iter().find_map(|body| body.get("value"));
        for (name, value, mark) in value.map(|value| leaves(&output.key, value, out)).unwrap_or_default() {
            out.say(InfraFact::TerraformOutput(TerraformOutput { name, value, mark }));
        }
    }
    for module in entries("module") {
        let at = mark(&module.value, out);
        let (mut source, mut inputs) = (Text::Unknown, Vec::new());
        for entry in module.value.one_or_many().iter().flat_map(Node::entries) {
            match entry.key.as_str() {
                "source" => source = entry.value.as_str().map_or(Text::Unknown, Text::literal),
                "//" | "version" => {}
                key if super::STEERING.contains(&key) => {}
                key => inputs.extend(leaves(key, &entry.value, out)),
            }
        }
        out.say(InfraFact::TerraformModule(TerraformModule { name: module.key.clone(), source, inputs, mark: at }));
    }
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
