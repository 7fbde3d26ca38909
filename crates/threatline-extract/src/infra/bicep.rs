//! Bicep: resources of Azure, modules that take in other files, what a file is handed and hands on.
//!
//! A small reader of its own: what is asked for are types, names and values as they are written. Types of resources are told by
//! their letters, since nobody minds their capitals; versions are left out.

pub(super) mod syntax;
mod words;

use super::cloudformation::values::{Leaf, MAX_VALUES};
use super::secret;
use std::cell::Cell;
use std::collections::BTreeMap;
use syntax::{Value, Words};
use threatline_facts::infra::{InfraFact, Resource, Stack, StackOutput, StackParameter};
use threatline_facts::{Extracted, Gap, Mark, Text};
use threatline_knowledge::catalogue;
use words::Word;

/// Statements of one file.
const MANY: usize = 5_000;

/// Turns of a loop that are read.
const MOST_TURNS: usize = 32;

/// Variables and parts of values that are followed in one file: variables that name each other many times lead to more than anybody
/// can wait for.
pub(super) const STEPS: usize = 200_000;

/// A file while it is read.
struct Reader {
    words: Words,
    /// Values that may still be kept.
    room: usize,
    /// Steps that may still be taken.
    steps: Cell<usize>,
    /// `var`, as far as it is a text, to be put into texts.
    locals: BTreeMap<String, Value>,
    /// Lists that a parameter is when nobody says otherwise.
    lists: BTreeMap<String, Value>,
    parameters: Vec<StackParameter>,
    outputs: Vec<StackOutput>,
}

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let mut reader = Reader {
        words: Words::new(text),
        room: MAX_VALUES,
        steps: Cell::new(STEPS),
        locals: BTreeMap::new(),
        lists: BTreeMap::new(),
        parameters: Vec::new(),
        outputs: Vec::new(),
    };
    let first = out.mark(1, 1);
    let mut secure = false;
    for _ in 0..MANY {
        reader.words.skip_lines();
        match reader.words.peek() {
            None => break,
            // `@secure()`
            Some(Word::Sign('@')) => {
                reader.words.next();
                secure |= reader.words.takes_name("secure");
                reader.words.skip_statement();
                continue;
            }
            _ => {}
        }
        let line = reader.words.line();
        let keyword = reader.words.name().unwrap_or_default();
        match keyword.as_str() {
            "param" => reader.parameter(line, secure, &mut out),
            "var" => reader.local(),
            "resource" => reader.resource(line, &mut out),
            "module" => reader.module(line, &mut out),
            "output" => reader.output(line, &mut out),
            _ => reader.words.skip_statement(),
        }
        secure = false;
    }
    if reader.room == 0 || reader.steps.get() == 0 {
        out.facts.gaps.push(Gap { mark: None, reason: "more values than are read of one file".to_owned(), whole: false });
    }
    let Reader { parameters, outputs, .. } = reader;
    if !parameters.is_empty() || !outputs.is_empty() {
        out.say(InfraFact::Stack(Stack { name: None, parameters, outputs, mark: first }));
    }
    out
}

impl Reader {
    fn parameter(&mut self, line: u32, secure: bool, out: &mut Extracted) {
        let Some(name) = self.words.name() else { return self.words.skip_statement() };
        // the type, which may be one of several words
        while !matches!(self.words.peek(), None | Some(Word::Line | Word::Sign('='))) {
            self.words.next();
        }
        let value = self.words.takes('=').then(|| self.words.expression());
        let value = value.and_then(|value| match value {
            Value::Text(text) => Some(if secure { Text::Unknown } else { secret::hide(&name, self.filled(&text, 0)) }),
            list @ Value::List(_) => {
                self.lists.insert(name.clone(), list);
                None
            }
            _ => None,
        });
        let mark = out.mark(line, line);
        self.parameters.push(StackParameter { name, kind: "bicep".to_owned(), value, mark });
        self.words.skip_statement();
    }

    fn local(&mut self) {
        let Some(name) = self.words.name() else { return self.words.skip_statement() };
        if self.words.takes('=') {
            let value = self.words.expression();
            self.locals.insert(name, value);
        }
        self.words.skip_statement();
    }

    fn output(&mut self, line: u32, out: &mut Extracted) {
        let Some(name) = self.words.name() else { return self.words.skip_statement() };
        while !matches!(self.words.peek(), None | Some(Word::Line | Word::Sign('='))) {
            self.words.next();
        }
        if self.words.takes('=') {
            let value = match self.words.expression() {
                Value::Text(text) => text,
                value => syntax::named([value]),
            };
            let value = secret::hide(&name, self.filled(&value, 0));
            let mark = out.mark(line, line);
            self.outputs.push(StackOutput { name, value, export: None, mark });
        }
        self.words.skip_statement();
    }

    fn resource(&mut self, line: u32, out: &mut Extracted) {
        let (Some(name), Some(written)) = (self.words.name(), self.words.plain_text()) else { return self.words.skip_statement() };
        let existing = self.words.takes_name("existing");
        self.words.nested.clear();
        let body = self.words.body();
        let kind = written.split('@').next().unwrap_or_default().to_owned();
        let nested = std::mem::take(&mut self.words.nested);
        self.words.skip_statement();
        self.each(&name, body, &mut |this, name, body| {
            this.say(name, &kind, existing, body, (line, None), out);
            for inner in &nested {
                // what is not deployed has nothing in it either
                let mut within = inner.body.clone();
                within.decided = within.decided.or_else(|| body.decided.clone());
                let (parent, above) = inner.owner.clone().unwrap_or_else(|| (name.to_owned(), String::new()));
                let above = if above.is_empty() { kind.clone() } else { format!("{kind}/{above}") };
                this.each(&inner.name, within, &mut |this, name, within| {
                    this.say(name, &format!("{above}/{}", inner.kind), inner.existing, within, (inner.line, Some(parent.clone())), out);
                });
            }
        });
    }

    /// Says what a statement deploys: once, or for each of a list that is known, under the names that this gives. Of one that is not known the
    /// first turn stands for all.
    fn each(&mut self, name: &str, body: syntax::Body, say: &mut dyn FnMut(&mut Self, &str, &syntax::Body)) {
        let items = body.turns.as_ref().map(|turns| self.listed(&turns.over)).unwrap_or_default();
        let Some(turns) = body.turns.as_ref().filter(|_| !items.is_empty()) else { return say(self, name, &body) };
        for (number, item) in items.into_iter().enumerate().take(MOST_TURNS) {
            let mut bound = Vec::new();
            bind(&turns.item, &item, &mut bound);
            bound.extend(turns.index.iter().map(|index| (index.clone(), Value::Text(Text::literal(number.to_string())))));
            let before: Vec<(String, Option<Value>)> = bound.into_iter().map(|(key, value)| (key.clone(), self.locals.insert(key, value))).collect();
            let turn = if number == 0 { name.to_owned() } else { format!("{name}-{}", word_of(&item).unwrap_or_else(|| (number + 1).to_string())) };
            say(self, &turn, &body);
            for (key, value) in before.into_iter().rev() {
                match value {
                    Some(value) => self.locals.insert(key, value),
                    None => self.locals.remove(&key),
                };
            }
        }
    }

    /// What a loop runs over, as far as it is written in the file.
    fn listed(&self, over: &Value) -> Vec<Value> {
        let list = match over {
            Value::Text(Text::Name(name)) => self.locals.get(name).or_else(|| self.lists.get(name)),
            value => Some(value),
        };
        match list {
            Some(Value::List(items)) => items.iter().map(|(item, _)| self.record_of(item)).collect(),
            _ => Vec::new(),
        }
    }

    /// The record that a variable is, where an item is named by one.
    fn record_of(&self, item: &Value) -> Value {
        let named = if let Value::Text(Text::Name(name)) = item { self.locals.get(name) } else { None };
        named.filter(|value| matches!(value, Value::Record(_))).unwrap_or(item).clone()
    }

    /// One resource, with the name of the one that it lies in.
    fn say(&mut self, name: &str, kind: &str, existing: bool, body: &syntax::Body, (line, parent): (u32, Option<String>), out: &mut Extracted) {
        let mut attributes = Vec::new();
        let mark = out.mark(line, line);
        if let Some(parent) = parent {
            attributes.push(("parent".to_owned(), Text::Name(parent), mark));
        }
        for (key, value, line) in &body.entries {
            self.flatten(key, value, *line, &mut attributes, out, 0);
        }
        self.condition(body.decided.as_ref(), line, &mut attributes, out);
        let written = kind.replacen('/', "::", 1);
        let kind = catalogue::kind_of_letters(&written, true).map_or(written.clone(), str::to_owned);
        out.say(InfraFact::Resource(Resource { kind, name: name.to_owned(), data_source: existing, attributes, mark }));
    }

    fn module(&mut self, line: u32, out: &mut Extracted) {
        let (Some(name), Some(path)) = (self.words.name(), self.words.plain_text()) else { return self.words.skip_statement() };
        let body = self.words.body();
        self.words.skip_statement();
        let published = catalogue::bicep_module(&path);
        self.each(&name, body, &mut |this, name, body| {
            let mark = out.mark(line, line);
            let mut attributes = if published.is_some() { Vec::new() } else { vec![("path".to_owned(), Text::literal(&path), mark)] };
            // how the deployment is called is no name of a resource
            for (key, value, line) in body.entries.iter().filter(|(key, ..)| published.is_none() || key != "name") {
                this.flatten(key, value, *line, &mut attributes, out, 0);
            }
            this.condition(body.decided.as_ref(), line, &mut attributes, out);
            let kind = match &published {
                Some(module) => {
                    stands_for(module, &mut attributes, mark);
                    module.kind.clone()
                }
                None => "Bicep::Module".to_owned(),
            };
            out.say(InfraFact::Resource(Resource { kind, name: name.to_owned(), data_source: false, attributes, mark }));
        });
    }

    /// What decides whether it is deployed.
    fn condition(&mut self, decided: Option<&Text>, line: u32, attributes: &mut Vec<Leaf>, out: &mut Extracted) {
        if let Some(text) = decided {
            attributes.push(("condition".to_owned(), self.filled(text, 0), out.mark(line, line)));
        }
    }

    fn flatten(&mut self, key: &str, value: &Value, line: u32, into: &mut Vec<Leaf>, out: &mut Extracted, depth: usize) {
        if self.room == 0 || depth > 32 || key.len() > 512 || !take_step(&self.steps) {
            return;
        }
        match value {
            Value::Record(entries) => {
                let named = entries
                    .iter()
                    .any(|(key, value, _)| key == "name" && matches!(value, Value::Text(text) if text.as_literal().is_some_and(secret::is_secret)));
                for (name, value, line) in entries {
                    let value = if named && name == "value" && matches!(value, Value::Text(Text::Literal(_))) { &Value::Text(Text::Unknown) } else { value };
                    // what is put together with a record adds to it
                    let inner = if name == "..." { key.to_owned() } else { format!("{key}.{name}") };
                    self.flatten(&inner, value, *line, into, out, depth + 1);
                }
            }
            Value::List(items) => {
                for (number, (item, line)) in items.iter().enumerate() {
                    self.flatten(&format!("{key}.{number}"), item, *line, into, out, depth + 1);
                }
            }
            Value::Null => {}
            Value::Text(text) => {
                // a local that holds more than a text is what it holds
                if let Text::Name(name) = text
                    && let Some(value @ (Value::Record(_) | Value::List(_))) = self.locals.get(name).cloned()
                {
                    return self.flatten(key, &value, line, into, out, depth + 1);
                }
                let name = key.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or(key);
                let filled = secret::hide(name, self.filled(text, 0));
                self.room -= 1;
                let mark = out.mark(line.max(1), line.max(1));
                into.push((key.to_owned(), filled, mark));
            }
        }
    }

    /// A text with the file's own variables put in.
    fn filled(&self, text: &Text, depth: usize) -> Text {
        text.resolve(&mut |hole| {
            let Text::Name(name) = hole else { return None };
            let value = self.locals.get(name).filter(|_| depth < 8 && take_step(&self.steps))?;
            Some(match value {
                Value::Text(text) => self.filled(text, depth + 1),
                value => syntax::named([value.clone()]),
            })
        })
    }
}

/// What a module of the public registry is told, as the resource says it that it stands for: its tags, and what follows from a
/// parameter or where that is not told.
fn stands_for(module: &catalogue::BicepModule, attributes: &mut Vec<Leaf>, mark: Mark) {
    let tags: Vec<Leaf> = attributes.iter().filter_map(|(key, text, mark)| Some((key.strip_prefix("params.")?.to_owned(), text.clone(), *mark))).collect();
    for (key, (parameter, otherwise)) in &module.told {
        let told = tags.iter().find(|(name, ..)| name == parameter);
        attributes.push(told.map_or_else(|| (key.clone(), Text::literal(otherwise), mark), |(_, text, mark)| (key.clone(), text.clone(), *mark)));
    }
    for (parameter, (key, value)) in &module.given {
        let told = tags.iter().find(|(name, ..)| name.strip_prefix(parameter.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
        attributes.extend(told.map(|(.., mark)| (key.clone(), Text::literal(value), *mark)));
    }
    attributes.extend(tags.into_iter().filter(|(key, ..)| key.starts_with("tags.") || matches!(key.as_str(), "name" | "kind")));
}

/// What a turn of a loop is called: its text, or the first of its record.
fn word_of(item: &Value) -> Option<String> {
    let is_word =
        |text: &&str| !text.is_empty() && text.len() <= 64 && text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
    match item {
        Value::Text(text) => text.as_literal().filter(is_word).map(str::to_owned),
        Value::Record(entries) => {
            entries.iter().find_map(|(_, value, _)| if let Value::Text(text) = value { text.as_literal() } else { None }).filter(is_word).map(str::to_owned)
        }
        _ => None,
    }
}

/// What a name stands for in a turn of a loop, and its members by theirs.
fn bind(name: &str, value: &Value, out: &mut Vec<(String, Value)>) {
    if let Value::Record(entries) = value {
        for (key, value, _) in entries.iter().filter(|_| name.len() < 512) {
            bind(&format!("{name}.{key}"), value, out);
        }
    }
    out.push((name.to_owned(), value.clone()));
}

/// Takes one of the steps that are left; false if there is none.
pub(super) fn take_step(steps: &Cell<usize>) -> bool {
    let left = steps.get();
    steps.set(left.saturating_sub(1));
    left > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Variables that name each other ten times each, sixteen deep.
    fn laughing(last: &str, one: &dyn Fn(usize) -> String) -> String {
        let vars: String = (1..16).map(|at| format!("var v{at} = {}\n", one(at - 1))).collect();
        format!("var v0 = {last}\n{vars}resource a 'Microsoft.Web/sites@2022-09-01' = {{ name: 'a', x: v15, y: '${{v15}}' }}\n")
    }

    #[test]
    fn variables_that_grow_without_end_are_a_gap() {
        let lists = laughing("[]", &|at| format!("[{}]", format!("v{at}, ").repeat(10).trim_end_matches(", ")));
        let texts = laughing("'x'", &|at| format!("'{}'", format!("${{v{at}}}").repeat(10)));
        for text in [lists, texts] {
            let read = read(&text);
            assert!(!read.facts.gaps.is_empty(), "{text}");
            assert!(read.facts.gaps.iter().all(|gap| !gap.whole));
        }
    }
}
