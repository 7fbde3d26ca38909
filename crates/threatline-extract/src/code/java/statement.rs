//! Statements.

use super::{Lowering, children, expression, name, span};
use crate::code::tree::{Expression, ExpressionKind, Function, Span, Statement, StatementKind as Kind};
use tree_sitter::Node;

/// One case of a switch: its constants (none for `default`), and its body.
struct Case<'t> {
    /// The constants; empty when nothing but `default` leads here.
    labels: Vec<Node<'t>>,
    /// `default` stands among the labels.
    default: bool,
    /// A pattern or a guard: no constant tells when it is taken.
    opaque: bool,
    body: Vec<Node<'t>>,
}

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
                then: self.nested(node.child_by_field_name("consequence")),
                otherwise: self.nested(node.child_by_field_name("alternative")),
            },
            "while_statement" | "do_statement" => {
                let condition = self.field_expression(node, "condition");
                let mut body = vec![Statement { span: condition.span, kind: Kind::Expression(condition) }];
                body.extend(self.nested(node.child_by_field_name("body")));
                Kind::Loop { over: None, body }
            }
            "for_statement" => return self.counted(node, out),
            "enhanced_for_statement" => {
                let variable = node.child_by_field_name("name").map_or_else(|| name("", at), |child| name(self.text(child), span(child)));
                let over = Some((variable, self.field_expression(node, "value")));
                Kind::Loop { over, body: self.nested(node.child_by_field_name("body")) }
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
        let declared = node.child_by_field_name("type").map(|child| self.type_of(child));
        for declarator in children(node).into_iter().filter(|child| child.kind() == "variable_declarator") {
            let target = declarator.child_by_field_name("name").map(|child| name(self.text(child), span(child)));
            let Some(target) = target else { continue };
            let value = declarator.child_by_field_name("value").map(|child| self.expression(child));
            let declared = declared.clone().filter(|declared| declared.name != "var");
            out.push(Statement { kind: Kind::Assign { target, declared, value }, span: span(node) });
        }
    }

    /// `x = y`, `x += y`, `x = y = z` (which is two).
    pub(super) fn assignment(&self, node: Node, out: &mut Vec<Statement>) {
        let target = self.field_expression(node, "left");
        let right = node.child_by_field_name("right");
        if let Some(inner) = right.filter(|right| right.kind() == "assignment_expression") {
            self.deeper(|| self.assignment(inner, out));
        }
        let mut value = self.field_expression(node, "right");
        let operator = self.field_text(node, "operator");
        if let Some(operator) = operator.strip_suffix('=').filter(|operator| !operator.is_empty()) {
            let (left, right, operator) = (Box::new(target.clone()), Box::new(value), operator.to_owned());
            value = expression(ExpressionKind::Binary { operator, left, right }, span(node));
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
            body.extend(node.child_by_field_name(field).map(|child| {
                let value = self.expression(child);
                Statement { span: value.span, kind: Kind::Expression(value) }
            }));
        }
        body.extend(self.nested(node.child_by_field_name("body")));
        out.push(Statement { kind: Kind::Loop { over: None, body }, span: span(node) });
    }

    /// Resources are opened inside the `try`.
    fn attempt(&self, node: Node) -> Kind {
        let (mut body, mut handlers, mut finally) = (Vec::new(), Vec::new(), Vec::new());
        for resource in node.child_by_field_name("resources").map(children).unwrap_or_default() {
            let Some(value) = resource.child_by_field_name("value").map(|child| self.expression(child)) else { continue };
            let at = span(resource);
            let target = name(self.field_text(resource, "name"), at);
            let declared = resource.child_by_field_name("type").map(|child| self.type_of(child)).filter(|declared| declared.name != "var");
            body.push(Statement { kind: Kind::Assign { target, declared, value: Some(value) }, span: at });
        }
        body.extend(self.nested(node.child_by_field_name("body")));
        for child in children(node) {
            match child.kind() {
                "catch_clause" => handlers.push(self.nested(child.child_by_field_name("body"))),
                "finally_clause" => finally = self.nested(children(child).first().copied()),
                _ => {}
            }
        }
        Kind::Try { body, handlers, finally }
    }

    /// `this(…)` and `super(…)` in a constructor.
    fn constructor_call(&self, node: Node) -> Expression {
        let at = span(node);
        let callee = match node.child_by_field_name("constructor").map(|child| child.kind()) {
            Some("super") => "super",
            _ => "self",
        };
        let arguments = self.arguments(node.child_by_field_name("arguments"));
        expression(ExpressionKind::Call { callee: Box::new(name(callee, at)), arguments, types: Vec::new(), construct: false }, at)
    }

    /// A switch as a statement: a chain of `If`s where all cases are constants, else a block of blocks.
    fn switch(&self, node: Node, out: &mut Vec<Statement>) {
        let value = self.field_expression(node, "condition");
        let cases = self.cases(node);
        let bodies: Vec<Vec<Statement>> = cases.iter().map(|case| self.case_body(case)).collect();
        if cases.iter().any(|case| case.opaque) {
            let mut body = vec![Statement { span: value.span, kind: Kind::Expression(value) }];
            body.extend(bodies.into_iter().map(|body| Statement { span: body_span(&body, span(node)), kind: Kind::Block(body) }));
            out.push(Statement { kind: Kind::Block(body), span: span(node) });
            return;
        }
        out.extend(self.chain(&value, &cases, bodies, span(node)));
    }

    /// The chain of `If`s, from the last case to the first; `default` wherever it stands comes last.
    fn chain(&self, value: &Expression, cases: &[Case], bodies: Vec<Vec<Statement>>, at: Span) -> Vec<Statement> {
        let mut otherwise = Vec::new();
        let mut tested = Vec::new();
        for (case, body) in cases.iter().zip(bodies) {
            if case.default { otherwise = body } else { tested.push((case, body)) }
        }
        for (case, then) in tested.into_iter().rev() {
            let Some(condition) = self.condition(value, case) else { continue };
            let span = Span { line: condition.span.line, end_line: at.end_line };
            otherwise = vec![Statement { kind: Kind::If { condition, then, otherwise }, span }];
        }
        otherwise
    }

    /// `value == label or value == label …`.
    fn condition(&self, value: &Expression, case: &Case) -> Option<Expression> {
        let tests = case.labels.iter().map(|label| {
            let right = self.expression(*label);
            let at = right.span;
            expression(ExpressionKind::Binary { operator: "==".into(), left: Box::new(value.clone()), right: Box::new(right) }, at)
        });
        tests.take(super::MAX_DEPTH as usize).reduce(|left, right| {
            let at = left.span;
            expression(ExpressionKind::Binary { operator: "or".into(), left: Box::new(left), right: Box::new(right) }, at)
        })
    }

    fn cases<'n>(&self, switch: Node<'n>) -> Vec<Case<'n>> {
        let mut cases: Vec<Case> = Vec::new();
        for group in switch.child_by_field_name("body").map(children).unwrap_or_default() {
            let mut case = Case { labels: Vec::new(), default: false, opaque: false, body: Vec::new() };
            for part in children(group) {
                if part.kind() != "switch_label" {
                    case.body.push(part);
                    continue;
                }
                let labels = children(part);
                case.default |= labels.is_empty();
                case.opaque |= labels.iter().any(|label| matches!(label.kind(), "pattern" | "guard"));
                case.labels.extend(labels);
            }
            // `case 1: case 2: …`: what has no body leads to the next.
            if let Some(before) = cases.pop_if(|before| before.body.is_empty()) {
                case.default |= before.default;
                case.opaque |= before.opaque;
                case.labels.splice(..0, before.labels);
            }
            cases.push(case);
        }
        cases
    }

    fn case_body(&self, case: &Case) -> Vec<Statement> {
        let mut body = Vec::new();
        for node in &case.body {
            match node.kind() {
                "block" => self.statements(*node, &mut body),
                _ => self.statement(*node, &mut body),
            }
        }
        body
    }

    /// A switch as a value: a function that is called at once, so that blocks and `yield` have a place.
    pub(super) fn switch_value(&self, node: Node) -> Expression {
        let at = span(node);
        let mut body = Vec::new();
        self.switch(node, &mut body);
        body.iter_mut().for_each(yield_last);
        let function = Function { body, public: true, span: at, line: at.line, ..Function::default() };
        let callee = Box::new(expression(ExpressionKind::Function(Box::new(function)), at));
        expression(ExpressionKind::Call { callee, arguments: Vec::new(), types: Vec::new(), construct: false }, at)
    }
}

fn body_span(body: &[Statement], otherwise: Span) -> Span {
    match (body.first(), body.last()) {
        (Some(first), Some(last)) => Span { line: first.span.line, end_line: last.span.end_line },
        _ => otherwise,
    }
}

/// The value of an arrow case is what it gives back.
fn yield_last(statement: &mut Statement) {
    match &mut statement.kind {
        Kind::If { then, otherwise, .. } => {
            then.last_mut().into_iter().for_each(yield_last);
            otherwise.last_mut().into_iter().for_each(yield_last);
        }
        // The cases of a switch over patterns are blocks beside each other.
        Kind::Block(body) => {
            let last = body.len().saturating_sub(1);
            let of_value = body.iter_mut().enumerate().filter(|(index, inner)| *index == last || matches!(inner.kind, Kind::Block(_)));
            of_value.for_each(|(_, inner)| yield_last(inner));
        }
        kind @ Kind::Expression(_) => {
            if let Kind::Expression(value) = std::mem::replace(kind, Kind::Return(None)) {
                *kind = Kind::Return(Some(value));
            }
        }
        _ => {}
    }
}
