//! Annotations in comments, as they were written before the language had attributes: `@Route("/x", methods={"GET"})`.
//!
//! Their text is rewritten into a call and parsed by itself.

use super::{Lowering, parse};
use crate::code::parts::Fields;
use crate::code::parts::{Depth, children, name};
use crate::code::tree::Annotation;
use std::cell::{Cell, RefCell};
use tree_sitter::Node;

/// Tags that tell readers and tools something and never mean a class.
const TAGS: [&str; 20] = [
    "param",
    "return",
    "throws",
    "var",
    "see",
    "todo",
    "author",
    "copyright",
    "license",
    "deprecated",
    "inheritdoc",
    "property",
    "method",
    "package",
    "link",
    "since",
    "internal",
    "template",
    "mixin",
    "covers",
];

/// A longer annotation is left out.
const MAX_LENGTH: usize = 4_000;

impl Lowering<'_> {
    /// Those of the comment that stands right before a declaration.
    pub(super) fn annotations_before(&self, node: Node) -> Vec<Annotation> {
        if !matches!(node.kind(), "class_declaration" | "method_declaration" | "property_declaration") {
            return Vec::new();
        }
        let Some(comment) = node.prev_sibling().filter(|before| before.kind() == "comment" && self.text(*before).starts_with("/**")) else {
            return Vec::new();
        };
        let first = self.span(comment).line;
        let text = self.text(comment);
        let mut out = Vec::new();
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find('@')).map(|at| from + at) {
            from = at + 1;
            if !text[..at].trim_end_matches([' ', '\t']).ends_with(['*', '\n']) {
                continue;
            }
            let rest = &text[at + 1..];
            let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '\\' | '_' | '-'))).unwrap_or(rest.len());
            let tag = &rest[..end];
            if tag.is_empty() || tag.contains('-') || TAGS.contains(&tag.to_ascii_lowercase().as_str()) {
                continue;
            }
            let arguments = rest[end..].starts_with('(').then(|| balanced(&rest[end..])).flatten().unwrap_or_default();
            let line = first + text[..at].matches('\n').count() as u32 - 1;
            out.extend(self.annotation(tag, arguments, line));
            from += end + arguments.len();
        }
        out
    }

    /// Parses one, which begins behind that many lines.
    fn annotation(&self, tag: &str, arguments: &str, line: u32) -> Option<Annotation> {
        let left = self.annotations.get().checked_sub(1)?;
        self.annotations.set(left);
        let text = format!("<?php {tag}{};", if arguments.is_empty() { "()".to_owned() } else { rewritten(arguments) });
        let parsed = parse(&text)?;
        let inner = Lowering {
            text: &text,
            line,
            depth: Depth::default(),
            namespace: RefCell::new(self.namespace.borrow().clone()),
            uses: RefCell::new(self.uses.borrow().clone()),
            imports: RefCell::default(),
            classes: RefCell::new(self.classes.borrow().clone()),
            before: RefCell::default(),
            annotations: Cell::new(0),
        };
        let statement = children(parsed.root_node()).into_iter().find(|child| child.kind() == "expression_statement")?;
        let call = children(statement).into_iter().find(|child| child.kind() == "function_call_expression")?;
        let callee = inner.resolved(call.field("function")?);
        let arguments = inner.arguments(call.field("arguments"));
        for import in inner.imports.take() {
            let mut imports = self.imports.borrow_mut();
            if !imports.iter().any(|known| known.local == import.local) {
                imports.push(import);
            }
        }
        let at = inner.span(call);
        Some(Annotation { callee: name(callee, at), arguments, span: at })
    }
}

/// The text up to the bracket that closes the first one, strings passed over.
fn balanced(text: &str) -> Option<&str> {
    let (mut open, mut quote) = (0_usize, None);
    for (at, letter) in text.char_indices().take(MAX_LENGTH) {
        match (letter, quote) {
            (_, Some(mark)) if letter == mark => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'', None) => quote = Some(letter),
            ('(', None) => open += 1,
            (')', None) if open == 1 => return Some(&text[..=at]),
            (')', None) => open = open.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// `("/x", name="a", methods={"GET"})` as arguments of a call: keys with colons, braces as brackets, no stars
/// of the comment. Inside of braces `key=value` is a key of an array.
fn rewritten(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quote, mut braces, mut at_start) = (None, 0_usize, false);
    for letter in text.chars() {
        match letter {
            '\n' => at_start = true,
            '*' if at_start => continue,
            c if at_start && !c.is_whitespace() => at_start = false,
            _ => {}
        }
        match (letter, quote) {
            // what stands between is meant as it is
            (_, Some(mark)) if letter == mark => {
                quote = None;
                out.push('\'');
            }
            ('\'', Some(_)) => out.push_str("\\'"),
            (_, Some(_)) => out.push(letter),
            ('"' | '\'', None) => {
                quote = Some(letter);
                out.push('\'');
            }
            ('{', None) => {
                braces += 1;
                out.push('[');
            }
            ('}', None) => {
                braces = braces.saturating_sub(1);
                out.push(']');
            }
            ('=' | ':', None) if braces > 0 => out.push_str("=>"),
            ('=', None) => out.push(':'),
            ('@', None) => {}
            _ => out.push(letter),
        }
    }
    out
}
