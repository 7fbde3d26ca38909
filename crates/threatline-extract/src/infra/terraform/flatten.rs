//! Expressions as dotted keys and texts.

use hcl_edit::Span;
use hcl_edit::expr::{BinaryOperator, Expression, ForExpr, FuncCall, Object, ObjectKey, TraversalOperator, UnaryOperator};
use hcl_edit::template::{Element, Template};
use std::ops::Range;
use threatline_facts::{DataClass, Text};
use threatline_knowledge::catalogue::data_class;

/// One value with the key that leads to it.
pub(super) struct Leaf {
    pub(super) key: String,
    pub(super) text: Text,
    pub(super) span: Range<usize>,
}

/// Leaves in the order written.
pub(super) struct Flat {
    pub(super) leaves: Vec<Leaf>,
    room: usize,
}

impl Flat {
    /// Takes at most `room` leaves.
    pub(super) fn new(room: usize) -> Self {
        Self { leaves: Vec::new(), room }
    }

    /// Adds what an expression holds. The parser bounds its depth. What must be decided or computed is kept in parts under
    /// keys with a `?`: `count.?if`, `count.?then`.
    pub(super) fn expression(&mut self, key: &str, value: &Expression) {
        match value {
            Expression::Null(_) => self.leaf(&format!("{key}.?null"), Text::literal(""), value),
            Expression::Array(items) if !items.is_empty() => {
                items.iter().enumerate().for_each(|(at, item)| self.expression(&format!("{key}.{at}"), item));
            }
            Expression::Array(_) => self.leaf(key, Text::literal("[]"), value),
            Expression::Object(object) if !object.is_empty() => self.object(key, object),
            Expression::Object(_) => self.leaf(key, Text::literal("{}"), value),
            Expression::Parenthesis(inner) => self.expression(key, inner.inner()),
            Expression::FuncCall(call) => self.call(key, call, value),
            Expression::Conditional(choice) => {
                self.expression(&format!("{key}.?if"), &choice.cond_expr);
                self.expression(&format!("{key}.?then"), &choice.true_expr);
                self.expression(&format!("{key}.?else"), &choice.false_expr);
            }
            Expression::UnaryOp(negated) if *negated.operator.value() == UnaryOperator::Not => {
                self.expression(&format!("{key}.?not.0"), &negated.expr);
            }
            Expression::BinaryOp(two) => match compared(*two.operator.value()) {
                Some(name) => {
                    self.expression(&format!("{key}.?{name}.0"), &two.lhs_expr);
                    self.expression(&format!("{key}.?{name}.1"), &two.rhs_expr);
                }
                None => self.leaf(key, Text::Unknown, value),
            },
            Expression::ForExpr(each) => self.each(key, each, value),
            value => self.leaf(key, kept(key, text(value)), value),
        }
    }

    /// `[for k, v in … : … if …]`.
    fn each(&mut self, key: &str, each: &ForExpr, place: &Expression) {
        self.expression(&format!("{key}.?for.in"), &each.intro.collection_expr);
        if let Some(name) = &each.intro.key_var {
            self.leaf(&format!("{key}.?for.key"), Text::literal(name.as_str()), place);
        }
        self.leaf(&format!("{key}.?for.value"), Text::literal(each.intro.value_var.as_str()), place);
        if let Some(name) = &each.key_expr {
            self.expression(&format!("{key}.?for.as"), name);
        }
        self.expression(&format!("{key}.?for.do"), &each.value_expr);
        if let Some(condition) = &each.cond {
            self.expression(&format!("{key}.?for.when"), &condition.expr);
        }
    }

    fn leaf(&mut self, key: &str, text: Text, place: &Expression) {
        if self.leaves.len() < self.room {
            self.leaves.push(Leaf { key: key.to_owned(), text, span: place.span().unwrap_or_default() });
        }
    }

    /// Adds a word that the reader itself says.
    pub(super) fn word(&mut self, key: &str, word: &str, span: Range<usize>) {
        if self.leaves.len() < self.room {
            self.leaves.push(Leaf { key: key.to_owned(), text: Text::literal(word), span });
        }
    }

    fn object(&mut self, key: &str, object: &Object) {
        // `{ name = "DB_PASSWORD", value = "…" }`: the name tells what the value is.
        let named = object.iter().find(|(key, _)| name_of(key).as_deref() == Some("name")).map(|(_, value)| text(value.expr()));
        let secret = matches!(named, Some(Text::Literal(name)) if is_secret(&name));
        for (name, value) in object.iter() {
            let name = name_of(name).unwrap_or_else(|| "*".to_owned());
            if secret && name == "value" {
                let unknown = if matches!(text(value.expr()), Text::Literal(_)) { Text::Unknown } else { text(value.expr()) };
                self.leaf(&format!("{key}.{name}"), unknown, value.expr());
            } else {
                self.expression(&format!("{key}.{name}"), value.expr());
            }
        }
    }

    /// Functions that only change the form of what they are given are looked through, those that choose or put
    /// together are kept with what they are given; what others compute is unknown.
    fn call(&mut self, key: &str, call: &FuncCall, place: &Expression) {
        let first = call.args.iter().next();
        match (call.name.name.as_str(), first) {
            (
                "jsonencode" | "yamlencode" | "jsondecode" | "yamldecode" | "toset" | "tolist" | "tomap" | "tonumber" | "tobool" | "nonsensitive"
                | "base64encode" | "base64gzip",
                Some(inner),
            ) => self.expression(key, inner),
            (name, Some(_)) if FUNCTIONS.contains(&name) && text(place) == Text::Unknown => {
                call.args.iter().enumerate().for_each(|(at, part)| self.expression(&format!("{key}.?{name}.{at}"), part));
            }
            _ => self.leaf(key, kept(key, text(place)), place),
        }
    }
}

/// Functions whose arguments are kept.
const FUNCTIONS: [&str; 22] = [
    "merge",
    "concat",
    "flatten",
    "compact",
    "distinct",
    "sort",
    "reverse",
    "element",
    "lookup",
    "coalesce",
    "try",
    "length",
    "keys",
    "values",
    "lower",
    "upper",
    "join",
    "one",
    "contains",
    "templatefile",
    "file",
    "slice",
];

/// The word for an operator that compares or combines truths.
fn compared(operator: BinaryOperator) -> Option<&'static str> {
    Some(match operator {
        BinaryOperator::Eq => "eq",
        BinaryOperator::NotEq => "ne",
        BinaryOperator::Less => "lt",
        BinaryOperator::LessEq => "le",
        BinaryOperator::Greater => "gt",
        BinaryOperator::GreaterEq => "ge",
        BinaryOperator::And => "and",
        BinaryOperator::Or => "or",
        _ => return None,
    })
}

/// Whether a value under that name is one that must not be kept.
pub(super) fn is_secret(name: &str) -> bool {
    let secret = matches!(data_class(name), Some((DataClass::Password | DataClass::Credential | DataClass::Token | DataClass::PrivateKey, _)));
    secret || name.ends_with("secret_string")
}

/// The text without what must not be kept: letters under a secret's name, and a password in a URL.
pub(super) fn kept(key: &str, text: Text) -> Text {
    let name = key.rsplit('.').find(|part| part.parse::<usize>().is_err() && !part.starts_with('?')).unwrap_or(key);
    let text = super::script::kept(text);
    match text {
        Text::Literal(value) if matches!(value.as_str(), "true" | "false" | "") || value.parse::<f64>().is_ok() && !is_secret(name) => Text::Literal(value),
        Text::Literal(_) if is_secret(name) => Text::Unknown,
        Text::Literal(value) => Text::Literal(without_password(&value)),
        Text::Joined(parts) => Text::join(parts.into_iter().map(|part| match part {
            Text::Literal(_) if is_secret(name) => Text::Unknown,
            Text::Literal(value) => Text::Literal(without_password(&value)),
            part => part,
        })),
        text => text,
    }
}

/// `scheme://user:…@host` keeps its shape, so that an address still shows that it holds a credential.
fn without_password(value: &str) -> String {
    let hidden = || {
        let (scheme, rest) = value.split_once("://")?;
        let authority = rest.split('/').next()?;
        let (user, host) = authority.rsplit_once('@')?;
        let (user, _) = user.split_once(':')?;
        Some(format!("{scheme}://{user}:***@{host}{}", &rest[authority.len()..]))
    };
    hidden().unwrap_or_else(|| value.to_owned())
}

/// A string of Terraform in JSON, with the templates in it.
pub(super) fn template_of(written: &str) -> Text {
    if !written.contains("${") && !written.contains("%{") {
        return Text::literal(written);
    }
    written.parse::<Template>().map_or(Text::Unknown, |parsed| template(&parsed))
}

/// What an expression is as a text.
pub(super) fn text(value: &Expression) -> Text {
    match value {
        Expression::Bool(flag) => Text::literal(flag.to_string()),
        Expression::Number(number) => Text::literal(number.value().to_string()),
        Expression::String(text) => Text::literal(text.as_str()),
        Expression::StringTemplate(template) => Text::join(template.iter().map(element)),
        Expression::HeredocTemplate(heredoc) => template(&heredoc.template),
        Expression::Parenthesis(inner) => text(inner.inner()),
        Expression::Variable(_) | Expression::Traversal(_) => reference(value).map_or(Text::Unknown, Text::Name),
        Expression::FuncCall(call) => called(call),
        _ => Text::Unknown,
    }
}

fn template(template: &Template) -> Text {
    Text::join(template.iter().map(element))
}

fn element(element: &Element) -> Text {
    match element {
        Element::Literal(literal) => Text::literal(literal.as_str()),
        Element::Interpolation(interpolation) => text(&interpolation.expr),
        Element::Directive(_) => Text::Unknown,
    }
}

/// The few functions that put texts together without changing them.
fn called(call: &FuncCall) -> Text {
    let arguments: Vec<&Expression> = call.args.iter().collect();
    match (call.name.name.as_str(), arguments.as_slice()) {
        ("tostring" | "trimspace" | "chomp", [inner]) => text(inner),
        ("join", [separator, Expression::Array(items)]) => {
            let separator = text(separator);
            let parts = items.iter().enumerate().flat_map(|(at, item)| (at > 0).then(|| separator.clone()).into_iter().chain([text(item)]));
            Text::join(parts)
        }
        ("format", [pattern, values @ ..]) => match text(pattern) {
            Text::Literal(pattern) => formatted(&pattern, values),
            _ => Text::Unknown,
        },
        _ => Text::Unknown,
    }
}

/// `format("%s:%d", …)`; a verb that changes the value's form leaves a hole.
fn formatted(pattern: &str, values: &[&Expression]) -> Text {
    let mut parts = Vec::new();
    let (mut rest, mut values) = (pattern, values.iter());
    while let Some((before, verb)) = rest.split_once('%') {
        parts.push(Text::literal(before));
        let Some(letter) = verb.chars().next() else { break };
        match letter {
            '%' => parts.push(Text::literal("%")),
            's' | 'd' | 'v' => parts.push(values.next().map_or(Text::Unknown, |value| text(value))),
            _ => return Text::Unknown,
        }
        rest = &verb[letter.len_utf8()..];
    }
    parts.push(Text::literal(rest));
    Text::join(parts)
}

/// `module.x.hosts["db"]` as `module.x.hosts.db`; an index that is computed stays in brackets.
fn reference(value: &Expression) -> Option<String> {
    match value {
        Expression::Variable(name) => Some(name.as_str().to_owned()),
        Expression::Traversal(traversal) => {
            let mut name = reference(&traversal.expr)?;
            for operator in &traversal.operators {
                let step = match operator.value() {
                    TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => ".*".to_owned(),
                    TraversalOperator::GetAttr(attribute) => format!(".{}", attribute.as_str()),
                    TraversalOperator::LegacyIndex(index) => format!(".{}", **index),
                    TraversalOperator::Index(index) => match text(index) {
                        Text::Literal(index) => format!(".{index}"),
                        Text::Name(index) => format!("[{index}]"),
                        _ => "[*]".to_owned(),
                    },
                };
                name.push_str(&step);
            }
            Some(name)
        }
        _ => None,
    }
}

/// A key that is written; none for one that is computed.
fn name_of(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(Expression::Parenthesis(inner)) => match text(inner.inner()) {
            Text::Literal(name) => Some(name),
            _ => None,
        },
        ObjectKey::Expression(key) => match text(key) {
            Text::Literal(name) | Text::Name(name) => Some(name),
            _ => None,
        },
    }
}
