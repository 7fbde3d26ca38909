//! Classes, objects and their members, functions, annotations, types.

use super::Lowering;
use crate::code::tree::*;
use crate::code::walk::*;
use tree_sitter::Node;

impl Lowering<'_> {
    /// A class, interface, enumeration or object.
    pub(super) fn class(&self, node: Node) -> Class {
        let mut class = Class { kind: self.class_kind(node), annotations: self.annotations(node), span: span(node), line: line(node), ..Class::default() };
        let mut supers = Vec::new();
        let mut body = None;
        for child in children(node) {
            match child.kind() {
                "type_identifier" | "simple_identifier" if class.name.is_empty() => (class.name, class.line) = (self.plain_name(child), line(child)),
                "delegation_specifier" => self.base(child, &mut class.bases, &mut supers),
                "class_body" | "enum_class_body" => body = Some(child),
                _ => {}
            }
        }
        if let Some(constructor) = child_of_kind(node, "primary_constructor") {
            self.primary_constructor(constructor, &mut class);
        }
        if !supers.is_empty() {
            self.construction(&mut class).splice(0..0, supers);
        }
        if let Some(body) = body {
            self.deeper(|| self.members(children(body), &mut class));
        }
        self.settle_object(&mut class);
        class
    }

    /// What an object has, it has once: its members need no object of their own.
    fn settle_object(&self, class: &mut Class) {
        if class.kind == ClassKind::Object {
            class.methods.iter_mut().for_each(|method| method.is_static = true);
        }
    }

    fn class_kind(&self, node: Node) -> ClassKind {
        if matches!(node.kind(), "object_declaration" | "companion_object") {
            return ClassKind::Object;
        }
        match () {
            () if child_of_kind(node, "interface").is_some() => ClassKind::Interface,
            () if child_of_kind(node, "enum").is_some() => ClassKind::Enum,
            () if self.has_modifier(node, &["data"]) => ClassKind::Record,
            () => ClassKind::Class,
        }
    }

    /// `Base<T>(x)`, `Api`, `Api by other`; the call of the superclass's constructor is a step of this one's.
    fn base(&self, node: Node, bases: &mut Vec<Type>, supers: &mut Vec<Statement>) {
        let Some(inner) = children(node).into_iter().next() else { return };
        match inner.kind() {
            "constructor_invocation" => {
                for child in children(inner) {
                    match child.kind() {
                        "value_arguments" => {
                            let arguments = self.arguments(child);
                            if !arguments.is_empty() {
                                let at = span(node);
                                supers.push(statement(StatementKind::Expression(call(name("super", at), arguments, at)), at));
                            }
                        }
                        _ => bases.push(self.type_of(child)),
                    }
                }
            }
            "explicit_delegation" => bases.extend(children(inner).first().map(|base| self.type_of(*base))),
            _ => bases.push(self.type_of(inner)),
        }
    }

    /// Parameters with `val` or `var` are fields, too.
    fn primary_constructor(&self, node: Node, class: &mut Class) {
        let at = span(node);
        let mut constructor = Function { name: class.name.clone(), public: true, span: at, line: at.line, ..Function::default() };
        let listed = children(node).into_iter().flat_map(|child| if child.kind() == "class_parameter" { vec![child] } else { children(child) });
        for child in listed.filter(|child| child.kind() == "class_parameter") {
            let parameter = self.class_parameter(child);
            let at = parameter.span;
            if child_of_kind(child, "binding_pattern_kind").is_some() {
                let (named, declared, annotations) = (parameter.name.clone(), parameter.declared.clone(), parameter.annotations.clone());
                constructor.body.push(assign(member(name("self", at), named.as_str(), at), None, Some(name(named.as_str(), at)), at));
                class.fields.push(Field { name: named, declared, value: None, annotations, span: at });
            }
            constructor.parameters.push(parameter);
        }
        if !constructor.parameters.is_empty() {
            class.methods.push(constructor);
        }
    }

    fn class_parameter(&self, node: Node) -> Parameter {
        let mut parameter = Parameter { annotations: self.annotations(node), span: span(node), ..Parameter::default() };
        for child in children(node) {
            match child.kind() {
                "modifiers" | "binding_pattern_kind" => {}
                "simple_identifier" if parameter.name.is_empty() => parameter.name = self.plain_name(child),
                _ if parameter.declared.is_none() => parameter.declared = Some(self.type_of(child)),
                _ => parameter.default = Some(self.expression(child)),
            }
        }
        parameter.variadic = self.has_modifier(node, &["vararg"]);
        parameter
    }

    /// The steps of the constructor, which is made where there is none.
    fn construction<'c>(&self, class: &'c mut Class) -> &'c mut Vec<Statement> {
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

    /// The members of a class body.
    pub(super) fn members(&self, nodes: Vec<Node>, class: &mut Class) {
        for node in nodes {
            match node.kind() {
                "property_declaration" => class.fields.extend(self.field(node)),
                // The accessor of the property before it.
                "getter" => {
                    if let Some(field) = class.fields.last_mut().filter(|field| field.value.is_none()) {
                        field.value = self.accessor(node);
                    }
                }
                "setter" | "companion" => {}
                "function_declaration" => {
                    let function = self.function(node);
                    class.methods.push(function);
                }
                "secondary_constructor" => self.secondary_constructor(node, class),
                "anonymous_initializer" => {
                    let steps = self.block(node);
                    self.construction(class).extend(steps);
                }
                "companion_object" => self.companion(node, class),
                "enum_entry" => self.constant(node, class),
                "class_body" => _ = self.deeper(|| self.members(children(node), class)),
                // What the parser lost the thread of may hold members.
                "ERROR" => _ = self.deeper(|| self.members(children(node), class)),
                _ => self.statement(node, &mut class.body),
            }
        }
    }

    /// A companion's members are named through the class.
    fn companion(&self, node: Node, class: &mut Class) {
        let inner = self.class(node);
        class.fields.extend(inner.fields);
        let methods = inner.methods.into_iter().map(|method| Function { is_static: true, ..method });
        class.methods.extend(methods);
        class.body.extend(inner.body);
    }

    fn secondary_constructor(&self, node: Node, class: &mut Class) {
        let mut constructor =
            Function { name: class.name.clone(), annotations: self.annotations(node), public: true, span: span(node), line: line(node), ..Function::default() };
        for child in children(node) {
            match child.kind() {
                "function_value_parameters" => constructor.parameters = self.parameters(child),
                "constructor_delegation_call" => {
                    let callee = if child_of_kind(child, "super").is_some() { "super" } else { "self" };
                    let arguments = child_of_kind(child, "value_arguments").map(|list| self.arguments(list)).unwrap_or_default();
                    let at = span(child);
                    constructor.body.push(statement(StatementKind::Expression(call(name(callee, at), arguments, at)), at));
                }
                "statements" => self.statements(child, &mut constructor.body),
                _ => {}
            }
        }
        class.methods.push(constructor);
    }

    /// An enumeration's constant; with arguments it is constructed from them.
    fn constant(&self, node: Node, class: &mut Class) {
        let at = span(node);
        let Some(named) = child_of_kind(node, "simple_identifier").map(|child| self.plain_name(child)) else { return };
        let arguments = child_of_kind(node, "value_arguments").map(|list| self.arguments(list));
        let value = arguments.map(|arguments| construct(plain(class.name.as_str()), arguments, at));
        class.fields.push(Field { name: named.clone(), declared: Some(plain(class.name.as_str())), value, annotations: self.annotations(node), span: at });
        if let Some(body) = child_of_kind(node, "class_body") {
            let mut inner = Class { name: named, bases: vec![plain(class.name.as_str())], span: at, line: at.line, ..Class::default() };
            self.deeper(|| self.members(children(body), &mut inner));
            class.body.push(statement(StatementKind::Class(Box::new(inner)), at));
        }
    }

    fn field(&self, node: Node) -> Vec<Field> {
        let mut statements = Vec::new();
        self.property(node, &mut statements);
        let annotations = self.annotations(node);
        let field = |one: Statement| match one.kind {
            StatementKind::Assign { target: Expression { kind: ExpressionKind::Name(name), .. }, declared, value } => {
                Some(Field { name, declared, value, annotations: annotations.clone(), span: one.span })
            }
            _ => None,
        };
        statements.into_iter().filter_map(field).collect()
    }

    /// A function, with its receiver if it extends a type.
    pub(super) fn function(&self, node: Node) -> Function {
        let mut function =
            Function { public: !self.has_modifier(node, &["private", "internal", "protected"]), span: span(node), line: line(node), ..Function::default() };
        function.annotations = self.annotations(node);
        // Java says so with an annotation.
        if self.has_modifier(node, &["override"]) {
            function.annotations.push(Annotation { callee: name("Override", function.span), arguments: Vec::new(), span: function.span });
        }
        for child in children(node) {
            match child.kind() {
                "simple_identifier" if function.name.is_empty() => (function.name, function.line) = (self.plain_name(child), line(child)),
                "receiver_type" => function.receiver = Some(("self".into(), self.type_of(child))),
                "function_value_parameters" => function.parameters = self.parameters(child),
                "function_body" => function.body = self.function_body(child),
                "modifiers" | "type_parameters" | "type_constraints" | "ERROR" => {}
                _ => function.returns = Some(self.type_of(child)),
            }
        }
        function
    }

    /// `{ … }`, or `= value`.
    pub(super) fn function_body(&self, node: Node) -> Vec<Statement> {
        let Some(inner) = children(node).into_iter().next() else { return Vec::new() };
        let mut out = Vec::new();
        if inner.kind() == "statements" {
            self.deeper(|| self.statements(inner, &mut out));
        } else if child_of_kind(node, "=").is_some() {
            self.deeper(|| self.statement(inner, &mut out));
            self.give_back(&mut out);
        } else {
            self.deeper(|| self.statement(inner, &mut out));
        }
        out
    }

    /// Modifiers and defaults stand beside the parameters that they are of.
    pub(super) fn parameters(&self, list: Node) -> Vec<Parameter> {
        let mut out: Vec<Parameter> = Vec::new();
        let (mut annotations, mut variadic) = (Vec::new(), false);
        for child in children(list) {
            match child.kind() {
                "parameter_modifiers" => {
                    annotations = self.annotations_in(child);
                    variadic = self.text(child).split_whitespace().any(|word| word == "vararg");
                }
                "parameter" | "parameter_with_optional_type" => {
                    let mut parts = children(child).into_iter();
                    let name = parts.next().map(|part| self.plain_name(part)).unwrap_or_default();
                    let declared = parts.next().map(|part| self.type_of(part));
                    out.push(Parameter { name, declared, annotations: std::mem::take(&mut annotations), variadic, span: span(child), ..Parameter::default() });
                    variadic = false;
                }
                "ERROR" => {}
                _ => {
                    if let Some(last) = out.last_mut() {
                        last.default = Some(self.expression(child));
                    }
                }
            }
        }
        out
    }

    /// Functions at the top level need no object.
    pub(super) fn make_static(&self, body: &mut [Statement]) {
        for one in body {
            if let StatementKind::Function(function) = &mut one.kind {
                function.is_static = function.receiver.is_none();
            }
        }
    }

    pub(super) fn has_modifier(&self, node: Node, wanted: &[&str]) -> bool {
        let all = children(node).into_iter().filter(|child| child.kind() == "modifiers").flat_map(children);
        let direct = wanted.iter().any(|word| child_of_kind(node, word).is_some());
        direct || all.filter(|modifier| modifier.kind() != "annotation").any(|modifier| wanted.contains(&self.text(modifier)))
    }

    /// The annotations of a declaration.
    pub(super) fn annotations(&self, node: Node) -> Vec<Annotation> {
        children(node).into_iter().filter(|child| child.kind() == "modifiers").flat_map(|list| self.annotations_in(list)).collect()
    }

    fn annotations_in(&self, list: Node) -> Vec<Annotation> {
        children(list).into_iter().filter(|child| child.kind() == "annotation").flat_map(|child| self.annotation(child)).collect()
    }

    /// `@A`, `@field:A("x")`, `@[A B]`.
    fn annotation(&self, node: Node) -> Vec<Annotation> {
        let at = span(node);
        let one = |inner: Node| match inner.kind() {
            "constructor_invocation" => {
                let callee = children(inner).first().map_or_else(|| name("", at), |ty| path(&self.type_of(*ty).name, at));
                let arguments = child_of_kind(inner, "value_arguments").map(|list| self.arguments(list)).unwrap_or_default();
                Some(Annotation { callee, arguments, span: at })
            }
            "user_type" => Some(Annotation { callee: path(&self.type_of(inner).name, at), arguments: Vec::new(), span: at }),
            _ => None,
        };
        children(node).into_iter().filter_map(one).collect()
    }

    /// A type as written. A function's is `->` with what it takes and gives back, `.->` if the first of
    /// these is its receiver.
    pub(super) fn type_of(&self, node: Node) -> Type {
        self.deeper(|| self.type_at(node)).unwrap_or_default()
    }

    fn type_at(&self, node: Node) -> Type {
        match node.kind() {
            "user_type" => {
                let mut out = Type::default();
                for child in children(node) {
                    match child.kind() {
                        "type_arguments" => out.arguments = children(child).into_iter().map(|inner| self.type_of(inner)).collect(),
                        _ => {
                            let part = self.type_of(child);
                            if !out.name.is_empty() {
                                out.name.push('.');
                            }
                            out.name.push_str(&part.name);
                        }
                    }
                }
                if out.name == "Array" && !out.arguments.is_empty() {
                    out.name = "[]".into();
                }
                out
            }
            "type_identifier" | "simple_identifier" => plain(self.plain_name(node)),
            "nullable_type" | "type_projection" | "parenthesized_type" | "parenthesized_user_type" | "receiver_type" | "not_nullable_type" => {
                let skipped = ["type_modifiers", "quest", "type_projection_modifiers", "annotation"];
                let kept = children(node).into_iter().find(|child| !skipped.contains(&child.kind()));
                kept.map_or_else(|| plain("?"), |child| self.type_of(child))
            }
            "function_type" => {
                let parts = children(node);
                let (taken, rest): (Vec<Node>, Vec<Node>) = parts.into_iter().partition(|part| part.kind() == "function_type_parameters");
                let mut out = Type::default();
                // A receiver stands before the parameters.
                let mut rest = rest.into_iter();
                let receiver = rest.len() > 1;
                if receiver {
                    out.arguments.extend(rest.next().map(|part| self.type_of(part)));
                }
                for list in taken {
                    let types = children(list)
                        .into_iter()
                        .map(|part| if part.kind() == "parameter" { children(part).into_iter().next_back().unwrap_or(part) } else { part });
                    out.arguments.extend(types.map(|part| self.type_of(part)));
                }
                out.arguments.extend(rest.map(|part| self.type_of(part)));
                out.name = if receiver { ".->".into() } else { "->".into() };
                out
            }
            _ => plain(self.dotted(node)),
        }
    }
}
