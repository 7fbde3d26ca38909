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
            "top_level_variable_declaration" | "local_variable_declaration" => return self.variables(node, out),
            "function_declaration" | "local_function_declaration" | "getter_declaration" => {
                let inner = node.field("signature").or_else(|| child_of_kind(node, "function_signature"));
                let Some(signature) = inner else { return };
                let body = node.field("body").or_else(|| child_of_kind(node, "function_body"));
                Kind::Function(Box::new(self.function(node, signature, body)))
            }
            "class_declaration" | "mixin_declaration" | "enum_declaration" => Kind::Class(Box::new(self.class(node))),
            "extension_declaration" => {
                out.extend(self.extension(node).into_iter().map(|function| statement(Kind::Function(Box::new(function)), at)));
                return;
            }
            "block" => Kind::Block(self.block(node)),
            "expression_statement" => {
                let Some(inner) = children(node).into_iter().next() else { return };
                return self.statement(inner, out);
            }
            "assignment_expression" => return self.assignment(node, out),
            "throw_expression" => Kind::Throw(node.field("value").map(|value| self.expression(value))),
            "rethrow_expression" => Kind::Throw(None),
            "return_statement" => Kind::Return(children(node).first().map(|value| self.expression(*value))),
            "if_statement" => {
                let body = |field: &'static str| {
                    let mut body = Vec::new();
                    if let Some(part) = node.field(field) {
                        match part.kind() {
                            "block" => body = self.block(part),
                            _ => self.statement(part, &mut body),
                        }
                    }
                    body
                };
                let condition = node.field("condition").map_or_else(|| unknown(Vec::new(), at), |condition| self.expression(condition));
                Kind::If { condition, then: body("consequence"), otherwise: body("alternative") }
            }
            "for_statement" => {
                let variable = node.field("name").map(|variable| name(self.text(variable), span(variable)));
                let list = node.field("value").map(|list| self.expression(list));
                let mut body = Vec::new();
                if let Some(init) = node.field("init") {
                    self.statement(init, &mut body);
                }
                self.inner(node, &mut body);
                Kind::Loop { over: variable.zip(list), body }
            }
            "while_statement" | "do_statement" => {
                let mut body = Vec::new();
                if let Some(condition) = node.field("condition") {
                    body.push(statement(Kind::Expression(self.expression(condition)), at));
                }
                self.inner(node, &mut body);
                Kind::Loop { over: None, body }
            }
            "try_statement" => {
                let body = node.field("body").map(|body| self.block(body)).unwrap_or_default();
                let finally = child_of_kind(node, "finally_clause").and_then(|clause| child_of_kind(clause, "block"));
                let handlers = children(node).into_iter().skip(1).filter(|child| child.kind() == "block").map(|block| self.block(block)).collect();
                Kind::Try { body, handlers, finally: finally.map(|block| self.block(block)).unwrap_or_default() }
            }
            "switch_statement" => {
                out.extend(self.choice(node));
                return;
            }
            "ERROR" => Kind::Block(self.block(node)),
            "import_or_export"
            | "part_directive"
            | "part_of_directive"
            | "library_name"
            | "type_alias"
            | "break_statement"
            | "continue_statement"
            | "extension_type_declaration" => return,
            _ => Kind::Expression(self.expression(node)),
        };
        out.push(statement(kind, at));
    }

    /// The statements of a block.
    pub(super) fn block(&self, node: Node) -> Vec<Statement> {
        let mut out = Vec::new();
        self.deeper(|| children(node).into_iter().for_each(|child| self.statement(child, &mut out)));
        out
    }

    fn inner(&self, node: Node, out: &mut Vec<Statement>) {
        match node.field("body") {
            Some(body) if body.kind() == "block" => out.extend(self.block(body)),
            Some(body) => self.statement(body, out),
            None => {}
        }
    }

    /// `final T a = x, b = y;`
    fn variables(&self, node: Node, out: &mut Vec<Statement>) {
        let declared = child_of_kind(node, "type").map(|ty| self.type_of(ty));
        for child in children(node) {
            match child.kind() {
                "initialized_variable_declaration" => self.variable(child, declared.clone(), out),
                "static_final_declaration_list" | "initialized_identifier_list" => {
                    children(child).into_iter().for_each(|one| self.variable(one, declared.clone(), out));
                }
                "pattern_variable_declaration" => {
                    let value = child.field("value").or_else(|| children(child).into_iter().next_back());
                    let at = span(child);
                    out.extend(value.map(|value| statement(Kind::Expression(self.expression(value)), at)));
                }
                _ => {}
            }
        }
    }

    fn variable(&self, node: Node, declared: Option<Type>, out: &mut Vec<Statement>) {
        let at = span(node);
        let declared = child_of_kind(node, "type").map(|ty| self.type_of(ty)).or(declared);
        let Some(named) = node.field("name") else { return };
        let value = node.field("value").map(|value| self.expression(value));
        out.push(assign(name(self.text(named), at), declared.clone(), value, at));
        for more in children(node).into_iter().filter(|child| child.kind() == "initialized_identifier") {
            _ = self.deeper(|| self.variable(more, declared.clone(), out));
        }
    }

    fn assignment(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let (Some(left), Some(right)) = (node.field("left"), node.field("right")) else { return };
        let target = self.expression(left);
        let mut value = self.expression(right);
        match self.field_text(node, "operator") {
            "=" => {}
            operator => value = binary(operator.trim_end_matches('='), target.clone(), value, at),
        }
        out.push(assign(target, None, Some(value), at));
    }

    fn choice(&self, node: Node) -> Vec<Statement> {
        let value = node.field("condition").map_or_else(|| unknown(Vec::new(), span(node)), |value| self.expression(value));
        let entries = node.field("body").map(children).unwrap_or_default();
        let mut cases = Vec::new();
        for entry in entries {
            let mut case = Case { default: entry.kind() == "switch_statement_default", ..Case::default() };
            for child in children(entry) {
                if child.kind().ends_with("_pattern") || child.kind() == "guard" {
                    self.label(child, &mut case);
                } else {
                    self.statement(child, &mut case.body);
                }
            }
            case.push(&mut cases);
        }
        switch(value, cases, span(node))
    }

    /// A pattern that is a constant; `_` takes everything.
    pub(super) fn label(&self, pattern: Node, case: &mut Case) {
        let text = self.text(pattern).trim();
        match pattern.kind() {
            "constant_pattern" if text == "_" => case.default = true,
            "constant_pattern" => {
                let at = span(pattern);
                let is_path = text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '$'));
                let is_number = text.starts_with(|first: char| first.is_ascii_digit());
                let value = match children(pattern).as_slice() {
                    [only] => self.expression(*only),
                    _ if is_path && !is_number => path(text, at),
                    _ => unknown(Vec::new(), at),
                };
                case.labels.push(value);
            }
            "wildcard_pattern" => case.default = true,
            _ => case.opaque = true,
        }
    }
}
