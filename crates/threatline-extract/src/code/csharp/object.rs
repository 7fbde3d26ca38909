//! Construction with initialisers.
//!
//! `new X(a) { B = 1 }` is a construction with a named argument `B`. A collection initialiser makes a
//! list, one of pairs or indexes a map.

use super::Lowering;
use super::expression::nameless;
use crate::code::parts::Fields;
use crate::code::parts::{children, expression, path, span};
use crate::code::tree::{Argument, Expression, ExpressionKind as Kind, Span, Type};
use tree_sitter::Node;

/// One element of an initialiser.
enum Element {
    Property(String, Expression),
    Entry(Expression, Expression),
    Item(Expression),
}

impl Lowering<'_> {
    pub(super) fn creation(&self, node: Node, declared: Option<&Type>, at: Span) -> Expression {
        let parts = children(node);
        let list = parts.iter().find(|child| child.kind() == "argument_list");
        let mut arguments = self.arguments(list.copied());
        let initializer = parts.iter().find(|child| child.kind() == "initializer_expression");
        let elements: Vec<Element> = initializer.map(|list| children(*list)).unwrap_or_default().into_iter().map(|child| self.element(child)).collect();
        if elements.iter().any(|element| matches!(element, Element::Entry(..))) {
            return expression(Kind::Map(elements.into_iter().map(entry).collect()), at);
        }
        // `new Command("sync") { option }`: what is made of a text is no list, and each item is added to it
        let is_named = matches!(arguments.first(), Some(Argument { value: Expression { kind: Kind::String(_), .. }, .. }));
        if is_named && elements.iter().any(|element| matches!(element, Element::Item(_))) {
            let made = self.construction(node, declared, arguments, at);
            return elements.into_iter().fold(made, |made, element| {
                let callee = Box::new(expression(Kind::Member { object: Box::new(made), name: "Add".to_owned() }, at));
                let arguments = vec![Argument { name: None, value: entry(element).1, spread: false }];
                expression(Kind::Call { callee, arguments, types: Vec::new(), construct: false }, at)
            });
        }
        if elements.iter().any(|element| matches!(element, Element::Item(_))) {
            return expression(Kind::List(elements.into_iter().map(|element| entry(element).1).collect()), at);
        }
        for element in elements {
            if let Element::Property(name, value) = element {
                arguments.push(Argument { name: Some(name), value, spread: false });
            }
        }
        self.construction(node, declared, arguments, at)
    }

    fn construction(&self, node: Node, declared: Option<&Type>, arguments: Vec<Argument>, at: Span) -> Expression {
        let created = self.type_of_field(node, "type").or_else(|| declared.cloned());
        let callee = created.as_ref().map_or_else(|| nameless(at), |created| path(&created.name, at));
        let types = created.map(|created| created.arguments).unwrap_or_default();
        expression(Kind::Call { callee: Box::new(callee), arguments, types, construct: true }, at)
    }

    fn element(&self, node: Node) -> Element {
        match node.kind() {
            "assignment_expression" => {
                let value = self.field_expression(node, "right");
                let Some(left) = node.field("left") else { return Element::Item(value) };
                match left.kind() {
                    "element_binding_expression" => {
                        let key = self.arguments(Some(left)).into_iter().next().map(|argument| argument.value);
                        Element::Entry(key.unwrap_or_else(|| nameless(span(left))), value)
                    }
                    _ => Element::Property(self.text(left).to_owned(), value),
                }
            }
            "initializer_expression" => {
                let mut parts = self.expressions(node).into_iter();
                match (parts.next(), parts.next()) {
                    (Some(key), Some(value)) => Element::Entry(key, value),
                    (Some(item), None) => Element::Item(item),
                    _ => Element::Item(nameless(span(node))),
                }
            }
            _ => Element::Item(self.expression(node)),
        }
    }

    /// `new { x.A, B = 3 }`; the grammar tells names from values by the sign between them only.
    pub(super) fn anonymous_object(&self, node: Node, at: Span) -> Expression {
        let mut entries = Vec::new();
        let mut label: Option<Node> = None;
        let mut last: Option<Node> = None;
        let mut cursor = node.walk();
        for child in node.children(&mut cursor).filter(|child| !child.is_extra()) {
            match child.kind() {
                "=" => label = last.take(),
                "," | "}" => {
                    entries.extend(last.take().map(|value| self.anonymous_member(label.take(), value)));
                }
                _ if child.is_named() => last = Some(child),
                _ => {}
            }
        }
        expression(Kind::Map(entries), at)
    }

    fn anonymous_member(&self, label: Option<Node>, value: Node) -> (Expression, Expression) {
        let key = match label {
            Some(label) => self.text(label),
            None => self.text(value).rsplit('.').next().unwrap_or_default(),
        };
        (expression(Kind::String(key.to_owned()), span(label.unwrap_or(value))), self.expression(value))
    }
}

fn entry(element: Element) -> (Expression, Expression) {
    match element {
        Element::Entry(key, value) => (key, value),
        Element::Property(name, value) => (expression(Kind::String(name), value.span), value),
        Element::Item(value) => (expression(Kind::Null, value.span), value),
    }
}
