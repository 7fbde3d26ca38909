//! Statements.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::{self, Case, binary, broken_class, children, effect, expression, name, span};
use crate::code::tree::{Expression, ExpressionKind, Statement, StatementKind as Kind};
use tree_sitter::Node;

impl Lowering<'_> {
    /// The statements of a block.
    pub(super) fn statements(&self, block: Node, out: &mut Vec<Statement>) {
        for child in children(block) {
            self.statement(child, out);
        }
    }

    /// A block or a single statement as a list.
    pub(super) fn nested(&self, node: Option<Node>) -> Vec<Statement> {
        let mut out = Vec::new();
        match node {
            Some(block) if matches!(block.kind(), "block" | "constructor_body") => {
                self.deeper(|| self.statements(block, &mut out));
            }
            Some(single) => self.statement(single, &mut out),
            None => {}
        }
        out
    }

    /// Adds what one statement says; a declaration of two variables is two assignments.
    pub(super) fn statement(&self, node: Node, out: &mut Vec<Statement>) {
        self.deeper(|| self.statement_at(node, out));
    }

    fn statement_at(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let kind = match node.kind() {
            "local_variable_declaration" => return self.local(node, out),
            "expression_statement" => {
                let Some(inner) = children(node).first().copied() else { return };
                match inner.kind() {
                    "assignment_expression" => return self.assignment(inner, out),
                    "switch_expression" => return self.switch(inner, out),
                    _ => Kind::Expression(self.expression(inner)),
                }
            }
            "return_statement" => Kind::Return(self.first_expression(node)),
            // Inside a switch that is a value, which is lowered as a function.
            "yield_statement" => Kind::Return(self.first_expression(node)),
            "throw_statement" => Kind::Throw(self.first_expression(node)),
            "if_statement" => Kind::If {
                condition: self.field_expression(node, "condition"),
                then: self.nested(node.field("consequence")),
                otherwise: self.nested(node.field("alternative")),
            },
            "while_statement" | "do_statement" => {
                let condition = self.field_expression(node, "condition");
                let mut body = vec![effect(condition)];
                body.extend(self.nested(node.field("body")));
                Kind::Loop { over: None, body }
            }
            "for_statement" => return self.counted(node, out),
            "enhanced_for_statement" => {
                let variable = node.field("name").map_or_else(|| name("", at), |child| name(self.text(child), span(child)));
                let over = Some((variable, self.field_expression(node, "value")));
                Kind::Loop { over, body: self.nested(node.field("body")) }
            }
            "try_statement" | "try_with_resources_statement" => self.attempt(node),
            "switch_expression" => return self.switch(node, out),
            "static_initializer" => Kind::Block(self.nested(children(node).first().copied())),
            "synchronized_statement" | "block" => {
                let mut body = Vec::new();
                self.statements(node, &mut body);
                Kind::Block(body)
            }
            "labeled_statement" => return children(node).into_iter().skip(1).for_each(|child| self.statement(child, out)),
            "explicit_constructor_invocation" => Kind::Expression(self.constructor_call(node)),
            "class_declaration" | "interface_declaration" | "enum_declaration" | "record_declaration" | "annotation_type_declaration" => {
                Kind::Class(Box::new(self.class(node)))
            }
            "method_declaration" => Kind::Function(Box::new(self.method(node))),
            "field_declaration" | "constant_declaration" => return self.local(node, out),
            "break_statement" | "continue_statement" | "import_declaration" | "package_declaration" | ";" => return,
            "ERROR" if broken_class(node).is_some() => Kind::Class(Box::new(self.class(node))),
            "ERROR" => {
                let mut body = Vec::new();
                self.statements(node, &mut body);
                Kind::Block(body)
            }
            _ => Kind::Expression(self.expression(node)),
        };
        out.push(Statement { kind, span: at });
    }

    fn first_expression(&self, node: Node) -> Option<Expression> {
        children(node).first().map(|child| self.expression(*child))
    }

    fn local(&self, node: Node, out: &mut Vec<Statement>) {
        let declared = node.field("type").map(|child| self.type_of(child));
        for declarator in children(node).into_iter().filter(|child| child.kind() == "variable_declarator") {
            let target = declarator.field("name").map(|child| name(self.text(child), span(child)));
            let Some(target) = target else { continue };
            let value = declarator.field("value").map(|child| self.expression(child));
            let declared = declared.clone().filter(|declared| declared.name != "var");
            out.push(Statement { kind: Kind::Assign { target, declared, value }, span: span(node) });
        }
    }

    /// `x = y`, `x += y`, `x = y = z` (which is two).
    pub(super) fn assignment(&self, node: Node, out: &mut Vec<Statement>) {
        let target = self.field_expression(node, "left");
        let right = node.field("right");
        if let Some(inner) = right.filter(|right| right.kind() == "assignment_expression") {
            self.deeper(|| self.assignment(inner, out));
        }
        let mut value = self.field_expression(node, "right");
        let operator = self.field_text(node, "operator");
        if let Some(operator) = operator.strip_suffix('=').filter(|operator| !operator.is_empty()) {
            value = binary(operator, target.clone(), value, span(node));
        }
        out.push(Statement { kind: Kind::Assign { target, declared: None, value: Some(value) }, span: span(node) });
    }

    /// `for (init; condition; update)`: the beginning stands before the loop.
    fn counted(&self, node: Node, out: &mut Vec<Statement>) {
        let mut body = Vec::new();
        let mut cursor = node.walk();
        for child in node.children_by_field_name("init", &mut cursor) {
            match child.kind() {
                "assignment_expression" => self.assignment(child, out),
                _ => self.statement(child, out),
            }
        }
        for field in ["condition", "update"] {
            body.extend(node.field(field).map(|child| effect(self.expression(child))));
        }
        body.extend(self.nested(node.field("body")));
        out.push(Statement { kind: Kind::Loop { over: None, body }, span: span(node) });
    }

    /// Resources are opened inside the `try`.
    fn attempt(&self, node: Node) -> Kind {
        let (mut body, mut handlers, mut finally) = (Vec::new(), Vec::new(), Vec::new());
        for resource in node.field("resources").map(children).unwrap_or_default() {
            let Some(value) = resource.field("value").map(|child| self.expression(child)) else { continue };
            let at = span(resource);
            let target = name(self.field_text(resource, "name"), at);
            let declared = resource.field("type").map(|child| self.type_of(child)).filter(|declared| declared.name != "var");
            body.push(Statement { kind: Kind::Assign { target, declared, value: Some(value) }, span: at });
        }
        body.extend(self.nested(node.field("body")));
        for child in children(node) {
            match child.kind() {
                "catch_clause" => handlers.push(self.nested(child.field("body"))),
                "finally_clause" => finally = self.nested(children(child).first().copied()),
                _ => {}
            }
        }
        Kind::Try { body, handlers, finally }
    }

    /// `this(…)` and `super(…)` in a constructor.
    fn constructor_call(&self, node: Node) -> Expression {
        let at = span(node);
        let callee = match node.field("constructor").map(|child| child.kind()) {
            Some("super") => "super",
            _ => "self",
        };
        let arguments = self.arguments(node.field("arguments"));
        expression(ExpressionKind::Call { callee: Box::new(name(callee, at)), arguments, types: Vec::new(), construct: false }, at)
    }

    /// A switch as a statement.
    fn switch(&self, node: Node, out: &mut Vec<Statement>) {
        let mut cases = Vec::new();
        for group in node.field("body").map(children).unwrap_or_default() {
            self.case(group).push(&mut cases);
        }
        out.extend(parts::switch(self.field_expression(node, "condition"), cases, span(node)));
    }

    fn case(&self, group: Node) -> Case {
        let mut case = Case::default();
        for part in children(group) {
            match part.kind() {
                "switch_label" => {
                    let labels = children(part);
                    case.default |= labels.is_empty();
                    case.opaque |= labels.iter().any(|label| matches!(label.kind(), "pattern" | "guard"));
                    case.labels.extend(labels.into_iter().map(|label| self.expression(label)));
                }
                "block" => self.statements(part, &mut case.body),
                _ => self.statement(part, &mut case.body),
            }
        }
        case
    }

    /// A switch as a value; `yield` gives it back.
    pub(super) fn switch_value(&self, node: Node) -> Expression {
        let mut body = Vec::new();
        self.switch(node, &mut body);
        parts::switch_value(body, span(node))
    }
}
