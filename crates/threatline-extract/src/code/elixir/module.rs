//! Modules, their functions, and what macros put into those that use them.

use super::clause::Clause;
use super::statement::behind;
use super::{Lowering, block, given};
use crate::code::parts::Fields;
use crate::code::tree::*;
use crate::code::walk::*;
use tree_sitter::Node;

/// Attributes that are words about the code.
const WORDS: [&str; 12] = ["doc", "moduledoc", "typedoc", "spec", "type", "typep", "opaque", "callback", "impl", "dialyzer", "deprecated", "since"];

impl Lowering<'_> {
    /// `defmodule A.B do … end`, `defimpl P, for: T do … end`
    pub(super) fn module(&self, node: Node, given: &[Node]) -> Option<Class> {
        let first = given.first()?;
        let written = self.module_name(*first)?;
        let around = self.here();
        let full = if around.is_empty() || written.starts_with(&format!("{around}.")) { written } else { format!("{around}.{}", self.walk.text(*first)) };
        let mut class = Class { name: full.clone(), kind: ClassKind::Object, span: span(node), line: line(node), ..Class::default() };
        if !around.is_empty() {
            self.alias(full.rsplit('.').next().unwrap_or_default(), full.clone());
        }
        let body = block(node)?;
        self.around.borrow_mut().push(full);
        self.scoped(|| self.walk.deeper(|| self.members(&children(body), &mut class)));
        self.around.borrow_mut().pop();
        Some(class)
    }

    fn members(&self, nodes: &[Node], class: &mut Class) {
        let mut own = Vec::new();
        let mut functions = Vec::new();
        for node in nodes {
            match self.called(*node) {
                Some(("def" | "defp" | "defmacro" | "defmacrop", _)) => {
                    self.quoted(*node, class);
                    functions.push(*node);
                }
                Some(("use", given)) => self.used(&given, class),
                Some(("import", given)) => self.imported(&given, class),
                _ if node.kind() == "unary_operator" => self.attribute(*node, class),
                _ => own.extend(self.statements(&[*node])),
            }
        }
        class.methods = self.methods(&functions);
        let (inner, own): (Vec<Statement>, Vec<Statement>) = own.into_iter().partition(|one| matches!(one.kind, StatementKind::Class(_)));
        class.body.extend(inner);
        if !own.is_empty() {
            class.methods.push(synthetic(CLASS, own, class.span));
        }
    }

    /// `import A`: its functions can be named here, and nothing else: such a base carries a mark.
    fn imported(&self, given: &[Node], class: &mut Class) {
        let Some(first) = given.first() else { return };
        class.bases.extend(self.several(*first).into_iter().map(|full| generic(&full, vec![plain("import")])));
    }

    /// `use A.B`, `use A, :part`: what the other module, or that part of it, puts here.
    fn used(&self, given: &[Node], class: &mut Class) {
        let Some(first) = given.first() else { return };
        let part = given.get(1).filter(|part| part.kind() == "atom").map(|part| self.walk.text(*part).trim_start_matches(':'));
        for full in self.several(*first) {
            let base = part.map_or(full.clone(), |part| format!("{full}.{part}"));
            if !class.bases.iter().any(|known| known.name == base) {
                class.bases.push(plain(base));
            }
            if given.len() > 1 && part.is_none() {
                let arguments = given[1..].iter().filter(|one| one.kind() == "keywords").flat_map(|one| children(*one));
                let arguments = arguments.filter_map(|pair| Some(named(self.key(pair)?, self.field(pair, "value")))).collect();
                class.annotations.push(Annotation { callee: name(full, span(*first)), arguments, span: span(*first) });
            }
        }
    }

    /// `@timeout 5_000`, `@behaviour Plug`
    fn attribute(&self, node: Node, class: &mut Class) {
        let operand = node.field("operand").filter(|_| self.walk.field_text(node, "operator") == "@");
        let Some((word, given)) = operand.and_then(|operand| self.called(operand)) else { return };
        let Some(value) = given.first().filter(|_| !WORDS.contains(&word)) else { return };
        if word == "behaviour" {
            class.bases.extend(self.module_name(*value).map(plain));
            return;
        }
        class.fields.push(Field { name: format!("@{word}"), value: Some(self.expression(*value)), span: span(node), ..Field::default() });
    }

    /// Functions by their names: clauses of one name and count that stand together are one.
    pub(super) fn methods(&self, nodes: &[Node]) -> Vec<Function> {
        let mut out: Vec<(Function, Vec<Clause>)> = Vec::new();
        for node in nodes {
            let Some((function, clause)) = self.definition(*node) else { continue };
            match out.iter_mut().find(|(known, clauses)| known.name == function.name && clauses[0].patterns.len() == clause.patterns.len()) {
                Some((_, clauses)) => clauses.push(clause),
                None => out.push((function, vec![clause])),
            }
        }
        out.into_iter().map(|(function, clauses)| self.function_of(function, &clauses)).collect()
    }

    /// One `def`: its head, and what it does.
    fn definition<'n>(&self, node: Node<'n>) -> Option<(Function, Clause<'n>)> {
        let (word, all) = self.called(node)?;
        let head = *all.first()?;
        let (head, guard) = match self.walk.field_text(head, "operator") {
            "when" => (head.field("left")?, head.field("right")),
            _ => (head, None),
        };
        let (name, patterns) = match head.kind() {
            "call" => (self.walk.field_text(head, "target"), given(head)),
            "identifier" => (self.walk.text(head), Vec::new()),
            _ => return None,
        };
        let body = match (block(node), behind(self, node, "do")) {
            (Some(held), _) => self.block(held),
            (None, Some(value)) => self.scoped(|| self.statements(&[value])),
            (None, None) => Vec::new(),
        };
        let public = !word.ends_with('p');
        let function = Function { name: name.to_owned(), public, span: span(node), line: line(node), ..Function::default() };
        Some((function, Clause { patterns, guard, body, span: span(node) }))
    }

    /// A function whose body is quoted is put into modules that use this one: `__using__` into all, others by their names.
    fn quoted(&self, node: Node, class: &mut Class) {
        let Some(head) = given(node).first().copied() else { return };
        let word = if head.kind() == "call" { self.walk.field_text(head, "target") } else { self.walk.text(head) };
        let Some(inside) = block(node).and_then(|held| self.quote_in(held)) else { return };
        let at = span(node);
        let mut part = Class { kind: ClassKind::Object, span: at, line: line(node), ..Class::default() };
        self.scoped(|| {
            let nodes = children(inside);
            for (word, given) in nodes.iter().filter_map(|one| self.called(*one)) {
                match word {
                    "use" => self.used(&given, &mut part),
                    "import" => self.imported(&given, &mut part),
                    _ => {}
                }
            }
            let rest: Vec<Node> = nodes.into_iter().filter(|one| self.called(*one).is_none_or(|(word, _)| !matches!(word, "use" | "import"))).collect();
            let (functions, rest): (Vec<Node>, Vec<Node>) =
                rest.into_iter().partition(|one| self.called(*one).is_some_and(|(word, _)| matches!(word, "def" | "defp")));
            part.methods = self.methods(&functions);
            let own = self.statements(&rest);
            if !own.is_empty() {
                part.methods.push(synthetic(INCLUDED, own, at));
            }
        });
        if part.bases.is_empty() && part.methods.is_empty() {
            return;
        }
        if word == "__using__" {
            class.bases.append(&mut part.bases);
            class.methods.append(&mut part.methods);
            return;
        }
        if head.kind() == "identifier" || given(head).is_empty() {
            part.name = format!("{}.{word}", class.name);
            class.body.push(statement(StatementKind::Class(Box::new(part)), at));
        }
    }

    /// The block that is quoted last in another.
    fn quote_in<'n>(&self, held: Node<'n>) -> Option<Node<'n>> {
        let last = children(held).into_iter().next_back()?;
        self.called(last).filter(|(word, _)| *word == "quote").and_then(|_| block(last))
    }
}
