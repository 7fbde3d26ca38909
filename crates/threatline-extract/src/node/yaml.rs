//! YAML, through saphyr-parser's events.
//!
//! Only the pull interface is safe on hostile input: the parser's own tree builders recurse. Here the
//! open collections lie on a heap-allocated stack whose length is bounded.

use super::{Entry, Kind, MAX_DEPTH, MAX_WEIGHT, Node};
use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Parses all documents. When the text as a whole does not parse, it is cut at its `---` lines and each
/// piece is tried on its own: one broken document loses only itself.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    let reason = match documents(text) {
        Ok(documents) => return unless_all_lost(documents),
        Err(reason) => reason,
    };
    let pieces = pieces(text);
    let mut out = Vec::new();
    let mut read = false;
    for (above, piece) in pieces {
        match documents(piece) {
            Ok(found) => {
                read |= found.iter().any(|node| !matches!(node.kind, Kind::Lost(_)));
                out.extend(found.into_iter().map(|mut node| {
                    node.shift(above);
                    node
                }));
            }
            Err(reason) => {
                let kind = Kind::Lost(clause(piece, reason));
                out.push(Node { line: above + 1, end_line: above + piece.lines().count().max(1) as u32, kind, tag: None });
            }
        }
    }
    if read { Ok(out) } else { Err(clause(text, reason)) }
}

/// When nothing is left of a file, the file is lost and not its parts.
fn unless_all_lost(documents: Vec<Node>) -> Result<Vec<Node>, String> {
    let lost = |node: &Node| if let Kind::Lost(reason) = &node.kind { Some(reason.clone()) } else { None };
    match documents.iter().map(lost).collect::<Option<Vec<_>>>() {
        Some(reasons) if !reasons.is_empty() => Err(reasons[0].clone()),
        _ => Ok(documents),
    }
}

fn clause(text: &str, reason: &'static str) -> String {
    let template = reason == NOT_YAML && text.contains("{{");
    if template { TEMPLATE.to_owned() } else { reason.to_owned() }
}

const TEMPLATE: &str = "a template";
const NOT_YAML: &str = "not valid YAML";
const TOO_DEEP: &str = "nested too deeply";
const TOO_LARGE: &str = "too large once aliases are expanded";

/// Cuts at lines that begin a document; with each piece the number of lines above it. A `---` at the
/// beginning of a line can stand nowhere else in YAML.
fn pieces(text: &str) -> Vec<(u32, &str)> {
    let (mut out, mut start, mut above, mut line, mut offset) = (Vec::new(), 0, 0, 0, 0);
    for whole in text.split_inclusive('\n') {
        let begins = whole.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        if begins && offset > start {
            out.push((above, &text[start..offset]));
            (start, above) = (offset, line);
        }
        offset += whole.len();
        line += 1;
    }
    out.push((above, &text[start..]));
    out
}

/// Other parsers let a bracket close, or a quoted text go on, no deeper than the key it belongs to, and
/// many files rely on it. Leading white space means nothing there, so such lines are moved in and the
/// text is tried again.
fn documents(text: &str) -> Result<Vec<Node>, &'static str> {
    let mut text = Cow::Borrowed(text);
    let mut work = 0;
    let mut blank = false;
    loop {
        work += text.len();
        let failure = match attempt(&text) {
            Ok(documents) => return Ok(documents),
            Err(failure) => failure,
        };
        // a tab alone on a line of a block is nothing either
        if !blank && text.contains('\t') {
            blank = true;
            text = Cow::Owned(without_lone_tabs(&text));
            continue;
        }
        let moved = failure.place.filter(|_| work < MAX_WORK).and_then(|place| move_in(&text, &place));
        match moved {
            Some(moved) => text = Cow::Owned(moved),
            None => return Err(failure.reason),
        }
    }
}

fn without_lone_tabs(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.map(|line| if line.contains('\t') && line.trim().is_empty() { if line.ends_with('\n') { "\n" } else { "" } } else { line }).collect()
}

/// Bytes that documents may hold with their aliases expanded: so many, and so many for each byte of the text.
const LEAST_WEIGHT: usize = 4 << 20;
const UNFOLDS: usize = 64;

/// Bytes that are parsed before repairing is given up.
const MAX_WORK: usize = 16 << 20;

/// Deeper than blocks are in practice; a line that begins so has been moved.
const INDENT: &str = "                                                                ";

struct Failure {
    reason: &'static str,
    /// Where white space is missing, if it is.
    place: Option<Place>,
}

struct Place {
    line: usize,
    column: usize,
    /// A quoted text begins there; its further lines are meant.
    quoted: bool,
}

impl From<&'static str> for Failure {
    fn from(reason: &'static str) -> Self {
        Failure { reason, place: None }
    }
}

fn attempt(text: &str) -> Result<Vec<Node>, Failure> {
    let mut parser = Parser::new_from_str(text);
    // what a file of a few lines unfolds to is no more than a few of the largest files hold
    let most = MAX_WEIGHT.min(LEAST_WEIGHT + UNFOLDS * text.len());
    let mut builder = Builder { most, ..Builder::default() };
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            let misses = error.info().starts_with("invalid indentation") && !error.info().contains("anchor");
            let place = Place { line: error.marker().line(), column: error.marker().col(), quoted: error.info().contains("quoted") };
            Failure { reason: NOT_YAML, place: misses.then_some(place) }
        })?;
        builder.take(event, span)?;
    }
    Ok(builder.documents)
}

/// The text with white space where it is missing; `None` if that was tried before.
fn move_in(text: &str, place: &Place) -> Option<String> {
    let mut out = String::with_capacity(text.len() + INDENT.len());
    let mut quote = None;
    let mut moved = false;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let meant = if place.quoted { quote.is_some() } else { number == place.line };
        if meant && !line.starts_with(INDENT) {
            out.push_str(INDENT);
            moved = true;
        }
        if quote.is_some_and(|quote| line.contains(quote)) {
            quote = None;
        } else if place.quoted && number == place.line {
            quote = line.chars().skip(place.column).find(|letter| matches!(letter, '"' | '\''));
        }
        out.push_str(line);
    }
    moved.then_some(out)
}

/// A collection whose end has not been seen.
struct Open {
    /// None for a sequence; for a mapping the key that waits for its value.
    node: Node,
    key: Option<(String, u32, bool)>,
    anchor: usize,
    /// Levels of the deepest value in it.
    height: usize,
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    /// Values by the parser's number of their anchor, with their height.
    anchors: BTreeMap<usize, (Node, usize)>,
    weight: usize,
    most: usize,
    /// A mapping stands as a key: what an unquoted `{{ … }}` of a template reads as. A document that
    /// has one would seem to leave out what the template fills in.
    templated: bool,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), &'static str> {
        let line = span.start.line() as u32;
        match event {
            Event::DocumentStart(_) => {
                self.anchors.clear();
                self.templated = false;
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && !tag.as_deref().is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
                let end_line = end_of(span, style, &text);
                let mut node = Node::scalar(text.into_owned(), plain, line, end_line);
                node.tag = foreign(tag);
                self.weigh(&node)?;
                self.done(node, 0, anchor)?;
            }
            Event::SequenceStart(anchor, tag) => self.begin(Kind::Sequence(Vec::new()), line, anchor, tag)?,
            Event::MappingStart(anchor, tag) => self.begin(Kind::Mapping(Vec::new()), line, anchor, tag)?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(mut open) = self.open.pop() {
                    if !span.is_empty() {
                        // Only a flow collection has a closing bracket.
                        open.node.end_line = open.node.end_line.max(line);
                    }
                    self.merge(&mut open.node)?;
                    self.done(open.node, open.height, open.anchor)?;
                }
            }
            Event::Alias(anchor) => {
                let Some((mut node, height)) = self.anchors.get(&anchor).cloned() else {
                    return Err(NOT_YAML);
                };
                self.weigh(&node)?;
                if self.open.len() + height >= MAX_DEPTH {
                    return Err(TOO_DEEP);
                }
                if !node.is_mapping() && !node.is_sequence() {
                    (node.line, node.end_line) = (line, line);
                }
                self.done(node, height, 0)?;
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn weigh(&mut self, node: &Node) -> Result<(), &'static str> {
        self.weight += node.weight();
        if self.weight > self.most { Err(TOO_LARGE) } else { Ok(()) }
    }

    fn begin(&mut self, kind: Kind, line: u32, anchor: usize, tag: Option<Cow<'_, Tag>>) -> Result<(), &'static str> {
        if self.open.len() >= MAX_DEPTH {
            return Err(TOO_DEEP);
        }
        let node = Node { line, end_line: line, kind, tag: foreign(tag) };
        self.weigh(&node)?;
        self.open.push(Open { node, key: None, anchor, height: 0 });
        Ok(())
    }

    /// A value is complete: it goes into the collection that is open, or is a document.
    fn done(&mut self, node: Node, height: usize, anchor: usize) -> Result<(), &'static str> {
        if anchor != 0 {
            self.weigh(&node)?;
            self.anchors.insert(anchor, (node.clone(), height));
        }
        let Some(open) = self.open.last_mut() else {
            if self.templated {
                self.documents.push(Node { kind: Kind::Lost(TEMPLATE.to_owned()), ..node });
            } else if !node.is_null() {
                self.documents.push(node);
            }
            return Ok(());
        };
        open.height = open.height.max(height + 1);
        match &mut open.node.kind {
            Kind::Sequence(items) => {
                open.node.end_line = open.node.end_line.max(own_end(&node, open.node.line));
                items.push(node);
            }
            Kind::Mapping(entries) => match open.key.take() {
                None => {
                    let plain = matches!(node.kind, Kind::Scalar { plain: true, .. });
                    open.node.end_line = open.node.end_line.max(node.line);
                    self.templated |= node.is_mapping();
                    let key = match node.kind {
                        Kind::Scalar { text, .. } => text,
                        _ => String::new(),
                    };
                    open.key = Some((key, node.line, plain));
                }
                Some((key, line, plain)) => {
                    open.node.end_line = open.node.end_line.max(own_end(&node, line));
                    // The tag marks a merge key until the mapping is complete.
                    let key = if plain && key == "<<" { MERGE.to_owned() } else { key };
                    entries.push(Entry { key, line, value: node });
                }
            },
            Kind::Scalar { .. } | Kind::Lost(_) => {}
        }
        Ok(())
    }

    /// Replaces merge keys by what they bring; keys of the mapping itself win, then earlier ones.
    fn merge(&mut self, node: &mut Node) -> Result<(), &'static str> {
        let Kind::Mapping(entries) = &mut node.kind else { return Ok(()) };
        if !entries.iter().any(|entry| entry.key == MERGE) {
            return Ok(());
        }
        let mut known: BTreeSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
        let mut out = Vec::with_capacity(entries.len());
        for entry in std::mem::take(entries) {
            if entry.key != MERGE {
                out.push(entry);
                continue;
            }
            let sources = match entry.value.kind {
                Kind::Sequence(items) => items,
                _ => vec![entry.value],
            };
            for source in sources {
                if let Kind::Mapping(merged) = source.kind {
                    out.extend(merged.into_iter().filter(|entry| known.insert(entry.key.clone())));
                }
            }
        }
        *entries = out;
        Ok(())
    }
}

/// Stands for a plain `<<` until the mapping is complete; no YAML text can hold it.
const MERGE: &str = "\0<<";

/// An alias brings lines of another place with it: they do not stretch what it stands in.
fn own_end(node: &Node, line: u32) -> u32 {
    if node.line < line { line } else { node.end_line }
}

/// The last line of a scalar. A block scalar's span reaches over the comments to what follows.
fn end_of(span: Span, style: ScalarStyle, text: &str) -> u32 {
    let (start, end) = (span.start.line() as u32, span.end.line() as u32);
    match style {
        // It begins at its first line of text, not at the bar.
        ScalarStyle::Literal => start + (text.trim_matches('\n').lines().count() as u32).max(1) - 1,
        ScalarStyle::Folded => end.max(start + 1) - 1,
        _ if span.end.col() == 0 && end > start => end - 1,
        _ => end.max(start),
    }
}

fn foreign(tag: Option<Cow<'_, Tag>>) -> Option<Box<str>> {
    let tag = tag.filter(|tag| !tag.is_yaml_core_schema())?;
    Some(tag.to_string().into_boxed_str())
}
