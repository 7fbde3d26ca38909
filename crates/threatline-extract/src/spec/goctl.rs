//! Definitions of go-zero, `*.api`: services whose handlers stand at a method and a path.
//!
//! They are told as those of an OpenAPI document. What `@server` says before a service is said of its handlers: the path before
//! theirs, and whether a token is asked for. Types of other files are not looked into. Other files that end so hold no service.

use super::tokens::{self, Cursor, Kind, Token};
use std::collections::BTreeMap;
use threatline_facts::Extracted;
use threatline_facts::spec::{OpenApi, Operation, SpecFact};

/// Handlers and types of one file.
const MANY: usize = 2000;

/// How deep a type is made of others.
const MAX_DEPTH: usize = 6;

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// What `@server` says.
#[derive(Clone, Default)]
struct Server {
    prefix: String,
    /// A token is checked before its handlers.
    token: bool,
}

/// A field: its name where it is sent and that place; a type that is taken over as it stands has neither.
struct Field<'t> {
    written: &'t str,
    sent: Option<(&'t str, &'t str)>,
}

struct Handler<'t> {
    name: Option<&'t str>,
    method: &'t str,
    path: String,
    takes: Option<&'t str>,
    gives: Option<&'t str>,
    server: Server,
    lines: (u32, u32),
}

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let tokens = tokens::of(text);
    let mut types = BTreeMap::new();
    let mut handlers: Vec<Handler<'_>> = Vec::new();
    let mut title = None;
    let mut server = Server::default();
    let mut cursor = Cursor { tokens: &tokens, at: 0 };
    while cursor.peek().is_some() {
        if cursor.sign('@') {
            if cursor.word() == Some("server") && cursor.peek() == Some(&Kind::Sign('(')) {
                let inside = cursor.inside();
                server = server_of(&tokens[inside]);
            }
            continue;
        }
        match cursor.word() {
            Some("type") => types_of(&mut cursor, &mut types),
            Some("service") => {
                let name = joined_until(&mut cursor, '{');
                if cursor.peek() == Some(&Kind::Sign('{')) {
                    title = title.or(Some(name));
                    let inside = cursor.inside();
                    handlers_of(&tokens[inside], &std::mem::take(&mut server), &mut handlers);
                }
            }
            Some(_) => {}
            None => {
                cursor.group();
            }
        }
    }
    let Some(first) = handlers.first() else { return out };
    let mark = out.mark(first.lines.0, first.lines.0);
    let operations = handlers.iter().map(|one| one.told(&types, &mut out)).collect();
    let definition =
        OpenApi { title, servers: Vec::new(), base_path: String::new(), operations, references: Vec::new(), form: Some("go-zero".to_owned()), mark };
    out.say(SpecFact::OpenApi(definition));
    out
}

/// The text of tokens up to a sign, or to the end of their line.
fn joined_until(cursor: &mut Cursor<'_, '_>, end: char) -> String {
    let line = cursor.line();
    let mut out = String::new();
    while cursor.line() == line {
        match cursor.peek() {
            Some(Kind::Sign(sign)) if *sign == end => break,
            Some(Kind::Sign(sign)) => out.push(*sign),
            // `returns` stands behind the path
            Some(Kind::Word(word)) if *word == "returns" && end == '(' && !out.ends_with(['/', ':', '-']) => break,
            Some(Kind::Word(word) | Kind::Text(word)) => out.push_str(word),
            None => break,
        }
        cursor.at += 1;
    }
    out
}

/// `prefix: /v1`, `jwt: Auth`, one a line.
fn server_of(tokens: &[Token<'_>]) -> Server {
    let mut out = Server::default();
    let mut cursor = Cursor { tokens, at: 0 };
    while cursor.peek().is_some() {
        let Some(key) = cursor.word() else {
            cursor.at += 1;
            continue;
        };
        if !cursor.sign(':') {
            continue;
        }
        let value = joined_until(&mut cursor, ')');
        match key {
            "prefix" => out.prefix = value,
            "jwt" => out.token = !value.is_empty(),
            _ => {}
        }
    }
    out
}

/// One type, or several in parentheses.
fn types_of<'t>(cursor: &mut Cursor<'_, 't>, types: &mut BTreeMap<&'t str, Vec<Field<'t>>>) {
    if cursor.peek() != Some(&Kind::Sign('(')) {
        return one_type(cursor, types);
    }
    let inside = cursor.inside();
    let mut inner = Cursor { tokens: &cursor.tokens[inside], at: 0 };
    while inner.peek().is_some() {
        let at = inner.at;
        one_type(&mut inner, types);
        inner.at = inner.at.max(at + 1);
    }
}

fn one_type<'t>(cursor: &mut Cursor<'_, 't>, types: &mut BTreeMap<&'t str, Vec<Field<'t>>>) {
    let Some(name) = cursor.word() else { return };
    let _ = cursor.sign('=');
    if cursor.peek() == Some(&Kind::Word("struct")) {
        cursor.at += 1;
    }
    if cursor.peek() != Some(&Kind::Sign('{')) {
        return;
    }
    let inside = cursor.inside();
    let fields = fields_of(&cursor.tokens[inside]);
    if types.len() < MANY {
        types.insert(name, fields);
    }
}

/// The fields of a type, each on a line of its own.
fn fields_of<'t>(tokens: &[Token<'t>]) -> Vec<Field<'t>> {
    let mut out = Vec::new();
    for line in tokens.chunk_by(|one, other| one.line == other.line) {
        let words: Vec<&'t str> = line.iter().filter_map(|token| if let Kind::Word(word) = token.kind { Some(word) } else { None }).collect();
        let Some(written) = words.first() else { continue };
        let sent = words.last().filter(|tag| tag.contains(":\"")).and_then(|tag| told_by(tag));
        if out.len() < MANY && (sent.is_some() || words.len() == 1) {
            out.push(Field { written, sent });
        }
    }
    out
}

/// `path:"id"`, `form:"page,optional"`: the name and its place.
fn told_by(tag: &str) -> Option<(&str, &str)> {
    [("path", "path"), ("form", "query"), ("header", "header"), ("json", "body")].into_iter().find_map(|(key, place)| {
        let (_, rest) = tag.split_once(key)?;
        let name = rest.strip_prefix(":\"")?.split(['"', ',']).next()?;
        (!name.is_empty() && name != "-").then_some((name, place))
    })
}

fn handlers_of<'t>(tokens: &[Token<'t>], server: &Server, out: &mut Vec<Handler<'t>>) {
    let mut cursor = Cursor { tokens, at: 0 };
    let mut name = None;
    while cursor.peek().is_some() {
        if cursor.sign('@') {
            if cursor.word() == Some("handler") {
                name = cursor.word();
            } else if cursor.peek() == Some(&Kind::Sign('(')) {
                cursor.group();
            }
            continue;
        }
        let line = cursor.line();
        let Some(method) = cursor.word().filter(|word| METHODS.contains(word)) else {
            cursor.at += usize::from(matches!(cursor.peek(), Some(Kind::Sign(_) | Kind::Text(_))));
            continue;
        };
        if cursor.peek() != Some(&Kind::Sign('/')) {
            continue;
        }
        let path = joined_until(&mut cursor, '(');
        let takes = in_parentheses(&mut cursor);
        let gives = if cursor.peek() == Some(&Kind::Word("returns")) {
            cursor.at += 1;
            in_parentheses(&mut cursor)
        } else {
            None
        };
        if out.len() < MANY {
            out.push(Handler { name: name.take(), method, path, takes, gives, server: server.clone(), lines: (line, line) });
        }
    }
}

/// The last word in the parentheses that open here: `(*Order)`, `([]Order)`.
fn in_parentheses<'t>(cursor: &mut Cursor<'_, 't>) -> Option<&'t str> {
    if cursor.peek() != Some(&Kind::Sign('(')) {
        return None;
    }
    let inside = cursor.inside();
    cursor.tokens[inside].iter().rev().find_map(|token| if let Kind::Word(word) = token.kind { Some(word) } else { None })
}

impl Handler<'_> {
    fn told(&self, types: &BTreeMap<&str, Vec<Field<'_>>>, out: &mut Extracted) -> Operation {
        let (mut parameters, mut answered) = (Vec::new(), Vec::new());
        if let Some(name) = self.takes {
            gather(name, types, &mut parameters, 0);
        }
        if let Some(name) = self.gives {
            gather(name, types, &mut answered, 0);
        }
        // a request without a body has no fields of one
        if matches!(self.method, "get" | "head" | "delete") {
            parameters.retain(|(_, place)| place != "body");
        } else {
            parameters.iter_mut().filter(|(_, place)| place == "query").for_each(|(_, place)| "form".clone_into(place));
        }
        let of_body = |all: &[(String, String)]| all.iter().filter(|(_, place)| place == "body").map(|(name, _)| name.clone()).collect();
        let mark = out.mark(self.lines.0, self.lines.1);
        let whole = format!("{}/{}", self.server.prefix.trim_matches('/'), self.path.trim_start_matches('/'));
        let parts = whole.split('/').filter(|part| !part.is_empty());
        let path: String = parts.map(|part| part.strip_prefix(':').map_or(format!("/{part}"), |name| format!("/{{{name}}}"))).collect();
        Operation {
            method: self.method.to_ascii_uppercase(),
            path: if path.is_empty() { "/".to_owned() } else { path },
            id: self.name.map(str::to_owned),
            request_fields: of_body(&parameters),
            response_fields: of_body(&answered),
            parameters,
            secured: self.server.token.then_some(true),
            scopes: Vec::new(),
            target: None,
            mark,
        }
    }
}

/// The fields of a type with their places, those of types that it takes over among them.
fn gather(name: &str, types: &BTreeMap<&str, Vec<Field<'_>>>, out: &mut Vec<(String, String)>, depth: usize) {
    for field in types.get(name).into_iter().flatten() {
        match field.sent {
            Some((name, place)) if out.len() < MANY => out.push((name.to_owned(), place.to_owned())),
            None if depth < MAX_DEPTH => gather(field.written, types, out, depth + 1),
            _ => {}
        }
    }
}
