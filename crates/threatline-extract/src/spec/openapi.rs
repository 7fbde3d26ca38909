//! OpenAPI 2 (Swagger) and 3, in YAML and JSON.
//!
//! `$ref` is followed inside the document only; what lies in another file is a gap.

mod schema;

use crate::infra::cloudformation;
use crate::node::{Entry, Node};
use schema::{Direction, Document};
use threatline_facts::spec::{OpenApi, Operation, PathItems, PathReference, SpecFact};
use threatline_facts::{Extracted, Gap, Text};

const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
/// Files of paths that one file may hold, and documents that refer to others.
const MANY: usize = 2000;

/// Whether a document is an API definition: a version, and what every definition must have.
pub fn is_definition(document: &Node) -> bool {
    let version = document.str_at(&["openapi"]).filter(|version| version.starts_with('3'));
    let version = version.or_else(|| document.str_at(&["swagger"]).filter(|version| version.starts_with('2')));
    version.is_some() && ["info", "paths"].iter().any(|key| document.get(key).is_some_and(Node::is_mapping))
}

/// Reads one definition.
pub fn read(root: &Node, out: &mut Extracted) {
    let line = ["openapi", "swagger"].iter().find_map(|key| root.entry(key)).map_or(root.line, |entry| entry.line);
    let mark = out.mark(line, line);
    let mut document = Document::new(root);
    let (mut operations, mut references) = (Vec::new(), Vec::new());
    if let Some((entry, (file, key))) = root.entry("paths").and_then(|entry| Some((entry, elsewhere(entry.value.str_at(&["$ref"])?)?))) {
        let mark = out.mark(entry.line, entry.end_line());
        references.push(PathReference { path: String::new(), file, key, mark });
    }
    for path in root.get("paths").map_or(&[][..], Node::entries).iter().filter(|path| path.key.starts_with('/')) {
        if let Some((file, key)) = path.value.str_at(&["$ref"]).and_then(elsewhere).filter(|_| references.len() < MANY) {
            let mark = out.mark(path.line, path.end_line());
            references.push(PathReference { path: path.key.clone(), file, key, mark });
            continue;
        }
        let item = document.follow(&path.value);
        operations.extend(item_operations(&mut document, &path.key, item, out));
    }
    let servers = servers(root);
    let definition =
        OpenApi { title: root.str_at(&["info", "title"]).map(str::to_owned), base_path: base_path(root), servers, operations, references, form: None, mark };
    out.say(SpecFact::OpenApi(definition));
    for reason in document.gaps() {
        out.facts.gaps.push(Gap { mark: Some(mark), reason: reason.to_owned(), whole: false });
    }
}

/// `./paths/users.yaml#/users` as file and key; none for what lies in the same document, or on the web.
fn elsewhere(reference: &str) -> Option<(String, String)> {
    let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
    let key = pointer.trim_start_matches('/').replace("~1", "/").replace("~0", "~");
    (!file.is_empty() && !file.contains("://") && file.len() < 512).then(|| (file.to_owned(), key))
}

/// Whether a node tells operations: methods, one of them with responses.
fn is_path_item(node: &Node) -> bool {
    node.entries().iter().any(|entry| METHODS.contains(&entry.key.as_str()) && entry.value.get("responses").is_some_and(Node::is_mapping))
}

/// Reads a document that other definitions refer to for their paths; says whether it is one.
pub fn read_path_items(root: &Node, out: &mut Extracted) -> bool {
    let whole = is_path_item(root);
    if !whole && !root.entries().iter().any(|entry| is_path_item(&entry.value)) {
        return false;
    }
    let mark = out.mark(root.line, root.line);
    let mut document = Document::new(root);
    let mut items = Vec::new();
    if whole {
        items.push((String::new(), item_operations(&mut document, "", root, out)));
    } else {
        for entry in root.entries().iter().filter(|entry| is_path_item(&entry.value)).take(MANY) {
            items.push((entry.key.clone(), item_operations(&mut document, "", &entry.value, out)));
        }
    }
    out.say(SpecFact::PathItems(PathItems { items, mark }));
    true
}

/// The operations of a path.
fn item_operations<'d>(document: &mut Document<'d>, path: &str, item: &'d Node, out: &mut Extracted) -> Vec<Operation> {
    let further = item.get("additionalOperations").map_or(&[][..], Node::entries);
    let methods = item.entries().iter().filter(|entry| METHODS.contains(&entry.key.as_str())).chain(further).filter(|entry| entry.value.is_mapping());
    methods.map(|method| operation(document, path, item, method, out)).collect()
}

fn operation<'d>(document: &mut Document<'d>, path: &str, item: &'d Node, method: &'d Entry, out: &mut Extracted) -> Operation {
    let node = &method.value;
    let mut parameters: Vec<(String, String)> = Vec::new();
    let mut request_fields = Vec::new();
    // What the path says holds for all its operations; naming it again changes nothing here.
    let listed = [item, node].into_iter().flat_map(|holder| holder.get("parameters").map_or(&[][..], Node::items));
    for parameter in listed.collect::<Vec<_>>() {
        let parameter = document.follow(parameter);
        let name = parameter.str_at(&["name"]).unwrap_or_default();
        match parameter.str_at(&["in"]) {
            Some("body") => body(document, parameter.get("schema"), "body", &mut parameters, &mut request_fields),
            Some("formData" | "form") => {
                add(&mut parameters, name, "form");
                request_fields.push(name.to_owned());
            }
            Some(place @ ("path" | "query" | "header" | "cookie")) => add(&mut parameters, name, place),
            _ => {}
        }
    }
    if let Some(request) = node.get("requestBody") {
        for content in document.follow(request).get("content").map_or(&[][..], Node::entries) {
            let form = content.key.starts_with("multipart/form-data") || content.key.starts_with("application/x-www-form-urlencoded");
            let place = if form { "form" } else { "body" };
            body(document, content.value.get("schema"), place, &mut parameters, &mut request_fields);
        }
    }
    let security = node.get("security").or_else(|| document.root().get("security"));
    dedupe(&mut request_fields);
    Operation {
        method: method.key.to_ascii_uppercase(),
        path: path.to_owned(),
        id: node.str_at(&["operationId"]).map(str::to_owned),
        parameters,
        secured: gateway_demand(node).or_else(|| security.and_then(secured)),
        scopes: security.map_or_else(Vec::new, scopes),
        request_fields,
        response_fields: response_fields(document, node),
        target: target(node),
        mark: out.mark(method.line, method.end_line()),
    }
}

/// Whether the gateway that a definition is given to asks who calls.
fn gateway_demand(operation: &Node) -> Option<bool> {
    operation.str_at(&["x-amazon-apigateway-auth", "type"]).map(|kind| !kind.eq_ignore_ascii_case("none"))
}

/// What the gateway that a definition is given to hands the operation to.
fn target(operation: &Node) -> Option<Text> {
    let uri = operation.at(&["x-amazon-apigateway-integration", "uri"])?;
    cloudformation::text(uri).filter(|text| *text != Text::Unknown)
}

/// Properties of a body: those on top are parameters, all of them are fields.
fn body<'d>(document: &mut Document<'d>, schema: Option<&'d Node>, place: &str, parameters: &mut Vec<(String, String)>, fields: &mut Vec<String>) {
    let Some(schema) = schema else { return };
    for name in document.top(schema, Direction::Request) {
        add(parameters, &name, place);
    }
    fields.extend(document.fields(schema, Direction::Request));
}

fn add(parameters: &mut Vec<(String, String)>, name: &str, place: &str) {
    let parameter = (name.to_owned(), place.to_owned());
    if !name.is_empty() && !parameters.contains(&parameter) {
        parameters.push(parameter);
    }
}

fn response_fields<'d>(document: &mut Document<'d>, operation: &'d Node) -> Vec<String> {
    let mut fields = Vec::new();
    for response in operation.get("responses").map_or(&[][..], Node::entries).iter().filter(|response| response.key.starts_with('2')) {
        let response = document.follow(&response.value);
        let contents = response.get("content").map_or(&[][..], Node::entries).iter().filter_map(|content| content.value.get("schema"));
        for schema in contents.chain(response.get("schema")).collect::<Vec<_>>() {
            fields.extend(document.fields(schema, Direction::Response));
        }
    }
    dedupe(&mut fields);
    fields
}

fn dedupe(names: &mut Vec<String>) {
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
}

/// An empty list says that nothing is demanded. An empty requirement beside others makes them
/// optional, which is neither.
fn secured(security: &Node) -> Option<bool> {
    if !security.is_sequence() {
        return None;
    }
    match security.items() {
        [] => Some(false),
        items => items.iter().all(|item| !item.entries().is_empty()).then_some(true),
    }
}

fn scopes(security: &Node) -> Vec<String> {
    let requirements = security.items().iter().flat_map(Node::entries);
    let mut scopes: Vec<String> = requirements.flat_map(|requirement| requirement.value.items()).filter_map(Node::as_str).map(str::to_owned).collect();
    dedupe(&mut scopes);
    scopes
}

fn servers(root: &Node) -> Vec<String> {
    if let Some(host) = root.str_at(&["host"]) {
        let path = root.str_at(&["basePath"]).unwrap_or_default();
        let schemes: Vec<&str> = root.get("schemes").map_or(&[][..], Node::items).iter().filter_map(Node::as_str).collect();
        let url = |scheme: &str| format!("{scheme}://{host}{path}");
        return if schemes.is_empty() { vec![format!("{host}{path}")] } else { schemes.into_iter().map(url).collect() };
    }
    root.get("servers").map_or(&[][..], Node::items).iter().filter_map(|server| server.str_at(&["url"])).map(str::to_owned).collect()
}

fn base_path(root: &Node) -> String {
    if let Some(path) = root.str_at(&["basePath"]) {
        return path.trim_end_matches('/').to_owned();
    }
    let Some(server) = root.get("servers").and_then(|servers| servers.items().first()) else { return String::new() };
    let mut url = server.str_at(&["url"]).unwrap_or_default().to_owned();
    for variable in server.get("variables").map_or(&[][..], Node::entries) {
        if let Some(default) = variable.value.str_at(&["default"]) {
            url = url.replacen(&format!("{{{}}}", variable.key), default, 4);
        }
    }
    // `https://host/path`, `//host/path` or only `/path`.
    let behind_host = match url.split_once("//").filter(|(scheme, _)| scheme.is_empty() || scheme.ends_with(':')) {
        Some((_, rest)) => rest.find('/').map_or("", |slash| &rest[slash..]),
        None if url.starts_with('/') => &url,
        // of `api.shop.eu/v1` only a host can be what has dots
        None if url.split('/').next().is_some_and(|host| host.contains('.') && !host.starts_with('.')) => url.find('/').map_or("", |slash| &url[slash..]),
        None => "",
    };
    behind_host.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned()
}
