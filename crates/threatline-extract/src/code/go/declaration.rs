//! Functions, types, constants and variables.

use super::{Lowering, is_exported, list_under, tag};
use crate::code::parts::Fields;
use crate::code::tree::{Annotation, Argument, Class, ClassKind, Expression, Field, Function, Parameter, Statement, StatementKind, Type};
use crate::code::walk::{assign, children, children_of, generic, line, name, path, plain, span, statement, string, unknown};
use tree_sitter::Node;

impl Lowering<'_> {
    /// A function, method or function literal.
    pub(super) fn function(&self, node: Node) -> Function {
        let named = node.field("name");
        let called = named.map(|named| self.text(named)).unwrap_or_default();
        let receiver = list_under(node, "receiver").and_then(|list| self.parameters(list).into_iter().next());
        let results = list_under(node, "result").map(|list| self.parameters(list)).unwrap_or_default();
        let mut function = Function {
            name: called.to_owned(),
            receiver: receiver.map(|receiver| (receiver.name, receiver.declared.unwrap_or_default())),
            parameters: list_under(node, "parameters").map(|list| self.parameters(list)).unwrap_or_default(),
            returns: node.field("result").map(|result| self.result(result)),
            public: called.is_empty() || is_exported(called),
            span: span(node),
            line: line(named.unwrap_or(node)),
            ..Function::default()
        };
        if let Some(body) = node.field("body") {
            let names = results.into_iter().map(|result| result.name).filter(|name| !name.is_empty() && name != "_");
            self.results.borrow_mut().push(names.collect());
            self.statements(body, &mut function.body);
            self.results.borrow_mut().pop();
        }
        function
    }

    /// What a function gives back; several results are a tuple.
    fn result(&self, node: Node) -> Type {
        if node.kind() != "parameter_list" {
            return self.type_of(node);
        }
        let mut types: Vec<Type> = self.parameters(node).into_iter().filter_map(|parameter| parameter.declared).collect();
        match types.len() {
            1 => types.remove(0),
            _ => generic("()", types),
        }
    }

    /// `a, b string, c ...int`: one parameter each.
    fn parameters(&self, list: Node) -> Vec<Parameter> {
        let mut out = Vec::new();
        for child in children(list) {
            let Some(declared) = child.field("type") else { continue };
            let declared = self.type_of(declared);
            let variadic = child.kind() == "variadic_parameter_declaration";
            let names = children_of(child, "name");
            let one =
                |name: &str, at: Node| Parameter { name: name.to_owned(), declared: Some(declared.clone()), variadic, span: span(at), ..Parameter::default() };
            if names.is_empty() {
                out.push(one("", child));
            }
            out.extend(names.into_iter().map(|name| one(self.text(name), name)));
        }
        out
    }

    /// A type. Pointers are dropped, as are the directions of channels.
    pub(super) fn type_of(&self, node: Node) -> Type {
        self.walk.deeper(|| self.type_at(node)).unwrap_or_default()
    }

    fn type_at(&self, node: Node) -> Type {
        let under = |field: &'static str| node.field(field).map(|child| self.type_of(child));
        match node.kind() {
            "type_identifier" | "identifier" => plain(self.text(node)),
            "qualified_type" => plain(format!("{}.{}", self.walk.field_text(node, "package"), self.walk.field_text(node, "name"))),
            "pointer_type" | "parenthesized_type" | "negated_type" | "type_elem" | "type_constraint" => {
                children(node).first().map(|inner| self.type_of(*inner)).unwrap_or_default()
            }
            "generic_type" => {
                let arguments = node.field("type_arguments").map(|list| self.type_list(list));
                Type { arguments: arguments.unwrap_or_default(), ..under("type").unwrap_or_default() }
            }
            "slice_type" | "array_type" | "implicit_length_array_type" => generic("[]", under("element").into_iter().collect()),
            "map_type" => generic("map", under("key").into_iter().chain(under("value")).collect()),
            "channel_type" => generic("chan", under("value").into_iter().collect()),
            "function_type" => {
                let parameters = list_under(node, "parameters").map(|list| self.parameters(list)).unwrap_or_default();
                generic("func", parameters.into_iter().filter_map(|parameter| parameter.declared).collect())
            }
            "interface_type" => plain("interface"),
            "struct_type" => plain("struct"),
            _ => Type::default(),
        }
    }

    pub(super) fn type_list(&self, list: Node) -> Vec<Type> {
        children(list).into_iter().map(|child| self.type_of(child)).collect()
    }

    /// `type X …`; an alias of a plain name is an assignment.
    pub(super) fn types(&self, node: Node, out: &mut Vec<Statement>) {
        for spec in children(node) {
            let (Some(named), Some(shape)) = (spec.field("name"), spec.field("type")) else { continue };
            let at = span(spec);
            if spec.kind() == "type_alias" && matches!(shape.kind(), "type_identifier" | "qualified_type") {
                let value = path(&self.type_of(shape).name, span(shape));
                out.push(assign(name(self.text(named), span(named)), None, Some(value), at));
                continue;
            }
            let mut class = Class { name: self.text(named).to_owned(), span: at, line: line(named), ..Class::default() };
            match shape.kind() {
                "struct_type" => self.structure(shape, &mut class),
                "interface_type" => self.interface(shape, &mut class),
                _ => {
                    class.kind = ClassKind::Object;
                    class.bases.push(self.type_of(shape));
                }
            }
            out.push(statement(StatementKind::Class(Box::new(class)), at));
        }
    }

    /// An embedded type is a base, and a field under its own name.
    fn structure(&self, shape: Node, class: &mut Class) {
        class.kind = ClassKind::Struct;
        for declaration in field_declarations(shape) {
            let Some(written) = declaration.field("type") else { continue };
            let declared = self.type_of(written);
            let annotations = tag(declaration).map(|tag| self.tag(tag));
            let one = |name: &str, at: Node| Field {
                name: name.to_owned(),
                declared: Some(declared.clone()),
                annotations: annotations.clone().into_iter().collect(),
                span: span(at),
                ..Field::default()
            };
            let names = children_of(declaration, "name");
            if names.is_empty() {
                class.fields.push(one(last_part(&declared.name), declaration));
                class.bases.push(declared.clone());
            }
            class.fields.extend(names.into_iter().map(|name| one(self.text(name), name)));
        }
    }

    fn tag(&self, node: Node) -> Annotation {
        let at = span(node);
        let value = Argument { name: None, value: string(self.string(node), at), spread: false };
        Annotation { callee: name("tag", at), arguments: vec![value], span: at }
    }

    fn interface(&self, shape: Node, class: &mut Class) {
        class.kind = ClassKind::Interface;
        for element in children(shape) {
            match element.kind() {
                "method_elem" => class.methods.push(self.function(element)),
                _ => class.bases.push(self.type_of(element)),
            }
        }
    }

    /// The names of a struct's fields in order, with their declared types.
    pub(super) fn field_names<'n>(&self, shape: Node<'n>) -> Vec<(&str, Option<Node<'n>>)> {
        let mut out = Vec::new();
        for declaration in field_declarations(shape) {
            let declared = declaration.field("type");
            let names = children_of(declaration, "name");
            match declared {
                Some(embedded) if names.is_empty() => out.push((last_part(self.text(embedded)), declared)),
                _ => out.extend(names.into_iter().map(|name| (self.text(name), declared))),
            }
        }
        out
    }

    /// `const` and `var`, alone or in a group. A constant that counts is unknown, as is one that repeats.
    pub(super) fn values(&self, node: Node, out: &mut Vec<Statement>) {
        for spec in children(node) {
            if spec.kind() == "var_spec_list" {
                self.values(spec, out);
                continue;
            }
            let targets: Vec<Expression> = children_of(spec, "name").into_iter().map(|named| name(self.text(named), span(named))).collect();
            let declared = spec.field("type").map(|written| self.type_of(written));
            match spec.field("value") {
                Some(list) => self.assignments(targets, declared, children(list), span(spec), out),
                None => {
                    let value = (spec.kind() == "const_spec").then(|| unknown(Vec::new(), span(spec)));
                    out.extend(targets.into_iter().map(|target| assign(target, declared.clone(), value.clone(), span(spec))));
                }
            }
        }
    }
}

fn field_declarations(shape: Node<'_>) -> Vec<Node<'_>> {
    let lists = children(shape).into_iter().filter(|child| child.kind() == "field_declaration_list");
    lists.flat_map(children).filter(|child| child.kind() == "field_declaration").collect()
}

/// `Engine` of `gin.Engine`.
fn last_part(dotted: &str) -> &str {
    let plain = dotted.split('[').next().unwrap_or(dotted);
    plain.rsplit('.').next().unwrap_or(plain)
}
