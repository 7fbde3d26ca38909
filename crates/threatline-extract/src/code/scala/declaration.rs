//! Classes, objects, traits and their members, functions, annotations, types.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use std::collections::{BTreeMap, BTreeSet};
use tree_sitter::Node;

impl Lowering<'_> {
    /// A class, object, trait or enumeration.
    pub(super) fn class(&self, node: Node) -> Class {
        let named = node.field("name");
        let mut class = Class {
            name: named.map(|name| self.plain_name(name)).unwrap_or_default(),
            kind: self.class_kind(node),
            annotations: self.annotations(node),
            span: span(node),
            line: named.map_or_else(|| line(node), line),
            ..Class::default()
        };
        let mut arguments = Vec::new();
        if let Some(extends) = child_of_kind(node, "extends_clause") {
            self.hold(&class.name, extends);
            for child in children(extends) {
                match child.kind() {
                    "arguments" => arguments.extend(self.arguments(child)),
                    "with" | "," => {}
                    "compound_type" | "applied_constructor_type" => self.bases(child, &mut class.bases, &mut arguments),
                    _ => class.bases.push(self.type_of(child)),
                }
            }
        }
        self.class_parameters(node, &mut class);
        self.finish_class(&mut class, node.field("body"), arguments);
        class
    }

    fn bases(&self, node: Node, bases: &mut Vec<Type>, arguments: &mut Vec<Argument>) {
        for child in children(node) {
            match child.kind() {
                "arguments" => arguments.extend(self.arguments(child)),
                "compound_type" | "applied_constructor_type" => _ = self.deeper(|| self.bases(child, bases, arguments)),
                _ => bases.push(self.type_of(child)),
            }
        }
    }

    fn class_kind(&self, node: Node) -> ClassKind {
        match node.kind() {
            "object_definition" | "package_object" => ClassKind::Object,
            "enum_definition" => ClassKind::Enum,
            // what a trait has, classes that extend it have
            "class_definition" if child_of_kind(node, "case").is_some() || self.has_modifier(node, &["case"]) => ClassKind::Record,
            _ => ClassKind::Class,
        }
    }

    /// What a base is given is a step of the constructor, then what stands in the body.
    pub(super) fn finish_class(&self, class: &mut Class, body: Option<Node>, arguments: Vec<Argument>) {
        let at = class.span;
        if !arguments.is_empty() {
            let step = statement(StatementKind::Expression(call(name("super", at), arguments, at)), at);
            construction(class).push(step);
        }
        if let Some(body) = body {
            self.deeper(|| self.members(children(body), class));
        }
        join_companions(&mut class.body);
        if class.kind == ClassKind::Object {
            class.methods.iter_mut().for_each(|method| method.is_static = true);
        }
    }

    /// Parameters of a class are seen in all of it: they are fields.
    fn class_parameters(&self, node: Node, class: &mut Class) {
        let mut parameters = Vec::new();
        for list in children(node).into_iter().filter(|child| child.kind() == "class_parameters") {
            let is_handed = !self.is_implicit(list);
            for child in children(list).into_iter().filter(|child| child.kind() == "class_parameter") {
                parameters.push(self.parameter(child, is_handed));
            }
        }
        if parameters.is_empty() {
            return;
        }
        let at = class.span;
        let mut constructor = Function { name: class.name.clone(), public: true, span: at, line: class.line, ..Function::default() };
        if let Some(injected) = children(node).into_iter().skip_while(|child| child.kind() != "identifier").find(|child| child.kind() == "annotation") {
            constructor.annotations.extend(self.annotation(injected));
        }
        for parameter in &parameters {
            let (named, declared, annotations) = (parameter.name.clone(), parameter.declared.clone(), parameter.annotations.clone());
            constructor.body.push(assign(member(name("self", at), named.as_str(), at), None, Some(name(named.as_str(), at)), at));
            class.fields.push(Field { name: named, declared, value: None, annotations, span: parameter.span });
        }
        constructor.parameters = parameters;
        class.methods.insert(0, constructor);
    }

    /// The members of a class body; what is neither is a step of its constructor.
    fn members(&self, nodes: Vec<Node>, class: &mut Class) {
        for node in nodes {
            match node.kind() {
                "val_definition" | "var_definition" | "given_definition" | "val_declaration" | "var_declaration" => self.field(node, class),
                "function_definition" | "function_declaration" => self.method(node, class),
                "extension_definition" => class.methods.extend(self.extension(node)),
                "class_definition" | "object_definition" | "trait_definition" | "enum_definition" => self.statement(node, &mut class.body),
                "enum_case_definitions" => self.constants(node, class),
                "self_type" => {}
                "ERROR" => _ = self.deeper(|| self.members(children(node), class)),
                _ => {
                    let mut steps = Vec::new();
                    self.statement(node, &mut steps);
                    if !steps.is_empty() {
                        construction(class).extend(steps);
                    }
                }
            }
        }
    }

    fn field(&self, node: Node, class: &mut Class) {
        let annotations = self.annotations(node);
        if node.kind().ends_with("_declaration") {
            let declared = node.field("type").map(|ty| self.type_of(ty));
            let named = node.field("name").map(|name| self.plain_name(name)).unwrap_or_default();
            class.fields.push(Field { name: named, declared, value: None, annotations, span: span(node) });
            return;
        }
        let mut statements = Vec::new();
        self.statement(node, &mut statements);
        for one in statements {
            match one.kind {
                StatementKind::Assign { target: Expression { kind: ExpressionKind::Name(name), .. }, declared, value } => {
                    class.fields.push(Field { name, declared, value, annotations: annotations.clone(), span: one.span });
                }
                kind => construction(class).push(statement(kind, one.span)),
            }
        }
    }

    fn method(&self, node: Node, class: &mut Class) {
        let mut function = self.function(node);
        if function.name == "this" {
            function.name.clone_from(&class.name);
            // the one that stands at the head of the class is the constructor
            if class.methods.iter().any(|method| method.name == class.name) {
                return;
            }
        }
        class.methods.push(function);
    }

    fn constants(&self, node: Node, class: &mut Class) {
        for one in children(node) {
            let named = one.field("name").map(|name| self.plain_name(name)).unwrap_or_default();
            class.fields.push(Field { name: named, span: span(one), ..Field::default() });
        }
    }

    /// A function; parameters that the compiler finds are left to their types.
    pub(super) fn function(&self, node: Node) -> Function {
        let named = node.field("name");
        let mut function = Function {
            name: named.map(|name| self.plain_name(name)).unwrap_or_default(),
            annotations: self.annotations(node),
            public: !self.has_modifier(node, &["private", "protected"]),
            span: span(node),
            line: named.map_or_else(|| line(node), line),
            returns: node.field("return_type").map(|ty| self.type_of(ty)),
            ..Function::default()
        };
        if self.has_modifier(node, &["override"]) {
            function.annotations.push(Annotation { callee: name("Override", function.span), arguments: Vec::new(), span: function.span });
        }
        for list in children(node).into_iter().filter(|child| child.kind() == "parameters") {
            let is_handed = !self.is_implicit(list);
            let listed = children(list).into_iter().filter(|child| child.kind() == "parameter");
            function.parameters.extend(listed.map(|child| self.parameter(child, is_handed)));
        }
        if let Some(body) = node.field("body") {
            function.body = self.value_block(body);
        }
        function
    }

    /// `(implicit x: T)`, `(using x: T)`: nobody writes what is handed over.
    fn is_implicit(&self, list: Node) -> bool {
        let inner = self.text(list).trim_start_matches('(').trim_start();
        ["implicit", "using"].iter().any(|word| inner.strip_prefix(word).is_some_and(|rest| rest.starts_with(char::is_whitespace)))
    }

    fn parameter(&self, node: Node, is_handed: bool) -> Parameter {
        let at = span(node);
        let declared = node.field("type");
        let default = node.field("default_value").map(|value| self.expression(value));
        Parameter {
            name: node.field("name").map(|name| self.plain_name(name)).unwrap_or_default(),
            declared: declared.map(|ty| self.type_of(ty)),
            default: if is_handed { default } else { Some(unknown(Vec::new(), at)) },
            annotations: self.annotations(node),
            variadic: declared.is_some_and(|ty| ty.kind() == "repeated_parameter_type"),
            span: at,
            ..Parameter::default()
        }
    }

    /// `extension (x: T) def f = …`: functions with a receiver.
    pub(super) fn extension(&self, node: Node) -> Vec<Function> {
        let receiver = children(node).into_iter().filter(|child| child.kind() == "parameters").flat_map(children).find(|child| child.kind() == "parameter");
        let receiver = receiver.map(|child| self.parameter(child, true));
        let bodies = children(node).into_iter().filter(|child| !matches!(child.kind(), "parameters" | "type_parameters"));
        let functions = bodies.flat_map(|child| if child.kind() == "function_definition" { vec![child] } else { children(child) });
        let one = |node: Node| {
            let receiver = receiver.as_ref().map(|one| (one.name.clone(), one.declared.clone().unwrap_or_default()));
            Function { receiver, ..self.function(node) }
        };
        functions.filter(|child| child.kind() == "function_definition").map(one).collect()
    }

    /// The annotations of a declaration.
    fn annotations(&self, node: Node) -> Vec<Annotation> {
        children(node).into_iter().take_while(|child| !matches!(child.kind(), "template_body" | "block")).filter_map(|child| self.annotation(child)).collect()
    }

    fn annotation(&self, node: Node) -> Option<Annotation> {
        if node.kind() != "annotation" {
            return None;
        }
        let at = span(node);
        let callee = path(&self.type_of(node.field("name")?).name, at);
        let arguments = child_of_kind(node, "arguments").map(|list| self.arguments(list)).unwrap_or_default();
        Some(Annotation { callee, arguments, span: at })
    }

    pub(super) fn types(&self, list: Node) -> Vec<Type> {
        children(list).into_iter().map(|inner| self.type_of(inner)).collect()
    }

    /// A type as written; a function's is `->` with what it takes and gives back.
    pub(super) fn type_of(&self, node: Node) -> Type {
        self.deeper(|| self.type_at(node)).unwrap_or_default()
    }

    fn type_at(&self, node: Node) -> Type {
        let first = || children(node).first().map(|inner| self.type_of(*inner)).unwrap_or_default();
        match node.kind() {
            "generic_type" => {
                let mut out = node.field("type").map(|ty| self.type_of(ty)).unwrap_or_default();
                out.arguments = node.field("type_arguments").map(|list| self.types(list)).unwrap_or_default();
                if matches!(out.name.as_str(), "Seq" | "List" | "Vector" | "Array" | "Set") && out.arguments.len() == 1 {
                    out.name = "[]".into();
                }
                out
            }
            "compound_type" | "annotated_type" | "lazy_parameter_type" | "applied_constructor_type" | "projected_type" => {
                node.field("type").or_else(|| node.field("base")).map_or_else(first, |inner| self.type_of(inner))
            }
            "repeated_parameter_type" => generic("[]", vec![first()]),
            "tuple_type" => generic("()", self.types(node)),
            "function_type" => generic("->", self.types(node)),
            _ => plain(self.dotted(node)),
        }
    }
}

/// The steps of the constructor, which is made where there is none.
fn construction(class: &mut Class) -> &mut Vec<Statement> {
    let at = match class.methods.iter().position(|method| method.name == class.name) {
        Some(at) => at,
        None => {
            let made = Function { name: class.name.clone(), public: true, span: class.span, line: class.line, ..Function::default() };
            class.methods.insert(0, made);
            0
        }
    };
    &mut class.methods[at].body
}

/// An object that has the name of a class beside it is the place of that class's static members.
pub(super) fn join_companions(body: &mut Vec<Statement>) {
    let mut objects: BTreeMap<String, Class> = BTreeMap::new();
    let named = |is_object: bool, body: &[Statement]| -> BTreeSet<String> {
        let class = |one: &Statement| match &one.kind {
            StatementKind::Class(class) if (class.kind == ClassKind::Object) == is_object => Some(class.name.clone()),
            _ => None,
        };
        body.iter().filter_map(class).collect()
    };
    let both: BTreeSet<String> = named(true, body).intersection(&named(false, body)).cloned().collect();
    if both.is_empty() {
        return;
    }
    let mut kept = Vec::with_capacity(body.len());
    for one in std::mem::take(body) {
        match one.kind {
            StatementKind::Class(class) if class.kind == ClassKind::Object && both.contains(&class.name) => {
                objects.insert(class.name.clone(), *class);
            }
            kind => kept.push(statement(kind, one.span)),
        }
    }
    for one in &mut kept {
        let StatementKind::Class(class) = &mut one.kind else { continue };
        let Some(object) = objects.remove(&class.name) else { continue };
        // what runs when the object is made is not what runs when one of the class is
        let own_name = class.name.clone();
        class.methods.extend(object.methods.into_iter().filter(|method| method.name != own_name));
        class.fields.extend(object.fields);
        class.body.extend(object.body);
    }
    *body = kept;
}
