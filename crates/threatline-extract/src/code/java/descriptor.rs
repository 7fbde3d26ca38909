//! Files beside Java sources that say which class answers where, lowered into the same tree: `web.xml` of a servlet
//! container, `struts.xml` and `routes` of Play. What they say becomes calls that packs know, so that names, paths and guards are
//! resolved as if it stood in code.

use crate::code::parts::{effect, expression, line, member, name, path};
use crate::code::tree::{Argument, Expression, ExpressionKind as Kind, Import, Module, Span, Statement, StatementKind};
use crate::lines::Lines;
use crate::manifest::xml;
use roxmltree::Node;
use std::borrow::Cow;
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
    super::page::is_page(text) || first.is_some_and(is_route) || (text.trim_start().starts_with('<') && (text.contains("<web-app") || text.contains("<struts")))
}

fn is_route(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    (METHODS.contains(&first) || first == "->") && second.starts_with('/')
}

// ---- web.xml -------------------------------------------------------------------------------------

/// `servlet-mapping`: which class, or page, answers which paths.
fn web_xml(text: &str) -> Module {
    let text = &without_type(text);
    let Ok(document) = xml::parse(text) else { return Module { has_errors: true, ..Module::default() } };
    let root = document.root_element();
    let mut module = Module::default();
    let lines = Lines::new(text);
    match root.tag_name().name() {
        "struts" => return struts(root, &lines),
        "web-app" => {}
        _ => return module,
    }
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

/// The same text with blanks in place of its document type, which only names a definition that everybody knows. One that
/// defines entities itself is left as it is: nobody reads it then.
fn without_type(text: &str) -> Cow<'_, str> {
    let Some(start) = text.find("<!DOCTYPE") else { return Cow::Borrowed(text) };
    let Some(end) = text[start..].find('>').map(|end| start + end + 1) else { return Cow::Borrowed(text) };
    if text[start..end].contains('[') {
        return Cow::Borrowed(text);
    }
    let blank: String = text[start..end].chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }).collect();
    Cow::Owned(format!("{}{blank}{}", &text[..start], &text[end..]))
}

fn below<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

fn text_of<'a>(node: Node<'a, '_>, name: &'static str) -> Option<&'a str> {
    node.children().find(|child| child.tag_name().name() == name)?.text().map(str::trim).filter(|text| !text.is_empty())
}

// ---- struts.xml ----------------------------------------------------------------------------------

/// The name of the call that an action is.
const ACTION: &str = "org.apache.struts2.descriptor.action";

/// How many packages of Struts stand on one another.
const MAX_PARENTS: usize = 16;

/// `action` in a `package`: which method of which class answers below its name space.
fn struts(root: Node<'_, '_>, lines: &Lines) -> Module {
    let mut module = Module::default();
    let packages: Vec<Node<'_, '_>> = below(root, "package").take(MAX_ENTRIES).collect();
    let by_name: BTreeMap<&str, Node<'_, '_>> = packages.iter().filter_map(|package| Some((package.attribute("name")?, *package))).collect();
    let mut actions = 0;
    for package in &packages {
        let namespace = namespace_of(*package, &by_name);
        for action in below(*package, "action") {
            let Some(name) = action.attribute("name") else { continue };
            actions += 1;
            if actions > MAX_ENTRIES {
                return module;
            }
            let row = lines.at(action.range().start);
            let at = Span { line: row, end_line: row };
            let path = format!("{}/{}", namespace.trim_end_matches('/'), name.trim_start_matches('/'));
            let mut arguments = vec![string(&starred(&path), at)];
            if let Some(class) = action.attribute("class").filter(|class| class.contains('.')) {
                let answering = class_named(class, &mut module.imports, at);
                // which method a wildcard means is told by the request
                arguments.push(match action.attribute("method").unwrap_or("execute") {
                    method if method.contains(['{', '*']) => answering,
                    method => member(answering, method, at),
                });
            }
            module.body.push(call(ACTION, arguments, at));
        }
    }
    module
}

/// The name space that a package says itself, or else the nearest of those that it stands on.
fn namespace_of<'a>(package: Node<'a, '_>, by_name: &BTreeMap<&str, Node<'a, '_>>) -> &'a str {
    let mut current = Some(package);
    for _ in 0..MAX_PARENTS {
        let Some(one) = current else { break };
        if let Some(namespace) = one.attribute("namespace") {
            return namespace;
        }
        current = one.attribute("extends").and_then(|parents| parents.split(',').find_map(|parent| by_name.get(parent.trim()).copied()));
    }
    ""
}

/// Each star is a part of the path that anything may stand for.
fn starred(path: &str) -> String {
    path.replace("**", "*").replace('*', "{name}")
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
