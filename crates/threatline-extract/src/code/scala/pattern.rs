//! Patterns: what a case asks of a value, and the names that it gives to its parts.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use tree_sitter::Node;

/// The parameter of a function that is nothing but cases.
const SUBJECT: &str = "(value)";
/// The operator of a test by a pattern that stands for itself: what it asks is what a library says of it.
const CASE: &str = "case";

impl Lowering<'_> {
    /// `{ case a => b; … }` where a function is asked for.
    pub(super) fn partial(&self, node: Node) -> Function {
        let at = span(node);
        let parameter = Parameter { name: SUBJECT.to_owned(), span: at, ..Parameter::default() };
        let clauses: Vec<Node> = clauses(node);
        let mut body = Vec::new();
        if clauses.len() > MAX_CASES {
            body.extend(clauses.into_iter().map(|clause| statement(StatementKind::Block(self.clause_body(clause)), span(clause))));
        } else {
            for clause in clauses.into_iter().rev() {
                let at = span(clause);
                let mut names = Vec::new();
                let condition = self.asked(clause, &name(SUBJECT, at), &mut names);
                let parameters = names.into_iter().map(|name| Parameter { name, span: at, ..Parameter::default() }).collect();
                let answer = Function { parameters, body: returned(self.clause_body(clause)), public: true, span: at, line: at.line, ..Function::default() };
                let answer = call(expression(ExpressionKind::Function(Box::new(answer)), at), Vec::new(), at);
                let then = vec![statement(StatementKind::Return(Some(answer)), at)];
                body = match condition {
                    Some(condition) => vec![statement(StatementKind::If { condition, then, otherwise: body }, at)],
                    None => then,
                };
            }
        }
        Function { parameters: vec![parameter], body, public: true, span: at, line: at.line, ..Function::default() }
    }

    /// `value match { case a => b; … }` as branches.
    pub(super) fn cases(&self, node: Node, subject: Option<Expression>) -> Vec<Statement> {
        let clauses: Vec<Node> = clauses(node);
        let at = span(node);
        let subject = subject.unwrap_or_else(|| unknown(Vec::new(), at));
        if clauses.len() > MAX_CASES {
            return clauses.into_iter().map(|clause| statement(StatementKind::Block(self.clause_body(clause)), span(clause))).collect();
        }
        let mut out = Vec::new();
        for clause in clauses.into_iter().rev() {
            let at = span(clause);
            let mut names = Vec::new();
            let condition = self.asked(clause, &subject, &mut names);
            // a part of what was looked at is as good as all of it
            let bound = names.into_iter().map(|bound| assign(name(bound, at), None, Some(subject.clone()), at));
            let then: Vec<Statement> = bound.chain(self.clause_body(clause)).collect();
            out = match condition {
                Some(condition) => vec![statement(StatementKind::If { condition, then, otherwise: out }, at)],
                None => then,
            };
        }
        out
    }

    /// What a case does.
    pub(super) fn clause_body(&self, clause: Node) -> Vec<Statement> {
        let mut out = Vec::new();
        if clause.kind() != "case_clause" {
            return out;
        }
        children_of(clause, "body").into_iter().for_each(|one| match one.kind() {
            "block" | "indented_block" => out.extend(self.block(one)),
            _ => self.statement(one, &mut out),
        });
        out
    }

    /// What a case asks of the value; nothing where it takes whatever comes.
    fn asked(&self, clause: Node, subject: &Expression, names: &mut Vec<String>) -> Option<Expression> {
        let test = clause.field("pattern").and_then(|pattern| self.test(pattern, subject, names));
        let guard = child_of_kind(clause, "guard").map(|guard| self.field_expression(guard, "condition"));
        match (test, guard) {
            (Some(test), Some(guard)) => Some(binary("and", test, guard, span(clause))),
            (test, guard) => test.or(guard),
        }
    }

    fn test(&self, pattern: Node, subject: &Expression, names: &mut Vec<String>) -> Option<Expression> {
        self.deeper(|| self.test_at(pattern, subject, names)).flatten()
    }

    fn test_at(&self, pattern: Node, subject: &Expression, names: &mut Vec<String>) -> Option<Expression> {
        let at = span(pattern);
        match pattern.kind() {
            "wildcard" => None,
            "identifier" if is_variable(self.text(pattern)) => {
                names.push(self.plain_name(pattern));
                None
            }
            "identifier" | "stable_identifier" => Some(binary("==", subject.clone(), path(&self.dotted(pattern), at), at)),
            "typed_pattern" => {
                if let Some(inner) = pattern.field("pattern") {
                    self.test(inner, subject, names);
                }
                let ty = pattern.field("type").map(|ty| self.type_of(ty).name).unwrap_or_default();
                Some(binary("instanceof", subject.clone(), path(&ty, at), at))
            }
            "capture_pattern" => {
                names.extend(pattern.field("name").map(|name| self.plain_name(name)));
                pattern.field("pattern").and_then(|inner| self.test(inner, subject, names))
            }
            "tuple_pattern" if pattern.named_child_count() == 1 => self.test(children(pattern).into_iter().next()?, subject, names),
            "alternative_pattern" => {
                let tests: Vec<Option<Expression>> = children(pattern).into_iter().map(|one| self.test(one, subject, names)).collect();
                let tests: Option<Vec<Expression>> = tests.into_iter().collect();
                tests?.into_iter().reduce(|left, right| binary("or", left, right, at))
            }
            "case_class_pattern" if !children_of(pattern, "pattern").iter().any(|inner| inner.kind() == "interpolated_string_expression") => {
                for inner in children_of(pattern, "pattern") {
                    self.test(inner, subject, names);
                }
                let ty = pattern.field("type").map(|ty| self.type_of(ty).name).unwrap_or_default();
                Some(binary("instanceof", subject.clone(), path(&ty, at), at))
            }
            "case_class_pattern" | "infix_pattern" | "interpolated_string_expression" => Some(binary(CASE, subject.clone(), self.told(pattern, names), at)),
            "tuple_pattern" => {
                for inner in children(pattern) {
                    self.test(inner, subject, names);
                }
                Some(unknown(Vec::new(), at))
            }
            _ => Some(binary("==", subject.clone(), self.expression(pattern), at)),
        }
    }

    /// A pattern as the expression that it looks like; what it gives a name to is a part that is called so.
    fn told(&self, pattern: Node, names: &mut Vec<String>) -> Expression {
        let at = span(pattern);
        self.deeper(|| self.told_at(pattern, names)).unwrap_or_else(|| unknown(Vec::new(), at))
    }

    fn told_at(&self, pattern: Node, names: &mut Vec<String>) -> Expression {
        let at = span(pattern);
        match pattern.kind() {
            "wildcard" => part("_", at),
            "identifier" if is_variable(self.text(pattern)) => {
                let bound = self.plain_name(pattern);
                names.push(bound.clone());
                part(&bound, at)
            }
            "capture_pattern" => {
                names.extend(pattern.field("name").map(|name| self.plain_name(name)));
                pattern.field("pattern").map_or_else(|| unknown(Vec::new(), at), |inner| self.told(inner, names))
            }
            "typed_pattern" => pattern.field("pattern").map_or_else(|| unknown(Vec::new(), at), |inner| self.told(inner, names)),
            "case_class_pattern" => {
                let inner = children_of(pattern, "pattern").into_iter().map(|inner| argument(self.told(inner, names))).collect();
                let ty = pattern.field("type").map(|ty| self.type_of(ty).name).unwrap_or_default();
                call(path(&ty, at), inner, at)
            }
            "interpolated_string_expression" => {
                let word = pattern.field("interpolator").map(|word| self.plain_name(word)).unwrap_or_default();
                let template = expression(self.told_template(pattern, names), at);
                call(name(word, at), vec![argument(template)], at)
            }
            "infix_pattern" => self.infix_pattern(pattern, names),
            "tuple_pattern" if pattern.named_child_count() == 1 => {
                children(pattern).first().map_or_else(|| unknown(Vec::new(), at), |inner| self.told(*inner, names))
            }
            "alternative_pattern" => {
                let parts = children(pattern).into_iter().map(|one| self.told(one, names)).collect();
                expression(ExpressionKind::List(parts), at)
            }
            _ => self.expression(pattern),
        }
    }

    fn told_template(&self, pattern: Node, names: &mut Vec<String>) -> ExpressionKind {
        let Some(body) = child_of_kind(pattern, "interpolated_string") else { return ExpressionKind::Unknown(Vec::new()) };
        let mut out = String::new();
        let text = self.text(body);
        let quotes = if text.starts_with("\"\"\"") { 3 } else { 1 };
        let mut next = body.start_byte() + quotes;
        for child in children(body).into_iter().filter(|child| child.kind() == "interpolation") {
            out.push_str(self.whole().get(next..child.start_byte()).unwrap_or_default());
            next = child.end_byte();
            // `${int(id)}` is known by what stands inside
            let word = self.text(child);
            let inner = word.rsplit('(').next().unwrap_or(word);
            let inner: String = inner.chars().filter(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            out.push_str(&format!("{{{inner}}}"));
            names.push(inner);
        }
        out.push_str(self.whole().get(next..body.end_byte().saturating_sub(quotes).max(next)).unwrap_or_default());
        ExpressionKind::String(out)
    }

    /// `GET -> Root / "a" / id :? Page(p)`: the grammar keeps these flat, the language does not.
    fn infix_pattern(&self, pattern: Node, names: &mut Vec<String>) -> Expression {
        let (mut operands, mut operators) = (Vec::new(), Vec::new());
        let mut next = pattern;
        while next.kind() == "infix_pattern" && operators.len() < MAX_CASES {
            operators.push(self.field_text(next, "operator").to_owned());
            let Some(left) = next.field("left") else { break };
            operands.push(next.field("right"));
            next = left;
        }
        operands.push(Some(next));
        let at = span(pattern);
        operands.reverse();
        operators.reverse();
        let lowered = operands.into_iter().enumerate().map(|(at_operand, operand)| {
            let behind = at_operand.checked_sub(1).and_then(|before| operators.get(before)).map(String::as_str);
            operand.map_or_else(|| unknown(Vec::new(), at), |operand| self.operand(operand, behind, names))
        });
        ladder(lowered.collect(), &operators, at)
    }

    /// What an extractor takes out of a part of a path is that part.
    fn operand(&self, node: Node, behind: Option<&str>, names: &mut Vec<String>) -> Expression {
        if behind == Some("/")
            && node.kind() == "case_class_pattern"
            && let [only] = children_of(node, "pattern").as_slice()
        {
            return self.told(*only, names);
        }
        self.told(node, names)
    }
}

/// The cases of a block.
fn clauses(node: Node<'_>) -> Vec<Node<'_>> {
    children(node).into_iter().filter(|child| child.kind() == "case_clause").collect()
}

/// A part of a text that is called so.
fn part(name: &str, at: Span) -> Expression {
    string(format!("{{{name}}}"), at)
}

/// Small letters name what is bound, in patterns.
fn is_variable(text: &str) -> bool {
    text.starts_with(|first: char| first.is_lowercase() || first == '_')
}

/// How strong an operator binds: by its first letter.
fn strength(operator: &str) -> u8 {
    match operator.chars().next() {
        Some(first) if first.is_alphabetic() || first == '_' => 0,
        Some('|') => 1,
        Some('^') => 2,
        Some('&') => 3,
        Some('=' | '!') => 4,
        Some('<' | '>') => 5,
        Some(':') => 6,
        Some('+' | '-') => 7,
        Some('*' | '/' | '%') => 8,
        _ => 9,
    }
}

/// Operands and operators as the tree that their strength makes of them.
fn ladder(operands: Vec<Expression>, operators: &[String], at: Span) -> Expression {
    let mut values: Vec<Expression> = Vec::new();
    let mut waiting: Vec<&str> = Vec::new();
    let reduce = |values: &mut Vec<Expression>, operator: &str| {
        if let (Some(right), Some(left)) = (values.pop(), values.pop()) {
            values.push(binary(operator, left, right, at));
        }
    };
    for (place, operand) in operands.into_iter().enumerate() {
        if let Some(operator) = place.checked_sub(1).and_then(|before| operators.get(before)) {
            while waiting.last().is_some_and(|before| strength(before) >= strength(operator)) {
                let before = waiting.pop().unwrap_or_default();
                reduce(&mut values, before);
            }
            waiting.push(operator);
        }
        values.push(operand);
    }
    while let Some(operator) = waiting.pop() {
        reduce(&mut values, operator);
    }
    values.pop().unwrap_or_else(|| unknown(Vec::new(), at))
}
