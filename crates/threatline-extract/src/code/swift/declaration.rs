//! Types with their members, functions, parameters, attributes.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use std::collections::BTreeMap;
use tree_sitter::Node;

/// The only annotation that a class has which is an extension, until it is joined with what it extends.
const EXTENSION: &str = "(extension)";

impl Lowering<'_> {
    /// A class, struct, enumeration, actor, protocol or extension.
    pub(super) fn class(&self, node: Node) -> Class {
        let named = node.field("name");
        let mut class = Class {
            name: named.map(|name| self.type_of(name).name).unwrap_or_default(),
            kind: match self.field_text(node, "declaration_kind") {
                "struct" => ClassKind::Struct,
                "enum" => ClassKind::Enum,
                _ => ClassKind::Class,
            },
            annotations: self.annotations(node),
            span: span(node),
            line: named.map_or_else(|| line(node), line),
            ..Class::default()
        };
        if self.field_text(node, "declaration_kind") == "extension" {
            class.annotations.push(Annotation { callee: name(EXTENSION, class.span), arguments: Vec::new(), span: class.span });
        }
        for child in children(node).into_iter().filter(|child| child.kind() == "inheritance_specifier") {
            class.bases.extend(child.field("inherits_from").map(|base| self.type_of(base)));
        }
        if let Some(body) = node.field("body") {
            self.deeper(|| self.members(children(body), &mut class));
        }
        class
    }

    fn members(&self, nodes: Vec<Node>, class: &mut Class) {
        for node in nodes {
            match node.kind() {
                "property_declaration" | "protocol_property_declaration" => self.fields(node, class),
                "function_declaration" | "protocol_function_declaration" => class.methods.push(self.function(node)),
                "init_declaration" => {
                    let function = Function { name: class.name.clone(), ..self.function(node) };
                    // the one with most to tell comes first
                    class.methods.push(function);
                }
                "enum_entry" => {
                    for name in children_of(node, "name") {
                        class.fields.push(Field { name: self.plain_name(name), span: span(name), ..Field::default() });
                    }
                }
                "ERROR" => _ = self.deeper(|| self.members(children(node), class)),
                "class_declaration" | "protocol_declaration" => self.statement(node, &mut class.body),
                _ => {}
            }
        }
    }

    /// `let a = x, b: T`, `var c: T { … }`.
    fn fields(&self, node: Node, class: &mut Class) {
        let annotations = self.annotations(node);
        for one in self.bindings(node) {
            let (target, declared, value) = one;
            let ExpressionKind::Name(named) = target.kind else { continue };
            // what a builder makes stands where its object is made
            if declared.as_ref().is_some_and(|declared| declared.name == "some") && named == "body" {
                let at = target.span;
                let step = statement(StatementKind::Expression(member(name("self", at), named.as_str(), at)), at);
                construction(class).push(step);
            }
            class.fields.push(Field { name: named, declared, value, annotations: annotations.clone(), span: target.span });
        }
    }

    /// The names that a declaration binds, with their types and values.
    pub(super) fn bindings(&self, node: Node) -> Vec<(Expression, Option<Type>, Option<Expression>)> {
        let mut out: Vec<(Expression, Option<Type>, Option<Expression>)> = Vec::new();
        let mut cursor = node.walk();
        for (place, child) in node.children(&mut cursor).enumerate() {
            let field = node.field_name_for_child(u32::try_from(place).unwrap_or(u32::MAX));
            match (field, child.kind()) {
                (Some("name"), "pattern") => out.push((self.target(child), None, None)),
                (_, "type_annotation") => {
                    if let Some(last) = out.last_mut() {
                        last.1 = child.field("name").map(|ty| self.type_of(ty));
                    }
                }
                (Some("value" | "computed_value"), _) => {
                    let value = if child.kind() == "computed_property" { self.computed(child) } else { Some(self.expression(child)) };
                    if let Some(last) = out.last_mut() {
                        last.2 = value;
                    }
                }
                _ => {}
            }
        }
        out
    }

    /// What a pattern binds.
    pub(super) fn target(&self, pattern: Node) -> Expression {
        let at = span(pattern);
        if let Some(bound) = pattern.field("bound_identifier") {
            return name(self.plain_name(bound), at);
        }
        let parts: Vec<Node> = children(pattern).into_iter().filter(|part| part.kind() != "value_binding_pattern").collect();
        match parts.as_slice() {
            [only] if only.kind() == "simple_identifier" => name(self.plain_name(*only), at),
            parts if parts.iter().all(|part| part.kind() != "pattern") => name("_", at),
            parts => {
                let each = parts.iter().filter(|part| part.kind() == "pattern").map(|part| self.deeper(|| self.target(*part)).unwrap_or_else(|| name("_", at)));
                expression(ExpressionKind::List(each.collect()), at)
            }
        }
    }

    /// What is worked out where it is asked for.
    fn computed(&self, node: Node) -> Option<Expression> {
        let at = span(node);
        let getter = children(node).into_iter().find(|child| child.kind() == "computed_getter").unwrap_or(node);
        let statements = child_of_kind(getter, "statements")?;
        let body = self.body(statements);
        if let [Statement { kind: StatementKind::Return(Some(value)), .. }] = body.as_slice() {
            return Some(value.clone());
        }
        let function = Function { body, public: true, span: at, line: at.line, ..Function::default() };
        Some(call(expression(ExpressionKind::Function(Box::new(function)), at), Vec::new(), at))
    }

    /// A function or constructor.
    pub(super) fn function(&self, node: Node) -> Function {
        let named = node.field("name");
        let modifiers = children(node).into_iter().find(|child| child.kind() == "modifiers");
        let words = modifiers.map(|list| self.text(list)).unwrap_or_default();
        let has = |word: &str| words.split_whitespace().any(|one| one == word);
        let mut function = Function {
            name: named.map(|name| self.plain_name(name)).unwrap_or_default(),
            annotations: self.annotations(node),
            public: !has("private") && !has("fileprivate"),
            is_static: has("static") || has("class"),
            span: span(node),
            line: named.map_or_else(|| line(node), line),
            ..Function::default()
        };
        let mut cursor = node.walk();
        for (place, child) in node.children(&mut cursor).enumerate() {
            let field = node.field_name_for_child(u32::try_from(place).unwrap_or(u32::MAX));
            match (field, child.kind()) {
                (_, "parameter") => function.parameters.push(self.parameter(child)),
                (Some("default_value"), _) => {
                    if let Some(last) = function.parameters.last_mut() {
                        last.default = Some(self.expression(child));
                    }
                }
                (Some("name"), kind) if kind != "simple_identifier" && kind != "init" => function.returns = Some(self.type_of(child)),
                _ => {}
            }
        }
        if let Some(body) = node.field("body") {
            function.body = child_of_kind(body, "statements").map(|body| self.body(body)).unwrap_or_default();
        }
        function
    }

    fn parameter(&self, node: Node) -> Parameter {
        let mut names = children_of(node, "name").into_iter();
        let mut parameter = Parameter { span: span(node), variadic: self.text(node).ends_with("..."), ..Parameter::default() };
        parameter.name = names.next().map(|name| self.plain_name(name)).unwrap_or_default();
        parameter.declared = names.next().map(|ty| self.type_of(ty));
        parameter
    }

    fn annotations(&self, node: Node) -> Vec<Annotation> {
        let lists = children(node).into_iter().filter(|child| child.kind() == "modifiers").flat_map(children);
        let one = |attribute: Node| {
            let at = span(attribute);
            let callee = path(&self.type_of(child_of_kind(attribute, "user_type")?).name, at);
            let rest = children(attribute).into_iter().skip(1).filter(|part| part.kind() != "simple_identifier");
            Some(Annotation { callee, arguments: rest.map(|value| argument(self.expression(value))).collect(), span: at })
        };
        lists.filter(|child| child.kind() == "attribute").filter_map(one).collect()
    }

    /// A type as written.
    pub(super) fn type_of(&self, node: Node) -> Type {
        self.deeper(|| self.type_at(node)).unwrap_or_default()
    }

    fn type_at(&self, node: Node) -> Type {
        let inner = || children(node).into_iter().next().map(|inner| self.type_of(inner)).unwrap_or_default();
        match node.kind() {
            "user_type" => {
                let mut out = Type::default();
                for child in children(node) {
                    if child.kind() == "type_arguments" {
                        out.arguments = children(child).into_iter().map(|inner| self.type_of(inner)).collect();
                    } else {
                        if !out.name.is_empty() {
                            out.name.push('.');
                        }
                        out.name.push_str(&self.plain_name(child));
                    }
                }
                out
            }
            "array_type" => generic("[]", vec![inner()]),
            "optional_type" | "existential_type" | "parenthesized_type" | "implicitly_unwrapped_type" => inner(),
            "opaque_type" => generic("some", vec![inner()]),
            "function_type" => plain("->"),
            "tuple_type" => generic("()", children(node).into_iter().map(|item| self.type_of(item)).collect()),
            "tuple_type_item" => node.field("name").map(|ty| self.type_of(ty)).unwrap_or_default(),
            _ => plain(self.text(node).chars().filter(|letter| !letter.is_whitespace() && *letter != '`').collect::<String>()),
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

fn is_extension(class: &Class) -> bool {
    class.annotations.iter().any(|one| matches!(&one.callee.kind, ExpressionKind::Name(name) if name == EXTENSION))
}

/// An extension is a part of the class that it extends; of a class that is elsewhere its functions have a receiver.
pub(super) fn join_extensions(body: &mut Vec<Statement>) {
    let mut own: BTreeMap<String, usize> = BTreeMap::new();
    let (mut kept, mut extensions) = (Vec::with_capacity(body.len()), Vec::new());
    for one in std::mem::take(body) {
        match one.kind {
            StatementKind::Class(class) if is_extension(&class) => extensions.push(class),
            StatementKind::Class(class) => {
                own.entry(class.name.clone()).or_insert(kept.len());
                kept.push(statement(StatementKind::Class(class), one.span));
            }
            kind => kept.push(statement(kind, one.span)),
        }
    }
    for extension in extensions {
        let extended = own.get(&extension.name).and_then(|at| kept.get_mut(*at));
        if let Some(Statement { kind: StatementKind::Class(class), .. }) = extended {
            class.bases.extend(extension.bases);
            class.fields.extend(extension.fields);
            class.methods.extend(extension.methods);
            class.body.extend(extension.body);
            continue;
        }
        let receiver = plain(extension.name.as_str());
        kept.extend(extension.body);
        let functions = extension.methods.into_iter().filter(|method| !method.is_static && method.name != extension.name);
        kept.extend(functions.map(|function| {
            let at = function.span;
            let function = Function { receiver: Some(("self".to_owned(), receiver.clone())), ..function };
            statement(StatementKind::Function(Box::new(function)), at)
        }));
    }
    *body = kept;
}
