//! Paths that a handler itself tells apart, where no router does: `if self.path == "/orders"`, `switch ctx.Path()`.
//!
//! Each path that it compares the request's with is a way in of its own. What happens there is what the handler does when
//! the comparisons come out as that path and that method make them: its guards, its parameters and what it calls are
//! looked at with the choice made ([`Choice`]), so that one branch says nothing of another.

mod words;

use super::*;
use hashbrown::HashSet;
use threatline_facts::code::{Call, Function, Source, Step, Value};
pub(in crate::compose) use words::Choice;
use words::{Compared, Known, Words, same};

/// Comparisons nest this deep at most, and functions of the file are followed as deep.
const MAX_DEPTH: usize = 24;

/// So many steps of a handler are looked at.
const MAX_STEPS: u32 = 10_000;

/// So many choices hold together at one place, and so many ways in has one handler.
const MAX_CHOICES: usize = 64;
const MAX_WAYS: usize = 500;

/// Walks the branches of a handler.
struct Sorter<'s> {
    source: &'s Source,
    class: Option<u32>,
    words: Words,
    found: Vec<Known>,
    followed: HashSet<(u32, Vec<Known>)>,
    budget: u32,
}

impl<'s> Sorter<'s> {
    /// Whether something in these steps was a choice of a path.
    fn steps(&mut self, steps: &'s [Step], known: &[Known], depth: usize) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        let (mut found, mut known, mut open) = (false, known.to_vec(), false);
        for step in steps {
            self.budget = self.budget.saturating_sub(1);
            if self.budget == 0 {
                return found;
            }
            match step {
                Step::Bind { target, value: Some(value), .. } => {
                    self.words.bind(target, value);
                    found |= self.calls(value, &known, depth);
                }
                Step::If { condition, then, otherwise } => {
                    let here = self.branch(condition, then, &known, depth);
                    found |= here;
                    found |= self.steps(otherwise, &known, depth + 1);
                    // `if path != "/x": return …`: what follows is for that path.
                    if otherwise.is_empty()
                        && then.last().is_some_and(crate::compose::evaluate::leaves)
                        && let Some((alternatives, true)) = self.alternatives(condition, depth)
                        && let Some(narrower) = combined(&known, &alternatives)
                    {
                        open |= alternatives.iter().any(|(_, path)| path.is_some());
                        known = narrower;
                    }
                }
                Step::Loop { body, .. } | Step::Block(body) => found |= self.steps(body, &known, depth + 1),
                Step::Try { body, handlers, finally } => {
                    found |= self.steps(body, &known, depth + 1);
                    for handler in handlers {
                        found |= self.steps(handler, &known, depth + 1);
                    }
                    found |= self.steps(finally, &known, depth + 1);
                }
                Step::Do(value) | Step::Return(Some(value)) => found |= self.calls(value, &known, depth),
                _ => {}
            }
        }
        if open && !found {
            self.add(&known);
            found = true;
        }
        found
    }

    fn branch(&mut self, condition: &'s Value, then: &'s [Step], known: &[Known], depth: usize) -> bool {
        let Some((alternatives, false)) = self.alternatives(condition, depth) else { return self.steps(then, known, depth + 1) };
        let Some(narrower) = combined(known, &alternatives) else { return false };
        if self.steps(then, &narrower, depth + 1) {
            return true;
        }
        let says_path = narrower.iter().all(|(_, path)| path.is_some());
        if says_path {
            self.add(&narrower);
        }
        says_path
    }

    /// The requests that a condition is for, and whether it is for all others; none where it asks for something else.
    fn alternatives(&self, condition: &Value, depth: usize) -> Option<(Vec<Known>, bool)> {
        if depth > MAX_DEPTH {
            return None;
        }
        match condition {
            Value::Not(inner) => self.alternatives(inner, depth + 1).map(|(known, turned)| (known, !turned)),
            Value::Either(parts) => {
                let mut out = Vec::new();
                for part in parts {
                    match self.alternatives(part, depth + 1)? {
                        (known, false) => out.extend(known),
                        _ => return None,
                    }
                }
                Some((out, false))
            }
            Value::Operator(operator, parts) if operator == "and" => {
                let mut out: Option<Vec<Known>> = None;
                // what else it asks makes it narrower
                for (known, _) in parts.iter().filter_map(|part| self.alternatives(part, depth + 1)).filter(|(_, turned)| !turned) {
                    out = Some(match out {
                        Some(before) => combined(&before, &known)?,
                        None => known,
                    });
                }
                out.map(|known| (known, false))
            }
            other => self.words.told(other),
        }
    }

    fn add(&mut self, known: &[Known]) {
        for one in known {
            if one.1.is_some() && self.found.len() < MAX_WAYS && !self.found.contains(one) {
                self.found.push(one.clone());
            }
        }
    }

    /// Functions of the file that are handed the request, and those written in place.
    fn calls(&mut self, value: &'s Value, known: &[Known], depth: usize) -> bool {
        let mut calls = Vec::new();
        crate::compose::guard::calls_within(value, &mut calls);
        let mut found = false;
        for call in calls.into_iter().take(64) {
            if let Value::Function(index) = call.callee {
                found |= self.function(index, known, depth);
            }
            for argument in &call.arguments {
                if let Value::Function(index) = argument.value {
                    found |= self.function(index, known, depth);
                }
            }
            let callee = match &call.callee {
                Value::Name(name) => {
                    self.source.functions.iter().position(|function| function.class.is_none() && function.receiver.is_none() && function.name == *name)
                }
                Value::Member(object, name) if matches!(&**object, Value::Name(of) if of == "self" || of == "this") => {
                    let class = self.class.and_then(|class| self.source.classes.get(class as usize));
                    let methods = class.map(|class| &*class.methods).unwrap_or_default();
                    methods
                        .iter()
                        .find(|index| self.source.functions.get(**index as usize).is_some_and(|function| function.name == *name))
                        .map(|index| *index as usize)
                }
                _ => None,
            };
            let Some((index, callee)) = callee.and_then(|index| Some((index as u32, self.source.functions.get(index)?))) else { continue };
            let handed = self.hand(call, callee);
            if handed || matches!(call.callee, Value::Member(..)) {
                found |= self.function(index, known, depth);
            }
        }
        found
    }

    /// What the function calls the request, its path and its method, as it is handed them.
    fn hand(&mut self, call: &Call, callee: &Function) -> bool {
        let mut handed = false;
        for (argument, parameter) in call.arguments.iter().zip(&callee.parameters) {
            let before = (self.words.requests.len(), self.words.paths.len());
            let known = self.words.requests.contains(&parameter.name) || self.words.paths.contains(&parameter.name);
            self.words.bind(&Value::Name(parameter.name.clone()), &argument.value);
            handed |= known || before != (self.words.requests.len(), self.words.paths.len());
        }
        handed
    }

    fn function(&mut self, index: u32, known: &[Known], depth: usize) -> bool {
        let Some(function) = self.source.functions.get(index as usize) else { return false };
        if self.followed.len() > MAX_WAYS || !self.followed.insert((index, known.to_vec())) {
            return false;
        }
        self.words.functions.insert(index);
        self.steps(&function.steps, known, depth + 1)
    }
}

/// Both hold; none where they exclude each other.
fn combined(one: &[Known], other: &[Known]) -> Option<Vec<Known>> {
    let mut out: Vec<Known> = Vec::new();
    for (method, path) in one {
        for (asked, at) in other {
            let method = match (method, asked) {
                (Some(own), Some(asked)) if own != asked => continue,
                (own, asked) => own.clone().or_else(|| asked.clone()),
            };
            let path = match (path, at) {
                (Some(Compared::Whole(own)), Some(Compared::Whole(at))) if !same(own, at) => continue,
                (Some(Compared::Whole(own)), Some(Compared::Beginning(at))) if !own.starts_with(at) => continue,
                (Some(own @ Compared::Whole(_)), _) => Some(own.clone()),
                (Some(Compared::Beginning(own)), Some(Compared::Whole(at) | Compared::Beginning(at))) if !at.starts_with(own) && !own.starts_with(at) => {
                    continue;
                }
                (own, at) => at.clone().or_else(|| own.clone()),
            };
            if !out.contains(&(method.clone(), path.clone())) && out.len() < MAX_CHOICES {
                out.push((method, path));
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

impl<'a> Evaluator<'a> {
    /// The ways in that a handler tells apart: methods, path, and the request for which it is to be looked at. A class's method that
    /// tells no paths apart answers at all of them.
    pub(super) fn sorted_ways(
        &mut self,
        closure: &Closure,
        rule: &CallRule,
        method: Option<&str>,
        request: Option<&str>,
    ) -> Vec<(Option<String>, Text, Option<Choice>)> {
        let source = self.program.source(closure.file);
        let Some(function) = source.functions.get(closure.index as usize) else { return Vec::new() };
        let chains = |of: &[String]| of.iter().map(|chain| chain.split('.').map(str::to_owned).collect()).collect();
        let mut words =
            Words { path_of: chains(&rule.sorts), method_of: chains(&rule.tests), file: closure.file, sliced: self.family() == Family::Go, ..Words::default() };
        match request {
            Some(name) => drop(words.requests.insert(name.to_owned())),
            None if rule.handler_methods.is_empty() => {
                let at = rule.handler_takes.iter().position(|ty| !ty.is_empty()).unwrap_or(0);
                words.requests.extend(function.parameters.get(at).map(|parameter| parameter.name.clone()));
            }
            None => drop(words.requests.insert("self".to_owned())),
        }
        let mut sorter = Sorter { source, class: function.class, words, found: Vec::new(), followed: HashSet::new(), budget: MAX_STEPS };
        let start = vec![(method.map(str::to_owned), None)];
        sorter.function(closure.index, &start, 0);
        let words = Rc::new(sorter.words);
        if sorter.found.is_empty() {
            // a function that compares none may hand the request to a framework's application
            return if rule.handler_methods.is_empty() { Vec::new() } else { vec![(method.map(str::to_owned), Text::literal(REST), None)] };
        }
        let way = |(method, path): Known| {
            let path = path?;
            let written = match &path {
                Compared::Whole(path) => path.clone(),
                Compared::Beginning(path) => format!("{}{REST}", path.trim_end_matches('/')),
            };
            Some((method.clone(), Text::literal(written), Some(Choice { method, path: Some(path), words: words.clone() })))
        };
        sorter.found.into_iter().filter_map(way).collect()
    }

    /// A handler of several methods that compares the request's with some is looked at for each of them.
    pub(in crate::compose) fn choice_of_method(&mut self, closure: &Closure, method: &str) -> Option<Choice> {
        let source = self.program.source(closure.file);
        let asked: Vec<String> = METHOD_OF.iter().map(|name| (*name).to_owned()).collect();
        if told_apart(&source.functions, closure.index, &asked).is_empty() {
            return None;
        }
        let function = source.functions.get(closure.index as usize)?;
        let mut words = Words { file: closure.file, ..Words::default() };
        words.method_of = METHOD_OF.iter().flat_map(|name| [vec![(*name).to_owned()], vec!["request".to_owned(), (*name).to_owned()]]).collect();
        words.requests.extend(function.parameters.iter().map(|parameter| self.variable(&parameter.name)));
        words.requests.extend(["request", "self", "this", "$this"].map(str::to_owned));
        let mut sorter = Sorter { source, class: function.class, words, found: Vec::new(), followed: HashSet::new(), budget: MAX_STEPS };
        sorter.function(closure.index, &[(None, None)], 0);
        Some(Choice { method: Some(method.to_owned()), path: None, words: Rc::new(sorter.words) })
    }

    /// The routes of a handler that tells paths apart, or of each method of its class that answers.
    pub(super) fn sorted_routes(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site, router: ObjectId, handler: &Val, guards: Vec<Guard>) {
        let place = self.place(&pack.name);
        let request = self.pick(rule.request.as_ref(), site).and_then(|value| value.literal().map(str::to_owned));
        let mut answering: Vec<(Closure, Option<String>)> = Vec::new();
        let class = match handler {
            Val::Class(file, class) => Some((*file, *class)),
            Val::Object(id) => self.objects[*id].class,
            _ => None,
        };
        match (handler, class) {
            (Val::Function(closure), _) => answering.push((closure.clone(), None)),
            (_, Some((file, class))) => {
                let this = if let Val::Object(id) = self.generic_instance(file, class) { Some(id) } else { None };
                for (name, method) in &rule.handler_methods {
                    if let Some((found, index)) = self.class_method(file, class, name) {
                        answering.push((Closure { file: found, index, scope: None, this }, Some(method.clone())));
                    }
                }
            }
            _ => {}
        }
        let takes = self.handler_takes(pack, rule);
        for (closure, method) in answering {
            for (method, path, choice) in self.sorted_ways(&closure, rule, method.as_deref(), request.as_deref()) {
                let handler = Val::Function(closure.clone());
                let route = Route {
                    methods: vec![method],
                    path,
                    takes: takes.clone(),
                    guards: guards.clone(),
                    choice: choice.map(Rc::new),
                    ..crate::compose::annotated::plain_route(handler, place.clone())
                };
                self.objects[router].events.push(Event::Route(Rc::new(route)));
            }
        }
    }
}

/// Members of requests that are their method.
const METHOD_OF: [&str; 4] = ["method", "Method", "request_method", "getMethod"];

/// Everything below a path.
const REST: &str = "/{path}";
