//! Expressions of Bicep as values: texts with the names in them, records and lists. What is computed keeps its names and no
//! letter.

use super::words::{Part, Word, cut};
use threatline_facts::Text;

/// How deep values are nested, and texts in texts.
const DEEPEST: usize = 48;

/// Names that are kept of one text that is computed.
const MAX_NAMES: usize = 64;

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::infra) enum Value {
    Text(Text),
    Record(Vec<(String, Value, u32)>),
    List(Vec<(Value, u32)>),
    Null,
}

/// A resource that is written in another one.
pub(in crate::infra) struct Nested {
    pub(in crate::infra) name: String,
    /// Its type, behind that of the resource that it lies in.
    pub(in crate::infra) kind: String,
    pub(in crate::infra) existing: bool,
    pub(in crate::infra) body: Body,
    pub(in crate::infra) line: u32,
    /// Name and type of the one that it lies in, where that is a nested one as well.
    pub(in crate::infra) owner: Option<(String, String)>,
}

/// What is behind the sign of a statement.
#[derive(Clone, Default)]
pub(in crate::infra) struct Body {
    /// The record itself; of several the first.
    pub(in crate::infra) entries: Vec<(String, Value, u32)>,
    /// What decides whether it is deployed.
    pub(in crate::infra) decided: Option<Text>,
    /// It is deployed once for each of a list.
    pub(in crate::infra) turns: Option<Turns>,
}

/// `for (item, index) in over`.
#[derive(Clone)]
pub(in crate::infra) struct Turns {
    pub(in crate::infra) item: String,
    pub(in crate::infra) index: Option<String>,
    pub(in crate::infra) over: Value,
}

/// Nobody writes more resources in resources.
const MANY_NESTED: usize = 500;

/// Words that are read one after the other.
pub(in crate::infra) struct Words {
    all: Vec<(Word, u32)>,
    at: usize,
    depth: usize,
    /// Resources in the record that was read last.
    pub(in crate::infra) nested: Vec<Nested>,
}

impl Words {
    pub(in crate::infra) fn new(text: &str) -> Self {
        Words { all: cut(text), at: 0, depth: 0, nested: Vec::new() }
    }

    fn inner(text: &str, depth: usize) -> Self {
        Words { all: cut(text), at: 0, depth, nested: Vec::new() }
    }

    pub(in crate::infra) fn line(&self) -> u32 {
        let at = self.at.min(self.all.len().saturating_sub(1));
        self.all.get(at).map_or(1, |(_, line)| *line)
    }

    pub(super) fn peek(&self) -> Option<&Word> {
        self.all.get(self.at).map(|(word, _)| word)
    }

    pub(super) fn next(&mut self) -> Option<Word> {
        let word = self.all.get(self.at).map(|(word, _)| word.clone());
        self.at += 1;
        word
    }

    pub(in crate::infra) fn skip_lines(&mut self) {
        while self.peek() == Some(&Word::Line) {
            self.at += 1;
        }
    }

    pub(in crate::infra) fn takes(&mut self, sign: char) -> bool {
        let is_it = self.peek() == Some(&Word::Sign(sign));
        self.at += usize::from(is_it);
        is_it
    }

    pub(in crate::infra) fn takes_name(&mut self, name: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Word::Name(own)) if own == name);
        self.at += usize::from(is_it);
        is_it
    }

    pub(in crate::infra) fn name(&mut self) -> Option<String> {
        match self.peek() {
            Some(Word::Name(name)) => {
                let name = name.clone();
                self.at += 1;
                Some(name)
            }
            _ => None,
        }
    }

    /// A text without holes.
    pub(in crate::infra) fn plain_text(&mut self) -> Option<String> {
        match self.peek() {
            Some(Word::Text(parts)) => {
                let text = match parts.as_slice() {
                    [Part::Letters(text)] => Some(text.clone()),
                    _ => None,
                };
                self.at += usize::from(text.is_some());
                text
            }
            _ => None,
        }
    }

    /// Passes what stands until the line ends, brackets counted.
    pub(in crate::infra) fn skip_statement(&mut self) {
        let mut open = 0usize;
        while let Some(word) = self.next() {
            match word {
                Word::Line if open == 0 => return,
                Word::Sign('{' | '[' | '(') => open += 1,
                Word::Sign('}' | ']' | ')') => open = open.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// An expression: one part, or several with signs between them.
    pub(in crate::infra) fn expression(&mut self) -> Value {
        if self.depth >= DEEPEST {
            self.skip_statement();
            return Value::Text(Text::Unknown);
        }
        self.depth += 1;
        let mut value = self.part();
        loop {
            self.go_on();
            match self.peek() {
                Some(Word::Sign('?')) => {
                    self.at += 1;
                    value = self.either();
                }
                Some(Word::Sign('+' | '-' | '*' | '/' | '%' | '<' | '>') | Word::Pair(..)) => {
                    self.at += 1;
                    self.skip_lines();
                    let other = self.part();
                    value = Value::Text(named([value, other]));
                }
                _ => break,
            }
        }
        self.depth -= 1;
        value
    }

    /// A condition, or what is computed, may go on in the next line: no statement begins with these signs.
    fn go_on(&mut self) {
        let ahead = self.all[self.at.min(self.all.len())..].iter().take_while(|(word, _)| *word == Word::Line).count();
        let goes_on = |word: &Word| {
            matches!(word, Word::Sign('?') | Word::Pair('?', '?') | Word::Pair('&', '&') | Word::Pair('|', '|') | Word::Pair('=', '=') | Word::Pair('!', '='))
        };
        if ahead > 0 && self.all.get(self.at + ahead).is_some_and(|(word, _)| goes_on(word)) {
            self.at += ahead;
        }
    }

    /// What stands behind a condition: of nothing and something the latter is told.
    fn either(&mut self) -> Value {
        self.skip_lines();
        let one = self.expression();
        self.skip_lines();
        if !self.takes(':') {
            return one;
        }
        self.skip_lines();
        let other = self.expression();
        let is_nothing = |value: &Value| match value {
            Value::Null => true,
            Value::Text(text) => text.as_literal() == Some(""),
            Value::Record(entries) => entries.is_empty(),
            Value::List(items) => items.is_empty(),
        };
        match (is_nothing(&one), is_nothing(&other)) {
            (false, true) => one,
            (true, _) => other,
            _ if one == other => one,
            (false, false) => match (one, other) {
                (Value::Record(a), Value::Record(b)) => Value::Record(a.into_iter().chain(b).collect()),
                (one, other) => Value::Text(named([one, other])),
            },
        }
    }

    fn part(&mut self) -> Value {
        match self.next() {
            Some(Word::Sign('{')) => self.record(),
            Some(Word::Sign('[')) => self.list(),
            Some(Word::Sign('(')) => {
                self.skip_lines();
                let inner = self.expression();
                self.skip_lines();
                self.takes(')');
                self.behind(inner)
            }
            Some(Word::Sign('!' | '-')) => Value::Text(named([self.part()])),
            Some(Word::Text(parts)) => Value::Text(self.text(&parts)),
            Some(Word::Name(name)) => match name.as_str() {
                "null" => Value::Null,
                "true" | "false" => Value::Text(Text::literal(&name)),
                _ if name.starts_with(|letter: char| letter.is_ascii_digit()) => Value::Text(Text::literal(&name)),
                _ => {
                    let value = if self.peek() == Some(&Word::Sign('(')) { self.call(&name) } else { Value::Text(Text::Name(name)) };
                    self.behind(value)
                }
            },
            _ => Value::Text(Text::Unknown),
        }
    }

    fn text(&self, parts: &[Part]) -> Text {
        Text::join(parts.iter().map(|part| match part {
            Part::Letters(text) => Text::literal(text),
            Part::Hole(inner) => match Words::inner(inner, self.depth + 1).expression() {
                Value::Text(text) => text,
                value => named([value]),
            },
        }))
    }

    /// Members, and what stands in brackets behind a part.
    fn behind(&mut self, mut value: Value) -> Value {
        loop {
            match self.peek() {
                Some(Word::Sign('.') | Word::Pair('.', '?') | Word::Pair(':', ':')) => {
                    self.at += 1;
                    let Some(member) = self.name() else { return value };
                    value = match value {
                        Value::Text(Text::Name(name)) if name.len() < 512 => Value::Text(Text::Name(format!("{name}.{member}"))),
                        Value::Record(entries) => {
                            entries.into_iter().find(|(key, ..)| *key == member).map_or(Value::Text(Text::Unknown), |(_, value, _)| value)
                        }
                        other => other,
                    };
                    // a method gives what its object is
                    if self.peek() == Some(&Word::Sign('(')) {
                        self.arguments();
                    }
                }
                Some(Word::Sign('[')) => {
                    self.at += 1;
                    let _ = self.expression();
                    self.takes(']');
                }
                Some(Word::Sign('!')) => self.at += 1,
                _ => return value,
            }
        }
    }

    fn arguments(&mut self) -> Vec<Value> {
        let mut arguments = Vec::new();
        if !self.takes('(') {
            return arguments;
        }
        loop {
            self.skip_lines();
            if self.takes(')') || self.peek().is_none() {
                return arguments;
            }
            let before = self.at;
            arguments.push(self.expression());
            self.skip_lines();
            // `x => …`
            if !self.takes(',') && self.at == before {
                self.at += 1;
            }
        }
    }

    /// Functions that put values together; of others the names are kept.
    fn call(&mut self, name: &str) -> Value {
        let arguments = self.arguments();
        match name {
            "union" if arguments.iter().any(|argument| matches!(argument, Value::Record(_))) => {
                let records = arguments.into_iter().flat_map(|argument| match argument {
                    Value::Record(entries) => entries,
                    other => vec![("...".to_owned(), other, 0)],
                });
                Value::Record(records.collect())
            }
            "concat" | "union" if arguments.iter().any(|argument| matches!(argument, Value::List(_))) => {
                let lists = arguments.into_iter().flat_map(|argument| match argument {
                    Value::List(items) => items,
                    other => vec![(other, 0)],
                });
                Value::List(lists.collect())
            }
            // as templates in JSON speak of what they are handed
            "parameters" | "variables" if arguments.len() == 1 => match arguments.into_iter().next() {
                Some(Value::Text(Text::Literal(name))) => Value::Text(Text::Name(name)),
                _ => Value::Text(Text::Unknown),
            },
            "concat" if arguments.iter().all(|argument| matches!(argument, Value::Text(_))) => {
                Value::Text(Text::join(arguments.into_iter().filter_map(|argument| if let Value::Text(text) = argument { Some(text) } else { None })))
            }
            "toLower" | "string" | "any" | "trim" if arguments.len() == 1 => arguments.into_iter().next().unwrap_or(Value::Null),
            _ => Value::Text(named(arguments)),
        }
    }

    fn record(&mut self) -> Value {
        let mut entries = Vec::new();
        loop {
            while matches!(self.peek(), Some(Word::Line | Word::Sign(','))) {
                self.at += 1;
            }
            if self.takes('}') || self.peek().is_none() {
                return Value::Record(entries);
            }
            let line = self.line();
            let key = match self.next() {
                Some(Word::Name(name)) => name,
                Some(Word::Text(parts)) => self.text(&parts).with_defaults(),
                _ => continue,
            };
            if key == "resource" && matches!(self.peek(), Some(Word::Name(_))) {
                self.resource_inside(line);
                continue;
            }
            if !self.takes(':') {
                continue;
            }
            self.skip_lines();
            entries.push((key, self.expression(), line));
        }
    }

    /// A resource in a resource, and those that lie in it.
    fn resource_inside(&mut self, line: u32) {
        let (Some(name), Some(written)) = (self.name(), self.plain_text()) else { return self.skip_statement() };
        let kind = written.split('@').next().unwrap_or_default().to_owned();
        let existing = self.takes_name("existing");
        let before = self.nested.len();
        let body = self.body();
        for inner in &mut self.nested[before..] {
            let (above, of) = inner.owner.take().unwrap_or_else(|| (name.clone(), String::new()));
            inner.owner = Some((above, if of.is_empty() { kind.clone() } else { format!("{kind}/{of}") }));
        }
        if self.nested.len() < MANY_NESTED {
            self.nested.push(Nested { name, kind, existing, body, line, owner: None });
        }
    }

    /// What is behind the sign of a statement.
    pub(in crate::infra) fn body(&mut self) -> Body {
        let mut body = Body::default();
        if !self.takes('=') {
            return body;
        }
        if self.takes_name("if") && self.takes('(') {
            body.decided = Some(match self.expression() {
                Value::Text(text) => text,
                _ => Text::Unknown,
            });
            self.takes(')');
        }
        let loops = matches!(self.all.get(self.at..self.at + 2), Some([(Word::Sign('['), _), (Word::Name(name), _)]) if name == "for");
        let value = if loops {
            self.at += 2;
            let (turns, value) = self.each();
            body.turns = turns;
            value
        } else {
            self.expression()
        };
        body.entries = match value {
            Value::Record(entries) => entries,
            Value::List(items) => {
                items.into_iter().find_map(|(item, _)| if let Value::Record(entries) = item { Some(entries) } else { None }).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        body
    }

    /// What stands behind `for`, to the end of the list.
    fn each(&mut self) -> (Option<Turns>, Value) {
        let (item, index) = match self.takes('(') {
            true => {
                let item = self.name();
                self.takes(',');
                (item, self.name())
            }
            false => (self.name(), None),
        };
        self.takes(')');
        let over = self.takes_name("in").then(|| self.expression());
        while self.peek().is_some_and(|word| *word != Word::Sign(':')) {
            self.at += 1;
        }
        self.takes(':');
        self.skip_lines();
        if self.takes_name("if") {
            let _ = self.arguments();
        }
        let value = self.expression();
        self.skip_lines();
        self.takes(']');
        (item.zip(over).map(|(item, over)| Turns { item, index, over }), value)
    }

    fn list(&mut self) -> Value {
        let mut items = Vec::new();
        // `[for item in items: …]`
        if self.takes_name("for") {
            let (_, value) = self.each();
            items.push((value, self.line()));
            return Value::List(items);
        }
        loop {
            while matches!(self.peek(), Some(Word::Line | Word::Sign(','))) {
                self.at += 1;
            }
            if self.takes(']') || self.peek().is_none() {
                return Value::List(items);
            }
            let (before, line) = (self.at, self.line());
            items.push((self.expression(), line));
            if self.at == before {
                self.at += 1;
            }
        }
    }
}

/// The names in values that are computed with, and nothing of their letters.
pub(in crate::infra) fn named(values: impl IntoIterator<Item = Value>) -> Text {
    let mut names = Vec::new();
    values.into_iter().for_each(|value| collect(value, &mut names));
    names.dedup();
    Text::join(std::iter::once(Text::Unknown).chain(names.into_iter().flat_map(|name| [name, Text::Unknown])))
}

fn collect(value: Value, names: &mut Vec<Text>) {
    match value {
        Value::Text(text) => {
            let room = MAX_NAMES.saturating_sub(names.len());
            names.extend(text.parts().iter().filter(|part| matches!(part, Text::Name(_))).take(room).cloned());
        }
        Value::Record(entries) => entries.into_iter().for_each(|(_, value, _)| collect(value, names)),
        Value::List(items) => items.into_iter().for_each(|(value, _)| collect(value, names)),
        Value::Null => {}
    }
}
