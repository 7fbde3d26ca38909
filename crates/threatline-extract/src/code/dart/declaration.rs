//! Classes, mixins, enumerations, extensions and their members, functions, annotations, types.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use std::collections::BTreeMap;
use tree_sitter::Node;

impl Lowering<'_> {
    /// A class, mixin or enumeration.
    pub(super) fn class(&self, node: Node) -> Class {
        let named = node.field("name");
        let mut class = Class {
            name: named.map(|name| self.text(name).to_owned()).unwrap_or_default(),
            kind: if node.kind() == "enum_declaration" { ClassKind::Enum } else { ClassKind::Class },
            annotations: self.annotations(node),
            span: span(node),
            line: named.map_or_else(|| line(node), line),
            ..Class::default()
        };
        for part in ["superclass", "interfaces"] {
            let Some(part) = node.field(part) else { continue };
            for child in children(part) {
                match child.kind() {
                    "type" => class.bases.push(self.type_of(child)),
                    _ => class.bases.extend(children(child).into_iter().map(|inner| self.type_of(inner))),
                }
            }
        }
        if let Some(body) = node.field("body") {
            self.deeper(|| self.members(body, &mut class));
        }
        type_constructors(&mut class);
        class
    }

    fn members(&self, body: Node, class: &mut Class) {
        for member in children(body) {
            match member.kind() {
                "member_declaration" => {
                    for inner in children(member) {
                        match inner.kind() {
                            "method_declaration" => self.member(inner, class),
                            "declaration" => self.declaration(inner, class),
                            _ => {}
                        }
                    }
                }
                "enum_entry" => {
                    let name = self.field_text(member, "name").to_owned();
                    class.fields.push(Field { name, span: span(member), ..Field::default() });
                }
                "ERROR" => _ = self.deeper(|| self.members(member, class)),
                _ => {}
            }
        }
    }

    /// A method, getter or constructor with a body.
    fn member(&self, node: Node, class: &mut Class) {
        let Some(signature) = node.field("signature") else { return };
        let Some(inner) = children(signature).into_iter().next() else { return };
        let body = node.field("body");
        match inner.kind() {
            "getter_signature" => {
                let value = body.and_then(|body| self.computed(body));
                let declared = inner.field("return_type").map(|ty| self.type_of(ty));
                let name = self.field_text(inner, "name").to_owned();
                class.fields.push(Field { name, declared, value, annotations: self.annotations(node), span: span(node) });
            }
            "setter_signature" | "operator_signature" => {}
            "function_signature" => {
                let mut function = self.function(node, inner, body);
                function.is_static = child_of_kind(signature, "static").is_some();
                class.methods.push(function);
            }
            kind if kind.contains("constructor_signature") => {
                let mut function = self.constructor(inner, class);
                let entries = children(signature).into_iter().filter(|child| child.kind() == "initializers").flat_map(children);
                for entry in entries.flat_map(children) {
                    self.initializer(entry, &mut function.body);
                }
                function.body.extend(body.map(|body| self.body(body)).unwrap_or_default());
                self.add_constructor(function, class);
            }
            _ => {}
        }
    }

    /// Fields, and what has no body.
    fn declaration(&self, node: Node, class: &mut Class) {
        let annotations = self.annotations(node);
        let declared = child_of_kind(node, "type").map(|ty| self.type_of(ty));
        for child in children(node) {
            match child.kind() {
                "initialized_identifier_list" | "static_final_declaration_list" | "identifier_list" => {
                    for one in children(child) {
                        let name = one.field("name").map_or_else(|| self.text(one), |name| self.text(name)).to_owned();
                        let value = one.field("value").map(|value| self.expression(value));
                        class.fields.push(Field { name, declared: declared.clone(), value, annotations: annotations.clone(), span: span(one) });
                    }
                }
                "function_signature" => class.methods.push(self.function(node, child, None)),
                kind if kind.contains("constructor_signature") => {
                    let function = self.constructor(child, class);
                    self.add_constructor(function, class);
                }
                _ => {}
            }
        }
    }

    fn add_constructor(&self, function: Function, class: &mut Class) {
        if function.name == class.name && class.methods.iter().any(|method| method.name == class.name) {
            return;
        }
        class.methods.push(function);
    }

    /// `Api(this.db)`, `Api.named()`: the latter is a function of the class.
    fn constructor(&self, signature: Node, class: &Class) -> Function {
        let names: Vec<&str> = children_of(signature, "name").into_iter().filter(|name| name.kind() == "identifier").map(|name| self.text(name)).collect();
        let at = span(signature);
        let mut function = Function { name: class.name.clone(), public: true, span: at, line: at.line, ..Function::default() };
        if let [_, named, ..] = names.as_slice() {
            function.name = (*named).to_owned();
            function.is_static = true;
            function.returns = Some(plain(class.name.as_str()));
        }
        if let Some(list) = signature.field("parameters") {
            self.parameters(list, &mut function);
        }
        function
    }

    /// `: x = 1, super(y)`
    fn initializer(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        match node.kind() {
            "field_initializer" => {
                let value = node.field("value").map(|value| self.expression(value));
                out.push(assign(member(name("self", at), self.field_text(node, "name"), at), None, value, at));
            }
            "arguments" => out.push(statement(StatementKind::Expression(call(name("super", at), self.arguments(node), at)), at)),
            _ => {}
        }
    }

    /// A function of its signature and body.
    pub(super) fn function(&self, node: Node, signature: Node, body: Option<Node>) -> Function {
        let named = signature.field("name");
        let name = named.map(|name| self.text(name).to_owned()).unwrap_or_default();
        let mut function = Function {
            annotations: self.annotations(node),
            public: !name.starts_with('_'),
            span: span(node),
            line: named.map_or_else(|| line(node), line),
            returns: signature.field("return_type").map(|ty| self.type_of(ty)),
            name,
            ..Function::default()
        };
        if let Some(list) = signature.field("parameters") {
            self.parameters(list, &mut function);
        }
        function.body = body.map(|body| self.body(body)).unwrap_or_default();
        function
    }

    /// `(A a, {required B b = c, this.d})`
    pub(super) fn parameters(&self, list: Node, function: &mut Function) {
        for child in children(list) {
            match child.kind() {
                "formal_parameter" => self.parameter(child, function),
                "optional_formal_parameters" => _ = self.deeper(|| self.parameters(child, function)),
                _ => {
                    // a default stands behind its parameter
                    if let Some(last) = function.parameters.last_mut().filter(|last| last.default.is_none() && child.kind() != "annotation") {
                        last.default = Some(self.expression(child));
                    }
                }
            }
        }
    }

    fn parameter(&self, node: Node, function: &mut Function) {
        let at = span(node);
        let mut parameter = Parameter { span: at, annotations: self.annotations(node), ..Parameter::default() };
        parameter.declared = child_of_kind(node, "type").map(|ty| self.type_of(ty));
        parameter.default = node.field("value").or_else(|| node.field("default_value")).map(|value| self.expression(value));
        let inner = children(node).into_iter().find(|child| matches!(child.kind(), "field_formal_parameter" | "super_formal_parameter"));
        let named = inner.unwrap_or(node).field("name").or_else(|| child_of_kind(inner.unwrap_or(node), "identifier"));
        parameter.name = named.map(|name| self.text(name).to_owned()).unwrap_or_default();
        if inner.is_some_and(|inner| inner.kind() == "field_formal_parameter") {
            let value = name(parameter.name.as_str(), at);
            function.body.push(assign(member(name("self", at), parameter.name.as_str(), at), None, Some(value), at));
        }
        function.parameters.push(parameter);
    }

    /// The statements of a body; `=> x` gives back x.
    pub(super) fn body(&self, node: Node) -> Vec<Statement> {
        let Some(inner) = children(node).into_iter().next() else { return Vec::new() };
        if inner.kind() == "block" {
            return self.block(inner);
        }
        let value = self.expression(inner);
        vec![statement(StatementKind::Return(Some(value)), span(inner))]
    }

    /// What is worked out where it is asked for.
    fn computed(&self, body: Node) -> Option<Expression> {
        let at = span(body);
        let body = self.body(body);
        if let [Statement { kind: StatementKind::Return(Some(value)), .. }] = body.as_slice() {
            return Some(value.clone());
        }
        let function = Function { body, public: true, span: at, line: at.line, ..Function::default() };
        Some(call(expression(ExpressionKind::Function(Box::new(function)), at), Vec::new(), at))
    }

    /// `extension X on T { … }`: functions with a receiver.
    pub(super) fn extension(&self, node: Node) -> Vec<Function> {
        let receiver = node.field("class").map(|ty| self.type_of(ty)).unwrap_or_default();
        let mut class = Class::default();
        if let Some(body) = node.field("body") {
            self.deeper(|| self.members(body, &mut class));
        }
        class.methods.into_iter().map(|function| Function { receiver: Some(("self".to_owned(), receiver.clone())), ..function }).collect()
    }

    fn annotations(&self, node: Node) -> Vec<Annotation> {
        let one = |annotation: Node| {
            let at = span(annotation);
            let dotted: String = self.text(annotation.field("name")?).chars().filter(|letter| !letter.is_whitespace()).collect();
            let arguments = child_of_kind(annotation, "annotation_arguments").map(|list| self.arguments(list)).unwrap_or_default();
            Some(Annotation { callee: path(&dotted, at), arguments, span: at })
        };
        children(node).into_iter().filter(|child| child.kind() == "annotation").filter_map(one).collect()
    }

    /// A type as written; what is to come is as good as what comes.
    pub(super) fn type_of(&self, node: Node) -> Type {
        self.deeper(|| self.type_at(node)).unwrap_or_default()
    }

    fn type_at(&self, node: Node) -> Type {
        if node.kind() != "type" {
            return plain(self.text(node).trim_end_matches('?').to_owned());
        }
        let mut out = Type::default();
        for child in children(node) {
            match child.kind() {
                "type_arguments" => out.arguments = children(child).into_iter().map(|inner| self.type_of(inner)).collect(),
                "type_identifier" | "identifier" | "void_type" => {
                    if !out.name.is_empty() {
                        out.name.push('.');
                    }
                    out.name.push_str(self.text(child));
                }
                "function_type" => out.name = "->".into(),
                _ => {}
            }
        }
        match (out.name.as_str(), out.arguments.len()) {
            ("Future" | "FutureOr" | "Stream", 1) => out.arguments.remove(0),
            ("List" | "Iterable" | "Set", 1) => Type { name: "[]".into(), ..out },
            _ => out,
        }
    }
}

/// `Api(this.db)` takes what the field is.
fn type_constructors(class: &mut Class) {
    let types: BTreeMap<String, Type> = class.fields.iter().filter_map(|field| Some((field.name.clone(), field.declared.clone()?))).collect();
    for method in class.methods.iter_mut().filter(|method| method.name == class.name) {
        for parameter in method.parameters.iter_mut().filter(|parameter| parameter.declared.is_none()) {
            parameter.declared = types.get(&parameter.name).cloned();
        }
    }
}
