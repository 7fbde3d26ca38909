//! Functions, classes, interfaces, enums.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::{Annotation, Class, ClassKind, Expression, ExpressionKind as Kind, Field, Function, Parameter, StatementKind};
use crate::code::walk::{child_of_kind, children, line, span, statement};
use tree_sitter::Node;

impl Lowering<'_> {
    /// A function of any form, a method among them.
    pub(super) fn function(&self, node: Node) -> Function {
        let name = node.field("name");
        let body = match node.field("body") {
            Some(body) if body.kind() == "statement_block" => self.block(Some(body)),
            // an arrow's expression is what it returns
            Some(body) => vec![statement(StatementKind::Return(Some(self.expression(body))), span(body))],
            None => Vec::new(),
        };
        Function {
            name: name.map(|name| self.walk.text(name).trim_matches(['"', '\'']).to_owned()).unwrap_or_default(),
            parameters: self.parameters(node),
            returns: self.declared(node.field("return_type")),
            annotations: self.decorators(node),
            body,
            public: true,
            is_static: child_of_kind(node, "static").is_some(),
            span: span(node),
            line: line(name.unwrap_or(node)),
            ..Function::default()
        }
    }

    fn parameters(&self, node: Node) -> Vec<Parameter> {
        if let Some(only) = node.field("parameter") {
            return vec![self.parameter(only, only)];
        }
        let list = node.field("parameters").map(children).unwrap_or_default();
        let inner = |part: Node| -> Parameter {
            match part.kind() {
                "required_parameter" | "optional_parameter" => {
                    let pattern = part.field("pattern").unwrap_or(part);
                    let mut parameter = self.parameter(pattern, part);
                    parameter.declared = self.declared(part.field("type"));
                    parameter.default = part.field("value").map(|value| self.expression(value));
                    parameter.annotations = self.decorators(part);
                    parameter
                }
                _ => self.parameter(part, part),
            }
        };
        list.into_iter().filter(|part| part.kind() != "this").map(inner).collect()
    }

    fn parameter(&self, pattern: Node, whole: Node) -> Parameter {
        let at = span(whole);
        let mut parameter = Parameter { span: at, ..Parameter::default() };
        match pattern.kind() {
            "identifier" => parameter.name = self.walk.text(pattern).to_owned(),
            "assignment_pattern" => {
                if let Some(left) = pattern.field("left") {
                    parameter = self.parameter(left, whole);
                }
                parameter.default = pattern.field("right").map(|value| self.expression(value));
            }
            "rest_pattern" => {
                parameter.variadic = true;
                parameter.name = children(pattern).first().map(|inner| self.walk.text(*inner).to_owned()).unwrap_or_default();
            }
            "object_pattern" | "array_pattern" => taken(&self.pattern(pattern), &mut parameter.names),
            _ => {}
        }
        parameter
    }

    pub(super) fn class(&self, node: Node) -> Class {
        let name = node.field("name");
        let mut class = Class {
            name: name.map(|name| self.walk.text(name).to_owned()).unwrap_or_default(),
            kind: ClassKind::Class,
            annotations: self.decorators(node),
            span: span(node),
            line: line(name.unwrap_or(node)),
            ..Class::default()
        };
        if let Some(heritage) = child_of_kind(node, "class_heritage") {
            for part in children(heritage) {
                match part.kind() {
                    "extends_clause" | "implements_clause" => {
                        class.bases.extend(children(part).into_iter().filter(|base| base.kind() != "type_arguments").map(|base| self.type_of(base)))
                    }
                    _ => class.bases.push(self.type_of(part)),
                }
            }
        }
        let mut decorators = Vec::new();
        for part in node.field("body").map(children).unwrap_or_default() {
            match part.kind() {
                "decorator" => decorators.extend(self.decorator(part)),
                "method_definition" | "method_signature" | "abstract_method_signature" => {
                    let mut method = self.function(part);
                    method.annotations.splice(..0, std::mem::take(&mut decorators));
                    method.public = child_of_kind(part, "accessibility_modifier").is_none_or(|word| self.walk.text(word) == "public");
                    if method.name == "constructor" {
                        class.fields.extend(self.parameter_properties(part));
                    }
                    class.methods.push(method);
                }
                "public_field_definition" | "field_definition" => {
                    let mut field = self.field(part);
                    field.annotations.splice(..0, std::mem::take(&mut decorators));
                    class.fields.push(field);
                }
                "class_static_block" => class.body.extend(self.block(part.field("body"))),
                _ => {}
            }
        }
        class
    }

    fn field(&self, node: Node) -> Field {
        let key = node.field("name").or_else(|| node.field("property"));
        Field {
            name: key.map(|key| self.walk.text(key).trim_matches(['"', '\'']).to_owned()).unwrap_or_default(),
            declared: self.declared(node.field("type")),
            value: node.field("value").map(|value| self.expression(value)),
            annotations: self.decorators(node),
            span: span(node),
        }
    }

    /// `constructor(private readonly users: UsersService)` declares a field.
    fn parameter_properties(&self, constructor: Node) -> Vec<Field> {
        let list = constructor.field("parameters").map(children).unwrap_or_default();
        let property = |part: &Node| child_of_kind(*part, "accessibility_modifier").is_some() || child_of_kind(*part, "readonly").is_some();
        let field = |part: Node| Field {
            name: self.walk.field_text(part, "pattern").to_owned(),
            declared: self.declared(part.field("type")),
            span: span(part),
            ..Field::default()
        };
        list.into_iter().filter(property).map(field).collect()
    }

    /// An interface, an object type under a name, or an enum.
    pub(super) fn shape(&self, node: Node) -> Option<Class> {
        let name = node.field("name")?;
        let body = node.field("body").or_else(|| node.field("value"))?;
        let mut class = Class { name: self.walk.text(name).to_owned(), kind: ClassKind::Interface, span: span(node), line: line(name), ..Class::default() };
        if node.kind() == "enum_declaration" {
            class.kind = ClassKind::Enum;
            class.fields = children(body).into_iter().map(|part| self.field(part)).filter(|field| !field.name.is_empty()).collect();
            return Some(class);
        }
        if let Some(extends) = child_of_kind(node, "extends_type_clause") {
            class.bases = children(extends).into_iter().map(|base| self.type_of(base)).collect();
        }
        let object = matches!(body.kind(), "interface_body" | "object_type");
        class.fields = children(body).into_iter().filter(|part| object && part.kind() == "property_signature").map(|part| self.field(part)).collect();
        object.then_some(class)
    }

    fn decorators(&self, node: Node) -> Vec<Annotation> {
        let mut cursor = node.walk();
        node.children(&mut cursor).filter(|child| child.kind() == "decorator").filter_map(|child| self.decorator(child)).collect()
    }

    fn decorator(&self, node: Node) -> Option<Annotation> {
        let inner = *children(node).first()?;
        let at = span(node);
        Some(match inner.kind() {
            "call_expression" => Annotation { callee: self.dotted(inner.field("function")?), arguments: self.arguments(inner.field("arguments")), span: at },
            _ => Annotation { callee: self.dotted(inner), arguments: Vec::new(), span: at },
        })
    }

    /// Decorators in front of `export class`.
    pub(super) fn outer_decorators(&self, export: Node, kind: &mut StatementKind) {
        if let StatementKind::Class(class) = kind {
            class.annotations.splice(..0, self.decorators(export));
        }
    }
}

/// Names that a pattern introduces.
fn taken(pattern: &Expression, names: &mut Vec<String>) {
    match &pattern.kind {
        Kind::Name(name) if !name.is_empty() => names.push(name.clone()),
        Kind::List(parts) => parts.iter().for_each(|part| taken(part, names)),
        Kind::Map(entries) => entries.iter().for_each(|(_, value)| taken(value, names)),
        _ => {}
    }
}
