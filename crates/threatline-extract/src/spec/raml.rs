//! RAML 0.8 and 1.0: resources in resources, with what traits, types of resources and types of data add, as far as they stand in
//! the same file. They are told as operations of an OpenAPI document.

mod types;

use crate::node::{self, Entry, Kind, Node};
use std::collections::BTreeMap;
use threatline_facts::spec::{OpenApi, Operation, SpecFact};
use threatline_facts::{ArtifactKind, Extracted, Gap};
use types::Types;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Nothing that a person writes has more operations, traits or fields.
const MANY: usize = 2000;

/// Resources in resources, and types of types, go no deeper.
const DEEP: usize = 24;

/// Whether a text is the definition of an API, and no fragment that another one takes in.
pub fn is_definition(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default().trim_end();
    matches!(first, "#%RAML 0.8" | "#%RAML 1.0")
}

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    if !is_definition(text) {
        return out;
    }
    let documents = match node::parse(ArtifactKind::Yaml, text) {
        Ok(documents) => documents,
        Err(reason) => return Extracted::lost(reason),
    };
    let Some(root) = documents.first().filter(|root| root.is_mapping()) else { return out };
    let mark = out.mark(1, 1);
    let api = Api { traits: named(root, "traits"), resource_types: named(root, "resourceTypes"), types: Types::new(root) };
    let mut reader = Reader { api: &api, operations: Vec::new(), elsewhere: false, out: &mut out };
    let outer = Around { secured: root.get("securedBy") };
    root.entries().iter().filter(|entry| entry.key.starts_with('/')).for_each(|entry| reader.resource(entry, "", &outer, 0));
    let (operations, elsewhere) = (reader.operations, reader.elsewhere);
    if elsewhere {
        out.facts.gaps.push(Gap { mark: Some(mark), reason: "resources of another file".to_owned(), whole: false });
    }
    if operations.is_empty() {
        return out;
    }
    let base = base(root);
    let definition = OpenApi {
        title: root.str_at(&["title"]).map(str::to_owned),
        base_path: path_of(&base),
        servers: if base.is_empty() { Vec::new() } else { vec![base] },
        operations,
        references: Vec::new(),
        form: Some("raml".to_owned()),
        mark,
    };
    out.say(SpecFact::OpenApi(definition));
    out
}

/// `baseUri` with the version and the parameters whose values are known.
fn base(root: &Node) -> String {
    let mut base = root.str_at(&["baseUri"]).or_else(|| root.str_at(&["baseUri", "value"])).unwrap_or_default().to_owned();
    if let Some(version) = root.str_at(&["version"]) {
        base = base.replacen("{version}", version, 4);
    }
    for parameter in root.get("baseUriParameters").map_or(&[][..], Node::entries).iter().take(64) {
        let only = parameter.value.get("enum").map(Node::items).filter(|values| values.len() == 1).and_then(|values| values[0].as_str());
        if let Some(value) = parameter.value.str_at(&["default"]).or(only) {
            base = base.replacen(&format!("{{{}}}", parameter.key), value, 4);
        }
    }
    base
}

fn path_of(base: &str) -> String {
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    rest.find('/').map_or("", |slash| &rest[slash..]).trim_end_matches('/').to_owned()
}

/// What is declared under a key, as a mapping or, as before version 1, as a list of mappings.
fn named<'n>(root: &'n Node, key: &str) -> BTreeMap<&'n str, &'n Node> {
    let Some(declared) = root.get(key) else { return BTreeMap::new() };
    let lists = declared.items().iter().flat_map(Node::entries);
    declared.entries().iter().chain(lists).take(MANY).map(|entry| (entry.key.as_str(), &entry.value)).collect()
}

/// What the definition declares for all resources.
struct Api<'n> {
    traits: BTreeMap<&'n str, &'n Node>,
    resource_types: BTreeMap<&'n str, &'n Node>,
    types: Types<'n>,
}

/// What stands around a resource.
struct Around<'n> {
    secured: Option<&'n Node>,
}

struct Reader<'r, 'n> {
    api: &'r Api<'n>,
    operations: Vec<Operation>,
    /// Something stands in another file.
    elsewhere: bool,
    out: &'r mut Extracted,
}

impl<'n> Reader<'_, 'n> {
    fn resource(&mut self, entry: &'n Entry, above: &str, outer: &Around<'n>, depth: usize) {
        if depth > DEEP {
            return;
        }
        if matches!(entry.value.kind, Kind::Scalar { .. }) && entry.value.tag.is_some() {
            self.elsewhere = true;
            return;
        }
        // the extension of a media type is no part of the place
        let path = format!("{above}{}", entry.key.replace("{mediaTypeExtension}", ""));
        let around = Around { secured: entry.value.get("securedBy").or(outer.secured) };
        let of_types = self.of_types(&entry.value);
        let holders: Vec<&'n Node> = std::iter::once(&entry.value).chain(of_types).collect();
        for method in METHODS {
            let told: Vec<&'n Entry> = holders.iter().filter_map(|holder| of_method(holder, method)).collect();
            // a type may say `get?`: if the resource has it
            let optional = holders.iter().filter_map(|holder| holder.entry(&format!("{method}?")));
            let Some(first) = told.first().copied() else { continue };
            let mut nodes: Vec<&'n Node> = told.iter().map(|entry| &entry.value).chain(optional.map(|entry| &entry.value)).collect();
            let traits: Vec<&'n Node> = holders.iter().chain(&nodes).flat_map(|node| self.traits(node)).collect();
            nodes.extend(traits);
            // a method that a type brings is said where the resource takes the type
            let at = if std::ptr::eq(of_method(&entry.value, method).unwrap_or(entry), first) { first } else { entry };
            if self.operations.len() < MANY {
                let operation = self.operation(method, &path, &nodes, &around, at);
                self.operations.push(operation);
            }
        }
        for inner in entry.value.entries().iter().filter(|inner| inner.key.starts_with('/')) {
            self.resource(inner, &path, &around, depth + 1);
        }
    }

    /// The types that a resource is of, the nearest first.
    fn of_types(&self, resource: &'n Node) -> Vec<&'n Node> {
        let mut found: Vec<&'n Node> = Vec::new();
        let mut at = resource;
        while found.len() < DEEP
            && let Some(of_type) = at.get("type").and_then(name_of).and_then(|name| self.api.resource_types.get(name))
        {
            found.push(of_type);
            at = of_type;
        }
        found
    }

    /// The traits that a resource or method has.
    fn traits(&self, node: &'n Node) -> Vec<&'n Node> {
        let names = node.get("is").map_or(&[][..], Node::one_or_many).iter().take(64).filter_map(name_of);
        names.filter_map(|name| self.api.traits.get(name).copied()).collect()
    }

    fn operation(&mut self, method: &str, path: &str, nodes: &[&'n Node], around: &Around<'n>, at: &Entry) -> Operation {
        let mut parameters: Vec<(String, String)> = Vec::new();
        let mut add = |name: &str, place: &str| {
            let parameter = (name.trim_end_matches('?').to_owned(), place.to_owned());
            if !parameter.0.is_empty() && parameters.len() < MANY && !parameters.contains(&parameter) {
                parameters.push(parameter);
            }
        };
        for part in path.split('{').skip(1) {
            add(part.split('}').next().unwrap_or_default(), "path");
        }
        let (mut request_fields, mut response_fields) = (Vec::new(), Vec::new());
        for node in nodes {
            let keys = |key: &str| node.get(key).map_or(&[][..], Node::entries).iter().map(|entry| entry.key.as_str());
            keys("queryParameters").for_each(|name| add(name, "query"));
            keys("headers").for_each(|name| add(name, "header"));
            for name in node.get("queryString").into_iter().flat_map(|written| self.api.types.fields(written)) {
                add(&name, "query");
            }
            for (content, form) in bodies(node) {
                let fields = self.api.types.fields(content);
                fields.iter().for_each(|name| add(name, if form { "form" } else { "body" }));
                request_fields.extend(fields);
                for field in content.get("formParameters").map_or(&[][..], Node::entries) {
                    add(&field.key, "form");
                    request_fields.push(field.key.trim_end_matches('?').to_owned());
                }
            }
            for response in node.get("responses").map_or(&[][..], Node::entries).iter().filter(|response| response.key.starts_with('2')) {
                response_fields.extend(bodies(&response.value).into_iter().flat_map(|(content, _)| self.api.types.fields(content)));
            }
        }
        let secured = nodes.iter().find_map(|node| node.get("securedBy")).or(around.secured);
        for fields in [&mut request_fields, &mut response_fields] {
            let mut known = std::collections::BTreeSet::new();
            fields.retain(|field: &String| known.insert(field.clone()));
        }
        Operation {
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            id: None,
            parameters,
            secured: secured.and_then(self::secured),
            scopes: secured.map_or_else(Vec::new, scopes),
            request_fields,
            response_fields,
            target: None,
            mark: self.out.mark(at.line, at.end_line()),
        }
    }
}

fn of_method<'n>(holder: &'n Node, method: &str) -> Option<&'n Entry> {
    holder.entries().iter().find(|entry| entry.key.eq_ignore_ascii_case(method))
}

/// The name of a trait or type, which may be handed parameters.
fn name_of(node: &Node) -> Option<&str> {
    node.as_str().or_else(|| node.entries().first().map(|entry| entry.key.as_str()))
}

/// Bodies by media type, and whether it is that of a form.
fn bodies(node: &Node) -> Vec<(&Node, bool)> {
    let Some(body) = node.get("body") else { return Vec::new() };
    let by_media = body.entries().iter().filter(|entry| entry.key.contains('/'));
    let is_form = |key: &str| key.starts_with("multipart/form-data") || key.starts_with("application/x-www-form-urlencoded");
    let found: Vec<(&Node, bool)> = by_media.map(|entry| (&entry.value, is_form(&entry.key))).take(16).collect();
    if found.is_empty() { vec![(body, false)] } else { found }
}

/// Nothing in place of a scheme is that none is asked for; beside schemes it makes them optional, which is neither.
fn secured(by: &Node) -> Option<bool> {
    let schemes = by.one_or_many();
    let none = |scheme: &&Node| scheme.is_null();
    match (schemes.iter().filter(none).count(), schemes.len()) {
        (_, 0) => None,
        (0, _) => Some(true),
        (none, all) => (none == all).then_some(false),
    }
}

fn scopes(by: &Node) -> Vec<String> {
    let told = by.one_or_many().iter().flat_map(Node::entries).filter_map(|scheme| scheme.value.get("scopes"));
    told.flat_map(Node::items).filter_map(Node::as_str).take(64).map(str::to_owned).collect()
}
