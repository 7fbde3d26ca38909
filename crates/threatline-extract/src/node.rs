//! One spanned tree for YAML, JSON and TOML.
//!
//! Compose, Kubernetes, OpenAPI and framework configuration are all read from this tree, so that a
//! position, a merge key or a hostile input is handled once. Aliases are expanded and merge keys
//! (`<<`) are applied before anyone looks. Depth and size are bounded: every consumer may recurse.

mod json;
mod toml;
mod yaml;

use threatline_facts::ArtifactKind;

/// No document is nested deeper, aliases included. Small enough to recurse over on any stack.
pub const MAX_DEPTH: usize = 128;

/// What all documents of one artifact may weigh after aliases are expanded; see [`Node::weight`].
const MAX_WEIGHT: usize = 64 << 20;

/// A value in a document, or a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// First line, from 1.
    pub line: u32,
    /// Last line, inclusive. A block ends with its last value, not with the comments after it.
    pub end_line: u32,
    /// What it is.
    pub kind: Kind,
    /// A tag as written, without the core schema's own (`!Ref`, `!reset`).
    pub tag: Option<Box<str>>,
}

/// What a [`Node`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Plain means unquoted: only a plain scalar is null, a number or a boolean.
    Scalar {
        /// The value, without quotes.
        text: String,
        /// Unquoted in YAML; no string in JSON.
        plain: bool,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// Keys in the order written; merged ones stand where `<<` stood.
    Mapping(Vec<Entry>),
    /// A document among several that could not be read, and why in one clause.
    Lost(String),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key's text; empty for a key that is no scalar.
    pub key: String,
    /// Line of the key.
    pub line: u32,
    /// The value.
    pub value: Node,
}

impl Entry {
    /// Last line of the value.
    pub fn end_line(&self) -> u32 {
        self.value.end_line.max(self.line)
    }
}

/// Parses all documents of a text; an error is one clause for `coverage.skipped`. Empty documents are
/// left out. If only some documents cannot be read, each of them is one [`Kind::Lost`].
pub fn parse(kind: ArtifactKind, text: &str) -> Result<Vec<Node>, String> {
    match kind {
        ArtifactKind::Json => json::parse(text),
        ArtifactKind::Toml => toml::parse(text),
        _ => yaml::parse(text),
    }
}

impl Node {
    /// The value of a key; the last one if it is written twice.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// A key with its value.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rev().find(|entry| entry.key == key)
    }

    /// The value at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text of the scalar at the end of a path of keys, unless it is null.
    pub fn str_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// Keys and values; empty if it is no mapping.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// Elements; empty if it is no sequence.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The elements of a sequence, or the node itself if it is a scalar or a mapping: many formats take
    /// one or several. Null is nothing.
    pub fn one_or_many(&self) -> &[Node] {
        match &self.kind {
            Kind::Sequence(items) => items,
            Kind::Lost(_) => &[],
            _ if self.is_null() => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// It is a mapping.
    pub fn is_mapping(&self) -> bool {
        matches!(self.kind, Kind::Mapping(_))
    }

    /// It is a sequence.
    pub fn is_sequence(&self) -> bool {
        matches!(self.kind, Kind::Sequence(_))
    }

    /// It is null: written so, or nothing is written.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The text of a scalar, numbers and booleans as written; `None` for null.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// A boolean by YAML 1.2, and by 1.1's `yes`/`no`/`on`/`off`, quoted or not.
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_str()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// An integer: decimal, `0x` or `0o`, quoted or not.
    pub fn as_int(&self) -> Option<i64> {
        let text = self.as_str()?;
        if let Some(hex) = text.strip_prefix("0x") {
            return i64::from_str_radix(hex, 16).ok();
        }
        if let Some(octal) = text.strip_prefix("0o") {
            return i64::from_str_radix(octal, 8).ok();
        }
        text.parse().ok()
    }

    /// A port number.
    pub fn as_port(&self) -> Option<u16> {
        self.as_int().and_then(|number| u16::try_from(number).ok()).filter(|port| *port != 0)
    }

    /// Moves it down by some lines: the tree of a text that is embedded in another.
    pub fn shift(&mut self, lines: u32) {
        self.line = self.line.saturating_add(lines);
        self.end_line = self.end_line.saturating_add(lines);
        match &mut self.kind {
            Kind::Sequence(items) => items.iter_mut().for_each(|item| item.shift(lines)),
            Kind::Mapping(entries) => entries.iter_mut().for_each(|entry| {
                entry.line = entry.line.saturating_add(lines);
                entry.value.shift(lines);
            }),
            Kind::Scalar { .. } | Kind::Lost(_) => {}
        }
    }

    /// About the bytes that it takes in memory.
    fn weight(&self) -> usize {
        let below: usize = match &self.kind {
            Kind::Scalar { text, .. } | Kind::Lost(text) => text.len(),
            Kind::Sequence(items) => items.iter().map(Node::weight).sum(),
            Kind::Mapping(entries) => entries.iter().map(|entry| entry.key.len() + 32 + entry.value.weight()).sum(),
        };
        size_of::<Node>() + below
    }

    fn scalar(text: String, plain: bool, line: u32, end_line: u32) -> Self {
        Node { line, end_line, kind: Kind::Scalar { text, plain }, tag: None }
    }
}
