//! Classes and their members, annotations, types.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::parts::{broken_class, children, expression, line_of_name, name, named, path, span};
use crate::code::tree::{Annotation, Argument, Class, ClassKind, Expression, ExpressionKind, Field, Function, Parameter, Span, Statement, StatementKind, Type};
use tree_sitter::Node;

/// Whether an expression calls what has that name.
fn is_call_of(expression: &Expression, of: &str) -> bool {
    let ExpressionKind::Call { callee, .. } = &expression.kind else { return false };
    matches!(&callee.kind, ExpressionKind::Name(name) if name == of)
}

impl Lowering<'_> {
    /// A class, interface, enum, record or annotation type.
    pub(super) fn class(&self, node: Node) -> Class {
        let mut class = Class {
            name: self.class_name(node).to_owned(),
            kind: match node.kind() {
                "interface_declaration" | "annotation_type_declaration" => ClassKind::Interface,
                "enum_declaration" => ClassKind::Enum,
                "record_declaration" => ClassKind::Record,
                _ => ClassKind::Class,
            },
            annotations: self.annotations(node),
            span: span(node),
            line: line_of_name(node),
            ..Class::default()
        };
        for child in children(node) {
            match child.kind() {
                "superclass" => class.bases.extend(children(child).first().map(|base| self.type_of(*base))),
                "super_interfaces" | "extends_interfaces" => {
                    for list in children(child) {
                        class.bases.extend(children(list).into_iter().map(|base| self.type_of(base)));
                    }
                }
                "formal_parameters" => class.fields.extend(self.parameters(child).into_iter().map(component)),
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

    /// The members of a class body.
    pub(super) fn members(&self, body: Node, class: &mut Class) {
        let mut initial = Vec::new();
        for node in children(body) {
            match node.kind() {
                "field_declaration" | "constant_declaration" => self.field(node, &mut class.fields),
                "block" if !class.name.is_empty() => self.statement(node, &mut initial),
                "method_declaration" | "constructor_declaration" | "compact_constructor_declaration" => {
                    let mut method = self.method(node);
                    // Members of interfaces are public without saying so.
                    method.public |= class.kind == ClassKind::Interface && !self.has_modifier(node, "private");
                    class.methods.push(method);
                }
                "annotation_type_element_declaration" => class.fields.push(self.element(node)),
                "enum_constant" => self.constant(node, class),
                "enum_body_declarations" => {
                    self.deeper(|| self.members(node, class));
                }
                _ => self.statement(node, &mut class.body),
            }
        }
        if let Some(first) = initial.first() {
            let at = first.span;
            Self::construct(class, initial, at);
        }
    }

    /// What stands in braces in a class runs whenever one is made, before what its constructors say themselves.
    fn construct(class: &mut Class, steps: Vec<Statement>, at: Span) {
        let own = class.name.clone();
        let mut any = false;
        for method in class.methods.iter_mut().filter(|method| method.name == own) {
            any = true;
            let calls = |name: &str| matches!(method.body.first(), Some(Statement { kind: StatementKind::Expression(first), .. }) if is_call_of(first, name));
            // another constructor, which runs them already, or that of the base, which comes first
            if !calls("self") {
                let start = usize::from(calls("super"));
                method.body.splice(start..start, steps.iter().cloned());
            }
        }
        if !any {
            class.methods.push(Function { name: own, body: steps, public: true, span: at, line: at.line, ..Function::default() });
        }
    }

    fn field(&self, node: Node, fields: &mut Vec<Field>) {
        let declared = node.field("type").map(|child| self.type_of(child));
        let annotations = self.annotations(node);
        for declarator in children(node).into_iter().filter(|child| child.kind() == "variable_declarator") {
            fields.push(Field {
                name: self.field_text(declarator, "name"),
                declared: declared.clone(),
                value: declarator.field("value").map(|child| self.expression(child)),
                annotations: annotations.clone(),
                span: span(node),
            });
        }
    }

    /// An element of an annotation type with its default.
    fn element(&self, node: Node) -> Field {
        Field {
            name: self.field_text(node, "name"),
            declared: node.field("type").map(|child| self.type_of(child)),
            value: node.field("value").map(|child| self.expression(child)),
            annotations: self.annotations(node),
            span: span(node),
        }
    }

    /// An enum constant; with arguments it is constructed from them. What a body of its own overrides
    /// is kept as a nested class.
    fn constant(&self, node: Node, class: &mut Class) {
        let at = span(node);
        let constant = self.field_text(node, "name");
        let arguments = node.field("arguments");
        class.fields.push(Field {
            name: constant.clone(),
            declared: Some(named(class.name.clone())),
            value: arguments.map(|list| {
                let callee = Box::new(name(class.name.clone(), at));
                let kind = ExpressionKind::Call { callee, arguments: self.arguments(Some(list)), types: Vec::new(), construct: true };
                expression(kind, at)
            }),
            annotations: self.annotations(node),
            span: at,
        });
        if let Some(body) = node.field("body") {
            let mut inner = Class { name: constant, bases: vec![named(class.name.clone())], span: at, line: at.line, ..Class::default() };
            self.deeper(|| self.members(body, &mut inner));
            class.body.push(Statement { kind: StatementKind::Class(Box::new(inner)), span: at });
        }
    }

    /// A method or constructor.
    pub(super) fn method(&self, node: Node) -> Function {
        Function {
            name: self.field_text(node, "name"),
            receiver: None,
            parameters: node.field("parameters").map(|list| self.parameters(list)).unwrap_or_default(),
            returns: node.field("type").map(|child| self.type_of(child)),
            annotations: self.annotations(node),
            body: self.nested(node.field("body")),
            public: self.has_modifier(node, "public"),
            is_static: self.has_modifier(node, "static"),
            span: span(node),
            line: line_of_name(node),
        }
    }

    /// Declared parameters; the receiver parameter is left out.
    pub(super) fn parameters(&self, list: Node) -> Vec<Parameter> {
        let declared = children(list).into_iter().filter(|child| matches!(child.kind(), "formal_parameter" | "spread_parameter"));
        declared.map(|child| self.parameter(child)).collect()
    }

    fn parameter(&self, node: Node) -> Parameter {
        let variadic = node.kind() == "spread_parameter";
        let mut parameter = Parameter {
            name: self.field_text(node, "name"),
            declared: node.field("type").map(|child| self.type_of(child)),
            annotations: self.annotations(node),
            variadic,
            span: span(node),
            ..Parameter::default()
        };
        if variadic {
            for child in children(node) {
                match child.kind() {
                    "variable_declarator" => parameter.name = self.field_text(child, "name"),
                    "modifiers" | "annotation" | "marker_annotation" => {}
                    _ => parameter.declared = Some(self.type_of(child)),
                }
            }
        }
        parameter
    }

    fn has_modifier(&self, node: Node, wanted: &str) -> bool {
        let modifiers = children(node).into_iter().find(|child| child.kind() == "modifiers");
        modifiers.is_some_and(|modifiers| {
            let mut cursor = modifiers.walk();
            modifiers.children(&mut cursor).any(|modifier| modifier.kind() == wanted)
        })
    }

    /// The annotations among the modifiers of a declaration.
    fn annotations(&self, node: Node) -> Vec<Annotation> {
        let modifiers = children(node).into_iter().filter(|child| child.kind() == "modifiers");
        let annotations = modifiers.flat_map(children).filter(|child| matches!(child.kind(), "annotation" | "marker_annotation"));
        annotations.map(|child| self.annotation(child)).collect()
    }

    /// One annotation: `@A`, `@A("x")`, `@A({"x", "y"})`, `@A(name = X + "y")`.
    pub(super) fn annotation(&self, node: Node) -> Annotation {
        let at = span(node);
        let callee = match node.field("name") {
            Some(written) => path(&self.dotted(written), span(written)),
            None => name("", at),
        };
        let list = node.field("arguments");
        let arguments = list.map(children).unwrap_or_default().into_iter().map(|child| self.annotation_argument(child)).collect();
        Annotation { callee, arguments, span: at }
    }

    fn annotation_argument(&self, node: Node) -> Argument {
        match node.kind() {
            "element_value_pair" => Argument { name: Some(self.field_text(node, "key")), value: self.field_expression(node, "value"), spread: false },
            _ => Argument { name: None, value: self.expression(node), spread: false },
        }
    }

    /// A type as written, without annotations.
    pub(super) fn type_of(&self, node: Node) -> Type {
        self.deeper(|| self.type_at(node)).unwrap_or_default()
    }

    fn type_at(&self, node: Node) -> Type {
        match node.kind() {
            "generic_type" => {
                let mut generic = Type::default();
                for child in children(node) {
                    match child.kind() {
                        "type_arguments" => generic.arguments = self.type_list(child),
                        _ => generic.name = self.type_of(child).name,
                    }
                }
                generic
            }
            "array_type" => {
                let element = node.field("element").map(|child| self.type_of(child)).unwrap_or_default();
                let depth = node.field("dimensions").map_or(1, |child| self.text(child).matches('[').count().clamp(1, 8));
                (0..depth).fold(element, |element, _| Type { name: "[]".into(), arguments: vec![element], extras: Vec::new() })
            }
            "annotated_type" | "wildcard" => {
                let kept = children(node).into_iter().rfind(|child| !matches!(child.kind(), "annotation" | "marker_annotation" | "super"));
                kept.map_or_else(|| named("?"), |child| self.type_of(child))
            }
            "scoped_type_identifier" => {
                let parts = children(node).into_iter().filter(|child| !matches!(child.kind(), "annotation" | "marker_annotation"));
                let parts: Vec<String> = parts.map(|child| self.type_of(child).name).collect();
                named(parts.join("."))
            }
            _ => named(self.dotted(node)),
        }
    }

    /// The types of a list.
    pub(super) fn type_list(&self, node: Node) -> Vec<Type> {
        children(node).into_iter().map(|child| self.type_of(child)).collect()
    }
}

/// A record's component is a field.
fn component(parameter: Parameter) -> Field {
    let Parameter { name, declared, annotations, span, .. } = parameter;
    Field { name, declared, value: None::<Expression>, annotations, span }
}
