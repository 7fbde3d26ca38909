//! Expressions: what they are worth, and calls through to what they mean.

mod calls;
mod members;

use super::evaluate::{Evaluator, as_text};
use super::value::*;
use super::verbs::Site;
use std::rc::Rc;
use threatline_facts::code::*;
use threatline_facts::{Language, Text};
use threatline_knowledge::packs::Family;

/// The name under which packs know the first type argument of a call.
const TYPE_ARGUMENT: &str = "T";

/// So many entries of a record are looked at for functions.
const MOST_TOLD: usize = 64;

impl<'a> Evaluator<'a> {
    /// What an expression is worth.
    pub(super) fn value(&mut self, value: &'a Value, scope: &Scope) -> Val {
        if !self.burn() {
            return Val::Unknown;
        }
        match value {
            Value::Text(text) => Val::text(text),
            Value::Number(text) => Val::Number(Rc::from(text.as_str())),
            Value::Boolean(flag) => Val::Boolean(*flag),
            Value::Null => Val::Null,
            Value::Name(name) => {
                let value = self.lookup(name, scope);
                self.read(value)
            }
            Value::Member(object, name) => {
                if let Some(found) = dotted(value).filter(|path| path.starts_with("crate.") || path.starts_with("super.")).and_then(|path| self.rooted(&path)) {
                    return found;
                }
                if let Some(name) = dotted(value)
                    && self.program.imported(self.file, &name).is_some()
                {
                    return self.lookup(&name, scope);
                }
                let object = self.root_of_path(object, scope);
                let object = self.asked_of_name(&object, name).unwrap_or(object);
                if self.has_receivers()
                    && let Some(value) = self.received_member(&object, name)
                {
                    return value;
                }
                if let (Val::Class(file, class), "new", true) = (&object, name.as_str(), self.runs_bodies()) {
                    return self.construct(*file, *class, Vec::new());
                }
                // a class of the project that is named in full
                if let Val::Symbol(package) = &object
                    && self.family() == Family::Java
                    && name.starts_with(char::is_uppercase)
                    && let Some((file, class)) = self.program.class_meant(self.file, package, name)
                {
                    return Val::Class(file, class);
                }
                let value = self.member(&object, name);
                let value = self.classed(&object, name, value);
                self.read(value)
            }
            Value::Index(object, key) => {
                let object = self.value(object, scope);
                let key = self.value(key, scope);
                let value = self.index(&object, &key);
                match key.literal() {
                    Some(key) => self.classed(&object, key, value),
                    None => value,
                }
            }
            Value::Call(call) => self.call(call, scope),
            Value::Function(index) => Val::Function(Closure {
                file: self.file,
                index: *index,
                scope: Some(scope.clone()),
                this: match scope.get("self") {
                    Some(Val::Object(id)) => Some(id),
                    _ => None,
                },
            }),
            Value::Class(index) => Val::Class(self.file, *index),
            Value::List(items) => Val::list(items.iter().map(|item| self.value(item, scope)).collect()),
            Value::Map(entries) => self.map(entries, scope),
            Value::Join(parts) => self.join(parts, scope),
            Value::Either(parts) => self.either(parts, scope),
            Value::Not(inner) => {
                self.value(inner, scope);
                Val::Unknown
            }
            Value::Operator(operator, parts) => {
                let mut values: Vec<Val> = Vec::new();
                for (at, part) in parts.iter().enumerate() {
                    // `limit > 100 ? 100 : limit`
                    let is_test = at == 0 && operator == "?";
                    self.testing += usize::from(is_test);
                    values.push(self.value(part, scope));
                    self.testing -= usize::from(is_test);
                }
                self.compared(operator, &values);
                if let Some(value) = self.operated(operator, &values) {
                    return value;
                }
                match (operator.as_str(), values.as_slice()) {
                    ("?", [_, then, otherwise]) => self.one_of(then, otherwise),
                    // `16 * 1024 * 1024`
                    ("*", [Val::Number(left), Val::Number(right)]) => match (left.parse::<u64>(), right.parse::<u64>()) {
                        (Ok(left), Ok(right)) => left.checked_mul(right).map_or(Val::Unknown, |product| Val::Number(product.to_string().into())),
                        _ => Val::Unknown,
                    },
                    ("%", [Val::Text(text), rest]) => self.filled(text, rest),
                    // nothing is divided by what a request says: it is a path
                    ("/", [folder, rest]) if matches!(folder, Val::Text(_)) || self.family() == Family::Python && self.holds_input(rest) => {
                        Val::Text(Rc::new(Text::join([self.text_of(folder), Text::literal("/"), self.text_of(rest)])))
                    }
                    _ => Val::Unknown,
                }
            }
            Value::Unknown(parts) => {
                let values: Vec<Val> = parts.iter().map(|part| self.value(part, scope)).collect();
                values.into_iter().next().filter(|_| parts.len() == 1).unwrap_or(Val::Unknown)
            }
        }
    }

    /// What stands before a member. In Rust no function does: `fn rocket() { rocket::build() }` means the crate.
    fn root_of_path(&mut self, object: &'a Value, scope: &Scope) -> Val {
        let value = self.value(object, scope);
        match (&value, object) {
            (Val::Function(closure), Value::Name(name))
                if self.family() == Family::Rust && self.program.source(closure.file).functions[closure.index as usize].name == *name =>
            {
                self.macro_named(name)
            }
            _ => value,
        }
    }

    fn map(&mut self, entries: &'a [(Value, Value)], scope: &Scope) -> Val {
        let mut out: Vec<(String, Val)> = Vec::new();
        for (key, value) in entries {
            let value = self.value(value, scope);
            if let Value::Null = key {
                match value {
                    Val::Map(inner) => out.extend(inner.iter().take(MAX_GROWN.saturating_sub(out.len())).cloned()),
                    Val::Null => {}
                    // what is not known may say anything
                    _ if self.declares_resources() => out.push((super::constructs::OPEN.to_owned(), Val::Unknown)),
                    _ => {}
                }
                continue;
            }
            let key = self.value(key, scope);
            if let Some(key) = key.literal() {
                out.push((key.to_owned(), value));
            }
        }
        Val::Map(Rc::new(out))
    }

    fn join(&mut self, parts: &'a [Value], scope: &Scope) -> Val {
        let values: Vec<Val> = parts.iter().map(|part| self.value(part, scope)).collect();
        let is = |kind: fn(&Val) -> bool| values.iter().any(kind);
        if is(|value| matches!(value, Val::List(_))) && !is(|value| matches!(value, Val::Text(_))) {
            // lists put together; one that is not known has items that are not known
            let items = values.iter().flat_map(|value| match value {
                Val::List(items) => items.iter().take(MAX_GROWN).cloned().collect(),
                Val::Null => Vec::new(),
                other => vec![other.clone()],
            });
            // a list that is put behind itself in a loop has no end
            return Val::list(items.take(MAX_GROWN).collect());
        }
        // `Users::class . ':show'`: in a text a class of PHP is its name
        let values: Vec<Val> = values.iter().map(|value| self.class_as_text(value)).collect();
        let texts: Vec<Text> = values.iter().map(|value| self.word_here(value).unwrap_or_else(|| self.text_of(value))).collect();
        if !values.iter().zip(&texts).any(|(value, text)| matches!((value, text), (Val::Text(_), _) | (_, Text::Input(_)))) {
            return Val::Unknown;
        }
        self.put_together(Text::join(texts))
    }

    fn class_as_text(&self, value: &Val) -> Val {
        let Val::Class(file, class) = value else { return value.clone() };
        let source = self.program.source(*file);
        if self.program.files[*file].family != Family::Php {
            return value.clone();
        }
        let name = &source.classes[*class as usize].name;
        Val::text(source.package.as_ref().map_or(name.clone(), |package| format!("{package}.{name}")))
    }

    fn either(&mut self, parts: &'a [Value], scope: &Scope) -> Val {
        let values: Vec<Val> = parts.iter().map(|part| self.value(part, scope)).collect();
        let mut values = values.into_iter();
        let mut out = values.next().unwrap_or(Val::Unknown);
        let runs_bodies = self.runs_bodies();
        for value in values {
            out = match (&out, &value) {
                // `config.root || "/"`: what a library holds is not known, what stands in for it is
                (Val::Symbol(_) | Val::Method(..), Val::Text(_)) if runs_bodies => value,
                // a path that who deploys it may say: without a word it is the root
                (Val::Unknown | Val::Symbol(_) | Val::Made(_), Val::Text(_)) if self.family() == Family::JavaScript && value.literal() == Some("/") => value,
                _ => self.one_of(&out, &value),
            };
        }
        out
    }

    /// One of two values; of a word and what callers may put in its place, the latter.
    fn one_of(&self, first: &Val, second: &Val) -> Val {
        match (first, second) {
            // of two words of a library, `Auth.NONE` and `Auth.IAM`, neither is what is meant
            (Val::Symbol(one), Val::Symbol(other)) if one != other && one.rsplit_once('.').map(|(of, _)| of) == other.rsplit_once('.').map(|(of, _)| of) => {
                return Val::Either(Rc::new(vec![first.clone(), second.clone()]));
            }
            (Val::Boolean(one), Val::Boolean(other)) if one != other => return Val::Unknown,
            _ => {}
        }
        if first.literal().is_some() && self.holds_input(second) { second.clone() } else { pick(first, second) }
    }

    /// The name by which rules may know what an expression stands for.
    pub(super) fn name_of(&mut self, value: &'a Value, scope: &Scope) -> Option<String> {
        match self.unread(value, scope) {
            Val::Symbol(name) => Some(name.to_string()),
            Val::Method(id, method) => Some(self.method_name(id, &method)),
            Val::Made(made) => Some(made.by.clone()),
            _ => None,
        }
    }

    /// What an expression names; a method of Ruby is not called.
    pub(super) fn unread(&mut self, value: &'a Value, scope: &Scope) -> Val {
        match value {
            Value::Name(name) if self.runs_bodies() => self.lookup(name, scope),
            Value::Member(object, name) if self.runs_bodies() => {
                let object = self.value(object, scope);
                self.member(&object, name)
            }
            value => self.value(value, scope),
        }
    }

    /// Applies a decorator to what stands under it.
    pub(super) fn apply_decorator(&mut self, annotation: &'a Call, value: Val, scope: &Scope) -> Val {
        if !annotation.applied {
            let decorator = self.value(&annotation.callee, scope);
            self.mark = annotation.mark;
            return self.wrap(decorator, value, annotation);
        }
        // `@object.verb(…)`: the verb of a pack registers what is decorated.
        if let Value::Member(object, name) = &annotation.callee {
            let object = self.value(object, scope);
            if let Val::Object(id) = object
                && self.objects[id].ty.is_some()
                && self.method(id, name).is_none()
                && self.field(id, name).is_none()
            {
                let arguments = self.arguments(&annotation.arguments, scope);
                self.mark = annotation.mark;
                let returned = self.call_method(id, name, arguments, Some(&value));
                return self.decorated(returned, value);
            }
        }
        let callee = self.value(&annotation.callee, scope);
        let arguments = self.arguments(&annotation.arguments, scope);
        self.mark = annotation.mark;
        let decorator = match callee {
            Val::Symbol(name) => self.call_symbol(&name, arguments, None, Some(&value)),
            callee => self.call_value(callee, arguments, annotation, Some(&value)),
        };
        self.wrap(decorator, value, annotation)
    }

    fn wrap(&mut self, decorator: Val, value: Val, annotation: &'a Call) -> Val {
        let place = self.place("code");
        if let (Some(id), Val::Object(given)) = (self.becomes.take(), &decorator)
            && id == *given
        {
            return decorator;
        }
        match decorator {
            Val::Function(closure) => match self.invoke(&closure, vec![Arg { name: None, value: value.clone() }]) {
                // what it gives back may be decorated itself: `@wraps(view)`
                wrapped @ (Val::Function(_) | Val::Guarded(_)) => wrapped,
                Val::Null | Val::Unknown if matches!(value, Val::Class(..)) => value,
                Val::Object(id) => Val::Object(id),
                _ => super::guard::wrapped(Val::Unknown, value, place),
            },
            Val::Method(id, name) => {
                let returned = self.call_method(id, &name, Vec::new(), Some(&value));
                self.decorated(returned, value)
            }
            Val::Symbol(name) if !annotation.applied => {
                let site = Site::of(&name, Vec::new(), None, Some(&value));
                match (self.apply_rules_of(&name, site), self.becomes.take()) {
                    (Some(Val::Object(id)), Some(given)) if id == given => Val::Object(id),
                    _ => super::guard::wrapped(Val::Symbol(name), value, place),
                }
            }
            Val::Symbol(name) => super::guard::wrapped(Val::Symbol(name), value, place),
            Val::Made(made) => super::guard::wrapped(Val::Made(made), value, place),
            Val::Missing | Val::Unknown => super::guard::wrapped(decorator, value, place),
            _ => value,
        }
    }

    /// What stands for the decorated function after a library's decorator: itself, perhaps guarded.
    fn decorated(&mut self, returned: Val, value: Val) -> Val {
        match (self.becomes.take(), &returned) {
            (Some(id), Val::Object(given)) if id == *given => return returned,
            _ => {}
        }
        match returned {
            Val::Made(made) => super::guard::wrapped(Val::Made(made), value, self.place("code")),
            _ => value,
        }
    }
}

/// So many items does a list that is added to have at most.
const MAX_GROWN: usize = 2000;

/// The first, with the second as its default, or the one that is known.
pub(super) fn pick(first: &Val, second: &Val) -> Val {
    match (first, second) {
        (Val::Text(text), second) => match (&**text, second) {
            (Text::Environment { variable, default: None }, Val::Text(_) | Val::Number(_)) => {
                Val::Text(Rc::new(Text::Environment { variable: variable.clone(), default: Some(Box::new(as_text(second))) }))
            }
            (Text::Setting { key, default: None }, Val::Text(_) | Val::Number(_)) => {
                Val::Text(Rc::new(Text::Setting { key: key.clone(), default: Some(Box::new(as_text(second))) }))
            }
            _ => first.clone(),
        },
        (Val::Null, second) => second.clone(),
        (Val::Unknown, Val::Object(_) | Val::Function(_) | Val::Class(..)) => second.clone(),
        (first, _) => first.clone(),
    }
}

/// `a.b.c` when it is names all the way.
pub(super) fn dotted(value: &Value) -> Option<String> {
    match value {
        Value::Name(name) => Some(name.clone()),
        Value::Member(object, name) => Some(format!("{}.{name}", dotted(object)?)),
        _ => None,
    }
}
