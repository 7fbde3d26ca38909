//! Statements and blocks.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::{Case, switch};
use crate::code::tree::*;
use crate::code::walk::*;
use StatementKind as Kind;
use tree_sitter::Node;

impl Lowering<'_> {
    /// Adds what one statement says.
    pub(super) fn statement(&self, node: Node, out: &mut Vec<Statement>) {
        self.deeper(|| self.statement_at(node, out));
    }

    fn statement_at(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let kind = match node.kind() {
            "property_declaration" => {
                out.extend(self.bindings(node).into_iter().map(|(target, declared, value)| assign(target, declared, value, at)));
                return;
            }
            "function_declaration" => Kind::Function(Box::new(self.function(node))),
            "class_declaration" | "protocol_declaration" => Kind::Class(Box::new(self.class(node))),
            "assignment" => return self.assignment(node, out),
            "if_statement" => return self.branch(node, out),
            "guard_statement" => return self.guard(node, out),
            "switch_statement" => {
                out.extend(self.choice(node));
                return;
            }
            "for_statement" => {
                let variable = node.field("item").map(|item| self.target(item));
                let list = node.field("collection").map(|list| self.expression(list));
                Kind::Loop { over: variable.zip(list), body: self.block(node) }
            }
            "while_statement" | "repeat_while_statement" => {
                let mut body = Vec::new();
                let conditions = self.conditions(node, &mut body);
                body.extend(conditions.map(|condition| statement(Kind::Expression(condition), at)));
                body.extend(self.block(node));
                Kind::Loop { over: None, body }
            }
            "do_statement" => {
                let handlers = children(node).into_iter().filter(|child| child.kind() == "catch_block").map(|handler| self.block(handler)).collect();
                Kind::Try { body: self.block(node), handlers, finally: Vec::new() }
            }
            "control_transfer_statement" => match self.leaving(node) {
                Some(kind) => kind,
                None => return,
            },
            "statements" | "ERROR" => {
                let mut body = Vec::new();
                children(node).into_iter().for_each(|child| self.statement(child, &mut body));
                Kind::Block(body)
            }
            "import_declaration" | "typealias_declaration" | "shebang_line" | "operator_declaration" | "associatedtype_declaration" => return,
            _ => Kind::Expression(self.expression(node)),
        };
        out.push(statement(kind, at));
    }

    /// The statements directly in a construct.
    pub(super) fn block(&self, node: Node) -> Vec<Statement> {
        child_of_kind(node, "statements").map(|body| self.steps(body)).unwrap_or_default()
    }

    fn steps(&self, statements: Node) -> Vec<Statement> {
        let mut out = Vec::new();
        self.deeper(|| children(statements).into_iter().for_each(|child| self.statement(child, &mut out)));
        out
    }

    /// The body of a function: its only expression is what it gives back.
    pub(super) fn body(&self, statements: Node) -> Vec<Statement> {
        let out = self.steps(statements);
        if out.len() == 1 { returned(out) } else { out }
    }

    fn assignment(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let (Some(left), Some(right)) = (node.field("target"), node.field("result")) else { return };
        let target = children(left).first().map_or_else(|| self.expression(left), |inner| self.expression(*inner));
        let mut value = self.expression(right);
        let operator = self.field_text(node, "operator");
        if operator != "=" {
            value = binary(operator.trim_end_matches('='), target.clone(), value, at);
        }
        out.push(assign(target, None, Some(value), at));
    }

    /// What is tested between the word and the block; names that it binds are assigned before.
    fn conditions(&self, node: Node, out: &mut Vec<Statement>) -> Option<Expression> {
        let at = span(node);
        let mut tests: Vec<Expression> = Vec::new();
        let (mut bound, mut patterns) = (None, false);
        let mut cursor = node.walk();
        for (place, child) in node.children(&mut cursor).enumerate() {
            let field = node.field_name_for_child(u32::try_from(place).unwrap_or(u32::MAX));
            match (field, child.kind()) {
                (Some("bound_identifier"), _) => bound = Some(name(self.plain_name(child), span(child))),
                (_, "case") => patterns = true,
                (Some("condition"), "=") => {}
                (Some("condition"), "value_binding_pattern") => {}
                (Some("condition"), "pattern") => {}
                (Some("condition"), _) if child.is_named() => {
                    let value = self.expression(child);
                    match bound.take() {
                        Some(target) => {
                            out.push(assign(target.clone(), None, Some(value), at));
                            tests.push(not(binary("==", target, expression(ExpressionKind::Null, at), at)));
                        }
                        // of a pattern only what is looked at counts
                        None if patterns => tests.push(unknown(vec![value], at)),
                        None => tests.push(value),
                    }
                }
                (_, ",") => patterns = false,
                (None, "statements" | "else") => break,
                _ => {}
            }
        }
        // `guard let user else`
        if let Some(target) = bound {
            tests.push(not(binary("==", target, expression(ExpressionKind::Null, at), at)));
        }
        tests.into_iter().reduce(|left, right| binary("and", left, right, at))
    }

    /// `if … { } else if … { } else { }`
    fn branch(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let condition = self.conditions(node, out).unwrap_or_else(|| unknown(Vec::new(), at));
        let mut cursor = node.walk();
        let mut after_else = false;
        let (mut then, mut otherwise) = (Vec::new(), Vec::new());
        for child in node.children(&mut cursor) {
            match child.kind() {
                "else" => after_else = true,
                "statements" if after_else => otherwise = self.steps(child),
                "statements" => then = self.steps(child),
                "if_statement" if after_else => self.statement(child, &mut otherwise),
                _ => {}
            }
        }
        out.push(statement(Kind::If { condition, then, otherwise }, at));
    }

    /// `guard … else { way out }`
    fn guard(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let condition = self.conditions(node, out).unwrap_or_else(|| unknown(Vec::new(), at));
        out.push(statement(Kind::If { condition: not(condition), then: self.block(node), otherwise: Vec::new() }, at));
    }

    fn choice(&self, node: Node) -> Vec<Statement> {
        let value = node.field("expr").map_or_else(|| unknown(Vec::new(), span(node)), |value| self.expression(value));
        let mut cases = Vec::new();
        for entry in children(node).into_iter().filter(|child| child.kind() == "switch_entry") {
            let mut case = Case { body: self.block(entry), ..Case::default() };
            for child in children(entry) {
                match child.kind() {
                    "default_keyword" => case.default = true,
                    "switch_pattern" => match self.label(child) {
                        Some(label) => case.labels.push(label),
                        None => case.opaque = true,
                    },
                    "where_clause" => case.opaque = true,
                    _ => {}
                }
            }
            case.push(&mut cases);
        }
        switch(value, cases, span(node))
    }

    /// A pattern that is a constant.
    fn label(&self, node: Node) -> Option<Expression> {
        let pattern = children(node).into_iter().next()?;
        match children(pattern).as_slice() {
            [only] if only.kind() == "simple_identifier" => Some(name(format!(".{}", self.plain_name(*only)), span(*only))),
            [only] if only.kind().ends_with("_literal") || only.kind() == "navigation_expression" => Some(self.expression(*only)),
            _ => None,
        }
    }

    /// `return`, `throw`; the others lead nowhere that is followed.
    fn leaving(&self, node: Node) -> Option<Kind> {
        let value = || children(node).into_iter().find(|child| child.kind() != "throw_keyword").map(|child| self.expression(child));
        if child_of_kind(node, "throw_keyword").is_some() {
            return Some(Kind::Throw(value()));
        }
        self.text(node).starts_with("return").then(|| Kind::Return(value()))
    }
}
