//! Classes and their members, attributes.

use super::Lowering;
use super::statement::initial;
use crate::code::parts::Fields;
use crate::code::parts::{broken_class, children, expression, line_of_name, name, path, span};
use crate::code::tree::{Annotation, Class, ClassKind, Expression, ExpressionKind, Field, Function, Parameter, Statement, StatementKind, Type};
use tree_sitter::Node;

impl Lowering<'_> {
    /// A class, struct, record, interface or enum.
    pub(super) fn class(&self, node: Node) -> Class {
        let mut class = Class {
            name: self.class_name(node).to_owned(),
            kind: match node.kind() {
                "interface_declaration" => ClassKind::Interface,
                "struct_declaration" => ClassKind::Struct,
                "record_declaration" => ClassKind::Record,
                "enum_declaration" => ClassKind::Enum,
                _ => ClassKind::Class,
            },
            annotations: self.attributes(node),
            span: span(node),
            line: line_of_name(node),
            ..Class::default()
        };
        for child in children(node) {
            match child.kind() {
                "base_list" => self.bases(child, &mut class),
                // A primary constructor's parameters are seen by all members, as fields are.
                "parameter_list" => class.fields.extend(self.parameters(child).into_iter().map(captured)),
                _ => {}
            }
        }
        let body = if node.is_error() { Some(node) } else { node.field("body") };
        if let Some(body) = body {
            self.deeper(|| self.members(body, &mut class));
        }
        class
    }

    fn class_name(&self, node: Node) -> &str {
        let named = if node.is_error() { broken_class(node) } else { node.field("name") };
        named.map(|named| self.text(named)).unwrap_or_default()
    }

    /// Base types; what a primary constructor hands to its base is the class's arguments.
    fn bases(&self, list: Node, class: &mut Class) {
        for child in children(list) {
            match child.kind() {
                "argument_list" => class.arguments = self.arguments(Some(child)),
                "primary_constructor_base_type" => {
                    class.bases.extend(self.type_of_field(child, "type"));
                    let handed = children(child).into_iter().find(|inner| inner.kind() == "argument_list");
                    class.arguments = self.arguments(handed);
                }
                _ => class.bases.push(self.type_of(child)),
            }
        }
    }

    fn members(&self, body: Node, class: &mut Class) {
        let is_interface = class.kind == ClassKind::Interface;
        for node in children(body) {
            match node.kind() {
                "field_declaration" | "event_field_declaration" => self.fields(node, &mut class.fields),
                "property_declaration" | "event_declaration" => self.property(node, class),
                "method_declaration"
                | "constructor_declaration"
                | "destructor_declaration"
                | "operator_declaration"
                | "conversion_operator_declaration"
                | "indexer_declaration" => {
                    let mut method = self.method(node);
                    // Members of interfaces are public without saying so.
                    method.public |= is_interface;
                    class.methods.push(method);
                }
                "enum_member_declaration" => class.fields.push(Field {
                    name: self.field_text(node, "name").to_owned(),
                    declared: None,
                    value: node.field("value").map(|value| self.expression(value)),
                    annotations: self.attributes(node),
                    span: span(node),
                }),
                "preproc_if" | "preproc_elif" | "preproc_else" => {
                    self.deeper(|| self.members(node, class));
                }
                _ if body.field("condition").is_some_and(|condition| condition.id() == node.id()) => {}
                _ => self.statement(node, &mut class.body),
            }
        }
    }

    fn fields(&self, node: Node, fields: &mut Vec<Field>) {
        let annotations = self.attributes(node);
        for declaration in children(node).into_iter().filter(|child| child.kind() == "variable_declaration") {
            let declared = self.type_of_field(declaration, "type");
            for declarator in children(declaration).into_iter().filter(|child| child.kind() == "variable_declarator") {
                fields.push(Field {
                    name: self.field_text(declarator, "name").to_owned(),
                    declared: declared.clone(),
                    value: initial(declarator).map(|value| self.expression_of(value, declared.as_ref())),
                    annotations: annotations.clone(),
                    span: span(node),
                });
            }
        }
    }

    fn property(&self, node: Node, class: &mut Class) {
        let declared = self.type_of_field(node, "type");
        let mut value = node.field("value").map(|value| match value.kind() {
            "arrow_expression_clause" => self.arrow(value, declared.as_ref()),
            _ => self.expression_of(value, declared.as_ref()),
        });
        let property = self.field_text(node, "name");
        for accessor in node.field("accessors").map(children).unwrap_or_default() {
            let Some(body) = accessor.field("body") else { continue };
            let kind = self.field_text(accessor, "name");
            let statements = self.value_body(body);
            match statements.as_slice() {
                [Statement { kind: StatementKind::Return(Some(only)), .. }] if kind == "get" => value = Some(only.clone()),
                _ => class.methods.push(Function {
                    name: format!("{kind}_{property}"),
                    body: statements,
                    span: span(accessor),
                    line: span(accessor).line,
                    ..Function::default()
                }),
            }
        }
        class.fields.push(Field { name: property.to_owned(), declared, value, annotations: self.attributes(node), span: span(node) });
    }

    fn arrow(&self, clause: Node, declared: Option<&Type>) -> Expression {
        match children(clause).first() {
            Some(inner) => self.expression_of(*inner, declared),
            None => self.expression(clause),
        }
    }

    /// A method, constructor, operator or local function.
    pub(super) fn method(&self, node: Node) -> Function {
        let mut body: Vec<Statement> = self.handed_on(node).into_iter().collect();
        let written = node.field("body").or_else(|| node.field("value"));
        body.extend(written.map(|written| self.value_body(written)).unwrap_or_default());
        let called = match node.kind() {
            "indexer_declaration" => "this".to_owned(),
            "destructor_declaration" => format!("~{}", self.field_text(node, "name")),
            _ => self.field_text(node, "name").to_owned(),
        };
        let is_local = node.kind() == "local_function_statement";
        Function {
            name: called,
            receiver: None,
            parameters: node.field("parameters").map(|list| self.parameters(list)).unwrap_or_default(),
            returns: self.type_of_field(node, "returns").or_else(|| self.type_of_field(node, "type")),
            annotations: self.attributes(node),
            body,
            public: is_local || self.has_modifier(node, "public"),
            is_static: self.has_modifier(node, "static"),
            span: span(node),
            line: line_of_name(node),
        }
    }

    /// `: base(…)` and `: this(…)` of a constructor.
    fn handed_on(&self, node: Node) -> Option<Statement> {
        let initializer = children(node).into_iter().find(|child| child.kind() == "constructor_initializer")?;
        let at = span(initializer);
        let callee = Box::new(name(if self.has_token(initializer, "base") { "super" } else { "self" }, at));
        let arguments = self.arguments(children(initializer).into_iter().find(|child| child.kind() == "argument_list"));
        let call = expression(ExpressionKind::Call { callee, arguments, types: Vec::new(), construct: false }, at);
        Some(Statement { kind: StatementKind::Expression(call), span: at })
    }

    /// Declared parameters. One that is `params` has its parts in the list itself, under fields.
    pub(super) fn parameters(&self, list: Node) -> Vec<Parameter> {
        let mut out: Vec<Parameter> = children(list).into_iter().filter(|child| child.kind() == "parameter").map(|child| self.parameter(child)).collect();
        if let Some(named) = list.field("name") {
            let declared = self.type_of_field(list, "type").map(|mut declared| match declared.name.as_str() {
                "[]" => declared.arguments.pop().unwrap_or_default(),
                _ => declared,
            });
            let name = self.text(named).to_owned();
            out.push(Parameter { name, declared, annotations: self.attributes(list), variadic: true, span: span(named), ..Parameter::default() });
        }
        out
    }

    fn parameter(&self, node: Node) -> Parameter {
        let at = span(node);
        let mut annotations = self.attributes(node);
        if self.has_modifier(node, "this") {
            annotations.push(Annotation { callee: name("this", at), arguments: Vec::new(), span: at });
        }
        let fields = ["name", "type"].map(|field| node.field(field).map(|child| child.id()));
        let default = children(node).into_iter().rfind(|child| !fields.contains(&Some(child.id())) && !matches!(child.kind(), "attribute_list" | "modifier"));
        Parameter {
            name: self.field_text(node, "name").trim_start_matches('@').to_owned(),
            declared: self.type_of_field(node, "type"),
            default: default.map(|default| self.expression(default)),
            annotations,
            span: at,
            ..Parameter::default()
        }
    }

    /// The attributes of a declaration, whatever their target; those of what it returns are left out.
    pub(super) fn attributes(&self, node: Node) -> Vec<Annotation> {
        let mut out = Vec::new();
        for list in children(node).into_iter().filter(|child| child.kind() == "attribute_list") {
            let parts = children(list);
            if parts.iter().any(|part| part.kind() == "attribute_target_specifier" && self.text(*part).starts_with("return")) {
                continue;
            }
            out.extend(parts.into_iter().filter(|part| part.kind() == "attribute").map(|part| self.attribute(part)));
        }
        out
    }

    fn attribute(&self, node: Node) -> Annotation {
        let at = span(node);
        let written = self.type_of_field(node, "name").unwrap_or_default().name;
        let short = written.strip_suffix("Attribute").filter(|short| !short.is_empty() && !short.ends_with('.'));
        let list = children(node).into_iter().find(|child| child.kind() == "attribute_argument_list");
        Annotation { callee: path(short.unwrap_or(&written), at), arguments: self.arguments(list), span: at }
    }
}

/// A parameter of a primary constructor as a field.
fn captured(parameter: Parameter) -> Field {
    let Parameter { name, declared, default, annotations, span, .. } = parameter;
    Field { name, declared, value: default, annotations, span }
}
