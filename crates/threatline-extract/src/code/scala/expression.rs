//! Expressions, arguments and functions without a name.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use ExpressionKind as Kind;
use tree_sitter::Node;

/// Objects of the language's library that give back a list of what they are given.
const LISTS: &[&str] = &["List", "Seq", "Vector", "Set", "Array", "IndexedSeq", "NonEmptyList.of", "Chunk"];
/// What holds one value and is as good as that.
const HOLDERS: &[&str] = &["Some", "Right", "Option", "Success", "Future.successful", "IO.pure", "ZIO.succeed"];

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

    /// An expression that stands for itself: with blanks in it, it is a function of them.
    pub(super) fn whole_expression(&self, node: Node) -> Expression {
        let at = span(node);
        if node.kind() == "wildcard" {
            return self.expression(node);
        }
        let is_function = self.has_blank(node, 0);
        let around = self.blanks.replace(is_function.then_some(0));
        let value = self.expression(node);
        let count = self.blanks.replace(around).unwrap_or_default();
        if !is_function || count == 0 {
            return value;
        }
        let parameter = |number| Parameter { name: format!("_{number}"), span: at, ..Parameter::default() };
        let body = vec![statement(StatementKind::Return(Some(value)), at)];
        let function = Function { parameters: (1..=count).map(parameter).collect(), body, public: true, span: at, line: at.line, ..Function::default() };
        expression(Kind::Function(Box::new(function)), at)
    }

    /// Whether a blank belongs to this expression, and not to an argument inside.
    fn has_blank(&self, node: Node, depth: u32) -> bool {
        if depth > 64 {
            return false;
        }
        let of = |field: &'static str| node.field(field).is_some_and(|inner| self.has_blank(inner, depth + 1));
        match node.kind() {
            "wildcard" => true,
            "field_expression" => of("value"),
            "infix_expression" => of("left") || of("right"),
            "generic_function" => of("function"),
            "call_expression" => {
                let direct = |list: Node| list.kind() == "arguments" && children(list).iter().any(|one| one.kind() == "wildcard");
                of("function") || node.field("arguments").is_some_and(direct)
            }
            "prefix_expression" | "ascription_expression" => children(node).first().is_some_and(|inner| self.has_blank(*inner, depth + 1)),
            _ => false,
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
            "identifier" | "type_identifier" | "operator_identifier" => match self.text(node) {
                "this" => Kind::Name("self".into()),
                _ => Kind::Name(self.plain_name(node)),
            },
            "wildcard" => match self.blanks.get() {
                Some(count) => {
                    self.blanks.set(Some(count + 1));
                    Kind::Name(format!("_{}", count + 1))
                }
                None => Kind::Unknown(Vec::new()),
            },
            "string" => Kind::String(self.string_literal(node)),
            "interpolated_string_expression" => return self.interpolated(node),
            "character_literal" => Kind::String(unescaped(self.text(node).trim_matches('\'')).to_owned()),
            "symbol_literal" | "quote_expression" => Kind::String(self.text(node).trim_start_matches('\'').to_owned()),
            "boolean_literal" => Kind::Boolean(self.text(node) == "true"),
            "null_literal" => Kind::Null,
            "unit" => Kind::Null,
            "integer_literal" | "floating_point_literal" => Kind::Number(self.text(node).to_owned()),
            "stable_identifier" | "stable_type_identifier" | "generic_type" => return path(&self.type_of(node).name, at),
            "field_expression" => return self.member(node),
            "generic_function" => return self.call_expression(node),
            "call_expression" => return self.call_expression(node),
            "infix_expression" => return self.infix(node),
            "postfix_expression" => {
                let parts = children(node);
                let [object, named] = parts.as_slice() else { return self.first(node) };
                return member(self.expression(*object), self.plain_name(*named), at);
            }
            "prefix_expression" => {
                let inner = self.first(node);
                match (self.text(node).chars().next(), inner.kind) {
                    (Some('!'), kind) => Kind::Not(Box::new(expression(kind, at))),
                    (Some('-'), Kind::Number(number)) => Kind::Number(format!("-{number}")),
                    (_, kind) => Kind::Unknown(vec![expression(kind, at)]),
                }
            }
            "method_value" | "ascription_expression" | "splice_expression" => return self.first(node),
            "parenthesized_expression" => return children(node).first().map_or_else(|| unknown(Vec::new(), at), |inner| self.whole_expression(*inner)),
            "tuple_expression" => Kind::List(children(node).into_iter().map(|child| self.whole_expression(child)).collect()),
            "lambda_expression" => Kind::Function(Box::new(self.lambda(node))),
            "case_block" => Kind::Function(Box::new(self.partial(node))),
            "instance_expression" => return self.instance(node),
            "if_expression" => return self.conditional(node),
            "match_expression" | "try_expression" | "for_expression" => {
                let mut body = Vec::new();
                self.statement(node, &mut body);
                return done_here(body, at);
            }
            "block" | "indented_block" => return self.block_value(node),
            "throw_expression" | "return_expression" => Kind::Unknown(self.expressions(node)),
            "assignment_expression" => return self.field_expression(node, "right"),
            _ => Kind::Unknown(self.expressions(node)),
        };
        expression(kind, at)
    }

    /// `{ x }` is x; of several statements a function that is called where it stands.
    fn block_value(&self, node: Node) -> Expression {
        match children(node).as_slice() {
            [only] if !only.kind().ends_with("_definition") => self.whole_expression(*only),
            _ => done_here(self.block(node), span(node)),
        }
    }

    fn member(&self, node: Node) -> Expression {
        let at = span(node);
        let Some(field) = node.field("field") else { return self.first(node) };
        let named = self.plain_name(field);
        if named == "this" {
            return name("self", at);
        }
        member(self.field_expression(node, "value"), named, span(field))
    }

    /// `f(x)`, `f[T](x)`, `f { … }`, `f[T]`.
    fn call_expression(&self, node: Node) -> Expression {
        let at = span(node);
        let Some(mut called) = node.field("function") else { return unknown(self.expressions(node), at) };
        let mut types = Vec::new();
        let typed = if node.kind() == "generic_function" { Some(node) } else { (called.kind() == "generic_function").then_some(called) };
        if let Some(typed) = typed {
            types = typed.field("type_arguments").map(|list| self.types(list)).unwrap_or_default();
            called = typed.field("function").unwrap_or(called);
        }
        let arguments = match node.field("arguments").filter(|_| node.kind() == "call_expression") {
            Some(list) => self.given(list),
            None => Vec::new(),
        };
        let callee = self.expression(called);
        if let Some(dotted) = written(&callee) {
            if LISTS.contains(&dotted.as_str()) && arguments.iter().all(|one| one.name.is_none() && !one.spread && !is_function(&one.value)) {
                return expression(Kind::List(arguments.into_iter().map(|one| one.value).collect()), at);
            }
            if dotted == "Map" && arguments.iter().all(|one| matches!(&one.value.kind, Kind::Binary { operator, .. } if operator == "->")) {
                return map(arguments, at);
            }
            if HOLDERS.contains(&dotted.as_str())
                && let [only] = arguments.as_slice()
                && !is_function(&only.value)
            {
                return only.value.clone();
            }
        }
        expression(Kind::Call { callee: Box::new(callee), arguments, types, construct: false }, at)
    }

    /// What stands behind the name of what is called: arguments, or a block, which is a function.
    fn given(&self, list: Node) -> Vec<Argument> {
        match list.kind() {
            "arguments" => self.arguments(list),
            "case_block" => vec![argument(self.expression(list))],
            _ => vec![argument(self.block_function(list))],
        }
    }

    /// A block as a function without parameters; one that begins with parameters is written as one.
    fn block_function(&self, node: Node) -> Expression {
        let at = span(node);
        match children(node).as_slice() {
            [only] if matches!(only.kind(), "lambda_expression" | "case_block") => return self.expression(*only),
            [only] if only.kind() == "indented_block" => return self.deeper(|| self.block_function(*only)).unwrap_or_else(|| unknown(Vec::new(), at)),
            [only] if self.has_blank(*only, 0) => return self.whole_expression(*only),
            _ => {}
        }
        let function = Function { body: self.value_block(node), public: true, span: at, line: at.line, ..Function::default() };
        expression(Kind::Function(Box::new(function)), at)
    }

    pub(super) fn arguments(&self, list: Node) -> Vec<Argument> {
        let one = |node: Node| match node.kind() {
            "assignment_expression" => {
                let named = node.field("left").map(|left| self.plain_name(left));
                let value = node.field("right").map_or_else(|| unknown(Vec::new(), span(node)), |value| self.whole_expression(value));
                Argument { name: named, value, spread: false }
            }
            "vararg" => Argument { name: None, value: self.first(node), spread: true },
            _ => argument(self.whole_expression(node)),
        };
        children(list).into_iter().map(one).collect()
    }

    /// `a op b`; with a word between them it is a call of a member.
    fn infix(&self, node: Node) -> Expression {
        let mut pending = vec![node];
        let mut left = node.field("left");
        while let Some(inner) = left.filter(|inner| inner.kind() == "infix_expression" && pending.len() < MAX_DEPTH as usize) {
            pending.push(inner);
            left = inner.field("left");
        }
        let mut result = left.map_or_else(|| unknown(Vec::new(), span(node)), |left| self.expression(left));
        while let Some(outer) = pending.pop() {
            let at = span(outer);
            let operator = self.field_text(outer, "operator");
            let right = outer.field("right");
            // a block behind an operator is a value; a function behind a word is what that is given
            let value =
                || right.map_or_else(|| unknown(Vec::new(), at), |right| if is_block(right) { self.block_function(right) } else { self.expression(right) });
            result = match operator {
                "&&" => binary("and", result, value(), at),
                "||" => binary("or", result, value(), at),
                "+=" | "-=" => binary(operator, result, value(), at),
                word if word == "?" || word.starts_with(|first: char| first.is_alphabetic() || first == '`') => {
                    let arguments = match right.filter(|right| matches!(right.kind(), "tuple_expression" | "unit")) {
                        Some(list) => children(list).into_iter().map(|one| argument(self.expression(one))).collect(),
                        None => vec![argument(value())],
                    };
                    call(member(result, word.trim_matches('`'), at), arguments, at)
                }
                symbol => binary(symbol, result, value(), at),
            };
        }
        result
    }

    /// `x => …`, `(x: T, y) => …`, `implicit x => …`.
    pub(super) fn lambda(&self, node: Node) -> Function {
        let at = span(node);
        let mut function = Function { span: at, line: at.line, public: true, ..Function::default() };
        let around = self.blanks.replace(None);
        let mut cursor = node.walk();
        let mut body = Vec::new();
        for (place, child) in node.children(&mut cursor).enumerate() {
            let is_parameter = node.field_name_for_child(u32::try_from(place).unwrap_or(u32::MAX)) == Some("parameters");
            match child.kind() {
                "bindings" => function.parameters.extend(children(child).into_iter().map(|one| self.binding(one))),
                "identifier" | "wildcard" if is_parameter => {
                    function.parameters.push(Parameter { name: self.plain_name(child), span: span(child), ..Parameter::default() });
                }
                _ if is_parameter && child.is_named() => {
                    if let Some(last) = function.parameters.last_mut() {
                        last.declared = Some(self.type_of(child));
                    }
                }
                _ if is_parameter || !child.is_named() || child.is_extra() => {}
                _ => body.push(child),
            }
        }
        for child in body {
            match child.kind() {
                "block" | "indented_block" => function.body.extend(self.block(child)),
                _ => self.statement(child, &mut function.body),
            }
        }
        function.body = returned(function.body);
        self.blanks.set(around);
        function
    }

    fn binding(&self, node: Node) -> Parameter {
        let name = node.field("name").map(|name| self.plain_name(name)).unwrap_or_default();
        let declared = node.field("type").map(|ty| self.type_of(ty));
        Parameter { name, declared, span: span(node), ..Parameter::default() }
    }

    /// `new X(y)`, `new X with Y { … }`.
    fn instance(&self, node: Node) -> Expression {
        let at = span(node);
        let body = child_of_kind(node, "template_body");
        let mut class = Class { span: at, line: at.line, ..Class::default() };
        let mut arguments = Vec::new();
        for child in children(node) {
            match child.kind() {
                "template_body" => {}
                "arguments" => arguments.extend(self.arguments(child)),
                _ => self.constructed(child, &mut class.bases, &mut arguments),
            }
        }
        match body {
            Some(body) => {
                self.finish_class(&mut class, Some(body), arguments);
                expression(Kind::Class(Box::new(class)), at)
            }
            None => match class.bases.into_iter().next() {
                Some(made) => construct(made, arguments, at),
                None => unknown(arguments.into_iter().map(|one| one.value).collect(), at),
            },
        }
    }

    fn constructed(&self, node: Node, bases: &mut Vec<Type>, arguments: &mut Vec<Argument>) {
        match node.kind() {
            "compound_type" | "applied_constructor_type" => {
                for child in children(node) {
                    match child.kind() {
                        "arguments" => arguments.extend(self.arguments(child)),
                        _ => _ = self.deeper(|| self.constructed(child, bases, arguments)),
                    }
                }
            }
            _ => bases.push(self.type_of(node)),
        }
    }

    /// `if` as a value.
    fn conditional(&self, node: Node) -> Expression {
        let at = span(node);
        let single = |field: &'static str| {
            let part = node.field(field)?;
            match (part.kind(), children(part).as_slice()) {
                ("block" | "indented_block", [only]) => is_value(*only).then_some(*only),
                ("block" | "indented_block", _) => None,
                _ => is_value(part).then_some(part),
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
                done_here(body, at)
            }
        }
    }
}

/// Statements whose last value is what is meant: a function that is called where it stands.
fn done_here(body: Vec<Statement>, at: Span) -> Expression {
    let function = Function { body: returned(body), public: true, span: at, line: at.line, ..Function::default() };
    call(expression(Kind::Function(Box::new(function)), at), Vec::new(), at)
}

fn is_block(node: Node) -> bool {
    matches!(node.kind(), "block" | "indented_block" | "case_block")
}

fn is_value(node: Node) -> bool {
    !node.kind().ends_with("_definition") && !matches!(node.kind(), "throw_expression" | "return_expression" | "assignment_expression")
}

fn is_function(value: &Expression) -> bool {
    matches!(value.kind, Kind::Function(_))
}

/// `a.b.c` where that is names all the way.
fn written(value: &Expression) -> Option<String> {
    match &value.kind {
        Kind::Name(name) => Some(name.clone()),
        Kind::Member { object, name } => match &object.kind {
            Kind::Name(object) => Some(format!("{object}.{name}")),
            _ => None,
        },
        _ => None,
    }
}

fn map(arguments: Vec<Argument>, at: Span) -> Expression {
    let entry = |one: Argument| match one.value.kind {
        Kind::Binary { left, right, .. } => Some((*left, *right)),
        _ => None,
    };
    expression(Kind::Map(arguments.into_iter().filter_map(entry).collect()), at)
}
