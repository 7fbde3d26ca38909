//! What several lowerings share: parts of the shared tree in short words, the bound on depth, and the
//! shape of a switch.

use super::tree::{Expression, ExpressionKind, Function, Span, Statement, StatementKind, Type};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::num::NonZeroU16;
use tree_sitter::{Language, Node};

/// How deep a walk follows nesting; what lies deeper is left out. Real code stays far below, and a
/// debug build's stack of 2 MiB holds it.
pub(crate) const MAX_DEPTH: u32 = 250;

/// A switch of more cases stays a block: as a chain of `If`s it would be too deep a tree.
const MAX_CASES: usize = 200;

/// Fields of a node.
pub(crate) trait Fields<'t> {
    /// The child in that field.
    fn field(&self, name: &'static str) -> Option<Node<'t>>;
}

/// Numbers of fields by language, and by where a name stands in the program and how long it is.
type Numbers = HashMap<(Language, *const u8, usize), Option<NonZeroU16>>;

impl<'t> Fields<'t> for Node<'t> {
    fn field(&self, name: &'static str) -> Option<Node<'t>> {
        thread_local! {
            // A grammar finds a field by comparing its name with all that it has; a walk asks at every node.
            static NUMBERS: RefCell<Numbers> = RefCell::default();
        }
        let language = self.language();
        let number = NUMBERS.with_borrow_mut(|numbers| {
            let key = ((*language).clone(), name.as_ptr(), name.len());
            *numbers.entry(key).or_insert_with(|| language.field_id_for_name(name))
        });
        self.child_by_field_id(number?.get())
    }
}

/// How deep a walk is.
#[derive(Default)]
pub(crate) struct Depth(Cell<u32>);

impl Depth {
    /// Goes one level down; `None` when that is too deep.
    pub(crate) fn deeper<T>(&self, walk: impl FnOnce() -> T) -> Option<T> {
        if self.0.get() >= MAX_DEPTH {
            return None;
        }
        self.0.set(self.0.get() + 1);
        let result = walk();
        self.0.set(self.0.get() - 1);
        Some(result)
    }
}

/// The named children in order, without comments; what the parser could not place is among them.
pub(crate) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.is_error() || !child.is_extra()).collect()
}

/// The name of a class whose body the parser lost the end of: such a class is an error, with its
/// members in it.
pub(crate) fn broken_class(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    let mut children = node.children(&mut cursor).skip_while(|child| child.kind() != "class").skip(1);
    children.find(|child| child.kind() == "identifier")
}

/// The lines of a node. One that ends with a line break ends on the line before.
pub(crate) fn span(node: Node) -> Span {
    let (start, end) = (node.start_position(), node.end_position());
    let last = if end.column == 0 && end.row > start.row { end.row } else { end.row + 1 };
    Span { line: line(start.row), end_line: u32::try_from(last).unwrap_or(u32::MAX) }
}

/// A line number from a row that counts from zero.
pub(crate) fn line(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX - 1) + 1
}

/// The line of a declaration's name.
pub(crate) fn line_of_name(node: Node) -> u32 {
    line(node.field("name").unwrap_or(node).start_position().row)
}

pub(crate) fn expression(kind: ExpressionKind, span: Span) -> Expression {
    Expression { kind, span }
}

pub(crate) fn unknown(parts: Vec<Expression>, span: Span) -> Expression {
    expression(ExpressionKind::Unknown(parts), span)
}

pub(crate) fn name(text: impl Into<String>, span: Span) -> Expression {
    expression(ExpressionKind::Name(text.into()), span)
}

/// `a.b.c` as nested members.
pub(crate) fn path(dotted: &str, span: Span) -> Expression {
    let mut parts = dotted.split('.');
    let first = name(parts.next().unwrap_or_default(), span);
    parts.take(MAX_DEPTH as usize).fold(first, |object, part| member(object, part, span))
}

pub(crate) fn member(object: Expression, name: impl Into<String>, span: Span) -> Expression {
    expression(ExpressionKind::Member { object: Box::new(object), name: name.into() }, span)
}

pub(crate) fn binary(operator: impl Into<String>, left: Expression, right: Expression, span: Span) -> Expression {
    expression(ExpressionKind::Binary { operator: operator.into(), left: Box::new(left), right: Box::new(right) }, span)
}

/// A type without arguments.
pub(crate) fn named(name: impl Into<String>) -> Type {
    Type { name: name.into(), ..Type::default() }
}

pub(crate) fn effect(value: Expression) -> Statement {
    Statement { span: value.span, kind: StatementKind::Expression(value) }
}

/// One case of a switch.
#[derive(Default)]
pub(crate) struct Case {
    /// Its constants; empty when nothing but `default` leads here.
    pub(crate) labels: Vec<Expression>,
    /// `default` stands among the labels.
    pub(crate) default: bool,
    /// What must hold beside them.
    pub(crate) guard: Option<Expression>,
    /// A pattern: no constant tells when it is taken.
    pub(crate) opaque: bool,
    pub(crate) body: Vec<Statement>,
}

impl Case {
    /// Adds a case; `case 1: case 2: …`: what has no body leads to the next.
    pub(crate) fn push(mut self, cases: &mut Vec<Case>) {
        if let Some(before) = cases.pop_if(|before| before.body.is_empty()) {
            self.default |= before.default;
            self.opaque |= before.opaque || before.guard.is_some() || self.guard.is_some();
            self.labels.splice(..0, before.labels);
        }
        cases.push(self);
    }

    /// `value == label or value == label …`.
    fn condition(&mut self, value: &Expression) -> Option<Expression> {
        let tests = self.labels.drain(..).take(MAX_CASES).map(|label| {
            let at = label.span;
            binary("==", value.clone(), label, at)
        });
        let test = tests.reduce(|left, right| {
            let at = left.span;
            binary("or", left, right, at)
        });
        match (test, self.guard.take()) {
            (Some(test), Some(guard)) => {
                let at = test.span;
                Some(binary("and", test, guard, at))
            }
            (test, guard) => test.or(guard),
        }
    }
}

/// A switch as statements: a chain of `If`s where all cases are constants, else a block of blocks.
pub(crate) fn switch(value: Expression, mut cases: Vec<Case>, at: Span) -> Vec<Statement> {
    if cases.len() > MAX_CASES || cases.iter().any(|case| case.opaque) {
        let blocks = cases.into_iter().map(|case| Statement { span: lines(&case.body, at), kind: StatementKind::Block(case.body) });
        let body = std::iter::once(effect(value)).chain(blocks).collect();
        return vec![Statement { kind: StatementKind::Block(body), span: at }];
    }
    // `default` comes last, wherever it stands.
    let mut otherwise = match cases.iter().position(|case| case.default) {
        Some(index) => cases.remove(index).body,
        None => Vec::new(),
    };
    for mut case in cases.into_iter().rev() {
        let Some(condition) = case.condition(&value) else { continue };
        let span = Span { line: condition.span.line, end_line: at.end_line };
        otherwise = vec![Statement { kind: StatementKind::If { condition, then: case.body, otherwise }, span }];
    }
    otherwise
}

/// A switch as a value: a function that is called at once, so that blocks have a place.
pub(crate) fn switch_value(mut body: Vec<Statement>, at: Span) -> Expression {
    body.iter_mut().for_each(yield_last);
    let function = Function { body, public: true, span: at, line: at.line, ..Function::default() };
    let callee = Box::new(expression(ExpressionKind::Function(Box::new(function)), at));
    expression(ExpressionKind::Call { callee, arguments: Vec::new(), types: Vec::new(), construct: false }, at)
}

fn lines(body: &[Statement], otherwise: Span) -> Span {
    match (body.first(), body.last()) {
        (Some(first), Some(last)) => Span { line: first.span.line, end_line: last.span.end_line },
        _ => otherwise,
    }
}

/// The value of a case is what it gives back.
pub(crate) fn yield_last(statement: &mut Statement) {
    match &mut statement.kind {
        StatementKind::If { then, otherwise, .. } => {
            then.last_mut().into_iter().for_each(yield_last);
            otherwise.last_mut().into_iter().for_each(yield_last);
        }
        // The cases of a switch over patterns are blocks beside each other.
        StatementKind::Block(body) => {
            let last = body.len().saturating_sub(1);
            let values = body.iter_mut().enumerate().filter(|(index, inner)| *index == last || matches!(inner.kind, StatementKind::Block(_)));
            values.for_each(|(_, inner)| yield_last(inner));
        }
        kind @ StatementKind::Expression(_) => {
            if let StatementKind::Expression(value) = std::mem::replace(kind, StatementKind::Return(None)) {
                *kind = StatementKind::Return(Some(value));
            }
        }
        _ => {}
    }
}
