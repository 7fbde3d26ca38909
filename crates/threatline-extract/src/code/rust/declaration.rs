//! Items: modules, functions, types, traits and implementations.

use super::Lowering;
use super::attribute::is_test;
use super::statement::Sink;
use crate::code::parts::Fields;
use crate::code::tree::{Annotation, Class, ClassKind, Expression, ExpressionKind as Kind, Field, Function, Parameter, Span, Statement, StatementKind};
use crate::code::walk::{argument, assign, child_of_kind, children, expression, generic, line, name, path, span, statement, string};
use tree_sitter::Node;

impl Lowering<'_> {
    /// All items and statements of a file or module. Attributes stand before what they are of.
    pub(super) fn items(&self, node: Node, out: &mut Vec<Statement>) {
        let mut attributes = Vec::new();
        for child in children(node) {
            if child.kind() == "attribute_item" {
                attributes.push(child);
            } else {
                self.attributed(child, &std::mem::take(&mut attributes), out);
            }
        }
    }

    /// An item or statement with the attributes before it.
    pub(super) fn attributed(&self, node: Node, attributes: &[Node], out: &mut Vec<Statement>) {
        if attributes.iter().any(|attribute| is_test(self.text(*attribute))) {
            return;
        }
        self.walk.deeper(|| {
            let annotations = || -> Vec<Annotation> { attributes.iter().filter_map(|item| self.attribute(*item)).collect() };
            let at = span(node);
            let first_line = attributes.first().map_or(at.line, |first| line(*first));
            match node.kind() {
                "function_item" | "function_signature_item" => {
                    let mut function = self.function(node, annotations());
                    function.span.line = first_line;
                    out.push(statement(StatementKind::Function(Box::new(function)), at));
                }
                "struct_item" | "union_item" | "enum_item" | "trait_item" => {
                    let mut class = self.class(node, annotations());
                    class.span.line = first_line;
                    out.push(statement(StatementKind::Class(Box::new(class)), at));
                }
                "impl_item" => self.implementation(node, &annotations(), out),
                "mod_item" => self.module_item(node, out),
                _ => self.statement(node, out),
            }
        });
    }

    /// `mod x { … }`: its items, and their names under the module's.
    fn module_item(&self, node: Node, out: &mut Vec<Statement>) {
        let at = span(node);
        let Some(named) = node.field("name") else { return };
        let Some(body) = node.field("body") else { return self.file_module(self.text(named), at) };
        if let Some(package) = self.generated(body) {
            return self.generated_module(self.text(named), &package, at);
        }
        let mut inner = Vec::new();
        self.items(body, &mut inner);
        let offered: Vec<(&str, Span)> = inner.iter().filter_map(|item| Some((declared(item)?, item.span))).collect();
        let entries = offered.iter().map(|(called, at)| (string(*called, *at), name(*called, *at)));
        let offered_here = expression(Kind::Map(entries.collect()), at);
        // What stands around the module keeps its name, though one inside bears it, too.
        let covered = offered.iter().filter(|(called, _)| out.iter().any(|item| declared(item) == Some(called)));
        let kept: Vec<(String, String)> = covered.map(|(called, _)| ((*called).to_owned(), format!("{called} around {}", self.text(named)))).collect();
        let bind = |to: &str, from: &str| assign(name(to, at), None, Some(name(from, at)), at);
        out.extend(kept.iter().map(|(called, aside)| bind(aside, called)));
        out.push(statement(StatementKind::Block(inner), at));
        out.push(assign(name(self.text(named), span(named)), None, Some(offered_here), at));
        out.extend(kept.iter().map(|(called, aside)| bind(called, aside)));
    }

    /// The package of `mod x { tonic::include_proto!("package"); }`.
    fn generated(&self, body: Node) -> Option<String> {
        let items: Vec<Node> = children(body).into_iter().filter(|item| item.kind() != "empty_statement").collect();
        let [one] = items.as_slice() else { return None };
        let one = if one.kind() == "expression_statement" { children(*one).into_iter().next()? } else { *one };
        if one.kind() != "macro_invocation" || self.walk.field_text(one, "macro") != "tonic::include_proto" {
            return None;
        }
        match self.macro_arguments(one).into_iter().next()?.value.kind {
            Kind::String(package) => Some(package),
            _ => None,
        }
    }

    pub(super) fn function(&self, node: Node, annotations: Vec<Annotation>) -> Function {
        let named = node.field("name");
        let parameters = node.field("parameters");
        let mut function = Function {
            name: named.map(|named| self.text(named).to_owned()).unwrap_or_default(),
            parameters: parameters.map(|list| self.parameters(list)).unwrap_or_default(),
            returns: node.field("return_type").map(|written| self.type_of(written)),
            annotations,
            public: child_of_kind(node, "visibility_modifier").is_some(),
            span: span(node),
            line: line(named.unwrap_or(node)),
            ..Function::default()
        };
        if let Some(body) = node.field("body") {
            function.body = self.block(body, &Sink::Return);
        }
        function
    }

    /// Parameters of a function or closure, without `self`.
    pub(super) fn parameters(&self, list: Node) -> Vec<Parameter> {
        let mut out = Vec::new();
        for child in children(list) {
            match child.kind() {
                "attribute_item" | "self_parameter" | "variadic_parameter" => {}
                "parameter" => {
                    let pattern = child.field("pattern").unwrap_or(child);
                    if pattern.kind() != "self" {
                        let declared = child.field("type").map(|written| self.type_of(written));
                        out.push(Parameter { declared, ..self.parameter(pattern) });
                    }
                }
                _ => out.push(self.parameter(child)),
            }
        }
        out
    }

    fn parameter(&self, pattern: Node) -> Parameter {
        let mut names = self.bound_names(pattern);
        let at = span(pattern);
        if self.is_plain_binding(pattern) && names.len() == 1 {
            return Parameter { name: names.remove(0), span: at, ..Parameter::default() };
        }
        Parameter { names, span: at, ..Parameter::default() }
    }

    fn class(&self, node: Node, annotations: Vec<Annotation>) -> Class {
        let named = node.field("name");
        let called = named.map(|named| self.text(named).to_owned()).unwrap_or_default();
        let mut class = Class { name: called.clone(), annotations, span: span(node), line: line(named.unwrap_or(node)), ..Class::default() };
        class.kind = match node.kind() {
            "trait_item" => ClassKind::Interface,
            "enum_item" => ClassKind::Enum,
            _ => ClassKind::Struct,
        };
        if let Some(bounds) = node.field("bounds") {
            class.bases = children(bounds).into_iter().filter(|bound| bound.kind() != "lifetime").map(|bound| self.type_of(bound)).collect();
        }
        self.self_types.borrow_mut().push(called);
        match node.field("body") {
            Some(body) if node.kind() == "trait_item" => class.methods = self.methods(body),
            Some(body) => class.fields = self.fields(body),
            None => {}
        }
        self.self_types.borrow_mut().pop();
        class
    }

    fn methods(&self, body: Node) -> Vec<Function> {
        let mut out = Vec::new();
        let mut attributes: Vec<Annotation> = Vec::new();
        for child in children(body) {
            match child.kind() {
                "attribute_item" => attributes.extend(self.attribute(child)),
                "function_item" | "function_signature_item" => {
                    let method = self.function(child, std::mem::take(&mut attributes));
                    out.push(Function { is_static: !has_self(child), ..method });
                }
                _ => attributes.clear(),
            }
        }
        out
    }

    /// Fields of a struct, variants of an enum; a tuple's fields are named by number.
    fn fields(&self, body: Node) -> Vec<Field> {
        let mut out: Vec<Field> = Vec::new();
        let mut annotations = Vec::new();
        for child in children(body) {
            let mut field = Field { span: span(child), ..Field::default() };
            match child.kind() {
                "attribute_item" => {
                    annotations.extend(self.attribute(child));
                    continue;
                }
                "visibility_modifier" => continue,
                "field_declaration" | "enum_variant" => {
                    field.name = child.field("name").map(|name| self.text(name).to_owned()).unwrap_or_default();
                    field.declared = child.field("type").map(|written| self.type_of(written));
                    field.value = child.field("value").map(|value| self.expression(value));
                    if let Some(inner) = child.field("body") {
                        let types = self.walk.deeper(|| self.fields(inner)).unwrap_or_default();
                        field.declared = Some(generic("()", types.into_iter().filter_map(|field| field.declared).collect()));
                    }
                }
                _ => {
                    field.name = out.len().to_string();
                    field.declared = Some(self.type_of(child));
                }
            }
            field.annotations = std::mem::take(&mut annotations);
            out.push(field);
        }
        out
    }

    /// Methods stand at the top level with a receiver; a trait's carry an annotation `impl` with its name, and
    /// those that have attributes of their own, what stands on the implementation as well.
    fn implementation(&self, node: Node, outer: &[Annotation], out: &mut Vec<Statement>) {
        let (Some(written), Some(body)) = (node.field("type"), node.field("body")) else { return };
        let receiver = self.type_of(written);
        let implemented = node.field("trait").map(|of| (self.type_of(of), span(of)));
        if let Some((of, _)) = &implemented {
            self.traits.borrow_mut().entry(receiver.name.clone()).or_default().push(of.clone());
        }
        self.self_types.borrow_mut().push(receiver.name.clone());
        let mut inner = Vec::new();
        self.items(body, &mut inner);
        self.self_types.borrow_mut().pop();
        let signatures: Vec<Node> = children(body).into_iter().filter(|child| child.kind() == "function_item").collect();
        for item in &mut inner {
            let StatementKind::Function(function) = &mut item.kind else { continue };
            let own = signatures.iter().any(|signature| span(*signature) == item.span && has_self(*signature));
            function.is_static = !own;
            function.receiver = Some((if own { "self".to_owned() } else { String::new() }, receiver.clone()));
            if !function.annotations.is_empty() {
                function.annotations.extend(outer.iter().cloned());
            }
            if let Some((of, at)) = &implemented {
                function.public = true;
                let arguments = vec![argument(path(&of.name, *at))];
                function.annotations.push(Annotation { callee: name("impl", *at), arguments, span: *at });
            }
        }
        // Associated types are no names of the file.
        let is_type = |item: &Statement| matches!(item.kind, StatementKind::Assign { declared: None, .. });
        out.extend(inner.into_iter().filter(|item| !is_type(item)));
    }
}

fn has_self(function: Node) -> bool {
    let Some(list) = function.field("parameters") else { return false };
    children(list)
        .into_iter()
        .any(|parameter| parameter.kind() == "self_parameter" || parameter.field("pattern").is_some_and(|pattern| pattern.kind() == "self"))
}

/// The name that an item gives to what it declares.
fn declared(item: &Statement) -> Option<&str> {
    match &item.kind {
        StatementKind::Function(function) if function.receiver.is_none() => Some(&function.name),
        StatementKind::Class(class) => Some(&class.name),
        StatementKind::Assign { target: Expression { kind: Kind::Name(name), .. }, .. } => Some(name),
        _ => None,
    }
}
