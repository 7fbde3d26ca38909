//! Functions, classes and their members, attributes.

use super::Lowering;
use super::statement::parts_assign;
use crate::code::parts::Fields;
use crate::code::parts::{children, expression, member, name, named};
use crate::code::tree::{Annotation, Class, ClassKind, Expression, ExpressionKind, Field, Function, Parameter, Statement, StatementKind, Type};
use tree_sitter::Node;

impl Lowering<'_> {
    /// A named function.
    pub(super) fn function(&self, node: Node) -> Function {
        let mut function = self.closure(node);
        function.name = self.field_text(node, "name").to_owned();
        function
    }

    /// A function without a name: its body is a block, or an expression that it gives back.
    pub(super) fn closure(&self, node: Node) -> Function {
        let body = node.field("body");
        let before = self.before.take();
        let body = match body {
            Some(block) if block.kind() == "compound_statement" => self.nested(Some(block)),
            Some(value) => {
                let value = self.expression(value);
                let at = value.span;
                let mut all = self.before.take();
                all.push(Statement { kind: StatementKind::Return(Some(value)), span: at });
                all
            }
            None => Vec::new(),
        };
        self.before.replace(before);
        let named = node.field("name").unwrap_or(node);
        Function {
            parameters: node.field("parameters").map(|list| self.parameters(list)).unwrap_or_default(),
            returns: node.field("return_type").and_then(|declared| self.type_of(declared)),
            annotations: self.attributes(node),
            body,
            public: true,
            is_static: node.field("static_modifier").is_some(),
            span: self.span(node),
            line: self.span(named).line,
            ..Function::default()
        }
    }

    fn parameters(&self, list: Node) -> Vec<Parameter> {
        let one = |node: Node| Parameter {
            name: self.field_text(node, "name").trim_start_matches(['&', '$']).to_owned(),
            declared: node.field("type").and_then(|declared| self.type_of(declared)),
            default: node.field("default_value").map(|value| self.expression(value)),
            annotations: self.attributes(node),
            variadic: node.kind() == "variadic_parameter",
            span: self.span(node),
            ..Parameter::default()
        };
        children(list).into_iter().filter(|child| child.kind().ends_with("_parameter")).map(one).collect()
    }

    /// A type; what may be null is the type itself, a union of one with null too.
    pub(super) fn type_of(&self, node: Node) -> Option<Type> {
        self.deeper(|| match node.kind() {
            "named_type" | "optional_type" => children(node).first().and_then(|inner| self.type_of(*inner)),
            "name" | "qualified_name" | "relative_name" => Some(named(self.class_name(node))),
            "union_type" | "intersection_type" | "disjunctive_normal_form_type" | "type_list" => {
                let mut members: Vec<Type> = children(node).into_iter().filter_map(|inner| self.type_of(inner)).filter(|ty| ty.name != "null").collect();
                if members.len() == 1 { members.pop() } else { Some(Type { name: "|".to_owned(), arguments: members, extras: Vec::new() }) }
            }
            "primitive_type" => match self.text(node) {
                "static" | "self" => Some(named(self.class_name(node))),
                text => Some(named(text)),
            },
            _ => None,
        })
        .flatten()
    }

    /// A class, interface, trait or enumeration.
    pub(super) fn class(&self, node: Node) -> Class {
        let mut class = Class {
            name: self.field_text(node, "name").to_owned(),
            kind: match node.kind() {
                "interface_declaration" => ClassKind::Interface,
                "enum_declaration" => ClassKind::Enum,
                _ => ClassKind::Class,
            },
            annotations: self.attributes(node),
            span: self.span(node),
            line: self.span(node.field("name").unwrap_or(node)).line,
            ..Class::default()
        };
        let mut base = None;
        for child in children(node) {
            match child.kind() {
                "base_clause" | "class_interface_clause" => {
                    let bases: Vec<String> = children(child).into_iter().map(|inner| self.resolved(inner)).collect();
                    if child.kind() == "base_clause" {
                        base = bases.first().cloned();
                    }
                    class.bases.extend(bases.into_iter().map(named));
                }
                // Nobody makes objects of an abstract class; what it says is said for those that extend it.
                "abstract_modifier" => {
                    let at = self.span(child);
                    class.annotations.push(Annotation { callee: name("abstract", at), arguments: Vec::new(), span: at });
                }
                _ => {}
            }
        }
        self.classes.borrow_mut().push((class.name.clone(), base));
        if let Some(body) = node.field("body") {
            self.deeper(|| self.members(body, &mut class));
        }
        self.classes.borrow_mut().pop();
        class
    }

    fn members(&self, body: Node, class: &mut Class) {
        for node in children(body) {
            match node.kind() {
                "use_declaration" => {
                    let traits = children(node).into_iter().filter(|child| child.kind() != "use_list");
                    class.bases.extend(traits.map(|child| named(self.resolved(child))));
                }
                "const_declaration" => {
                    let declared = node.field("type").and_then(|declared| self.type_of(declared));
                    for (constant, value) in self.constants(node) {
                        let (declared, annotations) = (declared.clone(), Vec::new());
                        class.fields.push(Field { name: constant, declared, value: Some(value), annotations, span: self.span(node) });
                    }
                }
                "property_declaration" => self.property(node, class),
                "enum_case" => class.fields.push(Field {
                    name: self.field_text(node, "name").to_owned(),
                    declared: None,
                    value: node.field("value").map(|value| self.expression(value)),
                    annotations: self.attributes(node),
                    span: self.span(node),
                }),
                "method_declaration" => {
                    let method = self.method(node, class);
                    class.methods.push(method);
                }
                _ => {}
            }
        }
    }

    /// Names and values of one `const`.
    pub(super) fn constants(&self, node: Node) -> Vec<(String, Expression)> {
        let elements = children(node).into_iter().filter(|child| child.kind() == "const_element");
        let one = |element: Node| match children(element).as_slice() {
            [constant, value] => Some((self.text(*constant).to_owned(), self.expression(*value))),
            _ => None,
        };
        elements.filter_map(one).collect()
    }

    fn property(&self, node: Node, class: &mut Class) {
        let declared = node.field("type").and_then(|declared| self.type_of(declared));
        for element in children(node).into_iter().filter(|child| child.kind() == "property_element") {
            class.fields.push(Field {
                name: self.field_text(element, "name").trim_start_matches('$').to_owned(),
                declared: declared.clone(),
                value: element.field("default_value").map(|value| self.expression(value)),
                annotations: self.attributes(node),
                span: self.span(node),
            });
        }
    }

    /// A method; parameters of the constructor that are declared with a visibility are fields as well.
    fn method(&self, node: Node, class: &mut Class) -> Function {
        let mut method = self.function(node);
        let modifiers: Vec<Node> = children(node).into_iter().filter(|child| child.kind().ends_with("_modifier")).collect();
        method.public = !modifiers.iter().any(|modifier| matches!(self.text(*modifier), "private" | "protected"));
        method.is_static = modifiers.iter().any(|modifier| modifier.kind() == "static_modifier");
        let mut promoted = Vec::new();
        for parameter in node.field("parameters").map(children).unwrap_or_default() {
            if parameter.kind() != "property_promotion_parameter" {
                continue;
            }
            let at = self.span(parameter);
            let field = self.field_text(parameter, "name").trim_start_matches(['&', '$']).to_owned();
            promoted.push(parts_assign(member(name("self", at), field.clone(), at), expression(ExpressionKind::Name(format!("${field}")), at), at));
            let declared = parameter.field("type").and_then(|declared| self.type_of(declared));
            class.fields.push(Field { name: field, declared, value: None, annotations: self.attributes(parameter), span: at });
        }
        method.body.splice(0..0, promoted);
        method
    }

    /// The attributes of a declaration, then the annotations in the comment before it.
    pub(super) fn attributes(&self, node: Node) -> Vec<Annotation> {
        let mut out = Vec::new();
        for group in node.field("attributes").map(children).unwrap_or_default() {
            for attribute in children(group).into_iter().filter(|child| child.kind() == "attribute") {
                let Some(written) = children(attribute).into_iter().find(|child| matches!(child.kind(), "name" | "qualified_name" | "relative_name")) else {
                    continue;
                };
                let at = self.span(attribute);
                let arguments = self.arguments(attribute.field("parameters"));
                out.push(Annotation { callee: name(self.resolved(written), at), arguments, span: at });
            }
        }
        out.extend(self.annotations_before(node));
        out
    }
}
