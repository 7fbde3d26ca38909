//! Whether a handler that gives away the record a caller names ever asks whose record it is.
//!
//! Only the absence is claimed, and only with everything in sight: a word of the request reaches a store as the key of
//! a lookup, and nothing that the handler runs on its way speaks of who calls. Whatever may be the caller (a name
//! that packs or nobody knows, a member of the request, a text of a query) leaves it unknown; what a record itself
//! tells (`order.getOwner()`) is no caller.

use super::evaluate::Evaluator;
use super::value::*;
use super::witness::Origin;
use std::collections::{BTreeSet, HashSet};
use threatline_facts::Text;
use threatline_facts::code::{Call, Function, Step, Value};
use threatline_knowledge::catalogue::{asks_session, finds_records, keeps_records, names_caller};
use threatline_model::Parameter;

/// So deep lists and maps stand in each other in which a key is looked for.
const KEY_DEPTH: usize = 3;
/// What runs more functions than this is not looked through.
const MOST_FUNCTIONS: usize = 256;
/// Expressions stand so deep in each other at most.
const MOST_DEPTH: usize = 64;

impl<'a> Evaluator<'a> {
    /// A method of a library's object is called: with a key, on a store's client, it looks a record up.
    pub(super) fn asks_store(&mut self, id: ObjectId, method: &str, arguments: &[Arg]) {
        let library = self.program.files[self.file].library;
        let rule = self.objects[id].ty.map(|ty| library.type_rule(ty).rule);
        if self.proving == 0
            && let Some(rule) = rule
            && rule.protocol.as_deref().is_some_and(keeps_records)
        {
            self.note_asked(method);
            if method.split('.').any(finds_records) && self.holds_key(arguments) {
                self.note_lookup();
            }
        }
    }

    /// A method of a model (`Order.find(id)`), or a function that is told which (`get(Order, id)`).
    pub(super) fn asks_model(&mut self, object: Option<&Val>, method: &str, arguments: &[Arg]) {
        if self.proving > 0 || self.inputs.is_empty() || !method.split('.').any(finds_records) {
            return;
        }
        let told = arguments.first().map(|argument| &argument.value).filter(|value| matches!(value, Val::Class(..)));
        if object.into_iter().chain(told).any(|value| self.is_model(value)) {
            self.note_asked(method);
            if self.holds_key(arguments) {
                self.note_lookup();
            }
        }
    }

    fn note_asked(&mut self, method: &str) {
        let last = method.rsplit('.').next().unwrap_or(method).to_owned();
        self.looked_up.insert((self.file, self.mark, last));
    }

    fn note_lookup(&mut self) {
        let place = self.place("code");
        if let Some(frame) = self.frames.last_mut() {
            frame.lookup.get_or_insert(place);
        }
    }

    pub(super) fn is_model(&mut self, value: &Val) -> bool {
        let library = self.program.files[self.file].library;
        match value {
            Val::Made(made) => !library.models(&made.by).is_empty(),
            Val::Class(file, class) => {
                let (_, foreign) = self.bases(*file, *class);
                foreign.iter().any(|base| !library.models(base).is_empty())
            }
            Val::Object(id) => self.objects[*id].class.is_some_and(|(file, class)| self.is_model(&Val::Class(file, class))),
            _ => false,
        }
    }

    /// Whether what a caller named is among the arguments.
    fn holds_key(&self, arguments: &[Arg]) -> bool {
        !self.inputs.is_empty() && arguments.iter().any(|argument| self.is_key(&argument.value, KEY_DEPTH))
    }

    fn is_key(&self, value: &Val, depth: usize) -> bool {
        let is_named = |number: u32| matches!(self.inputs[number as usize].origin, Origin::Request | Origin::Key);
        match value {
            _ if depth == 0 => false,
            Val::List(items) => items.iter().take(16).any(|item| self.is_key(item, depth - 1)),
            Val::Map(entries) => entries.iter().take(16).any(|(_, item)| self.is_key(item, depth - 1)),
            Val::Text(text) => text.parts().iter().any(|part| matches!(part, Text::Input(number) if is_named(*number))),
            value => self.input(value).is_some_and(is_named),
        }
    }

    /// Whether what a handler runs may ask who calls: `told` are the parameters that the request fills and no guard.
    pub(super) fn may_ask_who(&self, handler: &Closure, told: &BTreeSet<Parameter>) -> bool {
        let mut open = vec![(handler.file, handler.index)];
        let mut seen: HashSet<(FileId, u32)> = open.iter().copied().collect();
        while let Some((file, index)) = open.pop() {
            let called: Vec<(FileId, u32)> = self.callees.get(&(file, index)).into_iter().flatten().copied().collect();
            let functions = &self.program.source(file).functions;
            let function = &functions[index as usize];
            let mut look = Look { evaluator: self, file, functions, own: HashSet::new(), foreign: HashSet::new(), depth: 0 };
            let is_handler = (file, index) == (handler.file, handler.index);
            for parameter in &function.parameters {
                let names = parameter.names.iter().chain([&parameter.name]).map(String::as_str).filter(|name| !name.is_empty());
                let is_told = |name: &str| told.iter().any(|one| one.name == name);
                for name in names {
                    if is_handler && !is_told(name) {
                        look.foreign.insert(name)
                    } else {
                        look.own.insert(name)
                    };
                }
            }
            if self.cut.contains(&file) || look.steps(&function.steps) {
                return true;
            }
            open.extend(called.into_iter().filter(|one| seen.insert(*one)));
            if seen.len() > MOST_FUNCTIONS {
                return true;
            }
        }
        false
    }
}

/// One function that is looked through.
struct Look<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    file: FileId,
    functions: &'a [Function],
    /// Locals that are records, texts of the request, or made here.
    own: HashSet<&'a str>,
    /// Parameters of a handler that the framework fills with something else: the request, a session.
    foreign: HashSet<&'a str>,
    depth: usize,
}

impl<'a> Look<'_, 'a> {
    fn steps(&mut self, steps: &'a [Step]) -> bool {
        steps.iter().any(|step| self.step(step))
    }

    fn step(&mut self, step: &'a Step) -> bool {
        match step {
            Step::Bind { target, value, .. } => {
                let asks = value.as_ref().is_some_and(|value| self.asks(value));
                if value.as_ref().is_none_or(|value| self.is_own(value)) {
                    self.bind(target);
                }
                asks || !matches!(target, Value::Name(_) | Value::List(_) | Value::Map(_)) && self.asks(target)
            }
            Step::Do(value) => self.asks(value),
            Step::Return(value) | Step::Throw(value) => value.as_ref().is_some_and(|value| self.asks(value)),
            Step::If { condition, then, otherwise } => self.asks(condition) || self.steps(then) || self.steps(otherwise),
            Step::Loop { over, body } => {
                let asks = over.as_ref().is_some_and(|(_, list)| self.asks(list));
                if let Some((target, list)) = over
                    && self.is_own(list)
                {
                    self.bind(target);
                }
                asks || self.steps(body)
            }
            Step::Try { body, handlers, finally } => self.steps(body) || handlers.iter().any(|steps| self.steps(steps)) || self.steps(finally),
            Step::Block(body) => self.steps(body),
            Step::Function(index) => self.lambda(*index),
            Step::Class(_) => true,
        }
    }

    /// What is assigned to is the function's own.
    fn bind(&mut self, target: &'a Value) {
        match target {
            Value::Name(name) => {
                self.own.insert(plain(name));
            }
            Value::List(targets) => targets.iter().for_each(|target| self.bind(target)),
            Value::Map(entries) => entries.iter().for_each(|(_, target)| self.bind(target)),
            _ => {}
        }
    }

    /// A function in place: what runs it gives it what the function has.
    fn lambda(&mut self, index: u32) -> bool {
        let Some(function) = self.functions.get(index as usize) else { return true };
        for parameter in &function.parameters {
            self.own.extend(parameter.names.iter().chain([&parameter.name]).map(String::as_str));
        }
        self.depth += 1;
        let asks = self.depth > MOST_DEPTH || self.steps(&function.steps);
        self.depth -= 1;
        asks
    }

    /// Whether a value is a record, something that was made here, or a part of such.
    fn is_own(&self, value: &Value) -> bool {
        match value {
            Value::Text(_) | Value::Number(_) | Value::Boolean(_) | Value::Null | Value::List(_) | Value::Map(_) | Value::Join(_) => true,
            Value::Operator(..) | Value::Not(_) | Value::Function(_) | Value::Class(_) => true,
            Value::Name(name) => self.own.contains(plain(name)),
            Value::Member(object, _) | Value::Index(object, _) => self.is_own(object),
            Value::Call(call) => call.construct || self.is_known(call) || matches!(&call.callee, Value::Member(object, _) if self.is_own(object)),
            Value::Either(parts) | Value::Unknown(parts) => parts.iter().all(|part| self.is_own(part)),
        }
    }

    /// A call that looks something up in a store, or into a function of the project that is looked through, too.
    fn is_known(&self, call: &Call) -> bool {
        let last = match &call.callee {
            Value::Name(name) | Value::Member(_, name) => name.rsplit('.').next().unwrap_or(name),
            _ => return false,
        };
        let (file, mark) = (self.file, call.mark);
        self.evaluator.followed.contains(&(file, mark, last)) || self.evaluator.looked_up.contains(&(file, mark, last.to_owned()))
    }

    fn asks(&mut self, value: &'a Value) -> bool {
        self.depth += 1;
        let asks = self.depth > MOST_DEPTH || self.asks_plainly(value);
        self.depth -= 1;
        asks
    }

    fn asks_plainly(&mut self, value: &'a Value) -> bool {
        match value {
            Value::Text(text) => asks_session(text),
            Value::Number(_) | Value::Boolean(_) | Value::Null => false,
            // the request itself, handed on to nobody knows whom
            Value::Name(name) if self.foreign.contains(plain(name)) => true,
            Value::Name(name) => !self.own.contains(plain(name)) && !is_constant(name) && names_caller(name),
            Value::Member(object, name) => self.chain_asks(object, name),
            Value::Index(object, key) => {
                let is_own = self.is_own(object);
                let says = |key: &Value| matches!(key, Value::Text(key) if !is_own && names_caller(key));
                says(key) || self.object_asks(object) || !matches!(**key, Value::Text(_)) && self.asks(key)
            }
            Value::Call(call) => self.call_asks(call),
            Value::Function(index) => self.lambda(*index),
            Value::Class(_) => true,
            Value::Map(entries) => entries.iter().any(|(key, value)| !matches!(key, Value::Name(_) | Value::Text(_)) && self.asks(key) || self.asks(value)),
            Value::Not(inner) => self.asks(inner),
            Value::List(parts) | Value::Join(parts) | Value::Either(parts) | Value::Operator(_, parts) | Value::Unknown(parts) => {
                parts.iter().any(|part| self.asks(part))
            }
        }
    }

    /// What stands before a member: the request's own name says nothing yet.
    fn object_asks(&mut self, object: &'a Value) -> bool {
        match object {
            Value::Name(name) if self.foreign.contains(plain(name)) => false,
            Value::Name(name) if matches!(plain(name), "self" | "this" | "super" | "cls") => false,
            object => self.asks(object),
        }
    }

    fn chain_asks(&mut self, object: &'a Value, name: &'a str) -> bool {
        if is_constant(name) && matches!(object, Value::Name(_)) {
            return false;
        }
        !self.is_own(object) && names_caller(name) || self.object_asks(object)
    }

    fn call_asks(&mut self, call: &'a Call) -> bool {
        let known = self.is_known(call);
        let callee = match &call.callee {
            Value::Name(name) => !known && !call.construct && !self.own.contains(plain(name)) && names_caller(name),
            // what is called is known by its whole name, whatever words are in it
            Value::Member(object, _) if known || call.construct => !matches!(**object, Value::Name(_) | Value::Member(..)) && self.asks(object),
            Value::Member(object, name) => self.chain_asks(object, name),
            other => self.asks(other),
        };
        // a word that names what is read off the request: `c.get("user")`
        let of_others = !known && !call.construct && !matches!(&call.callee, Value::Member(object, _) if self.is_own(object));
        let says = |value: &Value| matches!(value, Value::Text(text) if of_others && !text.contains(' ') && names_caller(text));
        callee
            || call.arguments.iter().any(|argument| {
                let handed_on = known && matches!(&argument.value, Value::Name(name) if self.foreign.contains(plain(name)));
                says(&argument.value) || !handed_on && self.asks(&argument.value)
            })
    }
}

/// Variables of PHP carry a sign, their parameters do not.
fn plain(name: &str) -> &str {
    name.strip_prefix('$').unwrap_or(name)
}

/// `UserMessage.NOT_FOUND`: a constant is nobody.
fn is_constant(name: &str) -> bool {
    name.len() > 1 && !name.chars().any(char::is_lowercase)
}
