//! Statements.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::{self, Case, binary, children, effect, expression, name, unknown};
use crate::code::tree::{Argument, Expression, ExpressionKind, Statement, StatementKind as Kind};
use tree_sitter::Node;

impl Lowering<'_> {
    /// What stands in a file or block, in order.
    pub(super) fn statements(&self, block: Node, out: &mut Vec<Statement>) {
        let before = self.before.take();
        for child in children(block) {
            self.statement(child, out);
        }
        self.before.replace(before);
    }

    /// A block or a single statement as a list.
    pub(super) fn nested(&self, node: Option<Node>) -> Vec<Statement> {
        let mut out = Vec::new();
        match node {
            Some(block) if matches!(block.kind(), "compound_statement" | "colon_block") => {
                self.deeper(|| self.statements(block, &mut out));
            }
            Some(single) => {
                let before = self.before.take();
                self.statement(single, &mut out);
                self.before.replace(before);
            }
            None => {}
        }
        out
    }

    /// Adds what one statement says, behind the assignments that stand in it.
    pub(super) fn statement(&self, node: Node, out: &mut Vec<Statement>) {
        let mut own = Vec::new();
        self.deeper(|| self.statement_at(node, &mut own));
        out.append(&mut self.before.borrow_mut());
        out.append(&mut own);
    }

    fn statement_at(&self, node: Node, out: &mut Vec<Statement>) {
        let at = self.span(node);
        let kind = match node.kind() {
            "php_tag" | "text" | "text_interpolation" | "empty_statement" | "break_statement" | "continue_statement" | "goto_statement"
            | "global_declaration" | "unset_statement" => return,
            "namespace_definition" => {
                *self.namespace.borrow_mut() = super::dotted(self.field_text(node, "name"));
                if let Some(body) = node.field("body") {
                    self.statements(body, out);
                }
                return;
            }
            "namespace_use_declaration" => return self.uses(node),
            "class_declaration" | "interface_declaration" | "trait_declaration" | "enum_declaration" => Kind::Class(Box::new(self.class(node))),
            "function_definition" => Kind::Function(Box::new(self.function(node))),
            "const_declaration" => {
                for (constant, value) in self.constants(node) {
                    out.push(parts_assign(name(constant, at), value, at));
                }
                return;
            }
            "function_static_declaration" => {
                for declared in children(node) {
                    if let Some(value) = declared.field("value") {
                        out.push(parts_assign(name(self.field_text(declared, "name"), at), self.expression(value), at));
                    }
                }
                return;
            }
            "expression_statement" => match children(node).first() {
                Some(inner) => return self.effect_of(*inner, out),
                None => return,
            },
            // a call, so that what is shown is kept
            "echo_statement" => {
                let shown = self.each(children(node)).into_iter().map(|value| Argument { name: None, value, spread: false });
                let callee = Box::new(name("echo", at));
                Kind::Expression(expression(ExpressionKind::Call { callee, arguments: shown.collect(), types: Vec::new(), construct: false }, at))
            }
            "return_statement" => Kind::Return(children(node).first().map(|value| self.expression(*value))),
            "exit_statement" => Kind::Throw(Some(unknown(self.each(children(node)), at))),
            "if_statement" => self.branch(node),
            "while_statement" | "do_statement" => {
                let condition = node.field("condition").map(|condition| self.expression(condition));
                let mut body: Vec<Statement> = condition.map(effect).into_iter().collect();
                body.extend(self.nested(node.field("body")));
                Kind::Loop { over: None, body }
            }
            "for_statement" => {
                for part in parts::children(node) {
                    if node.field("initialize").is_some_and(|first| first.id() == part.id()) {
                        self.effect_of(part, out);
                    }
                }
                let mut body = Vec::new();
                let mut cursor = node.walk();
                for inner in node.children_by_field_name("body", &mut cursor) {
                    body.extend(self.nested(Some(inner)));
                }
                Kind::Loop { over: None, body }
            }
            "foreach_statement" => self.each_of(node),
            "try_statement" => self.attempt(node),
            "switch_statement" => return out.extend(self.switch(node)),
            "compound_statement" | "declare_statement" | "colon_block" => {
                let mut body = Vec::new();
                self.statements(node, &mut body);
                Kind::Block(body)
            }
            "declare_directive" | "named_label_statement" | "comment" => return,
            _ => {
                let inner = self.each(children(node));
                if inner.is_empty() {
                    return;
                }
                Kind::Expression(unknown(inner, at))
            }
        };
        out.push(Statement { kind, span: at });
    }

    /// An expression for its effect: assignments are statements, and what ends the program leaves.
    fn effect_of(&self, node: Node, out: &mut Vec<Statement>) {
        let at = self.span(node);
        let kind = match node.kind() {
            "parenthesized_expression" => match children(node).first() {
                Some(inner) => {
                    self.deeper(|| self.effect_of(*inner, out));
                    return;
                }
                None => return,
            },
            "assignment_expression" | "reference_assignment_expression" | "augmented_assignment_expression" => return out.extend(self.assignment(node)),
            "throw_expression" => Kind::Throw(children(node).first().map(|value| self.expression(*value))),
            "function_call_expression" if matches!(self.field_text(node, "function"), "die" | "exit") => Kind::Throw(Some(self.expression(node))),
            "sequence_expression" => {
                self.deeper(|| children(node).into_iter().for_each(|child| self.effect_of(child, out)));
                return;
            }
            _ => Kind::Expression(self.expression(node)),
        };
        out.push(Statement { kind, span: at });
    }

    /// `$x = …`, `$x .= …`, `$x ??= …`.
    pub(super) fn assignment(&self, node: Node) -> Option<Statement> {
        let at = self.span(node);
        let target = self.target(node.field("left")?);
        let value = self.expression(node.field("right")?);
        let value = match self.field_text(node, "operator") {
            "" => value,
            ".=" | "+=" => binary("+", target.clone(), value, at),
            "??=" => binary("??", target.clone(), value, at),
            _ => unknown(vec![value], at),
        };
        Some(parts_assign(target, value, at))
    }

    /// What is assigned to: `[$a, 'k' => $b]` takes a value apart.
    pub(super) fn target(&self, node: Node) -> Expression {
        let at = self.span(node);
        match node.kind() {
            "list_literal" | "array_creation_expression" => {
                let (mut list, mut map) = (Vec::new(), Vec::new());
                // `list('a' => $a)` has its keys and values beside each other
                let mut cursor = node.walk();
                let keyed = node.kind() == "list_literal" && node.children(&mut cursor).any(|child| child.kind() == "=>");
                for pair in children(node).chunks(2).filter(|_| keyed) {
                    if let [key, value] = pair {
                        map.push((self.expression(*key), self.target(*value)));
                    }
                }
                for child in children(node).into_iter().filter(|_| !keyed) {
                    let parts = if child.kind() == "array_element_initializer" { children(child) } else { vec![child] };
                    match parts.as_slice() {
                        [key, value] => map.push((self.expression(*key), self.target(*value))),
                        [value] => list.push(self.deeper(|| self.target(*value)).unwrap_or_else(|| unknown(Vec::new(), at))),
                        _ => {}
                    }
                }
                expression(if map.is_empty() { ExpressionKind::List(list) } else { ExpressionKind::Map(map) }, at)
            }
            "by_ref" => match children(node).first() {
                Some(inner) => self.expression(*inner),
                None => unknown(Vec::new(), at),
            },
            _ => self.expression(node),
        }
    }

    fn branch(&self, node: Node) -> Kind {
        let mut cursor = node.walk();
        let alternatives: Vec<Node> = node.children_by_field_name("alternative", &mut cursor).collect();
        let mut otherwise = Vec::new();
        for alternative in alternatives.into_iter().rev() {
            let body = self.nested(alternative.field("body"));
            otherwise = match alternative.field("condition") {
                None => body,
                Some(condition) => {
                    let kind = Kind::If { condition: self.expression(condition), then: body, otherwise };
                    vec![Statement { kind, span: self.span(alternative) }]
                }
            };
        }
        let condition = node.field("condition").map(|condition| self.expression(condition));
        let condition = condition.unwrap_or_else(|| unknown(Vec::new(), self.span(node)));
        Kind::If { condition, then: self.nested(node.field("body")), otherwise }
    }

    /// `foreach ($list as $key => $value)`: the variable is the pair of both, whether or not the key is named.
    fn each_of(&self, node: Node) -> Kind {
        let at = self.span(node);
        let body = node.field("body").map(|body| body.id());
        let parts: Vec<Node> = children(node).into_iter().filter(|child| Some(child.id()) != body).collect();
        let over = match parts.as_slice() {
            [list, item, ..] => {
                let (key, value) = match (item.kind(), children(*item).as_slice()) {
                    ("pair", [key, value, ..]) => (self.expression(*key), self.target(*value)),
                    _ => (expression(ExpressionKind::Null, at), self.target(*item)),
                };
                Some((expression(ExpressionKind::List(vec![key, value]), at), self.expression(*list)))
            }
            _ => None,
        };
        Kind::Loop { over, body: self.nested(node.field("body")) }
    }

    fn attempt(&self, node: Node) -> Kind {
        let body = self.nested(node.field("body"));
        let (mut handlers, mut finally) = (Vec::new(), Vec::new());
        for child in children(node) {
            match child.kind() {
                "catch_clause" => handlers.push(self.nested(child.field("body"))),
                "finally_clause" => finally = self.nested(child.field("body")),
                _ => {}
            }
        }
        Kind::Try { body, handlers, finally }
    }

    fn switch(&self, node: Node) -> Vec<Statement> {
        let at = self.span(node);
        let Some(value) = node.field("condition").map(|value| self.expression(value)) else { return Vec::new() };
        let mut cases = Vec::new();
        for child in node.field("body").map(children).unwrap_or_default() {
            let label = child.field("value");
            let mut case = Case { default: child.kind() == "default_statement", ..Case::default() };
            case.labels.extend(label.map(|label| self.expression(label)));
            for inner in children(child).into_iter().filter(|inner| Some(inner.id()) != label.map(|label| label.id())) {
                self.statement(inner, &mut case.body);
            }
            case.push(&mut cases);
        }
        parts::switch(value, cases, at)
    }
}

pub(super) fn parts_assign(target: Expression, value: Expression, span: crate::code::tree::Span) -> Statement {
    Statement { kind: Kind::Assign { target, declared: None, value: Some(value) }, span }
}
