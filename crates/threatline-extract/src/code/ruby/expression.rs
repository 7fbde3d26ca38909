//! Expressions: calls with and without receiver, blocks, operators.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use tree_sitter::Node;

/// The name of the argument that is a block.
pub(super) const BLOCK: &str = "&";

impl Lowering<'_> {
    pub(super) fn expression(&self, node: Node) -> Expression {
        let kind = self.walk.deeper(|| self.kind(node)).unwrap_or_else(|| ExpressionKind::Unknown(Vec::new()));
        expression(kind, span(node))
    }

    pub(super) fn field(&self, node: Node, field: &'static str) -> Expression {
        node.field(field).map_or_else(|| unknown(Vec::new(), span(node)), |child| self.expression(child))
    }

    /// Where a value is spoken for its effect, a word that is no variable is a call.
    pub(super) fn spoken(&self, node: Node) -> Expression {
        let at = span(node);
        match self.expression(node) {
            Expression { kind: ExpressionKind::Name(word), .. } if matches!(node.kind(), "identifier" | "call") && !self.is_local(&word) => {
                call(name(word, at), Vec::new(), at)
            }
            value @ Expression { kind: ExpressionKind::Member { .. }, .. } if node.kind() == "call" => call(value, Vec::new(), at),
            value => value,
        }
    }

    fn all(&self, node: Node) -> Vec<Expression> {
        children(node).into_iter().map(|child| self.expression(child)).collect()
    }

    fn kind(&self, node: Node) -> ExpressionKind {
        let text = self.walk.text(node);
        match node.kind() {
            "identifier" | "constant" | "global_variable" => ExpressionKind::Name(text.to_owned()),
            "self" | "super" => ExpressionKind::Name(node.kind().to_owned()),
            "instance_variable" | "class_variable" => member(name("self", span(node)), text, span(node)).kind,
            "scope_resolution" => {
                let last = self.walk.field_text(node, "name");
                match node.field("scope") {
                    Some(scope) => member(self.expression(scope), last, span(node)).kind,
                    None => ExpressionKind::Name(last.to_owned()),
                }
            }
            "string" | "delimited_symbol" | "bare_string" | "bare_symbol" => self.string(node),
            "simple_symbol" => ExpressionKind::String(text.trim_start_matches(':').to_owned()),
            "hash_key_symbol" => ExpressionKind::String(text.to_owned()),
            "character" => ExpressionKind::String(text.trim_start_matches('?').to_owned()),
            "chained_string" => self.chained(node),
            "string_array" | "symbol_array" | "array" => ExpressionKind::List(self.all(node)),
            "hash" => self.hash(node),
            "integer" | "float" | "rational" | "complex" => ExpressionKind::Number(text.replace('_', "")),
            "true" | "false" => ExpressionKind::Boolean(node.kind() == "true"),
            "nil" => ExpressionKind::Null,
            "call" => self.call(node),
            "yield" => self.yielded(node),
            "lambda" => ExpressionKind::Function(Box::new(self.block(node, node.field("body")))),
            "element_reference" => self.element(node),
            "binary" => self.binary(node),
            "unary" => match self.walk.field_text(node, "operator") {
                "!" | "not" => ExpressionKind::Not(Box::new(self.field(node, "operand"))),
                "defined?" => ExpressionKind::Unknown(Vec::new()),
                _ => ExpressionKind::Unknown(self.all(node)),
            },
            "conditional" => ExpressionKind::Conditional {
                condition: Box::new(self.field(node, "condition")),
                then: Box::new(self.field(node, "consequence")),
                otherwise: Box::new(self.field(node, "alternative")),
            },
            "if" | "unless" if node.field("alternative").is_some_and(|other| other.kind() == "else") => {
                let arm = |field: &'static str| {
                    let arm = node.field(field);
                    Box::new(arm.and_then(|arm| children(arm).last().copied()).map_or_else(|| unknown(Vec::new(), span(node)), |last| self.expression(last)))
                };
                let (then, otherwise) = (arm("consequence"), arm("alternative"));
                let condition = Box::new(self.field(node, "condition"));
                let (then, otherwise) = if node.kind() == "if" { (then, otherwise) } else { (otherwise, then) };
                ExpressionKind::Conditional { condition, then, otherwise }
            }
            "assignment" | "operator_assignment" => self.assigned_value(node),
            "parenthesized_statements" | "begin" => match children(node).as_slice() {
                [only] => self.expression(*only).kind,
                _ => ExpressionKind::Unknown(self.all(node)),
            },
            "rescue_modifier" => self.field(node, "body").kind,
            "range" | "regex" | "subshell" | "heredoc_beginning" => ExpressionKind::Unknown(self.holes(node)),
            "splat_argument" | "hash_splat_argument" | "block_argument" => match children(node).first() {
                Some(inner) => self.expression(*inner).kind,
                None => ExpressionKind::Unknown(Vec::new()),
            },
            "pair" => self.pair_value(node).kind,
            _ => ExpressionKind::Unknown(self.all(node)),
        }
    }

    /// What is filled into something that is no text.
    fn holes(&self, node: Node) -> Vec<Expression> {
        children(node).into_iter().filter(|child| !matches!(child.kind(), "string_content" | "escape_sequence")).map(|child| self.expression(child)).collect()
    }

    /// An assignment as a value: the variable is one from here on.
    fn assigned_value(&self, node: Node) -> ExpressionKind {
        let value = self.field(node, "right");
        let _ = node.field("left").map(|left| self.target(left));
        value.kind
    }

    fn binary(&self, node: Node) -> ExpressionKind {
        let operator = match self.walk.field_text(node, "operator") {
            "&&" => "and",
            "||" => "or",
            operator => operator,
        };
        ExpressionKind::Binary { operator: operator.to_owned(), left: Box::new(self.field(node, "left")), right: Box::new(self.field(node, "right")) }
    }

    fn element(&self, node: Node) -> ExpressionKind {
        let object = Box::new(self.field(node, "object"));
        let skip = node.field("object").map(|object| object.id());
        let keys: Vec<Node> = children(node).into_iter().filter(|child| Some(child.id()) != skip).collect();
        match keys.as_slice() {
            [key] => ExpressionKind::Index { object, index: Box::new(self.expression(*key)) },
            keys => ExpressionKind::Unknown([vec![*object], keys.iter().map(|key| self.expression(*key)).collect()].concat()),
        }
    }

    fn yielded(&self, node: Node) -> ExpressionKind {
        let arguments = children(node).first().map(|list| self.arguments(*list)).unwrap_or_default();
        call(name("yield", span(node)), arguments, span(node)).kind
    }

    fn call(&self, node: Node) -> ExpressionKind {
        let at = span(node);
        let word = node.field("method").map(|word| self.walk.text(word)).unwrap_or_default();
        let receiver = node.field("receiver");
        let list = node.field("arguments");
        let block = node.field("block");
        if receiver.is_none() && matches!(word, "lambda" | "proc") && block.is_some() {
            return ExpressionKind::Function(Box::new(self.block(node, block)));
        }
        if word == "new" && list.is_none_or(|list| children(list).len() < 2) {
            match receiver.map(|receiver| self.walk.text(receiver)) {
                Some("Proc") if block.is_some() => return ExpressionKind::Function(Box::new(self.block(node, block))),
                Some("Class" | "Module") if block.is_some() => return ExpressionKind::Class(Box::new(self.anonymous(node, list, block))),
                _ => {}
            }
        }
        let callee = match (receiver, word) {
            // `f.(x)`
            (Some(receiver), "") => member(self.expression(receiver), "call", at),
            (Some(receiver), word) => member(self.expression(receiver), word, at),
            (None, word) => name(word, at),
        };
        let mut arguments = list.map(|list| self.arguments(list)).unwrap_or_default();
        if receiver.is_some_and(|receiver| receiver.kind() == "identifier" && self.is_local(self.walk.text(receiver))) && block.is_some() {
            self.keep_symbols(list, &mut arguments);
        }
        if let Some(block) = block {
            let function = expression(ExpressionKind::Function(Box::new(self.block(block, Some(block)))), span(block));
            arguments.push(named(BLOCK, function));
        }
        // A word after a dot without anything behind it is a member; whoever asks it calls it.
        if list.is_none() && block.is_none() {
            return callee.kind;
        }
        call(callee, arguments, at).kind
    }

    /// What is asked of a variable with a block, as `r.on :id do`, may tell a symbol from a text.
    fn keep_symbols(&self, list: Option<Node>, arguments: &mut [Argument]) {
        for (node, argument) in list.map(children).unwrap_or_default().into_iter().zip(arguments) {
            if node.kind() == "simple_symbol" {
                let at = argument.value.span;
                argument.value = member(name("Symbol", at), self.walk.text(node).trim_start_matches(':'), at);
            }
        }
    }

    pub(super) fn arguments(&self, list: Node) -> Vec<Argument> {
        children(list).into_iter().filter_map(|child| self.walk.deeper(|| self.argument(child))).collect()
    }

    fn argument(&self, node: Node) -> Argument {
        let at = span(node);
        match node.kind() {
            "pair" => match node.field("key") {
                Some(key) if key.kind() == "hash_key_symbol" => named(self.walk.text(key), self.pair_value(node)),
                Some(key) if key.kind() == "simple_symbol" => named(self.walk.text(key).trim_start_matches(':'), self.pair_value(node)),
                // `get "/x" => "y"`: two that belong together.
                Some(key) => argument(expression(ExpressionKind::List(vec![self.expression(key), self.pair_value(node)]), at)),
                None => argument(self.pair_value(node)),
            },
            "splat_argument" | "hash_splat_argument" => Argument { spread: true, ..argument(self.expression(node)) },
            "block_argument" => named(BLOCK, self.expression(node)),
            _ => argument(self.expression(node)),
        }
    }

    /// A block or lambda. It sees the variables around it.
    pub(super) fn block(&self, node: Node, held: Option<Node>) -> Function {
        self.scoped(true, || {
            let list = node.field("parameters").or_else(|| held?.field("parameters"));
            let parameters = list.map(|list| self.parameters(list)).unwrap_or_default();
            let inner = held.and_then(|held| held.field("body").or(Some(held).filter(|held| held.kind() == "body_statement")));
            let body = inner.map(|inner| returned(self.body(inner))).unwrap_or_default();
            Function { parameters, body, public: true, span: span(node), line: line(node), ..Function::default() }
        })
    }
}
