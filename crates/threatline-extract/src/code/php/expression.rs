//! Expressions.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::{self, Case, MAX_DEPTH, binary, children, effect, expression, member, name, unknown};
use crate::code::tree::{Argument, Expression, ExpressionKind as Kind, Span};
use tree_sitter::Node;

impl Lowering<'_> {
    /// One expression.
    pub(super) fn expression(&self, node: Node) -> Expression {
        self.deeper(|| self.expression_at(node)).unwrap_or_else(|| unknown(Vec::new(), self.span(node)))
    }

    /// Each of several.
    pub(super) fn each(&self, nodes: Vec<Node>) -> Vec<Expression> {
        nodes.into_iter().map(|node| self.expression(node)).collect()
    }

    fn field(&self, node: Node, field: &'static str) -> Expression {
        node.field(field).map_or_else(|| unknown(Vec::new(), self.span(node)), |child| self.expression(child))
    }

    fn first(&self, node: Node) -> Expression {
        children(node).first().map_or_else(|| unknown(Vec::new(), self.span(node)), |child| self.expression(*child))
    }

    fn expression_at(&self, node: Node) -> Expression {
        let at = self.span(node);
        let kind = match node.kind() {
            "variable_name" => return self.variable(node),
            "name" | "qualified_name" | "relative_name" => return self.constant(node),
            "relative_scope" => return name(self.class_name(node), at),
            "string" => Kind::String(self.single(node)),
            "encapsed_string" => return self.double(node),
            "heredoc" | "nowdoc" => return self.document(node),
            "integer" | "float" => Kind::Number(self.text(node).replace('_', "")),
            "boolean" => Kind::Boolean(self.text(node).eq_ignore_ascii_case("true")),
            "null" => Kind::Null,
            "parenthesized_expression" | "cast_expression" | "error_suppression_expression" | "clone_expression" | "by_ref" | "variadic_unpacking" => {
                return match node.field("value") {
                    Some(value) => self.expression(value),
                    None => self.first(node),
                };
            }
            "array_creation_expression" | "list_literal" => return self.array(node),
            "member_access_expression" | "nullsafe_member_access_expression" => return self.member(node),
            "scoped_property_access_expression" => {
                let object = self.scope(node);
                return member(object, self.field_text(node, "name").trim_start_matches('$'), at);
            }
            "class_constant_access_expression" => return self.class_constant(node),
            "subscript_expression" => match children(node).as_slice() {
                [object, index] => Kind::Index { object: Box::new(self.expression(*object)), index: Box::new(self.subscript(*index)) },
                _ => return self.first(node),
            },
            "function_call_expression" => return self.function_call(node),
            "member_call_expression" | "nullsafe_member_call_expression" => {
                let callee = self.member(node);
                return self.applied(callee, node);
            }
            "scoped_call_expression" => {
                let written = node.field("scope").map(|scope| self.text(scope));
                // A method of the own class is one of the object at hand.
                let object = if matches!(written, Some("self" | "static")) { name("self", at) } else { self.scope(node) };
                let callee = self.named_member(object, node);
                return self.applied(callee, node);
            }
            "object_creation_expression" => return self.construction(node),
            "anonymous_function" | "arrow_function" => Kind::Function(Box::new(self.closure(node))),
            "assignment_expression" | "reference_assignment_expression" | "augmented_assignment_expression" => return self.inner_assignment(node),
            "binary_expression" => return self.binary(node),
            "unary_op_expression" => match (self.field_text(node, "operator"), node.field("argument")) {
                ("!", Some(argument)) => Kind::Not(Box::new(self.expression(argument))),
                ("-", _) if self.text(node).len() < 24 && children(node).iter().all(|child| child.kind() == "integer") => {
                    Kind::Number(self.text(node).replace(' ', ""))
                }
                _ => Kind::Unknown(self.each(children(node))),
            },
            "conditional_expression" => {
                let condition = self.field(node, "condition");
                let otherwise = self.field(node, "alternative");
                match node.field("body") {
                    Some(then) => Kind::Conditional { condition: Box::new(condition), then: Box::new(self.expression(then)), otherwise: Box::new(otherwise) },
                    None => return binary("??", condition, otherwise, at),
                }
            }
            "match_expression" => return self.choice(node),
            "include_expression" | "include_once_expression" | "require_expression" | "require_once_expression" => return self.included(node),
            _ => Kind::Unknown(self.each(children(node))),
        };
        expression(kind, at)
    }

    fn variable(&self, node: Node) -> Expression {
        match self.text(node) {
            "$this" => name("self", self.span(node)),
            variable => name(variable, self.span(node)),
        }
    }

    fn constant(&self, node: Node) -> Expression {
        let at = self.span(node);
        let text = self.text(node);
        match text.to_ascii_lowercase().as_str() {
            "true" => expression(Kind::Boolean(true), at),
            "false" => expression(Kind::Boolean(false), at),
            "null" => expression(Kind::Null, at),
            "__class__" => name(self.classes.borrow().last().map_or("self".to_owned(), |(class, _)| class.clone()), at),
            "self" | "static" | "parent" => name(self.class_name(node), at),
            _ if text == "DIRECTORY_SEPARATOR" => expression(Kind::String("/".to_owned()), at),
            _ => name(self.resolved(node), at),
        }
    }

    /// An index; in a string between quotes names stand without any (`"$row[name]"`).
    fn subscript(&self, node: Node) -> Expression {
        match node.kind() {
            "name" if node.parent().and_then(|parent| parent.parent()).is_some_and(|around| matches!(around.kind(), "encapsed_string" | "heredoc_body")) => {
                expression(Kind::String(self.text(node).to_owned()), self.span(node))
            }
            _ => self.expression(node),
        }
    }

    /// A list where no key is written, else a map; an element without key has its number as key.
    fn array(&self, node: Node) -> Expression {
        let at = self.span(node);
        let mut entries: Vec<(Option<Expression>, Expression, bool)> = Vec::new();
        for element in children(node) {
            match (element.kind(), children(element).as_slice()) {
                ("array_element_initializer", [key, value]) => entries.push((Some(self.expression(*key)), self.expression(*value), false)),
                ("array_element_initializer", [value]) => entries.push((None, self.expression(*value), value.kind() == "variadic_unpacking")),
                _ => entries.push((None, self.expression(element), false)),
            }
        }
        if entries.iter().all(|(key, _, spread)| key.is_none() && !spread) {
            return expression(Kind::List(entries.into_iter().map(|(_, value, _)| value).collect()), at);
        }
        if entries.iter().all(|(key, _, _)| key.is_none()) {
            return self.spread_list(entries.into_iter().map(|(_, value, spread)| (value, spread)).collect(), at);
        }
        let mut next = 0_usize;
        let entries = entries.into_iter().map(|(key, value, spread)| match key {
            Some(key) => (key, value),
            None if spread => (expression(Kind::Null, at), value),
            None => {
                next += 1;
                (expression(Kind::String((next - 1).to_string()), at), value)
            }
        });
        expression(Kind::Map(entries.collect()), at)
    }

    /// `[...$a, $b]` as lists put together.
    fn spread_list(&self, items: Vec<(Expression, bool)>, at: Span) -> Expression {
        let mut lists: Vec<Expression> = Vec::new();
        for (value, spread) in items {
            match lists.last_mut().map(|last| &mut last.kind) {
                _ if spread => lists.push(value),
                Some(Kind::List(list)) => list.push(value),
                _ => lists.push(expression(Kind::List(vec![value]), at)),
            }
        }
        lists.into_iter().reduce(|left, right| binary("+", left, right, at)).unwrap_or_else(|| expression(Kind::List(Vec::new()), at))
    }

    /// `object->name`; chains are walked in a loop, since a chain of many calls is no deep nesting.
    fn member(&self, node: Node) -> Expression {
        let mut chain = Vec::new();
        let mut at = node;
        let innermost = loop {
            chain.push(at);
            let Some(object) = at.field("object") else { break None };
            match object.kind() {
                "member_access_expression" | "nullsafe_member_access_expression" | "member_call_expression" | "nullsafe_member_call_expression"
                    if chain.len() < MAX_DEPTH as usize =>
                {
                    at = object;
                }
                _ => break Some(object),
            }
        };
        let mut value = innermost.map_or_else(|| unknown(Vec::new(), self.span(node)), |object| self.expression(object));
        while let Some(link) = chain.pop() {
            value = self.named_member(value, link);
            if !chain.is_empty() && link.kind().ends_with("call_expression") {
                value = self.applied(value, link);
            }
        }
        value
    }

    fn named_member(&self, object: Expression, node: Node) -> Expression {
        let at = node.field("name").map_or_else(|| self.span(node), |name| self.span(name));
        match node.field("name") {
            Some(named) if named.kind() == "name" => member(object, self.text(named), at),
            Some(computed) => expression(Kind::Index { object: Box::new(object), index: Box::new(self.expression(computed)) }, at),
            None => object,
        }
    }

    fn scope(&self, node: Node) -> Expression {
        match node.field("scope") {
            Some(scope) if matches!(scope.kind(), "name" | "relative_scope" | "qualified_name" | "relative_name") => {
                name(self.class_name(scope), self.span(scope))
            }
            Some(scope) => self.expression(scope),
            None => unknown(Vec::new(), self.span(node)),
        }
    }

    /// `X::class` is the class itself, `X::Y` its member.
    fn class_constant(&self, node: Node) -> Expression {
        let all = children(node);
        let (Some(class), Some(constant)) = (all.first(), all.last()) else { return unknown(Vec::new(), self.span(node)) };
        let at = self.span(node);
        let class = match class.kind() {
            "name" | "relative_scope" | "qualified_name" | "relative_name" => name(self.class_name(*class), at),
            _ => self.expression(*class),
        };
        if self.text(*constant) == "class" { class } else { member(class, self.text(*constant), at) }
    }

    fn function_call(&self, node: Node) -> Expression {
        let at = self.span(node);
        let Some(function) = node.field("function") else { return unknown(Vec::new(), at) };
        let callee = match function.kind() {
            "name" | "qualified_name" | "relative_name" => name(self.resolved(function), at),
            _ => self.expression(function),
        };
        let asked = self.applied(callee, node);
        // What asks whether something is there is worth as much as what it asks about.
        match (self.text(function).to_ascii_lowercase().as_str(), asked.kind) {
            ("isset", Kind::Call { arguments, .. }) if !arguments.is_empty() => {
                let all = arguments.into_iter().map(|argument| argument.value);
                all.reduce(|left, right| binary("and", left, right, at)).unwrap_or_else(|| unknown(Vec::new(), at))
            }
            ("empty", Kind::Call { mut arguments, .. }) if arguments.len() == 1 => {
                let inner = arguments.pop().map_or_else(|| unknown(Vec::new(), at), |argument| argument.value);
                expression(Kind::Not(Box::new(inner)), at)
            }
            (_, kind) => Expression { kind, span: asked.span },
        }
    }

    fn applied(&self, callee: Expression, node: Node) -> Expression {
        let arguments = self.arguments(node.field("arguments"));
        let at = Span { line: callee.span.line.min(self.span(node).end_line), end_line: self.span(node).end_line };
        expression(Kind::Call { callee: Box::new(callee), arguments, types: Vec::new(), construct: false }, at)
    }

    /// Arguments in order; `f(...)` has none.
    pub(super) fn arguments(&self, list: Option<Node>) -> Vec<Argument> {
        let mut out = Vec::new();
        for argument in list.map(children).unwrap_or_default().into_iter().filter(|child| child.kind() == "argument") {
            let named = argument.field("name");
            let Some(value) =
                children(argument).into_iter().rfind(|child| child.kind() != "reference_modifier" && Some(child.id()) != named.map(|named| named.id()))
            else {
                continue;
            };
            let spread = value.kind() == "variadic_unpacking";
            out.push(Argument { name: named.map(|named| self.text(named).to_owned()), value: self.expression(value), spread });
        }
        out
    }

    fn construction(&self, node: Node) -> Expression {
        let at = self.span(node);
        let all = children(node);
        let list = all.iter().copied().find(|child| child.kind() == "arguments");
        let Some(made) = all.first() else { return unknown(Vec::new(), at) };
        let (callee, list) = match made.kind() {
            "anonymous_class" => {
                let list = children(*made).into_iter().find(|child| child.kind() == "arguments");
                (expression(Kind::Class(Box::new(self.class(*made))), at), list)
            }
            "name" | "qualified_name" | "relative_name" => (name(self.class_name(*made), at), list),
            _ => (self.expression(*made), list),
        };
        expression(Kind::Call { callee: Box::new(callee), arguments: self.arguments(list), types: Vec::new(), construct: true }, at)
    }

    /// An assignment inside of an expression runs before it.
    fn inner_assignment(&self, node: Node) -> Expression {
        let at = self.span(node);
        match self.assignment(node) {
            Some(assigned) => {
                let target = node.field("left").map(|left| self.target(left));
                self.before.borrow_mut().push(assigned);
                target.unwrap_or_else(|| unknown(Vec::new(), at))
            }
            None => unknown(Vec::new(), at),
        }
    }

    /// Chains of operators lean to the left and are walked in a loop.
    fn binary(&self, node: Node) -> Expression {
        let mut pending = vec![node];
        let mut left = node.field("left");
        while let Some(inner) = left.filter(|inner| inner.kind() == "binary_expression" && pending.len() < MAX_DEPTH as usize) {
            pending.push(inner);
            left = inner.field("left");
        }
        let mut value = left.map_or_else(|| unknown(Vec::new(), self.span(node)), |left| self.expression(left));
        while let Some(node) = pending.pop() {
            let operator = match self.field_text(node, "operator") {
                "." => "+",
                "||" => "or",
                "&&" => "and",
                other => other,
            };
            let operator = operator.to_ascii_lowercase();
            let at = self.span(node);
            let right = self.field(node, "right");
            value = match (&right.kind, operator.as_str()) {
                // a null that is compared with stands on the right for whoever reads it
                (_, "===" | "==" | "!==" | "!=") if matches!(value.kind, Kind::Null | Kind::Boolean(_)) => binary(&operator, right, value, at),
                _ => binary(&operator, value, right, at),
            };
        }
        value
    }

    /// `match (x) { a, b => …, default => … }`.
    fn choice(&self, node: Node) -> Expression {
        let at = self.span(node);
        let value = self.field(node, "condition");
        let mut cases = Vec::new();
        for arm in node.field("body").map(children).unwrap_or_default() {
            let labels = arm.field("conditional_expressions").map(children).unwrap_or_default();
            let body = vec![effect(self.field(arm, "return_expression"))];
            cases.push(Case { default: arm.kind() == "match_default_expression", labels: self.each(labels), body, ..Case::default() });
        }
        parts::switch_value(parts::switch(value, cases, at), at)
    }

    /// `require X`: a call of `require`. A path in letters is also a module that this file wants.
    fn included(&self, node: Node) -> Expression {
        let at = self.span(node);
        let path = self.first(node);
        if let Some(relative) = relative(&path) {
            self.include(&relative, at);
        }
        let arguments = vec![Argument { name: None, value: path, spread: false }];
        expression(Kind::Call { callee: Box::new(name("require", at)), arguments, types: Vec::new(), construct: false }, at)
    }
}

/// `'x.php'`, `__DIR__ . '/x.php'`, `dirname(__DIR__) . '/x.php'` as a path seen from the file's folder.
fn relative(path: &Expression) -> Option<String> {
    match &path.kind {
        Kind::String(text) => Some(text.clone()).filter(|text| !text.starts_with('/')),
        Kind::Binary { operator, left, right } if operator == "+" => {
            let Kind::String(rest) = &right.kind else { return None };
            match &left.kind {
                Kind::Name(name) if name == "__DIR__" => Some(rest.clone()),
                Kind::Call { callee, arguments, .. } => {
                    let is_dirname = matches!(&callee.kind, Kind::Name(name) if name == "dirname");
                    let of_here = matches!(arguments.first().map(|first| &first.value.kind), Some(Kind::Name(name)) if name == "__DIR__");
                    (is_dirname && of_here && arguments.len() == 1).then(|| format!("../{}", rest.trim_start_matches('/')))
                }
                _ => None,
            }
        }
        _ => None,
    }
}
