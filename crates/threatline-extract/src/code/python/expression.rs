//! Expressions and parameters.

use super::{Lowering, children, span};
use crate::code::parts::Fields;
use crate::code::tree::*;
use tree_sitter::Node;

impl Lowering<'_> {
    pub(super) fn expression(&self, node: Node) -> Expression {
        let kind = self.deeper(|| self.kind(node)).unwrap_or(ExpressionKind::Unknown(Vec::new()));
        Expression { kind, span: span(node) }
    }

    fn field(&self, node: Node, name: &'static str) -> Box<Expression> {
        Box::new(match node.field(name) {
            Some(child) => self.expression(child),
            None => Expression { kind: ExpressionKind::Unknown(Vec::new()), span: span(node) },
        })
    }

    fn all(&self, node: Node) -> Vec<Expression> {
        children(node).into_iter().map(|child| self.expression(child)).collect()
    }

    fn inner(&self, node: Node) -> ExpressionKind {
        match children(node).first() {
            Some(child) => self.expression(*child).kind,
            None => ExpressionKind::Unknown(Vec::new()),
        }
    }

    fn kind(&self, node: Node) -> ExpressionKind {
        match node.kind() {
            "string" => self.string(node),
            "concatenated_string" => self.concatenated(node),
            "integer" | "float" => ExpressionKind::Number(self.text(node).replace('_', "")),
            "true" => ExpressionKind::Boolean(true),
            "false" => ExpressionKind::Boolean(false),
            "none" | "ellipsis" => ExpressionKind::Null,
            "identifier" | "keyword_identifier" => self.name(self.text(node)),
            "dotted_name" => self.dotted(self.text(node), node),
            "attribute" => {
                ExpressionKind::Member { object: self.field(node, "object"), name: node.field("attribute").map_or("", |name| self.text(name)).to_owned() }
            }
            "subscript" => ExpressionKind::Index { object: self.field(node, "value"), index: self.subscript(node) },
            "call" => self.call(node),
            "lambda" => ExpressionKind::Function(Box::new(self.lambda(node))),
            "list" | "tuple" | "set" | "expression_list" | "pattern_list" | "tuple_pattern" | "list_pattern" => ExpressionKind::List(self.all(node)),
            "dictionary" => ExpressionKind::Map(self.entries(node)),
            "binary_operator" | "boolean_operator" => self.binary(node),
            "comparison_operator" => self.comparison(node),
            "not_operator" => ExpressionKind::Not(self.field(node, "argument")),
            "conditional_expression" => match self.all(node).as_slice() {
                [then, condition, otherwise] => {
                    ExpressionKind::Conditional { condition: Box::new(condition.clone()), then: Box::new(then.clone()), otherwise: Box::new(otherwise.clone()) }
                }
                parts => ExpressionKind::Unknown(parts.to_vec()),
            },
            "parenthesized_expression" | "await" | "type" | "list_splat" => self.inner(node),
            "named_expression" => self.field(node, "value").kind,
            _ => ExpressionKind::Unknown(self.all(node)),
        }
    }

    fn name(&self, name: &str) -> ExpressionKind {
        ExpressionKind::Name(if name == "cls" { "self".to_owned() } else { name.to_owned() })
    }

    fn dotted(&self, text: &str, node: Node) -> ExpressionKind {
        let mut parts = text.split('.');
        let mut kind = self.name(parts.next().unwrap_or(""));
        for part in parts {
            kind = ExpressionKind::Member { object: Box::new(Expression { kind, span: span(node) }), name: part.to_owned() };
        }
        kind
    }

    /// What stands in brackets: one thing, or several as a list (`Annotated[User, Depends(f)]`).
    fn subscript(&self, node: Node) -> Box<Expression> {
        let several = super::fields(node, "subscript");
        if several.len() < 2 {
            return self.field(node, "subscript");
        }
        let items = several.into_iter().map(|item| self.expression(item)).collect();
        Box::new(Expression { kind: ExpressionKind::List(items), span: span(node) })
    }

    fn call(&self, node: Node) -> ExpressionKind {
        let callee = match node.field("function") {
            Some(of) if self.is_class_of(of) => self.field(of, "value"),
            _ => self.field(node, "function"),
        };
        if let ExpressionKind::Name(name) = &callee.kind
            && name == "super"
        {
            return ExpressionKind::Name("super".to_owned());
        }
        let arguments = match node.field("arguments") {
            Some(list) if list.kind() == "argument_list" => children(list).into_iter().flat_map(|argument| self.argument(argument)).collect(),
            Some(generator) => vec![Argument { name: None, value: self.expression(generator), spread: false }],
            None => Vec::new(),
        };
        // `"…{}…".format(x)` keeps its shape: the packs know `str.format`.
        ExpressionKind::Call { callee, arguments, types: Vec::new(), construct: false }
    }

    /// Whether a class is told what it is of, `Agent[Context]`, and nothing is looked up: both are spelt as types are.
    fn is_class_of(&self, node: Node) -> bool {
        let last = |node: Node| match node.kind() {
            "identifier" => Some(self.text(node)),
            "attribute" => node.field("attribute").map(|name| self.text(name)),
            _ => None,
        };
        let is_class = |name: &str| name.starts_with(char::is_uppercase) && name.chars().any(char::is_lowercase);
        let is_type = |name: &str| is_class(name) || matches!(name, "str" | "int" | "float" | "bool" | "bytes" | "dict" | "list" | "None" | "T");
        let of = super::fields(node, "subscript");
        node.kind() == "subscript"
            && node.field("value").and_then(last).is_some_and(is_class)
            && !of.is_empty()
            && of.into_iter().all(|of| of.kind() == "none" || last(of).is_some_and(is_type))
    }

    pub(super) fn argument(&self, node: Node) -> Option<Argument> {
        Some(match node.kind() {
            "keyword_argument" => {
                Argument { name: Some(self.text(node.field("name")?).to_owned()), value: self.expression(node.field("value")?), spread: false }
            }
            "list_splat" | "dictionary_splat" => Argument { name: None, value: self.expression(*children(node).first()?), spread: true },
            _ => Argument { name: None, value: self.expression(node), spread: false },
        })
    }

    fn entries(&self, node: Node) -> Vec<(Expression, Expression)> {
        let one = |entry: Node| match entry.kind() {
            "pair" => (*self.field(entry, "key"), *self.field(entry, "value")),
            _ => (Expression { kind: ExpressionKind::Null, span: span(entry) }, Expression { kind: self.inner(entry), span: span(entry) }),
        };
        children(node).into_iter().map(one).collect()
    }

    fn binary(&self, node: Node) -> ExpressionKind {
        let operator = node.field("operator").map_or("", |operator| self.text(operator)).to_owned();
        let left = self.field(node, "left");
        if operator == "%" && matches!(left.kind, ExpressionKind::String(_) | ExpressionKind::Template(_)) {
            let right = self.field(node, "right");
            return self.percent(*left, *right);
        }
        ExpressionKind::Binary { operator, left, right: self.field(node, "right") }
    }

    fn comparison(&self, node: Node) -> ExpressionKind {
        let mut cursor = node.walk();
        let operators: Vec<&str> = node.children_by_field_name("operators", &mut cursor).map(|operator| self.text(operator)).collect();
        let mut operands = self.all(node);
        if operands.len() != 2 {
            return ExpressionKind::Unknown(operands);
        }
        let right = operands.pop().map(Box::new);
        let left = operands.pop().map(Box::new);
        match (left, right) {
            (Some(left), Some(right)) => ExpressionKind::Binary { operator: operators.join(" "), left, right },
            _ => ExpressionKind::Unknown(Vec::new()),
        }
    }

    fn lambda(&self, node: Node) -> Function {
        let value = self.field(node, "body");
        Function {
            parameters: node.field("parameters").map(|list| self.parameters(list)).unwrap_or_default(),
            body: vec![Statement { span: value.span, kind: StatementKind::Return(Some(*value)) }],
            public: true,
            span: span(node),
            line: span(node).line,
            ..Function::default()
        }
    }

    pub(super) fn parameters(&self, list: Node) -> Vec<Parameter> {
        children(list).into_iter().filter_map(|node| self.parameter(node)).collect()
    }

    fn parameter(&self, node: Node) -> Option<Parameter> {
        let mut parameter = Parameter { span: span(node), ..Parameter::default() };
        let first = children(node).first().copied();
        let name = match node.kind() {
            "identifier" => node,
            "typed_parameter" => first?,
            "default_parameter" | "typed_default_parameter" => node.field("name")?,
            "list_splat_pattern" | "dictionary_splat_pattern" => node,
            _ => return None,
        };
        parameter.variadic = name.kind().ends_with("splat_pattern");
        parameter.name = self.text(name).trim_start_matches('*').to_owned();
        parameter.declared = node.field("type").map(|ty| self.ty(ty));
        parameter.default = node.field("value").map(|value| self.expression(value));
        Some(parameter)
    }
}
