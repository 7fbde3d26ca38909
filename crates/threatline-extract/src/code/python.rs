//! Python into the shared tree.
//!
//! A decorator with parentheses keeps its call as callee, because `@guard` and `@guard()` differ: the
//! second makes the decorator first.

mod expression;
mod literal;
#[cfg(test)]
mod tests;
mod types;

use super::tree::*;
use crate::code::parts::Fields;
use std::cell::Cell;
use tree_sitter::{Node, Parser};

/// How deep nesting is followed; what lies deeper is left out.
const MAX_DEPTH: u32 = 200;

/// Lowers one Python source file.
pub(crate) fn lower(text: &str) -> Module {
    let mut parser = Parser::new();
    let parsed = parser.set_language(&tree_sitter_python::LANGUAGE.into()).ok().and_then(|()| parser.parse(text, None));
    let Some(parsed) = parsed else {
        return Module { has_errors: true, ..Module::default() };
    };
    let root = parsed.root_node();
    let lowering = Lowering { text, depth: Cell::new(0) };
    let mut module = Module { has_errors: root.has_error(), ..Module::default() };
    lowering.imports(root, &mut module.imports);
    module.body = lowering.block(root);
    module
}

/// One walk over one text.
struct Lowering<'t> {
    text: &'t str,
    depth: Cell<u32>,
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect()
}

fn fields<'a>(node: Node<'a>, name: &str) -> Vec<Node<'a>> {
    let mut cursor = node.walk();
    node.children_by_field_name(name, &mut cursor).collect()
}

fn span(node: Node) -> Span {
    let (start, end) = (node.start_position(), node.end_position());
    let last = if end.column == 0 && end.row > start.row { end.row - 1 } else { end.row };
    Span { line: start.row as u32 + 1, end_line: last as u32 + 1 }
}

fn line(node: Node) -> u32 {
    node.start_position().row as u32 + 1
}

impl<'t> Lowering<'t> {
    fn text(&self, node: Node) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// Runs one level deeper; nothing when that is too deep.
    fn deeper<T>(&self, run: impl FnOnce() -> T) -> Option<T> {
        if self.depth.get() >= MAX_DEPTH {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let out = run();
        self.depth.set(self.depth.get() - 1);
        Some(out)
    }

    /// Imports anywhere in the file: Python binds them where they stand, and functions often import late.
    fn imports(&self, root: Node, out: &mut Vec<Import>) {
        let mut cursor = root.walk();
        loop {
            let node = cursor.node();
            match node.kind() {
                "import_statement" => self.import(node, out),
                "import_from_statement" => self.import_from(node, out),
                _ => {}
            }
            let inner = !matches!(node.kind(), "import_statement" | "import_from_statement" | "expression_statement" | "argument_list");
            if inner && cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    fn import(&self, node: Node, out: &mut Vec<Import>) {
        for name in fields(node, "name") {
            let span = span(name);
            if name.kind() == "aliased_import" {
                let (Some(module), Some(alias)) = (name.field("name"), name.field("alias")) else { continue };
                let (local, module) = (self.text(alias).to_owned(), self.text(module).to_owned());
                out.push(Import { local, module, member: None, span });
            } else {
                // `import a.b` binds `a`; a later `a.b.c` is found by walking down.
                let module = self.text(name).to_owned();
                let local = module.split('.').next().unwrap_or("").to_owned();
                if local != module {
                    out.push(Import { local: module.clone(), module: module.clone(), member: None, span });
                }
                out.push(Import { local: local.clone(), module: local, member: None, span });
            }
        }
    }

    fn import_from(&self, node: Node, out: &mut Vec<Import>) {
        let Some(module) = node.field("module_name") else { return };
        let module: String = self.text(module).split_whitespace().collect();
        if children(node).iter().any(|child| child.kind() == "wildcard_import") {
            out.push(Import { local: "*".into(), module, member: Some("*".into()), span: span(node) });
            return;
        }
        for name in fields(node, "name") {
            let (member, local) = match name.kind() {
                "aliased_import" => (name.field("name"), name.field("alias")),
                _ => (Some(name), Some(name)),
            };
            let (Some(member), Some(local)) = (member, local) else { continue };
            let (member, local) = (self.text(member).to_owned(), self.text(local).to_owned());
            out.push(Import { local, module: module.clone(), member: Some(member), span: span(name) });
        }
    }

    /// The statements of a block, module or single statement.
    fn block(&self, node: Node) -> Vec<Statement> {
        let mut out = Vec::new();
        self.deeper(|| children(node).into_iter().for_each(|child| self.statement(child, &mut out)));
        out
    }

    fn body(&self, node: Node, field: &'static str) -> Vec<Statement> {
        node.field(field).map(|body| self.block(body)).unwrap_or_default()
    }

    fn statement(&self, node: Node, out: &mut Vec<Statement>) {
        let kind = match node.kind() {
            "import_statement" | "import_from_statement" | "future_import_statement" | "pass_statement" | "comment" => return,
            "expression_statement" => {
                children(node).into_iter().for_each(|child| self.effect(child, out));
                return;
            }
            "return_statement" => StatementKind::Return(children(node).first().map(|value| self.expression(*value))),
            "raise_statement" => StatementKind::Throw(children(node).first().map(|value| self.expression(*value))),
            "if_statement" => self.conditional(node),
            "for_statement" => {
                let over = node.field("left").zip(node.field("right"));
                StatementKind::Loop { over: over.map(|(left, right)| (self.expression(left), self.expression(right))), body: self.body(node, "body") }
            }
            "while_statement" => {
                let mut body: Vec<Statement> = Vec::new();
                if let Some(condition) = node.field("condition") {
                    body.push(Statement { kind: StatementKind::Expression(self.expression(condition)), span: span(condition) });
                }
                body.extend(self.body(node, "body"));
                StatementKind::Loop { over: None, body }
            }
            "try_statement" => self.attempt(node),
            "with_statement" => StatementKind::Block(self.with(node)),
            "match_statement" => self.matching(node),
            "function_definition" => StatementKind::Function(Box::new(self.function(node, Vec::new(), span(node)))),
            "class_definition" => StatementKind::Class(Box::new(self.class(node, Vec::new(), span(node)))),
            "decorated_definition" => match self.decorated(node) {
                Some(kind) => kind,
                None => return,
            },
            "assert_statement"
            | "delete_statement"
            | "global_statement"
            | "nonlocal_statement"
            | "type_alias_statement"
            | "break_statement"
            | "continue_statement" => StatementKind::Block(Vec::new()),
            _ => StatementKind::Block(self.block(node)),
        };
        out.push(Statement { kind, span: span(node) });
    }

    fn effect(&self, node: Node, out: &mut Vec<Statement>) {
        let kind = match node.kind() {
            "assignment" => {
                let (target, value) = (node.field("left"), node.field("right"));
                let Some(target) = target else { return };
                if let Some(chained) = value.filter(|value| value.kind() == "assignment") {
                    // `a = b = value`: the inner one first, then `a` gets `b`.
                    self.deeper(|| self.effect(chained, out));
                    let inner = chained.field("left").map(|left| self.expression(left));
                    out.push(Statement { kind: StatementKind::Assign { target: self.expression(target), declared: None, value: inner }, span: span(node) });
                    return;
                }
                StatementKind::Assign {
                    target: self.expression(target),
                    declared: node.field("type").map(|ty| self.ty(ty)),
                    value: value.map(|value| self.expression(value)),
                }
            }
            "augmented_assignment" => {
                let (Some(left), Some(right)) = (node.field("left"), node.field("right")) else { return };
                let (target, right) = (self.expression(left), self.expression(right));
                let operator = node.field("operator").map_or("+", |operator| self.text(operator)).trim_end_matches('=').to_owned();
                let value = ExpressionKind::Binary { operator, left: Box::new(target.clone()), right: Box::new(right) };
                StatementKind::Assign { target, declared: None, value: Some(Expression { kind: value, span: span(node) }) }
            }
            // what a generator gives is kept under the word, which is nobody's name
            "yield" if !children(node).is_empty() && !self.text(node).starts_with("yield from") => {
                let target = Expression { kind: ExpressionKind::Name("yield".to_owned()), span: span(node) };
                StatementKind::Assign { target, declared: None, value: children(node).first().map(|value| self.expression(*value)) }
            }
            _ => StatementKind::Expression(self.expression(node)),
        };
        out.push(Statement { kind, span: span(node) });
    }

    fn conditional(&self, node: Node) -> StatementKind {
        let alternatives = fields(node, "alternative");
        let mut otherwise: Vec<Statement> = Vec::new();
        for alternative in alternatives.into_iter().rev() {
            if alternative.kind() == "else_clause" {
                otherwise = self.body(alternative, "body");
            } else {
                let kind = self.arm(alternative, std::mem::take(&mut otherwise));
                otherwise.push(Statement { kind, span: span(alternative) });
            }
        }
        self.arm(node, otherwise)
    }

    fn arm(&self, node: Node, otherwise: Vec<Statement>) -> StatementKind {
        let condition = match node.field("condition") {
            Some(condition) => self.expression(condition),
            None => Expression { kind: ExpressionKind::Unknown(Vec::new()), span: span(node) },
        };
        StatementKind::If { condition, then: self.body(node, "consequence"), otherwise }
    }

    fn attempt(&self, node: Node) -> StatementKind {
        let (mut body, mut handlers, mut finally) = (self.body(node, "body"), Vec::new(), Vec::new());
        for child in children(node) {
            let last = || children(child).last().map(|block| self.block(*block)).unwrap_or_default();
            match child.kind() {
                "except_clause" | "except_group_clause" => handlers.push(last()),
                "else_clause" => body.extend(self.body(child, "body")),
                "finally_clause" => finally = last(),
                _ => {}
            }
        }
        StatementKind::Try { body, handlers, finally }
    }

    /// `with a as b:` binds b, then runs its body.
    fn with(&self, node: Node) -> Vec<Statement> {
        let mut out = Vec::new();
        let clause = children(node).into_iter().find(|child| child.kind() == "with_clause");
        for item in clause.map(children).unwrap_or_default() {
            let Some(value) = item.field("value") else { continue };
            let pair = (value.kind() == "as_pattern").then(|| children(value));
            let kind = match pair.as_deref() {
                Some([value, target, ..]) => {
                    let target = if target.kind() == "as_pattern_target" { children(*target).first().copied().unwrap_or(*target) } else { *target };
                    StatementKind::Assign { target: self.expression(target), declared: None, value: Some(self.expression(*value)) }
                }
                _ => StatementKind::Expression(self.expression(value)),
            };
            out.push(Statement { kind, span: span(item) });
        }
        out.extend(self.body(node, "body"));
        out
    }

    fn matching(&self, node: Node) -> StatementKind {
        let mut out = Vec::new();
        if let Some(subject) = node.field("subject") {
            out.push(Statement { kind: StatementKind::Expression(self.expression(subject)), span: span(subject) });
        }
        for case in node.field("body").map(children).unwrap_or_default() {
            let nothing = Expression { kind: ExpressionKind::Unknown(Vec::new()), span: span(case) };
            out.push(Statement {
                kind: StatementKind::If { condition: nothing, then: self.body(case, "consequence"), otherwise: Vec::new() },
                span: span(case),
            });
        }
        StatementKind::Block(out)
    }

    fn decorated(&self, node: Node) -> Option<StatementKind> {
        let annotations = children(node).into_iter().filter(|child| child.kind() == "decorator").map(|child| self.annotation(child)).collect();
        let definition = node.field("definition")?;
        Some(match definition.kind() {
            "class_definition" => StatementKind::Class(Box::new(self.class(definition, annotations, span(node)))),
            _ => StatementKind::Function(Box::new(self.function(definition, annotations, span(node)))),
        })
    }

    fn annotation(&self, node: Node) -> Annotation {
        let callee = children(node).first().map(|callee| self.expression(*callee));
        let callee = callee.unwrap_or(Expression { kind: ExpressionKind::Unknown(Vec::new()), span: span(node) });
        Annotation { callee, arguments: Vec::new(), span: span(node) }
    }

    fn function(&self, node: Node, annotations: Vec<Annotation>, whole: Span) -> Function {
        let name = node.field("name");
        let mut parameters: Vec<Parameter> = node.field("parameters").map(|list| self.parameters(list)).unwrap_or_default();
        let is_static = annotations.iter().any(|annotation| matches!(&annotation.callee.kind, ExpressionKind::Name(name) if name == "staticmethod"));
        if parameters.first().is_some_and(|first| matches!(first.name.as_str(), "self" | "cls") && first.declared.is_none()) {
            parameters.remove(0);
        }
        Function {
            name: name.map_or("", |name| self.text(name)).to_owned(),
            parameters,
            returns: node.field("return_type").map(|ty| self.ty(ty)),
            annotations,
            body: self.body(node, "body"),
            public: true,
            is_static,
            span: whole,
            line: name.map_or(whole.line, line),
            ..Function::default()
        }
    }

    fn class(&self, node: Node, annotations: Vec<Annotation>, whole: Span) -> Class {
        let name = node.field("name");
        let mut class = Class {
            name: name.map_or("", |name| self.text(name)).to_owned(),
            annotations,
            span: whole,
            line: name.map_or(whole.line, line),
            ..Class::default()
        };
        for base in node.field("superclasses").map(children).unwrap_or_default() {
            match base.kind() {
                "keyword_argument" => class.arguments.extend(self.argument(base)),
                _ => class.bases.push(self.ty(base)),
            }
        }
        if class.bases.iter().any(|base| base.name.rsplit('.').next().is_some_and(|name| name.ends_with("Enum"))) {
            class.kind = ClassKind::Enum;
        }
        for statement in self.body(node, "body") {
            let Statement { kind, span } = statement;
            match kind {
                StatementKind::Function(method) => class.methods.push(*method),
                StatementKind::Assign { target: Expression { kind: ExpressionKind::Name(name), .. }, declared, value } => {
                    class.fields.push(Field { name, declared, value, annotations: Vec::new(), span });
                }
                // a class in it is a member of it: `class Meta`
                StatementKind::Class(inner) => {
                    let value = Some(Expression { kind: ExpressionKind::Class(inner.clone()), span });
                    class.fields.push(Field { name: inner.name.clone(), declared: None, value, annotations: Vec::new(), span });
                }
                StatementKind::Block(body) if body.is_empty() => {}
                kind => class.body.push(Statement { kind, span }),
            }
        }
        class
    }
}
