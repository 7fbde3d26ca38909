//! What SAM adds: globals, events of functions, function URLs, and the gateways that it makes by itself.

use super::super::mark;
use super::by_key;
use super::values::{Leaf, Values};
use crate::node::{Entry, Node};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{InfraFact, Resource};
use threatline_facts::{Extracted, Mark, Text};

/// Kind of the resource that an event of a SAM function becomes, before the event's own type.
const EVENT: &str = "AWS::Serverless::Event::";

/// Events that come through a gateway: type, key of the gateway, the gateway that SAM makes without one.
const GATEWAYS: &[(&str, &str, &str, &str)] =
    &[("Api", "RestApiId", "ServerlessRestApi", "AWS::Serverless::Api"), ("HttpApi", "ApiId", "ServerlessHttpApi", "AWS::Serverless::HttpApi")];

/// `Globals`, by the kind of resource that they are for.
#[derive(Default)]
pub(super) struct Globals {
    by_kind: BTreeMap<String, Vec<Leaf>>,
}

impl Globals {
    pub(super) fn new(document: &Node, values: &mut Values<'_>, out: &mut Extracted) -> Self {
        let mut by_kind = BTreeMap::new();
        for section in document.get("Globals").map_or(&[][..], Node::entries) {
            let mut leaves = Vec::new();
            values.flatten("", &section.value, &mut leaves, out);
            by_kind.insert(format!("AWS::Serverless::{}", section.key), leaves);
        }
        Globals { by_kind }
    }

    /// Adds what the resource does not say itself.
    pub(super) fn apply(&self, kind: &str, attributes: &mut Vec<Leaf>, values: &mut Values<'_>) {
        let Some(leaves) = self.by_kind.get(kind) else { return };
        let own: BTreeSet<String> = attributes.iter().map(|(key, ..)| key.clone()).collect();
        let said = |key: &str| own.contains(key) || key.match_indices('.').any(|(at, _)| own.contains(&key[..at]));
        for leaf in leaves.iter().filter(|(key, ..)| !said(key)) {
            if values.room > 0 {
                values.room -= 1;
                attributes.push(leaf.clone());
            }
        }
    }
}

/// Gateways that events need and nobody wrote, with the place of the first such event.
#[derive(Default)]
pub(super) struct Implied {
    gateways: BTreeMap<usize, Mark>,
}

impl Implied {
    pub(super) fn say(self, globals: &Globals, values: &mut Values<'_>, out: &mut Extracted) {
        for (at, mark) in self.gateways {
            let (_, _, name, kind) = GATEWAYS[at];
            let mut attributes = Vec::new();
            globals.apply(kind, &mut attributes, values);
            out.say(InfraFact::Resource(Resource { kind: kind.to_owned(), name: name.to_owned(), data_source: false, attributes, mark }));
        }
    }
}

/// Says the events and the URL of a function or state machine as resources.
pub(super) fn events(entry: &Entry, globals: &Globals, values: &mut Values<'_>, implied: &mut Implied, out: &mut Extracted) {
    let Some(properties) = entry.value.get("Properties") else { return };
    for event in properties.get("Events").map_or(&[][..], Node::entries) {
        let Some(kind) = event.value.str_at(&["Type"]) else { continue };
        let mark = out.mark(event.line, event.end_line());
        let mut attributes = vec![("Function".to_owned(), Text::Name(entry.key.clone()), mark)];
        for property in event.value.get("Properties").map_or(&[][..], Node::entries) {
            values.flatten(&property.key, &property.value, &mut attributes, out);
        }
        if let Some((at, (_, key, gateway, _))) = GATEWAYS.iter().enumerate().find(|(_, (event, ..))| *event == kind)
            && !by_key(&attributes).contains_key(key)
        {
            attributes.push(((*key).to_owned(), Text::Name((*gateway).to_owned()), mark));
            implied.gateways.entry(at).or_insert(mark);
        }
        let name = format!("{}.{}", entry.key, event.key);
        out.say(InfraFact::Resource(Resource { kind: format!("{EVENT}{kind}"), name, data_source: false, attributes, mark }));
    }
    let global = globals.by_kind.get("AWS::Serverless::Function").into_iter().flatten();
    let global = global.filter(|(key, ..)| key.starts_with("FunctionUrlConfig.") && entry.value.str_at(&["Type"]) == Some("AWS::Serverless::Function"));
    let mut attributes: Vec<Leaf> = global.map(|(key, text, mark)| (key.trim_start_matches("FunctionUrlConfig.").to_owned(), text.clone(), *mark)).collect();
    if let Some(url) = properties.get("FunctionUrlConfig") {
        attributes.clear();
        values.flatten("", url, &mut attributes, out);
    }
    if let Some((_, _, at)) = attributes.first() {
        let at = properties.get("FunctionUrlConfig").map_or(*at, |node| mark(node, out));
        attributes.push(("TargetFunctionArn".to_owned(), Text::Name(entry.key.clone()), at));
        let name = format!("{}.Url", entry.key);
        out.say(InfraFact::Resource(Resource { kind: "AWS::Lambda::Url".to_owned(), name, data_source: false, attributes, mark: at }));
    }
}
