//! Expressions, arguments and lambdas.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::{self, Case, MAX_DEPTH, binary, children, effect, expression, line, member, name, path, span, unknown};
use crate::code::tree::{Argument, Expression, ExpressionKind as Kind, Function, Parameter, Span, Statement, StatementKind, Type};
use tree_sitter::Node;

impl Lowering<'_> {
    /// An expression; too deep a one is unknown.
    pub(super) fn expression(&self, node: Node) -> Expression {
        self.expression_of(node, None)
    }

    /// An expression whose type is declared beside it.
    pub(super) fn expression_of(&self, node: Node, declared: Option<&Type>) -> Expression {
        self.deeper(|| self.expression_at(node, declared)).unwrap_or_else(|| unknown(Vec::new(), span(node)))
    }

    /// The expression under a field; unknown when the parser found none.
    pub(super) fn field_expression(&self, node: Node, field: &'static str) -> Expression {
        match node.field(field) {
            Some(child) => self.expression(child),
            None => unknown(Vec::new(), span(node)),
        }
    }

    /// All children as expressions.
    pub(super) fn expressions(&self, node: Node) -> Vec<Expression> {
        children(node).into_iter().map(|child| self.expression(child)).collect()
    }

    /// The first child as an expression: for what is transparent.
    fn inner(&self, node: Node, declared: Option<&Type>) -> Expression {
        match children(node).first() {
            Some(inner) => self.expression_of(*inner, declared),
            None => unknown(Vec::new(), span(node)),
        }
    }

    fn expression_at(&self, node: Node, declared: Option<&Type>) -> Expression {
        let at = span(node);
        let kind = match node.kind() {
            "identifier" | "predefined_type" => Kind::Name(self.text(node).trim_start_matches('@').to_owned()),
            "this" => Kind::Name("self".into()),
            "base" => Kind::Name("super".into()),
            "string_literal" | "character_literal" => Kind::String(self.string(node)),
            "verbatim_string_literal" => Kind::String(self.verbatim(node)),
            "raw_string_literal" => Kind::String(self.raw(node)),
            "interpolated_string_expression" => return self.interpolated(node),
            "boolean_literal" => Kind::Boolean(self.text(node) == "true"),
            "null_literal" => Kind::Null,
            "integer_literal" | "real_literal" => Kind::Number(self.text(node).to_owned()),
            "generic_name" | "qualified_name" | "alias_qualified_name" | "nullable_type" | "array_type" => {
                return path(&plain(self.type_of(node)).name, at);
            }
            "member_access_expression" => return self.member_access(node, at),
            "conditional_access_expression" => return self.conditional_access(node, at),
            "invocation_expression" => return self.invocation(node, at),
            "element_access_expression" => {
                let object = self.field_expression(node, "expression");
                return self.index(object, node.field("subscript"), at);
            }
            "object_creation_expression" | "implicit_object_creation_expression" => return self.creation(node, declared, at),
            "anonymous_object_creation_expression" => return self.anonymous_object(node, at),
            "array_creation_expression" | "implicit_array_creation_expression" | "stackalloc_expression" => {
                match children(node).into_iter().find(|child| child.kind() == "initializer_expression") {
                    Some(elements) => return self.expression(elements),
                    None => Kind::List(Vec::new()),
                }
            }
            "initializer_expression" | "collection_expression" => Kind::List(self.expressions(node)),
            "tuple_expression" => Kind::List(self.arguments(Some(node)).into_iter().map(|argument| argument.value).collect()),
            "lambda_expression" | "anonymous_method_expression" => Kind::Function(Box::new(self.lambda(node))),
            "parenthesized_expression" | "await_expression" | "checked_expression" | "ref_expression" | "expression_element" | "collection_element" => {
                return self.inner(node, declared);
            }
            "spread_element" => Kind::Unknown(self.expressions(node)),
            "argument" | "attribute_argument" => return self.argument(node).value,
            "cast_expression" => return self.field_expression(node, "value"),
            "as_expression" => return self.field_expression(node, "left"),
            "postfix_unary_expression" if self.has_token(node, "!") || self.text(node).ends_with('!') => return self.inner(node, declared),
            "prefix_unary_expression" => return self.unary(node, at),
            "assignment_expression" => return self.field_expression(node, "right"),
            "binary_expression" => return self.binary(node),
            "is_expression" | "is_pattern_expression" => return self.is(node, at),
            "conditional_expression" => Kind::Conditional {
                condition: Box::new(self.field_expression(node, "condition")),
                then: Box::new(self.field_expression(node, "consequence")),
                otherwise: Box::new(self.field_expression(node, "alternative")),
            },
            "typeof_expression" => {
                let plain = plain(self.type_of_field(node, "type").unwrap_or_default());
                return path(&plain.name, at);
            }
            "declaration_expression" => Kind::Name(self.field_text(node, "name").to_owned()),
            "switch_expression" => return self.switch_value(node),
            "default_expression" | "sizeof_expression" | "discard" => Kind::Unknown(Vec::new()),
            _ => Kind::Unknown(self.expressions(node)),
        };
        expression(kind, at)
    }

    fn member_access(&self, node: Node, at: Span) -> Expression {
        let object = self.field_expression(node, "expression");
        member(object, self.plain_name(node), at)
    }

    /// The name under `name`, without type arguments.
    fn plain_name(&self, node: Node) -> String {
        node.field("name").map(|child| self.type_of(child).name).unwrap_or_default()
    }

    /// `a?.b`, `a?[0]`.
    fn conditional_access(&self, node: Node, at: Span) -> Expression {
        let object = self.field_expression(node, "condition");
        let bound = children(node).into_iter().rfind(|child| child.kind().ends_with("binding_expression"));
        match bound {
            Some(bound) if bound.kind() == "element_binding_expression" => self.index(object, Some(bound), at),
            Some(bound) => member(object, self.plain_name(bound), at),
            None => object,
        }
    }

    fn index(&self, object: Expression, arguments: Option<Node>, at: Span) -> Expression {
        let first = self.arguments(arguments).into_iter().next().map(|argument| argument.value);
        let index = Box::new(first.unwrap_or_else(|| unknown(Vec::new(), at)));
        expression(Kind::Index { object: Box::new(object), index }, at)
    }

    fn invocation(&self, node: Node, at: Span) -> Expression {
        let Some(function) = node.field("function") else { return unknown(self.expressions(node), at) };
        let list = node.field("arguments");
        if self.text(function) == "nameof" {
            let named = list.map(|list| self.text(list).trim_matches(['(', ')', ' '])).unwrap_or_default();
            return expression(Kind::String(named.rsplit('.').next().unwrap_or_default().to_owned()), at);
        }
        let mut callee = self.expression(function);
        let called = called_name(function);
        if matches!(callee.kind, Kind::Member { .. }) {
            // The callee's lines are those of the name: in a long chain each call has its own.
            callee.span = span(called);
        }
        let types = if called.kind() == "generic_name" { self.type_of(called).arguments } else { Vec::new() };
        expression(Kind::Call { callee: Box::new(callee), arguments: self.arguments(list), types, construct: false }, at)
    }

    /// The arguments of a call, an index or a tuple.
    pub(super) fn arguments(&self, list: Option<Node>) -> Vec<Argument> {
        list.map(children).unwrap_or_default().into_iter().map(|child| self.argument(child)).collect()
    }

    /// One argument, with its name if it has one.
    pub(super) fn argument(&self, node: Node) -> Argument {
        if !matches!(node.kind(), "argument" | "attribute_argument") {
            return Argument { name: None, value: self.expression(node), spread: false };
        }
        let label = node.field("name");
        let value = children(node).into_iter().rfind(|child| Some(child.id()) != label.map(|label| label.id()));
        Argument {
            name: label.map(|label| self.text(label).to_owned()),
            value: value.map_or_else(|| unknown(Vec::new(), span(node)), |value| self.expression(value)),
            spread: false,
        }
    }

    fn unary(&self, node: Node, at: Span) -> Expression {
        let operand = self.inner(node, None);
        match (self.text(node).chars().next(), operand.kind) {
            (Some('!'), kind) => expression(Kind::Not(Box::new(expression(kind, operand.span))), at),
            (Some('-'), Kind::Number(number)) => expression(Kind::Number(format!("-{number}")), at),
            (Some('&' | '*' | '^' | '+'), kind) => expression(kind, at),
            (_, kind) => unknown(vec![expression(kind, operand.span)], at),
        }
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
            let operator = match self.field_text(outer, "operator") {
                "&&" => "and",
                "||" => "or",
                other => other,
            };
            result = binary(operator, result, self.field_expression(outer, "right"), span(outer));
        }
        result
    }

    /// `x is null`, `x is not null`, `x is Order o`, `x is 1 or 2`.
    fn is(&self, node: Node, at: Span) -> Expression {
        let children = children(node);
        let (Some(left), Some(tested)) = (children.first(), children.last()) else { return unknown(Vec::new(), at) };
        let left = self.expression(*left);
        match self.text(*tested).split_whitespace().collect::<Vec<_>>().as_slice() {
            ["null"] => binary("==", left, expression(Kind::Null, at), at),
            ["not", "null"] => binary("!=", left, expression(Kind::Null, at), at),
            _ => match tested.kind() {
                "constant_pattern" => binary("==", left, self.inner(*tested, None), at),
                "declaration_pattern" | "recursive_pattern" => {
                    let tested = self.type_of_field(*tested, "type").unwrap_or_default();
                    binary("is", left, path(&tested.name, at), at)
                }
                _ => binary("is", left, self.expression(*tested), at),
            },
        }
    }

    fn lambda(&self, node: Node) -> Function {
        let at = span(node);
        let mut function = Function {
            annotations: self.attributes(node),
            returns: self.type_of_field(node, "type"),
            span: at,
            line: line(node.start_position().row),
            public: true,
            is_static: self.has_modifier(node, "static"),
            ..Function::default()
        };
        if let Some(parameters) = node.field("parameters") {
            function.parameters = match parameters.kind() {
                "parameter_list" => self.parameters(parameters),
                _ => vec![Parameter { name: self.text(parameters).to_owned(), span: span(parameters), ..Parameter::default() }],
            };
        }
        let body = node.field("body").or_else(|| children(node).into_iter().rfind(|child| child.kind() == "block"));
        function.body = body.map(|body| self.value_body(body)).unwrap_or_default();
        function
    }

    /// A body: a block, an assignment for its effect, or the value that it gives back.
    pub(super) fn value_body(&self, body: Node) -> Vec<Statement> {
        let mut out = Vec::new();
        match body.kind() {
            "block" => return self.nested(Some(body)),
            "arrow_expression_clause" => {
                if let Some(inner) = children(body).first() {
                    return self.value_body(*inner);
                }
            }
            "assignment_expression" => self.assignment(body, &mut out),
            "throw_expression" => {
                let thrown = children(body).first().map(|thrown| self.expression(*thrown));
                out.push(Statement { kind: StatementKind::Throw(thrown), span: span(body) });
            }
            _ => out.push(Statement { kind: StatementKind::Return(Some(self.expression(body))), span: span(body) }),
        }
        out
    }

    /// `x switch { 1 => "a", _ => "b" }`.
    fn switch_value(&self, node: Node) -> Expression {
        let mut parts = children(node).into_iter();
        let value = parts.next().map_or_else(|| unknown(Vec::new(), span(node)), |value| self.expression(value));
        let mut cases = Vec::new();
        for arm in parts.filter(|part| part.kind() == "switch_expression_arm") {
            let mut case = Case::default();
            let inner = children(arm);
            let Some((result, tests)) = inner.split_last() else { continue };
            tests.iter().for_each(|test| self.label(*test, &mut case));
            case.body = match result.kind() {
                "throw_expression" => self.value_body(*result),
                _ => vec![effect(self.expression(*result))],
            };
            case.push(&mut cases);
        }
        parts::switch_value(parts::switch(value, cases, span(node)), span(node))
    }

    /// `("GET", "/")`: constants side by side, and what may be anything.
    fn positions(&self, node: Node) -> Option<Expression> {
        let [clause] = children(node)[..] else { return None };
        if clause.kind() != "positional_pattern_clause" {
            return None;
        }
        let parts = children(clause).into_iter().map(|part| {
            let pattern = if part.kind() == "subpattern" { *children(part).last()? } else { part };
            match pattern.kind() {
                "constant_pattern" => Some(self.inner(pattern, None)),
                "discard" => Some(unknown(Vec::new(), span(pattern))),
                _ => None,
            }
        });
        let items = parts.collect::<Option<Vec<Expression>>>()?;
        Some(expression(Kind::List(items), span(node)))
    }

    /// What leads to a case of a switch.
    pub(super) fn label(&self, node: Node, case: &mut Case) {
        match node.kind() {
            "constant_pattern" => case.labels.push(self.inner(node, None)),
            "or_pattern" => {
                self.deeper(|| children(node).into_iter().for_each(|child| self.label(child, case)));
            }
            "when_clause" if !case.labels.is_empty() => {
                case.guard = children(node).first().map(|condition| self.expression(*condition));
            }
            "recursive_pattern" => match self.positions(node) {
                Some(label) => case.labels.push(label),
                None => case.opaque = true,
            },
            "discard" | "var_pattern" => case.default = true,
            kind if kind.ends_with("_pattern") || kind == "when_clause" => case.opaque = true,
            _ => case.labels.push(self.expression(node)),
        }
    }
}

/// The name that is called: the last one of the function's expression.
fn called_name(function: Node) -> Node {
    match function.kind() {
        "member_access_expression" => function.field("name").unwrap_or(function),
        "conditional_access_expression" => {
            let bound = children(function).into_iter().rfind(|child| child.kind() == "member_binding_expression");
            bound.and_then(|bound| bound.field("name")).unwrap_or(function)
        }
        _ => function,
    }
}

/// The element's type, for arrays.
fn plain(written: Type) -> Type {
    if written.name == "[]" { written.arguments.into_iter().next().unwrap_or_default() } else { written }
}

/// A name that nobody gave.
pub(super) fn nameless(at: Span) -> Expression {
    name("", at)
}
