//! WSDL 1.1 and 2.0, and the metadata of OData: services that describe themselves in XML.
//!
//! They are told as operations of an OpenAPI document. All operations of SOAP are asked for at one address; what tells them apart
//! stands in the message, so that here their names stand behind the address.

mod odata;

use crate::manifest::xml;
use roxmltree::Node;
use std::collections::BTreeMap;
use threatline_facts::Extracted;
use threatline_facts::spec::{OpenApi, Operation, SpecFact};

/// Nothing that a person writes has more operations, types or fields.
const MANY: usize = 2000;

/// Types in types go no deeper.
const DEEP: usize = 8;

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    // most of what ends so is something else
    let is_one = ["definitions", "description", "DataServices"].iter().any(|word| text.contains(word));
    if !is_one {
        return Extracted::default();
    }
    let document = match xml::parse(text) {
        Ok(document) => document,
        Err(reason) => return Extracted::lost(reason),
    };
    let mut out = Extracted::default();
    let root = document.root_element();
    match root.tag_name().name() {
        "definitions" | "description" if root.tag_name().namespace().is_some_and(|space| space.contains("wsdl")) => service(root, &mut out),
        "Edmx" => odata::read(root, &mut out),
        _ => {}
    }
    out
}

/// A child of this name.
fn child<'n>(node: Node<'n, 'n>, name: &str) -> Option<Node<'n, 'n>> {
    children(node, name).next()
}

fn children<'n>(node: Node<'n, 'n>, name: &str) -> impl Iterator<Item = Node<'n, 'n>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name).take(MANY)
}

/// A name without the prefix of its namespace.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn line(node: Node<'_, '_>) -> u32 {
    node.document().text_pos_at(node.range().start).row
}

fn end_line(node: Node<'_, '_>) -> u32 {
    node.document().text_pos_at(node.range().end).row
}

/// Operations of interfaces, by interface and name.
struct Described<'n> {
    messages: BTreeMap<&'n str, Node<'n, 'n>>,
    interfaces: BTreeMap<&'n str, Node<'n, 'n>>,
    elements: BTreeMap<&'n str, Node<'n, 'n>>,
    types: BTreeMap<&'n str, Node<'n, 'n>>,
}

fn service(root: Node<'_, '_>, out: &mut Extracted) {
    let named = |name: &str| children(root, name).filter_map(|node| Some((node.attribute("name")?, node))).collect::<BTreeMap<_, _>>();
    let schemas: Vec<Node<'_, '_>> = child(root, "types").into_iter().flat_map(|types| children(types, "schema")).collect();
    let of_schemas =
        |name: &str| schemas.iter().flat_map(|schema| children(*schema, name)).filter_map(|node| Some((node.attribute("name")?, node))).take(MANY).collect();
    let mut interfaces = named("portType");
    interfaces.extend(named("interface"));
    let described = Described { messages: named("message"), interfaces, elements: of_schemas("element"), types: of_schemas("complexType") };
    let bindings = named("binding");
    let mut operations: Vec<Operation> = Vec::new();
    let mut servers: Vec<String> = Vec::new();
    let mut title = None;
    for service in children(root, "service") {
        title = title.or_else(|| service.attribute("name").map(str::to_owned));
        for port in children(service, "port").chain(children(service, "endpoint")) {
            let address = child(port, "address").and_then(|address| address.attribute("location")).or_else(|| port.attribute("address"));
            let Some(binding) = port.attribute("binding").and_then(|binding| bindings.get(local(binding))) else { continue };
            let path = address.map(path_of).unwrap_or_default();
            servers.extend(address.filter(|address| address.contains("://")).map(str::to_owned));
            for operation in children(*binding, "operation") {
                let Some(name) = operation.attribute("name").or_else(|| operation.attribute("ref")).map(local) else { continue };
                let path = format!("{path}/{name}");
                // the same by another version of the protocol
                if operations.len() < MANY && operations.iter().all(|known| known.path != path) {
                    let interface = binding.attribute("type").or_else(|| binding.attribute("interface")).unwrap_or_default();
                    operations.push(described.operation(local(interface), name, path, operation, out));
                }
            }
        }
    }
    if operations.is_empty() {
        return;
    }
    servers.dedup();
    servers.truncate(16);
    let at = line(root);
    let mark = out.mark(at, at);
    let form = Some("wsdl".to_owned());
    out.say(SpecFact::OpenApi(OpenApi { title, servers, base_path: String::new(), operations, references: Vec::new(), form, mark }));
}

/// The path of an address.
fn path_of(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = rest.find('/').map_or("", |slash| &rest[slash..]);
    path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned()
}

impl<'n> Described<'n> {
    fn operation(&self, interface: &str, name: &str, path: String, bound: Node<'n, 'n>, out: &mut Extracted) -> Operation {
        let told = self.interfaces.get(interface).and_then(|interface| children(*interface, "operation").find(|one| one.attribute("name") == Some(name)));
        let fields = |direction: &str| told.and_then(|told| child(told, direction)).map(|message| self.message(message)).unwrap_or_default();
        let request_fields = fields("input");
        let at = told.unwrap_or(bound);
        Operation {
            method: "POST".to_owned(),
            path,
            id: Some(name.to_owned()),
            parameters: request_fields.iter().map(|field| (field.clone(), "body".to_owned())).collect(),
            secured: None,
            scopes: Vec::new(),
            response_fields: fields("output"),
            request_fields,
            target: None,
            mark: out.mark(line(at), end_line(at)),
        }
    }

    /// Names of what a message carries: its parts, or the fields of the element that it is.
    fn message(&self, written: Node<'n, 'n>) -> Vec<String> {
        let mut fields = Vec::new();
        let of_element = |name: &str, fields: &mut Vec<String>| {
            if let Some(element) = self.elements.get(local(name)) {
                self.element(*element, fields, 0);
            }
        };
        if let Some(element) = written.attribute("element") {
            of_element(element, &mut fields);
        }
        let message = written.attribute("message").and_then(|message| self.messages.get(local(message)));
        for part in message.into_iter().flat_map(|message| children(*message, "part")) {
            match (part.attribute("element"), part.attribute("type").and_then(|name| self.types.get(local(name)))) {
                (Some(element), _) => of_element(element, &mut fields),
                (None, Some(of_type)) => self.fields(*of_type, &mut fields, 0),
                (None, None) => fields.extend(part.attribute("name").map(str::to_owned)),
            }
        }
        let mut known = std::collections::BTreeSet::new();
        fields.retain(|field| known.insert(field.clone()));
        fields
    }

    fn element(&self, element: Node<'n, 'n>, fields: &mut Vec<String>, depth: usize) {
        if let Some(of_type) = child(element, "complexType") {
            self.fields(of_type, fields, depth + 1);
        } else if let Some(of_type) = element.attribute("type").and_then(|name| self.types.get(local(name))) {
            self.fields(*of_type, fields, depth + 1);
        }
    }

    /// Elements of a type, those of the type that it extends among them.
    fn fields(&self, of_type: Node<'n, 'n>, fields: &mut Vec<String>, depth: usize) {
        if depth > DEEP {
            return;
        }
        for node in of_type.descendants().filter(Node::is_element).take(MANY) {
            if fields.len() >= MANY {
                return;
            }
            match node.tag_name().name() {
                "element" => fields.extend(node.attribute("name").or_else(|| node.attribute("ref")).map(|name| local(name).to_owned())),
                "extension" => {
                    if let Some(base) = node.attribute("base").and_then(|name| self.types.get(local(name))).filter(|base| **base != of_type) {
                        self.fields(*base, fields, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }
}
