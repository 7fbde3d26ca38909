//! Routes that are filters put together: each lets some requests through, both of two, or either, and one at the
//! end answers. A filter is kept as the list of ways through it; a way that somebody answers is a route.

use super::*;
use crate::compose::Place;
use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_facts::code::{Step, Value};

/// Ways that are kept of one filter: both of two large ones is a product.
const MAX_WAYS: usize = 2_000;

/// The most cases of one function that are looked at.
const MAX_CASES: usize = 500;

/// A part of a path as packs write it where it has no name.
const UNNAMED: &str = "{param}";

/// Where a way got its answer: file, line, and its number among those that were made there.
type AnswerKey = (Arc<str>, u32, usize);

/// The filter of such a way, its path, and how many guards stand on it.
type Answered = (ObjectId, Text, usize);

/// A way through a filter.
#[derive(Clone, Debug)]
pub(in crate::compose) struct Way {
    path: Vec<Text>,
    methods: Vec<Option<String>>,
    parameters: Vec<Parameter>,
    guards: Vec<Guard>,
    /// What is run at its end, and whether that may turn the request away.
    run: Option<(Val, bool)>,
    kind: EntryPointKind,
    /// It is a way in whether or not somebody is seen to answer.
    described: bool,
    place: Place,
    /// Where it was answered, or described, and the how many-th there.
    origin: Option<(Place, usize)>,
}

impl Way {
    fn new(place: Place) -> Self {
        Way {
            path: Vec::new(),
            methods: Vec::new(),
            parameters: Vec::new(),
            guards: Vec::new(),
            run: None,
            kind: EntryPointKind::Http,
            described: false,
            place,
            origin: None,
        }
    }

    /// The whole path.
    fn whole(&self) -> Text {
        let is_empty = |part: &&Text| matches!(part, Text::Literal(text) if text.is_empty() || text == "/");
        let slash = |part: &Text| if begins(part) { Text::literal("") } else { Text::literal("/") };
        let parts: Vec<Text> = self.path.iter().filter(|part| !is_empty(part)).flat_map(|part| [slash(part), part.clone()]).collect();
        if parts.is_empty() { Text::literal("/") } else { Text::join(parts) }
    }

    /// What tells it from other ways, wherever it hangs.
    fn key(&self) -> Option<AnswerKey> {
        self.origin.as_ref().map(|(place, at)| (place.path.clone(), place.mark.0, *at))
    }

    /// What is answered in a function is its answer.
    fn answered_in(mut self, closure: &Closure) -> Self {
        if let Some((handler, false)) = &mut self.run
            && !matches!(handler, Val::Function(_))
        {
            *handler = Val::Function(closure.clone());
        }
        self
    }

    /// Parts of the path that have no name yet get the names under which a function takes them.
    fn name_parts(&mut self, names: &[&str]) {
        let mut names = names.iter();
        for part in &mut self.path {
            let Text::Literal(text) = part else { continue };
            while let Some(at) = text.find(UNNAMED) {
                let Some(name) = names.next() else { return };
                text.replace_range(at..at + UNNAMED.len(), &format!("{{{name}}}"));
            }
        }
    }

    /// What was run before something else follows guards it, if it may refuse.
    fn followed(mut self) -> Self {
        if let Some((value, true)) = self.run.take() {
            self.guards.push(Guard { value, place: self.place.clone() });
        }
        self
    }

    /// One, then the other.
    fn then(&self, next: &Way) -> Way {
        let (mut out, next) = (self.clone().followed(), next.clone());
        out.path.extend(next.path);
        out.methods.extend(next.methods.into_iter().filter(|method| !self.methods.contains(method)));
        out.parameters.extend(next.parameters);
        out.guards.extend(next.guards);
        out.run = next.run;
        out.origin = next.origin.or(out.origin);
        out.described |= next.described;
        if out.kind == EntryPointKind::Http {
            out.kind = next.kind;
        }
        out
    }
}

impl Evaluator<'_> {
    /// A library's own filter.
    pub(super) fn sieve(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let mut ways = self.told_ways(pack, rule, site);
        for value in self.select(rule.child.as_ref(), site) {
            ways = self.followed_by(ways, &value);
        }
        self.of_ways(pack, rule, ways)
    }

    /// What a rule itself asks of a request.
    fn told_ways(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Vec<Way> {
        let mut way = Way::new(self.place(&pack.name));
        let told = self.select(rule.path.as_ref(), site);
        way.path.extend(told.iter().filter(|value| !matches!(value, Val::Null) && self.ways(value).is_none()).map(as_text));
        way.path.extend(rule.under.as_deref().map(Text::literal));
        if rule.method.is_some() || rule.method_from.is_some() {
            way.methods = self.methods(rule.method.as_ref(), rule.method_from.as_ref(), None, site);
        }
        if let Some(place) = rule.r#in.as_deref() {
            let keys = self.select(rule.key.as_ref(), site);
            let named: Vec<&str> = keys.iter().filter_map(Val::literal).collect();
            match (place, named.as_slice()) {
                ("path", _) => way.path.push(Text::Literal(format!("{{{}}}", named.first().unwrap_or(&"param")))),
                (_, []) => way.parameters.push(parameter(place, place)),
                (_, named) => way.parameters.extend(named.iter().map(|key| parameter(key, place))),
            }
        }
        way.kind = rule.kind.as_deref().and_then(EntryPointKind::from_name).unwrap_or(EntryPointKind::Http);
        way.guards = self.guards(rule.guards.as_ref(), site);
        if rule.handler.is_some() {
            way.run = Some((self.pick(rule.handler.as_ref(), site).unwrap_or(Val::Unknown), false));
            way.origin = Some((way.place.clone(), 0));
        }
        let mut ways = vec![way];
        // filters among what tells the path
        for value in &told {
            if self.ways(value).is_some() {
                ways = self.followed_by(ways, value);
            }
        }
        ways
    }

    /// The filters that a value is, without a claim to be part of something.
    fn ways(&self, value: &Val) -> Option<Rc<Vec<Way>>> {
        match value {
            Val::Object(id) => self.objects[*id].ways.clone(),
            _ => None,
        }
    }

    /// Each way, then what a value lets through; a function is told what the ways took out of the path.
    fn followed_by(&mut self, mut first: Vec<Way>, next: &Val) -> Vec<Way> {
        if let Val::Function(closure) = next {
            let function = &self.program.source(closure.file).functions[closure.index as usize];
            let names: Vec<&str> = function.parameters.iter().map(|parameter| parameter.name.as_str()).filter(|name| !name.is_empty()).collect();
            first.iter_mut().for_each(|way| way.name_parts(&names));
        }
        let second = self.ways_of(Some(next));
        let mut out = Vec::new();
        for one in &first {
            out.extend(second.iter().take(MAX_WAYS.saturating_sub(out.len())).map(|next| one.then(next)));
        }
        out
    }

    /// Requests that both let through.
    pub(super) fn both(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let mut out = match &site.receiver {
            Some(receiver) if !matches!(receiver, Val::Symbol(_)) => self.ways_of(Some(receiver)),
            _ => vec![Way::new(self.place(&pack.name))],
        };
        let told = self.told_ways(pack, rule, site);
        out = out.iter().flat_map(|one| told.iter().map(|next| one.then(next))).take(MAX_WAYS).collect();
        for next in self.select(rule.child.as_ref(), site) {
            out = self.followed_by(out, &next);
        }
        self.of_ways(pack, rule, out)
    }

    /// Requests that one of two lets through.
    pub(super) fn either_way(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let mut out = match &site.receiver {
            Some(receiver) if !matches!(receiver, Val::Symbol(_)) => self.ways_of(Some(receiver)),
            _ => Vec::new(),
        };
        for next in self.select(rule.child.as_ref(), site) {
            out.extend(self.ways_of(Some(&next)));
            out.truncate(MAX_WAYS);
        }
        let guards = self.guards(rule.guards.as_ref(), site);
        let before = self.select(rule.path.as_ref(), site);
        for way in &mut out {
            way.guards.splice(0..0, guards.iter().cloned());
            way.path.splice(0..0, before.iter().map(as_text));
        }
        self.of_ways(pack, rule, out)
    }

    /// A function that tells its argument apart by patterns: each case is a filter, and what it does answers.
    pub(super) fn cases(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let Some(Val::Function(closure)) = self.pick(rule.handler.as_ref(), site) else { return None };
        let program = self.program;
        let mut steps = &program.source(closure.file).functions[closure.index as usize].steps;
        let scope = crate::compose::value::Scope::new(closure.scope.clone());
        let place = self.place(&pack.name);
        let mut out = Vec::new();
        for _ in 0..MAX_CASES {
            let [Step::If { condition, then, otherwise }] = steps.as_slice() else { break };
            steps = otherwise;
            let Some(pattern) = pattern_of(condition) else { continue };
            let value = self.within(closure.file, |this| this.value(pattern, &scope));
            let Some(ways) = self.ways(&value) else { continue };
            let answer = match then.as_slice() {
                [Step::Return(Some(Value::Call(call)))] => match &call.callee {
                    Value::Function(index) => Val::Function(Closure { file: closure.file, index: *index, scope: Some(scope.clone()), this: closure.this }),
                    _ => Val::Unknown,
                },
                _ => Val::Unknown,
            };
            if let Val::Object(id) = value {
                self.objects[id].mounted = true;
            }
            let before = out.len();
            let place = match &answer {
                Val::Function(closure) => Place { mark: program.source(closure.file).functions[closure.index as usize].mark, ..place.clone() },
                _ => place.clone(),
            };
            let answered = |(at, way): (usize, &Way)| {
                let origin = Some((place.clone(), before + at));
                Way { run: Some((answer.clone(), false)), origin, place: place.clone(), ..way.clone() }
            };
            out.extend(ways.iter().enumerate().take(MAX_WAYS.saturating_sub(before)).map(answered));
        }
        let guards = self.guards(rule.guards.as_ref(), site);
        out.iter_mut().for_each(|way| way.guards.splice(0..0, guards.iter().cloned()).for_each(drop));
        self.of_ways(pack, rule, out)
    }

    /// Several filters as one: each lets its own through.
    pub(in crate::compose) fn any_filter(&mut self, values: &[Val]) -> Option<Val> {
        let mut ty = None;
        let mut out = Vec::new();
        for value in values {
            let Val::Object(id) = value else { return None };
            out.extend(self.objects[*id].ways.clone()?.iter().cloned());
            ty = ty.or(self.objects[*id].ty);
            self.objects[*id].mounted = true;
        }
        out.truncate(MAX_WAYS);
        let place = Some(self.place("code"));
        Some(Val::Object(self.object(Object { ty, place, ways: Some(Rc::new(out)), ..Object::default() })))
    }

    /// What is handed to something of which nothing is known may be refused by that.
    pub(in crate::compose) fn handed_filter(&mut self, arguments: &[Arg]) -> Option<Val> {
        let [Arg { value: Val::Object(id), .. }] = arguments else { return None };
        if self.is_uniform() { self.perhaps_refused(*id) } else { None }
    }

    fn perhaps_refused(&mut self, id: ObjectId) -> Option<Val> {
        let (ways, ty) = (self.objects[id].ways.clone()?, self.objects[id].ty);
        self.objects[id].mounted = true;
        let place = self.place("code");
        let guard = Guard { value: Val::Unknown, place: place.clone() };
        let ways = ways.iter().map(|way| Way { guards: [vec![guard.clone()], way.guards.clone()].concat(), ..way.clone() }).collect();
        Some(Val::Object(self.object(Object { ty, place: Some(place), ways: Some(Rc::new(ways)), ..Object::default() })))
    }

    /// What is not understood and is handed something that answers may refuse before it does.
    pub(in crate::compose) fn around_filter(&mut self, arguments: &[Arg]) -> Option<Val> {
        let [Arg { value: Val::Function(closure), .. }] = arguments else { return None };
        if !self.is_uniform() {
            return None;
        }
        match self.invoke(&closure.clone(), Vec::new()) {
            Val::Object(id) => self.perhaps_refused(id),
            _ => None,
        }
    }

    /// What is run with the requests that come through; `scope = "all"` says that it may refuse them.
    pub(super) fn respond(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let handler = self.pick(rule.handler.as_ref(), site).unwrap_or(Val::Unknown);
        let refuses = rule.scope == threatline_knowledge::packs::Scope::All;
        let place = self.place(&pack.name);
        let ways = self.ways_of(site.receiver.as_ref()).into_iter();
        let guards = self.guards(rule.guards.as_ref(), site);
        let run = |(at, way): (usize, Way)| {
            let mut out = Way { run: Some((handler.clone(), refuses)), origin: Some((place.clone(), at)), place: place.clone(), ..way.followed() };
            out.guards.extend(guards.iter().cloned());
            out
        };
        let out = ways.enumerate().map(run).collect();
        self.of_ways(pack, rule, out)
    }

    fn of_ways(&mut self, pack: &'static Pack, rule: &CallRule, mut ways: Vec<Way>) -> Option<Val> {
        if rule.nowhere {
            ways.clear();
        }
        ways.iter_mut().for_each(|way| way.described |= rule.described);
        let ty = self.given(pack, rule)?;
        let place = Some(self.place(&pack.name));
        Some(Val::Object(self.object(Object { ty: Some(ty), place, ways: Some(Rc::new(ways)), ..Object::default() })))
    }

    /// The ways through a filter, which is part of another one from here on; one that is not known may refuse.
    fn ways_of(&mut self, value: Option<&Val>) -> Vec<Way> {
        match value {
            Some(Val::Text(text)) if self.is_uniform() => {
                let place = self.place("code");
                return vec![Way { path: vec![(**text).clone()], ..Way::new(place) }];
            }
            Some(Val::Symbol(name)) if self.is_uniform() && self.stands_for_call(name) => {
                let made = self.call_symbol(&name.clone(), Vec::new(), None, None);
                if !matches!(made, Val::Symbol(_)) {
                    return self.ways_of(Some(&made));
                }
            }
            // which of them is not known, so neither is who may
            Some(Val::Either(values)) if self.is_uniform() => {
                let mut out: Vec<Way> = values.clone().iter().flat_map(|value| self.ways_of(Some(value))).take(MAX_WAYS).collect();
                let place = self.place("code");
                out.iter_mut().for_each(|way| way.guards.insert(0, Guard { value: Val::Unknown, place: place.clone() }));
                return out;
            }
            Some(Val::List(items)) if self.is_uniform() => {
                return items.clone().iter().flat_map(|value| self.ways_of(Some(value))).take(MAX_WAYS).collect();
            }
            Some(Val::Function(closure)) if self.is_uniform() => {
                let closure = closure.clone();
                return match self.invoke(&closure, Vec::new()) {
                    Val::Function(_) => Vec::new(),
                    inner => self.ways_of(Some(&inner)).into_iter().map(|way| way.answered_in(&closure)).collect(),
                };
            }
            _ => {}
        }
        if let Some(Val::Object(id)) = value
            && let Some(ways) = self.objects[*id].ways.clone()
        {
            self.objects[*id].mounted = true;
            return ways.to_vec();
        }
        let place = self.place("code");
        let guard = Guard { value: Val::Unknown, place: place.clone() };
        vec![Way { guards: vec![guard], ..Way::new(place) }]
    }

    /// Ways of filters that are part of no other become routes, if somebody answers. What was looked at by itself and is
    /// also part of something, as another object of its class or another run of its function made it, is there once.
    pub(in crate::compose) fn settle_filters(&mut self) {
        let is_top = |id: &ObjectId| self.objects[*id].ways.is_some() && !self.objects[*id].mounted;
        let tops: Vec<ObjectId> = (0..self.objects.len()).filter(is_top).collect();
        let mut found: BTreeMap<AnswerKey, Vec<Answered>> = BTreeMap::new();
        for top in &tops {
            for way in self.objects[*top].ways.clone().iter().flat_map(|ways| ways.iter()) {
                if let Some(key) = way.key() {
                    found.entry(key).or_default().push((*top, way.whole(), way.guards.len()));
                }
            }
        }
        for id in tops {
            let Some(ways) = self.objects[id].ways.clone() else { continue };
            for way in ways.iter() {
                if way.path.is_empty() && way.methods.is_empty() || way.run.is_none() && !way.described {
                    continue;
                }
                let path = way.whole();
                let others = way.key().and_then(|key| found.get(&key)).map(Vec::as_slice).unwrap_or_default();
                if others.iter().take(MAX_WAYS).any(|(top, other, guards)| *top != id && is_part(&path, other, way.guards.len(), *guards)) {
                    continue;
                }
                let mut guards = way.guards.clone();
                if way.run.is_none() {
                    guards.push(Guard { value: Val::Unknown, place: way.place.clone() });
                }
                let handler = way.run.clone().map_or(Val::Unknown, |(handler, _)| handler);
                let methods = if way.methods.is_empty() { vec![None] } else { way.methods.clone() };
                let route = Route {
                    kind: way.kind,
                    methods,
                    told: true,
                    path,
                    handler,
                    takes: Vec::new(),
                    guards,
                    place: way.origin.as_ref().map_or(&way.place, |(place, _)| place).clone(),
                    typed: false,
                    answered_by: Vec::new(),
                    choice: None,
                    unplaced: false,
                    parameters: way.parameters.clone(),
                };
                self.objects[id].events.push(Event::Route(Rc::new(route)));
            }
        }
    }
}

/// Whether one way is the end of another, or the same with fewer guards.
fn is_part(path: &Text, of: &Text, guards: usize, of_guards: usize) -> bool {
    if path == of {
        return guards < of_guards;
    }
    match (path, of) {
        (Text::Literal(path), Text::Literal(of)) => of.ends_with(path.as_str()) || path == "/",
        // what is put together of known and unknown parts is longer than a part of it
        (Text::Literal(path), Text::Joined(parts)) => parts.last().is_some_and(|last| is_part(&Text::Literal(path.clone()), last, 0, 1)),
        _ => false,
    }
}

/// Whether a part of a path brings its own slash.
fn begins(part: &Text) -> bool {
    match part {
        Text::Literal(text) => text.starts_with('/'),
        Text::Joined(parts) => parts.first().is_some_and(begins),
        _ => false,
    }
}

/// The pattern that stands for itself in the test of a case.
fn pattern_of(condition: &Value) -> Option<&Value> {
    match condition {
        Value::Operator(operator, parts) if operator == "case" => parts.get(1),
        Value::Operator(operator, parts) if operator == "and" => parts.first().and_then(pattern_of),
        _ => None,
    }
}
