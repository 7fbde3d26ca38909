//! Methods that a handler itself tells apart, where its route does not say them.
//!
//! Those with which it compares the request's are answered, but for those that it compares only to refuse them: a
//! branch that does nothing but say that a method is not allowed.

use super::*;
use crate::compose::guard::calls_in_step;
use threatline_facts::code::{Call, Function, Step, Value};

/// Methods of HTTP; another text that is compared is something else.
const METHODS: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"];

/// How constants of methods begin in Go.
const CONSTANT: &str = "Method";

/// Comparisons nest this deep at most.
const MAX_DEPTH: usize = 32;

/// So many steps of a handler are looked at.
const MAX_STEPS: u32 = 10_000;

impl<'a> Evaluator<'a> {
    /// The methods that a handler compares the request's with; any where it compares none.
    pub(super) fn tested_methods(&mut self, handler: &Val, tests: &[String]) -> Vec<Option<String>> {
        let closure = match handler {
            Val::Function(closure) => Some((closure.file, closure.index)),
            Val::Object(id) => {
                self.method(*id, "handle").or_else(|| self.method(*id, crate::compose::guard::SERVES)).map(|closure| (closure.file, closure.index))
            }
            Val::Class(file, class) => self.class_method(*file, *class, "handle"),
            _ => None,
        };
        let Some((file, index)) = closure else { return vec![None] };
        let found = told_apart(&self.program.source(file).functions, index, tests);
        if found.is_empty() { vec![None] } else { found.into_iter().map(|method| Some(method.to_owned())).collect() }
    }
}

/// The methods that a function compares one of these members with, in the order of the text.
pub(in crate::compose) fn told_apart<'s>(functions: &'s [Function], index: u32, tests: &'s [String]) -> Vec<&'static str> {
    let Some(function) = functions.get(index as usize) else { return Vec::new() };
    let mut seen = Seen { functions, tests, names: Vec::new(), found: Vec::new(), budget: MAX_STEPS };
    seen.steps(&function.steps, 0);
    seen.found
}

struct Seen<'s> {
    functions: &'s [Function],
    /// Members and methods that give the request's method.
    tests: &'s [String],
    /// Names that hold it.
    names: Vec<&'s str>,
    found: Vec<&'static str>,
    /// Steps that may still be looked at.
    budget: u32,
}

impl<'s> Seen<'s> {
    fn steps(&mut self, steps: &'s [Step], depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for step in steps {
            self.budget = self.budget.saturating_sub(1);
            if self.budget == 0 {
                return;
            }
            match step {
                Step::Bind { target: Value::Name(name), value: Some(value), .. } if self.is_method(value, 0) => self.names.push(name),
                Step::If { condition, then, otherwise } => {
                    if !(refuses(then) && self.is_choice(condition, depth)) {
                        self.condition(condition, depth);
                        self.steps(then, depth + 1);
                    }
                    self.steps(otherwise, depth + 1);
                }
                Step::Loop { body, .. } | Step::Block(body) => self.steps(body, depth + 1),
                Step::Try { body, handlers, finally } => {
                    self.steps(body, depth + 1);
                    handlers.iter().for_each(|handler| self.steps(handler, depth + 1));
                    self.steps(finally, depth + 1);
                }
                step => {
                    let mut calls = Vec::new();
                    calls_in_step(step, &mut calls);
                    calls.into_iter().for_each(|call| self.comparing_call(call));
                    if let Some(steps) = self.done_here(step) {
                        self.steps(steps, depth + 1);
                    }
                }
            }
        }
    }

    /// A choice that is a value is a function which is called where it stands.
    fn done_here(&self, step: &Step) -> Option<&'s [Step]> {
        let value = match step {
            Step::Return(Some(value)) | Step::Do(value) | Step::Bind { value: Some(value), .. } => value,
            _ => return None,
        };
        match value {
            Value::Call(call) => match call.callee {
                Value::Function(index) if call.arguments.is_empty() => self.functions.get(index as usize).map(|function| &*function.steps),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it holds for some methods, and for nothing else.
    fn is_choice(&self, condition: &Value, depth: usize) -> bool {
        match condition {
            Value::Operator(operator, parts) => match operator.as_str() {
                "or" | "||" => depth < MAX_DEPTH && parts.iter().all(|part| self.is_choice(part, depth + 1)),
                "==" | "===" | "in" => parts.iter().any(|part| self.is_method(part, 0)),
                _ => false,
            },
            Value::Either(parts) => depth < MAX_DEPTH && parts.iter().all(|part| self.is_choice(part, depth + 1)),
            _ => false,
        }
    }

    fn condition(&mut self, value: &'s Value, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match value {
            Value::Operator(operator, parts)
                if matches!(operator.as_str(), "==" | "!=" | "===" | "!==" | "in") && parts.iter().any(|part| self.is_method(part, 0)) =>
            {
                parts.iter().for_each(|part| self.text(part));
            }
            Value::Call(call) => self.comparing_call(call),
            Value::Not(inner) => self.condition(inner, depth + 1),
            Value::Operator(_, parts) | Value::Either(parts) | Value::List(parts) | Value::Unknown(parts) => {
                parts.iter().for_each(|part| self.condition(part, depth + 1));
            }
            _ => {}
        }
    }

    /// `"GET".equals(method)`, `method.equalsIgnoreCase("GET")`.
    fn comparing_call(&mut self, call: &'s Call) {
        let Value::Member(object, name) = &call.callee else { return };
        if !name.to_ascii_lowercase().starts_with("equal") {
            return;
        }
        let parts = || [&**object].into_iter().chain(call.arguments.iter().map(|argument| &argument.value));
        if parts().any(|part| self.is_method(part, 0)) {
            parts().for_each(|part| self.text(part));
        }
    }

    fn text(&mut self, value: &Value) {
        match value {
            // `HttpMethod.get`
            Value::Member(object, name) if matches!(&**object, Value::Name(of) if of.ends_with("Method")) => {
                self.text(&Value::Text(name.clone()));
            }
            // `http.MethodPost`
            Value::Member(_, name) if name.len() > CONSTANT.len() && name.starts_with(CONSTANT) => {
                self.text(&Value::Text(name[CONSTANT.len()..].to_owned()));
            }
            Value::Text(text) => {
                let known = METHODS.iter().find(|method| method.eq_ignore_ascii_case(text));
                if let Some(method) = known.filter(|method| !self.found.contains(*method)) {
                    self.found.push(method);
                }
            }
            Value::List(parts) => parts.iter().for_each(|part| self.text(part)),
            _ => {}
        }
    }

    /// Whether a value is the request's method, perhaps in other letters.
    fn is_method(&self, value: &Value, depth: usize) -> bool {
        match value {
            // … or a part of the request that was taken out of it under its own name
            Value::Name(name) => self.names.contains(&name.as_str()) || self.tests.contains(name),
            Value::Member(_, name) if self.tests.contains(name) => true,
            Value::Call(call) => match &call.callee {
                Value::Member(_, name) if self.tests.contains(name) => true,
                Value::Member(object, name) => depth < MAX_DEPTH && name.to_ascii_lowercase().starts_with("to") && self.is_method(object, depth + 1),
                _ => false,
            },
            _ => false,
        }
    }
}

/// Whether all that a branch does is to say that the method is not allowed.
fn refuses(steps: &[Step]) -> bool {
    steps.len() <= 3
        && steps.iter().all(|step| matches!(step, Step::Do(_) | Step::Return(_) | Step::Throw(_)))
        && steps.iter().any(|step| match step {
            Step::Do(value) | Step::Return(Some(value)) | Step::Throw(Some(value)) => is_not_allowed(value, 0),
            _ => false,
        })
}

/// `405`, or the library's name for it, somewhere in what is answered.
fn is_not_allowed(value: &Value, depth: usize) -> bool {
    let named = |name: &str| name.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).eq("methodnotallowed".chars());
    if depth > MAX_DEPTH {
        return false;
    }
    match value {
        Value::Number(number) => number == "405",
        Value::Name(name) => named(name.trim_start_matches('.')),
        Value::Member(object, name) => named(name) || is_not_allowed(object, depth + 1),
        Value::Call(call) => is_not_allowed(&call.callee, depth + 1) || call.arguments.iter().any(|argument| is_not_allowed(&argument.value, depth + 1)),
        Value::Map(entries) => entries.iter().any(|(_, value)| is_not_allowed(value, depth + 1)),
        _ => false,
    }
}
