//! JSON patches as what they put into a resource: operations become the part of a resource that a merge would
//! be written as. Which element of a list is meant only the resource tells, so that of lists only containers
//! are followed, by the first one, and what is added at an end.

use crate::node::{Entry, Kind, Node};

/// Nobody writes more operations.
const MAX_OPERATIONS: usize = 256;

/// No place in a resource is deeper.
const MAX_DEPTH: usize = 24;

/// Parts of resources that the operations put in, one of each kind that they are about.
pub(super) fn resources(document: &Node, kind: Option<&str>) -> Vec<Node> {
    let mut out: Vec<(String, Node)> = Vec::new();
    for operation in document.items().iter().take(MAX_OPERATIONS) {
        let puts = matches!(operation.str_at(&["op"]), Some("add" | "replace"));
        let (Some(path), Some(value)) = (operation.str_at(&["path"]), operation.get("value")) else { continue };
        let path: Vec<String> = path.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
        let Some(kind) = kind.or_else(|| kind_of(&path)).filter(|_| puts && path.len() <= MAX_DEPTH && can_follow(&path)) else { continue };
        let at = out.iter().position(|(known, _)| known == kind).unwrap_or_else(|| {
            out.push((kind.to_owned(), resource(kind, operation)));
            out.len() - 1
        });
        put(&mut out[at].1, &path, value);
    }
    out.into_iter().map(|(_, resource)| resource).collect()
}

/// The kind of resource that has such a place.
fn kind_of(path: &[String]) -> Option<&'static str> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["spec", "template" | "replicas", ..] => Some("Deployment"),
        ["spec", "type" | "externalIPs" | "externalName", ..] => Some("Service"),
        _ => None,
    }
}

/// Elements of lists other than the first container, and of lists of containers, are not known.
fn can_follow(path: &[String]) -> bool {
    path.windows(2).all(|pair| match (pair[0].as_str(), pair[1].as_str()) {
        ("containers", "0") => true,
        (_, "-") => path.last().is_some_and(|last| last == "-"),
        (_, step) => step.parse::<u32>().is_err(),
    })
}

fn resource(kind: &str, at: &Node) -> Node {
    let (group, version) = match kind {
        "Service" | "ConfigMap" | "Secret" | "Pod" => ("", "v1"),
        "CronJob" | "Job" => ("batch/", "v1"),
        "Ingress" | "NetworkPolicy" => ("networking.k8s.io/", "v1"),
        _ => ("apps/", "v1"),
    };
    let scalar = |text: String| Node { line: at.line, end_line: at.line, kind: Kind::Scalar { text, plain: true }, tag: None };
    let entry = |key: &str, value: Node| Entry { key: key.to_owned(), line: at.line, value };
    let entries = vec![entry("apiVersion", scalar(format!("{group}{version}"))), entry("kind", scalar(kind.to_owned()))];
    Node { line: at.line, end_line: at.end_line, kind: Kind::Mapping(entries), tag: None }
}

/// Puts a value at the end of a path, making what leads there.
fn put(node: &mut Node, path: &[String], value: &Node) {
    let Some((key, rest)) = path.split_first() else {
        *node = value.clone();
        return;
    };
    if key == "-" || key.parse::<u32>().is_ok() {
        if !node.is_sequence() {
            node.kind = Kind::Sequence(Vec::new());
        }
        let Kind::Sequence(items) = &mut node.kind else { return };
        if key == "-" || items.is_empty() {
            items.push(empty(value));
        }
        if let Some(item) = items.last_mut() {
            put(item, rest, value);
        }
        return;
    }
    if !node.is_mapping() {
        node.kind = Kind::Mapping(Vec::new());
    }
    let Kind::Mapping(entries) = &mut node.kind else { return };
    let at = entries.iter().position(|entry| entry.key == *key).unwrap_or_else(|| {
        entries.push(Entry { key: key.clone(), line: value.line, value: empty(value) });
        entries.len() - 1
    });
    put(&mut entries[at].value, rest, value);
}

fn empty(like: &Node) -> Node {
    Node { line: like.line, end_line: like.end_line, kind: Kind::Scalar { text: String::new(), plain: true }, tag: None }
}
