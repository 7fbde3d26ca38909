//! Whether what a caller asks a store for has an end: the number of records that a request names is bounded where it
//! is declared or by what the handler makes of it, or reaches the query's limit as it came.
//!
//! Bounded is claimed where the bound is written; unbounded only where the caller's number itself, at which nothing
//! looked on its way, is handed to the query.

use super::Place;
use super::attributes::{Said, Saying, TELLS};
use super::evaluate::Evaluator;
use super::value::*;
use super::witness::Origin;
use std::rc::Rc;
use threatline_facts::Text;
use threatline_facts::code::{Call, Function, Parameter, Value};
use threatline_knowledge::catalogue::{finds_records, is_page_size, keeps_records, limit_of, page_words};
use threatline_model::Property;

/// So deep stand calls in each other that make a number of a request's word, and schemas of its parameters.
const MOST_DEEP: usize = 6;
/// So many entries of a schema are looked at.
const MOST_ENTRIES: usize = 64;

/// What a value is, that says how many records there are at most.
enum Asked {
    /// The caller's number as it came.
    Open,
    /// The smaller of that and another one.
    Bounded,
}

impl<'a> Evaluator<'a> {
    /// What the parameters of a handler say of how many records their caller may ask for.
    pub(super) fn pages_of_parameters(&mut self, closure: &Closure) -> Said {
        let function: &'a Function = &self.program.source(closure.file).functions[closure.index as usize];
        let mut said = Said::new();
        let before = std::mem::replace(&mut self.file, closure.file);
        for parameter in &function.parameters {
            let path = &self.program.files[closure.file].path;
            let mut bounded = (is_page_size(&parameter.name) && self.is_bounded_parameter(parameter)).then(|| Place {
                path: path.clone(),
                mark: if parameter.mark.0 == 0 { function.mark } else { parameter.mark },
                by: "code".into(),
            });
            let declared = parameter.declared.iter().flat_map(|declared| std::iter::once(declared).chain(&declared.arguments));
            let records: Vec<_> = declared.filter_map(|declared| self.record_of(closure.file, declared)).collect();
            for (file, class) in records {
                let fields = &self.program.source(file).classes[class as usize].fields;
                let field = fields.iter().find(|field| is_page_size(&field.name) && is_bounded_field(field));
                let place = field.map(|field| Place { path: self.program.files[file].path.clone(), mark: field.mark, by: "code".into() });
                bounded = bounded.or(place);
            }
            said.extend(bounded.map(|place| Saying::plainly(Property::PaginationBounded, true, place)));
        }
        self.file = before;
        said
    }

    /// Whether the largest number is told where a parameter is declared.
    pub(super) fn is_bounded_parameter(&mut self, parameter: &'a Parameter) -> bool {
        let beside = self.beside(parameter);
        let given = parameter.default.iter().chain(beside.into_iter().map(|(_, value)| value));
        parameter.annotations.iter().any(|call| bounds(call, MOST_DEEP))
            || given.into_iter().any(|value| matches!(value, Value::Call(call) if bounds(call, MOST_DEEP)))
    }

    /// A call that says how many records there are at most: whether that is what the caller wants, or bounded.
    pub(super) fn limits_result(&mut self, object: &Val, method: &str, arguments: &[Arg]) {
        if self.proving > 0 || self.input_names.is_empty() && self.inputs.is_empty() || arguments.is_empty() {
            return;
        }
        let of = if let Val::Symbol(name) = object { name.rsplit('.').next() } else { None };
        let value = match limit_of(of, method) {
            Some((at, of_stores)) => arguments.iter().filter(|argument| argument.name.is_none()).nth(at).filter(|_| !of_stores || self.is_of_store(object)),
            None => return self.limits_by_key(object, method, arguments),
        };
        if let Some(value) = value.map(|argument| argument.value.clone()) {
            self.note_page(&value);
        }
    }

    /// The same where a store's client is told it under a key: `findMany({ take: … })`.
    pub(super) fn limits_by_key(&mut self, object: &Val, method: &str, arguments: &[Arg]) {
        if !method.split('.').any(finds_records) || !self.is_of_store(object) {
            return;
        }
        let keys = &page_words().keys;
        let told = arguments.iter().filter_map(|argument| if let Val::Map(entries) = &argument.value { Some(entries) } else { None });
        let values: Vec<Val> = told.flat_map(|entries| entries.iter().filter(|(key, _)| keys.contains(key)).map(|(_, value)| value.clone())).collect();
        values.iter().for_each(|value| self.note_page(value));
    }

    fn note_page(&mut self, value: &Val) {
        let place = self.place("code");
        match self.asked_for(value, MOST_DEEP) {
            Some(Asked::Open) => self.say(Property::PaginationBounded, false, place),
            Some(Asked::Bounded) => self.say(Property::PaginationBounded, true, place),
            None => {}
        }
    }

    /// What a number that a caller chose gives back: the smaller of it and another, or nothing known.
    pub(super) fn number_method(&self, text: &Text, name: &str, arguments: &[Arg]) -> Option<Val> {
        let Text::Input(number) = text else { return None };
        if page_words().least.contains(name) {
            let of = Arg { name: None, value: Val::Text(Rc::new(text.clone())) };
            return Some(Val::Made(Rc::new(Made { by: name.to_owned(), arguments: std::iter::once(of).chain(arguments.iter().cloned()).collect() })));
        }
        let stays = arguments.is_empty() || name.starts_with("unwrap") || name.starts_with("or") || name == "getOrDefault";
        (self.inputs[*number as usize].origin == Origin::Number && !stays).then_some(Val::Unknown)
    }

    fn asked_for(&self, value: &Val, depth: usize) -> Option<Asked> {
        if depth == 0 {
            return None;
        }
        if let Some(number) = self.number_of(value, depth) {
            return (!self.checked.contains(&number)).then_some(Asked::Open);
        }
        let Val::Made(made) = value else { return None };
        if page_words().most.contains(last(&made.by)) {
            return made.arguments.iter().take(8).find_map(|argument| self.asked_for(&argument.value, depth - 1));
        }
        let (is_least, is_number) = (page_words().least.contains(last(&made.by)), page_words().numbers.contains(last(&made.by)));
        let mut inner = made.arguments.iter().take(8).map(|argument| &argument.value);
        match (is_least, is_number) {
            (true, _) => {
                let is_bound = made.arguments.iter().any(|argument| matches!(argument.value, Val::Number(_)));
                (is_bound && inner.any(|value| self.number_of(value, depth - 1).is_some())).then_some(Asked::Bounded)
            }
            (false, true) => inner.next().and_then(|value| self.asked_for(value, depth - 1)),
            _ => None,
        }
    }

    /// The word of a request that a value is, or a number made of it and nothing else.
    pub(super) fn number_of(&self, value: &Val, depth: usize) -> Option<u32> {
        let of_caller = |number: &u32| matches!(self.inputs[*number as usize].origin, Origin::Request | Origin::Number);
        match value {
            _ if depth == 0 => None,
            Val::Text(text) => if let Text::Input(number) = **text { Some(number) } else { None }.filter(of_caller),
            Val::Made(made) if page_words().numbers.contains(last(&made.by)) => match made.arguments.first() {
                Some(first) => self.number_of(&first.value, depth - 1),
                None => None,
            },
            value => self.input(value).filter(of_caller),
        }
    }

    /// Whether something is a store's client, a model of records, or a query that is being put together of one.
    pub(super) fn is_of_store(&mut self, value: &Val) -> bool {
        let library = self.program.files[self.file].library;
        let of_type = |ty| library.type_rule(ty).rule.protocol.as_deref().is_some_and(keeps_records);
        match value {
            Val::Object(id) | Val::Method(id, _) => {
                let call = self.objects[*id].call.and_then(|call| self.out.calls.get(call)).and_then(|call| call.protocol.as_deref());
                self.objects[*id].ty.is_some_and(of_type) || call.is_some_and(keeps_records)
            }
            Val::Made(made) => self.is_of_store_named(&made.by),
            Val::Symbol(name) => self.is_of_store_named(name),
            value => self.is_model(value),
        }
    }

    fn is_of_store_named(&self, name: &str) -> bool {
        let library = self.program.files[self.file].library;
        if let Some(number) = name.strip_prefix('#').and_then(|rest| rest.split('.').next()?.parse().ok()) {
            return library.type_rule(super::library::TypeId(number)).rule.protocol.as_deref().is_some_and(keeps_records);
        }
        let ends = name.match_indices(['.', '(']).map(|(at, _)| &name[..at]).take(MOST_ENTRIES);
        ends.chain([name]).any(|head| !library.models(head).is_empty())
    }

    /// A guard that tells of a route that what it hands to the library says how many records there are at most.
    pub(super) fn tells_pages(&self, arguments: &[Arg], guards: &[Guard], place: Place) -> Option<Guard> {
        let of_guard =
            |guard: &Guard| matches!(&guard.value, Val::Made(made) if made.arguments.iter().any(|argument| is_bounded_schema(&argument.value, MOST_DEEP)));
        let told = |argument: &Arg| matches!(argument.value, Val::Map(_) | Val::Made(_)) && is_bounded_schema(&argument.value, MOST_DEEP);
        let bounded = arguments.iter().any(told) || guards.iter().any(of_guard);
        let value = bounded.then(|| Val::symbol(format!("{TELLS}={}", Property::PaginationBounded.name())))?;
        Some(Guard { value, place })
    }

    /// Whether something stands before a route of its own that may look at what the request asks for.
    pub(super) fn may_be_checked(&mut self, guards: &[Guard]) -> bool {
        guards.iter().any(|guard| match &guard.value {
            Val::Symbol(name) => !self.is_known_guard(name),
            Val::Made(made) => !self.is_known_guard(&made.by),
            Val::Method(id, name) => !self.is_known_guard(&self.method_name(*id, name)),
            Val::Null => false,
            _ => !self.judge(guard, 0).authenticates,
        })
    }

    fn is_known_guard(&self, name: &str) -> bool {
        name.starts_with(TELLS) || name.starts_with(super::verbs::EFFECT) || !self.program.files[self.file].library.guards(name).is_empty()
    }

    /// A schema is asked to check what a request brings: `schema.parse(req.query)`.
    pub(super) fn checks_pages(&mut self, object: &Val, arguments: &[Arg]) {
        if self.proving == 0
            && !self.input_names.is_empty()
            && matches!(object, Val::Made(_))
            && arguments.first().is_some_and(|argument| self.input(&argument.value).is_some())
            && is_bounded_schema(object, MOST_DEEP)
        {
            let place = self.place("code");
            self.say(Property::PaginationBounded, true, place);
        }
    }
}

/// Whether a schema, of JSON or put together of a library's calls, tells the largest page.
fn is_bounded_schema(value: &Val, depth: usize) -> bool {
    match value {
        _ if depth == 0 => false,
        Val::Map(entries) => {
            entries.iter().take(MOST_ENTRIES).any(|(key, value)| (is_page_size(key) && is_bounded_number(value)) || is_bounded_schema(value, depth - 1))
        }
        Val::Made(made) => made.arguments.iter().take(8).any(|argument| is_bounded_schema(&argument.value, depth - 1)),
        _ => false,
    }
}

/// `{ type: "integer", maximum: 100 }`, `z.coerce.number().max(100)`.
fn is_bounded_number(value: &Val) -> bool {
    match value {
        Val::Map(entries) => entries.iter().any(|(key, value)| key == "maximum" && matches!(value, Val::Number(_))),
        Val::Made(made) => {
            let is_chain = made.by.contains("number") && made.by.split(['.', '(']).any(|part| matches!(part, "max" | "lte" | "lt"));
            is_chain || made.arguments.iter().any(|argument| matches!(argument.value, Val::Map(_)) && is_bounded_number(&argument.value))
        }
        _ => false,
    }
}

/// Whether the largest number is told where a field of a record is declared.
pub(super) fn is_bounded_field(field: &threatline_facts::code::Field) -> bool {
    field.annotations.iter().any(|call| bounds(call, MOST_DEEP))
        || matches!(&field.value, Some(Value::Call(call)) if bounds(call, MOST_DEEP))
        || field.declared.iter().flat_map(|declared| &declared.extras).any(|value| matches!(value, Value::Call(call) if bounds(call, MOST_DEEP)))
}

/// Whether a call among what is declared says the largest number.
fn bounds(call: &Call, depth: usize) -> bool {
    let words = page_words();
    let name = match &call.callee {
        Value::Name(name) | Value::Member(_, name) => last(name),
        _ => "",
    };
    let is_bound = |value: &Value| match value {
        Value::Number(_) | Value::Name(_) => true,
        Value::Member(_, name) => !words.unbounded.contains(name.as_str()),
        _ => false,
    };
    let plain: Vec<&Value> = call.arguments.iter().filter(|argument| argument.name.is_none()).map(|argument| &argument.value).collect();
    let names = words.bounding.contains(name) && plain.first().is_some_and(|value| is_bound(value))
        || words.ranges.contains(name) && plain.get(1).is_some_and(|value| is_bound(value))
        || call.arguments.iter().any(|argument| argument.name.as_deref().is_some_and(|name| words.bounds.contains(name)) && is_bound(&argument.value));
    let chained = || match &call.callee {
        Value::Member(object, _) => matches!(&**object, Value::Call(inner) if bounds(inner, depth - 1)),
        _ => false,
    };
    names || depth > 1 && (chained() || call.arguments.iter().any(|argument| matches!(&argument.value, Value::Call(inner) if bounds(inner, depth - 1))))
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
