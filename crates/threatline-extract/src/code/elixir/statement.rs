//! Statements: branches, matches, comprehensions, rescues.

use super::clause::Clause;
use super::{Lowering, block, given};
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use tree_sitter::Node;

/// The name of what a `case` looks at, where it is no name itself.
const LOOKED_AT: &str = "(case)";

impl Lowering<'_> {
    pub(super) fn statements(&self, nodes: &[Node]) -> Vec<Statement> {
        let mut out = Vec::new();
        self.walk.deeper(|| nodes.iter().for_each(|node| self.statement(*node, &mut out)));
        out
    }

    /// The statements of a block, with `rescue` and `after` in it.
    pub(super) fn block(&self, node: Node) -> Vec<Statement> {
        self.scoped(|| {
            let is_part = |child: &&Node| matches!(child.kind(), "rescue_block" | "after_block" | "else_block" | "catch_block");
            let all = children(node);
            let plain: Vec<Node> = all.iter().filter(|child| !is_part(child) && child.kind() != "stab_clause").copied().collect();
            let body = self.statements(&plain);
            let (mut handlers, mut finally) = (Vec::new(), Vec::new());
            for part in all.iter().filter(|child| matches!(child.kind(), "rescue_block" | "catch_block" | "after_block")) {
                match part.kind() {
                    "after_block" => finally.extend(self.statements(&children(*part))),
                    _ => handlers.extend(stabs(*part).into_iter().map(|stab| self.stab(stab).body)),
                }
            }
            if handlers.is_empty() && finally.is_empty() {
                return body;
            }
            vec![statement(StatementKind::Try { body, handlers, finally }, span(node))]
        })
    }

    fn statement(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        match node.kind() {
            "binary_operator" if self.walk.field_text(node, "operator") == "=" => {
                let Some((left, right)) = node.field("left").zip(node.field("right")) else { return };
                self.matched(left, self.expression(right), at, out);
                return;
            }
            "block" | "ERROR" => {
                out.extend(self.statements(&children(node)));
                return;
            }
            "comment" => return,
            _ => {}
        }
        if let Some((word, given)) = self.called(node)
            && self.by_word(node, word, &given, out)
        {
            return;
        }
        out.push(statement(StatementKind::Expression(self.expression(node)), at));
    }

    /// `pattern = value`
    fn matched(&self, pattern: Node, value: Expression, at: Span, out: &mut Vec<Statement>) {
        if matches!(pattern.kind(), "identifier" | "tuple" | "list") || matches!(value.kind, ExpressionKind::Name(_)) {
            self.binds(pattern, &value, out);
            return;
        }
        let held = name("(matched)", at);
        out.push(assign(held.clone(), None, Some(value), at));
        self.binds(pattern, &held, out);
    }

    /// Words that the language gives a meaning; says whether this is one.
    fn by_word(&self, node: Node, word: &str, given: &[Node], out: &mut Vec<Statement>) -> bool {
        let at = span(node);
        let kind = match word {
            "defmodule" | "defimpl" | "defprotocol" => match self.module(node, given) {
                Some(class) => StatementKind::Class(Box::new(class)),
                None => return true,
            },
            "def" | "defp" | "defmacro" | "defmacrop" => {
                // outside of a module, in what a macro quotes
                out.extend(self.methods(&[node]).into_iter().map(|method| statement(StatementKind::Function(Box::new(method)), at)));
                return true;
            }
            "alias" => {
                self.aliased(given);
                return true;
            }
            "import" | "require" | "use" if given.first().is_some_and(|first| self.module_name(*first).is_some()) => {
                self.required(word, given);
                return true;
            }
            "if" | "unless" => {
                let Some(condition) = given.first().map(|condition| self.expression(*condition)) else { return false };
                let condition = if word == "unless" { not(condition) } else { condition };
                let (then, otherwise) = self.arms(node, given);
                StatementKind::If { condition, then, otherwise }
            }
            "case" => {
                let Some((looked_at, held)) = given.first().zip(block(node)) else { return false };
                out.extend(self.case(self.expression(*looked_at), &stabs(held)));
                return true;
            }
            "cond" | "receive" => {
                let Some(held) = block(node) else { return false };
                out.extend(if word == "cond" { self.conditions(&stabs(held)) } else { self.alternatives(&stabs(held)) });
                return true;
            }
            "with" => {
                out.extend(self.with(node, given));
                return true;
            }
            "for" => {
                out.extend(self.comprehension(node, given));
                return true;
            }
            "try" | "quote" => {
                let Some(held) = block(node) else { return false };
                out.extend(self.block(held));
                return true;
            }
            "raise" | "throw" | "exit" if !given.is_empty() => StatementKind::Throw(given.first().map(|thrown| self.expression(*thrown))),
            _ => return false,
        };
        out.push(statement(kind, at));
        true
    }

    /// What stands behind `do` and `else`, in blocks or behind keywords.
    fn arms(&self, node: Node, given: &[Node]) -> (Vec<Statement>, Vec<Statement>) {
        if let Some(held) = block(node) {
            let otherwise = child_of_kind(held, "else_block").map(|part| self.statements(&children(part))).unwrap_or_default();
            return (self.block(held), otherwise);
        }
        let pairs: Vec<Node> = given.iter().filter(|one| one.kind() == "keywords").flat_map(|one| children(*one)).collect();
        let arm = |word: &str| {
            let pair = pairs.iter().find(|pair| self.key(**pair) == Some(word));
            pair.and_then(|pair| pair.field("value")).map(|value| self.statements(&[value])).unwrap_or_default()
        };
        (arm("do"), arm("else"))
    }

    pub(super) fn case(&self, value: Expression, stabs: &[Node]) -> Vec<Statement> {
        let at = value.span;
        let mut out = Vec::new();
        let word = match &value.kind {
            ExpressionKind::Name(word) => word.clone(),
            _ => {
                out.push(assign(name(LOOKED_AT, at), None, Some(value), at));
                LOOKED_AT.to_owned()
            }
        };
        let clauses: Vec<Clause> = stabs.iter().map(|stab| self.stab(*stab)).collect();
        out.extend(self.chosen(&clauses, &[word]));
        out
    }

    /// `cond do a -> …; true -> … end`
    fn conditions(&self, stabs: &[Node]) -> Vec<Statement> {
        if stabs.len() > MAX_CASES {
            return self.alternatives(stabs);
        }
        let mut otherwise = Vec::new();
        for stab in stabs.iter().rev() {
            let clause = self.stab(*stab);
            let condition = clause.patterns.first().map(|condition| self.expression(*condition));
            otherwise = match condition.map(|condition| (matches!(condition.kind, ExpressionKind::Boolean(true)), condition)) {
                Some((false, condition)) => vec![statement(StatementKind::If { condition, then: clause.body, otherwise }, clause.span)],
                _ => clause.body,
            };
        }
        otherwise
    }

    fn alternatives(&self, stabs: &[Node]) -> Vec<Statement> {
        let clauses = stabs.iter().map(|stab| self.stab(*stab));
        clauses.map(|clause| statement(StatementKind::Block(clause.body), clause.span)).collect()
    }

    /// `with {:ok, a} <- f(), b <- g(a) do … else … end`: each match that fails leads to the alternative.
    fn with(&self, node: Node, given: &[Node]) -> Vec<Statement> {
        let at = span(node);
        let (mut inner, mut otherwise) = self.arms(node, given);
        let failing = block(node).and_then(|held| child_of_kind(held, "else_block")).map(stabs).unwrap_or_default();
        if !failing.is_empty() {
            let clauses: Vec<Clause> = failing.iter().map(|stab| self.stab(*stab)).collect();
            otherwise = match clauses.as_slice() {
                [only] => only.body.clone(),
                all => all
                    .iter()
                    .map(|clause| {
                        statement(StatementKind::If { condition: unknown(Vec::new(), at), then: clause.body.clone(), otherwise: Vec::new() }, clause.span)
                    })
                    .collect(),
            };
        }
        for (number, step) in given.iter().filter(|step| step.kind() != "keywords").enumerate().collect::<Vec<_>>().into_iter().rev() {
            let is_match = step.kind() == "binary_operator" && self.walk.field_text(*step, "operator") == "<-";
            let Some((pattern, value)) = step.field("left").zip(step.field("right")).filter(|_| is_match) else {
                let mut before = self.statements(&[*step]);
                before.append(&mut inner);
                inner = before;
                continue;
            };
            let held = name(format!("(with {number})"), span(*step));
            let mut then = Vec::new();
            self.binds(pattern, &held, &mut then);
            let condition = self.fits(pattern, &held);
            then.append(&mut inner);
            inner = vec![assign(held.clone(), None, Some(self.expression(value)), span(*step))];
            match condition {
                Some(condition) => inner.push(statement(StatementKind::If { condition, then, otherwise: otherwise.clone() }, at)),
                None => inner.append(&mut then),
            }
            // what is written once for each step is written a few times only
            if number > 8 {
                otherwise.clear();
            }
        }
        inner
    }

    /// `for x <- list, y <- other do … end`
    fn comprehension(&self, node: Node, given: &[Node]) -> Vec<Statement> {
        let at = span(node);
        let (mut body, _) = self.arms(node, given);
        for step in given.iter().filter(|step| step.kind() != "keywords").rev() {
            let is_match = step.kind() == "binary_operator" && self.walk.field_text(*step, "operator") == "<-";
            match step.field("left").zip(step.field("right")).filter(|_| is_match) {
                Some((pattern, list)) => {
                    let over = match pattern.kind() {
                        "tuple" => expression(ExpressionKind::List(children(pattern).into_iter().map(|part| self.expression(part)).collect()), span(pattern)),
                        _ => self.expression(pattern),
                    };
                    body = vec![statement(StatementKind::Loop { over: Some((over, self.expression(list))), body }, at)];
                }
                None => body.insert(0, statement(StatementKind::Expression(self.expression(*step)), span(*step))),
            }
        }
        body
    }

    /// `alias A.B`, `alias A.B, as: C`, `alias A.{B, C}`
    pub(super) fn aliased(&self, given: &[Node]) {
        let Some(first) = given.first() else { return };
        for full in self.several(*first) {
            let told = given.get(1).filter(|one| one.kind() == "keywords").and_then(|one| children(*one).first().copied());
            let told = told.filter(|pair| self.key(*pair) == Some("as")).map(|pair| self.walk.field_text(pair, "value").to_owned());
            let short = told.unwrap_or_else(|| full.rsplit('.').next().unwrap_or_default().to_owned());
            self.alias(&short, full);
        }
    }

    /// The modules that `A.B` and `A.{B, C}` name.
    pub(super) fn several(&self, node: Node) -> Vec<String> {
        let inner = if node.kind() == "call" { node.field("target").unwrap_or(node) } else { node };
        if let Some((left, right)) = inner.field("left").zip(inner.field("right"))
            && inner.kind() == "dot"
            && right.kind() == "tuple"
        {
            let Some(around) = self.module_name(left) else { return Vec::new() };
            return children(right).into_iter().map(|part| format!("{around}.{}", self.walk.text(part))).collect();
        }
        self.module_name(node).into_iter().collect()
    }

    /// `require A, as: B` is an alias, too.
    fn required(&self, word: &str, given: &[Node]) {
        if word == "require" && given.len() > 1 {
            self.aliased(given);
        }
    }
}

/// The clauses of a block.
pub(super) fn stabs(held: Node<'_>) -> Vec<Node<'_>> {
    children(held).into_iter().filter(|child| child.kind() == "stab_clause").collect()
}

/// The value that stands behind a keyword.
pub(super) fn behind<'n>(lowering: &Lowering, call: Node<'n>, word: &str) -> Option<Node<'n>> {
    let pairs = given(call).into_iter().filter(|one| one.kind() == "keywords").flat_map(children);
    pairs.into_iter().find(|pair| lowering.key(*pair) == Some(word)).and_then(|pair| pair.field("value"))
}
