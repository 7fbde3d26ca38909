//! Statements, and expressions in their place.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::yield_last;
use crate::code::tree::*;
use crate::code::walk::*;
use StatementKind as Kind;
use tree_sitter::Node;

impl Lowering<'_> {
    /// The statements of a block.
    pub(super) fn statements(&self, block: Node, out: &mut Vec<Statement>) {
        for child in children(block) {
            self.statement(child, out);
        }
    }

    /// The statements in a node that holds a block or a single statement.
    pub(super) fn block(&self, node: Node) -> Vec<Statement> {
        let mut out = Vec::new();
        for child in children(node) {
            match child.kind() {
                "statements" => _ = self.deeper(|| self.statements(child, &mut out)),
                _ => self.statement(child, &mut out),
            }
        }
        out
    }

    /// The last value is what is given back.
    pub(super) fn give_back(&self, body: &mut [Statement]) {
        body.last_mut().into_iter().for_each(yield_last);
    }

    /// Adds what one statement says.
    pub(super) fn statement(&self, node: Node, out: &mut Vec<Statement>) {
        self.deeper(|| self.statement_at(node, out));
    }

    fn statement_at(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let kind = match node.kind() {
            "property_declaration" => return self.property(node, out),
            "assignment" => return self.assignment(node, out),
            "function_declaration" => Kind::Function(Box::new(self.function(node))),
            "class_declaration" | "object_declaration" | "companion_object" => Kind::Class(Box::new(self.class(node))),
            "infix_expression" => match self.object_in_line(node) {
                Some(class) => Kind::Class(Box::new(class)),
                None => Kind::Expression(self.expression(node)),
            },
            "if_expression" => self.branch(node),
            "when_expression" => return self.when(node, out),
            "try_expression" => self.attempt(node),
            "for_statement" => self.each(node),
            "while_statement" | "do_while_statement" => self.repeat(node),
            "jump_expression" => match self.jump(node) {
                Some(kind) => kind,
                None => return,
            },
            "elvis_expression" => return self.elvis(node, out),
            "parenthesized_expression" => return children(node).into_iter().for_each(|child| self.statement(child, out)),
            "statements" | "control_structure_body" | "ERROR" => Kind::Block(self.block(node)),
            "import_list" | "import_header" | "package_header" | "type_alias" | "label" | "file_annotation" | "getter" | "setter" | "shebang_line" => return,
            _ => Kind::Expression(self.expression(node)),
        };
        out.push(statement(kind, at));
    }

    /// `object X { … }` on one line, which the grammar takes for an infix call.
    fn object_in_line(&self, node: Node) -> Option<Class> {
        let parts = children(node);
        let [object, named, body] = parts.as_slice() else { return None };
        if object.kind() != "object_literal" || object.named_child_count() > 0 || body.kind() != "lambda_literal" {
            return None;
        }
        let mut class = Class { name: self.plain_name(*named), kind: ClassKind::Object, span: span(node), line: line(node), ..Class::default() };
        self.members_of_lambda(*body, &mut class);
        class.methods.iter_mut().for_each(|method| method.is_static = true);
        Some(class)
    }

    /// The body of an object that the grammar takes for a lambda.
    pub(super) fn members_of_lambda(&self, lambda: Node, class: &mut Class) {
        let members = children(lambda).into_iter().flat_map(|child| if child.kind() == "statements" { children(child) } else { vec![child] });
        self.deeper(|| self.members(members.collect(), class));
    }

    /// `val x: T = value`, `val (a, b) = pair`, `val x by lazy { … }`, `val x get() = …`.
    pub(super) fn property(&self, node: Node, out: &mut Vec<Statement>) {
        let (mut target, mut declared, mut value, mut escape) = (None, None, None, None);
        for child in children(node) {
            match child.kind() {
                "modifiers" | "binding_pattern_kind" | "type_parameters" | "type_constraints" | "setter" => {}
                // A property of another type is asked for through it.
                "receiver_type" => return,
                "variable_declaration" => {
                    let mut parts = children(child).into_iter().filter(|part| !matches!(part.kind(), "annotation" | "modifiers"));
                    target = parts.next().map(|part| name(self.plain_name(part), span(part)));
                    declared = parts.next().map(|part| self.type_of(part));
                }
                "multi_variable_declaration" => target = Some(self.several(child)),
                "property_delegate" => value = children(child).first().map(|inner| self.delegated(*inner)),
                "getter" => value = value.or_else(|| self.accessor(child)),
                "elvis_expression" => (value, escape) = self.escaping(child),
                _ => value = Some(self.expression(child)),
            }
        }
        let Some(target) = target else { return };
        let at = span(node);
        out.push(assign(target.clone(), declared, value, at));
        out.extend(escape.map(|way| self.unless(target, way, at)));
    }

    pub(super) fn several(&self, node: Node) -> Expression {
        let names = children(node).into_iter().map(|part| {
            let named = child_of_kind(part, "simple_identifier").map(|inner| self.plain_name(inner)).unwrap_or_default();
            name(named, span(part))
        });
        expression(ExpressionKind::List(names.collect()), span(node))
    }

    /// `lazy { value }` is the value.
    fn delegated(&self, node: Node) -> Expression {
        let lowered = self.expression(node);
        let at = lowered.span;
        match lowered.kind {
            ExpressionKind::Call { callee, mut arguments, .. } if matches!(&callee.kind, ExpressionKind::Name(name) if name == "lazy") => {
                match arguments.pop().map(|argument| argument.value) {
                    Some(Expression { kind: ExpressionKind::Function(function), .. }) => self.called(*function, at),
                    _ => unknown(Vec::new(), at),
                }
            }
            kind => expression(ExpressionKind::Unknown(vec![expression(kind, at)]), at),
        }
    }

    /// The value of a function that is called where it stands.
    pub(super) fn called(&self, mut function: Function, at: Span) -> Expression {
        if let [Statement { kind: Kind::Return(Some(_)), .. }] = function.body.as_slice()
            && let Some(Statement { kind: Kind::Return(Some(value)), .. }) = function.body.pop()
        {
            return value;
        }
        call(expression(ExpressionKind::Function(Box::new(function)), at), Vec::new(), at)
    }

    /// What a property gives back each time it is asked for.
    pub(super) fn accessor(&self, node: Node) -> Option<Expression> {
        let body = self.function_body(child_of_kind(node, "function_body")?);
        let at = span(node);
        Some(self.called(Function { body, public: true, span: at, line: at.line, ..Function::default() }, at))
    }

    /// `value ?: way out`: the value, and the way out if it is one.
    fn escaping(&self, node: Node) -> (Option<Expression>, Option<Statement>) {
        let parts = children(node);
        if let [left, right] = parts.as_slice()
            && right.kind() == "jump_expression"
            && let Some(kind) = self.jump(*right)
        {
            return (Some(self.expression(*left)), Some(statement(kind, span(*right))));
        }
        (Some(self.expression(node)), None)
    }

    /// `if (value == null) way out`.
    fn unless(&self, value: Expression, way: Statement, at: Span) -> Statement {
        let condition = binary("==", value, expression(ExpressionKind::Null, at), at);
        statement(Kind::If { condition, then: vec![way], otherwise: Vec::new() }, at)
    }

    fn elvis(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        match self.escaping(node) {
            (Some(value), Some(way)) => out.push(self.unless(value, way, at)),
            (Some(value), None) => out.push(statement(Kind::Expression(value), at)),
            _ => {}
        }
    }

    fn assignment(&self, node: Node, out: &mut Vec<Statement>) {
        let parts = children(node);
        let (Some(left), Some(right)) = (parts.first(), parts.get(1)) else { return };
        let at = span(node);
        let target = self.assignable(*left);
        let (value, escape) = if right.kind() == "elvis_expression" { self.escaping(*right) } else { (Some(self.expression(*right)), None) };
        let Some(mut value) = value else { return };
        let operator = ["+=", "-=", "*=", "/=", "%="].into_iter().find(|operator| child_of_kind(node, operator).is_some());
        if let Some(operator) = operator {
            value = binary(operator.trim_end_matches('='), target.clone(), value, at);
        }
        out.push(assign(target.clone(), None, Some(value), at));
        out.extend(escape.map(|way| self.unless(target, way, at)));
    }

    /// What is assigned to: a name with suffixes beside it.
    fn assignable(&self, node: Node) -> Expression {
        if node.kind() != "directly_assignable_expression" {
            return self.expression(node);
        }
        let mut out: Option<Expression> = None;
        for child in children(node).into_iter().take(MAX_DEPTH as usize) {
            out = Some(match (out, child.kind()) {
                (Some(object), "navigation_suffix") => self.suffixed(object, child),
                (Some(object), "indexing_suffix") => self.indexed(object, child),
                (Some(object), _) => object,
                (None, _) => self.expression(child),
            });
        }
        out.unwrap_or_else(|| unknown(Vec::new(), span(node)))
    }

    /// `if` as a statement.
    fn branch(&self, node: Node) -> Kind {
        let body = |field: &'static str| node.field(field).map(|part| self.block(part)).unwrap_or_default();
        Kind::If { condition: self.field_expression(node, "condition"), then: body("consequence"), otherwise: body("alternative") }
    }

    /// `when`: a chain of tests.
    pub(super) fn when(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let subject = child_of_kind(node, "when_subject").and_then(|subject| {
            let parts = children(subject);
            let value = self.expression(*parts.last()?);
            match parts.iter().find(|part| part.kind() == "variable_declaration").and_then(|part| child_of_kind(*part, "simple_identifier")) {
                Some(named) => {
                    let target = name(self.plain_name(named), at);
                    out.push(assign(target.clone(), None, Some(value), at));
                    Some(target)
                }
                None => Some(value),
            }
        });
        let entries: Vec<Node> = children(node).into_iter().filter(|child| child.kind() == "when_entry").collect();
        if entries.len() > MAX_CASES {
            let blocks = entries.into_iter().map(|entry| statement(Kind::Block(self.entry_body(entry)), span(entry)));
            out.push(statement(Kind::Block(blocks.collect()), at));
            return;
        }
        let mut otherwise = Vec::new();
        for entry in entries.into_iter().rev() {
            let tests = children(entry).into_iter().filter(|child| child.kind() == "when_condition").take(MAX_CASES);
            let condition = tests.map(|test| self.test(test, subject.as_ref())).reduce(|left, right| {
                let at = left.span;
                binary("or", left, right, at)
            });
            let then = self.entry_body(entry);
            match condition {
                Some(condition) => otherwise = vec![statement(Kind::If { condition, then, otherwise }, span(entry))],
                None => otherwise = then,
            }
        }
        out.extend(otherwise);
    }

    fn entry_body(&self, entry: Node) -> Vec<Statement> {
        child_of_kind(entry, "control_structure_body").map(|body| self.block(body)).unwrap_or_default()
    }

    fn test(&self, node: Node, subject: Option<&Expression>) -> Expression {
        let at = span(node);
        let Some(inner) = children(node).into_iter().next() else { return unknown(Vec::new(), at) };
        match (inner.kind(), subject) {
            ("type_test", Some(subject)) => {
                let ty = children(inner).first().map(|ty| self.type_of(*ty).name).unwrap_or_default();
                let test = binary("instanceof", subject.clone(), path(&ty, at), at);
                if child_of_kind(inner, "!").is_some() { not(test) } else { test }
            }
            ("range_test", _) => unknown(children(inner).into_iter().map(|part| self.expression(part)).collect(), at),
            (_, Some(subject)) => binary("==", subject.clone(), self.expression(inner), at),
            (_, None) => self.expression(inner),
        }
    }

    fn attempt(&self, node: Node) -> Kind {
        let (mut body, mut handlers, mut finally) = (Vec::new(), Vec::new(), Vec::new());
        for child in children(node) {
            let inner = || child_of_kind(child, "statements").map(|inner| self.block_of(inner)).unwrap_or_default();
            match child.kind() {
                "catch_block" => handlers.push(inner()),
                "finally_block" => finally = inner(),
                "statements" => body = self.block_of(child),
                _ => {}
            }
        }
        Kind::Try { body, handlers, finally }
    }

    fn block_of(&self, node: Node) -> Vec<Statement> {
        let mut out = Vec::new();
        self.deeper(|| self.statements(node, &mut out));
        out
    }

    fn each(&self, node: Node) -> Kind {
        let (mut variable, mut list, mut body) = (None, None, Vec::new());
        for child in children(node) {
            match child.kind() {
                "variable_declaration" => variable = child_of_kind(child, "simple_identifier").map(|part| name(self.plain_name(part), span(part))),
                "multi_variable_declaration" => variable = Some(self.several(child)),
                "control_structure_body" => body = self.block(child),
                "annotation" => {}
                _ => list = Some(self.expression(child)),
            }
        }
        Kind::Loop { over: variable.zip(list), body }
    }

    fn repeat(&self, node: Node) -> Kind {
        let mut body = Vec::new();
        for child in children(node) {
            match child.kind() {
                "control_structure_body" => body.extend(self.block(child)),
                _ => {
                    let condition = self.expression(child);
                    body.push(statement(Kind::Expression(condition), span(child)));
                }
            }
        }
        Kind::Loop { over: None, body }
    }

    /// `return`, `return@label`, `throw`; the others lead nowhere that is followed.
    fn jump(&self, node: Node) -> Option<Kind> {
        let value = || children(node).into_iter().find(|child| child.kind() != "label").map(|child| self.expression(child));
        if child_of_kind(node, "throw").is_some() {
            return Some(Kind::Throw(value()));
        }
        let text = self.text(node);
        text.starts_with("return").then(|| Kind::Return(value()))
    }
}
