//! CloudFormation templates, and what SAM makes of them.
//!
//! Properties are read as written and flattened into dotted keys, as Terraform's are. What SAM nests in a
//! function and CloudFormation has as resources of their own (events, function URLs, the gateway that
//! nobody wrote) becomes such resources here, so that nobody who joins facts needs to know of SAM.

mod sam;
pub(super) mod values;

use super::mark;
use crate::node::{Entry, Node};
use std::collections::BTreeMap;
use threatline_facts::infra::{InfraFact, Resource, Stack, StackOutput, StackParameter};
use threatline_facts::{Extracted, Gap, Text};
use values::{Leaf, MAX_VALUES, Values};

/// Methods of an operation in a gateway's own definition.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"];

/// Reads a document if it is a template; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let Some(resources) = document.get("Resources") else { return false };
    if !resources.entries().iter().any(|entry| is_resource(&entry.value)) {
        return false;
    }
    let scalar = |text: &str| Text::literal(text);
    let mut values = values_of(document, &scalar, MAX_VALUES);
    stack(document, None, &values, out);
    let globals = sam::Globals::new(document, &mut values, out);
    resources_of(resources, &globals, &mut values, out);
    if values.room == 0 {
        out.facts.gaps.push(Gap { mark: None, reason: "more values than are read of one file".to_owned(), whole: false });
    }
    true
}

/// Resources in a section of another vocabulary, read with its variables.
pub(super) fn embedded(section: &Node, values: &mut Values<'_>, out: &mut Extracted) {
    if let Some(resources) = section.get("Resources") {
        resources_of(resources, &sam::Globals::default(), values, out);
    }
}

/// A value outside of a template that a template takes in, with the template's names in it.
pub fn text(node: &Node) -> Option<Text> {
    let scalar = |text: &str| Text::literal(text);
    Values { mappings: None, defaults: BTreeMap::new(), scalar: &scalar, room: 0 }.text(node, 0)
}

/// What reading the values of a document needs of the document.
pub(super) fn values_of<'d>(document: &'d Node, scalar: &'d dyn Fn(&str) -> Text, room: usize) -> Values<'d> {
    let parameters = document.get("Parameters").map_or(&[][..], Node::entries);
    let defaults = parameters.iter().filter_map(|entry| Some((entry.key.as_str(), entry.value.str_at(&["Default"])?))).collect();
    Values { mappings: document.get("Mappings"), defaults, scalar, room }
}

fn is_resource(node: &Node) -> bool {
    node.str_at(&["Type"]).is_some_and(|kind| kind.contains("::"))
}

/// Says what the document is handed and hands on.
pub(super) fn stack(document: &Node, name: Option<Text>, values: &Values<'_>, out: &mut Extracted) {
    let entries = |key: &str| document.get(key).map_or(&[][..], Node::entries);
    let parameters: Vec<StackParameter> = entries("Parameters").iter().map(|entry| parameter(entry, out)).collect();
    let outputs: Vec<StackOutput> = entries("Outputs").iter().filter_map(|entry| output(entry, values, out)).collect();
    if name.is_some() || !parameters.is_empty() || !outputs.is_empty() {
        let mark = mark(document, out);
        out.say(InfraFact::Stack(Stack { name, parameters, outputs, mark }));
    }
}

fn parameter(entry: &Entry, out: &mut Extracted) -> StackParameter {
    let node = &entry.value;
    let hidden = node.get("NoEcho").and_then(Node::as_bool) == Some(true);
    let value = node.str_at(&["Default"]).map(|text| if hidden { Text::Unknown } else { super::secret::hide(&entry.key, Text::literal(text)) });
    let kind = node.str_at(&["Type"]).unwrap_or_default().to_owned();
    StackParameter { name: entry.key.clone(), kind, value, mark: out.mark(entry.line, entry.end_line()) }
}

fn output(entry: &Entry, values: &Values<'_>, out: &mut Extracted) -> Option<StackOutput> {
    let text = |node: &Node| values.text(node, 0).unwrap_or(Text::Unknown);
    let value = super::secret::hide(&entry.key, text(entry.value.get("Value")?));
    let export = entry.value.at(&["Export", "Name"]).map(text);
    Some(StackOutput { name: entry.key.clone(), value, export, mark: out.mark(entry.line, entry.end_line()) })
}

fn resources_of(resources: &Node, globals: &sam::Globals, values: &mut Values<'_>, out: &mut Extracted) {
    let mut implied = sam::Implied::default();
    for entry in resources.entries().iter().filter(|entry| is_resource(&entry.value)) {
        let node = &entry.value;
        let kind = node.str_at(&["Type"]).unwrap_or_default();
        let mark = out.mark(entry.line, entry.end_line());
        let mut attributes = Vec::new();
        for property in node.get("Properties").map_or(&[][..], Node::entries) {
            let nested = property.key == "Events" && kind.starts_with("AWS::Serverless::");
            let definition = matches!(property.key.as_str(), "DefinitionBody" | "Body") && property.value.get("paths").is_some();
            if definition {
                operations(&entry.key, &property.value, values, out);
            } else if !nested {
                values.flatten(&property.key, &property.value, &mut attributes, out);
            }
        }
        globals.apply(kind, &mut attributes, values);
        out.say(InfraFact::Resource(Resource { kind: kind.to_owned(), name: entry.key.clone(), data_source: false, attributes, mark }));
        if kind.starts_with("AWS::Serverless::") {
            sam::events(entry, globals, values, &mut implied, out);
        }
    }
    implied.say(globals, values, out);
}

/// The operations of a definition that stands in the template itself.
fn operations(gateway: &str, definition: &Node, values: &mut Values<'_>, out: &mut Extracted) {
    let shared = definition.get("security");
    for path in definition.get("paths").map_or(&[][..], Node::entries).iter().filter(|path| path.key.starts_with('/')) {
        for method in path.value.entries().iter().filter(|entry| METHODS.contains(&entry.key.as_str())) {
            let mark = out.mark(method.line, method.end_line());
            let upper = if method.key.starts_with("x-") { "ANY".to_owned() } else { method.key.to_ascii_uppercase() };
            let mut attributes: Vec<Leaf> = vec![
                ("RestApiId".to_owned(), Text::Name(gateway.to_owned()), mark),
                ("Path".to_owned(), Text::literal(&path.key), mark),
                ("Method".to_owned(), Text::literal(&upper), mark),
            ];
            let node = &method.value;
            if let Some(demand) = demand(node, shared) {
                attributes.push(("Auth".to_owned(), Text::literal(demand), mark));
            }
            if let Some(target) = node.at(&["x-amazon-apigateway-integration", "uri"]) {
                values.flatten("Target", target, &mut attributes, out);
            }
            let name = format!("{gateway}.{upper}.{}", path.key);
            out.say(InfraFact::Resource(Resource { kind: "AWS::ApiGateway::Operation".to_owned(), name, data_source: false, attributes, mark }));
        }
    }
}

/// Who is let in by a gateway's definition: the kind of authorization, or the name of the requirement.
fn demand<'d>(operation: &'d Node, shared: Option<&'d Node>) -> Option<&'d str> {
    if let Some(kind) = operation.str_at(&["x-amazon-apigateway-auth", "type"]) {
        return Some(kind);
    }
    let security = operation.get("security").or(shared).filter(|security| security.is_sequence())?;
    match security.items() {
        [] => Some("NONE"),
        items if items.iter().all(|item| !item.entries().is_empty()) => items.first()?.entries().first().map(|entry| entry.key.as_str()),
        _ => None,
    }
}

/// Attributes by the last one written under a key.
pub(super) fn by_key(attributes: &[Leaf]) -> BTreeMap<&str, &Text> {
    attributes.iter().map(|(key, text, _)| (key.as_str(), text)).collect()
}
