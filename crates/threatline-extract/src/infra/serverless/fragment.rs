//! Parts of a service in files of their own, which it takes in by `${file(…)}`: functions, and what the AppSync plugin is told. What a
//! part says is the service's that takes it in.

use super::super::cloudformation::values::{MAX_VALUES, Values};
use super::appsync;
use crate::node::Node;
use std::collections::BTreeMap;
use threatline_facts::infra::{InfraFact, Resource};
use threatline_facts::{Extracted, Mark, Text};

/// Files that one service takes in.
const MANY: usize = 500;

/// Nodes that are looked at for them.
const WORK: usize = 200_000;

/// Reads a document if it is such a part; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let functions = is_functions(document);
    if !(functions || appsync::is_api(document) || appsync::is_part(document)) {
        return false;
    }
    let variables = super::Variables { document };
    let scalar = |text: &str| variables.text(text);
    let mut values = Values { mappings: None, defaults: BTreeMap::new(), scalar: &scalar, room: MAX_VALUES };
    if functions {
        super::listed(std::slice::from_ref(document), document, &[], &mut values, out);
    } else if appsync::is_api(document) {
        appsync::apis(document, false, &mut values, out);
    } else {
        appsync::part(document, &mut values, out);
    }
    true
}

/// Functions by their keys, each with its handler, some of them started by something.
fn is_functions(document: &Node) -> bool {
    let entries = document.entries();
    let handled = |node: &Node| node.str_at(&["handler"]).is_some_and(|handler| handler.contains('.')) || node.str_at(&["image"]).is_some();
    !entries.is_empty()
        && entries.iter().all(|entry| handled(&entry.value))
        && entries.iter().any(|entry| entry.value.get("events").is_some_and(Node::is_sequence))
}

/// Says which files a service takes in.
pub(super) fn taken(document: &Node, out: &mut Extracted) {
    let mut left = WORK;
    let mut found: Vec<(String, Mark)> = Vec::new();
    collect(document, &mut left, &mut found, out);
    for (path, mark) in found {
        let attributes = vec![("path".to_owned(), Text::literal(&path), mark)];
        out.say(InfraFact::Resource(Resource { kind: "Serverless::File".to_owned(), name: path, data_source: false, attributes, mark }));
    }
}

fn collect(node: &Node, left: &mut usize, found: &mut Vec<(String, Mark)>, out: &mut Extracted) {
    if *left == 0 || found.len() >= MANY {
        return;
    }
    *left -= 1;
    if let Some(text) = node.as_str() {
        let path = text.trim().strip_prefix("${file(").and_then(|rest| rest.split_once(')')).map(|(path, _)| path.trim());
        let is_part = |path: &&str| !path.contains("${") && [".yml", ".yaml", ".json"].iter().any(|ending| path.ends_with(ending));
        if let Some(path) = path.filter(is_part).filter(|path| !found.iter().any(|(known, _)| known == path)) {
            found.push((path.to_owned(), out.mark(node.line, node.end_line)));
        }
    }
    // the depth of a document is bounded by whoever parsed it
    node.entries().iter().map(|entry| &entry.value).chain(node.items()).for_each(|inner| collect(inner, left, found, out));
}
