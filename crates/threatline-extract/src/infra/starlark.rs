//! Files in Starlark: packages of Bazel and Tiltfiles. Its syntax is Python's, whose grammar reads it; nothing is run, so what a
//! macro or a loop makes is not seen.

mod bazel;
mod tilt;

use crate::code::python::lower;
use crate::code::tree::{Argument, Expression, ExpressionKind, StatementKind};
use std::collections::BTreeMap;
use threatline_facts::Extracted;

/// Calls of one file that are looked at.
const MANY: usize = 2000;

/// Texts in texts go no deeper.
const DEEPEST: usize = 16;

/// A call that stands by itself, with the names that are known where it stands.
struct Call<'m> {
    name: &'m str,
    arguments: &'m [Argument],
    line: u32,
    end_line: u32,
}

/// Texts by the names that they were given at the top of the file.
type Names = BTreeMap<String, String>;

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let module = lower(text);
    let mut names = Names::new();
    let mut calls = Vec::new();
    for statement in module.body.iter().take(MANY) {
        match &statement.kind {
            StatementKind::Assign { target, value: Some(value), .. } => {
                if let (ExpressionKind::Name(name), Some(value)) = (&target.kind, spelled(value, &names, 0)) {
                    names.insert(name.clone(), value);
                }
            }
            StatementKind::Expression(value) => {
                if let ExpressionKind::Call { callee, arguments, .. } = &value.kind
                    && let Some(name) = last_name(callee)
                {
                    calls.push(Call { name, arguments, line: statement.span.line, end_line: statement.span.end_line });
                }
            }
            _ => {}
        }
    }
    for call in &calls {
        if !tilt::read(call, &names, &mut out) {
            bazel::read(call, &names, &mut out);
        }
    }
    out
}

impl<'m> Call<'m> {
    fn named(&self, name: &str) -> Option<&'m Expression> {
        self.arguments.iter().find(|argument| argument.name.as_deref() == Some(name)).map(|argument| &argument.value)
    }

    /// The argument in that place, or of that name.
    fn at(&self, place: usize, name: &str) -> Option<&'m Expression> {
        let placed = self.arguments.get(place).filter(|argument| argument.name.is_none() && !argument.spread).map(|argument| &argument.value);
        placed.or_else(|| self.named(name))
    }
}

fn last_name(callee: &Expression) -> Option<&str> {
    match &callee.kind {
        ExpressionKind::Name(name) | ExpressionKind::Member { name, .. } => Some(name),
        _ => None,
    }
}

/// A text with `*` for what is not known of it; none if nothing is.
fn spelled(value: &Expression, names: &Names, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    let part = |value: &Expression| spelled(value, names, depth + 1).unwrap_or_else(|| "*".to_owned());
    let text = match &value.kind {
        ExpressionKind::String(text) => text.clone(),
        ExpressionKind::Name(name) => names.get(name)?.clone(),
        ExpressionKind::Template(parts) => parts.iter().map(part).collect(),
        ExpressionKind::Binary { operator, left, right } if operator == "+" => part(left) + &part(right),
        ExpressionKind::Binary { operator, left, .. } if operator == "%" => part(left).replace("%s", "*"),
        // `"{}/api".format(REGISTRY)`
        ExpressionKind::Call { callee, .. } => match &callee.kind {
            ExpressionKind::Member { object, name } if name == "format" => holes(&spelled(object, names, depth + 1)?),
            _ => return None,
        },
        _ => return None,
    };
    (text.len() <= 1000 && text != "*").then_some(text)
}

/// A text with `*` for each `{…}` in it.
fn holes(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, (_, after))) = rest.split_once('{').and_then(|(before, inside)| Some((before, inside.split_once('}')?))) {
        out = out + before + "*";
        rest = after;
    }
    out + rest
}

/// The texts of a list, of lists that are added to one another, or of one text.
fn texts(value: &Expression, names: &Names, depth: usize) -> Vec<String> {
    match &value.kind {
        ExpressionKind::List(items) => items.iter().take(MANY).filter_map(|item| spelled(item, names, 0)).collect(),
        ExpressionKind::Binary { operator, left, right } if operator == "+" && depth < DEEPEST && (is_list(left, depth) || is_list(right, depth)) => {
            let mut all = texts(left, names, depth + 1);
            all.extend(texts(right, names, depth + 1));
            all
        }
        _ => spelled(value, names, 0).into_iter().collect(),
    }
}

fn is_list(value: &Expression, depth: usize) -> bool {
    match &value.kind {
        ExpressionKind::List(_) => true,
        ExpressionKind::Binary { left, right, .. } => depth < DEEPEST && (is_list(left, depth + 1) || is_list(right, depth + 1)),
        _ => false,
    }
}
