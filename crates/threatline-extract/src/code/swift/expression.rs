//! Expressions, arguments and closures.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::switch_value;
use crate::code::tree::*;
use crate::code::walk::*;
use ExpressionKind as Kind;
use tree_sitter::Node;

impl Lowering<'_> {
    /// An expression; too deep a one is unknown.
    pub(super) fn expression(&self, node: Node) -> Expression {
        self.deeper(|| self.expression_at(node)).unwrap_or_else(|| unknown(Vec::new(), span(node)))
    }

    fn field_value(&self, node: Node, field: &'static str) -> Expression {
        match node.field(field) {
            Some(child) => self.expression(child),
            None => unknown(Vec::new(), span(node)),
        }
    }

    fn expressions(&self, node: Node) -> Vec<Expression> {
        children(node).into_iter().map(|child| self.expression(child)).collect()
    }

    fn expression_at(&self, node: Node) -> Expression {
        let at = span(node);
        let kind = match node.kind() {
            "simple_identifier" | "type_identifier" => Kind::Name(self.plain_name(node)),
            "self_expression" => Kind::Name("self".into()),
            "super_expression" => Kind::Name("super".into()),
            "user_type" => return path(&self.type_of(node).name, at),
            "line_string_literal" | "multi_line_string_literal" => self.pieces(node),
            "raw_string_literal" => Kind::String(self.text(node).trim_matches('#').trim_matches('"').to_owned()),
            "boolean_literal" => Kind::Boolean(self.text(node) == "true"),
            "integer_literal" | "real_literal" | "hex_literal" | "bin_literal" | "oct_literal" => Kind::Number(self.text(node).to_owned()),
            "nil" => Kind::Null,
            "navigation_expression" => return self.navigation(node),
            "call_expression" => return self.call_expression(node),
            "constructor_expression" => {
                let made = node.field("constructed_type").map(|ty| self.type_of(ty)).unwrap_or_default();
                let arguments = child_of_kind(node, "constructor_suffix").map(|suffix| self.suffix(suffix)).unwrap_or_default();
                return construct(made, arguments, at);
            }
            "try_expression" | "await_expression" => return self.field_value(node, "expr"),
            "as_expression" => return self.field_value(node, "expr"),
            "postfix_expression" | "optional_chain_marker" => return self.field_value(node, "target"),
            "directly_assignable_expression" => return children(node).first().map_or_else(|| unknown(Vec::new(), at), |inner| self.expression(*inner)),
            "tuple_expression" => match children_of(node, "value").as_slice() {
                [only] => return self.expression(*only),
                parts => Kind::List(parts.iter().map(|part| self.expression(*part)).collect()),
            },
            "array_literal" => Kind::List(children_of(node, "element").into_iter().map(|part| self.expression(part)).collect()),
            "dictionary_literal" => {
                let keys = children_of(node, "key").into_iter().map(|part| self.expression(part));
                let values: Vec<Expression> = children_of(node, "value").into_iter().map(|part| self.expression(part)).collect();
                Kind::Map(keys.zip(values).collect())
            }
            "lambda_literal" => Kind::Function(Box::new(self.closure(node))),
            "prefix_expression" => self.prefix(node),
            "ternary_expression" => Kind::Conditional {
                condition: Box::new(self.field_value(node, "condition")),
                then: Box::new(self.field_value(node, "if_true")),
                otherwise: Box::new(self.field_value(node, "if_false")),
            },
            "nil_coalescing_expression" => return binary("??", self.field_value(node, "value"), self.field_value(node, "if_nil"), at),
            "additive_expression"
            | "multiplicative_expression"
            | "equality_expression"
            | "comparison_expression"
            | "conjunction_expression"
            | "disjunction_expression"
            | "infix_expression"
            | "bitwise_operation" => return self.binary(node),
            "check_expression" => {
                let ty = node.field("name").map(|ty| self.type_of(ty).name).unwrap_or_default();
                return binary("instanceof", self.field_value(node, "target"), path(&ty, at), at);
            }
            "if_statement" | "switch_statement" => {
                let mut body = Vec::new();
                self.statement(node, &mut body);
                return switch_value(body, at);
            }
            "selector_expression" | "key_path_expression" => Kind::Unknown(Vec::new()),
            _ => Kind::Unknown(self.expressions(node)),
        };
        expression(kind, at)
    }

    fn navigation(&self, node: Node) -> Expression {
        let at = span(node);
        let object = self.field_value(node, "target");
        let Some(suffix) = node.field("suffix").and_then(|suffix| suffix.field("suffix")) else { return object };
        let named = self.plain_name(suffix);
        // `User.self` is the type itself
        if named == "self" {
            return object;
        }
        member(object, named, at)
    }

    /// `f(x)`, `f(x) { … } then: { … }`, `a["key"]`.
    fn call_expression(&self, node: Node) -> Expression {
        let at = span(node);
        let parts = children(node);
        let (Some(called), Some(suffix)) = (parts.first(), parts.iter().find(|part| part.kind() == "call_suffix")) else {
            return unknown(self.expressions(node), at);
        };
        let callee = self.expression(*called);
        let arguments = self.suffix(*suffix);
        let is_index = child_of_kind(*suffix, "value_arguments").is_some_and(|list| self.text(list).starts_with('['));
        if is_index {
            // `query[String.self, at: "q"]`: by what it is called
            let key = arguments.into_iter().next_back().map_or_else(|| unknown(Vec::new(), at), |one| one.value);
            return expression(Kind::Index { object: Box::new(callee), index: Box::new(key) }, at);
        }
        if let Kind::Member { object, name: named } = &callee.kind
            && named == "init"
        {
            return match &object.kind {
                Kind::Name(word) if word == "super" || word == "self" => call((**object).clone(), arguments, at),
                _ => call((**object).clone(), arguments, at),
            };
        }
        call(callee, arguments, at)
    }

    /// Arguments between parentheses, then closures, which may be labelled.
    fn suffix(&self, node: Node) -> Vec<Argument> {
        let mut out = Vec::new();
        let mut label = None;
        for child in children(node) {
            match child.kind() {
                "value_arguments" => out.extend(children(child).into_iter().filter(|one| one.kind() == "value_argument").filter_map(|one| self.argument(one))),
                "lambda_literal" => out.push(Argument { name: label.take(), value: self.expression(child), spread: false }),
                "simple_identifier" => label = Some(self.plain_name(child)),
                _ => {}
            }
        }
        out
    }

    fn argument(&self, node: Node) -> Option<Argument> {
        let name = node.field("name").map(|name| self.plain_name(name));
        let value = node.field("value")?;
        Some(Argument { name, value: self.expression(value), spread: false })
    }

    fn prefix(&self, node: Node) -> Kind {
        let operation = self.field_text(node, "operation");
        let Some(target) = node.field("target") else { return Kind::Unknown(self.expressions(node)) };
        match operation {
            // `.get`: a member of the type that is asked for
            "." => Kind::Name(format!(".{}", self.plain_name(target))),
            "!" => Kind::Not(Box::new(self.expression(target))),
            "-" if target.kind().ends_with("_literal") => Kind::Number(format!("-{}", self.text(target))),
            "&" => self.expression(target).kind,
            _ => Kind::Unknown(vec![self.expression(target)]),
        }
    }

    /// Long concatenations lean to the left, as deep as they are long; they are walked in a loop.
    fn binary(&self, node: Node) -> Expression {
        let mut pending = vec![node];
        let mut left = node.field("lhs");
        while let Some(inner) = left.filter(|inner| inner.kind() == node.kind() && pending.len() < MAX_DEPTH as usize) {
            pending.push(inner);
            left = inner.field("lhs");
        }
        let mut result = match left {
            Some(first) if first.kind() != node.kind() => self.expression(first),
            _ => unknown(Vec::new(), span(node)),
        };
        while let Some(outer) = pending.pop() {
            let operator = match self.field_text(outer, "op") {
                "&&" => "and",
                "||" => "or",
                "===" => "==",
                "!==" => "!=",
                other => other,
            };
            let right = outer.field("rhs").map_or_else(|| unknown(Vec::new(), span(outer)), |right| self.expression(right));
            result = binary(operator, result, right, span(outer));
        }
        result
    }

    /// `{ a, b in … }`, `{ $0.name }`.
    fn closure(&self, node: Node) -> Function {
        let at = span(node);
        let mut function = Function { public: true, span: at, line: at.line, ..Function::default() };
        if let Some(ty) = node.field("type") {
            let lists = children(ty).into_iter().filter(|child| child.kind() == "lambda_function_type_parameters").flat_map(children);
            for one in lists.filter(|one| one.kind() == "lambda_parameter") {
                let mut names = children_of(one, "name").into_iter();
                let named = names.next().map(|name| self.plain_name(name)).unwrap_or_default();
                function.parameters.push(Parameter { name: named, declared: names.next().map(|ty| self.type_of(ty)), span: span(one), ..Parameter::default() });
            }
            function.returns = ty.field("name").map(|ty| self.type_of(ty));
        } else {
            let text = self.text(node);
            let count = (0..4).rev().find(|number| text.contains(&format!("${number}"))).map_or(0, |last| last + 1);
            function.parameters = (0..count).map(|number| Parameter { name: format!("${number}"), span: at, ..Parameter::default() }).collect();
        }
        function.body = child_of_kind(node, "statements").map(|body| self.body(body)).unwrap_or_default();
        function
    }

    fn pieces(&self, node: Node) -> Kind {
        let mut pieces = Pieces::new(span(node));
        for child in children(node) {
            match child.kind() {
                "interpolated_expression" => pieces.value(child.field("value").map(|value| self.expression(value))),
                "str_escaped_char" => pieces.words(unescaped(self.text(child))),
                _ => pieces.words(self.text(child)),
            }
        }
        pieces.finish()
    }
}
