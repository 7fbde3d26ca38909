//! Tables of routes in YAML, as Symfony and Drupal write them: read as a program that adds each route.
//!
//! The calls are `routing.add(path:, controller:, methods:, requires:)` and `routing.import(resource:, prefix:)`,
//! of a table with access requirements (`_permission`) `guarded_routing.add`. What they mean is a pack's business.

use crate::node::{Kind, Node};
use threatline_facts::code::*;
use threatline_facts::{Extracted, Language, Mark};

/// What may be said of a route; a document with anything else is no such table.
const KEYS: [&str; 20] = [
    "path",
    "controller",
    "methods",
    "defaults",
    "requirements",
    "options",
    "host",
    "schemes",
    "condition",
    "resource",
    "type",
    "prefix",
    "name_prefix",
    "exclude",
    "trailing_slash_on_root",
    "locale",
    "format",
    "utf8",
    "stateless",
    "namespace",
];

/// What tells a route from other things that have a path.
const TELLING: [&str; 4] = ["controller", "methods", "defaults", "requirements"];

/// Where a route says what handles it.
const HANDLERS: [&str; 3] = ["controller", "_controller", "_form"];

/// No longer table is read.
const MAX_ROUTES: usize = 5_000;

/// Reads a document, if it is a table of routes.
pub(crate) fn read(documents: &[Node], out: &mut Extracted) -> bool {
    let [document] = documents else { return false };
    // routes that a program makes, and those of one environment, are not told here
    let is_told = |node: &Node| node.get("route_callbacks").is_none();
    let entries: Vec<_> =
        document.entries().iter().filter(|entry| !entry.key.starts_with("when@") && entry.key != "route_callbacks" && is_told(&entry.value)).collect();
    if entries.is_empty() || !entries.iter().all(|entry| is_route(&entry.value)) {
        return false;
    }
    let mut source = Source { partial: entries.len() > MAX_ROUTES, ..program() };
    for entry in entries.into_iter().take(MAX_ROUTES) {
        let mark = out.mark(entry.line, entry.end_line());
        let call = if entry.value.get("resource").is_some() { import(&entry.value, mark, &mut source) } else { add(&entry.value, mark, &mut source) };
        source.functions[0].steps.push(Step::Do(Value::Call(Box::new(call))));
    }
    out.say(CodeFact::Source(Box::new(source)));
    true
}

/// A program of one function, to which a table is added call by call.
pub(super) fn program() -> Source {
    Source {
        language: Language::Php,
        package: None,
        imports: Vec::new(),
        exports: Vec::new(),
        functions: vec![Function::default()],
        classes: Vec::new(),
        partial: false,
    }
}

fn is_route(node: &Node) -> bool {
    let known = !node.entries().is_empty() && node.entries().iter().all(|entry| KEYS.contains(&entry.key.as_str()));
    let path = node.get("path").and_then(Node::as_str).is_some_and(|path| path.starts_with('/') || path.is_empty());
    let told = TELLING.iter().any(|key| node.get(key).is_some());
    let imported = node.get("resource").is_some() && ["type", "prefix", "name_prefix"].iter().any(|key| node.get(key).is_some());
    known && (path && told || imported)
}

fn add(node: &Node, mark: Mark, source: &mut Source) -> Call {
    let defaults = node.get("defaults");
    let handler = HANDLERS.iter().find_map(|key| node.get(key).or_else(|| defaults?.get(key))?.as_str());
    let mut arguments = vec![named("path", Value::Text(node.get("path").and_then(Node::as_str).unwrap_or_default().to_owned()))];
    if let Some(handler) = handler {
        want_class(handler, mark, source);
        arguments.push(named("controller", Value::Text(handler.trim_start_matches('\\').to_owned())));
    }
    let methods = texts(node.get("methods")).into_iter().flat_map(|text| text.split('|').map(str::to_owned).collect::<Vec<_>>());
    let methods: Vec<Value> = methods.map(|method| Value::Text(method.trim().to_owned())).collect();
    if !methods.is_empty() {
        arguments.push(named("methods", Value::List(methods)));
    }
    let requirements = node.get("requirements").map_or(&[][..], Node::entries).iter().filter(|entry| entry.key.starts_with('_'));
    let requires: Vec<Value> = requirements.map(|entry| Value::Text(format!("{}={}", entry.key, entry.value.as_str().unwrap_or_default()))).collect();
    let told = defaults.is_some_and(|defaults| defaults.entries().iter().any(|entry| entry.key.starts_with("_form") || entry.key.starts_with("_entity")));
    let callee = if !requires.is_empty() || told { "guarded_routing.add" } else { "routing.add" };
    if !requires.is_empty() {
        arguments.push(named("requires", Value::List(requires)));
    }
    call(callee, arguments, mark)
}

fn import(node: &Node, mark: Mark, source: &mut Source) -> Call {
    let resource = node.get("resource");
    let path = resource.and_then(|resource| resource.as_str().or_else(|| resource.get("path")?.as_str())).unwrap_or_default();
    if path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".php") {
        let module = format!("./{}", path.trim_start_matches("./"));
        source.imports.push(Import { local: module.clone(), module, member: None, types_only: false, mark });
    }
    let prefix = node.get("prefix").and_then(Node::as_str).unwrap_or_default();
    call("routing.import", vec![named("resource", Value::Text(path.to_owned())), named("prefix", Value::Text(prefix.to_owned()))], mark)
}

/// The class of a handler is wanted.
fn want_class(handler: &str, mark: Mark, source: &mut Source) {
    let class = handler.split("::").next().unwrap_or(handler).trim_start_matches('\\').replace('\\', ".");
    if let Some((module, member)) = class.rsplit_once('.').filter(|_| !source.imports.iter().any(|import| import.local == class)) {
        source.imports.push(Import { local: class.clone(), module: module.to_owned(), member: Some(member.to_owned()), types_only: false, mark });
    }
}

fn texts(node: Option<&Node>) -> Vec<String> {
    match node.map(|node| &node.kind) {
        Some(Kind::Scalar { text, .. }) => vec![text.clone()],
        Some(Kind::Sequence(items)) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

fn named(name: &str, value: Value) -> Argument {
    Argument { name: Some(name.to_owned()), value, spread: false }
}

fn call(callee: &str, arguments: Vec<Argument>, mark: Mark) -> Call {
    Call { callee: Value::Name(callee.to_owned()), arguments, types: Vec::new(), construct: false, applied: true, mark }
}
