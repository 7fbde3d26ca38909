//! Files beside Java sources that say which class answers where, lowered into the same tree: `web.xml` of a servlet
//! container and `routes` of Play. What they say becomes calls that packs know, so that names, paths and guards are
//! resolved as if it stood in code.

use crate::code::parts::{effect, expression, line, member, name, path};
use crate::code::tree::{Argument, Expression, ExpressionKind as Kind, Import, Module, Span, Statement, StatementKind};
use crate::lines::Lines;
use crate::manifest::xml;
use roxmltree::Node;
use std::collections::BTreeMap;

/// A file of more lines or entries is read as far as that.
const MAX_ENTRIES: usize = 5_000;

/// Methods of HTTP that open a line of `routes`.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Lowers a text that is such a file; none if it is Java.
pub(super) fn lower(text: &str) -> Option<Module> {
    if text.trim_start().starts_with('<') {
        return Some(web_xml(text));
    }
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    is_route(first).then(|| routes(text))
}

/// Whether a text is such a file: they hold no word of a library.
pub(crate) fn is_descriptor(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    super::page::is_page(text) || first.is_some_and(is_route) || (text.trim_start().starts_with('<') && text.contains("<web-app"))
}

fn is_route(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    (METHODS.contains(&first) || first == "->") && second.starts_with('/')
}

// ---- web.xml -------------------------------------------------------------------------------------

/// `servlet-mapping`: which class, or page, answers which paths.
fn web_xml(text: &str) -> Module {
    let Ok(document) = xml::parse(text) else { return Module { has_errors: true, ..Module::default() } };
    let root = document.root_element();
    let mut module = Module::default();
    if root.tag_name().name() != "web-app" {
        return module;
    }
    let lines = Lines::new(text);
    let named = below(root, "servlet").filter_map(|servlet| Some((text_of(servlet, "servlet-name")?, servlet)));
    let servlets: BTreeMap<&str, Node<'_, '_>> = named.collect();
    for mapping in below(root, "servlet-mapping").take(MAX_ENTRIES) {
        let Some(servlet) = text_of(mapping, "servlet-name") else { continue };
        let declared = servlets.get(servlet).copied();
        for pattern in below(mapping, "url-pattern").filter_map(|pattern| pattern.text()) {
            let row = lines.at(mapping.range().start);
            let at = Span { line: row, end_line: row };
            let page = declared.and_then(|one| text_of(one, "jsp-file"));
            if page.is_some() {
                module.body.push(call("jakarta.servlet.descriptor.page", vec![string(pattern.trim(), at)], at));
                continue;
            }
            // A container of resources may be told the class of its application.
            let application = declared.into_iter().flat_map(|one| below(one, "init-param")).find_map(|one| {
                let key = text_of(one, "param-name")?;
                key.ends_with(".ws.rs.Application").then(|| text_of(one, "param-value")).flatten()
            });
            let class = application.or_else(|| declared.and_then(|one| text_of(one, "servlet-class"))).unwrap_or(servlet);
            let answering = class_named(class, &mut module.imports, at);
            module.body.push(call("jakarta.servlet.descriptor.mapping", vec![string(pattern.trim(), at), answering, string(class, at)], at));
        }
    }
    module
}

fn below<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

fn text_of<'a>(node: Node<'a, '_>, name: &'static str) -> Option<&'a str> {
    node.children().find(|child| child.tag_name().name() == name)?.text().map(str::trim).filter(|text| !text.is_empty())
}

// ---- routes of Play ------------------------------------------------------------------------------

/// `GET /users/:id controllers.Users.show(id: Long, page: Int ?= 1)` and `-> /api api.Routes`.
fn routes(text: &str) -> Module {
    let mut module = Module::default();
    let start = Span { line: 1, end_line: 1 };
    let target = name("Routes", start);
    let made = expression(Kind::Call { callee: Box::new(path("play.routes.Router", start)), arguments: Vec::new(), types: Vec::new(), construct: true }, start);
    module.body.push(Statement { kind: StatementKind::Assign { target, declared: None, value: Some(made) }, span: start });
    for (row, written) in text.lines().enumerate().take(MAX_ENTRIES) {
        let written = written.trim();
        if !is_route(written) {
            continue;
        }
        let at = Span { line: line(row), end_line: line(row) };
        let (method, rest) = written.split_once(char::is_whitespace).unwrap_or((written, ""));
        let (pattern, called) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
        let called = called.split(" #").next().unwrap_or(called).trim().trim_start_matches('@');
        if method == "->" {
            let router = class_named(called, &mut module.imports, at);
            module.body.push(on_router("include", vec![string(pattern, at), router], at));
            continue;
        }
        let (action, parameters) = called.split_once('(').unwrap_or((called, ""));
        let (class, action) = action.trim().rsplit_once('.').unwrap_or(("", action.trim()));
        if action.is_empty() {
            continue;
        }
        let handler = member(class_named(class, &mut module.imports, at), action, at);
        let (pattern, in_path) = plain_path(pattern);
        let mut arguments = vec![string(method, at), string(&pattern, at), handler];
        let queries = queries(parameters).filter(|query| !in_path.contains(query));
        arguments.extend(queries.map(|query| string(&query, at)));
        module.body.push(on_router("route", arguments, at));
    }
    module
}

/// `/files/$path<.+>` as `/files/{path}`, and the names of its parameters.
fn plain_path(pattern: &str) -> (String, Vec<String>) {
    let mut names = Vec::new();
    let part = |part: &str| {
        let name: &str = match part.strip_prefix([':', '*', '$']) {
            Some(rest) => rest.split('<').next().unwrap_or(rest),
            None => return part.to_owned(),
        };
        names.push(name.to_owned());
        if part.starts_with('$') { format!("{{{name}}}") } else { part.to_owned() }
    };
    let out: Vec<String> = pattern.split('/').map(part).collect();
    (out.join("/"), names)
}

/// Names of parameters that the request gives: no request itself, nothing that has a fixed value.
fn queries(parameters: &str) -> impl Iterator<Item = String> {
    let mut depth = 0_i32;
    let mut quoted = false;
    let mut parts = vec![String::new()];
    for letter in parameters.trim_end_matches(')').chars() {
        match letter {
            '"' => quoted = !quoted,
            '[' | '(' | '<' if !quoted => depth += 1,
            ']' | ')' | '>' if !quoted => depth -= 1,
            ',' if depth == 0 && !quoted => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts.into_iter().filter_map(|part| {
        let is_fixed = part.contains('=') && !part.contains("?=");
        let (name, ty) = part.split_once([':', '?', '=']).unwrap_or((&part, ""));
        let is_request = ty.split(['?', '=']).next().is_some_and(|ty| ty.trim().ends_with("Request"));
        let name = name.trim();
        (!is_fixed && !is_request && !name.is_empty()).then(|| name.to_owned())
    })
}

fn on_router(method: &str, arguments: Vec<Expression>, at: Span) -> Statement {
    effect(called(member(name("Routes", at), method, at), arguments, at))
}

// ---- both ----------------------------------------------------------------------------------------

/// A class by its full name, imported under a name of its own.
fn class_named(full: &str, imports: &mut Vec<Import>, at: Span) -> Expression {
    let local = format!("Class{}", imports.len());
    let (module, member) = full.rsplit_once('.').unwrap_or(("", full));
    imports.push(Import { local: local.clone(), module: module.to_owned(), member: Some(member.to_owned()), span: at });
    name(local, at)
}

fn string(text: &str, at: Span) -> Expression {
    expression(Kind::String(text.to_owned()), at)
}

fn called(callee: Expression, arguments: Vec<Expression>, at: Span) -> Expression {
    let arguments = arguments.into_iter().map(|value| Argument { name: None, value, spread: false }).collect();
    expression(Kind::Call { callee: Box::new(callee), arguments, types: Vec::new(), construct: false }, at)
}

fn call(full: &str, arguments: Vec<Expression>, at: Span) -> Statement {
    effect(called(path(full, at), arguments, at))
}
