//! Values that templates are completed with. What is not known is a value of its own, and a text may be
//! known in part.

use crate::infra::chart::{HOLE, STAR};
use crate::node::{Kind, Node};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// It is known that there is none.
    Nil,
    Bool(bool),
    Int(i64),
    /// Holes in it are parts that are not known.
    Text(Arc<str>),
    List(Arc<Vec<Value>>),
    Map(Arc<BTreeMap<String, Value>>),
    /// It could be anything.
    Unknown,
}

impl Value {
    /// No value weighs more that anybody wrote.
    pub(super) const MOST: usize = 200_000;

    /// About how much it is, up to [`Value::MOST`].
    pub(super) fn weight(&self) -> usize {
        let (mut open, mut weight) = (vec![self], 0);
        while let Some(value) = open.pop() {
            weight += match value {
                Value::Text(text) => 1 + text.len() / 16,
                _ => 1,
            };
            if weight >= Self::MOST {
                return Self::MOST;
            }
            match value {
                Value::List(items) => open.extend(items.iter()),
                Value::Map(entries) => open.extend(entries.values()),
                _ => {}
            }
        }
        weight
    }

    pub(super) fn text(text: impl AsRef<str>) -> Self {
        Value::Text(text.as_ref().into())
    }

    pub(super) fn list(items: Vec<Value>) -> Self {
        Value::List(Arc::new(items))
    }

    pub(super) fn map(entries: impl IntoIterator<Item = (String, Value)>) -> Self {
        Value::Map(Arc::new(entries.into_iter().collect()))
    }

    /// The value of a document.
    pub(super) fn of(node: &Node) -> Self {
        match &node.kind {
            Kind::Mapping(entries) => Value::map(entries.iter().map(|entry| (entry.key.clone(), Value::of(&entry.value)))),
            Kind::Sequence(items) => Value::list(items.iter().map(Value::of).collect()),
            Kind::Lost(_) => Value::Unknown,
            Kind::Scalar { .. } if node.is_null() => Value::Nil,
            Kind::Scalar { text, plain: true } if text == "true" || text == "false" => Value::Bool(text == "true"),
            Kind::Scalar { text, plain: true } => text.parse().map_or_else(|_| Value::text(text), Value::Int),
            Kind::Scalar { text, .. } if text.len() == HOLE.len_utf8() && text.starts_with(HOLE) => Value::Unknown,
            Kind::Scalar { text, .. } => Value::written(text),
        }
    }

    /// A text of a file, in which stars may stand for a secret.
    pub(super) fn written(text: &str) -> Self {
        if text.contains("***") { Value::text(text.replace("***", &STAR.to_string().repeat(3))) } else { Value::text(text) }
    }

    /// The value of a key; of what is no mapping there is none.
    pub(super) fn get(&self, key: &str) -> Value {
        match self {
            Value::Map(entries) => entries.get(key).cloned().unwrap_or(Value::Nil),
            Value::Unknown => Value::Unknown,
            _ => Value::Nil,
        }
    }

    /// The value at the end of a dotted path.
    pub(super) fn at(&self, path: &str) -> Value {
        path.split('.').fold(self.clone(), |value, key| value.get(key))
    }

    /// Whether a condition on it holds, if that is known.
    pub(super) fn holds(&self) -> Option<bool> {
        Some(match self {
            Value::Nil => false,
            Value::Bool(value) => *value,
            Value::Int(number) => *number != 0,
            Value::Text(text) if text.is_empty() => false,
            Value::Text(text) if text.chars().all(|letter| letter == HOLE) => return None,
            Value::Text(_) => true,
            Value::List(items) => !items.is_empty(),
            Value::Map(entries) => !entries.is_empty(),
            Value::Unknown => return None,
        })
    }

    /// It with another value at the end of a path.
    pub(super) fn with(&self, path: &[String], value: Value) -> Value {
        let (Some((key, rest)), Value::Map(_) | Value::Nil) = (path.split_first(), self) else {
            return if path.is_empty() { value } else { self.clone() };
        };
        let mut entries = self.entries().cloned().unwrap_or_default();
        let below = entries.get(key).cloned().unwrap_or(Value::Nil).with(rest, value);
        entries.insert(key.clone(), below);
        Value::Map(Arc::new(entries))
    }

    /// The entries of a mapping.
    pub(super) fn entries(&self) -> Option<&BTreeMap<String, Value>> {
        if let Value::Map(entries) = self { Some(entries) } else { None }
    }

    /// Nothing of it is in doubt.
    pub(super) fn is_known(&self) -> bool {
        match self {
            Value::Unknown => false,
            Value::Text(text) => !text.contains(HOLE),
            _ => true,
        }
    }

    /// How it is printed; what is not set will be set by somebody and is not known.
    pub(super) fn printed(&self) -> String {
        match self {
            Value::Nil | Value::Unknown => HOLE.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Text(text) => text.to_string(),
            Value::List(items) => format!("[{}]", items.iter().map(Value::printed).collect::<Vec<_>>().join(" ")),
            Value::Map(_) => HOLE.to_string(),
        }
    }

    /// It with another one over it: mappings are put together, of all else the other one counts.
    pub(super) fn under(&self, over: &Value) -> Value {
        match (self, over) {
            (Value::Map(own), Value::Map(others)) => {
                let mut entries = BTreeMap::clone(own);
                for (key, other) in others.iter() {
                    // null takes a value away
                    let value = if let Some(own) = entries.get(key) { own.under(other) } else { other.clone() };
                    entries.insert(key.clone(), value);
                }
                Value::Map(Arc::new(entries))
            }
            _ => over.clone(),
        }
    }

    /// As JSON on one line.
    pub(super) fn json(&self) -> String {
        match self {
            Value::Nil => "null".to_owned(),
            Value::Bool(_) | Value::Int(_) => self.printed(),
            Value::Text(_) | Value::Unknown => json(&self.printed()),
            Value::List(items) => format!("[{}]", items.iter().map(Value::json).collect::<Vec<_>>().join(",")),
            Value::Map(entries) => {
                let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{}:{}", json(key), value.json())).collect();
                format!("{{{}}}", entries.join(","))
            }
        }
    }

    /// As YAML, without a line end at its end.
    pub(super) fn yaml(&self) -> String {
        let mut out = String::new();
        write(self, 0, &mut out);
        out.trim_matches('\n').to_owned()
    }
}

/// A scalar goes on behind what stands before it, a collection begins a line.
fn write(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Map(entries) if !entries.is_empty() => {
            for (key, value) in entries.iter() {
                let _ = write!(out, "\n{pad}{}:", quoted(key));
                write(value, indent + 2, out);
            }
        }
        Value::List(items) if !items.is_empty() => {
            for item in items.iter() {
                let mut inner = String::new();
                write(item, indent + 2, &mut inner);
                let _ = write!(out, "\n{pad}- {}", inner.trim_start());
            }
        }
        Value::Map(_) => out.push_str(" {}"),
        Value::List(_) => out.push_str(" []"),
        Value::Nil => out.push_str(" null"),
        Value::Text(text) => {
            let _ = write!(out, " {}", quoted(text));
        }
        value => {
            let _ = write!(out, " {}", value.printed());
        }
    }
    if indent == 0 && out.starts_with(' ') {
        out.remove(0);
    }
}

/// A text as a scalar of YAML: bare where it can only be a text.
fn quoted(text: &str) -> String {
    let bare = text.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '/' || first == HOLE)
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./@".contains(letter) || letter > '\u{7f}')
        && !matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n");
    if bare {
        return text.to_owned();
    }
    json(text)
}

/// A text in double quotes, as JSON and YAML read it.
pub(super) fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}
