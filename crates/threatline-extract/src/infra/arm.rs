//! Templates of Azure's Resource Manager in JSON. Their expressions are Bicep's, but for the way in which parameters and variables
//! are spoken of, and are read as those.
//!
//! Resources have no names but those that they get; where these are computed, the variable that holds one tells what is meant.

use super::bicep::syntax::{self, Value, Words};
use super::bicep::{STEPS, take_step};
use super::cloudformation::values::{Leaf, MAX_VALUES};
use super::{mark, secret};
use crate::node::{Kind, MAX_DEPTH, Node};
use std::cell::Cell;
use std::collections::BTreeMap;
use threatline_facts::infra::{InfraFact, Resource, Stack, StackParameter};
use threatline_facts::{Extracted, Gap, Text};
use threatline_knowledge::catalogue;

/// How deep templates stand in templates, and resources of one file.
const DEEPEST: usize = 4;
const MANY: usize = 2_000;

/// A longer text is a program of its own.
const MAX_TEXT: usize = 4 << 10;

/// What reading one template needs.
struct Template<'d> {
    variables: BTreeMap<&'d str, &'d Node>,
    /// Values that may still be kept.
    room: usize,
    /// Variables that may still be followed.
    steps: Cell<usize>,
}

/// Reads a document if it is such a template; says whether it was.
pub(super) fn read(document: &Node, out: &mut Extracted) -> bool {
    let is_one = document.str_at(&["$schema"]).is_some_and(|schema| schema.to_ascii_lowercase().contains("deploymenttemplate.json"));
    if !is_one || document.get("resources").is_none() {
        return false;
    }
    let parameters: Vec<StackParameter> = document.get("parameters").map_or(&[][..], Node::entries).iter().map(|entry| parameter(entry, out)).collect();
    let first = mark(document, out);
    out.say(InfraFact::Stack(Stack { name: None, parameters, outputs: Vec::new(), mark: first }));
    resources(document, MAX_VALUES, out, 0);
    true
}

fn parameter(entry: &crate::node::Entry, out: &mut Extracted) -> StackParameter {
    let hidden = entry.value.str_at(&["type"]).is_some_and(|kind| kind.to_ascii_lowercase().starts_with("secure"));
    let written = entry.value.str_at(&["defaultValue"]).filter(|text| !text.starts_with('['));
    let value = written.map(|text| if hidden { Text::Unknown } else { secret::hide(&entry.key, Text::literal(text)) });
    StackParameter { name: entry.key.clone(), kind: "arm".to_owned(), value, mark: out.mark(entry.line, entry.end_line()) }
}

/// The resources of a template, listed or by symbolic names, and of those in it.
fn resources(document: &Node, room: usize, out: &mut Extracted, depth: usize) {
    let variables = document.get("variables").map_or(&[][..], Node::entries).iter().map(|entry| (entry.key.as_str(), &entry.value)).collect();
    let mut template = Template { variables, room, steps: Cell::new(STEPS) };
    let Some(listed) = document.get("resources") else { return };
    let symbolic = listed.entries().iter().map(|entry| (Some(entry.key.as_str()), &entry.value));
    for (symbol, node) in listed.items().iter().map(|node| (None, node)).chain(symbolic).take(MANY) {
        let Some(kind) = node.str_at(&["type"]) else { continue };
        if let (Some(inner), true) = (node.at(&["properties", "template"]), depth < DEEPEST && kind.eq_ignore_ascii_case("Microsoft.Resources/deployments")) {
            resources(inner, template.room, out, depth + 1);
        }
        let off = node.get("condition").is_some_and(|condition| condition.as_bool() == Some(false));
        if !off {
            template.resource(symbol, kind, node, out);
        }
    }
    if template.steps.get() == 0 {
        out.facts.gaps.push(Gap { mark: None, reason: "more variables of variables than are followed in one file".to_owned(), whole: false });
    }
}

impl Template<'_> {
    fn resource(&mut self, symbol: Option<&str>, kind: &str, node: &Node, out: &mut Extracted) {
        let spelt = kind.replacen('/', "::", 1);
        let kind = catalogue::kind_of_letters(&spelt, true).map_or(spelt, str::to_owned);
        let mut attributes: Vec<Leaf> = Vec::new();
        for entry in node.entries().iter().filter(|entry| !matches!(entry.key.as_str(), "type" | "apiVersion" | "dependsOn" | "resources" | "copy")) {
            self.flatten(&entry.key, &entry.value, &mut attributes, out, 0);
        }
        let name = symbol.map_or_else(|| self.called(node.str_at(&["name"]).unwrap_or_default(), &kind), str::to_owned);
        let mark = mark(node, out);
        out.say(InfraFact::Resource(Resource { kind, name, data_source: false, attributes, mark }));
    }

    /// What a resource is called: its name, or what the variable of its name is called without that word.
    fn called(&self, written: &str, kind: &str) -> String {
        let text = self.text(written, 0);
        let last = || kind.rsplit(['/', ':']).next().unwrap_or(kind).to_owned();
        if let Some(name) = text.as_literal() {
            return name.rsplit('/').next().filter(|name| !name.is_empty()).map_or_else(last, str::to_owned);
        }
        // of what is computed the variable is told as it is written
        let holder = match Words::new(inside(written).unwrap_or_default()).expression() {
            Value::Text(Text::Name(name)) if !name.eq_ignore_ascii_case("name") => name,
            _ => return last(),
        };
        let short = ["_name", "Name", "-name", "name"].iter().find_map(|end| holder.strip_suffix(end)).filter(|short| !short.is_empty());
        short.unwrap_or(&holder).to_owned()
    }

    /// A text, with the template's own variables put in.
    fn text(&self, written: &str, depth: usize) -> Text {
        if written.len() > MAX_TEXT || depth > 8 {
            return Text::Unknown;
        }
        let Some(inner) = inside(written) else { return Text::literal(written.strip_prefix('[').filter(|_| written.starts_with("[[")).unwrap_or(written)) };
        let value = match Words::new(inner).expression() {
            Value::Text(text) => text,
            value => syntax::named([value]),
        };
        value.resolve(&mut |hole| {
            let Text::Name(name) = hole else { return None };
            let variable = self.variables.get(name.as_str()).filter(|_| take_step(&self.steps))?;
            Some(variable.as_str().map_or(Text::Unknown, |written| self.text(written, depth + 1)))
        })
    }

    fn flatten(&mut self, key: &str, node: &Node, into: &mut Vec<Leaf>, out: &mut Extracted, depth: usize) {
        if self.room == 0 || depth > MAX_DEPTH || key.len() > 512 {
            return;
        }
        match &node.kind {
            Kind::Mapping(entries) => {
                let named = node.str_at(&["name"]).is_some_and(secret::is_secret);
                for entry in entries.iter().filter(|entry| !(named && entry.key == "value")) {
                    self.flatten(&format!("{key}.{}", entry.key), &entry.value, into, out, depth + 1);
                }
            }
            Kind::Sequence(items) => {
                for (number, item) in items.iter().enumerate() {
                    self.flatten(&format!("{key}.{number}"), item, into, out, depth + 1);
                }
            }
            Kind::Scalar { .. } | Kind::Lost(_) => {
                let Some(written) = node.as_str() else { return };
                let name = key.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or(key);
                self.room -= 1;
                let mark = mark(node, out);
                into.push((key.to_owned(), secret::hide(name, self.text(written, 0)), mark));
            }
        }
    }
}

/// What stands in the brackets of an expression.
fn inside(written: &str) -> Option<&str> {
    written.strip_prefix('[').filter(|rest| !rest.starts_with('['))?.strip_suffix(']')
}
