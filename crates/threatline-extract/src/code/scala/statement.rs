//! Statements and blocks.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use StatementKind as Kind;
use tree_sitter::Node;

impl Lowering<'_> {
    /// Adds what one statement says.
    pub(super) fn statement(&self, node: Node, out: &mut Vec<Statement>) {
        self.deeper(|| self.statement_at(node, out));
    }

    fn statement_at(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let kind = match node.kind() {
            "val_definition" | "var_definition" => return self.value_definition(node, out),
            "given_definition" => return self.given_value(node, out),
            "val_declaration" | "var_declaration" | "type_definition" | "package_clause" | "export_declaration" | "self_type" | ";" => return,
            "import_declaration" => return self.import(node),
            "function_definition" | "function_declaration" => Kind::Function(Box::new(self.function(node))),
            "extension_definition" => {
                out.extend(self.extension(node).into_iter().map(|function| statement(Kind::Function(Box::new(function)), at)));
                return;
            }
            "class_definition" | "object_definition" | "trait_definition" | "enum_definition" | "package_object" => Kind::Class(Box::new(self.class(node))),
            "if_expression" => self.branch(node),
            "match_expression" => {
                let subject = node.field("value").map(|value| self.expression(value));
                let cases = node.field("body").map(|body| self.cases(body, subject)).unwrap_or_default();
                out.extend(cases);
                return;
            }
            "try_expression" => self.attempt(node),
            "for_expression" => return self.comprehension(node, out),
            "while_expression" | "do_while_expression" => {
                let condition = self.field_expression(node, "condition");
                let mut body = vec![statement(Kind::Expression(condition), at)];
                body.extend(node.field("body").map(|body| self.block(body)).unwrap_or_default());
                Kind::Loop { over: None, body }
            }
            "throw_expression" => Kind::Throw(children(node).first().map(|value| self.expression(*value))),
            "return_expression" => Kind::Return(children(node).first().map(|value| self.expression(*value))),
            "assignment_expression" => return self.assignment(node, out),
            "block" | "indented_block" | "template_body" | "ERROR" => Kind::Block(self.block(node)),
            "parenthesized_expression" => return children(node).into_iter().for_each(|child| self.statement(child, out)),
            _ => Kind::Expression(self.whole_expression(node)),
        };
        out.push(statement(kind, at));
    }

    /// The statements of a block, or the one that stands there without braces.
    pub(super) fn block(&self, node: Node) -> Vec<Statement> {
        let mut out = Vec::new();
        match node.kind() {
            "block" | "indented_block" | "template_body" | "ERROR" | "colon_argument" => {
                _ = self.deeper(|| children(node).into_iter().for_each(|child| self.statement(child, &mut out)));
            }
            _ => self.statement(node, &mut out),
        }
        out
    }

    /// A block whose last value is what it gives back.
    pub(super) fn value_block(&self, node: Node) -> Vec<Statement> {
        returned(self.block(node))
    }

    /// `val x: T = value`, `val (a, b) = pair`, `val Some(x) = value`.
    pub(super) fn value_definition(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let Some(pattern) = node.field("pattern") else { return };
        let declared = node.field("type").map(|ty| self.type_of(ty));
        let value = node.field("value").filter(|value| value.kind() != "wildcard");
        if let (Some(value), "identifier") = (value, pattern.kind()) {
            self.hold(&self.plain_name(pattern), value);
        }
        let value = value.map(|value| self.whole_expression(value));
        match pattern.kind() {
            "identifiers" => {
                out.extend(children(pattern).into_iter().map(|one| assign(name(self.plain_name(one), at), declared.clone(), value.clone(), at)));
            }
            _ => out.extend(self.target(pattern).map(|target| assign(target, declared, value, at))),
        }
    }

    /// What a pattern on the left binds.
    fn target(&self, pattern: Node) -> Option<Expression> {
        let at = span(pattern);
        match pattern.kind() {
            "identifier" | "operator_identifier" => Some(name(self.plain_name(pattern), at)),
            "tuple_pattern" => {
                let parts = children(pattern).into_iter().map(|part| self.target(part).unwrap_or_else(|| name("", span(part))));
                Some(expression(ExpressionKind::List(parts.collect()), at))
            }
            // of what is taken apart, what is inside is as good as all of it
            "case_class_pattern" | "typed_pattern" | "capture_pattern" => {
                let inner = pattern.field("name").or_else(|| pattern.field("pattern"))?;
                self.deeper(|| self.target(inner)).flatten()
            }
            _ => None,
        }
    }

    /// `given name: T = value`.
    fn given_value(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let Some(named) = node.field("name") else { return };
        let declared = node.field("return_type").map(|ty| self.type_of(ty));
        let value = node.field("body").map(|value| self.whole_expression(value));
        out.push(assign(name(self.plain_name(named), at), declared, value, at));
    }

    fn assignment(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let (Some(left), Some(right)) = (node.field("left"), node.field("right")) else { return };
        let value = self.whole_expression(right);
        let target = match self.expression(left) {
            // `m("k") = v`
            Expression { kind: ExpressionKind::Call { callee, mut arguments, .. }, span } if arguments.len() == 1 => {
                let index = arguments.pop().map_or_else(|| unknown(Vec::new(), span), |one| one.value);
                expression(ExpressionKind::Index { object: callee, index: Box::new(index) }, span)
            }
            target => target,
        };
        out.push(assign(target, None, Some(value), at));
    }

    /// `if` as a statement.
    fn branch(&self, node: Node) -> Kind {
        let body = |field: &'static str| node.field(field).map(|part| self.block(part)).unwrap_or_default();
        Kind::If { condition: self.field_expression(node, "condition"), then: body("consequence"), otherwise: body("alternative") }
    }

    fn attempt(&self, node: Node) -> Kind {
        let body = node.field("body").map(|body| self.block(body)).unwrap_or_default();
        let (mut handlers, mut finally) = (Vec::new(), Vec::new());
        for child in children(node) {
            match child.kind() {
                "catch_clause" => {
                    let clauses = children(child).into_iter().flat_map(|block| if block.kind() == "case_block" { children(block) } else { vec![block] });
                    handlers.extend(clauses.take(MAX_CASES).map(|clause| self.clause_body(clause)));
                }
                "finally_clause" => finally = children(child).into_iter().flat_map(|inner| self.block(inner)).collect(),
                _ => {}
            }
        }
        Kind::Try { body, handlers, finally }
    }

    /// `for (x <- xs) …` repeats; `for { x <- f; y <- g(x) } yield …` is one step after the other.
    pub(super) fn comprehension(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let body = node.field("body").map(|body| self.block(body)).unwrap_or_default();
        let enumerators = children(node).into_iter().filter(|child| child.kind() == "enumerators").flat_map(children);
        let yields = child_of_kind(node, "yield").is_some();
        let mut steps = Vec::new();
        for one in enumerators.filter(|one| one.kind() == "enumerator").take(MAX_CASES) {
            let parts: Vec<Node> = children(one).into_iter().filter(|part| part.kind() != "guard").collect();
            let (Some(pattern), Some(value)) = (parts.first(), parts.last().filter(|_| parts.len() > 1)) else { continue };
            let target = self.target(*pattern);
            steps.push((target, self.expression(*value), child_of_kind(one, "guard").map(|guard| self.field_expression(guard, "condition")), span(one)));
        }
        if yields {
            let mut inner = Vec::new();
            for (target, value, guard, at) in steps {
                inner.push(match target {
                    Some(target) => assign(target, None, Some(value), at),
                    None => statement(Kind::Expression(value), at),
                });
                inner.extend(guard.map(|guard| statement(Kind::Expression(guard), at)));
            }
            inner.extend(body);
            out.extend(inner);
            return;
        }
        let mut inner = body;
        for (target, value, guard, at) in steps.into_iter().rev() {
            if let Some(condition) = guard {
                inner = vec![statement(Kind::If { condition, then: inner, otherwise: Vec::new() }, at)];
            }
            inner = vec![statement(Kind::Loop { over: Some((target.unwrap_or_else(|| name("_", at)), value)), body: inner }, at)];
        }
        out.push(statement(Kind::Block(inner), at));
    }
}
