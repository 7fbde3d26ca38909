//! Methods, classes, modules.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use tree_sitter::Node;

impl Lowering<'_> {
    pub(super) fn method(&self, node: Node) -> Option<Function> {
        let word = self.walk.field_text(node, "name");
        if word.is_empty() {
            return None;
        }
        let function = self.scoped(false, || {
            let parameters = node.field("parameters").map(|list| self.parameters(list)).unwrap_or_default();
            let body = node.field("body").map(|body| with_assigned(self.body(body))).unwrap_or_default();
            Function { name: word.to_owned(), parameters, body, public: true, is_static: node.kind() == "singleton_method", ..Function::default() }
        });
        Some(Function { span: span(node), line: node.field("name").map_or_else(|| line(node), line), ..function })
    }

    pub(super) fn parameters(&self, list: Node) -> Vec<Parameter> {
        children(list).into_iter().filter_map(|node| self.parameter(node)).collect()
    }

    fn parameter(&self, node: Node) -> Option<Parameter> {
        let word = match node.kind() {
            "identifier" => self.walk.text(node),
            "destructured_parameter" => {
                let names: Vec<String> = children(node).into_iter().map(|child| self.walk.text(child).to_owned()).collect();
                names.iter().for_each(|name| self.assigned(name));
                return Some(Parameter { span: span(node), ..Parameter::default() });
            }
            "block_parameter" => super::expression::BLOCK,
            _ => self.walk.field_text(node, "name"),
        };
        self.assigned(if word == super::expression::BLOCK { self.walk.field_text(node, "name") } else { word });
        let default = node.field("value").map(|value| self.expression(value));
        let variadic = matches!(node.kind(), "splat_parameter" | "hash_splat_parameter");
        Some(Parameter { name: word.to_owned(), default, variadic, span: span(node), ..Parameter::default() })
    }

    pub(super) fn class(&self, node: Node) -> Option<Class> {
        let written = node.field("name")?;
        let own = self.walk.text(written).replace("::", ".");
        let around = self.around.borrow().last().cloned().unwrap_or_default();
        let full = match own.strip_prefix('.') {
            Some(from_the_top) => from_the_top.to_owned(),
            None if around.is_empty() => own,
            None => format!("{around}.{own}"),
        };
        let mut class = Class { name: full.clone(), span: span(node), line: line(written), ..Class::default() };
        if node.kind() == "module" {
            class.kind = ClassKind::Object;
        }
        if let Some(base) = node.field("superclass").and_then(|base| children(base).first().copied()) {
            class.bases.push(self.base(base));
        }
        if let Some(body) = node.field("body") {
            self.around.borrow_mut().push(full);
            self.members(body, &mut class);
            self.around.borrow_mut().pop();
        }
        Some(class)
    }

    /// `Class.new(Base) do … end`
    pub(super) fn anonymous(&self, node: Node, list: Option<Node>, block: Option<Node>) -> Class {
        let mut class = Class { span: span(node), line: line(node), ..Class::default() };
        class.bases.extend(list.and_then(|list| children(list).first().map(|base| self.base(*base))));
        if let Some(body) = block.and_then(|block| block.field("body")) {
            self.members(body, &mut class);
        }
        class
    }

    fn base(&self, node: Node) -> Type {
        match node.kind() {
            "constant" | "scope_resolution" => plain(self.walk.text(node).trim_start_matches(':').replace("::", ".")),
            // `class X < Roda::RodaClass(:a)`, `ActiveRecord::Migration[7.0]`, `Struct.new(:a)`
            "element_reference" => node.field("object").map(|object| self.base(object)).unwrap_or_default(),
            _ => Type { extras: vec![self.expression(node)], ..Type::default() },
        }
    }

    fn members(&self, body: Node, class: &mut Class) {
        let mut own = Vec::new();
        let mut hidden = false;
        // What is said right before a method is said of it: `option :port` of a command.
        let mut said: Vec<Annotation> = Vec::new();
        self.walk.deeper(|| {
            self.scoped(false, || {
                for child in children(body) {
                    let before = class.methods.len();
                    self.member_of(child, class, &mut own, &mut hidden);
                    match (child.kind(), self.annotation(child)) {
                        ("method", _) => class.methods[before..].iter_mut().for_each(|method| method.annotations.append(&mut said)),
                        (_, Some(one)) => said.push(one),
                        _ => said.clear(),
                    }
                }
            });
        });
        if !own.is_empty() {
            class.methods.push(synthetic(CLASS, own, class.span));
        }
    }

    /// A call on nothing and without a block.
    fn annotation(&self, node: Node) -> Option<Annotation> {
        let plain = node.kind() == "call" && node.field("receiver").is_none() && node.field("block").is_none();
        let word = self.walk.field_text(node, "method");
        let kept = plain && !matches!(word, "include" | "extend" | "prepend" | "require" | "attr_reader" | "attr_accessor");
        let list = node.field("arguments").filter(|_| kept)?;
        Some(Annotation { callee: name(word, span(node)), arguments: self.arguments(list), span: span(node) })
    }

    fn member_of(&self, node: Node, class: &mut Class, own: &mut Vec<Statement>, hidden: &mut bool) {
        match node.kind() {
            "method" | "singleton_method" => class.methods.extend(self.method(node).map(|method| Function { public: !*hidden || method.is_static, ..method })),
            "class" | "module" => class.body.extend(self.class(node).map(|inner| statement(StatementKind::Class(Box::new(inner)), span(node)))),
            "singleton_class" => {
                let inner = node.field("body").map(children).unwrap_or_default();
                let mut private = false;
                let before = class.methods.len();
                inner.into_iter().for_each(|child| self.member_of(child, class, own, &mut private));
                class.methods[before..].iter_mut().for_each(|method| method.is_static = true);
            }
            "identifier" if matches!(self.walk.text(node), "private" | "protected" | "public") => *hidden = self.walk.text(node) != "public",
            "assignment" if node.field("left").is_some_and(|left| left.kind() == "constant") => {
                let word = self.walk.field_text(node, "left");
                let value = node.field("right").map(|right| self.spoken(right));
                class.fields.push(Field { name: word.to_owned(), value, span: span(node), ..Field::default() });
            }
            "call" if node.field("receiver").is_none() => self.called_in_class(node, class, own),
            _ => own.extend(self.statements(&[node])),
        }
    }

    fn called_in_class(&self, node: Node, class: &mut Class, own: &mut Vec<Statement>) {
        let given = node.field("arguments").map(children).unwrap_or_default();
        match self.walk.field_text(node, "method") {
            "include" | "extend" | "prepend" => {
                let is_name = |node: &&Node| matches!(node.kind(), "constant" | "scope_resolution");
                class.bases.extend(given.iter().filter(is_name).map(|node| self.base(*node)));
            }
            word @ ("private" | "protected" | "public" | "private_class_method" | "module_function") => {
                let names: Vec<String> = given.iter().map(|node| self.walk.text(*node).trim_start_matches(':').to_owned()).collect();
                for inner in &given {
                    class
                        .methods
                        .extend(self.method(*inner).filter(|_| inner.kind().ends_with("method")).map(|method| Function { public: word == "public", ..method }));
                }
                if word != "public" {
                    class.methods.iter_mut().filter(|method| names.contains(&method.name)).for_each(|method| method.public = false);
                }
                return;
            }
            "included" | "prepended" => {
                if let Some(body) = node.field("block").and_then(|block| block.field("body")) {
                    let inner = self.statements(&children(body));
                    class.methods.push(synthetic(INCLUDED, inner, span(node)));
                }
                return;
            }
            "class_methods" => {
                let body = node.field("block").and_then(|block| block.field("body"));
                let before = class.methods.len();
                let mut hidden = false;
                body.map(children).unwrap_or_default().into_iter().for_each(|child| self.member_of(child, class, own, &mut hidden));
                class.methods[before..].iter_mut().for_each(|method| method.is_static = true);
                return;
            }
            "helpers" => {
                // methods that blocks see, wherever a framework keeps them
                let body = node.field("block").and_then(|block| block.field("body"));
                let methods = body.map(children).unwrap_or_default().into_iter().filter(|child| child.kind() == "method");
                class.methods.extend(methods.filter_map(|child| self.method(child)));
                let is_name = |node: &&Node| matches!(node.kind(), "constant" | "scope_resolution");
                class.bases.extend(given.iter().filter(is_name).map(|node| self.base(*node)));
            }
            _ => {}
        }
        own.extend(self.statements(&[node]));
    }
}
