//! Routes that a program tells apart itself: it compares the path that a request asks for with texts, perhaps its method
//! too, and each branch answers what it was compared with.
//!
//! Packs say which members of a request are its path and its method (`[[asked]]`). What a branch reads are the parameters
//! of its route. Who is let in is known only if the function as a whole turns others away: what stands around it is not
//! followed.

use super::Place;
use super::annotated::plain_route;
use super::evaluate::Evaluator;
use super::guard::calls_in_step;
use super::value::*;
use hashbrown::{HashMap, HashSet};
use std::rc::Rc;
use threatline_facts::Text;
use threatline_facts::code::*;
use threatline_knowledge::packs::{AskedRule, Pack};

/// Methods of HTTP; another text is none.
const METHODS: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"];

/// Conditions nest this deep at most, and so many requests does one tell apart.
const MAX_DEPTH: usize = 32;
const MAX_WAYS: usize = 64;

/// A request that a condition lets through, as far as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    path: Option<String>,
    method: Option<&'static str>,
    pack: Option<&'static str>,
}

/// What is asked where evaluation stands.
#[derive(Debug, Default)]
pub(super) struct Asking {
    /// The requests that come through to here; empty where nothing was compared.
    ways: Vec<Asked>,
    /// How many routes were told.
    told: usize,
    seen: HashSet<(Place, String, Option<&'static str>)>,
    /// What a branch left behind, by its place.
    pub(super) left: HashMap<Place, Effects>,
}

/// What a part of a condition names.
enum Part {
    Path(&'static Pack),
    Method(&'static Pack),
    Text(String),
    Other,
}

impl<'a> Evaluator<'a> {
    /// Runs a branch under its condition; it is a route if it is told of one request, and tells no further ones.
    pub(super) fn under_condition<T>(&mut self, condition: &'a Value, branch: &'a [Step], scope: &Scope, run: impl FnOnce(&mut Self) -> T) -> T {
        if self.settling || self.proving > 0 || !self.program.files[self.file].library.asks() {
            return run(self);
        }
        let own = self.ways_asked(condition, scope, 0);
        if own.is_empty() {
            return run(self);
        }
        let around = std::mem::take(&mut self.asking.ways);
        self.asking.ways = if around.is_empty() { own } else { both(&around, &own) };
        let told = self.asking.told;
        let place = self.place_of_branch(branch);
        self.frames.push(Effects::default());
        let out = run(self);
        let effects = self.frames.pop().unwrap_or_default();
        if let Some(frame) = self.frames.last_mut() {
            frame.merge(&effects);
        }
        let ways = std::mem::replace(&mut self.asking.ways, around);
        if self.asking.told == told && does_something(branch) {
            self.tell_asked(&ways, &place, effects);
        }
        out
    }

    /// Where a branch begins.
    fn place_of_branch(&self, branch: &'a [Step]) -> Place {
        let mut place = self.place("code");
        let mut calls = Vec::new();
        branch.iter().take(4).for_each(|step| calls_in_step(step, &mut calls));
        let first = branch.iter().find_map(|step| if let Step::Bind { mark, .. } = step { Some(*mark) } else { None });
        if let Some(mark) = calls.iter().map(|call| call.mark).chain(first).min() {
            place.mark = mark;
        }
        place
    }

    fn tell_asked(&mut self, ways: &[Asked], place: &Place, effects: Effects) {
        let Some((file, index)) = self.now_running() else { return };
        for way in ways {
            let (Some(path), Some(pack)) = (&way.path, way.pack) else { continue };
            self.asking.told += 1;
            let place = Place { by: pack.into(), ..place.clone() };
            if self.asking.seen.insert((place.clone(), path.clone(), way.method)) {
                let mut route = plain_route(Val::Function(Closure { file, index, scope: None, this: None }), place.clone());
                route.methods = vec![way.method.map(str::to_owned)];
                route.told = true;
                route.path = Text::literal(path.clone());
                route.guards = vec![Guard { value: Val::Unknown, place: place.clone() }];
                let router = self.single(&format!("{pack}:asked"), None);
                self.objects[router].events.push(Event::Route(Rc::new(route)));
            }
            self.asking.left.entry(place).or_default().merge(&effects);
        }
    }

    /// The requests for which a condition holds; none where it is not only of that.
    fn ways_asked(&mut self, condition: &'a Value, scope: &Scope, depth: usize) -> Vec<Asked> {
        if depth > MAX_DEPTH {
            return Vec::new();
        }
        match condition {
            Value::Operator(operator, parts) => match (operator.as_str(), parts.as_slice()) {
                ("and" | "&&", parts) => {
                    let mut out = Vec::new();
                    for part in parts {
                        let own = self.ways_asked(part, scope, depth + 1);
                        out = match (out.is_empty(), own.is_empty()) {
                            (true, _) => own,
                            (_, true) => out,
                            _ => both(&out, &own),
                        };
                    }
                    out
                }
                ("or" | "||", parts) => self.any_of(parts, scope, depth),
                ("==" | "===", [left, right]) => self.equal(left, right, scope),
                _ => Vec::new(),
            },
            Value::Either(parts) => self.any_of(parts, scope, depth),
            Value::Unknown(parts) if parts.len() == 1 => self.ways_asked(&parts[0], scope, depth + 1),
            Value::Call(call) => self.comparing(call, scope),
            _ => Vec::new(),
        }
    }

    /// One that says nothing lets all through.
    fn any_of(&mut self, parts: &'a [Value], scope: &Scope, depth: usize) -> Vec<Asked> {
        let mut out = Vec::new();
        for part in parts {
            let own = self.ways_asked(part, scope, depth + 1);
            if own.is_empty() {
                return Vec::new();
            }
            out.extend(own);
        }
        out.truncate(MAX_WAYS);
        out
    }

    /// `path.Equals("/x")`, `"GET".equalsIgnoreCase(method)`, `string.Equals(path, "/x")`, `path.StartsWith("/x/")`.
    fn comparing(&mut self, call: &'a Call, scope: &Scope) -> Vec<Asked> {
        let Value::Member(object, name) = &call.callee else { return Vec::new() };
        let name = name.to_ascii_lowercase();
        let first = call.arguments.first().map(|argument| &argument.value);
        if name.starts_with("equal") {
            let second = call.arguments.get(1).map(|argument| &argument.value);
            let own = first.map(|first| self.equal(object, first, scope)).unwrap_or_default();
            return match (first, second) {
                (Some(first), Some(second)) if own.is_empty() => self.equal(first, second, scope),
                _ => own,
            };
        }
        if matches!(name.as_str(), "startswith" | "starts_with" | "hasprefix") {
            let parts = first.map(|first| (self.part(object, scope), self.part(first, scope)));
            if let Some((Part::Path(pack), Part::Text(text))) = parts
                && text.len() > 1
            {
                return way_to(&format!("{}/{{path}}", text.trim_end_matches('/')), pack);
            }
        }
        Vec::new()
    }

    fn equal(&mut self, left: &'a Value, right: &'a Value, scope: &Scope) -> Vec<Asked> {
        if let (Value::List(left), Value::List(right)) = (left, right) {
            let mut out: Vec<Asked> = Vec::new();
            for (left, right) in left.iter().zip(right) {
                let own = self.equal(left, right, scope);
                out = if out.is_empty() || own.is_empty() { [out, own].concat() } else { both(&out, &own) };
            }
            return out;
        }
        match (self.part(left, scope), self.part(right, scope)) {
            (Part::Path(pack), Part::Text(text)) | (Part::Text(text), Part::Path(pack)) => way_to(&text, pack),
            (Part::Method(pack), Part::Text(text)) | (Part::Text(text), Part::Method(pack)) => {
                let known = METHODS.iter().find(|method| method.eq_ignore_ascii_case(&text)).copied();
                known.map(|method| Asked { path: None, method: Some(method), pack: Some(&pack.name) }).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn part(&mut self, value: &'a Value, scope: &Scope) -> Part {
        let own = self.value(value, scope);
        if let Some(text) = own.literal() {
            return Part::Text(text.to_owned());
        }
        let name = match &own {
            Val::Method(id, method) => self.method_name(*id, method),
            Val::Made(made) => made.by.clone(),
            Val::Symbol(name) => name.to_string(),
            _ => return Part::Other,
        };
        let library = self.program.files[self.file].library;
        let mut name = name.as_str();
        // in other letters, or without a slash at its end, it is the same
        loop {
            if let Some((pack, is_path)) = library.asked(name) {
                return if is_path { Part::Path(pack) } else { Part::Method(pack) };
            }
            match name.rsplit_once('.') {
                Some((of, form)) if ["to", "trim", "strip"].iter().any(|word| form.to_ascii_lowercase().starts_with(word)) => name = of,
                _ => return Part::Other,
            }
        }
    }
}

/// What a pack calls the parts of a request, by the names that rules know.
pub(super) fn names_asked(rule: &'static AskedRule) -> impl Iterator<Item = (&'static String, bool)> {
    rule.path.iter().map(|name| (name, true)).chain(rule.method.iter().map(|name| (name, false)))
}

fn way_to(path: &str, pack: &'static Pack) -> Vec<Asked> {
    // a request's path begins with a slash, and what is compared with something else is a part of it
    let path = path.split(['?', '#']).next().unwrap_or(path);
    if !path.starts_with('/') {
        return Vec::new();
    }
    vec![Asked { path: Some(path.to_owned()), method: None, pack: Some(&pack.name) }]
}

/// Whether a branch calls or gives back something, or sets a member: one that but notes what was asked answers nothing.
fn does_something(branch: &[Step]) -> bool {
    let mut calls = Vec::new();
    branch.iter().for_each(|step| calls_in_step(step, &mut calls));
    let says = |step: &Step| matches!(step, Step::Return(Some(_)) | Step::Bind { target: Value::Member(..), .. });
    !calls.is_empty() || branch.iter().any(says)
}

/// Requests that come through both.
fn both(first: &[Asked], second: &[Asked]) -> Vec<Asked> {
    let mut out = Vec::new();
    for one in first {
        for other in second {
            let agree = |one: Option<&str>, other: Option<&str>| one.is_none() || other.is_none() || one == other;
            if out.len() < MAX_WAYS && agree(one.path.as_deref(), other.path.as_deref()) && agree(one.method, other.method) {
                out.push(Asked { path: other.path.clone().or_else(|| one.path.clone()), method: other.method.or(one.method), pack: one.pack.or(other.pack) });
            }
        }
    }
    out
}
