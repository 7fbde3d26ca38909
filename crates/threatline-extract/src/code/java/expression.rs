//! Expressions, arguments and lambdas.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::{MAX_DEPTH, binary, children, expression, line, member, name, path, span, unknown};
use crate::code::tree::{Annotation, Argument, Class, Expression, ExpressionKind as Kind, Function, Parameter, Span, Statement, StatementKind, Type};
use tree_sitter::Node;

impl Lowering<'_> {
    /// An expression; too deep a one is unknown.
    pub(super) fn expression(&self, node: Node) -> Expression {
        self.deeper(|| self.expression_at(node)).unwrap_or_else(|| unknown(Vec::new(), span(node)))
    }

    /// The expression under a field; unknown when the parser found none.
    pub(super) fn field_expression(&self, node: Node, field: &'static str) -> Expression {
        match node.field(field) {
            Some(child) => self.expression(child),
            None => unknown(Vec::new(), span(node)),
        }
    }

    fn expression_at(&self, node: Node) -> Expression {
        let at = span(node);
        let kind = match node.kind() {
            "identifier" | "type_identifier" => Kind::Name(self.text(node).to_owned()),
            "this" => Kind::Name("self".into()),
            "super" => Kind::Name("super".into()),
            "string_literal" => Kind::String(self.string(node)),
            "character_literal" => Kind::String(self.character(node)),
            "true" => Kind::Boolean(true),
            "false" => Kind::Boolean(false),
            "null_literal" => Kind::Null,
            "decimal_integer_literal"
            | "hex_integer_literal"
            | "octal_integer_literal"
            | "binary_integer_literal"
            | "decimal_floating_point_literal"
            | "hex_floating_point_literal" => Kind::Number(self.text(node).to_owned()),
            "scoped_identifier" | "scoped_type_identifier" => return path(&self.dotted(node), at),
            "field_access" => return self.field_access(node, at),
            "method_invocation" => return self.invocation(node, at),
            "object_creation_expression" => return self.creation(node, at),
            "method_reference" => return self.method_reference(node, at),
            "class_literal" => return self.class_literal(node, at),
            "lambda_expression" => Kind::Function(Box::new(self.lambda(node))),
            "array_access" => Kind::Index { object: Box::new(self.field_expression(node, "array")), index: Box::new(self.field_expression(node, "index")) },
            "array_creation_expression" => match node.field("value") {
                Some(value) => return self.expression(value),
                None => Kind::List(Vec::new()),
            },
            "array_initializer" | "element_value_array_initializer" => Kind::List(self.expressions(node)),
            "annotation" | "marker_annotation" => return self.annotation_value(node, at),
            "parenthesized_expression" => match children(node).first() {
                Some(inner) => return self.expression(*inner),
                None => Kind::Unknown(Vec::new()),
            },
            "cast_expression" => return self.field_expression(node, "value"),
            "assignment_expression" => return self.field_expression(node, "right"),
            "binary_expression" => return self.binary(node),
            "instanceof_expression" => self.instance_of(node),
            "unary_expression" => self.unary(node),
            "ternary_expression" => Kind::Conditional {
                condition: Box::new(self.field_expression(node, "condition")),
                then: Box::new(self.field_expression(node, "consequence")),
                otherwise: Box::new(self.field_expression(node, "alternative")),
            },
            "switch_expression" => return self.switch_value(node),
            _ => Kind::Unknown(self.expressions(node)),
        };
        expression(kind, at)
    }

    /// All children as expressions.
    pub(super) fn expressions(&self, node: Node) -> Vec<Expression> {
        children(node).into_iter().map(|child| self.expression(child)).collect()
    }

    fn field_access(&self, node: Node, at: Span) -> Expression {
        let object = self.field_expression(node, "object");
        let field = self.field_text(node, "field");
        // `Outer.this` is this, seen from a nested class.
        if field == "this" { name("self", at) } else { member(object, field, at) }
    }

    fn invocation(&self, node: Node, at: Span) -> Expression {
        let called = self.field_text(node, "name");
        let named_at = node.field("name").map_or(at, span);
        let callee = match node.field("object") {
            // The callee's lines are those of the name: in a long chain each call has its own.
            Some(object) => member(self.expression(object), called, named_at),
            None => name(called, named_at),
        };
        let kind = Kind::Call {
            callee: Box::new(callee),
            arguments: self.arguments(node.field("arguments")),
            types: node.field("type_arguments").map(|list| self.type_list(list)).unwrap_or_default(),
            construct: false,
        };
        expression(kind, at)
    }

    /// Positional arguments; Java has no others.
    pub(super) fn arguments(&self, list: Option<Node>) -> Vec<Argument> {
        let Some(list) = list else { return Vec::new() };
        self.expressions(list).into_iter().map(|value| Argument { name: None, value, spread: false }).collect()
    }

    /// `new X(…)`; with a body it is a class that stands in an expression.
    fn creation(&self, node: Node, at: Span) -> Expression {
        let created = node.field("type").map(|child| self.type_of(child)).unwrap_or_default();
        let arguments = self.arguments(node.field("arguments"));
        let body = children(node).into_iter().find(|child| child.kind() == "class_body");
        let kind = match body.filter(|body| body.named_child_count() > 0) {
            Some(body) => {
                let mut class = Class { bases: vec![created], arguments, span: at, line: at.line, ..Class::default() };
                self.members(body, &mut class);
                Kind::Class(Box::new(class))
            }
            None => {
                let Type { name, arguments: types, .. } = created;
                Kind::Call { callee: Box::new(path(&name, at)), arguments, types, construct: true }
            }
        };
        expression(kind, at)
    }

    /// `handler::list`, `Order::new`.
    fn method_reference(&self, node: Node, at: Span) -> Expression {
        let children = children(node);
        let Some(object) = children.first() else { return unknown(Vec::new(), at) };
        let called = match children.last() {
            Some(last) if children.len() > 1 && last.kind() == "identifier" => self.text(*last),
            _ => "new",
        };
        member(self.type_or_expression(*object), called, at)
    }

    /// `Order.class` stands for the class itself.
    fn class_literal(&self, node: Node, at: Span) -> Expression {
        match children(node).first() {
            Some(inner) => self.type_or_expression(*inner),
            None => unknown(Vec::new(), at),
        }
    }

    /// A type in the place of an expression, as a name.
    fn type_or_expression(&self, node: Node) -> Expression {
        match node.kind() {
            "generic_type" | "array_type" | "annotated_type" | "integral_type" | "floating_point_type" | "boolean_type" | "void_type" => {
                let written = self.type_of(node);
                let plain = if written.name == "[]" { written.arguments.into_iter().next().unwrap_or_default() } else { written };
                path(&plain.name, span(node))
            }
            _ => self.expression(node),
        }
    }

    /// An annotation as the value of another's argument: what it would construct.
    fn annotation_value(&self, node: Node, at: Span) -> Expression {
        let Annotation { callee, arguments, .. } = self.annotation(node);
        expression(Kind::Call { callee: Box::new(callee), arguments, types: Vec::new(), construct: true }, at)
    }

    /// Long concatenations lean to the left, as deep as they are long; they are walked in a loop.
    fn binary(&self, node: Node) -> Expression {
        let mut pending = vec![node];
        let mut left = node.field("left");
        while let Some(inner) = left.filter(|inner| inner.kind() == "binary_expression") {
            // The result is as deep as the chain, and others will walk it: they get what a bound allows.
            if pending.len() >= MAX_DEPTH as usize {
                break;
            }
            pending.push(inner);
            left = inner.field("left");
        }
        let mut result = match left {
            Some(first) if first.kind() != "binary_expression" => self.expression(first),
            _ => unknown(Vec::new(), span(node)),
        };
        while let Some(outer) = pending.pop() {
            let operator = match self.field_text(outer, "operator").as_str() {
                "&&" => "and".to_owned(),
                "||" => "or".to_owned(),
                other => other.to_owned(),
            };
            result = binary(operator, result, self.field_expression(outer, "right"), span(outer));
        }
        result
    }

    fn instance_of(&self, node: Node) -> Kind {
        let right = match node.field("right") {
            Some(tested) => self.type_or_expression(tested),
            None => unknown(Vec::new(), span(node)),
        };
        Kind::Binary { operator: "instanceof".into(), left: Box::new(self.field_expression(node, "left")), right: Box::new(right) }
    }

    fn unary(&self, node: Node) -> Kind {
        let operand = self.field_expression(node, "operand");
        match (self.field_text(node, "operator").as_str(), operand.kind) {
            ("!", kind) => Kind::Not(Box::new(expression(kind, operand.span))),
            ("-", Kind::Number(number)) => Kind::Number(format!("-{number}")),
            ("+", kind @ Kind::Number(_)) => kind,
            (_, kind) => Kind::Unknown(vec![expression(kind, operand.span)]),
        }
    }

    fn lambda(&self, node: Node) -> Function {
        let at = span(node);
        let mut function = Function { span: at, line: line(node.start_position().row), public: true, ..Function::default() };
        if let Some(parameters) = node.field("parameters") {
            function.parameters = match parameters.kind() {
                "identifier" => vec![self.inferred(parameters)],
                "inferred_parameters" => children(parameters).into_iter().map(|child| self.inferred(child)).collect(),
                _ => self.parameters(parameters),
            };
        }
        if let Some(body) = node.field("body") {
            function.body = self.value_body(body);
        }
        function
    }

    fn inferred(&self, node: Node) -> Parameter {
        Parameter { name: self.text(node).to_owned(), span: span(node), ..Parameter::default() }
    }

    /// The body of a lambda: a block, an assignment for its effect, or the value that it gives back.
    pub(super) fn value_body(&self, body: Node) -> Vec<Statement> {
        let mut out = Vec::new();
        match body.kind() {
            "block" => self.statements(body, &mut out),
            "assignment_expression" => self.assignment(body, &mut out),
            _ => out.push(Statement { kind: StatementKind::Return(Some(self.expression(body))), span: span(body) }),
        }
        out
    }
}
