//! What a walk over a syntax tree needs in any language: text, lines, a bound on depth, and short ways to
//! write the shared tree.

use super::tree::{Argument, Expression, ExpressionKind as Kind, Function, Span, Statement, StatementKind, Type};
use crate::code::parts::Fields;
use std::cell::Cell;
use tree_sitter::{Language, Node, Parser};

/// How deep a walk follows nesting; what lies deeper is left out. Real code stays below, and a debug
/// build's stack of 2 MiB holds it.
pub(crate) const MAX_DEPTH: u32 = 240;

/// A chain of more cases is a block: as a chain of `If`s it would be too deep a tree.
pub(crate) const MAX_CASES: usize = 100;

/// What runs when a class or module is made, and what runs in the one that takes it in: methods of these names.
pub(crate) const CLASS: &str = "(class)";
pub(crate) const INCLUDED: &str = "(included)";

/// Declares `PARSER`, one for each thread: parsers are costly to make and hold no state between texts.
macro_rules! grammar {
    ($language:expr) => {
        thread_local! {
            static PARSER: std::cell::RefCell<tree_sitter::Parser> = std::cell::RefCell::new($crate::code::walk::parser(&$language.into()));
        }
    };
}
pub(crate) use grammar;

/// A parser of a grammar. One of another ABI would be a mistake of the build; then nothing is parsed.
pub(crate) fn parser(language: &Language) -> Parser {
    let mut parser = Parser::new();
    let _ = parser.set_language(language);
    parser
}

/// One walk over one text.
pub(crate) struct Walk<'t> {
    text: &'t str,
    depth: Cell<u32>,
}

impl<'t> Walk<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, depth: Cell::new(0) }
    }

    /// All of the text.
    pub(crate) fn whole(&self) -> &'t str {
        self.text
    }

    /// The text of a node.
    pub(crate) fn text(&self, node: Node) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// The text of the child under a field; empty when there is none.
    pub(crate) fn field_text(&self, node: Node, field: &'static str) -> &'t str {
        node.field(field).map(|child| self.text(child)).unwrap_or_default()
    }

    /// Goes one level down; `None` when that is too deep.
    pub(crate) fn deeper<T>(&self, walk: impl FnOnce() -> T) -> Option<T> {
        if self.depth.get() >= MAX_DEPTH {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let result = walk();
        self.depth.set(self.depth.get() - 1);
        Some(result)
    }
}

/// The named children in order, without comments.
pub(crate) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra() || child.is_error()).collect()
}

/// The named children under a field, in order.
pub(crate) fn children_of<'n>(node: Node<'n>, field: &'static str) -> Vec<Node<'n>> {
    let mut cursor = node.walk();
    node.children_by_field_name(field, &mut cursor).filter(Node::is_named).collect()
}

/// The first child of a kind, named or not.
pub(crate) fn child_of_kind<'n>(node: Node<'n>, kind: &str) -> Option<Node<'n>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).find(|child| child.kind() == kind)
}

/// The lines of a node. One that ends with a line break ends on the line before.
pub(crate) fn span(node: Node) -> Span {
    let (start, end) = (node.start_position(), node.end_position());
    let last = if end.column == 0 && end.row > start.row { end.row } else { end.row + 1 };
    Span { line: line(node), end_line: u32::try_from(last).unwrap_or(u32::MAX) }
}

/// The first line of a node.
pub(crate) fn line(node: Node) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX - 1) + 1
}

pub(crate) fn expression(kind: Kind, span: Span) -> Expression {
    Expression { kind, span }
}

/// What is not understood, with what stands in it.
pub(crate) fn unknown(inner: Vec<Expression>, span: Span) -> Expression {
    expression(Kind::Unknown(inner), span)
}

pub(crate) fn name(text: impl Into<String>, span: Span) -> Expression {
    expression(Kind::Name(text.into()), span)
}

pub(crate) fn string(text: impl Into<String>, span: Span) -> Expression {
    expression(Kind::String(text.into()), span)
}

pub(crate) fn member(object: Expression, name: impl Into<String>, span: Span) -> Expression {
    expression(Kind::Member { object: Box::new(object), name: name.into() }, span)
}

pub(crate) fn binary(operator: &str, left: Expression, right: Expression, span: Span) -> Expression {
    expression(Kind::Binary { operator: operator.to_owned(), left: Box::new(left), right: Box::new(right) }, span)
}

pub(crate) fn not(inner: Expression) -> Expression {
    let span = inner.span;
    expression(Kind::Not(Box::new(inner)), span)
}

pub(crate) fn call(callee: Expression, arguments: Vec<Argument>, span: Span) -> Expression {
    expression(Kind::Call { callee: Box::new(callee), arguments, types: Vec::new(), construct: false }, span)
}

/// Construction of a type by name.
pub(crate) fn construct(made: Type, arguments: Vec<Argument>, span: Span) -> Expression {
    let Type { name, arguments: types, .. } = made;
    expression(Kind::Call { callee: Box::new(path(&name, span)), arguments, types, construct: true }, span)
}

/// `a.b.c` as nested members.
pub(crate) fn path(dotted: &str, span: Span) -> Expression {
    let mut parts = dotted.split('.');
    let first = name(parts.next().unwrap_or_default(), span);
    parts.fold(first, |object, part| member(object, part, span))
}

pub(crate) fn argument(value: Expression) -> Argument {
    Argument { name: None, value, spread: false }
}

pub(crate) fn named(name: impl Into<String>, value: Expression) -> Argument {
    Argument { name: Some(name.into()), value, spread: false }
}

pub(crate) fn statement(kind: StatementKind, span: Span) -> Statement {
    Statement { kind, span }
}

pub(crate) fn assign(target: Expression, declared: Option<Type>, value: Option<Expression>, span: Span) -> Statement {
    statement(StatementKind::Assign { target, declared, value }, span)
}

/// What an escape stands for, where a language has the common ones.
pub(crate) fn unescaped(escape: &str) -> &str {
    match escape {
        "\\n" => "\n",
        "\\t" => "\t",
        "\\r" => "\r",
        "\\s" => " ",
        other => other.strip_prefix('\\').unwrap_or(other),
    }
}

/// A text that is put together of words and values.
pub(crate) struct Pieces {
    parts: Vec<Expression>,
    literal: String,
    filled: bool,
    at: Span,
}

impl Pieces {
    pub(crate) fn new(at: Span) -> Self {
        Self { parts: Vec::new(), literal: String::new(), filled: false, at }
    }

    /// Words as they stand.
    pub(crate) fn words(&mut self, words: &str) {
        self.literal.push_str(words);
    }

    /// A value between them; what is not understood is one, too.
    pub(crate) fn value(&mut self, value: Option<Expression>) {
        self.filled = true;
        self.close();
        self.parts.push(value.unwrap_or_else(|| unknown(Vec::new(), self.at)));
    }

    fn close(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(string(std::mem::take(&mut self.literal), self.at));
        }
    }

    /// A plain text where no value stands in it.
    pub(crate) fn finish(mut self) -> Kind {
        if !self.filled {
            return Kind::String(self.literal);
        }
        self.close();
        Kind::Template(self.parts)
    }
}

/// A type without arguments.
pub(crate) fn plain(name: impl Into<String>) -> Type {
    Type { name: name.into(), ..Type::default() }
}

/// A type with arguments.
pub(crate) fn generic(name: &str, arguments: Vec<Type>) -> Type {
    Type { name: name.to_owned(), arguments, extras: Vec::new() }
}

/// The last statement gives back its value.
pub(crate) fn returned(mut body: Vec<Statement>) -> Vec<Statement> {
    give_back(&mut body, 0);
    body
}

fn give_back(body: &mut [Statement], depth: u32) {
    let Some(last) = body.last_mut().filter(|_| depth < MAX_DEPTH) else { return };
    match &mut last.kind {
        StatementKind::Expression(value) => {
            let value = std::mem::replace(value, expression(Kind::Null, Span::default()));
            last.kind = StatementKind::Return(Some(value));
        }
        StatementKind::If { then, otherwise, .. } => {
            give_back(then, depth + 1);
            give_back(otherwise, depth + 1);
        }
        StatementKind::Block(body) => give_back(body, depth + 1),
        StatementKind::Try { body, handlers, .. } => {
            give_back(body, depth + 1);
            handlers.iter_mut().for_each(|handler| give_back(handler, depth + 1));
        }
        _ => {}
    }
}

/// What was assigned last is given back, too: `@user ||= find`.
pub(crate) fn with_assigned(mut body: Vec<Statement>) -> Vec<Statement> {
    if let Some(Statement { kind: StatementKind::Assign { target, .. }, span }) = body.last() {
        let again = statement(StatementKind::Return(Some(target.clone())), *span);
        body.push(again);
    }
    returned(body)
}

/// A method that nobody wrote as one.
pub(crate) fn synthetic(name: &str, body: Vec<Statement>, at: Span) -> Function {
    Function { name: name.to_owned(), body, is_static: true, span: at, line: at.line, ..Function::default() }
}
