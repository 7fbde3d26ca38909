//! TypeSpec: operations with a route and a method.
//!
//! They are told as those of an OpenAPI document. Templates are not filled in, and models of other files not looked into.

use super::tokens::{self, Cursor, Kind, Token};
use std::collections::BTreeMap;
use std::ops::Range;
use threatline_facts::Extracted;
use threatline_facts::spec::{OpenApi, Operation, SpecFact};

/// Operations and models of one file.
const MANY: usize = 2000;
/// Namespaces in namespaces.
const MAX_DEPTH: u8 = 16;
const METHODS: [&str; 6] = ["get", "put", "post", "patch", "delete", "head"];

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let tokens = tokens::of(text);
    let mut reader = Reader { models: BTreeMap::new(), operations: Vec::new(), servers: Vec::new(), title: None };
    reader.models(&tokens);
    reader.block(&tokens, "", false, 0);
    let Reader { models, operations, servers, title } = reader;
    let Some(first) = operations.first() else { return out };
    let mark = out.mark(first.lines.0, first.lines.0);
    let base = servers.iter().find_map(|server| server.split_once("://")).and_then(|(_, rest)| rest.find('/').map(|slash| rest[slash..].to_owned()));
    let operations = operations.into_iter().map(|one| one.told(&models, &mut out)).collect();
    let definition = OpenApi {
        title,
        servers,
        base_path: base.filter(|base| base.len() > 1).unwrap_or_default(),
        operations,
        references: Vec::new(),
        form: Some("typespec".to_owned()),
        mark,
    };
    out.say(SpecFact::OpenApi(definition));
    out
}

/// A decorator and the texts in its brackets.
#[derive(Clone, Debug)]
struct Decorator<'t> {
    name: &'t str,
    texts: Vec<&'t str>,
}

/// A parameter or a property of a model; a spread one has no name.
#[derive(Clone, Debug)]
struct Member<'t> {
    name: &'t str,
    target: &'t str,
    decorators: Vec<Decorator<'t>>,
}

struct Found<'t> {
    name: &'t str,
    method: Option<&'static str>,
    path: String,
    members: Vec<Member<'t>>,
    lines: (u32, u32),
}

struct Reader<'t> {
    models: BTreeMap<&'t str, Vec<Member<'t>>>,
    operations: Vec<Found<'t>>,
    servers: Vec<String>,
    title: Option<String>,
}

impl<'t> Reader<'t> {
    /// All models, wherever they stand.
    fn models(&mut self, tokens: &[Token<'t>]) {
        let mut cursor = Cursor { tokens, at: 0 };
        while cursor.peek().is_some() && self.models.len() < MANY {
            if cursor.word() == Some("model") {
                let Some(name) = cursor.word() else { continue };
                while cursor.peek().is_some_and(|kind| !matches!(kind, Kind::Sign('{' | '}' | ';'))) {
                    cursor.at += 1;
                }
                if cursor.peek() == Some(&Kind::Sign('{')) {
                    let inside = cursor.inside();
                    self.models.insert(name, members(&tokens[inside]));
                }
            } else {
                cursor.at += 1;
            }
        }
    }

    /// What a namespace, an interface or the file holds.
    fn block(&mut self, tokens: &[Token<'t>], prefix: &str, interface: bool, depth: u8) {
        let mut cursor = Cursor { tokens, at: 0 };
        let mut decorators: Vec<Decorator<'t>> = Vec::new();
        let mut prefix = prefix.to_owned();
        while cursor.peek().is_some() && self.operations.len() < MANY {
            if cursor.sign('@') {
                // `@@name` decorates something that stands elsewhere
                let other = cursor.sign('@');
                decorators.extend(decorator(&mut cursor).filter(|_| !other));
                continue;
            }
            let line = cursor.line();
            let Some(word) = cursor.word() else {
                cursor.group();
                continue;
            };
            match word {
                "namespace" | "interface" => {
                    let name = cursor.word().unwrap_or_default();
                    self.servers
                        .extend(decorators.iter().filter(|one| one.name == "server").filter_map(|one| one.texts.first()).map(|text| (*text).to_owned()));
                    let service = decorators.iter().find(|one| one.name == "service");
                    self.title = self.title.take().or_else(|| service.map(|one| one.texts.first().map_or(name, |text| text).to_owned()));
                    let own = joined(&prefix, route(&decorators));
                    // a template stands for nothing by itself
                    let template = cursor.peek() == Some(&Kind::Sign('<'));
                    while cursor.peek().is_some_and(|kind| !matches!(kind, Kind::Sign('{' | ';'))) {
                        cursor.at += 1;
                    }
                    if cursor.sign(';') {
                        prefix = own;
                    } else {
                        let inside = cursor.inside();
                        if !template && depth < MAX_DEPTH {
                            self.block(&tokens[inside], &own, word == "interface", depth + 1);
                        }
                    }
                }
                "op" => {
                    let name = cursor.word().unwrap_or_default();
                    self.operation(name, tokens, &mut cursor, &decorators, &prefix, line);
                }
                "model" | "enum" | "union" | "scalar" | "alias" | "using" | "import" => pass(&mut cursor),
                name if interface && cursor.peek() == Some(&Kind::Sign('(')) => self.operation(name, tokens, &mut cursor, &decorators, &prefix, line),
                _ => {}
            }
            decorators.clear();
        }
    }

    fn operation(&mut self, name: &'t str, tokens: &[Token<'t>], cursor: &mut Cursor<'_, 't>, decorators: &[Decorator<'t>], prefix: &str, line: u32) {
        if cursor.peek() != Some(&Kind::Sign('(')) {
            return pass(cursor);
        }
        let inside: Range<usize> = cursor.inside();
        let members = members(&tokens[inside]);
        pass(cursor);
        let method = METHODS.iter().copied().find(|method| decorators.iter().any(|one| one.name == *method));
        let path = joined(prefix, route(decorators));
        // without a route and a method it is no operation of HTTP
        if method.is_none() && path.is_empty() {
            return;
        }
        let end = tokens.get(cursor.at.saturating_sub(1)).map_or(line, |token| token.line);
        self.operations.push(Found { name, method, path, members, lines: (line, end) });
    }
}

/// Goes on behind the statement.
fn pass(cursor: &mut Cursor<'_, '_>) {
    while let Some(kind) = cursor.peek() {
        match kind {
            Kind::Sign(';') => {
                cursor.at += 1;
                return;
            }
            Kind::Sign('{') => {
                cursor.group();
                if cursor.peek() != Some(&Kind::Sign('|')) {
                    cursor.sign(';');
                    return;
                }
            }
            Kind::Sign('(' | '[') => {
                cursor.group();
            }
            Kind::Sign('}') => return,
            _ => cursor.at += 1,
        }
    }
}

fn decorator<'t>(cursor: &mut Cursor<'_, 't>) -> Option<Decorator<'t>> {
    let name = cursor.word()?;
    let mut texts = Vec::new();
    if cursor.peek() == Some(&Kind::Sign('(')) {
        let inside = cursor.inside();
        texts.extend(cursor.tokens[inside].iter().filter_map(|token| if let Kind::Text(text) = token.kind { Some(text) } else { None }).take(16));
    }
    Some(Decorator { name: name.rsplit('.').next().unwrap_or(name), texts })
}

fn route<'t>(decorators: &[Decorator<'t>]) -> &'t str {
    decorators.iter().find(|one| one.name == "route").and_then(|one| one.texts.first().copied()).unwrap_or_default()
}

fn joined(prefix: &str, route: &str) -> String {
    let route = route.trim_matches('/');
    if route.is_empty() { prefix.to_owned() } else { format!("{}/{route}", prefix.trim_end_matches('/')) }
}

fn members<'t>(tokens: &[Token<'t>]) -> Vec<Member<'t>> {
    let mut cursor = Cursor { tokens, at: 0 };
    let (mut found, mut decorators) = (Vec::new(), Vec::new());
    while cursor.peek().is_some() && found.len() < MANY {
        if cursor.sign('@') {
            decorators.extend(decorator(&mut cursor));
            continue;
        }
        match cursor.word() {
            Some("...") => {
                let target = cursor.word().unwrap_or_default();
                found.push(Member { name: "", target, decorators: std::mem::take(&mut decorators) });
            }
            Some(name) => {
                cursor.sign('?');
                if cursor.sign(':') {
                    let target = match cursor.peek() {
                        Some(Kind::Word(word)) => word,
                        _ => "",
                    };
                    found.push(Member { name, target, decorators: std::mem::take(&mut decorators) });
                }
            }
            None => {}
        }
        // up to the next one
        while let Some(kind) = cursor.peek() {
            match kind {
                Kind::Sign(',' | ';') => {
                    cursor.at += 1;
                    break;
                }
                Kind::Sign('{' | '(' | '[') => {
                    cursor.group();
                }
                Kind::Sign('@') => break,
                _ => cursor.at += 1,
            }
        }
    }
    found
}

impl Found<'_> {
    fn told(&self, models: &BTreeMap<&str, Vec<Member<'_>>>, out: &mut Extracted) -> Operation {
        let mut path = self.path.clone();
        let (mut parameters, mut request_fields) = (Vec::new(), Vec::new());
        let spread = self.members.iter().filter(|member| member.name.is_empty()).filter_map(|member| models.get(member.target)).flatten();
        for member in self.members.iter().filter(|member| !member.name.is_empty()).chain(spread.filter(|member| !member.name.is_empty())) {
            let placed = member.decorators.iter().find(|one| matches!(one.name, "path" | "query" | "header" | "cookie" | "body" | "bodyRoot" | "statusCode"));
            let named = placed.and_then(|one| one.texts.first().copied()).unwrap_or(member.name).to_owned();
            match placed.map(|one| one.name) {
                Some("path") => {
                    let hole = format!("{{{named}}}");
                    if !path.contains(&hole) {
                        path = joined(&path, &hole);
                    }
                    parameters.push((named, "path".to_owned()));
                }
                Some(place @ ("query" | "header" | "cookie")) => parameters.push((named, place.to_owned())),
                Some("body" | "bodyRoot") => {
                    let fields =
                        models.get(member.target).map(|fields| fields.iter().filter(|field| !field.name.is_empty()).map(|field| field.name.to_owned()));
                    request_fields.extend(fields.into_iter().flatten());
                    parameters.push((member.name.to_owned(), "body".to_owned()));
                }
                Some(_) => {}
                // what the route names is in the path, the rest in the body
                None if path.contains(&format!("{{{}}}", member.name)) => parameters.push((member.name.to_owned(), "path".to_owned())),
                None => {
                    request_fields.push(member.name.to_owned());
                    parameters.push((member.name.to_owned(), "body".to_owned()));
                }
            }
        }
        let has_body = parameters.iter().any(|(_, place)| place == "body");
        let method = self.method.unwrap_or(if has_body { "post" } else { "get" });
        let mark = out.mark(self.lines.0, self.lines.1);
        Operation {
            method: method.to_ascii_uppercase(),
            path: if path.is_empty() { "/".to_owned() } else { path },
            id: Some(self.name.to_owned()),
            parameters,
            secured: None,
            scopes: Vec::new(),
            request_fields,
            response_fields: Vec::new(),
            target: None,
            mark,
        }
    }
}
