//! Patterns: what they test, what they bind.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::{Expression, ExpressionKind as Kind, Statement};
use crate::code::walk::{assign, binary, children, expression, member, name, not, path, span, string, unknown};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    /// A pattern as the target of an assignment.
    pub(super) fn target(&self, pattern: Node) -> Expression {
        self.walk.deeper(|| self.target_at(pattern)).unwrap_or_else(|| unknown(Vec::new(), span(pattern)))
    }

    fn target_at(&self, pattern: Node) -> Expression {
        let at = span(pattern);
        let all = |skip: usize| -> Vec<Expression> { children(pattern).into_iter().skip(skip).map(|inner| self.target(inner)).collect() };
        match pattern.kind() {
            "identifier" | "shorthand_field_identifier" => name(self.text(pattern), at),
            "mut_pattern" | "ref_pattern" | "reference_pattern" | "match_pattern" => match inner_pattern(pattern) {
                Some(inner) => self.target(inner),
                None => unknown(Vec::new(), at),
            },
            "captured_pattern" | "or_pattern" => all(0).into_iter().next().unwrap_or_else(|| unknown(Vec::new(), at)),
            "tuple_pattern" | "slice_pattern" => expression(Kind::List(all(0)), at),
            "tuple_struct_pattern" => {
                let mut inner = all(1);
                if inner.len() == 1 { inner.remove(0) } else { expression(Kind::List(inner), at) }
            }
            "struct_pattern" => {
                let fields = children(pattern).into_iter().filter(|child| child.kind() == "field_pattern");
                let entries = fields.filter_map(|field| {
                    let named = field.field("name")?;
                    let target = field.field("pattern").unwrap_or(named);
                    Some((string(self.text(named), span(named)), self.target(target)))
                });
                expression(Kind::Map(entries.collect()), at)
            }
            _ if self.text(pattern) == "_" => name("_", at),
            _ => unknown(Vec::new(), at),
        }
    }

    /// The names that a pattern binds.
    pub(super) fn bound_names(&self, pattern: Node) -> Vec<String> {
        let mut out = Vec::new();
        let mut pending = vec![self.target(pattern)];
        while let Some(target) = pending.pop() {
            match target.kind {
                Kind::Name(name) if name != "_" && !is_constant(&name) => out.push(name),
                Kind::List(inner) => pending.extend(inner.into_iter().rev()),
                Kind::Map(entries) => pending.extend(entries.into_iter().rev().map(|entry| entry.1)),
                _ => {}
            }
        }
        out
    }

    /// Whether a pattern is one name and nothing else.
    pub(super) fn is_plain_binding(&self, pattern: Node) -> bool {
        match pattern.kind() {
            "identifier" => !is_constant(self.text(pattern)),
            "mut_pattern" | "ref_pattern" => inner_pattern(pattern).is_some_and(|inner| inner.kind() == "identifier"),
            _ => false,
        }
    }

    /// Binds what a pattern takes out of a value.
    pub(super) fn bind(&self, pattern: Node, value: &Expression, out: &mut Vec<Statement>) {
        if self.bound_names(pattern).is_empty() {
            return;
        }
        let is_error = self.constructor(pattern) == Some("Err");
        let value = if is_error { unknown(Vec::new(), value.span) } else { value.clone() };
        out.push(assign(self.target(pattern), None, Some(value), span(pattern)));
    }

    /// The last part of the name before a pattern's parentheses.
    fn constructor(&self, pattern: Node) -> Option<&'t str> {
        let pattern = if pattern.kind() == "match_pattern" { inner_pattern(pattern)? } else { pattern };
        let of = pattern.field("type").filter(|_| pattern.kind() == "tuple_struct_pattern")?;
        self.text(of).rsplit("::").next()
    }

    /// What holds when a pattern fits; none when it always does.
    pub(super) fn test(&self, pattern: Node, value: &Expression) -> Option<Expression> {
        self.walk.deeper(|| self.test_at(pattern, value)).unwrap_or_else(|| Some(unknown(Vec::new(), span(pattern))))
    }

    fn test_at(&self, pattern: Node, value: &Expression) -> Option<Expression> {
        let at = span(pattern);
        let equals = || Some(binary("==", value.clone(), self.expression(pattern), at));
        match pattern.kind() {
            "identifier" => match self.text(pattern) {
                "None" => Some(not(value.clone())),
                text if is_constant(text) => equals(),
                _ => None,
            },
            "scoped_identifier" => equals(),
            kind if kind.ends_with("_literal") => equals(),
            "match_pattern" => {
                let fits = inner_pattern(pattern).and_then(|inner| self.test(inner, value));
                let guard = pattern.field("condition").map(|condition| self.condition(condition).0);
                both(fits, guard)
            }
            "mut_pattern" | "ref_pattern" | "reference_pattern" => inner_pattern(pattern).and_then(|inner| self.test(inner, value)),
            "captured_pattern" => children(pattern).get(1).and_then(|inner| self.test(*inner, value)),
            "or_pattern" => {
                let tests: Option<Vec<Expression>> = children(pattern).into_iter().map(|inner| self.test(inner, value)).collect();
                tests?.into_iter().reduce(|left, right| binary("or", left, right, at))
            }
            "tuple_pattern" => {
                let tests = children(pattern).into_iter().enumerate().map(|(number, inner)| self.test(inner, &part(value, number)));
                tests.fold(None, both)
            }
            "tuple_struct_pattern" => {
                let inner = children(pattern);
                match self.constructor(pattern)? {
                    "Some" | "Ok" => both(Some(value.clone()), inner.get(1).and_then(|inner| self.test(*inner, value))),
                    "Err" => Some(not(value.clone())),
                    _ => inner.first().map(|of| binary("instanceof", value.clone(), self.expression(*of), at)),
                }
            }
            "struct_pattern" => {
                let of = pattern.field("type")?;
                Some(binary("instanceof", value.clone(), path(&self.type_of(of).name, at), at))
            }
            "remaining_field_pattern" => None,
            _ if self.text(pattern) == "_" => None,
            _ => Some(unknown(vec![value.clone()], at)),
        }
    }
}

/// One of a tuple's parts.
fn part(value: &Expression, number: usize) -> Expression {
    match &value.kind {
        Kind::List(parts) => parts.get(number).cloned().unwrap_or_else(|| unknown(Vec::new(), value.span)),
        _ => member(value.clone(), number.to_string(), value.span),
    }
}

fn both(left: Option<Expression>, right: Option<Expression>) -> Option<Expression> {
    match (left, right) {
        (Some(left), Some(right)) => {
            let at = left.span;
            Some(binary("and", left, right, at))
        }
        (left, right) => left.or(right),
    }
}

/// The pattern within `mut x`, `&x`, `x if …`.
fn inner_pattern(pattern: Node<'_>) -> Option<Node<'_>> {
    if pattern.kind() == "match_pattern" {
        // `_` is no named child.
        return pattern.child(0);
    }
    children(pattern).into_iter().find(|child| child.kind() != "mutable_specifier")
}

fn is_constant(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}
