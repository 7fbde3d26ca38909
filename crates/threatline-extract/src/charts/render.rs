//! One template completed and read.

use super::evaluate::{Evaluator, Frame, Helpers, Output};
use super::syntax::Piece;
use super::value::Value;
use crate::infra::{self, chart::HOLE, chart::STAR};
use crate::node::{self, Kind, Node};
use std::collections::BTreeMap;
use threatline_facts::infra::{ChartTemplate, InfraFact};
use threatline_facts::{ArtifactKind, Extracted, Fact, Facts, Gap};

/// Stand around the name of a release that nobody names: it is that of the chart, and what begins with
/// it is called by what follows.
pub(super) const RELEASE: [char; 2] = ['\u{fdd2}', '\u{fdd3}'];
/// Stands for the namespace that somebody chooses when the chart is installed.
pub(super) const NAMESPACE: char = '\u{fdd1}';

/// What a later reader takes for a part that a template makes.
const UNKNOWN: &str = "{{?}}";

/// A template with these values, or why it cannot be read.
pub(super) fn template(pieces: &[Piece], helpers: &Helpers, context: &Value) -> Facts {
    let mut out = Output::default();
    let mut evaluator = Evaluator::new(helpers);
    evaluator.pieces(pieces, &mut Frame::new(context.clone()), &mut out, 0);
    let mut facts = read(&out);
    if evaluator.left_out && !facts.facts.is_empty() {
        facts.gaps.push(Gap { mark: None, reason: "a template leaves parts open".to_owned(), whole: false });
    }
    facts
}

/// A template that belongs to no chart: read as far as it is YAML.
pub(super) fn alone(template: &ChartTemplate) -> Facts {
    let text = template.lines.join("\n");
    let marks = (0..template.lines.len() as u32).map(Some).collect();
    read(&Output { text, marks })
}

fn read(output: &Output) -> Facts {
    if output.text.trim().is_empty() {
        return Facts::default();
    }
    let opened;
    let text = if output.text.contains(HOLE) {
        opened = without_open_blocks(&output.text);
        &opened
    } else {
        &output.text
    };
    let mut documents = match node::parse(ArtifactKind::Yaml, text) {
        Ok(documents) => documents,
        Err(reason) => return Extracted::lost(reason).facts,
    };
    documents.retain(|document| !is_test(document));
    let mut full: BTreeMap<String, String> = BTreeMap::new();
    for document in &mut documents {
        if let Some((name, short)) = document.str_at(&["metadata", "name"]).and_then(short) {
            full.insert(name, short);
        }
        settle(document, &output.marks);
    }
    let mut out = Extracted::with_given_marks();
    infra::read_documents(&documents, &mut out);
    for fact in &mut out.facts.facts {
        if let Fact::Infra(InfraFact::Workload(workload)) = fact
            && let Some(short) = full.get(&workload.name)
            && *short != workload.name
        {
            let name = std::mem::replace(&mut workload.name, short.clone());
            workload.aliases.push(name);
        }
    }
    out.facts
}

/// A text of several lines that is not known, where its lines would begin: `script: |` and nothing behind it.
fn without_open_blocks(text: &str) -> String {
    let begins = |line: &str| {
        let header = line.trim_end_matches(HOLE);
        header.len() < line.len() && [": |", ": |-", ": |+", ": >", ": >-", ": >+"].iter().any(|block| header.ends_with(block))
    };
    let lines = text.split('\n').map(|line| if begins(line.trim_end()) { line.trim_end().trim_end_matches(HOLE) } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

/// A hook that only tests the release.
fn is_test(document: &Node) -> bool {
    document.str_at(&["metadata", "annotations", "helm.sh/hook"]).is_some_and(|hook| hook.starts_with("test"))
}

/// The name, and what it is without that of the release before it.
fn short(name: &str) -> Option<(String, String)> {
    let [open, close] = RELEASE;
    let rest = name.strip_prefix(open)?;
    let (release, rest) = rest.split_once(close)?;
    let own = rest.trim_start_matches('-');
    Some((settled(name), settled(if own.is_empty() || !rest.starts_with('-') { release } else { own })))
}

/// Replaces what stands for something, and lines by the numbers of their marks, counted from 1.
fn settle(node: &mut Node, marks: &[Option<u32>]) {
    let place = |line: u32| {
        let end = (line as usize).min(marks.len());
        marks[..end].iter().rev().find_map(|mark| *mark).map_or(1, |mark| mark + 1)
    };
    node.line = place(node.line);
    node.end_line = node.line;
    match &mut node.kind {
        Kind::Scalar { text, plain } => {
            if text.contains([HOLE, STAR, NAMESPACE, RELEASE[0], RELEASE[1]]) {
                *text = settled(text);
                *plain &= !text.contains("{{");
            }
        }
        Kind::Sequence(items) => items.iter_mut().for_each(|item| settle(item, marks)),
        Kind::Mapping(entries) => entries.iter_mut().for_each(|entry| {
            entry.line = place(entry.line);
            entry.key = settled(&entry.key);
            settle(&mut entry.value, marks);
        }),
        Kind::Lost(_) => {}
    }
}

/// A text as it is read on: of a service of the same namespace its name alone is left.
fn settled(text: &str) -> String {
    let mut text = text.to_owned();
    if text.contains(NAMESPACE) {
        for behind in [".svc.cluster.local", ".svc", ""] {
            text = text.replace(&format!(".{NAMESPACE}{behind}"), "");
        }
        text = text.replace(NAMESPACE, UNKNOWN);
    }
    text.replace(RELEASE, "").replace(STAR, "*").replace(HOLE, UNKNOWN)
}
