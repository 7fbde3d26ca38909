//! Smithy: operations that are bound to a method and a path.
//!
//! They are told as those of an OpenAPI document. Structures of other files are not looked into.

use super::tokens::{self, Cursor, Kind, Token};
use std::collections::BTreeMap;
use threatline_facts::Extracted;
use threatline_facts::spec::{OpenApi, Operation, SpecFact};

/// Operations and structures of one file.
const MANY: usize = 2000;

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let tokens = tokens::of(text);
    let mut shapes = BTreeMap::new();
    let mut bound: Vec<Bound<'_>> = Vec::new();
    let mut title = None;
    let mut cursor = Cursor { tokens: &tokens, at: 0 };
    let mut traits: Vec<Trait<'_>> = Vec::new();
    while cursor.peek().is_some() {
        if cursor.sign('@') {
            traits.extend(trait_of(&mut cursor));
            continue;
        }
        let line = cursor.line();
        match cursor.word() {
            Some("operation") => {
                let Some(name) = cursor.word() else { continue };
                let body = body(&mut cursor);
                let end_line = tokens.get(body.end).map_or(line, |token| token.line);
                if bound.len() < MANY {
                    bound.extend(operation(name, &tokens[body], &traits, (line, end_line)));
                }
            }
            Some("structure") => {
                let Some(name) = cursor.word() else { continue };
                let body = body(&mut cursor);
                if shapes.len() < MANY {
                    shapes.insert(name, members(&tokens[body]));
                }
            }
            Some("service") => title = title.or(cursor.word()),
            Some(_) => {}
            None => {
                cursor.group();
            }
        }
        traits.clear();
    }
    if bound.is_empty() {
        return out;
    }
    let line = bound[0].lines.0;
    let mark = out.mark(line, line);
    let operations = bound.into_iter().map(|one| one.told(&shapes, &mut out)).collect();
    let definition = OpenApi {
        title: title.map(str::to_owned),
        servers: Vec::new(),
        base_path: String::new(),
        operations,
        references: Vec::new(),
        form: Some("smithy".to_owned()),
        mark,
    };
    out.say(SpecFact::OpenApi(definition));
    out
}

struct Trait<'t> {
    name: &'t str,
    /// Keys with texts; a text alone has none.
    texts: Vec<(&'t str, &'t str)>,
}

struct Member<'t> {
    name: &'t str,
    target: &'t str,
    traits: Vec<Trait<'t>>,
}

enum Shape<'t> {
    Named(&'t str),
    Inline(Vec<Member<'t>>),
}

struct Bound<'t> {
    name: &'t str,
    method: &'t str,
    path: &'t str,
    input: Option<Shape<'t>>,
    output: Option<Shape<'t>>,
    lines: (u32, u32),
}

/// A trait behind its `@`.
fn trait_of<'t>(cursor: &mut Cursor<'_, 't>) -> Option<Trait<'t>> {
    let name = cursor.word()?;
    let name = if cursor.sign('#') { cursor.word()? } else { name };
    let mut texts = Vec::new();
    if cursor.peek() == Some(&Kind::Sign('(')) {
        let inside = cursor.inside();
        let mut inner = Cursor { tokens: &cursor.tokens[inside], at: 0 };
        let mut key = "";
        while let Some(kind) = inner.peek() {
            match kind {
                Kind::Word(word) => key = word,
                Kind::Text(text) => texts.push((std::mem::take(&mut key), *text)),
                Kind::Sign(_) => {}
            }
            inner.at += 1;
        }
    }
    Some(Trait { name, texts })
}

/// The tokens of the block that comes next.
fn body(cursor: &mut Cursor<'_, '_>) -> std::ops::Range<usize> {
    while cursor.peek().is_some_and(|kind| !matches!(kind, Kind::Sign('{' | '}' | '@'))) {
        cursor.at += 1;
    }
    if cursor.peek() == Some(&Kind::Sign('{')) { cursor.inside() } else { cursor.at..cursor.at }
}

fn operation<'t>(name: &'t str, tokens: &[Token<'t>], traits: &[Trait<'t>], lines: (u32, u32)) -> Option<Bound<'t>> {
    let http = traits.iter().find(|one| one.name == "http")?;
    let text = |key: &str| http.texts.iter().find(|(known, _)| *known == key).map(|(_, text)| *text);
    let mut bound = Bound { name, method: text("method")?, path: text("uri")?, input: None, output: None, lines };
    let mut cursor = Cursor { tokens, at: 0 };
    while cursor.peek().is_some() {
        let Some(key) = cursor.word() else {
            cursor.group();
            continue;
        };
        if !cursor.sign(':') {
            continue;
        }
        let shape = if cursor.sign('=') {
            let body = body(&mut cursor);
            Some(Shape::Inline(members(&tokens[body])))
        } else {
            cursor.word().map(Shape::Named)
        };
        match key {
            "input" => bound.input = shape,
            "output" => bound.output = shape,
            _ => {}
        }
    }
    Some(bound)
}

fn members<'t>(tokens: &[Token<'t>]) -> Vec<Member<'t>> {
    let mut cursor = Cursor { tokens, at: 0 };
    let (mut found, mut traits) = (Vec::new(), Vec::new());
    while cursor.peek().is_some() {
        if cursor.sign('@') {
            traits.extend(trait_of(&mut cursor));
        } else if let Some(name) = cursor.word() {
            // `$name` takes over what a resource says of it
            if cursor.sign(':') {
                let target = cursor.word().unwrap_or_default();
                found.push(Member { name, target, traits: std::mem::take(&mut traits) });
                if found.len() >= MANY {
                    break;
                }
            }
        } else {
            cursor.group();
        }
    }
    found
}

/// A member's name, where it stands if not in the body, and what it is.
type Told = (String, Option<(String, String)>, String);

impl Bound<'_> {
    fn told(&self, shapes: &BTreeMap<&str, Vec<Member<'_>>>, out: &mut Extracted) -> Operation {
        let none = Vec::new();
        let of = |shape: &Option<Shape<'_>>| -> Vec<Told> {
            let members = match shape {
                Some(Shape::Named(name)) => shapes.get(name.rsplit('#').next().unwrap_or(name)).unwrap_or(&none),
                Some(Shape::Inline(members)) => members,
                None => &none,
            };
            members.iter().map(|member| (member.name.to_owned(), place(member), member.target.to_owned())).collect()
        };
        let fields_of = |target: &str| shapes.get(target).map_or(Vec::new(), |members| members.iter().map(|member| member.name.to_owned()).collect());
        let (mut parameters, mut request_fields) = (Vec::new(), Vec::new());
        for (name, place, target) in of(&self.input) {
            match place {
                // a payload is the body, whatever it is called
                Some((_, place)) if place == "payload" => request_fields.extend(fields_of(&target)),
                Some(known) => parameters.push(known),
                None => request_fields.push(name),
            }
        }
        let outputs = of(&self.output).into_iter().filter(|(_, place, _)| place.is_none());
        let mark = out.mark(self.lines.0, self.lines.1);
        parameters.extend(request_fields.iter().map(|field| (field.clone(), "body".to_owned())));
        Operation {
            method: self.method.to_ascii_uppercase(),
            path: self.path.split('?').next().unwrap_or(self.path).replace("+}", "}"),
            id: Some(self.name.to_owned()),
            parameters,
            secured: None,
            scopes: Vec::new(),
            request_fields,
            response_fields: outputs.map(|(name, ..)| name).collect(),
            target: None,
            mark,
        }
    }
}

/// Where a member that is not in the body stands, and under which name.
fn place(member: &Member<'_>) -> Option<(String, String)> {
    member.traits.iter().find_map(|one| {
        let named = || one.texts.first().map_or(member.name, |(_, text)| text).to_owned();
        match one.name {
            "httpLabel" => Some((member.name.to_owned(), "path".to_owned())),
            "httpQuery" => Some((named(), "query".to_owned())),
            "httpHeader" => Some((named(), "header".to_owned())),
            "httpPayload" => Some((member.name.to_owned(), "payload".to_owned())),
            "httpQueryParams" | "httpPrefixHeaders" | "httpResponseCode" => Some((member.name.to_owned(), "query".to_owned())),
            _ => None,
        }
    })
}
