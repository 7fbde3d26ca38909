//! Macros. Their tokens are parsed again as what they most often are: arguments, or statements.

use super::Lowering;
use super::statement::Sink;
use crate::code::parts::Fields;
use crate::code::tree::{Argument, Expression, ExpressionKind as Kind, Span, Statement, StatementKind};
use crate::code::walk::{argument, call, children, expression, name, named, not, path, statement, string, unknown};
use tree_sitter::{Node, Point, Range};

/// Whether a macro ends the program's or thread's way.
pub(super) fn throws(called: &str) -> bool {
    matches!(called, "panic" | "unreachable" | "todo" | "unimplemented")
}

impl Lowering<'_> {
    /// A macro where statements stand.
    pub(super) fn macro_statement(&self, node: Node, sink: &Sink, at: Span, out: &mut Vec<Statement>) {
        let called = self.macro_name(node);
        let error = || statement(StatementKind::Return(Some(call(name("Err", at), vec![argument(unknown(Vec::new(), at))], at))), at);
        match called.as_str() {
            called if throws(called) => {
                let value = self.macro_arguments(node).into_iter().next().map(|argument| argument.value);
                out.push(statement(StatementKind::Throw(value), at));
            }
            "bail" | "anyhow.bail" | "eyre.bail" => out.push(error()),
            "ensure" | "anyhow.ensure" | "eyre.ensure" => {
                let condition = self.macro_arguments(node).into_iter().next().map_or_else(|| unknown(Vec::new(), at), |first| not(first.value));
                out.push(statement(StatementKind::If { condition, then: vec![error()], otherwise: Vec::new() }, at));
            }
            _ if self.braces(node).is_some() => self.macro_body(node, out),
            _ => {
                let value = self.macro_value(node, at);
                self.give(value, sink, at, out);
            }
        }
    }

    /// A macro for its value.
    pub(super) fn macro_value(&self, node: Node, at: Span) -> Expression {
        let called = self.macro_name(node);
        let mut arguments = self.macro_arguments(node);
        let values = |arguments: Vec<Argument>| arguments.into_iter().map(|argument| argument.value).collect();
        match called.as_str() {
            "format" | "std.format" | "format_args" => self.format(arguments, at),
            "concat" => expression(Kind::Template(values(arguments)), at),
            "vec" | "std.vec" => expression(Kind::List(values(arguments)), at),
            "json" | "serde_json.json" if arguments.len() == 1 => arguments.remove(0).value,
            // A macro of one word keeps its mark: a function may have the same name.
            called if !called.contains('.') => call(name(format!("{called}!"), at), arguments, at),
            called => call(path(called, at), arguments, at),
        }
    }

    fn macro_name(&self, node: Node) -> String {
        self.walk.field_text(node, "macro").replace("::", ".")
    }

    fn braces<'n>(&self, node: Node<'n>) -> Option<Node<'n>> {
        token_tree(node).filter(|tree| self.text(*tree).starts_with('{'))
    }

    /// `lazy_static! { … }`, `tokio::select! { … }`: what is understood of the statements within.
    fn macro_body(&self, node: Node, out: &mut Vec<Statement>) {
        let Some(tree) = self.braces(node).filter(|tree| tree.byte_range().len() > 2) else { return };
        let whole = tree.range();
        let range = Range {
            start_byte: whole.start_byte + 1,
            end_byte: whole.end_byte - 1,
            start_point: Point { row: whole.start_point.row, column: whole.start_point.column + 1 },
            end_point: Point { row: whole.end_point.row, column: whole.end_point.column.saturating_sub(1) },
        };
        self.walk.deeper(|| {
            if let Some(parsed) = self.reparse(range) {
                self.items(parsed.root_node(), out);
            }
        });
    }

    pub(super) fn macro_arguments(&self, node: Node) -> Vec<Argument> {
        let Some(tree) = token_tree(node).filter(|tree| tree.child_count() > 2) else { return Vec::new() };
        let read = || {
            let parsed = self.reparse(tree.range())?;
            let mut found = Vec::new();
            self.top_arguments(parsed.root_node(), &mut found);
            Some(found)
        };
        self.walk.deeper(read).flatten().unwrap_or_default()
    }

    /// The arguments within what `(a, b)`, `(a)` or `[a, b]` was parsed as.
    fn top_arguments(&self, node: Node, out: &mut Vec<Argument>) {
        for child in children(node) {
            match child.kind() {
                "expression_statement" | "ERROR" => {
                    self.walk.deeper(|| self.top_arguments(child, out));
                }
                "tuple_expression" | "parenthesized_expression" | "array_expression" => {
                    out.extend(children(child).into_iter().map(|inner| self.macro_argument(inner)));
                }
                "unit_expression" | "empty_statement" => {}
                _ => out.push(self.macro_argument(child)),
            }
        }
    }

    fn macro_argument(&self, node: Node) -> Argument {
        match (node.field("left"), node.field("right")) {
            (Some(key), Some(value)) if node.kind() == "assignment_expression" && key.kind() == "identifier" => named(self.text(key), self.expression(value)),
            _ => argument(self.expression(node)),
        }
    }

    /// `"http://{}:{port}/{0}"` with its arguments.
    fn format(&self, arguments: Vec<Argument>, at: Span) -> Expression {
        let mut arguments = arguments.into_iter();
        let Some(Argument { value: Expression { kind: Kind::String(text), .. }, .. }) = arguments.next() else {
            return unknown(arguments.map(|argument| argument.value).collect(), at);
        };
        let (given, positional): (Vec<Argument>, Vec<Argument>) = arguments.partition(|argument| argument.name.is_some());
        let mut next = positional.iter();
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text.as_str();
        while let Some(found) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(found);
            literal.push_str(before);
            if after.starts_with("{{") || after.starts_with("}}") {
                literal.push_str(&after[..1]);
                rest = &after[2..];
                continue;
            }
            let Some(end) = after.find('}') else { break };
            let hole = after.get(1..end).unwrap_or_default().split(':').next().unwrap_or_default().trim();
            let value = match hole.parse::<usize>() {
                _ if hole.is_empty() => next.next().map(|argument| argument.value.clone()),
                Ok(number) => positional.get(number).map(|argument| argument.value.clone()),
                Err(_) => {
                    let given = given.iter().find(|argument| argument.name.as_deref() == Some(hole));
                    Some(given.map_or_else(|| name(hole, at), |argument| argument.value.clone()))
                }
            };
            if !literal.is_empty() {
                parts.push(string(std::mem::take(&mut literal), at));
            }
            parts.push(value.unwrap_or_else(|| unknown(Vec::new(), at)));
            rest = &after[end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() || parts.is_empty() {
            parts.push(string(literal, at));
        }
        expression(Kind::Template(parts), at)
    }
}

fn token_tree(node: Node<'_>) -> Option<Node<'_>> {
    children(node).into_iter().find(|child| child.kind() == "token_tree")
}
