//! Methods that a handler itself tells apart, where its route does not say them.

use super::*;
use crate::compose::guard::calls_in_step;
use threatline_facts::code::{Call, Step, Value};

/// Methods of HTTP; another text that is compared is something else.
const METHODS: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"];

/// Comparisons nest this deep at most.
const MAX_DEPTH: usize = 32;

impl<'a> Evaluator<'a> {
    /// The methods that a handler compares the request's with; any where it compares none.
    pub(super) fn tested_methods(&mut self, handler: &Val, tests: &[String]) -> Vec<Option<String>> {
        let closure = match handler {
            Val::Function(closure) => Some((closure.file, closure.index)),
            Val::Object(id) => self.method(*id, "handle").map(|closure| (closure.file, closure.index)),
            Val::Class(file, class) => self.class_method(*file, *class, "handle"),
            _ => None,
        };
        let Some((file, index)) = closure else { return vec![None] };
        let steps = &self.program.source(file).functions[index as usize].steps;
        let mut seen = Seen { tests, names: Vec::new(), found: Vec::new() };
        seen.steps(steps, 0);
        if seen.found.is_empty() { vec![None] } else { seen.found.into_iter().map(|method| Some(method.to_owned())).collect() }
    }
}

struct Seen<'s> {
    /// Members and methods that give the request's method.
    tests: &'s [String],
    /// Names that hold it.
    names: Vec<&'s str>,
    found: Vec<&'static str>,
}

impl<'s> Seen<'s> {
    fn steps(&mut self, steps: &'s [Step], depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for step in steps {
            match step {
                Step::Bind { target: Value::Name(name), value: Some(value), .. } if self.is_method(value, 0) => self.names.push(name),
                Step::If { condition, then, otherwise } => {
                    self.condition(condition, depth);
                    self.steps(then, depth + 1);
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
                }
            }
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
            Value::Name(name) => self.names.contains(&name.as_str()),
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
