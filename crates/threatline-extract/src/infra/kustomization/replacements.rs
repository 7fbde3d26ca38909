//! Replacements and variables of Kustomize: a value of one resource that is written into others.

use super::super::mark;
use super::list;
use crate::node::Node;
use threatline_facts::infra::{Chosen, InfraFact, Replacement, ReplacementTarget, Replacements};
use threatline_facts::{Extracted, Mark};

/// Nobody writes more replacements, targets of one, or fields of a target.
const MANY: usize = 256;

/// No path of a field is longer.
const LONG: usize = 512;

/// Reads a document if it is a list of replacements, or a single one; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let is_one = |node: &Node| {
        let source = node.get("source").is_some_and(Node::is_mapping) || node.get("sourceValue").is_some();
        source && !list(node, "targets").is_empty() && list(node, "targets").iter().all(|target| target.get("select").is_some_and(Node::is_mapping))
    };
    let items = if document.is_sequence() { document.items() } else { std::slice::from_ref(document) };
    if items.is_empty() || !items.iter().all(is_one) {
        return false;
    }
    let mark = mark(document, out);
    out.say(InfraFact::Replacements(Replacements { all: items.iter().take(MANY).filter_map(replacement).collect(), mark }));
    true
}

/// `replacements` and `vars` of a kustomization.
pub(super) fn all(document: &Node) -> Vec<Replacement> {
    let written = list(document, "replacements").iter().take(MANY).filter_map(replacement);
    written.chain(list(document, "vars").iter().take(MANY).filter_map(variable)).collect()
}

/// Files that tell replacements.
pub(super) fn files(document: &Node, out: &mut Extracted) -> Vec<(String, Mark)> {
    let items = list(document, "replacements").iter().take(MANY);
    items.filter_map(|item| Some((item.str_at(&["path"])?.to_owned(), mark(item, out)))).collect()
}

fn replacement(node: &Node) -> Option<Replacement> {
    let value = node.str_at(&["sourceValue"]).map(str::to_owned);
    let source = node.get("source");
    if source.is_none() && value.is_none() {
        return None;
    }
    let targets = list(node, "targets").iter().take(MANY).filter_map(|target| {
        let fields: Vec<String> = list(target, "fieldPaths").iter().take(MANY).filter_map(|path| field(path.as_str())).collect();
        let fields = if fields.is_empty() { vec!["metadata.name".to_owned()] } else { fields };
        Some(ReplacementTarget {
            select: chosen(target.get("select")?),
            reject: list(target, "reject").iter().take(MANY).map(chosen).collect(),
            fields,
            part: part(target),
            creates: target.str_at(&["options", "create"]) == Some("true"),
        })
    });
    Some(Replacement {
        source: source.map(chosen).unwrap_or_default(),
        field: source.and_then(|source| field(source.str_at(&["fieldPath"]))).unwrap_or_else(|| "metadata.name".to_owned()),
        value,
        part: source.and_then(part),
        targets: targets.collect(),
        variable: None,
    })
}

fn variable(node: &Node) -> Option<Replacement> {
    Some(Replacement {
        source: chosen(node.get("objref")?),
        field: field(node.str_at(&["fieldref", "fieldpath"]).or_else(|| node.str_at(&["fieldref", "fieldPath"]))).unwrap_or_else(|| "metadata.name".to_owned()),
        variable: Some(node.str_at(&["name"])?.to_owned()),
        ..Replacement::default()
    })
}

fn field(written: Option<&str>) -> Option<String> {
    written.filter(|path| path.len() <= LONG).map(str::to_owned)
}

fn chosen(node: &Node) -> Chosen {
    let text = |key: &str| node.str_at(&[key]).filter(|text| !text.is_empty()).map(str::to_owned);
    let narrowed = ["labelSelector", "annotationSelector"].iter().any(|key| node.get(key).is_some());
    Chosen { kind: text("kind"), name: text("name"), namespace: text("namespace"), narrowed }
}

fn part(node: &Node) -> Option<(String, i32)> {
    let delimiter = node.str_at(&["options", "delimiter"]).filter(|delimiter| !delimiter.is_empty())?;
    let index = node.at(&["options", "index"]).and_then(Node::as_int).and_then(|index| i32::try_from(index).ok());
    Some((delimiter.to_owned(), index.unwrap_or(0)))
}
