//! Expressions.

use super::Lowering;
use super::literal::number;
use super::statement::{MAX_SCRUTINEE, Sink};
use crate::code::parts::Fields;
use crate::code::tree::{Argument, Expression, ExpressionKind as Kind, Function, Span, Statement};
use crate::code::walk::{
    MAX_CASES, MAX_DEPTH, argument, binary, call, child_of_kind, children, construct, expression, line, member, name, named, not, path, span, unknown,
};
use tree_sitter::Node;

/// Methods that give their object back in another coat.
const COATS: [&str; 25] = [
    "unwrap",
    "unwrap_or_default",
    "clone",
    "cloned",
    "copied",
    "to_string",
    "to_owned",
    "into",
    "try_into",
    "as_str",
    "as_ref",
    "as_mut",
    "as_deref",
    "as_bytes",
    "borrow",
    "ok",
    "into_boxed_str",
    "into_bytes",
    "to_vec",
    "into_string",
    "iter",
    "iter_mut",
    "into_iter",
    "boxed",
    "parse",
];

/// The same, with a word for the case that there is none.
const COATS_WITH_WORD: [&str; 7] = ["expect", "context", "with_context", "map_err", "wrap_err", "ok_or", "ok_or_else"];

/// Functions that give their argument back in another coat.
const WRAPPERS: [&str; 16] = [
    "Some",
    "Ok",
    "Arc::new",
    "Rc::new",
    "Box::new",
    "Box::pin",
    "Mutex::new",
    "RwLock::new",
    "String::from",
    "Arc::clone",
    "Rc::clone",
    "std::sync::Arc::new",
    "Cow::from",
    "Cow::Borrowed",
    "Arc::from",
    "PathBuf::from",
];

impl Lowering<'_> {
    /// An expression; too deep a one is unknown.
    pub(super) fn expression(&self, node: Node) -> Expression {
        self.walk.deeper(|| self.expression_at(node)).unwrap_or_else(|| unknown(Vec::new(), span(node)))
    }

    /// The expression under a field; unknown when the parser found none.
    pub(super) fn expression_under(&self, node: Node, field: &'static str) -> Expression {
        node.field(field).map_or_else(|| unknown(Vec::new(), span(node)), |child| self.expression(child))
    }

    fn first(&self, node: Node) -> Expression {
        let inner = children(node).into_iter().find(|child| !matches!(child.kind(), "mutable_specifier" | "attribute_item" | "label"));
        inner.map_or_else(|| unknown(Vec::new(), span(node)), |inner| self.expression(inner))
    }

    fn expression_at(&self, node: Node) -> Expression {
        let at = span(node);
        let kind = match node.kind() {
            "identifier" | "type_identifier" | "metavariable" | "shorthand_field_identifier" => match self.text(node) {
                "None" => Kind::Null,
                "Self" => return path(&self.own_type(), at),
                text => Kind::Name(text.to_owned()),
            },
            "self" | "crate" | "super" => Kind::Name(self.text(node).to_owned()),
            "string_literal" | "raw_string_literal" | "char_literal" => Kind::String(self.string(node)),
            "integer_literal" | "float_literal" | "negative_literal" => Kind::Number(number(self.text(node))),
            "boolean_literal" => Kind::Boolean(self.text(node) == "true"),
            "scoped_identifier" | "scoped_type_identifier" => return self.scoped(node, at),
            "generic_type" | "generic_type_with_turbofish" | "bracketed_type" => return path(&self.type_of(node).name, at),
            "field_expression" => return self.field(node),
            "call_expression" => return self.call(node, at),
            "generic_function" => return self.expression_under(node, "function"),
            "macro_invocation" => return self.macro_value(node, at),
            "struct_expression" => return self.structure(node, at),
            "closure_expression" => Kind::Function(Box::new(self.closure(node))),
            "reference_expression" | "type_cast_expression" => return self.expression_under(node, "value"),
            "await_expression" | "parenthesized_expression" => return self.first(node),
            "try_expression" => return self.attempt(node),
            "unary_expression" => return self.unary(node, at),
            "binary_expression" => return self.binary(node),
            "index_expression" => return self.index(node, at),
            "tuple_expression" | "array_expression" => Kind::List(self.expressions(node)),
            "unit_expression" => Kind::Null,
            "if_expression" => return self.choice(node, at),
            "match_expression" => return self.matched(node, at),
            "block" => return self.block_value(node),
            "unsafe_block" | "async_block" | "const_block" | "try_block" => match child_of_kind(node, "block") {
                Some(block) => return self.block_value(block),
                None => Kind::Unknown(Vec::new()),
            },
            "return_expression" | "loop_expression" | "while_expression" | "for_expression" | "assignment_expression" => {
                let mut body = Vec::new();
                self.value(node, &Sink::Effect, &mut body);
                return immediate(body, at);
            }
            _ => Kind::Unknown(self.expressions(node)),
        };
        expression(kind, at)
    }

    fn expressions(&self, node: Node) -> Vec<Expression> {
        children(node).into_iter().filter(|child| child.kind() != "attribute_item").map(|child| self.expression(child)).collect()
    }

    fn scoped(&self, node: Node, at: Span) -> Expression {
        let Some(last) = node.field("name") else { return unknown(Vec::new(), at) };
        match node.field("path") {
            Some(inner) => member(self.expression(inner), self.text(last), span(last)),
            None => name(self.text(last), at),
        }
    }

    /// The lines of a member are those of its name, so that each call of a long chain has its own.
    fn field(&self, node: Node) -> Expression {
        let field = node.field("field");
        let at = field.map_or_else(|| span(node), span);
        member(self.expression_under(node, "value"), field.map(|field| self.text(field)).unwrap_or_default(), at)
    }

    fn call(&self, node: Node, at: Span) -> Expression {
        let Some(function) = node.field("function") else { return unknown(self.expressions(node), at) };
        let list = node.field("arguments").map(children).unwrap_or_default();
        let arguments: Vec<Node> = list.into_iter().filter(|child| child.kind() != "attribute_item").collect();
        if let Some(known) = self.coat(function, &arguments, at) {
            return known;
        }
        let generic = function.kind() == "generic_function";
        let types = function.field("type_arguments").filter(|_| generic).map(|list| self.type_list(list));
        let arguments = arguments.into_iter().map(|child| argument(self.expression(child))).collect();
        // A chain's link is one level.
        let callee = Box::new(if function.kind() == "field_expression" { self.field(function) } else { self.expression(function) });
        expression(Kind::Call { callee, arguments, types: types.unwrap_or_default(), construct: false }, at)
    }

    /// Calls that give back what they were given.
    fn coat(&self, function: Node, arguments: &[Node], at: Span) -> Option<Expression> {
        let function = if function.kind() == "generic_function" { function.field("function")? } else { function };
        if function.kind() != "field_expression" {
            return match arguments {
                [one] if WRAPPERS.contains(&self.text(function)) => Some(self.expression(*one)),
                _ => None,
            };
        }
        let object = function.field("value")?;
        match (self.walk.field_text(function, "field"), arguments) {
            (method, []) if COATS.contains(&method) => Some(self.expression(object)),
            (method, [_]) if COATS_WITH_WORD.contains(&method) => Some(self.expression(object)),
            ("unwrap_or", [other]) => Some(binary("??", self.expression(object), self.expression(*other), at)),
            ("unwrap_or_else" | "or_else", [other]) => {
                let object = self.expression(object);
                Some(match self.result_of(*other) {
                    Some(other) => binary("??", object, other, at),
                    None => object,
                })
            }
            _ => None,
        }
    }

    /// What a closure of one expression gives back.
    fn result_of(&self, closure: Node) -> Option<Expression> {
        let body = closure.field("body").filter(|_| closure.kind() == "closure_expression")?;
        let body = if body.kind() == "block" { only_child(body)? } else { body };
        Some(self.expression(body))
    }

    /// `x?`; with `x.ok_or(error)?` or `x.map_err(|_| error)?` the error is what the function rejects with.
    fn attempt(&self, node: Node) -> Expression {
        let value = self.first(node);
        let error = children(node).into_iter().next().filter(|inner| inner.kind() == "call_expression").and_then(|inner| {
            let function = inner.field("function").filter(|function| function.kind() == "field_expression")?;
            let given = inner.field("arguments").and_then(only_child)?;
            match self.walk.field_text(function, "field") {
                "ok_or" => Some(self.expression(given)),
                "ok_or_else" | "map_err" => self.result_of(given).or_else(|| Some(self.expression(given))),
                _ => None,
            }
        });
        self.rejections.borrow_mut().extend(error.map(|error| (value.clone(), error)));
        value
    }

    fn structure(&self, node: Node, at: Span) -> Expression {
        let made = node.field("name").map(|made| self.type_of(made)).unwrap_or_default();
        let fields = node.field("body").map(children).unwrap_or_default();
        let arguments = fields.into_iter().filter_map(|field| match field.kind() {
            "shorthand_field_initializer" => {
                let own = children(field).into_iter().next_back()?;
                Some(named(self.text(own), self.expression(own)))
            }
            "field_initializer" => {
                let own = field.field("field")?;
                Some(named(self.text(own), self.expression_under(field, "value")))
            }
            _ => Some(Argument { spread: true, ..argument(self.first(field)) }),
        });
        construct(made, arguments.collect(), at)
    }

    fn closure(&self, node: Node) -> Function {
        let mut function = Function { public: true, span: span(node), line: line(node), ..Function::default() };
        if let Some(list) = node.field("parameters") {
            function.parameters = self.parameters(list);
        }
        function.returns = node.field("return_type").map(|written| self.type_of(written));
        let outer = self.rejections.take();
        if let Some(body) = node.field("body") {
            let block = if body.kind() == "async_block" { child_of_kind(body, "block").unwrap_or(body) } else { body };
            match block.kind() {
                "block" => function.body = self.block(block, &Sink::Return),
                _ => self.value(block, &Sink::Return, &mut function.body),
            }
        }
        self.rejections.replace(outer);
        function
    }

    fn unary(&self, node: Node, at: Span) -> Expression {
        let operand = self.first(node);
        match (node.child(0).map(|sign| sign.kind()), operand) {
            (Some("!"), operand) => not(operand),
            (Some("*"), operand) => operand,
            (_, Expression { kind: Kind::Number(number), .. }) => expression(Kind::Number(format!("-{number}")), at),
            (_, operand) => unknown(vec![operand], at),
        }
    }

    fn index(&self, node: Node, at: Span) -> Expression {
        match children(node).as_slice() {
            // A slice is as good as the whole.
            [object, index] if index.kind() == "range_expression" => self.expression(*object),
            [object, index] => expression(Kind::Index { object: Box::new(self.expression(*object)), index: Box::new(self.expression(*index)) }, at),
            _ => unknown(self.expressions(node), at),
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
            result = binary(operator, result, self.expression_under(outer, "right"), span(outer));
        }
        result
    }

    /// `if` for its value.
    fn choice(&self, node: Node, at: Span) -> Expression {
        let (Some(tested), Some(then)) = (node.field("condition"), node.field("consequence")) else {
            return unknown(self.expressions(node), at);
        };
        let (condition, mut body) = self.condition(tested);
        let then = if body.is_empty() {
            self.block_value(then)
        } else {
            body.extend(self.block(then, &Sink::Return));
            immediate(body, at)
        };
        let other = node.field("alternative").and_then(|clause| children(clause).first().copied());
        let otherwise = other.map_or_else(|| expression(Kind::Null, at), |other| self.expression(other));
        conditional(condition, then, otherwise, at)
    }

    /// `match` for its value. The last arm holds when no other does.
    fn matched(&self, node: Node, at: Span) -> Expression {
        let (Some(tested), Some(body)) = (node.field("value"), node.field("body")) else {
            return unknown(self.expressions(node), at);
        };
        if tested.byte_range().len() > MAX_SCRUTINEE || body.named_child_count() > MAX_CASES {
            let mut body = Vec::new();
            self.value(node, &Sink::Return, &mut body);
            return immediate(body, at);
        }
        let value = self.expression(tested);
        let mut result: Option<Expression> = None;
        for arm in children(body).into_iter().rev().filter(|child| child.kind() == "match_arm") {
            let (Some(pattern), Some(given)) = (arm.field("pattern"), arm.field("value")) else { continue };
            let then = match self.bound_names(pattern).as_slice() {
                [] => self.expression(given),
                [one] if given.kind() == "identifier" && self.text(given) == one => value.clone(),
                _ => {
                    let mut inner = Vec::new();
                    self.bind(pattern, &value, &mut inner);
                    self.value(given, &Sink::Return, &mut inner);
                    immediate(inner, span(arm))
                }
            };
            result = Some(match (result, self.test(pattern, &value)) {
                (Some(otherwise), Some(test)) => conditional(test, then, otherwise, span(arm)),
                _ => then,
            });
        }
        result.unwrap_or_else(|| unknown(vec![value], at))
    }

    /// A block for its value: its tail, or a function that is called at once.
    fn block_value(&self, block: Node) -> Expression {
        match only_child(block) {
            Some(tail) if is_value(tail) => self.expression(tail),
            _ => immediate(self.block(block, &Sink::Return), span(block)),
        }
    }

    /// Whether all branches are plain values, without statements.
    pub(super) fn is_plain_value(&self, node: Node) -> bool {
        let plain = |node: Node| self.walk.deeper(|| self.is_plain_value(node)) == Some(true);
        let block = |block: Node| only_child(block).is_some_and(|tail| is_value(tail) && plain(tail));
        match node.kind() {
            "block" => block(node),
            "if_expression" => {
                let other = node.field("alternative").and_then(|clause| children(clause).first().copied());
                let condition = node.field("condition").is_some_and(|condition| !condition.kind().starts_with("let"));
                condition && node.field("consequence").is_some_and(block) && other.is_some_and(plain)
            }
            "match_expression" => {
                let short = node.field("value").is_some_and(|value| value.byte_range().len() <= MAX_SCRUTINEE);
                let arms = node.field("body").map(children).unwrap_or_default();
                short && arms.len() <= 8 && arms.iter().all(|arm| arm.field("value").is_some_and(plain))
            }
            "macro_invocation" => !super::macros::throws(self.walk.field_text(node, "macro")),
            "return_expression"
            | "loop_expression"
            | "while_expression"
            | "for_expression"
            | "break_expression"
            | "continue_expression"
            | "assignment_expression"
            | "unsafe_block" => false,
            _ => true,
        }
    }
}

/// Statements in the place of an expression: a function that is called at once.
fn immediate(body: Vec<Statement>, at: Span) -> Expression {
    let function = Function { body, public: true, span: at, line: at.line, ..Function::default() };
    call(expression(Kind::Function(Box::new(function)), at), Vec::new(), at)
}

fn conditional(condition: Expression, then: Expression, otherwise: Expression, at: Span) -> Expression {
    expression(Kind::Conditional { condition: Box::new(condition), then: Box::new(then), otherwise: Box::new(otherwise) }, at)
}

fn only_child(node: Node<'_>) -> Option<Node<'_>> {
    match children(node).as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

fn is_value(node: Node) -> bool {
    let kind = node.kind();
    !(kind.ends_with("_statement") || kind.ends_with("_item") || kind.ends_with("_declaration") || kind == "return_expression")
}
