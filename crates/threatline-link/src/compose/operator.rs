//! Operators that are methods: what `a / b` means says the library that a or b is of.
//!
//! An operator of an object of a pack is a method of its name. A text or another plain value on the left of one is what
//! the library would make of it. What is called with several lists of arguments is called with all of them at once.

use super::evaluate::Evaluator;
use super::value::*;
use super::verbs::Site;
use std::rc::Rc;
use threatline_facts::code::*;
use threatline_knowledge::packs::Verb;

impl<'a> Evaluator<'a> {
    /// What an operator gives back, where that is a method.
    pub(super) fn operated(&mut self, operator: &str, values: &[Val]) -> Option<Val> {
        let [left, right] = values else { return None };
        if !self.is_uniform() {
            return None;
        }
        if let Some(list) = joined(operator, left, right) {
            return Some(list);
        }
        let library = self.program.files[self.file].library;
        let given = |value: &Val| vec![Arg { name: None, value: value.clone() }];
        let left = &self.stood_for(left, operator);
        if let Val::List(items) = left
            && !items.is_empty()
        {
            let each: Option<Vec<Val>> = items.clone().iter().take(16).map(|item| self.operated(operator, &[item.clone(), right.clone()])).collect();
            return self.any_filter(&each?);
        }
        match left {
            Val::Symbol(name) => {
                let full = format!("{name}.{operator}");
                if !library.calls(&full).is_empty() {
                    return Some(self.call_symbol(&full, given(right), Some(left.clone()), None));
                }
            }
            Val::Object(id) => {
                if let Some(closure) = self.method(*id, operator) {
                    return Some(self.invoke(&closure, given(right)));
                }
                if self.objects[*id].ty.is_some_and(|ty| !library.methods(ty, operator).is_empty()) {
                    return Some(self.call_method(*id, operator, given(right), None));
                }
            }
            Val::Made(made) => {
                let full = format!("{}().{operator}", made.by);
                if !library.calls(&full).is_empty() {
                    return Some(self.call_symbol(&full, given(right), Some(left.clone()), None));
                }
            }
            _ => {}
        }
        let right = self.stood_for(right, operator);
        if let Val::Object(id) = right
            && let Some(ty) = self.objects[id].ty
        {
            let rules = library.methods(ty, operator);
            if !rules.is_empty() {
                let site = Site {
                    name: String::new(),
                    method: operator.to_owned(),
                    arguments: given(&right),
                    receiver: Some(left.clone()),
                    decorated: None,
                    star: None,
                };
                return self.apply_rules(rules, site);
            }
        }
        None
    }

    /// `get & path("x")`: a function of a library that is not called stands for what it gives back.
    fn stood_for(&mut self, value: &Val, operator: &str) -> Val {
        if let Some(given) = self.given_by(value) {
            return given;
        }
        let Val::Symbol(name) = value else { return value.clone() };
        let library = self.program.files[self.file].library;
        if !library.calls(&format!("{name}.{operator}")).is_empty() || !self.stands_for_call(name) {
            return value.clone();
        }
        match self.call_symbol(&name.clone(), Vec::new(), None, None) {
            made @ Val::Object(_) => made,
            _ => value.clone(),
        }
    }

    /// A function without parameters that has a name is called where it is named.
    pub(super) fn given_by(&mut self, value: &Val) -> Option<Val> {
        let Val::Function(closure) = value else { return None };
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        if !self.is_uniform() || !function.parameters.is_empty() || function.name.is_empty() {
            return None;
        }
        Some(self.invoke(&closure.clone(), Vec::new()))
    }

    /// Whether a library's name that is not called may be asked for what it gives back.
    pub(super) fn stands_for_call(&self, name: &str) -> bool {
        let rules = self.program.files[self.file].library.calls(name);
        rules.iter().any(|(ruled, _)| matches!(ruled.rule.does, Verb::Sieve | Verb::Both | Verb::Either | Verb::Make))
    }

    /// `endpoint.get`: a member of what a library's name stands for.
    pub(super) fn asked_of_name(&mut self, object: &Val, name: &str) -> Option<Val> {
        if let Some(given) = self.given_by(object) {
            return Some(given);
        }
        let Val::Symbol(of) = object else { return None };
        let library = self.program.files[self.file].library;
        if !self.is_uniform() || !self.stands_for_call(of) || library.knows(&format!("{of}.{name}")) {
            return None;
        }
        match self.call_symbol(&of.clone(), Vec::new(), None, None) {
            made @ Val::Object(_) => Some(made),
            _ => None,
        }
    }

    /// `f(x) { … }` of a function of the project that takes two lists.
    pub(super) fn call_in_lists(&mut self, call: &'a Call, scope: &Scope) -> Option<Val> {
        let Value::Call(inner) = &call.callee else { return None };
        if !self.is_uniform() || super::expression::dotted(&inner.callee).is_none() {
            return None;
        }
        let Val::Function(closure) = self.value(&inner.callee, scope) else { return None };
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let asked = function.parameters.iter().filter(|parameter| parameter.default.is_none() && !parameter.variadic).count();
        if asked <= inner.arguments.len() {
            return None;
        }
        let mut arguments = self.arguments(&inner.arguments, scope);
        arguments.extend(self.arguments(&call.arguments, scope));
        self.mark = call.mark;
        Some(self.invoke(&closure, arguments))
    }

    /// What a class has from a base that a library has: its functions are named without it.
    pub(super) fn in_bases(&mut self, name: &str, scope: &Scope) -> Option<Val> {
        if !self.is_uniform() {
            return None;
        }
        let Some(Val::Object(this)) = scope.get("self") else { return None };
        let (file, class) = self.objects[this].class?;
        let (_, foreign) = self.bases(file, class);
        let library = self.program.files[self.file].library;
        let full = foreign.iter().map(|base| format!("{base}.{name}")).find(|full| library.knows(full))?;
        Some(self.symbol(&full))
    }
}

/// `a ++ b`, `a :+ x`, `x +: a`, `x :: a` of lists.
fn joined(operator: &str, left: &Val, right: &Val) -> Option<Val> {
    let items: Vec<Val> = match (operator, left, right) {
        ("++" | ":::" | ":++", Val::List(one), Val::List(other)) => one.iter().chain(other.iter()).cloned().collect(),
        (":+", Val::List(list), one) => list.iter().cloned().chain([one.clone()]).collect(),
        ("+:" | "::", one, Val::List(list)) => std::iter::once(one.clone()).chain(list.iter().cloned()).collect(),
        ("::", one, Val::Symbol(name)) if &**name == "Nil" => vec![one.clone()],
        ("->", one, other) if !matches!(one, Val::Object(_) | Val::Symbol(_)) => {
            return matches!(one, Val::Number(_)).then(|| Val::list(vec![one.clone(), other.clone()]));
        }
        _ => return None,
    };
    (items.len() <= 2000).then(|| Val::List(Rc::new(items)))
}
