//! Statements.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::{Case, switch};
use crate::code::tree::{ExpressionKind, Statement, StatementKind};
use crate::code::walk::{assign, binary, call, children, expression, name, span, statement};
use tree_sitter::Node;

impl Lowering<'_> {
    /// Lowers a statement, which may declare several things. It counts as three levels, since it takes as
    /// much of the stack as several expressions do.
    pub(super) fn statement(&self, node: Node, out: &mut Vec<Statement>) {
        self.walk.deeper(|| self.walk.deeper(|| self.walk.deeper(|| self.shallow_statement(node, out))));
    }

    pub(super) fn block(&self, node: Option<Node>) -> Vec<Statement> {
        let mut body = Vec::new();
        match node {
            Some(node) if matches!(node.kind(), "statement_block" | "else_clause" | "finally_clause") => {
                for part in children(node) {
                    if part.kind() == "statement_block" {
                        body.extend(self.block(Some(part)));
                    } else {
                        self.statement(part, &mut body);
                    }
                }
            }
            Some(node) => self.statement(node, &mut body),
            None => {}
        }
        body
    }

    fn shallow_statement(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let field = |name: &'static str| node.field(name);
        let mut say = |kind: StatementKind| out.push(statement(kind, at));
        match node.kind() {
            "lexical_declaration" | "variable_declaration" => {
                for declarator in children(node).into_iter().filter(|child| child.kind() == "variable_declarator") {
                    let Some(target) = declarator.field("name") else { continue };
                    let declared = self.declared(declarator.field("type"));
                    let value = declarator.field("value").map(|value| self.expression(value));
                    out.push(assign(self.pattern(target), declared, value, span(declarator)));
                }
            }
            "expression_statement" => {
                match children(node).first() {
                    // a directive: what stands below it is told by it
                    Some(inner)
                        if inner.kind() == "string"
                            && self.walk.text(*inner).get(1..).is_some_and(|text| text.starts_with("use ") && !text.starts_with("use strict")) =>
                    {
                        let word = self.walk.text(*inner).trim_matches(['"', '\'']).to_owned();
                        say(StatementKind::Expression(call(name(word, at), Vec::new(), at)));
                    }
                    // `namespace X { … }`
                    Some(inner) if inner.kind() == "internal_module" => self.statement(*inner, out),
                    Some(inner) => self.effect(*inner, out),
                    None => {}
                }
            }
            "return_statement" => say(StatementKind::Return(children(node).first().map(|value| self.expression(*value)))),
            "throw_statement" => say(StatementKind::Throw(children(node).first().map(|value| self.expression(*value)))),
            "if_statement" => {
                let Some(condition) = field("condition").map(|condition| self.expression(condition)) else { return };
                say(StatementKind::If { condition, then: self.block(field("consequence")), otherwise: self.block(field("alternative")) });
            }
            "for_statement" | "while_statement" | "do_statement" => {
                let mut body = self.block(field("initializer"));
                body.extend(self.block(field("body")));
                say(StatementKind::Loop { over: None, body });
            }
            "for_in_statement" => {
                let over = field("left").zip(field("right")).map(|(left, right)| (self.pattern(left), self.expression(right)));
                say(StatementKind::Loop { over, body: self.block(field("body")) });
            }
            "try_statement" => {
                let handlers = field("handler").map(|handler| self.block(handler.field("body"))).into_iter().collect();
                let finally = field("finalizer").map(|clause| self.block(Some(clause))).unwrap_or_default();
                say(StatementKind::Try { body: self.block(field("body")), handlers, finally });
            }
            "switch_statement" => out.extend(self.switch(node)),
            "function_declaration" | "generator_function_declaration" | "function_signature" => say(StatementKind::Function(Box::new(self.function(node)))),
            "class_declaration" | "abstract_class_declaration" => say(StatementKind::Class(Box::new(self.class(node)))),
            "interface_declaration" | "type_alias_declaration" | "enum_declaration" => {
                if let Some(class) = self.shape(node) {
                    say(StatementKind::Class(Box::new(class)));
                }
            }
            "statement_block" => say(StatementKind::Block(self.block(Some(node)))),
            "labeled_statement" => out.extend(self.block(field("body"))),
            "export_statement" => out.extend(field("declaration").map(|inner| self.block(Some(inner))).unwrap_or_default()),
            "internal_module" | "module" | "ambient_declaration" => {
                let body = field("body").map(|body| self.block(Some(body))).unwrap_or_default();
                say(StatementKind::Block(body));
                if let (Some(own), Some(body)) = (field("name").filter(|own| own.kind() == "identifier"), field("body")) {
                    out.push(self.space(own, body));
                }
            }
            "import_statement" | "empty_statement" | "break_statement" | "continue_statement" | "debugger_statement" => {}
            _ => {
                let value = self.expression(node);
                say(StatementKind::Expression(value));
            }
        }
    }

    /// A space of names is a record of what it offers, once what stands in it has run.
    fn space(&self, own: Node, body: Node) -> Statement {
        let at = span(own);
        let offered = children(body).into_iter().filter(|part| part.kind() == "export_statement").filter_map(|part| part.field("declaration"));
        let mut names: Vec<String> = Vec::new();
        for declaration in offered {
            let written =
                |node: Option<Node>| node.filter(|node| matches!(node.kind(), "identifier" | "type_identifier")).map(|node| self.walk.text(node).to_owned());
            match declaration.kind() {
                "lexical_declaration" | "variable_declaration" => {
                    names.extend(children(declaration).into_iter().filter_map(|declarator| written(declarator.field("name"))));
                }
                // types that are no values
                "interface_declaration" | "type_alias_declaration" => {}
                _ => names.extend(written(declaration.field("name"))),
            }
        }
        let entries = names.into_iter().map(|offered| (expression(ExpressionKind::String(offered.clone()), at), name(offered, at))).collect();
        assign(name(self.walk.text(own), at), None, Some(expression(ExpressionKind::Map(entries), at)), at)
    }

    /// An expression for its effect; an assignment is one.
    fn effect(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        match node.kind() {
            "assignment_expression" | "augmented_assignment_expression" => {
                let (Some(left), Some(right)) = (node.field("left"), node.field("right")) else { return };
                let (target, value) = (self.pattern(left), self.expression(right));
                let value = match self.walk.field_text(node, "operator") {
                    "+=" => binary("+", target.clone(), value, at),
                    _ => value,
                };
                out.push(assign(target, None, Some(value), at));
            }
            "sequence_expression" => children(node).into_iter().for_each(|part| self.effect(part, out)),
            _ => out.push(statement(StatementKind::Expression(self.expression(node)), at)),
        }
    }

    fn switch(&self, node: Node) -> Vec<Statement> {
        let Some(value) = node.field("value").map(|value| self.expression(value)) else { return Vec::new() };
        let mut cases = Vec::new();
        for part in node.field("body").map(children).unwrap_or_default() {
            let mut case = Case { default: part.kind() == "switch_default", ..Case::default() };
            let label = part.field("value");
            case.labels.extend(label.map(|label| self.expression(label)));
            for inner in children(part).into_iter().filter(|inner| Some(inner.id()) != label.map(|label| label.id())) {
                self.statement(inner, &mut case.body);
            }
            case.push(&mut cases);
        }
        switch(value, cases, span(node))
    }
}
