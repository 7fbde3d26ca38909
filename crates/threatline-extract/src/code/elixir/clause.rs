//! Clauses: several bodies of one name, told apart by patterns, and what a pattern binds.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use tree_sitter::Node;

/// One way through a function.
pub(super) struct Clause<'n> {
    pub(super) patterns: Vec<Node<'n>>,
    pub(super) guard: Option<Node<'n>>,
    pub(super) body: Vec<Statement>,
    pub(super) span: Span,
}

impl Lowering<'_> {
    /// `fn x -> …; y -> … end`
    pub(super) fn anonymous(&self, node: Node) -> Function {
        let stabs: Vec<Node> = children(node).into_iter().filter(|child| child.kind() == "stab_clause").collect();
        let clauses: Vec<Clause> = stabs.into_iter().map(|stab| self.stab(stab)).collect();
        let function = Function { public: true, span: span(node), line: line(node), ..Function::default() };
        self.function_of(function, &clauses)
    }

    /// `pattern when guard -> body`
    pub(super) fn stab<'n>(&self, node: Node<'n>) -> Clause<'n> {
        let body = node.field("right").map(|body| self.statements(&children(body))).unwrap_or_default();
        let (left, guard) = match node.field("left") {
            Some(left) if left.kind() == "binary_operator" && self.walk.field_text(left, "operator") == "when" => (left.field("left"), left.field("right")),
            left => (left, None),
        };
        let patterns = left.map(|left| if left.kind() == "arguments" { children(left) } else { vec![left] }).unwrap_or_default();
        // `x when guard` in an anonymous function
        let (patterns, guard) = match patterns.as_slice() {
            [only] if only.kind() == "binary_operator" && self.walk.field_text(*only, "operator") == "when" => {
                (only.field("left").into_iter().collect(), only.field("right"))
            }
            _ => (patterns, guard),
        };
        Clause { patterns, guard, body, span: span(node) }
    }

    /// A function of its clauses: the names of the first that gives each of its parameters one.
    pub(super) fn function_of(&self, function: Function, clauses: &[Clause]) -> Function {
        let count = clauses.iter().map(|clause| clause.patterns.len()).max().unwrap_or_default();
        let named = |at: usize| clauses.iter().find_map(|clause| clause.patterns.get(at).and_then(|pattern| self.own_name(*pattern)));
        let names: Vec<String> = (0..count).map(|at| named(at).unwrap_or_else(|| format!("({})", at + 1))).collect();
        let parameter = |at: usize| {
            let pattern = clauses.iter().find_map(|clause| clause.patterns.get(at).copied());
            let default = pattern.filter(|pattern| self.walk.field_text(*pattern, "operator") == "\\\\").map(|pattern| self.field(pattern, "right"));
            let declared = pattern.and_then(|pattern| self.record(pattern)).map(plain);
            Parameter { name: names[at].clone(), declared, default, span: pattern.map_or(function.span, span), ..Parameter::default() }
        };
        let parameters = (0..count).map(parameter).collect();
        Function { parameters, body: with_assigned(self.chosen(clauses, &names)), ..function }
    }

    /// The clauses as branches, the first first.
    pub(super) fn chosen(&self, clauses: &[Clause], names: &[String]) -> Vec<Statement> {
        let at = clauses.first().map(|clause| clause.span).unwrap_or_default();
        let bodies = || clauses.iter().map(|clause| statement(StatementKind::Block(self.entered(clause, names)), clause.span)).collect();
        if clauses.len() > MAX_CASES {
            return bodies();
        }
        // what fits no clause fails
        let mut out = vec![statement(StatementKind::Throw(None), at)];
        for clause in clauses.iter().rev() {
            let body = self.entered(clause, names);
            let tested = clause.patterns.iter().zip(names).filter_map(|(pattern, name_of)| {
                let value = name(name_of.as_str(), span(*pattern));
                self.fits(*pattern, &value)
            });
            let tested = tested.chain(clause.guard.map(|guard| self.expression(guard)));
            out = match tested.reduce(|all, one| binary("and", all, one, clause.span)) {
                Some(condition) => vec![statement(StatementKind::If { condition, then: body, otherwise: out }, clause.span)],
                None => body,
            };
        }
        out
    }

    /// The body of a clause behind what its patterns bind.
    fn entered(&self, clause: &Clause, names: &[String]) -> Vec<Statement> {
        let mut out = Vec::new();
        for (pattern, name_of) in clause.patterns.iter().zip(names) {
            self.binds(*pattern, &name(name_of.as_str(), span(*pattern)), &mut out);
        }
        out.extend(clause.body.iter().cloned());
        out
    }

    /// The name that a whole pattern gives: `user`, `%User{} = user`, `opts \\ []`.
    fn own_name(&self, pattern: Node) -> Option<String> {
        match pattern.kind() {
            "identifier" => Some(self.walk.text(pattern).to_owned()).filter(|word| !word.starts_with('_')),
            "binary_operator" => {
                let part = |field: &'static str| pattern.field(field).and_then(|part| self.walk.deeper(|| self.own_name(part)).flatten());
                match self.walk.field_text(pattern, "operator") {
                    "=" => part("right").or_else(|| part("left")),
                    "\\\\" => part("left"),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The record that a pattern asks for.
    fn record(&self, pattern: Node) -> Option<String> {
        match pattern.kind() {
            "map" => children(child_of_kind(pattern, "struct")?).first().and_then(|named| self.module_name(*named)),
            "binary_operator" if self.walk.field_text(pattern, "operator") == "=" => {
                let part = |field: &'static str| pattern.field(field).and_then(|part| self.walk.deeper(|| self.record(part)).flatten());
                part("left").or_else(|| part("right"))
            }
            _ => None,
        }
    }

    /// What a pattern binds of a value.
    pub(super) fn binds(&self, pattern: Node, value: &Expression, out: &mut Vec<Statement>) {
        self.walk.deeper(|| self.bind(pattern, value, out));
    }

    fn bind(&self, pattern: Node, value: &Expression, out: &mut Vec<Statement>) {
        let at = span(pattern);
        match pattern.kind() {
            "identifier" => {
                let word = self.walk.text(pattern);
                let is_same = matches!(&value.kind, ExpressionKind::Name(other) if other == word);
                if !word.starts_with('_') && !is_same {
                    out.push(assign(name(word, at), None, Some(value.clone()), at));
                }
            }
            "map" => self.each_entry(pattern, &mut |key, inner, is_member| {
                let part = match is_member {
                    true => member(value.clone(), key, at),
                    false => expression(ExpressionKind::Index { object: Box::new(value.clone()), index: Box::new(string(key, at)) }, at),
                };
                self.binds(inner, &part, out);
            }),
            "tuple" | "list" => {
                let names = children(pattern).into_iter().map(|part| self.pattern_name(part)).collect();
                out.push(assign(expression(ExpressionKind::List(names), at), None, Some(value.clone()), at));
            }
            "binary_operator" => match self.walk.field_text(pattern, "operator") {
                "=" => {
                    for part in [pattern.field("left"), pattern.field("right")].into_iter().flatten() {
                        self.binds(part, value, out);
                    }
                }
                "\\\\" => {
                    if let Some(left) = pattern.field("left") {
                        self.binds(left, value, out);
                    }
                }
                // `"room:" <> id`, `[first | rest]`
                _ => {
                    if let Some(rest) = pattern.field("right").filter(|rest| rest.kind() == "identifier") {
                        out.push(assign(name(self.walk.text(rest), at), None, Some(unknown(vec![value.clone()], at)), at));
                    }
                }
            },
            _ => {}
        }
    }

    fn pattern_name(&self, part: Node) -> Expression {
        match part.kind() {
            "identifier" => name(self.walk.text(part), span(part)),
            _ => match self.own_name(part) {
                Some(word) => name(word, span(part)),
                None => unknown(Vec::new(), span(part)),
            },
        }
    }

    /// The entries of a map pattern: the key, what stands for the value, and whether the key is an atom.
    fn each_entry<'n>(&self, pattern: Node<'n>, found: &mut dyn FnMut(&str, Node<'n>, bool)) {
        let parts = children(pattern).into_iter().flat_map(|child| if child.kind() == "map_content" { children(child) } else { vec![child] });
        for part in parts {
            match part.kind() {
                "keywords" => {
                    for pair in children(part) {
                        if let (Some(key), Some(value)) = (self.key(pair), pair.field("value")) {
                            found(key, value, true);
                        }
                    }
                }
                "binary_operator" if self.walk.field_text(part, "operator") == "=>" => {
                    let Some((key, value)) = part.field("left").zip(part.field("right")) else { continue };
                    if let ExpressionKind::String(text) = self.expression(key).kind {
                        found(&text, value, key.kind() == "atom");
                    }
                }
                _ => {}
            }
        }
    }

    /// What must hold for a pattern to fit a value; none where it always does.
    pub(super) fn fits(&self, pattern: Node, value: &Expression) -> Option<Expression> {
        self.walk.deeper(|| self.fit(pattern, value)).flatten()
    }

    fn fit(&self, pattern: Node, value: &Expression) -> Option<Expression> {
        let at = span(pattern);
        let both = |left: Option<Expression>, right: Option<Expression>| match (left, right) {
            (Some(left), Some(right)) => Some(binary("and", left, right, at)),
            (left, right) => left.or(right),
        };
        match pattern.kind() {
            "identifier" => None,
            "nil" | "string" | "atom" | "integer" | "boolean" => Some(binary("==", value.clone(), self.expression(pattern), at)),
            "map" => {
                let mut all = self.record(pattern).map(|_| value.clone());
                let mut opaque = false;
                self.each_entry(pattern, &mut |key, inner, is_member| {
                    let part = match is_member {
                        true => member(value.clone(), key, at),
                        false => expression(ExpressionKind::Index { object: Box::new(value.clone()), index: Box::new(string(key, at)) }, at),
                    };
                    let one = self.fits(inner, &part);
                    // that the key is there proves nothing of its value
                    opaque |= one.is_none();
                    all = both(all.take(), one);
                });
                if opaque { both(all, Some(unknown(vec![value.clone()], at))) } else { all }
            }
            "binary_operator" if matches!(self.walk.field_text(pattern, "operator"), "=" | "\\\\") => {
                let left = pattern.field("left").and_then(|left| self.fits(left, value));
                let is_default = self.walk.field_text(pattern, "operator") == "\\\\";
                let right = pattern.field("right").filter(|_| !is_default).and_then(|right| self.fits(right, value));
                both(left, right)
            }
            "tuple" => self.outcome(pattern, value).or_else(|| Some(unknown(vec![value.clone()], at))),
            _ => Some(unknown(vec![value.clone()], at)),
        }
    }

    /// `{:ok, user}` is what succeeded, `{:error, reason}` and `:error` what did not.
    fn outcome(&self, pattern: Node, value: &Expression) -> Option<Expression> {
        let first = children(pattern).first().copied().filter(|first| first.kind() == "atom")?;
        match self.walk.text(first) {
            ":ok" => Some(value.clone()),
            ":error" => Some(not(value.clone())),
            _ => None,
        }
    }
}
