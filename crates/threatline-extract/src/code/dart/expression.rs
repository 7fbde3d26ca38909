//! Expressions, arguments, closures and cascades.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::{Case, switch, switch_value};
use crate::code::tree::*;
use crate::code::walk::*;
use ExpressionKind as Kind;
use tree_sitter::Node;

/// The name of the object that a cascade is about.
const OBJECT: &str = "(cascade)";

impl Lowering<'_> {
    /// An expression; too deep a one is unknown.
    pub(super) fn expression(&self, node: Node) -> Expression {
        self.deeper(|| self.expression_at(node)).unwrap_or_else(|| unknown(Vec::new(), span(node)))
    }

    fn expressions(&self, node: Node) -> Vec<Expression> {
        children(node).into_iter().map(|child| self.expression(child)).collect()
    }

    fn first(&self, node: Node) -> Expression {
        children(node).first().map_or_else(|| unknown(Vec::new(), span(node)), |child| self.expression(*child))
    }

    fn field_value(&self, node: Node, field: &'static str) -> Expression {
        node.field(field).map_or_else(|| unknown(Vec::new(), span(node)), |child| self.expression(child))
    }

    fn expression_at(&self, node: Node) -> Expression {
        let at = span(node);
        let kind = match node.kind() {
            "identifier" | "type_identifier" | "identifier_dollar_escaped" => Kind::Name(self.text(node).to_owned()),
            "this" => Kind::Name("self".into()),
            "super" => Kind::Name("super".into()),
            "string_literal" => self.string_literal(node),
            "true" | "false" | "boolean_literal" => Kind::Boolean(self.text(node) == "true"),
            "null_literal" => Kind::Null,
            "decimal_integer_literal" | "hex_integer_literal" | "decimal_floating_point_literal" => Kind::Number(self.text(node).to_owned()),
            "member_expression" | "null_aware_member_expression" => {
                let property = self.field_text(node, "property").to_owned();
                return member(self.field_value(node, "object"), property, at);
            }
            "index_expression" | "null_aware_index_expression" => {
                Kind::Index { object: Box::new(self.field_value(node, "object")), index: Box::new(self.field_value(node, "index")) }
            }
            "call_expression" => {
                let arguments = node.field("arguments").map(|list| self.arguments(list)).unwrap_or_default();
                return call(self.field_value(node, "function"), arguments, at);
            }
            "const_object_expression" | "new_expression" => {
                let made = node.field("type").map(|ty| self.type_of(ty)).unwrap_or_default();
                let arguments = node.field("arguments").map(|list| self.arguments(list)).unwrap_or_default();
                let named = node.field("constructor").or_else(|| child_of_kind(node, "identifier"));
                return match named {
                    Some(named) => call(member(path(&made.name, at), self.text(named), at), arguments, at),
                    None => construct(made, arguments, at),
                };
            }
            "cascade" => return self.cascade(node),
            "function_expression" => Kind::Function(Box::new(self.closure(node))),
            "unary_expression" => {
                let inner = children(node).into_iter().next_back().map_or_else(|| unknown(Vec::new(), at), |inner| self.expression(inner));
                match (self.field_text(node, "operator"), inner.kind) {
                    ("!", kind) => Kind::Not(Box::new(expression(kind, at))),
                    ("-", Kind::Number(number)) => Kind::Number(format!("-{number}")),
                    (_, kind) => kind,
                }
            }
            "assignable_expression" if node.field("property").is_some() => {
                let property = self.field_text(node, "property").to_owned();
                return member(self.field_value(node, "object"), property, at);
            }
            "assignable_expression" if node.field("index").is_some() => {
                Kind::Index { object: Box::new(self.field_value(node, "object")), index: Box::new(self.field_value(node, "index")) }
            }
            "await_expression"
            | "null_assertion_expression"
            | "parenthesized_expression"
            | "type_cast_expression"
            | "assignable_expression"
            | "const_expression" => return self.first(node),
            "type_test_expression" => {
                let ty = child_of_kind(node, "type_test").and_then(|test| child_of_kind(test, "type")).map(|ty| self.type_of(ty).name).unwrap_or_default();
                return binary("instanceof", self.first(node), path(&ty, at), at);
            }
            "conditional_expression" => Kind::Conditional {
                condition: Box::new(self.first(node)),
                then: Box::new(self.field_value(node, "consequence")),
                otherwise: Box::new(self.field_value(node, "alternative")),
            },
            "if_null_expression"
            | "logical_or_expression"
            | "logical_and_expression"
            | "equality_expression"
            | "relational_expression"
            | "additive_expression"
            | "multiplicative_expression" => return self.binary(node),
            "assignment_expression" => return self.field_value(node, "right"),
            "list_literal" => Kind::List(self.elements(node)),
            "set_or_map_literal" => self.map(node),
            "switch_expression" => return self.choice_value(node),
            "throw_expression" => Kind::Unknown(self.expressions(node)),
            "symbol_literal" => Kind::String(self.text(node).trim_start_matches('#').to_owned()),
            _ => Kind::Unknown(self.expressions(node)),
        };
        expression(kind, at)
    }

    /// Items of a list, those that stand there on a condition or are spread among them.
    fn elements(&self, node: Node) -> Vec<Expression> {
        let mut out = Vec::new();
        for child in children(node) {
            match child.kind() {
                "type_arguments" => {}
                "if_element" => {
                    let parts = ["consequence", "alternative"].into_iter().filter_map(|field| child.field(field));
                    out.extend(parts.map(|part| self.expression(part)));
                }
                "spread_element" => out.push(self.field_value(child, "value")),
                _ => out.push(self.expression(child)),
            }
        }
        out
    }

    fn map(&self, node: Node) -> Kind {
        let is_set =
            children(node).iter().any(|child| !matches!(child.kind(), "map_element" | "spread_element" | "type_arguments" | "if_element" | "for_element"));
        if is_set {
            return Kind::List(self.elements(node));
        }
        let at = span(node);
        let mut entries = Vec::new();
        for child in children(node) {
            match child.kind() {
                "map_element" => entries.push((self.field_value(child, "key"), self.field_value(child, "value"))),
                "spread_element" => entries.push((expression(Kind::Null, at), self.field_value(child, "value"))),
                _ => {}
            }
        }
        Kind::Map(entries)
    }

    /// `a..b(x)..c = y`: one step after the other, and a again.
    fn cascade(&self, node: Node) -> Expression {
        let at = span(node);
        let parts = children(node);
        let Some((object, sections)) = parts.split_first() else { return unknown(Vec::new(), at) };
        let own = || name(OBJECT, at);
        let mut body = vec![assign(own(), None, Some(self.expression(*object)), at)];
        for section in sections.iter().filter(|section| section.kind() == "cascade_section") {
            let inner = children(*section);
            let Some(first) = inner.first() else { continue };
            let at = span(*section);
            let step = match first.kind() {
                "cascade_call_expression" => {
                    let callee = match first.field("property") {
                        Some(property) => member(own(), self.text(property), at),
                        None => own(),
                    };
                    let arguments = first.field("arguments").map(|list| self.arguments(list)).unwrap_or_default();
                    statement(StatementKind::Expression(call(callee, arguments, at)), at)
                }
                "cascade_selector" => {
                    let property = child_of_kind(*first, "identifier").map(|property| self.text(property)).unwrap_or_default();
                    let target = member(own(), property, at);
                    match inner.get(1) {
                        Some(value) => assign(target, None, Some(self.expression(*value)), at),
                        None => statement(StatementKind::Expression(target), at),
                    }
                }
                _ => statement(StatementKind::Expression(unknown(self.expressions(*section), at)), at),
            };
            body.push(step);
        }
        body.push(statement(StatementKind::Return(Some(own())), at));
        let function = Function { body, public: true, span: at, line: at.line, ..Function::default() };
        call(expression(Kind::Function(Box::new(function)), at), Vec::new(), at)
    }

    pub(super) fn arguments(&self, list: Node) -> Vec<Argument> {
        let one = |node: Node| match node.kind() {
            "named_argument" => {
                let parts = children(node);
                let name = parts.first().map(|label| self.text(*label).trim_end_matches(':').trim().to_owned());
                Some(Argument { name, value: self.expression(*parts.get(1)?), spread: false })
            }
            "annotation_open_paren" | "type_arguments" => None,
            "argument" => Some(argument(self.first(node))),
            _ => Some(argument(self.expression(node))),
        };
        // the object itself is a word without a node of its own name
        let mut cursor = list.walk();
        list.children(&mut cursor).filter(|child| (child.is_named() && !child.is_extra()) || child.kind() == "this").filter_map(one).collect()
    }

    fn closure(&self, node: Node) -> Function {
        let at = span(node);
        let mut function = Function { public: true, span: at, line: at.line, ..Function::default() };
        if let Some(list) = node.field("parameters") {
            self.parameters(list, &mut function);
        }
        function.body = node.field("body").map(|body| self.body(body)).unwrap_or_default();
        function
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
            let operator = match outer.kind() {
                "if_null_expression" => "??",
                "logical_or_expression" => "or",
                "logical_and_expression" => "and",
                _ => self.field_text(outer, "operator"),
            };
            let operands: Vec<Node> = children(outer).into_iter().filter(|child| !child.kind().ends_with("_operator")).collect();
            for right in operands.iter().skip(1) {
                result = binary(operator, result, self.expression(*right), span(outer));
            }
        }
        result
    }

    /// `switch (x) { a => b, _ => c }`
    fn choice_value(&self, node: Node) -> Expression {
        let at = span(node);
        let value = self.field_value(node, "condition");
        let mut cases = Vec::new();
        for entry in children_of(node, "body").into_iter().filter(|entry| entry.kind() == "switch_expression_case") {
            let parts = children(entry);
            let Some((answer, patterns)) = parts.split_last() else { continue };
            let mut case = Case::default();
            patterns.iter().for_each(|pattern| self.label(*pattern, &mut case));
            let answer_at = span(*answer);
            let kind = match answer.kind() {
                "throw_expression" => StatementKind::Throw(answer.field("value").map(|value| self.expression(value))),
                _ => StatementKind::Expression(self.expression(*answer)),
            };
            case.body.push(statement(kind, answer_at));
            case.push(&mut cases);
        }
        switch_value(switch(value, cases, at), at)
    }

    /// Adjacent texts are one.
    fn string_literal(&self, node: Node) -> Kind {
        let mut pieces = Pieces::new(span(node));
        for part in children(node) {
            let is_raw = part.kind().starts_with("raw");
            for child in children(part) {
                match child.kind() {
                    "template_substitution" => pieces.value(children(child).first().map(|inner| self.expression(*inner))),
                    "escape_sequence" if !is_raw => pieces.words(unescaped(self.text(child))),
                    _ => pieces.words(self.text(child)),
                }
            }
        }
        pieces.finish()
    }
}
