//! Templates completed with values. Nothing runs: what is not a simple expression over what the repository
//! holds is not known, and work, depth and size are bounded.

use super::syntax::{self, Expression, Piece};
use super::value::Value;
use super::{files, functions};
use crate::infra::chart::HOLE;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Blocks and helpers in one another go no deeper.
const MAX_DEPTH: usize = 80;

/// What one template may cost: pieces and expressions that are looked at, values and texts that are made.
const MAX_WORK: usize = 2 << 20;

/// A longer text is no manifest.
const MAX_BYTES: usize = 2 << 20;

/// More elements of a list are not looked at.
const MAX_ITEMS: usize = 512;

/// Named templates of a chart and of what it brings with it.
pub(super) type Helpers = BTreeMap<String, Arc<Vec<Piece>>>;

/// Text that is put together, with the mark of each of its lines.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) text: String,
    /// By line; none while it is blank.
    pub(super) marks: Vec<Option<u32>>,
}

impl Output {
    /// A text whose lines follow one another from `line`, or all come from it.
    fn push(&mut self, text: &str, line: u32, follows: bool) {
        for (number, part) in (0..).zip(text.split('\n')) {
            if number > 0 {
                self.text.push('\n');
                self.marks.push(None);
            }
            if self.marks.is_empty() {
                self.marks.push(None);
            }
            if let Some(mark @ None) = self.marks.last_mut()
                && !part.trim().is_empty()
            {
                *mark = Some(if follows { line + number } else { line });
            }
            self.text.push_str(part);
        }
    }
}

/// What an expression can see.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) dot: Value,
    pub(super) root: Value,
    variables: Vec<(String, Value)>,
}

impl Frame {
    /// The frame of a template that is handed this value.
    pub(super) fn new(value: Value) -> Self {
        Self { dot: value.clone(), root: value, variables: Vec::new() }
    }

    fn variable(&self, name: &str) -> Value {
        if name.is_empty() {
            return self.root.clone();
        }
        self.variables.iter().rev().find(|(known, _)| known == name).map_or(Value::Unknown, |(_, value)| value.clone())
    }

    /// Puts a value at the end of a path, below `.`, below `$`, or below both where they are one.
    fn change(&mut self, path: &[String], value: &Value, dot: bool, root: bool) {
        if dot {
            self.dot = self.dot.with(path, value.clone());
        }
        if root {
            self.root = self.root.with(path, value.clone());
        }
    }

    pub(super) fn set(&mut self, name: &str, value: Value, declares: bool) {
        match self.variables.iter_mut().rev().find(|(known, _)| known == name) {
            Some((_, known)) if !declares => *known = value,
            _ => self.variables.push((name.to_owned(), value)),
        }
    }
}

/// Completes the templates of one chart.
pub(super) struct Evaluator<'h> {
    helpers: &'h Helpers,
    work: usize,
    /// Something that could be a part of a manifest was left out.
    pub(super) left_out: bool,
}

impl<'h> Evaluator<'h> {
    pub(super) fn new(helpers: &'h Helpers) -> Self {
        Self { helpers, work: 0, left_out: false }
    }

    fn is_spent(&mut self, out: &Output) -> bool {
        self.work += 1;
        self.work > MAX_WORK || out.text.len() > MAX_BYTES
    }

    /// Completes pieces; says whether the block goes on.
    pub(super) fn pieces(&mut self, pieces: &[Piece], frame: &mut Frame, out: &mut Output, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            self.left_out = true;
            return true;
        }
        let known = frame.variables.len();
        let goes_on = pieces.iter().all(|piece| self.piece(piece, frame, out, depth));
        frame.variables.truncate(known);
        goes_on
    }

    fn piece(&mut self, piece: &Piece, frame: &mut Frame, out: &mut Output, depth: usize) -> bool {
        if self.is_spent(out) {
            self.left_out = true;
            return false;
        }
        match piece {
            Piece::Text { line, text } => out.push(text, *line, true),
            Piece::Print { line, value, alone } => {
                let value = self.value(value, frame, depth);
                let open = matches!(value, Value::Unknown | Value::Nil);
                // where a line is missing, others are still in order
                if open && *alone {
                    self.left_out |= value == Value::Unknown;
                } else {
                    out.push(&value.printed(), *line, false);
                }
            }
            Piece::Assign { name, declares, value } => {
                let value = self.value(value, frame, depth);
                frame.set(name, value, *declares);
            }
            Piece::If(branches) => return self.branches(branches, frame, out, depth),
            Piece::With { variable, value, body, otherwise } => {
                let value = self.value(value, frame, depth);
                if value.holds() == Some(false) {
                    return self.pieces(otherwise, frame, out, depth + 1);
                }
                let mut inner = frame.clone();
                if let Some(name) = variable {
                    inner.set(name, value.clone(), true);
                }
                inner.dot = value;
                return self.inside(body, inner, frame, out, depth);
            }
            Piece::Range { key, item, value, body, otherwise } => {
                let value = self.value(value, frame, depth);
                return self.range((key.as_deref(), item.as_deref()), value, (body, otherwise), frame, out, depth);
            }
            Piece::Define { .. } => {}
            Piece::Leave => return false,
        }
        true
    }

    fn branches(&mut self, branches: &[(Option<Expression>, Vec<Piece>)], frame: &mut Frame, out: &mut Output, depth: usize) -> bool {
        for (condition, body) in branches {
            let holds = condition.as_ref().map_or(Some(true), |condition| self.value(condition, frame, depth).holds());
            if holds != Some(false) {
                let goes_on = self.pieces(body, frame, out, depth + 1);
                // whether it is left for good is not known either
                return goes_on || holds.is_none();
            }
        }
        true
    }

    /// A block with variables of its own; those that were there may have changed in it.
    fn inside(&mut self, body: &[Piece], mut inner: Frame, frame: &mut Frame, out: &mut Output, depth: usize) -> bool {
        let goes_on = self.pieces(body, &mut inner, out, depth + 1);
        let known = frame.variables.len();
        frame.variables.clone_from_slice(&inner.variables[..known]);
        goes_on
    }

    fn range(
        &mut self,
        (key, item): (Option<&str>, Option<&str>),
        value: Value,
        (body, otherwise): (&[Piece], &[Piece]),
        frame: &mut Frame,
        out: &mut Output,
        depth: usize,
    ) -> bool {
        let entries: Vec<(Value, Value)> = match &value {
            Value::List(items) => (0..).map(Value::Int).zip(items.iter().cloned()).take(MAX_ITEMS).collect(),
            Value::Map(entries) => entries.iter().map(|(key, value)| (Value::text(key), value.clone())).take(MAX_ITEMS).collect(),
            Value::Int(count) => (0..(*count).min(MAX_ITEMS as i64)).map(|number| (Value::Int(number), Value::Int(number))).collect(),
            Value::Unknown => vec![(Value::Unknown, Value::Unknown)],
            _ => Vec::new(),
        };
        if entries.is_empty() {
            return self.pieces(otherwise, frame, out, depth + 1);
        }
        for (at, value) in entries {
            let mut inner = frame.clone();
            for (name, value) in [(key, &at), (item, &value)] {
                if let Some(name) = name {
                    inner.set(name, value.clone(), true);
                }
            }
            inner.dot = value;
            self.inside(body, inner, frame, out, depth);
            if self.is_spent(out) {
                break;
            }
        }
        true
    }

    /// The value of an expression.
    pub(super) fn value(&mut self, expression: &Expression, frame: &mut Frame, depth: usize) -> Value {
        self.work += 1;
        if self.work > MAX_WORK || depth > MAX_DEPTH + 8 {
            return Value::Unknown;
        }
        let along = |value: Value, path: &[String]| path.iter().fold(value, |value, key| files::part(&value, key).unwrap_or_else(|| value.get(key)));
        match expression {
            Expression::Literal(value) => value.clone(),
            Expression::Dot(path) => along(frame.dot.clone(), path),
            Expression::Variable(name, path) => along(frame.variable(name), path),
            Expression::Of(inner, path) => along(self.value(inner, frame, depth + 1), path),
            Expression::Call(name, arguments) => self.call(name, arguments, frame, depth),
            Expression::Method(receiver, name, arguments) => {
                let receiver = self.value(receiver, frame, depth + 1);
                let values: Vec<Value> = arguments.iter().map(|argument| self.value(argument, frame, depth + 1)).collect();
                let value = files::ask(&receiver, name, &values);
                self.paid(value)
            }
            Expression::Unknown => Value::Unknown,
        }
    }

    fn call(&mut self, name: &str, arguments: &[Expression], frame: &mut Frame, depth: usize) -> Value {
        // these look at what follows only if they must
        match name {
            "and" | "or" => return self.logic(name == "and", arguments, frame, depth),
            "set" => return self.set(arguments, frame, depth),
            _ => {}
        }
        let values: Vec<Value> = arguments.iter().map(|argument| self.value(argument, frame, depth + 1)).collect();
        match (name, values.as_slice()) {
            ("include", [name, value]) => self.include(name, value, depth),
            ("include", [name]) => self.include(name, &Value::Nil, depth),
            ("tpl", [text, value]) => self.text(text, value, depth),
            (name, values) => {
                let value = functions::call(name, values);
                self.paid(value)
            }
        }
    }

    fn logic(&mut self, all: bool, arguments: &[Expression], frame: &mut Frame, depth: usize) -> Value {
        let mut unknown = false;
        let mut last = Value::Nil;
        for argument in arguments {
            last = self.value(argument, frame, depth + 1);
            match last.holds() {
                Some(holds) if holds != all => return if unknown && !all { Value::Bool(true) } else { last },
                Some(_) => {}
                None => unknown = true,
            }
        }
        if unknown { Value::Unknown } else { last }
    }

    /// `set $x "key" value` changes what the variable holds.
    fn set(&mut self, arguments: &[Expression], frame: &mut Frame, depth: usize) -> Value {
        let values: Vec<Value> = arguments.iter().map(|argument| self.value(argument, frame, depth + 1)).collect();
        let [map, Value::Text(key), value] = values.as_slice() else { return Value::Unknown };
        let value = self.paid(value.clone());
        let changed = map.with(std::slice::from_ref(&key.to_string()), value);
        let is_root = frame.dot == frame.root;
        match arguments.first() {
            Some(Expression::Variable(name, path)) if !name.is_empty() => {
                let whole = frame.variable(name).with(path, changed.clone());
                frame.set(name, whole, false);
            }
            Some(Expression::Dot(path)) => frame.change(path, &changed, true, is_root),
            Some(Expression::Variable(_, path)) => frame.change(path, &changed, is_root, true),
            _ => {}
        }
        changed
    }

    /// A value that was made, if it may be that large: what is put into itself again and again grows without end.
    fn paid(&mut self, value: Value) -> Value {
        let weight = value.weight();
        self.work += weight;
        if weight >= Value::MOST { Value::Unknown } else { value }
    }

    fn include(&mut self, name: &Value, value: &Value, depth: usize) -> Value {
        let Value::Text(name) = name else { return Value::Unknown };
        let Some(pieces) = self.helpers.get(&**name).cloned().filter(|_| depth < MAX_DEPTH) else { return Value::Unknown };
        self.inner(&pieces, value, depth)
    }

    fn text(&mut self, text: &Value, value: &Value, depth: usize) -> Value {
        let Value::Text(text) = text else { return text.clone() };
        if !text.contains("{{") {
            return Value::Text(text.clone());
        }
        match syntax::parse(text).filter(|_| depth < MAX_DEPTH) {
            Some(pieces) => self.inner(&pieces, value, depth),
            None => Value::Unknown,
        }
    }

    fn inner(&mut self, pieces: &[Piece], value: &Value, depth: usize) -> Value {
        let mut out = Output::default();
        self.pieces(pieces, &mut Frame::new(value.clone()), &mut out, depth + 1);
        if out.text.trim().chars().all(|letter| letter == HOLE) && out.text.contains(HOLE) { Value::Unknown } else { self.paid(Value::text(out.text)) }
    }
}
