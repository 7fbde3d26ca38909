//! The Serverless Framework: functions, what calls them, and the CloudFormation beside them.
//!
//! Events become resources with a reference to their function, and the gateways that the framework makes
//! for them are said as well; so a service reads as the template that it is deployed as.

mod appsync;
pub mod fragment;
mod variables;

use super::cloudformation::values::{Leaf, MAX_VALUES, Values};
use super::cloudformation::{by_key, embedded, stack, values_of};
use crate::node::{Entry, Kind, Node};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{InfraFact, Resource};
use threatline_facts::{Extracted, Gap, Mark, Text};
use variables::Variables;

/// Events that come through a gateway: key, the gateway's logical id, its kind.
const GATEWAYS: &[(&str, &str, &str)] = &[
    ("http", "ApiGatewayRestApi", "Serverless::RestApi"),
    ("httpApi", "HttpApi", "Serverless::HttpApi"),
    ("websocket", "WebsocketsApi", "Serverless::WebsocketApi"),
];

/// What an event's only value means.
const ALONE: &[(&str, &str)] = &[("schedule", "rate"), ("s3", "bucket"), ("websocket", "route"), ("cognitoUserPool", "pool"), ("eventBridge", "eventBus")];

/// Reads a document if it is a service; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let named = document.get("service").is_some_and(|service| service.as_str().is_some() || service.str_at(&["name"]).is_some());
    let provided = document.get("provider").is_some_and(|provider| provider.as_str().is_some() || provider.str_at(&["name"]).is_some());
    let graphql = || document.get("appSync").or_else(|| document.at(&["custom", "appSync"]));
    let holds = document.get("functions").is_some() || document.get("resources").is_some() || graphql().is_some();
    if !(named && provided && holds) {
        return false;
    }
    if let Some((_, kind)) = elsewhere(document) {
        other_functions(document, *kind, out);
        return true;
    }
    let variables = Variables { document };
    let scalar = |text: &str| variables.text(text);
    let empty = Node { line: document.line, end_line: document.end_line, kind: Kind::Mapping(Vec::new()), tag: None };
    let sections: Vec<&Node> = document.get("resources").map_or(&[][..], Node::one_or_many).iter().collect();
    let main = sections.iter().copied().find(|section| section.get("Resources").is_some()).unwrap_or(&empty);
    let mut values = values_of(main, &scalar, MAX_VALUES);
    let name = document.str_at(&["service"]).or_else(|| document.str_at(&["service", "name"]));
    stack(main, name.map(&scalar), &values, out);
    fragment::taken(document, out);
    functions(document, &mut values, out);
    if let Some(graphql) = graphql() {
        appsync::apis(graphql, true, &mut values, out);
    }
    sections.iter().for_each(|section| embedded(section, &mut values, out));
    if values.room == 0 {
        out.facts.gaps.push(Gap { mark: None, reason: "more values than are read of one file".to_owned(), whole: false });
    }
    true
}

/// Providers other than AWS by their names, and what their functions are; those without a kind are known to be others, and no more.
const PROVIDERS: &[(&str, Option<&str>)] = &[
    ("google", Some("Serverless::GoogleFunction")),
    ("azure", Some("Serverless::AzureFunction")),
    ("openwhisk", None),
    ("kubeless", None),
    ("knative", None),
    ("fn", None),
    ("cloudflare", None),
    ("tencent", None),
    ("aliyun", None),
    ("spotinst", None),
    ("twilio-runtime", None),
];

/// The provider of a service that is not deployed to AWS.
fn elsewhere(document: &Node) -> Option<&'static (&'static str, Option<&'static str>)> {
    let name = document.str_at(&["provider", "name"]).or_else(|| document.get("provider")?.as_str())?;
    PROVIDERS.iter().find(|(known, _)| *known == name)
}

/// Functions that another provider runs: what starts them there is not what it would be on AWS.
fn other_functions(document: &Node, kind: Option<&str>, out: &mut Extracted) {
    let Some(kind) = kind else { return };
    let variables = Variables { document };
    let scalar = |text: &str| variables.text(text);
    let empty = Node { line: document.line, end_line: document.end_line, kind: Kind::Mapping(Vec::new()), tag: None };
    let mut values = values_of(&empty, &scalar, MAX_VALUES);
    for entry in document.get("functions").map_or(&[][..], Node::one_or_many).iter().flat_map(Node::entries).filter(|entry| entry.value.is_mapping()) {
        let mark = out.mark(entry.line, entry.end_line());
        let mut attributes = Vec::new();
        if let Some(node) = document.at(&["provider", "environment"]) {
            values.flatten("environment", node, &mut attributes, out);
        }
        for property in entry.value.entries().iter().filter(|property| property.key != "events") {
            values.flatten(&property.key, &property.value, &mut attributes, out);
        }
        out.say(InfraFact::Resource(Resource { kind: kind.to_owned(), name: entry.key.clone(), data_source: false, attributes, mark }));
    }
}

fn functions(document: &Node, values: &mut Values<'_>, out: &mut Extracted) {
    let shared = shared(document, values, out);
    listed(document.get("functions").map_or(&[][..], Node::one_or_many), document, &shared, values, out);
}

/// Functions by their keys, with what starts them, and the gateways before them.
fn listed(listed: &[Node], document: &Node, shared: &[Leaf], values: &mut Values<'_>, out: &mut Extracted) {
    let mut gateways: BTreeMap<usize, Mark> = BTreeMap::new();
    for entry in listed.iter().flat_map(Node::entries).filter(|entry| entry.value.is_mapping()) {
        function(entry, shared, values, out);
        for (number, event) in entry.value.get("events").map_or(&[][..], Node::items).iter().enumerate() {
            if let Some(at) = self::event(entry, number, event, values, out) {
                let mark = out.mark(event.line, event.end_line);
                gateways.entry(at).or_insert(mark);
            }
        }
    }
    for (at, mark) in gateways {
        let (_, name, kind) = GATEWAYS[at];
        let mut attributes = Vec::new();
        for key in ["apiGateway", "httpApi", "endpointType"] {
            if let Some(node) = document.at(&["provider", key]) {
                values.flatten(key, node, &mut attributes, out);
            }
        }
        out.say(InfraFact::Resource(Resource { kind: kind.to_owned(), name: name.to_owned(), data_source: false, attributes, mark }));
    }
}

/// What the provider gives to every function: variables, and what its role may do.
fn shared(document: &Node, values: &mut Values<'_>, out: &mut Extracted) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for (path, key) in [
        (&["provider", "environment"][..], "environment"),
        (&["provider", "iam", "role", "statements"], "statements"),
        (&["provider", "iamRoleStatements"], "statements"),
        (&["provider", "role"], "role"),
        (&["provider", "iam", "role"], "role"),
        (&["provider", "runtime"], "runtime"),
    ] {
        if let Some(node) = document.at(path).filter(|node| key != "role" || values.text(node, 0).is_some()) {
            values.flatten(key, node, &mut leaves, out);
        }
    }
    leaves
}

fn function(entry: &Entry, shared: &[Leaf], values: &mut Values<'_>, out: &mut Extracted) {
    let mark = out.mark(entry.line, entry.end_line());
    let mut attributes = Vec::new();
    for property in entry.value.entries().iter().filter(|property| property.key != "events") {
        values.flatten(&property.key, &property.value, &mut attributes, out);
    }
    let own: BTreeSet<String> = attributes.iter().map(|(key, ..)| key.clone()).collect();
    // a role of its own takes the place of the one that all share
    let lonely = own.contains("role");
    for leaf in shared.iter().filter(|(key, ..)| !(own.contains(key) || lonely && key.starts_with("statements"))) {
        if values.room > 0 {
            values.room -= 1;
            attributes.push(leaf.clone());
        }
    }
    let url = by_key(&attributes).contains_key("url") || attributes.iter().any(|(key, ..)| key.starts_with("url."));
    if url {
        let mut of_url: Vec<Leaf> = attributes.iter().filter(|(key, ..)| key == "url" || key.starts_with("url.")).cloned().collect();
        of_url.push(("function".to_owned(), Text::Name(entry.key.clone()), mark));
        let name = format!("{}.url", entry.key);
        out.say(InfraFact::Resource(Resource { kind: "Serverless::Url".to_owned(), name, data_source: false, attributes: of_url, mark }));
    }
    out.say(InfraFact::Resource(Resource { kind: "Serverless::Function".to_owned(), name: entry.key.clone(), data_source: false, attributes, mark }));
}

/// Says an event; the number of the gateway that it comes through, if it does.
fn event(function: &Entry, number: usize, event: &Node, values: &mut Values<'_>, out: &mut Extracted) -> Option<usize> {
    // `- httpApi: …`, and `- websocket` alone
    let (key, value) = match event.entries().first() {
        Some(entry) => (entry.key.as_str(), Some(&entry.value)),
        None => (event.as_str()?, None),
    };
    let mark = out.mark(event.line, event.end_line);
    let mut attributes: Vec<Leaf> = vec![("function".to_owned(), Text::Name(function.key.clone()), mark)];
    let alone = value.and_then(|value| values.text(value, 0));
    match (key, alone, value) {
        ("http" | "httpApi", Some(text), _) => {
            let written = text.with_defaults();
            let (method, path) = written.trim().split_once(' ').unwrap_or(("ANY", written.trim()));
            attributes.push(("method".to_owned(), Text::literal(method), mark));
            attributes.push(("path".to_owned(), Text::literal(path.trim()), mark));
        }
        (key, Some(text), _) => {
            let name = ALONE.iter().find(|(event, _)| *event == key).map_or("arn", |(_, name)| *name);
            attributes.push((name.to_owned(), text, mark));
        }
        (_, None, Some(value)) => value.entries().iter().for_each(|entry| values.flatten(&entry.key, &entry.value, &mut attributes, out)),
        (_, None, None) => {}
    }
    let gateway = GATEWAYS.iter().position(|(event, ..)| *event == key);
    if let Some(at) = gateway {
        attributes.push(("gateway".to_owned(), Text::Name(GATEWAYS[at].1.to_owned()), mark));
    }
    let name = format!("{}.{number}", function.key);
    out.say(InfraFact::Resource(Resource { kind: format!("Serverless::Event::{key}"), name, data_source: false, attributes, mark }));
    gateway
}
