//! Values of a template as dotted keys and texts, with its functions.
//!
//! `!Ref` and `!GetAtt` become names, `!Sub` and `!Join` joined texts, `!FindInMap` what the mapping says. What
//! a condition decides is not known.

use super::super::secret;
use crate::node::{Kind, MAX_DEPTH, Node};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::{Extracted, Mark, Text};

/// A dotted key, its value, its place.
pub(in super::super) type Leaf = (String, Text, Mark);

/// Values kept of one file.
pub(in super::super) const MAX_VALUES: usize = 20_000;

/// A longer value is a program or a document; of its letters nothing is kept, of what it is filled with the names are.
const MAX_TEXT: usize = 4 << 10;

/// Names that are kept of one such value.
const MAX_NAMES: usize = 200;

/// A longer key leads to nothing that anybody asks for.
const MAX_KEY: usize = 512;

/// What reading the values of one document needs.
pub(in super::super) struct Values<'d> {
    /// `Mappings`.
    pub(in super::super) mappings: Option<&'d Node>,
    /// Defaults of parameters, as far as they are literal.
    pub(in super::super) defaults: BTreeMap<&'d str, &'d str>,
    /// What a plain scalar means: itself, or a text with the vocabulary's own variables.
    pub(in super::super) scalar: &'d dyn Fn(&str) -> Text,
    /// How many values may still be kept.
    pub(in super::super) room: usize,
}

impl Values<'_> {
    /// Adds all that lies below a node.
    pub(in super::super) fn flatten(&mut self, key: &str, node: &Node, into: &mut Vec<Leaf>, out: &mut Extracted) {
        self.flatten_at(key, node, into, out, 0);
    }

    fn flatten_at(&mut self, key: &str, node: &Node, into: &mut Vec<Leaf>, out: &mut Extracted, depth: usize) {
        if self.room == 0 || depth > MAX_DEPTH || key.len() > MAX_KEY || node.is_null() {
            return;
        }
        if let Some(("Fn::ToJsonString", inner)) = function(node) {
            return self.flatten_at(key, inner, into, out, depth + 1);
        }
        if let Some(text) = self.text(node, depth) {
            return self.leaf(key, kept(key, text), node, into, out);
        }
        let below = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
        match &node.kind {
            Kind::Sequence(items) if items.is_empty() => self.leaf(key, Text::literal("[]"), node, into, out),
            Kind::Sequence(items) => items.iter().enumerate().for_each(|(at, item)| self.flatten_at(&below(&at.to_string()), item, into, out, depth + 1)),
            Kind::Mapping(entries) if entries.is_empty() => self.leaf(key, Text::literal("{}"), node, into, out),
            Kind::Mapping(entries) => {
                // `{ Name: DB_PASSWORD, Value: … }`: the name tells what the value is
                let named = node.str_at(&["Name"]).or_else(|| node.str_at(&["ParameterKey"])).is_some_and(secret::is_secret);
                for entry in entries {
                    let hidden = named && matches!(entry.key.as_str(), "Value" | "ParameterValue") && entry.value.as_str().is_some();
                    if hidden {
                        self.leaf(&below(&entry.key), Text::Unknown, &entry.value, into, out);
                    } else {
                        self.flatten_at(&below(&entry.key), &entry.value, into, out, depth + 1);
                    }
                }
            }
            Kind::Scalar { .. } | Kind::Lost(_) => {}
        }
    }

    fn leaf(&mut self, key: &str, text: Text, node: &Node, into: &mut Vec<Leaf>, out: &mut Extracted) {
        if self.room > 0 {
            self.room -= 1;
            let mark = out.mark(node.line, node.end_line);
            into.push((key.to_owned(), text, mark));
        }
    }

    /// What a node is as a text; none if it is a structure.
    pub(in super::super) fn text(&self, node: &Node, depth: usize) -> Option<Text> {
        if depth > MAX_DEPTH {
            return Some(Text::Unknown);
        }
        if let Some((name, argument)) = function(node) {
            return Some(self.call(name, argument, depth + 1));
        }
        node.as_str().map(|written| self.written(written))
    }

    fn written(&self, written: &str) -> Text {
        if written.len() > MAX_TEXT {
            return Text::Unknown;
        }
        // `{{resolve:ssm:/shop/table:1}}`
        let stored = written.strip_prefix("{{resolve:").and_then(|rest| rest.strip_suffix("}}")).and_then(|rest| rest.split_once(':'));
        match stored {
            Some(("ssm", name)) => Text::Name(format!("ssm:{}", name.split(':').next().unwrap_or(name))),
            Some(_) => Text::Unknown,
            None => (self.scalar)(written),
        }
    }

    fn call(&self, name: &str, argument: &Node, depth: usize) -> Text {
        let part = |node: &Node| self.text(node, depth).unwrap_or(Text::Unknown);
        match (name, argument.items()) {
            ("Ref", _) => argument.as_str().map_or(Text::Unknown, |name| Text::Name(name.to_owned())),
            ("Fn::GetAtt", [resource, attribute]) => match (resource.as_str(), attribute.as_str()) {
                (Some(resource), Some(attribute)) => Text::Name(format!("{resource}.{attribute}")),
                _ => Text::Unknown,
            },
            ("Fn::GetAtt", _) => argument.as_str().map_or(Text::Unknown, |name| Text::Name(name.to_owned())),
            ("Fn::Sub", [pattern, names]) => pattern.as_str().map_or(Text::Unknown, |pattern| self.substitute(pattern, Some(names), depth)),
            ("Fn::Sub", _) => argument.as_str().map_or(Text::Unknown, |pattern| self.substitute(pattern, None, depth)),
            ("Fn::Join", [separator, list]) => self.join(separator.as_str().unwrap_or_default(), list, depth),
            ("Fn::Select", [at, list]) => at.as_int().and_then(|at| list.items().get(usize::try_from(at).ok()?)).map_or(Text::Unknown, part),
            ("Fn::FindInMap", [map, first, second]) => self.find(map, first, second),
            ("Fn::ImportValue", _) => self.import(&part(argument)),
            ("Fn::Base64", _) => part(argument),
            _ => Text::Unknown,
        }
    }

    fn join(&self, separator: &str, list: &Node, depth: usize) -> Text {
        if !list.is_sequence() {
            return Text::Unknown;
        }
        let parts = list.items().iter().map(|item| self.text(item, depth).unwrap_or(Text::Unknown)).enumerate();
        Text::join(parts.flat_map(|(at, part)| (at > 0).then(|| Text::literal(separator)).into_iter().chain([part])))
    }

    /// `${Name}`, `${Name.Attribute}`, `${!Literal}`.
    fn substitute(&self, pattern: &str, names: Option<&Node>, depth: usize) -> Text {
        if pattern.len() > MAX_TEXT {
            return self.named(pattern, names, depth);
        }
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some((before, behind)) = rest.split_once("${") {
            parts.push(Text::literal(before));
            let Some((hole, after)) = behind.split_once('}') else {
                rest = behind;
                break;
            };
            rest = after;
            parts.push(self.hole(hole, names, depth));
        }
        parts.push(Text::literal(rest));
        Text::join(parts)
    }

    /// What is filled in for `${hole}`.
    fn hole(&self, hole: &str, names: Option<&Node>, depth: usize) -> Text {
        let named = names.and_then(|names| names.get(hole));
        match (hole.strip_prefix('!'), named) {
            (Some(literal), _) => Text::literal(format!("${{{literal}}}")),
            (None, Some(node)) => self.text(node, depth).unwrap_or(Text::Unknown),
            // another vocabulary's variable inside the text
            (None, None) if hole.contains(':') && !hole.starts_with("AWS::") => (self.scalar)(&format!("${{{hole}}}")),
            (None, None) => Text::Name(hole.trim().to_owned()),
        }
    }

    /// What a long text is filled with, each once, and nothing of its letters.
    fn named(&self, pattern: &str, names: Option<&Node>, depth: usize) -> Text {
        let mut seen = BTreeSet::new();
        let holes = pattern.split("${").skip(1).filter_map(|behind| Some(behind.split_once('}')?.0)).filter(|hole| !hole.starts_with(['!', '\n']));
        let new = holes.filter(|hole| hole.len() <= MAX_KEY && seen.insert(*hole)).take(MAX_NAMES);
        let parts: Vec<Text> = new.map(|hole| self.hole(hole, names, depth)).filter(|part| *part != Text::Unknown).collect();
        Text::join(std::iter::once(Text::Unknown).chain(parts.into_iter().flat_map(|part| [part, Text::Unknown])))
    }

    fn find(&self, map: &Node, first: &Node, second: &Node) -> Text {
        let key = |node: &Node| -> Option<String> {
            match self.text(node, MAX_DEPTH - 1)? {
                Text::Literal(text) => Some(text),
                Text::Name(name) => self.defaults.get(name.as_str()).map(|value| (*value).to_owned()),
                _ => None,
            }
        };
        let found = || self.mappings?.at(&[&key(map)?, &key(first)?, &key(second)?])?.as_str();
        found().filter(|text| text.len() <= MAX_TEXT).map_or(Text::Unknown, Text::literal)
    }

    /// The name of an export, with defaults put in; one that is not known to the letter finds nothing.
    fn import(&self, name: &Text) -> Text {
        let filled = name.resolve(&mut |hole| match hole {
            Text::Name(name) => self.defaults.get(name.as_str()).map(|value| Text::literal(*value)),
            _ => None,
        });
        filled.as_literal().map_or(Text::Unknown, |name| Text::Name(format!("Fn::ImportValue.{name}")))
    }
}

/// The function that a node calls, in its long form or as a tag, with the argument.
fn function(node: &Node) -> Option<(&str, &Node)> {
    const SHORT: &[(&str, &str)] = &[
        ("!Ref", "Ref"),
        ("!GetAtt", "Fn::GetAtt"),
        ("!Sub", "Fn::Sub"),
        ("!Join", "Fn::Join"),
        ("!Select", "Fn::Select"),
        ("!FindInMap", "Fn::FindInMap"),
        ("!ImportValue", "Fn::ImportValue"),
        ("!Base64", "Fn::Base64"),
        ("!ToJsonString", "Fn::ToJsonString"),
    ];
    const OTHERS: &[&str] = &["!If", "!Split", "!Equals", "!Not", "!And", "!Or", "!Condition", "!Cidr", "!GetAZs", "!Length"];
    if let Some(tag) = node.tag.as_deref() {
        let known = SHORT.iter().find(|(short, _)| *short == tag).map(|(_, name)| *name);
        return known.or_else(|| OTHERS.contains(&tag).then_some("")).map(|name| (name, node));
    }
    match node.entries() {
        [only] if only.key == "Ref" || (only.key.starts_with("Fn::") && only.key != "Fn::Transform") => Some((only.key.as_str(), &only.value)),
        _ => None,
    }
}

/// The text without what must not be kept under that key.
fn kept(key: &str, text: Text) -> Text {
    let name = key.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or(key);
    match &text {
        Text::Literal(value) if name == "RouteKey" || matches!(value.as_str(), "true" | "false") => text,
        _ => secret::hide(name, text),
    }
}
