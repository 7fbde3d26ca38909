//! Which functions guard, and how surely.
//!
//! A guard is proven on the paths of its own body: every way on (calling `next`, returning from a
//! dependency, running the handler) must lie behind a check, and a check is a call that fails unless a
//! credential is valid, or a branch that turns the request away with 401 or 403 for a reason other than
//! that a header is absent. What cannot be read makes nothing true.

mod asked;
mod beside;
mod compared;
mod contained;
mod dependencies;
mod located;
mod paths;
mod proved;
mod refuse;
mod settled;
mod shapes;
mod statuses;
mod tested;
mod words;

use super::Place;
use super::evaluate::{Evaluator, leaves};
use super::value::*;
pub(super) use proved::Proof;
use shapes::*;
use statuses::*;
use std::collections::BTreeSet;
use std::rc::Rc;
use threatline_facts::code::*;
use threatline_knowledge::packs::{Effect, Family, Verb};
use words::*;
pub(super) use words::{calls_in as calls_within, calls_in_step};

/// What stands between a caller and what comes after the guard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) authenticates: bool,
    pub(super) authorizes: bool,
    /// Only whose record it is may go on.
    pub(super) owns: bool,
    pub(super) exempts: bool,
    pub(super) rate_limits: bool,
    pub(super) verifies_signature: bool,
    /// Only requests that change something are kept from strangers.
    pub(super) writes: bool,
    /// Something in it could not be read: nothing may be concluded from what it does not show.
    pub(super) unclear: bool,
    /// It is decided by what was read and not understood: others that are guarded say nothing of it.
    pub(super) undecided: bool,
    /// A check that was understood stands on some way through it.
    pub(super) checks: bool,
    pub(super) places: Vec<Place>,
    /// Where the handler itself asks, whatever stands before it.
    pub(super) asked: Option<Place>,
}

impl Verdict {
    pub(super) fn unclear() -> Self {
        Verdict { unclear: true, ..Verdict::default() }
    }

    /// This and then another one: both stand on the way.
    pub(super) fn and(&mut self, other: Verdict) {
        self.authenticates |= other.authenticates;
        self.authorizes |= other.authorizes;
        self.owns |= other.owns;
        self.exempts |= other.exempts;
        self.rate_limits |= other.rate_limits;
        self.verifies_signature |= other.verifies_signature;
        self.writes |= other.writes;
        self.unclear |= other.unclear;
        self.undecided |= other.undecided;
        self.checks |= other.checks;
        for place in other.places {
            if !self.places.contains(&place) {
                self.places.push(place);
            }
        }
    }

    fn of(effect: Effect, place: Place) -> Self {
        let mut out = Verdict::default();
        match effect {
            Effect::Authenticates => out.authenticates = true,
            Effect::Authorizes => (out.authenticates, out.authorizes) = (true, true),
            Effect::Exempts => out.exempts = true,
            Effect::RateLimits => out.rate_limits = true,
            Effect::VerifiesSignature => out.verifies_signature = true,
            // A credential may or must be there, and who checks it is elsewhere.
            Effect::Optional => out.unclear = true,
            Effect::Harmless | Effect::Contained => return out,
        }
        out.places.push(place);
        out
    }
}

/// An effect by its name.
fn effect_of(name: &str) -> Option<Effect> {
    use Effect::*;
    [Authenticates, Authorizes, Optional, Exempts, RateLimits, VerifiesSignature, Harmless].into_iter().find(|effect| format!("{effect:?}") == name)
}

/// The method with which a handler of Go answers.
pub(super) const SERVES: &str = "ServeHTTP";

/// Stands for what a route itself says: that it needs no guard.
pub(super) const EXEMPT: &str = "=exempts";

/// A function behind a library's decorator.
pub(super) fn wrapped(guard: Val, value: Val, place: Place) -> Val {
    match value {
        Val::Function(_) | Val::Guarded(_) | Val::Class(..) => Val::Guarded(Rc::new((Guard { value: guard, place }, value))),
        value => value,
    }
}

/// Methods of a guard's class that are asked for every request.
const GUARDING: [&str; 12] = [
    "dispatch",
    "__call__",
    "invoke",
    "InvokeAsync",
    "doFilterInternal",
    "doFilter",
    "preHandle",
    "interceptCall",
    "use",
    "canActivate",
    "intercept",
    "handle",
];

/// Methods of a guard's class in PHP, Elixir and Swift, beside those that such classes have everywhere.
fn guarding_methods(family: Family) -> &'static [&'static str] {
    match family {
        Family::Php => &["process", "__invoke", "before"],
        Family::Elixir => &["call"],
        Family::Swift => &["respond"],
        _ => &[],
    }
}

/// So many steps after a branch that goes on are taken for its other branch; each may hold another.
const MAX_REST: usize = 16;

/// What is known on a path through a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Known {
    authenticated: bool,
    authorized: bool,
    owned: bool,
}

impl Known {
    fn meet(self, other: Known) -> Known {
        let both = |of: fn(&Known) -> bool| of(&self) && of(&other);
        Known { authenticated: both(|known| known.authenticated), authorized: both(|known| known.authorized), owned: both(|known| known.owned) }
    }
}

/// Walks the paths of one function.
struct Prover {
    /// What holds wherever it goes on; none if it never does.
    onward: Option<Known>,
    /// Going on is calling something (`next()`), not returning.
    calls_on: bool,
    /// The function that is called to go on, if it is known.
    inner: Option<Val>,
    /// It also goes on past that function, with nothing known (`if (open(req)) return next()`).
    passes: bool,
    parameters: BTreeSet<String>,
    places: Vec<Place>,
    unclear: bool,
    inside_verify: bool,
    depth: usize,
    /// The class of the function, and whether what it gives back decides.
    class: Option<(FileId, u32)>,
    decides: bool,
    /// What decorators tell let it on before anything was refused.
    exempted: bool,
    /// Nothing of the function follows the steps that are walked.
    last: bool,
    /// What those who fall out of the steps that are walked are refused with.
    behind: Option<u16>,
    /// The function that is walked and those written in place around the steps, innermost last.
    within: Vec<u32>,
}

impl Prover {
    /// One that begins with a function of these parameters, so deep in others.
    fn new(parameters: BTreeSet<String>, depth: usize) -> Self {
        Prover {
            onward: None,
            calls_on: false,
            inner: None,
            passes: false,
            parameters,
            places: Vec::new(),
            unclear: false,
            inside_verify: false,
            depth,
            class: None,
            decides: false,
            exempted: false,
            last: true,
            behind: None,
            within: Vec::new(),
        }
    }
}

impl<'a> Evaluator<'a> {
    /// What a guard does.
    pub(super) fn judge(&mut self, guard: &Guard, depth: usize) -> Verdict {
        if depth > 8 {
            return Verdict::unclear();
        }
        match &guard.value {
            Val::Symbol(name) => self.judge_name(&name.clone(), None, &guard.place, depth),
            Val::Made(made) => {
                let made = made.clone();
                self.judge_name(&made.by, Some(&made.arguments), &guard.place, depth)
            }
            Val::Method(id, name) => {
                let name = self.method_name(*id, name);
                self.judge_name(&name, None, &guard.place, depth)
            }
            Val::Function(closure) => match self.asks_only(closure, &guard.place, depth) {
                Some(verdict) => verdict,
                None => self.prove(&closure.clone(), depth).0,
            },
            Val::Guarded(inner) => {
                let mut out = self.judge(&inner.0.clone(), depth + 1);
                out.and(self.judge(&Guard { value: inner.1.clone(), place: guard.place.clone() }, depth + 1));
                out
            }
            Val::List(items) => {
                let mut out = Verdict::default();
                for item in items.iter().take(16) {
                    out.and(self.judge(&Guard { value: item.clone(), place: guard.place.clone() }, depth + 1));
                }
                out
            }
            Val::Object(id) => self.judge_object(*id, guard, depth),
            Val::Class(file, class) => {
                if self.program.files[*file].family == Family::Python
                    && let Some(verdict) = self.judge_answering(*file, *class, guard, depth)
                {
                    return verdict;
                }
                let (file, class) = (*file, *class);
                let own = guarding_methods(self.program.files[file].family);
                match GUARDING.iter().chain(own).find_map(|name| self.class_method(file, class, name)) {
                    Some((found, index)) => {
                        let this = self.guarding(file, class);
                        self.prove(&Closure { file: found, index, scope: None, this }, depth).0
                    }
                    None => self.judge_bases(file, class, guard, depth),
                }
            }
            Val::Module(file) => match self.plain_value(Val::Module(*file)) {
                Val::Module(_) => Verdict::unclear(),
                value => self.judge(&Guard { value, place: guard.place.clone() }, depth + 1),
            },
            Val::Null | Val::Boolean(_) | Val::Number(_) | Val::Text(_) | Val::Map(_) => Verdict::default(),
            // It may stand there or not: what never guards is no matter.
            Val::Either(values) if self.family() == Family::JavaScript => {
                let all: Vec<Verdict> =
                    values.iter().take(8).map(|value| self.judge(&Guard { value: value.clone(), place: guard.place.clone() }, depth + 1)).collect();
                // A guard that is only named is not known.
                let named = values.iter().any(|value| matches!(value, Val::Text(_)));
                if !named && all.iter().all(|one| *one == Verdict::default()) { Verdict::default() } else { Verdict::unclear() }
            }
            Val::Either(values) => self.judge_either(&values.clone(), guard, depth),
            Val::Action(..) | Val::Unknown | Val::Missing | Val::Folder(_) => Verdict { undecided: self.guards_by_name(), ..Verdict::unclear() },
        }
    }

    /// The object whose method decides, where its fields say by what.
    fn guarding(&mut self, file: FileId, class: u32) -> Option<ObjectId> {
        if !matches!(self.program.files[file].family, Family::Elixir | Family::JavaScript | Family::Php) {
            return None;
        }
        if let Val::Object(id) = self.generic_instance(file, class) { Some(id) } else { None }
    }

    /// A class that decides as its base in a library does; what it does with the outcome must be read.
    fn judge_bases(&mut self, file: FileId, class: u32, guard: &Guard, depth: usize) -> Verdict {
        let (_, foreign) = self.bases(file, class);
        let library = self.program.files[file].library;
        let Some(base) = foreign.into_iter().find(|name| !library.guards(name).is_empty()) else { return Verdict::unclear() };
        if let Some((found, index)) = self.class_method(file, class, "handleRequest") {
            let this = self.guarding(file, class);
            return self.prove(&Closure { file: found, index, scope: None, this }, depth + 1).0;
        }
        self.judge_name(&base, Some(&[]), &guard.place, depth)
    }

    fn judge_object(&mut self, id: ObjectId, guard: &Guard, depth: usize) -> Verdict {
        // a chain of guards that was put together before (`alice.New(a, b)`, `ServiceBuilder::new().layer(a)`)
        let chained = self.objects[id].guards.clone();
        if !chained.is_empty() && self.objects[id].ty.is_some() && !self.is_router(id) {
            let mut out = Verdict::default();
            for one in chained.iter().take(32) {
                out.and(self.judge(one, depth + 1));
            }
            return out;
        }
        if let Some(ty) = self.objects[id].ty {
            let library = self.program.files[self.file].library;
            let rule = library.type_rule(ty).rule;
            let names: Vec<&String> = rule.names.iter().collect();
            if let Some(name) = names.into_iter().find(|name| !library.guards(name).is_empty()) {
                return self.judge_name(&name.clone(), None, &guard.place, depth);
            }
        }
        let php = self.objects[id].class.filter(|(file, _)| self.program.files[*file].family == Family::Php);
        let family = self.objects[id].class.map(|(file, _)| self.program.files[file].family).filter(|family| matches!(family, Family::Php | Family::Swift));
        let own = family.map_or(&[][..], guarding_methods);
        match GUARDING.iter().chain(own).find_map(|name| self.method(id, name)) {
            Some(closure) => self.prove(&closure, depth).0,
            None if self.is_router(id) => Verdict::default(),
            None => match php {
                Some((file, class)) => self.judge_bases(file, class, guard, depth),
                None => Verdict::unclear(),
            },
        }
    }

    /// A function that only asks another one whether the caller may (`fn () => current_user_can('edit')`).
    fn asks_only(&mut self, closure: &Closure, place: &Place, depth: usize) -> Option<Verdict> {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let [Step::Return(Some(Value::Call(call)))] = function.steps.as_slice() else { return None };
        if self.program.files[closure.file].family != Family::Php {
            return None;
        }
        let scope = self.enter(closure, Vec::new());
        let name = self.within(closure.file, |this| this.name_of(&call.callee, &scope))?;
        let library = self.program.files[closure.file].library;
        (!library.guards(&name).is_empty()).then(|| self.judge_name(&name, None, place, depth))
    }

    fn judge_name(&mut self, name: &str, arguments: Option<&[Arg]>, place: &Place, depth: usize) -> Verdict {
        if let Some(telling) = name.strip_prefix(super::attributes::TELLS) {
            if let Some(property) = telling.strip_prefix('=').and_then(threatline_model::Property::from_name) {
                self.say(property, true, place.clone());
            }
            self.attribute_at(telling, arguments.unwrap_or_default(), place);
            return Verdict::default();
        }
        self.attribute_at(name, arguments.unwrap_or_default(), place);
        if let Some(own) = self.named_guards.get(name).cloned() {
            let mut out = Verdict::default();
            for guard in own.iter().take(32) {
                // A name that stands for itself is a library's.
                let itself = matches!(&guard.value, Val::Made(made) if made.by == name);
                out.and(if itself { Verdict::unclear() } else { self.judge_within(guard) });
            }
            return out;
        }
        if name == EXEMPT {
            return Verdict::of(Effect::Exempts, place.clone());
        }
        if let Some(effect) = name.strip_prefix(super::verbs::EFFECT).and_then(effect_of) {
            return Verdict::of(effect, place.clone());
        }
        let library = self.library_of(place);
        let rules = library.guards(name);
        for ruled in &rules {
            if ruled.rule.call && arguments.is_none() {
                continue;
            }
            if !ruled.rule.routes_of.is_empty() && !ruled.rule.routes_of.iter().any(|pack| **pack == *place.by) {
                continue;
            }
            if self.all_hold(&ruled.rule.when, arguments.unwrap_or_default()) {
                let place = Place { by: ruled.pack.name.as_str().into(), ..place.clone() };
                if ruled.rule.effect == Effect::Contained {
                    return self.judge_contained(ruled.rule, arguments.unwrap_or_default(), &place, depth + 1);
                }
                let effect = if self.is_cloudy(&ruled.rule.mapped_by, &ruled.rule.clouded_by) { Effect::Optional } else { ruled.rule.effect };
                let mut out = Verdict::of(effect, place);
                if ruled.rule.reads_pass {
                    out = Verdict { writes: out.authenticates, authenticates: false, authorizes: false, owns: false, ..out };
                }
                return out;
            }
        }
        // A wrapper that a pack knows by another verb (parsers, static files) does not guard.
        let known = library.calls(name).iter().any(|(ruled, _)| matches!(ruled.rule.does, Verb::Nothing | Verb::Set));
        let unclear = rules.is_empty() && !known;
        Verdict { unclear, undecided: unclear && self.guards_by_name(), ..Verdict::default() }
    }

    /// Whether what nobody knows before a route is most often a guard; in other languages it is most often something else.
    fn guards_by_name(&self) -> bool {
        matches!(self.family(), Family::Go | Family::Rust)
    }

    fn library_of(&self, place: &Place) -> &'static super::library::Library {
        let file = self.program.file_at(&place.path).unwrap_or(self.file);
        self.program.files[file].library
    }

    fn prove_body(&mut self, closure: &Closure, depth: usize) -> (Verdict, Option<Val>) {
        if depth > 8 {
            return (Verdict::unclear(), None);
        }
        let (file, mark) = (self.file, self.mark);
        self.file = closure.file;
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        // `func guard(next Handler) Handler { return func(…) { … next(…) } }`: what it gives back is the guard.
        if let Some(inner) = self.given_back(closure, function) {
            let out = self.prove_body(&inner, depth + 1);
            self.file = file;
            self.mark = mark;
            return out;
        }
        let scope = self.enter(closure, Vec::new());
        // A guard gets what the handler gets.
        let taking = if self.family() == Family::JavaScript { self.taking.clone() } else { Vec::new() };
        for (parameter, value) in function.parameters.iter().zip(taking) {
            if !parameter.name.is_empty() && scope.own(&parameter.name).is_none_or(|own| own.is_unknown()) {
                scope.set(&parameter.name, value);
            }
        }
        // Local functions are hoisted; locals are bound as the walk meets them.
        let mut parameters: BTreeSet<String> = function.parameters.iter().map(|parameter| parameter.name.clone()).collect();
        parameters.extend(function.parameters.iter().flat_map(|parameter| parameter.names.iter().cloned()));
        if self.family() == Family::Php {
            parameters = parameters.iter().map(|name| self.variable(name)).collect();
        }
        let mut prover = Prover::new(parameters, depth);
        prover.class = function.class.map(|class| (closure.file, class));
        prover.within.push(closure.index);
        prover.decides = matches!(function.name.as_str(), "canActivate" | "preHandle");
        prover.calls_on = self.goes_on_by_call(&function.steps, &prover, &scope);
        let own = Place { path: self.program.files[closure.file].path.clone(), mark: function.mark, by: "code".into() };
        let mut start = Known::default();
        // Dependencies of a dependency run before it.
        let strict = std::mem::replace(&mut self.strict, false);
        for guard in self.dependencies(closure) {
            let verdict = self.judge(&guard, depth + 1);
            start.authenticated |= verdict.authenticates;
            start.authorized |= verdict.authorizes;
            start.owned |= verdict.owns;
            prover.unclear |= verdict.unclear;
            prover.places.extend(verdict.places);
        }
        // what was depended on is called, and decides; which of several that is may be a setting
        prover.unclear |= prover.calls_on && !start.authenticated && self.family() == Family::Python && !self.dependencies(closure).is_empty();
        // What goes on to something else is a guard, also where it is written as a handler.
        self.strict = strict && !prover.calls_on;
        let end = self.walk(&function.steps, start, &mut prover, &scope);
        if let (Some(end), false) = (end, prover.calls_on) {
            prover.onward = Some(prover.onward.map_or(end, |before| before.meet(end)));
        }
        let known = prover.onward.unwrap_or_default();
        // of a guard; a handler that refuses may be a login
        let mut undecided = false;
        if !known.authenticated && !prover.exempted && self.refuses_somewhere(&function.steps, &scope, &[closure.index]) {
            // It turns some requests away, for reasons that were not understood.
            prover.unclear = true;
            undecided = !strict;
        }
        // a handler of whom nobody tells it who calls fails; what tells it may let others pass that go elsewhere
        prover.unclear |= strict && self.family() == Family::Python && takes_told_caller(&function.steps);
        self.strict = strict;
        self.file = file;
        self.mark = mark;
        let mut verdict = Verdict {
            authenticates: known.authenticated,
            authorizes: known.authorized,
            owns: known.owned,
            unclear: prover.unclear,
            undecided,
            checks: !prover.places.is_empty(),
            ..Verdict::default()
        };
        if known != Known::default() {
            verdict.places.push(own);
            for place in prover.places {
                if !verdict.places.contains(&place) {
                    verdict.places.push(place);
                }
            }
        }
        // What it goes on to may check as well.
        let inner = prover.inner;
        if let Some(inner @ (Val::Function(_) | Val::Guarded(_))) = &inner {
            let place = Place { path: self.program.files[closure.file].path.clone(), mark: function.mark, by: "code".into() };
            let next = self.judge(&Guard { value: inner.clone(), place }, depth + 1);
            // Whom it lets past, and whether that is some route's everybody, was not understood.
            if prover.passes {
                verdict.unclear = true;
                return (verdict, None);
            }
            verdict.and(next);
        }
        (verdict, inner)
    }

    /// The function that a wrapper of what goes on gives back, where it is written in place.
    fn given_back(&mut self, closure: &Closure, function: &'a Function) -> Option<Closure> {
        let Some(Step::Return(Some(Value::Function(index)))) = function.steps.last() else { return None };
        if function.parameters.is_empty() || self.family() == Family::Python {
            return None;
        }
        match self.invoke(closure, Vec::new()) {
            Val::Function(inner) if inner.file == closure.file && inner.index == *index => Some(inner),
            _ => None,
        }
    }

    /// Whether a function may go on to what stands behind it.
    pub(super) fn may_go_on(&mut self, closure: &Closure) -> bool {
        let file = std::mem::replace(&mut self.file, closure.file);
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let parameters = function.parameters.iter().map(|parameter| parameter.name.clone()).collect();
        let prover = Prover::new(parameters, 0);
        self.proving += 1;
        let scope = self.enter(closure, Vec::new());
        let goes_on = self.goes_on_by_call(&function.steps, &prover, &scope);
        self.proving -= 1;
        self.file = file;
        goes_on
    }

    /// A type of the project that is made out of the request before a Rust handler runs, or rejects it.
    pub(super) fn extractor(&mut self, parameter: &'a Parameter, scope: &Scope) -> Option<Guard> {
        if self.family() != Family::Rust {
            return None;
        }
        let declared = parameter.declared.as_ref().filter(|declared| !declared.name.is_empty())?;
        let found = match self.type_value(&declared.name, scope) {
            Val::Class(file, class) => ["from_request_parts", "from_request"].iter().find_map(|name| self.class_method(file, class, name)),
            _ => None,
        };
        let value = match found {
            Some((file, index)) => Val::Function(Closure { file, index, scope: None, this: None }),
            None => match self.known_extractor(&declared.name, scope) {
                Some(known) => Val::Symbol(known),
                // Made out of the request by code that is not at hand: it may reject.
                None if suggests_caller(&declared.name) => Val::Unknown,
                None => return None,
            },
        };
        self.mark = parameter.mark;
        Some(Guard { value, place: self.place("code") })
    }

    /// A library's type that packs name among the guards: where a handler takes it, it was made out of a request.
    fn known_extractor(&mut self, name: &str, scope: &Scope) -> Option<Rc<str>> {
        let Val::Symbol(name) = self.type_value(name, scope) else { return None };
        (!self.program.files[self.file].library.guards(&name).is_empty()).then_some(name)
    }

    fn is_verb(&mut self, callee: &'a Value, verb: Verb, scope: &Scope) -> bool {
        let Some(name) = self.name_of(callee, scope) else { return false };
        self.program.files[self.file].library.calls(&name).iter().any(|(ruled, _)| ruled.rule.does == verb)
    }

    // ---- the walk --------------------------------------------------------------------------------

    /// The handler behind guards and wrappers, with what they prove.
    pub(super) fn handler_verdict(&mut self, handler: &Val, place: &Place) -> (Verdict, Option<Closure>) {
        let mut verdict = Verdict::default();
        let mut value = handler.clone();
        for _ in 0..8 {
            match value {
                Val::Guarded(inner) => {
                    verdict.and(self.judge(&inner.0.clone(), 0));
                    value = inner.1.clone();
                }
                Val::Function(closure) => {
                    for guard in self.dependencies(&closure).into_iter().chain(self.annotated_guards(&closure)) {
                        let one = self.judge(&guard, 0);
                        verdict.and(one);
                    }
                    self.strict = true;
                    let (own, inner) = self.prove(&closure, 0);
                    self.strict = false;
                    verdict.and(own);
                    match inner {
                        Some(next @ (Val::Function(_) | Val::Guarded(_))) => value = next,
                        _ => return (verdict, Some(closure)),
                    }
                }
                Val::Class(..) | Val::Object(_) | Val::Null => return (verdict, None),
                Val::Made(ref made) => {
                    // A wrapper of a library: known guards guard; the function it is given is the handler.
                    let made = made.clone();
                    let own = self.judge_name(&made.by, Some(&made.arguments), place, 0);
                    let inner =
                        made.arguments.iter().map(|argument| &argument.value).find(|value| matches!(value, Val::Function(_) | Val::Guarded(_) | Val::Made(_)));
                    match inner {
                        Some(inner) => value = inner.clone(),
                        // A guard with nothing behind it (the beginning of a login) guards nothing.
                        None => return (Verdict { unclear: true, ..verdict }, None),
                    }
                    verdict.and(own);
                }
                _ => {
                    verdict.unclear = true;
                    return (verdict, None);
                }
            }
        }
        (verdict, None)
    }
}
