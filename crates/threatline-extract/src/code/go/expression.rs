//! Expressions and calls.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::{Argument, Expression, ExpressionKind as Kind, Span, Type};
use crate::code::walk::{MAX_DEPTH, argument, children, construct, expression, member, name, not, path, span, string, unknown};
use tree_sitter::Node;

impl Lowering<'_> {
    /// An expression; too deep a one is unknown.
    pub(super) fn expression(&self, node: Node) -> Expression {
        self.walk.deeper(|| self.expression_at(node)).unwrap_or_else(|| unknown(Vec::new(), span(node)))
    }

    /// The expression under a field; unknown when the parser found none.
    pub(super) fn expression_under(&self, node: Node, field: &'static str) -> Expression {
        match node.field(field) {
            Some(child) => self.expression(child),
            None => unknown(Vec::new(), span(node)),
        }
    }

    fn expression_at(&self, node: Node) -> Expression {
        let at = span(node);
        let kind = match node.kind() {
            "identifier" | "type_identifier" | "field_identifier" => Kind::Name(self.text(node).to_owned()),
            "interpreted_string_literal" | "raw_string_literal" | "rune_literal" => Kind::String(self.string(node)),
            "int_literal" | "float_literal" | "imaginary_literal" => Kind::Number(self.text(node).to_owned()),
            "true" => Kind::Boolean(true),
            "false" => Kind::Boolean(false),
            "nil" => Kind::Null,
            "selector_expression" => return self.selector(node),
            "call_expression" => return self.call(node, at),
            "composite_literal" => return self.composite(node),
            "func_literal" => Kind::Function(Box::new(self.function(node))),
            "unary_expression" => return self.unary(node, at),
            "binary_expression" => return self.binary(node),
            "index_expression" => {
                Kind::Index { object: Box::new(self.expression_under(node, "operand")), index: Box::new(self.expression_under(node, "index")) }
            }
            "parenthesized_expression" | "literal_element" | "variadic_argument" | "expression_list" if node.named_child_count() == 1 => {
                return children(node).first().map_or_else(|| unknown(Vec::new(), at), |inner| self.expression(*inner));
            }
            "expression_list" => Kind::List(self.expressions(node)),
            "type_conversion_expression" => return self.conversion(node, at),
            "type_assertion_expression" | "slice_expression" => return self.expression_under(node, "operand"),
            "type_instantiation_expression" | "generic_type" | "qualified_type" | "pointer_type" => return path(&self.written_type(node).name, at),
            "slice_type" | "array_type" | "map_type" | "channel_type" | "struct_type" | "interface_type" | "function_type" => Kind::Unknown(Vec::new()),
            _ => Kind::Unknown(self.expressions(node)),
        };
        expression(kind, at)
    }

    fn expressions(&self, node: Node) -> Vec<Expression> {
        children(node).into_iter().map(|child| self.expression(child)).collect()
    }

    fn written_type(&self, node: Node) -> Type {
        self.type_of(node.field("type").unwrap_or(node))
    }

    /// The lines of a member are those of its name, so that each call of a long chain has its own.
    fn selector(&self, node: Node) -> Expression {
        let field = node.field("field");
        let at = field.map_or_else(|| span(node), span);
        member(self.expression_under(node, "operand"), field.map(|field| self.text(field)).unwrap_or_default(), at)
    }

    fn call(&self, node: Node, at: Span) -> Expression {
        let arguments = node.field("arguments").map(children).unwrap_or_default();
        let Some(function) = node.field("function") else { return unknown(self.expressions(node), at) };
        if let Some(known) = self.language_call(self.text(function), &arguments, at) {
            return known;
        }
        let types = node.field("type_arguments").map(|list| self.type_list(list)).unwrap_or_default();
        let arguments = arguments.into_iter().map(|child| self.argument(child)).collect();
        // A chain's link is one level.
        let callee = Box::new(if function.kind() == "selector_expression" { self.selector(function) } else { self.expression(function) });
        expression(Kind::Call { callee, arguments, types, construct: false }, at)
    }

    /// Calls that belong to the language: construction, conversion between text and numbers, and text built
    /// from parts.
    fn language_call(&self, function: &str, arguments: &[Node], at: Span) -> Option<Expression> {
        let first = arguments.first()?;
        match function {
            "new" => Some(construct(self.type_of(*first), Vec::new(), at)),
            "make" => Some(match self.shape(*first).kind() {
                "slice_type" => expression(Kind::List(Vec::new()), at),
                "map_type" => expression(Kind::Map(Vec::new()), at),
                _ => unknown(Vec::new(), at),
            }),
            "string" | "byte" | "rune" | "int" | "int32" | "int64" | "uint" | "uint16" | "uint32" | "uint64" | "float64" if arguments.len() == 1 => {
                Some(self.expression(*first))
            }
            "append" => Some(self.appended(*first, &arguments[1..], at)),
            "fmt.Sprintf" => self.format(arguments, at),
            "net.JoinHostPort" => {
                let [host, port] = arguments else { return None };
                Some(expression(Kind::Template(vec![self.expression(*host), string(":", at), self.expression(*port)]), at))
            }
            _ => None,
        }
    }

    /// `append(list, a, b)`, `append(list, more...)`: lists put together.
    fn appended(&self, list: Node, more: &[Node], at: Span) -> Expression {
        let mut parts = vec![self.expression(list)];
        for one in more {
            let value = self.expression(*one);
            parts.push(if one.kind() == "variadic_argument" { value } else { expression(Kind::List(vec![value]), at) });
        }
        expression(Kind::Template(parts), at)
    }

    /// `[]byte(x)` is x; `F[T](x)` looks like a conversion and is most often a call.
    fn conversion(&self, node: Node, at: Span) -> Expression {
        let operand = self.expression_under(node, "operand");
        match node.field("type") {
            Some(called) if called.kind() == "generic_type" => {
                let Type { name, arguments: types, .. } = self.type_of(called);
                let callee = Box::new(path(&name, span(called)));
                expression(Kind::Call { callee, arguments: vec![argument(operand)], types, construct: false }, at)
            }
            _ => operand,
        }
    }

    fn argument(&self, node: Node) -> Argument {
        Argument { spread: node.kind() == "variadic_argument", ..argument(self.expression(node)) }
    }

    fn unary(&self, node: Node, at: Span) -> Expression {
        let operand = self.expression_under(node, "operand");
        match (self.walk.field_text(node, "operator"), operand) {
            ("&" | "*" | "+", operand) => operand,
            ("!", operand) => not(operand),
            ("-", Expression { kind: Kind::Number(number), .. }) => expression(Kind::Number(format!("-{number}")), at),
            (_, operand) => unknown(vec![operand], at),
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
            let operator = match self.walk.field_text(outer, "operator") {
                "&&" => "and",
                "||" => "or",
                other => other,
            };
            result = crate::code::walk::binary(operator, result, self.expression_under(outer, "right"), span(outer));
        }
        result
    }

    /// A type in the place of an expression, as a name.
    pub(super) fn type_name(&self, node: Node) -> Expression {
        let written = self.type_of(node);
        if written.name.is_empty() { name("nil", span(node)) } else { path(&written.name, span(node)) }
    }
}
