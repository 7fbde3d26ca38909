//! Expressions.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::{Argument, Expression, ExpressionKind as Kind, Type};
use crate::code::walk::{argument, binary, call, children, expression, member, name, not, path, span, unknown};
use tree_sitter::Node;

impl Lowering<'_> {
    /// An expression; one that is nested too deep is left out.
    pub(super) fn expression(&self, node: Node) -> Expression {
        self.walk.deeper(|| self.shallow(node)).unwrap_or_else(|| unknown(Vec::new(), span(node)))
    }

    fn shallow(&self, node: Node) -> Expression {
        let at = span(node);
        let field = |name: &'static str| node.field(name).map_or_else(|| unknown(Vec::new(), at), |child| self.expression(child));
        match node.kind() {
            "identifier" | "shorthand_property_identifier" | "property_identifier" | "private_property_identifier" => name(self.walk.text(node), at),
            "this" => name("self", at),
            "super" => name("super", at),
            "import" => name("import", at),
            "string" => self.string(node),
            "template_string" => self.template(node),
            "number" => expression(Kind::Number(self.walk.text(node).to_owned()), at),
            "true" => expression(Kind::Boolean(true), at),
            "false" => expression(Kind::Boolean(false), at),
            "null" | "undefined" => expression(Kind::Null, at),
            "regex" => crate::code::walk::string(self.walk.field_text(node, "pattern"), at),
            "object" => self.object(node),
            "array" => expression(Kind::List(children(node).into_iter().map(|part| self.element(part)).collect()), at),
            "member_expression" => member(field("object"), self.walk.field_text(node, "property"), at),
            "subscript_expression" => self.subscript(node),
            "call_expression" => self.call(node),
            "new_expression" => self.construction(node),
            "arrow_function" | "function_expression" | "function" | "generator_function" => expression(Kind::Function(Box::new(self.function(node))), at),
            "class" => expression(Kind::Class(Box::new(self.class(node))), at),
            "binary_expression" => {
                let operator = match self.walk.field_text(node, "operator") {
                    "||" => "or",
                    "&&" => "and",
                    "===" => "==",
                    "!==" => "!=",
                    other => other,
                };
                binary(operator, field("left"), field("right"), at)
            }
            "unary_expression" if self.walk.field_text(node, "operator") == "!" => not(field("argument")),
            "ternary_expression" => {
                let (condition, then, otherwise) = (Box::new(field("condition")), Box::new(field("consequence")), Box::new(field("alternative")));
                expression(Kind::Conditional { condition, then, otherwise }, at)
            }
            "assignment_expression" => {
                // as a value it is what was assigned; as a statement it is an assignment
                field("right")
            }
            "await_expression"
            | "parenthesized_expression"
            | "as_expression"
            | "satisfies_expression"
            | "non_null_expression"
            | "type_assertion"
            | "instantiation_expression" => self.inner(node),
            "sequence_expression" => unknown(children(node).into_iter().map(|part| self.expression(part)).collect(), at),
            _ => unknown(self.parts(node), at),
        }
    }

    /// What a transparent construct holds: its expression comes first, except in `<T>x`.
    fn inner(&self, node: Node) -> Expression {
        let parts = children(node);
        let part = if node.kind() == "type_assertion" { parts.last() } else { parts.first() };
        part.map_or_else(|| unknown(Vec::new(), span(node)), |part| self.expression(*part))
    }

    fn element(&self, node: Node) -> Expression {
        if node.kind() == "spread_element" { self.inner(node) } else { self.expression(node) }
    }

    /// The expressions in something that is not understood; elements of JSX among them.
    fn parts(&self, node: Node) -> Vec<Expression> {
        let expressions = |kind: &str| {
            !kind.ends_with("_type") && !matches!(kind, "type_annotation" | "type_arguments" | "jsx_text" | "property_identifier" | "jsx_closing_element")
        };
        children(node).into_iter().filter(|part| expressions(part.kind())).map(|part| self.expression(part)).collect()
    }

    fn subscript(&self, node: Node) -> Expression {
        let at = span(node);
        let object = node.field("object").map_or_else(|| unknown(Vec::new(), at), |object| self.expression(object));
        let index = node.field("index").map_or_else(|| unknown(Vec::new(), at), |index| self.expression(index));
        match &index.kind {
            // app['get'] is app.get
            Kind::String(text) if !text.is_empty() => member(object, text.clone(), at),
            _ => expression(Kind::Index { object: Box::new(object), index: Box::new(index) }, at),
        }
    }

    fn call(&self, node: Node) -> Expression {
        let at = span(node);
        let callee = node.field("function").map_or_else(|| unknown(Vec::new(), at), |callee| self.expression(callee));
        let arguments = match node.field("arguments") {
            // a tagged template
            Some(template) if template.kind() == "template_string" => vec![argument(self.template(template))],
            arguments => self.arguments(arguments),
        };
        let types = self.type_arguments(node.field("type_arguments"));
        let mut made = call(callee, arguments, at);
        if let Kind::Call { types: place, .. } = &mut made.kind {
            *place = types;
        }
        made
    }

    fn construction(&self, node: Node) -> Expression {
        let at = span(node);
        let callee = node.field("constructor").map_or_else(|| unknown(Vec::new(), at), |callee| self.expression(callee));
        let types: Vec<Type> = self.type_arguments(node.field("type_arguments"));
        expression(Kind::Call { callee: Box::new(callee), arguments: self.arguments(node.field("arguments")), types, construct: true }, at)
    }

    pub(super) fn arguments(&self, node: Option<Node>) -> Vec<Argument> {
        let Some(node) = node else { return Vec::new() };
        let one = |part: Node| {
            let spread = part.kind() == "spread_element";
            Argument { name: None, value: self.element(part), spread }
        };
        children(node).into_iter().map(one).collect()
    }

    /// A dotted name, as decorators and base classes are written.
    pub(super) fn dotted(&self, node: Node) -> Expression {
        path(&self.walk.text(node).replace(char::is_whitespace, ""), span(node))
    }
}
