//! Statements.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::{self, Case, binary, broken_class, children, effect, expression, name, span, unknown};
use crate::code::tree::{Expression, ExpressionKind, Statement, StatementKind as Kind};
use tree_sitter::Node;

impl Lowering<'_> {
    /// The statements of a block.
    pub(super) fn statements(&self, block: Node, out: &mut Vec<Statement>) {
        for child in children(block) {
            self.statement(child, out);
        }
    }

    /// A block or a single statement as a list.
    pub(super) fn nested(&self, node: Option<Node>) -> Vec<Statement> {
        let mut out = Vec::new();
        match node {
            Some(block) if block.kind() == "block" => {
                self.deeper(|| self.statements(block, &mut out));
            }
            Some(single) => self.statement(single, &mut out),
            None => {}
        }
        out
    }

    /// Adds what one statement says; a declaration of two variables is two assignments.
    pub(super) fn statement(&self, node: Node, out: &mut Vec<Statement>) {
        self.deeper(|| self.statement_at(node, out));
    }

    fn statement_at(&self, node: Node, out: &mut Vec<Statement>) {
        let kind = match node.kind() {
            "local_declaration_statement" => {
                return children(node).into_iter().filter(|child| child.kind() == "variable_declaration").for_each(|child| self.local(child, out));
            }
            "variable_declaration" => return self.local(node, out),
            "expression_statement" => match children(node).first() {
                Some(inner) if inner.kind() == "assignment_expression" => return self.assignment(*inner, out),
                Some(inner) => Kind::Expression(self.expression(*inner)),
                None => return,
            },
            "assignment_expression" => return self.assignment(node, out),
            "return_statement" => Kind::Return(self.first_expression(node)),
            "throw_statement" => Kind::Throw(self.first_expression(node)),
            "if_statement" => Kind::If {
                condition: self.field_expression(node, "condition"),
                then: self.nested(node.field("consequence")),
                otherwise: self.nested(node.field("alternative")),
            },
            "preproc_if" | "preproc_elif" | "preproc_else" => self.conditional(node),
            "while_statement" | "do_statement" => {
                let mut body = vec![effect(self.field_expression(node, "condition"))];
                body.extend(self.nested(node.field("body")));
                Kind::Loop { over: None, body }
            }
            "for_statement" => return self.counted(node, out),
            "foreach_statement" => {
                let over = Some((self.foreach_target(node), self.field_expression(node, "right")));
                Kind::Loop { over, body: self.nested(node.field("body")) }
            }
            "try_statement" => self.attempt(node),
            "switch_statement" => return self.switch(node, out),
            "block" | "global_statement" => {
                let mut body = Vec::new();
                self.statements(node, &mut body);
                Kind::Block(body)
            }
            "ERROR" if broken_class(node).is_some() => Kind::Class(Box::new(self.class(node))),
            "using_statement" | "fixed_statement" | "lock_statement" | "checked_statement" | "unsafe_statement" | "ERROR" => Kind::Block(self.scope(node)),
            "labeled_statement" => return children(node).into_iter().skip(1).for_each(|child| self.statement(child, out)),
            "local_function_statement" | "method_declaration" => Kind::Function(Box::new(self.method(node))),
            "class_declaration" | "struct_declaration" | "record_declaration" | "interface_declaration" | "enum_declaration" => {
                Kind::Class(Box::new(self.class(node)))
            }
            "break_statement" | "continue_statement" | "empty_statement" | "goto_statement" | "delegate_declaration" | "using_directive" => return,
            _ => Kind::Expression(self.expression(node)),
        };
        out.push(Statement { kind, span: span(node) });
    }

    fn first_expression(&self, node: Node) -> Option<Expression> {
        children(node).first().map(|child| self.expression(*child))
    }

    /// What a `using`, `lock` or the like opens, then its body.
    fn scope(&self, node: Node) -> Vec<Statement> {
        let mut body = Vec::new();
        for child in children(node) {
            match child.kind() {
                "block" => self.statements(child, &mut body),
                _ => self.statement(child, &mut body),
            }
        }
        body
    }

    /// Variables of one declaration.
    pub(super) fn local(&self, node: Node, out: &mut Vec<Statement>) {
        let declared = self.type_of_field(node, "type");
        for declarator in children(node).into_iter().filter(|child| child.kind() == "variable_declarator") {
            let value = initial(declarator).map(|child| self.expression_of(child, declared.as_ref()));
            let target = match declarator.field("name") {
                Some(named) => name(self.text(named), span(named)),
                None => match children(declarator).into_iter().find(|child| child.kind() == "tuple_pattern") {
                    Some(pattern) => self.tuple(pattern),
                    None => continue,
                },
            };
            out.push(Statement { kind: Kind::Assign { target, declared: declared.clone(), value }, span: span(node) });
        }
    }

    fn tuple(&self, pattern: Node) -> Expression {
        expression(ExpressionKind::List(self.expressions(pattern)), span(pattern))
    }

    /// `x = y`, `x += y`, `x ??= y`, `x = y = z` (which is two).
    pub(super) fn assignment(&self, node: Node, out: &mut Vec<Statement>) {
        let target = self.field_expression(node, "left");
        let right = node.field("right");
        if let Some(inner) = right.filter(|right| right.kind() == "assignment_expression") {
            self.deeper(|| self.assignment(inner, out));
        }
        let mut value = self.field_expression(node, "right");
        let operator = self.field_text(node, "operator");
        if let Some(operator) = operator.strip_suffix('=').filter(|operator| !operator.is_empty()) {
            value = binary(operator, target.clone(), value, span(node));
        }
        out.push(Statement { kind: Kind::Assign { target, declared: None, value: Some(value) }, span: span(node) });
    }

    /// `#if`: which branch holds is decided by the build.
    fn conditional(&self, node: Node) -> Kind {
        let condition = node.field("condition");
        let alternative = node.field("alternative");
        let mut then = Vec::new();
        for child in children(node) {
            let is_field = [condition, alternative].iter().flatten().any(|field| field.id() == child.id());
            match child.kind() {
                _ if is_field => {}
                "global_statement" => self.statements(child, &mut then),
                _ => self.statement(child, &mut then),
            }
        }
        if node.kind() == "preproc_else" {
            return Kind::Block(then);
        }
        let condition = condition.map_or_else(|| unknown(Vec::new(), span(node)), |condition| unknown(Vec::new(), span(condition)));
        Kind::If { condition, then, otherwise: self.nested(alternative) }
    }

    fn foreach_target(&self, node: Node) -> Expression {
        match node.field("left") {
            Some(left) if left.kind() == "tuple_pattern" => self.tuple(left),
            Some(left) => self.expression(left),
            None => unknown(Vec::new(), span(node)),
        }
    }

    /// `for (init; condition; update)`: the beginning stands before the loop.
    fn counted(&self, node: Node, out: &mut Vec<Statement>) {
        let mut cursor = node.walk();
        node.children_by_field_name("initializer", &mut cursor).filter(Node::is_named).for_each(|child| self.statement(child, out));
        let mut body = Vec::new();
        for field in ["condition", "update"] {
            body.extend(node.field(field).map(|child| effect(self.expression(child))));
        }
        body.extend(self.nested(node.field("body")));
        out.push(Statement { kind: Kind::Loop { over: None, body }, span: span(node) });
    }

    fn attempt(&self, node: Node) -> Kind {
        let (mut handlers, mut finally) = (Vec::new(), Vec::new());
        for child in children(node) {
            match child.kind() {
                "catch_clause" => handlers.push(self.nested(child.field("body"))),
                "finally_clause" => finally = self.nested(children(child).first().copied()),
                _ => {}
            }
        }
        Kind::Try { body: self.nested(node.field("body")), handlers, finally }
    }

    fn switch(&self, node: Node, out: &mut Vec<Statement>) {
        let mut cases = Vec::new();
        for section in node.field("body").map(children).unwrap_or_default() {
            let mut case = Case { default: self.has_token(section, "default"), ..Case::default() };
            for part in children(section) {
                match part.kind() {
                    "block" => self.statements(part, &mut case.body),
                    kind if kind.ends_with("_statement") => self.statement(part, &mut case.body),
                    _ => self.label(part, &mut case),
                }
            }
            case.push(&mut cases);
        }
        out.extend(parts::switch(self.field_expression(node, "value"), cases, span(node)));
    }
}

/// The initial value of a declared variable.
pub(super) fn initial(declarator: Node) -> Option<Node> {
    let named = declarator.field("name").map(|named| named.id());
    let skip = ["bracketed_argument_list", "tuple_pattern"];
    children(declarator).into_iter().rfind(|child| Some(child.id()) != named && !skip.contains(&child.kind()))
}
