//! Expressions, arguments and lambdas.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::switch_value;
use crate::code::tree::*;
use crate::code::walk::*;
use ExpressionKind as Kind;
use tree_sitter::Node;

/// Functions of the language's library that give back a list of what they are given.
const LISTS: &[&str] = &["listOf", "arrayOf", "setOf", "mutableListOf", "mutableSetOf", "listOfNotNull", "emptyList", "emptyArray", "arrayListOf"];
/// The same of maps; each argument is a pair.
const MAPS: &[&str] = &["mapOf", "mutableMapOf", "hashMapOf", "linkedMapOf"];

impl Lowering<'_> {
    /// An expression; too deep a one is unknown.
    pub(super) fn expression(&self, node: Node) -> Expression {
        self.deeper(|| self.expression_at(node)).unwrap_or_else(|| unknown(Vec::new(), span(node)))
    }

    /// The expression under a field.
    pub(super) fn field_expression(&self, node: Node, field: &'static str) -> Expression {
        match node.field(field) {
            Some(child) => self.expression(child),
            None => unknown(Vec::new(), span(node)),
        }
    }

    fn expressions(&self, node: Node) -> Vec<Expression> {
        children(node).into_iter().map(|child| self.expression(child)).collect()
    }

    fn first(&self, node: Node) -> Expression {
        children(node).first().map_or_else(|| unknown(Vec::new(), span(node)), |child| self.expression(*child))
    }

    fn expression_at(&self, node: Node) -> Expression {
        let at = span(node);
        let kind = match node.kind() {
            "simple_identifier" | "type_identifier" => Kind::Name(self.plain_name(node)),
            "this_expression" => Kind::Name(self.this(node, "self")),
            "super_expression" => Kind::Name("super".into()),
            "string_literal" => return self.string_literal(node),
            "character_literal" => Kind::String(self.character(node)),
            "boolean_literal" => Kind::Boolean(self.text(node) == "true"),
            "null_literal" | "null" => Kind::Null,
            "integer_literal" | "long_literal" | "hex_literal" | "bin_literal" | "real_literal" | "unsigned_literal" => {
                Kind::Number(self.text(node).to_owned())
            }
            "identifier" | "user_type" => return path(&self.type_of(node).name, at),
            "navigation_expression" => return self.navigation(node),
            "call_expression" => return self.call_expression(node),
            "indexing_expression" => {
                let parts = children(node);
                let (Some(object), Some(suffix)) = (parts.first(), parts.get(1)) else { return unknown(self.expressions(node), at) };
                return self.indexed(self.expression(*object), *suffix);
            }
            "infix_expression" => return self.infix(node),
            "callable_reference" => return self.reference(node),
            "lambda_literal" => Kind::Function(Box::new(self.lambda(node))),
            "annotated_lambda" => {
                return children(node)
                    .into_iter()
                    .find(|child| child.kind() == "lambda_literal")
                    .map_or_else(|| unknown(Vec::new(), at), |inner| self.expression(inner));
            }
            "anonymous_function" => Kind::Function(Box::new(Function { name: String::new(), ..self.function(node) })),
            "object_literal" => Kind::Class(Box::new(self.object_literal(node))),
            "collection_literal" => Kind::List(self.expressions(node)),
            "parenthesized_expression" | "as_expression" | "spread_expression" => return self.first(node),
            "postfix_expression" => match child_of_kind(node, "!!") {
                Some(_) => return self.first(node),
                None => Kind::Unknown(self.expressions(node)),
            },
            "prefix_expression" => self.prefix(node),
            "additive_expression"
            | "multiplicative_expression"
            | "equality_expression"
            | "comparison_expression"
            | "conjunction_expression"
            | "disjunction_expression"
            | "elvis_expression" => return self.binary(node),
            "check_expression" => self.check(node),
            "if_expression" => return self.conditional(node),
            "when_expression" => {
                let mut body = Vec::new();
                self.when(node, &mut body);
                return switch_value(body, at);
            }
            "try_expression" => {
                let mut body = Vec::new();
                self.statement(node, &mut body);
                return switch_value(body, at);
            }
            "jump_expression" => {
                Kind::Unknown(children(node).into_iter().filter(|child| child.kind() != "label").map(|child| self.expression(child)).collect())
            }
            "assignment" => Kind::Unknown(children(node).into_iter().skip(1).map(|child| self.expression(child)).collect()),
            "directly_assignable_expression" => return self.first(node),
            _ => Kind::Unknown(self.expressions(node)),
        };
        expression(kind, at)
    }

    /// `this`, `this@Outer`.
    fn this(&self, node: Node, word: &str) -> String {
        match children(node).into_iter().next() {
            Some(label) => format!("{word}@{}", self.plain_name(label)),
            None => word.to_owned(),
        }
    }

    fn navigation(&self, node: Node) -> Expression {
        let parts = children(node);
        let Some(object) = parts.first() else { return unknown(Vec::new(), span(node)) };
        let value = self.expression(*object);
        // `Order::class.java` stands for the class itself.
        let is_class = object.kind() == "callable_reference" && child_of_kind(*object, "class").is_some();
        parts.iter().skip(1).filter(|_| !is_class).fold(value, |value, suffix| self.suffixed(value, *suffix))
    }

    /// `.name`, `?.name`, `::name`.
    pub(super) fn suffixed(&self, object: Expression, suffix: Node) -> Expression {
        match children(suffix).into_iter().next() {
            Some(named) if named.kind() == "simple_identifier" => member(object, self.plain_name(named), span(named)),
            Some(other) => {
                let at = span(suffix);
                unknown(vec![object, self.expression(other)], at)
            }
            // `X::class`
            None => object,
        }
    }

    pub(super) fn indexed(&self, object: Expression, suffix: Node) -> Expression {
        let at = span(suffix);
        let index = Box::new(self.first(suffix));
        expression(Kind::Index { object: Box::new(object), index }, at)
    }

    /// A call; a lambda behind the parentheses is its last argument.
    fn call_expression(&self, node: Node) -> Expression {
        let at = span(node);
        let parts = children(node);
        let (Some(called), Some(suffix)) = (parts.first(), parts.get(1)) else { return unknown(self.expressions(node), at) };
        let (mut arguments, mut types) = (Vec::new(), Vec::new());
        for part in children(*suffix) {
            match part.kind() {
                "value_arguments" => arguments.extend(self.arguments(part)),
                "type_arguments" => types.extend(children(part).into_iter().map(|inner| self.type_of(inner))),
                "annotated_lambda" if called.kind() == "object_literal" => return self.object_with_body(*called, part),
                "annotated_lambda" | "lambda_literal" => arguments.push(argument(self.expression(part))),
                _ => {}
            }
        }
        let callee = self.expression(*called);
        if let Kind::Name(named) = &callee.kind {
            if LISTS.contains(&named.as_str()) && arguments.iter().all(|argument| !argument.spread && !is_lambda(&argument.value)) {
                return expression(Kind::List(arguments.into_iter().map(|argument| argument.value).collect()), at);
            }
            if MAPS.contains(&named.as_str()) {
                return self.map(arguments, at);
            }
        }
        expression(Kind::Call { callee: Box::new(callee), arguments, types, construct: false }, at)
    }

    fn map(&self, arguments: Vec<Argument>, at: Span) -> Expression {
        let entry = |argument: Argument| match argument.value.kind {
            Kind::Call { callee, mut arguments, .. } if arguments.len() == 1 => match callee.kind {
                Kind::Member { object, name } if name == "to" => Some((*object, arguments.pop()?.value)),
                _ => None,
            },
            _ => None,
        };
        expression(Kind::Map(arguments.into_iter().filter_map(entry).collect()), at)
    }

    pub(super) fn arguments(&self, list: Node) -> Vec<Argument> {
        let one = |node: Node| {
            let parts: Vec<Node> = children(node).into_iter().filter(|part| part.kind() != "annotation").collect();
            let named = child_of_kind(node, "=").is_some() && parts.len() > 1;
            let value = parts.last()?;
            let name = if named { parts.first().map(|part| self.plain_name(*part)) } else { None };
            let spread = child_of_kind(node, "*").is_some() || value.kind() == "spread_expression";
            Some(Argument { name, value: self.expression(*value), spread })
        };
        children(list).into_iter().filter(|child| child.kind() == "value_argument").filter_map(one).collect()
    }

    /// `a name b` is `a.name(b)`.
    fn infix(&self, node: Node) -> Expression {
        let at = span(node);
        let parts = children(node);
        let [left, named, right] = parts.as_slice() else { return unknown(self.expressions(node), at) };
        let callee = member(self.expression(*left), self.plain_name(*named), span(*named));
        call(callee, vec![argument(self.expression(*right))], at)
    }

    /// `::f`, `handler::list`, `Order::class`.
    fn reference(&self, node: Node) -> Expression {
        let at = span(node);
        let parts = children(node);
        match parts.as_slice() {
            [] => unknown(Vec::new(), at),
            [only] => name(self.plain_name(*only), at),
            [object, named] => member(self.expression(*object), self.plain_name(*named), at),
            _ => unknown(self.expressions(node), at),
        }
    }

    pub(super) fn lambda(&self, node: Node) -> Function {
        let at = span(node);
        let mut function = Function { span: at, line: at.line, public: true, ..Function::default() };
        for child in children(node) {
            match child.kind() {
                "lambda_parameters" => function.parameters = children(child).into_iter().map(|part| self.lambda_parameter(part)).collect(),
                "statements" => _ = self.deeper(|| self.statements(child, &mut function.body)),
                _ => self.statement(child, &mut function.body),
            }
        }
        self.give_back(&mut function.body);
        function
    }

    fn lambda_parameter(&self, node: Node) -> Parameter {
        let mut parameter = Parameter { span: span(node), ..Parameter::default() };
        if node.kind() == "multi_variable_declaration" {
            let named = children(node).into_iter().filter_map(|part| child_of_kind(part, "simple_identifier"));
            parameter.names = named.map(|part| self.plain_name(part)).collect();
            return parameter;
        }
        let mut parts = children(node).into_iter().filter(|part| part.kind() != "annotation");
        parameter.name = parts.next().map(|part| self.plain_name(part)).unwrap_or_default();
        parameter.declared = parts.next().map(|part| self.type_of(part));
        parameter
    }

    fn object_literal(&self, node: Node) -> Class {
        self.class(node)
    }

    /// `object : X { … }` on one line, whose body the grammar takes for a lambda.
    fn object_with_body(&self, object: Node, body: Node) -> Expression {
        let mut class = self.class(object);
        if let Some(lambda) = child_of_kind(body, "lambda_literal") {
            self.members_of_lambda(lambda, &mut class);
        }
        expression(Kind::Class(Box::new(class)), span(object))
    }

    fn prefix(&self, node: Node) -> Kind {
        let Some(inner) = children(node).into_iter().find(|child| !matches!(child.kind(), "label" | "annotation")) else { return Kind::Unknown(Vec::new()) };
        let operand = self.expression(inner);
        match operand.kind {
            _ if child_of_kind(node, "!").is_some() => Kind::Not(Box::new(operand)),
            Kind::Number(number) if child_of_kind(node, "-").is_some() => Kind::Number(format!("-{number}")),
            kind if child_of_kind(node, "label").is_some() => kind,
            kind => Kind::Unknown(vec![expression(kind, operand.span)]),
        }
    }

    /// Long concatenations lean to the left, as deep as they are long; they are walked in a loop.
    fn binary(&self, node: Node) -> Expression {
        let mut pending = vec![node];
        let mut left = children(node).first().copied();
        while let Some(inner) = left.filter(|inner| inner.kind() == node.kind() && pending.len() < MAX_DEPTH as usize) {
            pending.push(inner);
            left = children(inner).first().copied();
        }
        let mut result = match left {
            Some(first) if first.kind() != node.kind() => self.expression(first),
            _ => unknown(Vec::new(), span(node)),
        };
        while let Some(outer) = pending.pop() {
            let mut cursor = outer.walk();
            let operator = outer.children(&mut cursor).find(|child| !child.is_named()).map_or("", |child| self.text(child));
            let operator = match operator {
                "&&" => "and",
                "||" => "or",
                "?:" => "??",
                "===" => "==",
                "!==" => "!=",
                other => other,
            };
            let right = children(outer).get(1).map_or_else(|| unknown(Vec::new(), span(outer)), |right| self.expression(*right));
            result = binary(operator, result, right, span(outer));
        }
        result
    }

    /// `x is T`, `x in list`.
    fn check(&self, node: Node) -> Kind {
        let parts = children(node);
        let at = span(node);
        let (Some(left), Some(right)) = (parts.first(), parts.get(1)) else { return Kind::Unknown(self.expressions(node)) };
        let (operator, right) = match child_of_kind(node, "is") {
            Some(_) => ("instanceof", path(&self.type_of(*right).name, at)),
            None => ("in", self.expression(*right)),
        };
        let test = binary(operator, self.expression(*left), right, at);
        if child_of_kind(node, "!").is_some() { Kind::Not(Box::new(test)) } else { test.kind }
    }

    /// `if` as a value.
    fn conditional(&self, node: Node) -> Expression {
        let at = span(node);
        let single = |field: &'static str| {
            let parts = children(node.field(field)?);
            match parts.as_slice() {
                [only] if only.kind() != "statements" => Some(*only),
                [block] => match children(*block).as_slice() {
                    [only] => Some(*only),
                    _ => None,
                },
                _ => None,
            }
        };
        match (single("consequence"), single("alternative")) {
            (Some(then), Some(otherwise)) => {
                let condition = Box::new(self.field_expression(node, "condition"));
                let kind = Kind::Conditional { condition, then: Box::new(self.expression(then)), otherwise: Box::new(self.expression(otherwise)) };
                expression(kind, at)
            }
            _ => {
                let mut body = Vec::new();
                self.statement(node, &mut body);
                switch_value(body, at)
            }
        }
    }
}

fn is_lambda(value: &Expression) -> bool {
    matches!(value.kind, Kind::Function(_))
}
