//! Expressions: calls, pipes, operators, functions without a name.

use super::statement::stabs;
use super::{Lowering, block, given};
use crate::code::parts::Fields;
use crate::code::parts::switch_value;
use crate::code::tree::*;
use crate::code::walk::*;
use tree_sitter::Node;

/// The name of the argument that is a block.
pub(super) const BLOCK: &str = "&";

/// Words that are statements also where a value is asked for.
const STATEMENTS: [&str; 7] = ["if", "unless", "case", "with", "for", "raise", "throw"];

impl Lowering<'_> {
    pub(super) fn expression(&self, node: Node) -> Expression {
        let kind = self.walk.deeper(|| self.kind(node)).unwrap_or_else(|| ExpressionKind::Unknown(Vec::new()));
        expression(kind, span(node))
    }

    pub(super) fn field(&self, node: Node, field: &'static str) -> Expression {
        node.field(field).map_or_else(|| unknown(Vec::new(), span(node)), |child| self.expression(child))
    }

    pub(super) fn all(&self, node: Node) -> Vec<Expression> {
        children(node).into_iter().map(|child| self.expression(child)).collect()
    }

    fn kind(&self, node: Node) -> ExpressionKind {
        let text = self.walk.text(node);
        match node.kind() {
            "alias" => ExpressionKind::Name(self.module_name(node).unwrap_or_default()),
            "identifier" => match text {
                "__MODULE__" => ExpressionKind::Name(self.here()),
                word => ExpressionKind::Name(word.to_owned()),
            },
            "dot" => self.member(node),
            "string" | "charlist" | "quoted_atom" => self.text(node),
            "atom" => ExpressionKind::String(text.trim_start_matches(':').to_owned()),
            "sigil" => self.sigil(node),
            "char" => ExpressionKind::String(text.trim_start_matches('?').to_owned()),
            "integer" | "float" => ExpressionKind::Number(text.replace('_', "")),
            "boolean" => ExpressionKind::Boolean(text == "true"),
            "nil" => ExpressionKind::Null,
            "list" => self.list(node),
            "tuple" => ExpressionKind::List(self.all(node)),
            "map" => self.map(node),
            "keywords" => ExpressionKind::Map(self.entries(node)),
            "access_call" => ExpressionKind::Index { object: Box::new(self.field(node, "target")), index: Box::new(self.field(node, "key")) },
            "anonymous_function" => ExpressionKind::Function(Box::new(self.anonymous(node))),
            "unary_operator" => self.unary(node),
            "binary_operator" => self.binary(node),
            "block" => match children(node).as_slice() {
                [only] => self.expression(*only).kind,
                _ => switch_value(self.statements(&children(node)), span(node)).kind,
            },
            "call" => self.call(node),
            _ => ExpressionKind::Unknown(self.all(node)),
        }
    }

    /// `Plug.Conn.halt`, `conn.params`
    fn member(&self, node: Node) -> ExpressionKind {
        if let Some(full) = self.module_name(node) {
            return ExpressionKind::Name(full);
        }
        let right = self.walk.field_text(node, "right").trim_matches('"');
        member(self.field(node, "left"), right, span(node)).kind
    }

    fn unary(&self, node: Node) -> ExpressionKind {
        let at = span(node);
        let Some(operand) = node.field("operand") else { return ExpressionKind::Unknown(Vec::new()) };
        match self.walk.field_text(node, "operator") {
            "!" | "not" => ExpressionKind::Not(Box::new(self.expression(operand))),
            // what a module keeps under a name
            "@" => member(name("self", at), format!("@{}", self.walk.text(operand)), at).kind,
            "^" => self.expression(operand).kind,
            "&" => self.captured(operand),
            "-" if matches!(operand.kind(), "integer" | "float") => ExpressionKind::Number(format!("-{}", self.walk.text(operand))),
            _ => ExpressionKind::Unknown(vec![self.expression(operand)]),
        }
    }

    /// `&Mod.fun/1` is that function, `&fun(&1, 2)` one that is written here.
    fn captured(&self, node: Node) -> ExpressionKind {
        let at = span(node);
        match node.kind() {
            "integer" => ExpressionKind::Name(format!("&{}", self.walk.text(node))),
            _ => {
                let parameter = |number: u32| Parameter { name: format!("&{number}"), span: at, ..Parameter::default() };
                let (value, count) = match self.whole_function(node) {
                    Some((callee, count)) => {
                        let handed = (1..=count).map(|number| argument(name(format!("&{number}"), at))).collect();
                        (call(callee, handed, at), count)
                    }
                    None => (self.expression(node), 3),
                };
                let body = vec![statement(StatementKind::Return(Some(value)), at)];
                let parameters = (1..=count).map(parameter).collect();
                ExpressionKind::Function(Box::new(Function { parameters, body, public: true, span: at, line: at.line, ..Function::default() }))
            }
        }
    }

    /// `Mod.fun/1`: what is called, and with how many arguments.
    fn whole_function(&self, node: Node) -> Option<(Expression, u32)> {
        let (left, right) = node.field("left").zip(node.field("right"))?;
        let count = self.walk.text(right).parse().ok().filter(|count| *count < 16)?;
        let left = if left.kind() == "call" { left.field("target")? } else { left };
        (self.walk.field_text(node, "operator") == "/").then(|| (self.expression(left), count))
    }

    fn binary(&self, node: Node) -> ExpressionKind {
        let at = span(node);
        let operator = match self.walk.field_text(node, "operator") {
            "&&" => "and",
            "||" => "or",
            "<>" | "++" => "+",
            "===" => "==",
            "!==" => "!=",
            operator => operator,
        };
        match operator {
            "|>" => self.piped(node),
            "=" => self.field(node, "right").kind,
            // a type or a default behind a name
            "::" | "\\\\" => self.field(node, "left").kind,
            "not in" => ExpressionKind::Not(Box::new(binary("in", self.field(node, "left"), self.field(node, "right"), at))),
            _ => binary(operator, self.field(node, "left"), self.field(node, "right"), at).kind,
        }
    }

    /// `a |> f(b)` is `f(a, b)`.
    fn piped(&self, node: Node) -> ExpressionKind {
        let at = span(node);
        let first = self.field(node, "left");
        let Some(right) = node.field("right") else { return first.kind };
        if let Some(("case", _)) = self.called(right)
            && let Some(held) = block(right)
        {
            return switch_value(self.case(first, &stabs(held)), at).kind;
        }
        if let Some((callee, mut arguments)) = self.parts(right) {
            arguments.insert(0, argument(first));
            return looked_up(callee, arguments, at);
        }
        match self.expression(right).kind {
            callee @ (ExpressionKind::Name(_) | ExpressionKind::Member { .. }) => call(expression(callee, at), vec![argument(first)], at).kind,
            other => ExpressionKind::Unknown(vec![first, expression(other, at)]),
        }
    }

    fn call(&self, node: Node) -> ExpressionKind {
        let at = span(node);
        match self.called(node) {
            Some((word, given)) if STATEMENTS.contains(&word) && !given.is_empty() => {
                return switch_value(self.statements(&[node]), at).kind;
            }
            Some(("cond" | "try" | "receive", _)) if block(node).is_some() => return switch_value(self.statements(&[node]), at).kind,
            Some(("unquote", given)) => return given.first().map_or(ExpressionKind::Null, |inner| self.expression(*inner).kind),
            _ => {}
        }
        match (self.parts(node), node.field("target")) {
            (Some((callee, arguments)), _) => looked_up(callee, arguments, at),
            // a member that nothing is handed is read
            (None, Some(target)) => self.callee(target).kind,
            (None, None) => ExpressionKind::Unknown(self.all(node)),
        }
    }

    /// What is called, and with what; none where nothing is handed over.
    fn parts(&self, node: Node) -> Option<(Expression, Vec<Argument>)> {
        let target = node.field("target").filter(|_| node.kind() == "call")?;
        let is_handed = block(node).is_some() || children(node).iter().any(|child| child.kind() == "arguments");
        is_handed.then(|| (self.callee(target), self.arguments(node)))
    }

    fn callee(&self, target: Node) -> Expression {
        let is_function = target.kind() == "dot" && target.field("right").is_none();
        // `f.(x)`
        if is_function { self.field(target, "left") } else { self.expression(target) }
    }

    /// The arguments of a call: keywords by their names, and its block.
    pub(super) fn arguments(&self, node: Node) -> Vec<Argument> {
        let mut out = Vec::new();
        for child in given(node) {
            match child.kind() {
                "keywords" => children(child).into_iter().for_each(|pair| self.keyword_argument(pair, &mut out)),
                _ => self.conditioned(child, &mut out),
            }
        }
        if let Some(held) = block(node) {
            let function = Function { body: returned(self.block(held)), public: true, span: span(held), line: line(held), ..Function::default() };
            out.push(named(BLOCK, expression(ExpressionKind::Function(Box::new(function)), span(held))));
        }
        out
    }

    fn keyword_argument(&self, pair: Node, out: &mut Vec<Argument>) {
        let (Some(key), Some(value)) = (self.key(pair), pair.field("value")) else { return };
        let at = span(pair);
        if key == "do" {
            let body = returned(self.statements(&[value]));
            let function = Function { body, public: true, span: at, line: at.line, ..Function::default() };
            out.push(named(BLOCK, expression(ExpressionKind::Function(Box::new(function)), at)));
            return;
        }
        let before = out.len();
        self.conditioned(value, out);
        if let Some(own) = out.get_mut(before) {
            own.name = Some(key.to_owned());
        }
    }

    /// `plug :auth when action in [:show]`: the condition is told by arguments of their own.
    fn conditioned(&self, node: Node, out: &mut Vec<Argument>) {
        if node.kind() != "binary_operator" || self.walk.field_text(node, "operator") != "when" {
            out.extend(self.walk.deeper(|| argument(self.expression(node))));
            return;
        }
        out.push(argument(self.field(node, "left")));
        let condition = self.field(node, "right");
        let asks_action = |of: &Expression| matches!(&of.kind, ExpressionKind::Name(word) if word == "action");
        out.push(match condition.kind {
            ExpressionKind::Binary { operator, left, right } if matches!(operator.as_str(), "in" | "==") && asks_action(&left) => named("only", *right),
            ExpressionKind::Binary { operator, left, right } if operator == "!=" && asks_action(&left) => named("except", *right),
            ExpressionKind::Not(inner) => match inner.kind {
                ExpressionKind::Binary { operator, left, right } if operator == "in" && asks_action(&left) => named("except", *right),
                other => named("conditional", expression(ExpressionKind::Not(Box::new(expression(other, condition.span))), condition.span)),
            },
            other => named("conditional", expression(other, condition.span)),
        });
    }
}

/// `Map.get(params, "q", "all")` is `params["q"]`, or else what stands in for it; every other call is one.
fn looked_up(callee: Expression, mut arguments: Vec<Argument>, at: Span) -> ExpressionKind {
    let reads = match &callee.kind {
        ExpressionKind::Member { object, name } if matches!(name.as_str(), "get" | "fetch!") => {
            matches!(&object.kind, ExpressionKind::Name(of) if matches!(of.as_str(), "Map" | "Keyword" | "Access"))
        }
        _ => false,
    };
    if !reads || !(2..=3).contains(&arguments.len()) || arguments.iter().any(|argument| argument.name.is_some()) {
        return call(callee, arguments, at).kind;
    }
    let otherwise = if arguments.len() == 3 { arguments.pop() } else { None };
    let (index, object) = (arguments.remove(1).value, arguments.remove(0).value);
    let read = expression(ExpressionKind::Index { object: Box::new(object), index: Box::new(index) }, at);
    match otherwise {
        Some(otherwise) => binary("??", read, otherwise.value, at).kind,
        None => read.kind,
    }
}
