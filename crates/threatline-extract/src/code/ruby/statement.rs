//! Statements: branches, loops, rescues, and what the last of them gives back.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use tree_sitter::Node;

impl Lowering<'_> {
    pub(super) fn statements(&self, nodes: &[Node]) -> Vec<Statement> {
        let mut out = Vec::new();
        self.walk.deeper(|| nodes.iter().for_each(|node| self.statement(*node, &mut out)));
        out
    }

    /// The statements of a body, with `rescue` and `ensure` in it.
    pub(super) fn body(&self, node: Node) -> Vec<Statement> {
        if !matches!(node.kind(), "body_statement" | "block_body" | "then" | "begin" | "do" | "else" | "ensure" | "parenthesized_statements" | "begin_block") {
            return self.statements(&[node]);
        }
        let all = children(node);
        let is_part = |child: &&Node| matches!(child.kind(), "rescue" | "ensure" | "else");
        let parts: Vec<Node> = all.iter().filter(is_part).copied().collect();
        let plain: Vec<Node> = all.iter().filter(|child| !is_part(child)).copied().collect();
        let mut body = self.statements(&plain);
        if parts.is_empty() {
            return body;
        }
        let (mut handlers, mut finally) = (Vec::new(), Vec::new());
        for part in parts {
            match part.kind() {
                "rescue" => handlers.push(part.field("body").map(|body| self.body(body)).unwrap_or_default()),
                "ensure" => finally.extend(self.body(part)),
                _ => body.extend(self.body(part)),
            }
        }
        vec![statement(StatementKind::Try { body, handlers, finally }, span(node))]
    }

    fn part(&self, node: Node, field: &'static str) -> Vec<Statement> {
        node.field(field).map(|part| self.body(part)).unwrap_or_default()
    }

    fn statement(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let kind = match node.kind() {
            "if" | "elsif" | "unless" => {
                let condition = self.condition(node, node.kind() == "unless");
                let (then, otherwise) = (self.part(node, "consequence"), self.alternative(node));
                StatementKind::If { condition, then, otherwise }
            }
            "if_modifier" | "unless_modifier" => {
                let condition = self.condition(node, node.kind() == "unless_modifier");
                StatementKind::If { condition, then: self.part(node, "body"), otherwise: Vec::new() }
            }
            "while" | "until" | "while_modifier" | "until_modifier" => {
                let tested = self.field(node, "condition");
                let mut body = vec![statement(StatementKind::Expression(tested), at)];
                body.extend(self.part(node, "body"));
                StatementKind::Loop { over: None, body }
            }
            "for" => {
                let name = node.field("pattern").map(|pattern| self.target(pattern));
                let list = node.field("value").and_then(|list| children(list).first().copied().or(Some(list)));
                let over = name.zip(list.map(|list| self.expression(list)));
                StatementKind::Loop { over, body: self.part(node, "body") }
            }
            "case" => {
                out.extend(self.case(node));
                return;
            }
            "begin" | "parenthesized_statements" => {
                let mut body = self.body(node);
                match body.len() {
                    1 => out.append(&mut body),
                    _ => out.push(statement(StatementKind::Block(body), at)),
                }
                return;
            }
            // in a block it leaves the method around, which what a block gives back does not
            "return" if self.is_in_block() => {
                let given = self.given(node).map(argument).into_iter().collect();
                StatementKind::Return(Some(call(name("return", at), given, at)))
            }
            "return" | "next" | "break" => StatementKind::Return(self.given(node)),
            "class" | "module" => match self.class(node) {
                Some(class) => StatementKind::Class(Box::new(class)),
                None => return,
            },
            "method" | "singleton_method" => match self.method(node) {
                Some(function) => StatementKind::Function(Box::new(function)),
                None => return,
            },
            "assignment" | "operator_assignment" => {
                out.extend(self.assignment(node));
                return;
            }
            "rescue_modifier" => {
                let handler = self.part(node, "handler");
                StatementKind::Try { body: self.part(node, "body"), handlers: vec![handler], finally: Vec::new() }
            }
            "begin_block" | "end_block" | "then" | "body_statement" | "block_body" | "else" => StatementKind::Block(self.body(node)),
            "binary" if self.walk.field_text(node, "right").starts_with("return") => {
                out.extend(self.left_when(node));
                return;
            }
            "call" if self.walk.field_text(node, "method") == "helpers" && self.is_at_top() => {
                // methods that blocks of the file see
                let body = node.field("block").and_then(|block| block.field("body"));
                out.extend(body.map(|body| self.body(body)).unwrap_or_default());
                StatementKind::Expression(self.spoken(node))
            }
            "comment" | "empty_statement" | "heredoc_body" | "uninterpreted" | "alias" | "undef" => return,
            "ERROR" => {
                out.extend(self.statements(&children(node)));
                return;
            }
            _ => match self.spoken(node) {
                Expression { kind: ExpressionKind::Call { callee, mut arguments, .. }, .. } if is_raise(&callee) => {
                    let thrown = (!arguments.is_empty()).then(|| arguments.remove(0).value);
                    StatementKind::Throw(thrown)
                }
                Expression { kind: ExpressionKind::Name(word), .. } if word == "raise" => StatementKind::Throw(None),
                value => StatementKind::Expression(value),
            },
        };
        out.push(statement(kind, at));
    }

    /// `head(401) and return`, `user or return`
    fn left_when(&self, node: Node) -> Vec<Statement> {
        let at = span(node);
        let Some((left, right)) = node.field("left").zip(node.field("right")) else { return Vec::new() };
        let leave = self.statements(&[right]);
        let spoken = self.spoken(left);
        let is_and = matches!(self.walk.field_text(node, "operator"), "and" | "&&");
        if is_and && matches!(&spoken.kind, ExpressionKind::Call { .. }) {
            return [vec![statement(StatementKind::Expression(spoken), at)], leave].concat();
        }
        let condition = self.expression(left);
        let condition = if is_and { condition } else { not(condition) };
        vec![statement(StatementKind::If { condition, then: leave, otherwise: Vec::new() }, at)]
    }

    /// What `return`, `next` and `break` are given.
    fn given(&self, node: Node) -> Option<Expression> {
        let inner = children(node).first().copied()?;
        let values = if inner.kind() == "argument_list" { children(inner) } else { vec![inner] };
        match values.as_slice() {
            [only] => Some(self.spoken(*only)),
            all => Some(expression(ExpressionKind::List(all.iter().map(|one| self.expression(*one)).collect()), span(inner))),
        }
    }

    fn condition(&self, node: Node, turned: bool) -> Expression {
        let condition = self.field(node, "condition");
        if turned { not(condition) } else { condition }
    }

    fn alternative(&self, node: Node) -> Vec<Statement> {
        match node.field("alternative") {
            Some(next) if next.kind() == "elsif" => self.statements(&[next]),
            Some(next) => self.body(next),
            None => Vec::new(),
        }
    }

    /// A chain of branches where something is compared, else one where conditions stand.
    fn case(&self, node: Node) -> Vec<Statement> {
        let at = span(node);
        let tested = node.field("value").map(|value| self.expression(value));
        let all = children(node);
        let mut otherwise: Vec<Statement> = all.iter().find(|child| child.kind() == "else").map(|child| self.body(*child)).unwrap_or_default();
        let cases: Vec<Node> = all.into_iter().filter(|child| child.kind() == "when").collect();
        if cases.is_empty() || cases.len() > MAX_CASES {
            let bodies = cases.iter().flat_map(|case| self.part(*case, "body")).chain(otherwise).collect();
            return vec![statement(StatementKind::Block(bodies), at)];
        }
        for case in cases.into_iter().rev() {
            let one = |pattern: Node| {
                let value = children(pattern).first().map_or_else(|| unknown(Vec::new(), at), |inner| self.expression(*inner));
                match &tested {
                    Some(tested) => binary("==", tested.clone(), value, at),
                    None => value,
                }
            };
            let mut conditions = children_of(case, "pattern").into_iter().map(one);
            let first = conditions.next().unwrap_or_else(|| unknown(Vec::new(), at));
            let condition = conditions.fold(first, |all, one| binary("or", all, one, at));
            let then = self.part(case, "body");
            otherwise = vec![statement(StatementKind::If { condition, then, otherwise }, span(case))];
        }
        otherwise
    }

    /// `a = b`, `a, b = c`, `a ||= b`, `a += b`.
    pub(super) fn assignment(&self, node: Node) -> Vec<Statement> {
        let at = span(node);
        let mut out = Vec::new();
        let Some(left) = node.field("left") else { return out };
        // `a = b = c`
        let value = match node.field("right") {
            Some(right) if right.kind() == "assignment" => {
                out.extend(self.walk.deeper(|| self.assignment(right)).unwrap_or_default());
                right.field("left").map_or_else(|| unknown(Vec::new(), at), |left| self.target(left))
            }
            Some(right) if right.kind() == "right_assignment_list" => {
                expression(ExpressionKind::List(children(right).into_iter().map(|one| self.expression(one)).collect()), at)
            }
            Some(right) => self.spoken(right),
            None => return out,
        };
        let value = match self.walk.field_text(node, "operator") {
            "||=" => binary("or", self.expression(left), value, at),
            "+=" => binary("+", self.expression(left), value, at),
            "" | "=" => value,
            operator => binary(operator.trim_end_matches('='), self.expression(left), value, at),
        };
        out.push(assign(self.target(left), None, Some(value), at));
        out
    }

    /// What is assigned to.
    pub(super) fn target(&self, node: Node) -> Expression {
        let at = span(node);
        match node.kind() {
            "identifier" => {
                self.assigned(self.walk.text(node));
                name(self.walk.text(node), at)
            }
            "left_assignment_list" | "destructured_left_assignment" | "destructured_parameter" => {
                let targets = self.walk.deeper(|| children(node).into_iter().map(|one| self.target(one)).collect());
                expression(ExpressionKind::List(targets.unwrap_or_default()), at)
            }
            "rest_assignment" | "splat_argument" => unknown(Vec::new(), at),
            "call" => {
                let object = node.field("receiver").map_or_else(|| name("self", at), |object| self.expression(object));
                member(object, self.walk.field_text(node, "method"), at)
            }
            _ => self.expression(node),
        }
    }
}

fn is_raise(callee: &Expression) -> bool {
    matches!(&callee.kind, ExpressionKind::Name(word) if word == "raise" || word == "fail")
}
