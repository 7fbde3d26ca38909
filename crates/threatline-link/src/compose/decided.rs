//! A class of handlers that decides by a method what stands before them: `get_permissions`. What it may give back are several lists,
//! of which one counts for a request, and so only what all of them do is known.

use super::evaluate::Evaluator;
use super::value::*;
use std::rc::Rc;
use threatline_facts::code::{Step, Value};

/// So many lists are looked at.
const MOST: usize = 16;

/// What a method may give back.
#[derive(Default)]
struct Given {
    lists: Vec<Val>,
    /// Lists that local names hold, to be given back in one form or another.
    locals: Vec<(String, Val)>,
    /// Something was given back that is not understood.
    unknown: bool,
}

impl<'a> Evaluator<'a> {
    /// The lists that the method of that name may give back; `usual` is what its base gives. None of them: nothing is understood.
    pub(super) fn decided_lists(&mut self, file: FileId, index: u32, fields: &[&String], usual: &Val) -> Vec<Val> {
        let steps = &self.program.source(file).functions[index as usize].steps;
        let scope = self.globals(file);
        let mut given = Given::default();
        self.within(file, |this| this.gather_given(steps, fields, usual, &scope, &mut given, 0));
        if given.unknown || given.lists.len() > MOST { Vec::new() } else { given.lists }
    }

    fn gather_given(&mut self, steps: &'a [Step], fields: &[&String], usual: &Val, scope: &Scope, out: &mut Given, depth: usize) {
        if depth > 8 {
            out.unknown = true;
            return;
        }
        for step in steps {
            match step {
                Step::Bind { target: Value::Name(name), value: Some(value), .. } => {
                    if let Some(list) = self.listed_classes(value, scope) {
                        out.locals.push((name.clone(), list));
                    }
                }
                // what the base gives is then that
                Step::Bind { target: Value::Member(object, name), value: Some(value), .. }
                    if fields.contains(&name) && matches!(&**object, Value::Name(name) if name == "self") =>
                {
                    match self.listed_classes(value, scope) {
                        Some(list) => out.lists.push(list),
                        None => out.unknown = true,
                    }
                }
                Step::Return(Some(value)) => self.given_back_by(value, usual, scope, out),
                step => step.bodies().for_each(|body| self.gather_given(body, fields, usual, scope, out, depth + 1)),
            }
        }
    }

    fn given_back_by(&mut self, value: &'a Value, usual: &Val, scope: &Scope, out: &mut Given) {
        let is_base = |value: &Value| matches!(value, Value::Call(call) if matches!(&call.callee, Value::Member(object, _) if matches!(&**object, Value::Name(name) if name == "super")));
        if is_base(value) {
            out.lists.push(usual.clone());
            return;
        }
        if let Some(list) = self.listed_classes(value, scope) {
            out.lists.push(list);
            return;
        }
        // `[permission() for permission in permission_classes]`
        let named = |name: &str| out.locals.iter().filter(|(local, _)| local == name).map(|(_, list)| list.clone()).collect::<Vec<_>>();
        let mut names = Vec::new();
        names_in(value, &mut names, 0);
        let lists: Vec<Val> = names.into_iter().flat_map(named).collect();
        out.unknown |= lists.is_empty();
        out.lists.extend(lists);
    }

    /// A list of classes, or of what is made of them.
    fn listed_classes(&mut self, value: &'a Value, scope: &Scope) -> Option<Val> {
        let Value::List(items) = value else { return None };
        let mut classes = Vec::new();
        for item in items {
            let named = match item {
                Value::Call(call) if call.arguments.is_empty() => &call.callee,
                item => item,
            };
            match self.value(named, scope) {
                found @ (Val::Class(..) | Val::Symbol(_)) => classes.push(found),
                _ => return None,
            }
        }
        Some(Val::List(Rc::new(classes)))
    }
}

fn names_in<'v>(value: &'v Value, out: &mut Vec<&'v str>, depth: usize) {
    match value {
        Value::Name(name) => out.push(name),
        Value::List(parts) | Value::Unknown(parts) | Value::Either(parts) | Value::Join(parts) | Value::Operator(_, parts) if depth < 4 => {
            parts.iter().for_each(|part| names_in(part, out, depth + 1));
        }
        Value::Call(call) if depth < 4 => call.arguments.iter().for_each(|argument| names_in(&argument.value, out, depth + 1)),
        _ => {}
    }
}
