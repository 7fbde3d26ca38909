//! Steps of a body, one after the other, and what branches leave behind.

use super::*;

/// Names that hold a variable of the environment and get another value when something holds:
/// `if addr == "" { addr = ":80" }`.
pub(super) fn rebound<'a>(then: &'a [Step], otherwise: &[Step], scope: &Scope) -> Vec<(&'a str, Val)> {
    if !otherwise.is_empty() {
        return Vec::new();
    }
    let names = then.iter().filter_map(|step| match step {
        Step::Bind { target: Value::Name(name), .. } => Some(name.as_str()),
        _ => None,
    });
    names.filter_map(|name| Some((name, scope.get(name).filter(|value| is_open_variable(value) || value.literal() == Some(""))?))).collect()
}

/// Nothing, where something that is not known is put in its place only sometimes (`if base: prefix = f"{base}/"`): nothing it is, unless
/// somebody says otherwise. What a request brings is kept.
fn unless_told(before: &Val, after: &Val) -> Option<Val> {
    let Val::Text(text) = after else { return None };
    let Text::Joined(parts) = &**text else { return None };
    let is_plain = |part: &Text| matches!(part, Text::Literal(_) | Text::Unknown);
    (before.literal() == Some("") && parts.contains(&Text::Unknown) && parts.iter().all(is_plain)).then(|| before.clone())
}

/// A variable of the environment for which no default is known.
pub(super) fn is_open_variable(value: &Val) -> bool {
    matches!(value, Val::Text(text) if matches!(**text, Text::Environment { default: None, .. } | Text::Setting { default: None, .. }))
}

/// A variable of the environment with what stands in for it.
pub(super) fn defaulted(variable: &Val, other: &Val) -> Option<Val> {
    let literal = other.literal().is_some();
    (is_open_variable(variable) && literal).then(|| crate::compose::expression::pick(variable, other))
}

/// One of several values; the known ones, objects first.
pub(super) fn either(perhaps: Vec<Val>, last: Val) -> Val {
    let mut all = perhaps;
    all.push(last);
    let strong = |value: &Val| match value {
        Val::Text(text) => !matches!(**text, Text::Input(_)),
        value => matches!(value, Val::Object(_) | Val::Function(_) | Val::Class(..)),
    };
    let known: Vec<Val> = all.iter().filter(|value| strong(value)).cloned().collect();
    match known.len() {
        0 if all.iter().all(|value| matches!(value, Val::Null)) => Val::Null,
        0 => all.into_iter().rev().find(|value| !matches!(value, Val::Null | Val::Unknown)).unwrap_or(Val::Unknown),
        1 => known.into_iter().next().unwrap_or(Val::Unknown),
        // Whichever comes first: `if v == "" { return fallback }; return v`.
        2 => match defaulted(&known[0], &known[1]).or_else(|| defaulted(&known[1], &known[0])) {
            Some(value) => value,
            None => Val::Either(Rc::new(known)),
        },
        _ => Val::Either(Rc::new(known)),
    }
}

/// The first `list[at]` that these steps call, hand over or bind.
fn indexed(steps: &[Step]) -> Option<(&str, &str)> {
    steps.iter().find_map(|step| {
        let mut calls = Vec::new();
        crate::compose::guard::calls_in_step(step, &mut calls);
        let bound = if let Step::Bind { value: Some(value), .. } = step { item_of(value) } else { None };
        bound.or_else(|| {
            calls.into_iter().find_map(|call| {
                // `all[i](h)` is written as `f[T](h)` is
                let called = match (&call.callee, call.types.as_slice()) {
                    (Value::Name(list), [at]) => Some((list.as_str(), at.name.as_str())),
                    (callee, _) => item_of(callee),
                };
                called.or_else(|| call.arguments.iter().find_map(|argument| item_of(&argument.value)))
            })
        })
    })
}

/// `list[at]`, both of them names.
fn item_of(value: &Value) -> Option<(&str, &str)> {
    match value {
        Value::Index(list, at) => match (&**list, &**at) {
            (Value::Name(list), Value::Name(at)) => Some((list, at)),
            _ => None,
        },
        _ => None,
    }
}

/// The name under which a file keeps what it gives away by `module.exports = x` or `exports.a = x`.
fn offered_as(object: &Value, name: &str) -> Option<String> {
    let is_module = |value: &Value| matches!(value, Value::Name(name) if name == "module");
    match object {
        object if is_module(object) && name == "exports" => Some(kept_export("default")),
        Value::Name(holder) if holder == "exports" => Some(kept_export(name)),
        Value::Member(holder, member) if member == "exports" && is_module(holder) => Some(kept_export(name)),
        _ => None,
    }
}

/// No name of a program has a dot.
pub(super) fn kept_export(name: &str) -> String {
    format!("exports.{name}")
}

impl<'a> Evaluator<'a> {
    /// Runs steps; the value of the first certain `return`, and of conditional ones before it.
    pub(super) fn steps(&mut self, steps: &'a [Step], scope: &Scope, this: Option<ObjectId>) -> Flow {
        let mut perhaps: Vec<Val> = Vec::new();
        for step in steps {
            if !self.burn() {
                break;
            }
            match self.step(step, scope, this, &mut perhaps) {
                Flow::On => {}
                Flow::Left(value) => {
                    return Flow::Left(either(perhaps, value));
                }
            }
        }
        if perhaps.is_empty() { Flow::On } else { Flow::Left(either(perhaps, Val::Null)) }
    }

    pub(super) fn step(&mut self, step: &'a Step, scope: &Scope, this: Option<ObjectId>, perhaps: &mut Vec<Val>) -> Flow {
        match step {
            Step::Bind { target, declared, value, mark } => {
                self.mark = *mark;
                let mut bound = match value {
                    Some(value) => self.value(value, scope),
                    None => Val::Unknown,
                };
                if bound.is_unknown()
                    && let Some(declared) = declared
                {
                    bound = self.typed(declared, scope);
                }
                if let (Family::Rust, Some(declared), Some(_)) = (self.family(), declared, value) {
                    self.note_extracted(declared, scope);
                }
                self.bind(target, bound, scope);
            }
            Step::Do(value) => {
                self.value(value, scope);
            }
            Step::Return(value) => {
                let value = value.as_ref().map_or(Val::Null, |value| self.value(value, scope));
                return Flow::Left(value);
            }
            Step::Throw(value) => {
                if let Some(value) = value {
                    self.value(value, scope);
                }
                return Flow::Left(Val::Unknown);
            }
            Step::If { condition: test, then, otherwise } => {
                self.testing += 1;
                let chosen = self.chosen(test);
                let condition = self.value(test, scope);
                let condition = chosen.map_or(condition, Val::Boolean);
                self.testing -= 1;
                let branches: &[(&'a Vec<Step>, bool)] = match condition {
                    Val::Boolean(true) => &[(then, true)],
                    Val::Boolean(false) => &[(otherwise, false)],
                    _ => &[(then, true), (otherwise, false)],
                };
                let mut left = 0;
                let before = rebound(then, otherwise, scope);
                for (branch, holds) in branches {
                    let flow = match holds {
                        true => self.under_condition(test, branch, scope, |within| within.steps(branch, scope, this)),
                        false => self.steps(branch, scope, this),
                    };
                    if let Flow::Left(value) = flow {
                        perhaps.push(value);
                        left += usize::from(branch.last().is_some_and(leaves));
                    }
                }
                for (name, before) in before {
                    if let Some(value) = scope.get(name).and_then(|after| defaulted(&before, &after).or_else(|| unless_told(&before, &after))) {
                        scope.assign(name, value);
                    }
                }
                if left == branches.len()
                    && let Some(last) = perhaps.pop()
                {
                    return Flow::Left(last);
                }
            }
            Step::Loop { over, body } => self.repeat(over.as_ref(), body, scope, this, perhaps),
            Step::Try { body, handlers, finally } => {
                for part in [body].into_iter().chain(handlers).chain([finally]) {
                    if let Flow::Left(value) = self.steps(part, scope, this) {
                        perhaps.push(value);
                    }
                }
            }
            Step::Block(body) => return self.steps(body, scope, this),
            Step::Function(index) => self.define(*index, scope, this),
            Step::Class(index) => self.declare(*index, scope),
        }
        Flow::On
    }

    /// `for i := len(all) - 1; i >= 0; i-- { h = all[i](h) }` (Go): the body runs once for each item of a list that is known.
    fn counted(&mut self, body: &'a [Step], scope: &Scope, this: Option<ObjectId>, perhaps: &mut Vec<Val>) -> bool {
        if self.family() != Family::Go {
            return false;
        }
        let Some((list, at)) = indexed(body) else { return false };
        let Some(Val::List(items)) = scope.get(list).filter(|value| matches!(value, Val::List(items) if (1..=64).contains(&items.len()))) else { return false };
        for item in 0..items.len() {
            scope.assign(at, Val::Number(Rc::from(item.to_string())));
            for step in body {
                // counting is done here
                if matches!(step, Step::Bind { target: Value::Name(name), .. } if name == at) {
                    continue;
                }
                if let Flow::Left(value) = self.steps(std::slice::from_ref(step), scope, this) {
                    perhaps.push(value);
                    break;
                }
            }
        }
        scope.assign(at, Val::Unknown);
        true
    }

    pub(super) fn repeat(&mut self, over: Option<&'a (Value, Value)>, body: &'a [Step], scope: &Scope, this: Option<ObjectId>, perhaps: &mut Vec<Val>) {
        if over.is_none() && self.counted(body, scope, this, perhaps) {
            return;
        }
        let items = match over {
            Some((name, list)) => match self.value(list, scope) {
                Val::Object(id) if self.objects[id].ty.is_some() => vec![self.run_over(id, name)],
                Val::List(items) if !items.is_empty() && items.len() <= 64 && self.family() == Family::Php => {
                    items.iter().enumerate().map(|(at, item)| Val::list(vec![Val::Number(Rc::from(at.to_string())), item.clone()])).collect()
                }
                Val::List(items) if !items.is_empty() && items.len() <= 64 => items.to_vec(),
                Val::Map(entries) if !entries.is_empty() && entries.len() <= 64 => {
                    entries.iter().map(|(key, value)| Val::list(vec![Val::text(key), value.clone()])).collect()
                }
                _ => vec![Val::Unknown],
            },
            None => vec![Val::Unknown],
        };
        for item in items {
            if let Some((name, _)) = over {
                self.bind(name, item, scope);
            }
            if let Flow::Left(value) = self.steps(body, scope, this) {
                perhaps.push(value);
            }
        }
    }

    pub(in crate::compose) fn bind(&mut self, target: &'a Value, value: Val, scope: &Scope) {
        match target {
            Value::Name(name) => scope.assign(name, value),
            Value::Member(object, name) => {
                if self.family() == Family::JavaScript
                    && let Some(name) = offered_as(object, name)
                {
                    scope.set(&name, value.clone());
                }
                let object = self.value(object, scope);
                match object {
                    Val::Object(id) => {
                        self.objects[id].fields.insert(name.clone(), value.clone());
                        self.assigned(id, name, value);
                    }
                    Val::Module(file) => self.globals(file).set(name, value),
                    Val::Method(id, path) => self.assigned(id, &format!("{path}.{name}"), value),
                    _ => {}
                }
            }
            Value::Index(object, key) => {
                let (holder, at) = (self.value(object, scope), self.value(key, scope));
                if let (Val::Object(id), Some(key)) = (&holder, at.literal()) {
                    self.objects[*id].fields.insert(key.to_owned(), value);
                } else if let (Val::Method(id, path), Some(key)) = (&holder, at.literal()) {
                    self.assigned(*id, &format!("{path}.{key}"), value);
                } else if self.family() == Family::Php && matches!(&holder, Val::Map(_) | Val::List(_)) {
                    let at = Some(&at).filter(|_| !matches!(**key, Value::Null));
                    let changed = self.extended(&holder, at, value);
                    self.bind(object, changed, scope);
                }
            }
            Value::List(targets) => {
                let items = match &value {
                    Val::List(items) => items.to_vec(),
                    _ => Vec::new(),
                };
                // Go gives (value, error): the first of them is the value.
                for (at, target) in targets.iter().enumerate() {
                    let item = match items.get(at) {
                        Some(item) => item.clone(),
                        None if at == 0 && items.is_empty() && self.family() == Family::Go => value.clone(),
                        None => Val::Unknown,
                    };
                    self.bind(target, item, scope);
                }
            }
            Value::Map(entries) => {
                for (key, target) in entries {
                    let name = match key {
                        Value::Text(name) | Value::Name(name) => name,
                        _ => continue,
                    };
                    let item = self.member(&value, name);
                    self.bind(target, item, scope);
                }
            }
            _ => {}
        }
    }
}
