//! Statements, and expressions whose value is bound or returned by their branches.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::{Expression, ExpressionKind as Kind, Span, Statement, StatementKind, Type};
use crate::code::walk::{MAX_CASES, argument, assign, binary, call, children, name, not, span, statement, unknown};
use tree_sitter::Node;

/// What becomes of a value.
pub(super) enum Sink {
    /// Nothing.
    Effect,
    /// It is what the function gives back.
    Return,
    /// It is bound.
    Assign(Expression, Option<Type>),
}

/// What a `match` tests is repeated in each arm; a longer text than this gets a name instead.
pub(super) const MAX_SCRUTINEE: usize = 120;

impl Lowering<'_> {
    /// The statements of a block.
    pub(super) fn block(&self, node: Node, sink: &Sink) -> Vec<Statement> {
        let mut out = Vec::new();
        self.walk.deeper(|| self.block_into(node, sink, &mut out));
        out
    }

    fn block_into(&self, node: Node, sink: &Sink, out: &mut Vec<Statement>) {
        let mut attributes = Vec::new();
        let inner: Vec<Node> = children(node).into_iter().filter(|child| child.kind() != "label").collect();
        for (number, child) in inner.iter().enumerate() {
            if child.kind() == "attribute_item" {
                attributes.push(*child);
            } else if number + 1 == inner.len()
                && let Some(tail) = self.tail(*child)
            {
                self.value(tail, sink, out);
            } else {
                self.attributed(*child, &std::mem::take(&mut attributes), out);
            }
        }
    }

    /// The expression that gives a block its value.
    fn tail<'n>(&self, last: Node<'n>) -> Option<Node<'n>> {
        match last.kind() {
            "expression_statement" if !self.text(last).ends_with(';') => children(last).first().copied(),
            kind if kind.ends_with("_item") || kind.ends_with("_declaration") || kind.ends_with("_statement") => None,
            "ERROR" | "associated_type" | "macro_definition" => None,
            _ => Some(last),
        }
    }

    /// One statement, which may become several.
    pub(super) fn statement(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        match node.kind() {
            "use_declaration" => self.uses(node),
            "extern_crate_declaration" => self.extern_crate(node),
            "type_item" => self.type_alias(node, out),
            "const_item" | "static_item" => self.constant(node, at, out),
            "let_declaration" => self.binding(node, at, out),
            "expression_statement" => children(node).into_iter().for_each(|child| self.value(child, &Sink::Effect, out)),
            "foreign_mod_item" | "macro_definition" | "empty_statement" | "inner_attribute_item" | "associated_type" | "shebang" => {}
            "ERROR" => self.items(node, out),
            _ => self.value(node, &Sink::Effect, out),
        }
    }

    fn constant(&self, node: Node, at: Span, out: &mut Vec<Statement>) {
        let Some(named) = node.field("name") else { return };
        let declared = node.field("type").map(|written| self.type_of(written));
        let value = node.field("value").map(|value| self.expression(value));
        out.push(assign(name(self.text(named), span(named)), declared, value, at));
    }

    /// An expression whose value goes to the sink.
    pub(super) fn value(&self, node: Node, sink: &Sink, out: &mut Vec<Statement>) {
        self.walk.deeper(|| self.value_at(node, sink, out));
    }

    fn value_at(&self, node: Node, sink: &Sink, out: &mut Vec<Statement>) {
        let at = span(node);
        match node.kind() {
            "if_expression" => self.branch(node, sink, at, out),
            "match_expression" => self.arms(node, sink, at, out),
            "block" => out.push(statement(StatementKind::Block(self.block(node, sink)), at)),
            "unsafe_block" | "async_block" | "const_block" | "try_block" | "gen_block" => {
                if let Some(block) = children(node).into_iter().find(|child| child.kind() == "block") {
                    out.push(statement(StatementKind::Block(self.block(block, sink)), at));
                }
            }
            "loop_expression" | "while_expression" | "for_expression" => self.repeat(node, at, out),
            "return_expression" => match children(node).first() {
                Some(value) => self.value(*value, &Sink::Return, out),
                None => out.push(statement(StatementKind::Return(None), at)),
            },
            "assignment_expression" | "compound_assignment_expr" => self.reassignment(node, at, out),
            "break_expression" | "continue_expression" => {}
            "macro_invocation" => self.macro_statement(node, sink, at, out),
            _ => {
                let value = self.expression(node);
                self.give(value, sink, at, out);
            }
        }
    }

    /// Hands a value to the sink.
    pub(super) fn give(&self, value: Expression, sink: &Sink, at: Span, out: &mut Vec<Statement>) {
        match sink {
            Sink::Effect => {
                let tested = self.rejections.borrow().iter().any(|(tested, _)| *tested == value);
                self.reject(None, out);
                // Tested is evaluated.
                if !tested {
                    out.push(statement(StatementKind::Expression(value), at));
                }
            }
            Sink::Return => {
                self.reject(None, out);
                out.push(statement(StatementKind::Return(Some(value)), at));
            }
            Sink::Assign(target, declared) => {
                let bound = value.clone();
                out.push(assign(target.clone(), declared.clone(), Some(value), at));
                self.reject(Some((target, &bound)), out);
            }
        }
    }

    /// `y.ok_or(error)?`: when there is no y, the function gives the error back. After `let x = y.ok_or(error)?`
    /// it is x that is tested.
    fn reject(&self, bound: Option<(&Expression, &Expression)>, out: &mut Vec<Statement>) {
        for (tested, error) in self.rejections.take() {
            let at = error.span;
            let failed = match bound {
                Some((target, value)) if matches!(target.kind, Kind::Name(_)) && *value == tested => target.clone(),
                _ => tested,
            };
            let value = call(name("Err", at), vec![argument(error)], at);
            let then = vec![statement(StatementKind::Return(Some(value)), at)];
            out.push(statement(StatementKind::If { condition: not(failed), then, otherwise: Vec::new() }, at));
        }
    }

    fn binding(&self, node: Node, at: Span, out: &mut Vec<Statement>) {
        let Some(pattern) = node.field("pattern") else { return };
        let target = self.target(pattern);
        let declared = node.field("type").map(|written| self.type_of(written));
        let Some(value) = node.field("value") else { return out.push(assign(target, declared, None, at)) };
        if let Some(block) = node.field("alternative") {
            let bound = self.expression(value);
            let condition = self.test(pattern, &target).map_or_else(|| unknown(Vec::new(), at), not);
            self.give(bound, &Sink::Assign(target, declared), at, out);
            let then = self.block(block, &Sink::Effect);
            out.push(statement(StatementKind::If { condition, then, otherwise: Vec::new() }, at));
            return;
        }
        let sink = Sink::Assign(target, declared);
        if matches!(value.kind(), "if_expression" | "match_expression" | "block" | "unsafe_block") && !self.is_plain_value(value) {
            return self.value(value, &sink, out);
        }
        let value = self.expression(value);
        self.give(value, &sink, at, out);
    }

    fn reassignment(&self, node: Node, at: Span, out: &mut Vec<Statement>) {
        let target = self.expression_under(node, "left");
        let Some(right) = node.field("right") else { return };
        if node.kind() == "assignment_expression" {
            return self.value(right, &Sink::Assign(target, None), out);
        }
        let operator = self.walk.field_text(node, "operator").trim_end_matches('=');
        let value = binary(operator, target.clone(), self.expression(right), at);
        out.push(assign(target, None, Some(value), at));
    }

    /// A condition, and what it binds when it holds.
    pub(super) fn condition(&self, node: Node) -> (Expression, Vec<Statement>) {
        let at = span(node);
        match node.kind() {
            "let_condition" => {
                let value = self.expression_under(node, "value");
                let Some(pattern) = node.field("pattern") else { return (value, Vec::new()) };
                let mut bound = Vec::new();
                self.bind(pattern, &value, &mut bound);
                (self.test(pattern, &value).unwrap_or(value), bound)
            }
            "let_chain" => {
                let (tests, bound): (Vec<_>, Vec<_>) = children(node).into_iter().map(|part| self.condition(part)).unzip();
                let all = tests.into_iter().reduce(|left, right| binary("and", left, right, at));
                (all.unwrap_or_else(|| unknown(Vec::new(), at)), bound.into_iter().flatten().collect())
            }
            _ => (self.expression(node), Vec::new()),
        }
    }

    fn branch(&self, node: Node, sink: &Sink, at: Span, out: &mut Vec<Statement>) {
        let Some(tested) = node.field("condition") else { return };
        let (condition, mut then) = self.condition(tested);
        self.reject(None, out);
        if let Some(block) = node.field("consequence") {
            then.extend(self.block(block, sink));
        }
        let mut otherwise = Vec::new();
        if let Some(other) = node.field("alternative").and_then(|clause| children(clause).first().copied()) {
            match other.kind() {
                "block" => otherwise = self.block(other, sink),
                _ => self.value(other, sink, &mut otherwise),
            }
        }
        out.push(statement(StatementKind::If { condition, then, otherwise }, at));
    }

    fn arms(&self, node: Node, sink: &Sink, at: Span, out: &mut Vec<Statement>) {
        let (Some(tested), Some(body)) = (node.field("value"), node.field("body")) else { return };
        let mut value = self.expression(tested);
        self.reject(None, out);
        if tested.byte_range().len() > MAX_SCRUTINEE {
            // No name of the program's holds this sign.
            let held = name(format!("match@{}", at.line), span(tested));
            out.push(assign(held.clone(), None, Some(value), at));
            value = held;
        }
        let mut otherwise = Vec::new();
        let arms: Vec<Node> = children(body).into_iter().filter(|child| child.kind() == "match_arm").collect();
        let is_long = arms.len() > MAX_CASES;
        let last = arms.last().copied();
        for arm in arms.into_iter().rev() {
            let Some(pattern) = arm.field("pattern") else { continue };
            let mut then = Vec::new();
            self.bind(pattern, &value, &mut then);
            if let Some(result) = arm.field("value") {
                match result.kind() {
                    "block" => then.extend(self.block(result, sink)),
                    _ => self.value(result, sink, &mut then),
                }
            }
            otherwise = match self.test(pattern, &value) {
                Some(_) if is_long => [vec![statement(StatementKind::Block(then), span(arm))], otherwise].concat(),
                None => then,
                // A match is exhaustive: when no other arm fits, the last one does.
                Some(_) if last == Some(arm) => then,
                Some(condition) => vec![statement(StatementKind::If { condition, then, otherwise }, span(arm))],
            };
        }
        out.extend(otherwise);
    }

    fn repeat(&self, node: Node, at: Span, out: &mut Vec<Statement>) {
        let mut over = None;
        let mut body = Vec::new();
        match (node.kind(), node.field("condition")) {
            ("for_expression", _) => {
                let target = node.field("pattern").map(|pattern| self.target(pattern));
                over = target.map(|target| (target, self.expression_under(node, "value")));
            }
            (_, Some(condition)) => {
                let (test, bound) = self.condition(condition);
                body.push(statement(StatementKind::Expression(test), span(condition)));
                body.extend(bound);
            }
            _ => {}
        }
        if let Some(block) = node.field("body") {
            body.extend(self.block(block, &Sink::Effect));
        }
        out.push(statement(StatementKind::Loop { over, body }, at));
    }
}
