//! Statements.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::{Expression, ExpressionKind as Kind, Span, Statement, StatementKind, Type};
use crate::code::walk::{MAX_CASES, assign, binary, call, children, children_of, expression, member, name, span, statement, unknown};
use tree_sitter::Node;

/// What a `switch` tests is repeated in each case; a longer text than this is not.
const MAX_SWITCH_VALUE: usize = 200;

impl Lowering<'_> {
    /// The statements of a block, statement list or case.
    pub(super) fn statements(&self, node: Node, out: &mut Vec<Statement>) {
        for child in children(node) {
            match child.kind() {
                "statement_list" => self.statements(child, out),
                _ => self.statement(child, out),
            }
        }
    }

    fn block(&self, node: Option<Node>) -> Vec<Statement> {
        let mut out = Vec::new();
        if let Some(node) = node {
            self.statements(node, &mut out);
        }
        out
    }

    /// A statement, which may become several; too deep a one is left out.
    pub(super) fn statement(&self, node: Node, out: &mut Vec<Statement>) {
        self.walk.deeper(|| self.statement_at(node, out));
    }

    fn statement_at(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        match node.kind() {
            "function_declaration" | "method_declaration" => {
                out.push(statement(StatementKind::Function(Box::new(self.function(node))), at));
            }
            "type_declaration" => self.types(node, out),
            "const_declaration" | "var_declaration" => self.values(node, out),
            "short_var_declaration" | "assignment_statement" => self.assignment(node, at, out),
            "return_statement" => out.push(statement(StatementKind::Return(self.returned(node, at)), at)),
            "if_statement" => self.condition(node, at, out),
            "for_statement" => self.repeat(node, at, out),
            "expression_switch_statement" => self.switch(node, out),
            "type_switch_statement" => self.type_switch(node, out),
            "select_statement" => self.select(node, out),
            "block" => out.push(statement(StatementKind::Block(self.block(Some(node))), at)),
            "labeled_statement" => self.last_child(node, out),
            "expression_statement" | "go_statement" | "defer_statement" => self.effect(node, at, out),
            "break_statement" | "continue_statement" | "goto_statement" | "fallthrough_statement" | "empty_statement" | "comment" => {}
            "ERROR" => children(node).into_iter().for_each(|child| self.statement(child, out)),
            _ => out.push(statement(StatementKind::Expression(self.expression(node)), at)),
        }
    }

    fn last_child(&self, node: Node, out: &mut Vec<Statement>) {
        if let Some(last) = children(node).last().filter(|last| last.kind() != "label_name") {
            self.statement(*last, out);
        }
    }

    /// An expression for its effect; `panic` throws.
    fn effect(&self, node: Node, at: Span, out: &mut Vec<Statement>) {
        let Some(inner) = children(node).first().copied() else { return };
        let kind = match self.expression(inner) {
            Expression { kind: Kind::Call { callee, mut arguments, .. }, .. }
                if node.kind() == "expression_statement" && callee.kind == Kind::Name("panic".into()) =>
            {
                StatementKind::Throw(arguments.pop().map(|argument| argument.value))
            }
            effect => StatementKind::Expression(effect),
        };
        out.push(statement(kind, at));
    }

    /// A bare `return` gives back the named results.
    fn returned(&self, node: Node, at: Span) -> Option<Expression> {
        if let Some(list) = children(node).first() {
            return Some(self.expression(*list));
        }
        let results = self.results.borrow();
        let mut names: Vec<Expression> = results.last()?.iter().map(|result| name(result, at)).collect();
        match names.len() {
            0 => None,
            1 => names.pop(),
            _ => Some(expression(Kind::List(names), at)),
        }
    }

    fn assignment(&self, node: Node, at: Span, out: &mut Vec<Statement>) {
        let list = |field: &'static str| match node.field(field) {
            Some(list) if list.kind() == "expression_list" => children(list),
            one => one.into_iter().collect(),
        };
        let targets: Vec<Expression> = list("left").into_iter().map(|target| self.target(target)).collect();
        let values = list("right");
        let operator = self.walk.field_text(node, "operator");
        match (operator.strip_suffix('='), targets.as_slice(), values.as_slice()) {
            (Some(operator), [target], [value]) if !operator.is_empty() => {
                let value = binary(operator, target.clone(), self.expression(*value), at);
                out.push(assign(target.clone(), None, Some(value), at));
            }
            _ => self.assignments(targets, None, values, at, out),
        }
    }

    /// `*p = …` assigns to what the pointer points to: a name of its own, with the star.
    fn target(&self, node: Node) -> Expression {
        match node.field("operand") {
            Some(pointer) if node.kind() == "unary_expression" && pointer.kind() == "identifier" && self.text(node).starts_with('*') => {
                name(format!("*{}", self.text(pointer)), span(node))
            }
            _ => self.expression(node),
        }
    }

    /// Targets and values pairwise, or one call for several targets. A type assertion declares its target.
    pub(super) fn assignments(&self, mut targets: Vec<Expression>, declared: Option<Type>, values: Vec<Node>, at: Span, out: &mut Vec<Statement>) {
        let asserted = |value: &Node| {
            let written = (value.kind() == "type_assertion_expression").then(|| value.field("type")).flatten();
            declared.clone().or_else(|| written.map(|written| self.type_of(written)))
        };
        if let ([value], 2) = (values.as_slice(), targets.len())
            && value.kind() == "type_assertion_expression"
        {
            // `x, ok := y.(T)`
            targets.truncate(1);
        }
        if targets.len() == values.len() {
            for (target, value) in targets.into_iter().zip(&values) {
                out.push(assign(target, asserted(value), Some(self.expression(*value)), at));
            }
        } else {
            let target = expression(Kind::List(targets), at);
            let value = match values.as_slice() {
                [value] => self.expression(*value),
                several => unknown(several.iter().map(|value| self.expression(*value)).collect(), at),
            };
            out.push(assign(target, declared, Some(value), at));
        }
    }

    fn initializer(&self, node: Node, out: &mut Vec<Statement>) {
        if let Some(initializer) = node.field("initializer") {
            self.statement(initializer, out);
        }
    }

    fn condition(&self, node: Node, at: Span, out: &mut Vec<Statement>) {
        self.initializer(node, out);
        let otherwise = match node.field("alternative") {
            Some(block) if block.kind() == "block" => self.block(Some(block)),
            Some(other) => {
                let mut inner = Vec::new();
                self.statement(other, &mut inner);
                inner
            }
            None => Vec::new(),
        };
        let condition = self.expression_under(node, "condition");
        let then = self.block(node.field("consequence"));
        out.push(statement(StatementKind::If { condition, then, otherwise }, at));
    }

    fn repeat(&self, node: Node, at: Span, out: &mut Vec<Statement>) {
        let mut over = None;
        let mut body = Vec::new();
        for head in children(node) {
            match head.kind() {
                "block" => {}
                "range_clause" => over = self.range(head),
                "for_clause" => {
                    self.initializer(head, out);
                    for part in ["condition", "update"] {
                        children_of(head, part).into_iter().for_each(|part| self.statement(part, &mut body));
                    }
                }
                _ => self.statement(head, &mut body),
            }
        }
        body.extend(self.block(node.field("body")));
        out.push(statement(StatementKind::Loop { over, body }, at));
    }

    /// `_, v` runs over the elements, `k, v` over the entries, `k` over the keys.
    fn range(&self, node: Node) -> Option<(Expression, Expression)> {
        let at = span(node);
        let right = self.expression_under(node, "right");
        let method = |name: &str, object: Expression| call(member(object, name, at), Vec::new(), at);
        let left = node.field("left").map(children).unwrap_or_default();
        match left.as_slice() {
            [] => Some((name("_", at), right)),
            [key] => Some((self.expression(*key), method("keys", right))),
            [key, value] if self.text(*key) == "_" => Some((self.expression(*value), right)),
            several => {
                let names = several.iter().map(|name| self.expression(*name)).collect();
                Some((expression(Kind::List(names), at), method("entries", right)))
            }
        }
    }

    fn switch(&self, node: Node, out: &mut Vec<Statement>) {
        self.initializer(node, out);
        let mut value = node.field("value").map(|value| self.expression(value));
        if let Some(long) = node.field("value").filter(|value| value.byte_range().len() > MAX_SWITCH_VALUE) {
            let effect = value.replace(unknown(Vec::new(), span(long))).unwrap_or_else(|| unknown(Vec::new(), span(long)));
            out.push(statement(StatementKind::Expression(effect), span(long)));
        }
        let test = |case: Node| {
            let tests = children_of(case, "value").into_iter().flat_map(children).map(|tested| {
                let tested_at = span(tested);
                match &value {
                    Some(value) => binary("==", value.clone(), self.expression(tested), tested_at),
                    None => self.expression(tested),
                }
            });
            any_of(tests, span(case))
        };
        self.chain(node, "value", test, |_| Vec::new(), out);
    }

    fn type_switch(&self, node: Node, out: &mut Vec<Statement>) {
        self.initializer(node, out);
        let value = self.expression_under(node, "value");
        let alias = node.field("alias").and_then(|list| children(list).first().map(|alias| self.expression(*alias)));
        let test = |case: Node| {
            let tests = children_of(case, "type").into_iter().map(|of| binary("instanceof", value.clone(), self.type_name(of), span(of)));
            any_of(tests, span(case))
        };
        let bound = |case: Node| {
            let Some(alias) = alias.clone() else { return Vec::new() };
            let types = children_of(case, "type");
            let declared = if let [one] = types.as_slice() { Some(self.type_of(*one)) } else { None };
            vec![assign(alias, declared, Some(value.clone()), span(case))]
        };
        self.chain(node, "type", test, bound, out);
    }

    fn select(&self, node: Node, out: &mut Vec<Statement>) {
        let received = |case: Node| {
            let mut inner = Vec::new();
            if let Some(communication) = case.field("communication") {
                match (communication.field("left"), communication.field("right")) {
                    (Some(_), Some(_)) => self.assignment(communication, span(communication), &mut inner),
                    (None, Some(right)) => inner.push(statement(StatementKind::Expression(self.expression(right)), span(right))),
                    _ => self.statement(communication, &mut inner),
                }
            }
            inner
        };
        self.chain(node, "communication", |case| unknown(Vec::new(), span(case)), received, out);
    }

    /// Cases as a chain of `If`s, the default last wherever it stands. `tested` is the field that holds what a
    /// case tests; `first` is what a case binds.
    fn chain(&self, node: Node, tested: &'static str, test: impl Fn(Node) -> Expression, first: impl Fn(Node) -> Vec<Statement>, out: &mut Vec<Statement>) {
        let cases: Vec<Node> = children(node).into_iter().filter(|child| child.kind().ends_with("_case")).collect();
        let body = |case: Node| {
            let mut inner = first(case);
            let skipped = children_of(case, tested);
            for child in children(case).into_iter().filter(|child| !skipped.contains(child)) {
                match child.kind() {
                    "statement_list" => self.statements(child, &mut inner),
                    _ => self.statement(child, &mut inner),
                }
            }
            inner
        };
        if cases.len() > MAX_CASES {
            return out.push(statement(StatementKind::Block(cases.into_iter().flat_map(body).collect()), span(node)));
        }
        let default = cases.iter().find(|case| case.kind() == "default_case");
        let mut otherwise = default.map(|case| body(*case)).unwrap_or_default();
        for case in cases.iter().rev().filter(|case| case.kind() != "default_case") {
            let kind = StatementKind::If { condition: test(*case), then: body(*case), otherwise };
            otherwise = vec![statement(kind, span(*case))];
        }
        out.extend(otherwise);
    }
}

fn any_of(tests: impl Iterator<Item = Expression>, at: Span) -> Expression {
    tests.reduce(|left, right| binary("or", left, right, at)).unwrap_or_else(|| unknown(Vec::new(), at))
}
