//! What library calls do, as packs tell it.

mod filters;
mod out;
mod reads;
mod shaped;

pub(super) use filters::Way;

use super::evaluate::{Evaluator, as_text};
use super::library::{Ruled, TypeId};
use super::value::*;
use super::{CodeMain, CodeTrait, Conclusion};
use std::rc::Rc;
use threatline_facts::Text;
use threatline_knowledge::packs::*;
use threatline_model::{EntryPointKind, Grade, Parameter, Property};

/// A flow that is not kept, since only a proof looked at it.
const NO_CALL: usize = usize::MAX;

/// The word of packs for a route that answers nothing.
const NO_METHOD: &str = "-";

/// A library call as it stands.
#[derive(Clone)]
pub(super) struct Site {
    /// The last part of what is called.
    pub(super) method: String,
    pub(super) arguments: Vec<Arg>,
    pub(super) receiver: Option<Val>,
    pub(super) decorated: Option<Val>,
    pub(super) star: Option<String>,
}

impl Site {
    pub(super) fn of(name: &str, arguments: Vec<Arg>, receiver: Option<Val>, decorated: Option<&Val>) -> Self {
        let method = name.rsplit('.').next().unwrap_or(name).to_owned();
        Site { method, arguments, receiver, decorated: decorated.cloned(), star: None }
    }
}

type Matched = Vec<(Ruled<CallRule>, Option<String>)>;

impl<'a> Evaluator<'a> {
    /// Calls a library's function by its full name; what it then does may be what a request says.
    pub(super) fn call_symbol(&mut self, name: &str, arguments: Vec<Arg>, receiver: Option<Val>, decorated: Option<&Val>) -> Val {
        let (mark, told) = (self.mark, self.told(&arguments));
        let value = self.call_named(name, arguments, receiver, decorated);
        if let Some(told) = told {
            self.mark = mark;
            self.sink(name, "", None, &told);
        }
        value
    }

    /// Calls a method of a library's object; what it then does may be what a request says.
    pub(super) fn call_method(&mut self, id: ObjectId, method: &str, arguments: Vec<Arg>, decorated: Option<&Val>) -> Val {
        let (mark, told) = (self.mark, self.told(&arguments));
        let value = self.call_method_plainly(id, method, arguments, decorated);
        if let Some(told) = told {
            self.mark = mark;
            self.sink(&self.method_name(id, method), method, Some(id), &told);
        }
        value
    }

    fn call_named(&mut self, name: &str, arguments: Vec<Arg>, receiver: Option<Val>, decorated: Option<&Val>) -> Val {
        let library = self.program.files[self.file].library;
        let site = Site::of(name, arguments.clone(), receiver, decorated);
        let made = self.apply_rules_of(name, site);
        if let Some(value) = made {
            return value;
        }
        if let Some(ty) = library.type_named(name) {
            return self.make(ty, arguments, None);
        }
        if let Some(value) = self.environment_function(name, &arguments) {
            return value;
        }
        self.run_lambdas(&arguments);
        if let Some(key) = arguments.first().and_then(|argument| argument.value.literal()) {
            self.note_read_by(name, "()", key);
        }
        Val::Made(Rc::new(Made { by: name.to_owned(), arguments }))
    }

    /// Applies what packs say of a full name; the value it gives back, when they say.
    pub(super) fn apply_rules_of(&mut self, name: &str, site: Site) -> Option<Val> {
        let rules = self.program.files[self.file].library.calls(name);
        self.apply_rules(rules, site)
    }

    fn call_method_plainly(&mut self, id: ObjectId, method: &str, arguments: Vec<Arg>, decorated: Option<&Val>) -> Val {
        let name = self.method_name(id, method);
        self.note_whole(&name);
        let Some(ty) = self.objects[id].ty else {
            self.run_lambdas(&arguments);
            return Val::Unknown;
        };
        let library = self.program.files[self.file].library;
        if let Some(call) = self.objects[id].call {
            self.uses(call);
        }
        let site = Site { method: method.to_owned(), arguments: arguments.clone(), receiver: Some(Val::Object(id)), decorated: decorated.cloned(), star: None };
        let rules = library.methods(ty, method);
        if rules.is_empty()
            && let Some((file, index)) = self.program.extension(self.file, method)
        {
            let receiver = Arg { name: None, value: Val::Object(id) };
            let arguments = std::iter::once(receiver).chain(arguments).collect();
            // Other members of the static class are named without it.
            let class = self.program.source(file).functions[index as usize].class;
            let this = class.map(|class| self.generic_instance(file, class));
            let this = if let Some(Val::Object(this)) = this { Some(this) } else { None };
            return self.invoke(&Closure { file, index, scope: None, this }, arguments);
        }
        if rules.is_empty() {
            self.run_lambdas(&arguments);
            if let Some(key) = arguments.first().and_then(|argument| argument.value.literal()) {
                self.note_read_by(&name, "()", key);
            }
            // A name that guards, or a client that is configured step by step.
            return match library.type_rule(ty).rule.role {
                _ if !library.guards(&name).is_empty() || !library.verifies(&name).is_empty() => Val::Made(Rc::new(Made { by: name, arguments })),
                TypeRole::Client if arguments.is_empty() => Val::Object(id),
                TypeRole::App | TypeRole::Router | TypeRole::Methods => Val::Object(id),
                _ => Val::Made(Rc::new(Made { by: name, arguments })),
            };
        }
        let is_guard = !library.guards(&name).is_empty() || !library.verifies(&name).is_empty();
        match self.apply_rules(rules, site) {
            Some(value) => value,
            None if is_guard => Val::Made(Rc::new(Made { by: name, arguments })),
            None => Val::Object(id),
        }
    }

    fn apply_rules(&mut self, rules: Matched, mut site: Site) -> Option<Val> {
        let mut out = None;
        for (ruled, star) in rules {
            if ruled.rule.entries.is_none() && !self.all_hold(&ruled.rule.when, &site.arguments) {
                continue;
            }
            site.star = star;
            if let Some(pattern) = &ruled.rule.fits {
                let text = self.pick(ruled.rule.path.as_ref(), &site).and_then(|value| value.literal().map(str::to_owned));
                let unfit = |text: &str| ruled.rule.unfit.as_ref().is_some_and(|unfit| super::library::starred(unfit, text).is_some());
                let Some(found) = text.filter(|text| !unfit(text)).and_then(|text| super::library::starred(pattern, &text)) else { continue };
                site.star = Some(found);
            }
            let each = match &ruled.rule.entries {
                Some(entries) => self.pick(Some(entries), &site).map(|value| entries_of(&value)).unwrap_or_default(),
                None => each_of(ruled.rule.records, &site.arguments),
            };
            for arguments in each {
                if ruled.rule.entries.is_some() && !self.all_hold(&ruled.rule.when, &arguments) {
                    continue;
                }
                let one = Site { arguments, ..site.clone() };
                if let Some(value) = self.apply_each(ruled, &one)
                    && out.is_none()
                {
                    out = Some(value);
                }
            }
        }
        out
    }

    fn apply(&mut self, ruled: Ruled<CallRule>, site: &Site) -> Option<Val> {
        let Ruled { pack, rule } = ruled;
        match rule.does {
            Verb::Make => {
                let ty = self.given(pack, rule)?;
                return Some(self.make(ty, site.arguments.clone(), Some(rule)));
            }
            Verb::Route => return self.route(pack, rule, site),
            Verb::Mount => self.mount(pack, rule, site),
            Verb::Group => return Some(self.group(pack, rule, site)),
            Verb::Prefix => self.lengthen(rule, site),
            Verb::Filter => return self.filter(pack, rule, site),
            Verb::Both => return self.both(pack, rule, site),
            Verb::Either => return self.either_way(pack, rule, site),
            Verb::Answer => return self.answer(pack, rule, site),
            Verb::Bind => self.bind_described(pack, rule, site),
            Verb::Middleware => self.middleware(pack, rule, site),
            Verb::Narrow => self.narrow(rule, site),
            Verb::Handle => return Some(self.handle(pack, rule, site)),
            Verb::Protect => self.protect(pack, rule, site),
            Verb::Convention => self.note_convention(pack, rule, site),
            Verb::Listen => {
                let port = self.pick(rule.port.as_ref(), site).map(|value| as_text(&value).settled());
                let place = self.place(&pack.name);
                self.out.mains.push(CodeMain { serves: rule.serves.unwrap_or(true), port, place });
                self.run_lambdas(&site.arguments);
            }
            Verb::Request | Verb::Connect | Verb::Stub | Verb::Publish => {
                let value = self.outbound(pack, rule, site);
                // what goes on when the answer is there
                self.run_lambdas(&site.arguments);
                return value;
            }
            Verb::Consume => return self.consume(pack, rule, site),
            Verb::Serve => return self.serve(pack, rule, site),
            Verb::Set => self.set(pack, rule),
            Verb::Flow | Verb::Credential | Verb::Plain | Verb::Tls => self.describe(pack, rule, site),
            Verb::Environment => {
                let key = self.pick(rule.key.as_ref(), site)?.literal()?.to_owned();
                let default = self.pick(rule.default.as_ref(), site).filter(|value| matches!(value, Val::Text(_) | Val::Number(_)));
                return Some(self.environment(&key, default.map(|value| as_text(&value))));
            }
            Verb::Setting => {
                let key = self.pick(rule.key.as_ref(), site)?.literal()?.to_owned();
                let default = self.pick(rule.default.as_ref(), site).filter(|value| matches!(value, Val::Text(_) | Val::Number(_)));
                let default = default.map(|value| as_text(&value));
                // a deployment sets it as a variable: what stands there is read here
                self.note_variable(key.replace(':', "__"), default.clone());
                return Some(Val::Text(Rc::new(Text::Setting { key, default: default.map(Box::new) })));
            }
            Verb::Text => return Some(self.as_one_text(rule, site)),
            Verb::Pass | Verb::Depend => {
                if rule.guards.is_some() {
                    return Some(self.passed_guarded(rule, site));
                }
                let value = self.pick(rule.of.as_ref(), site).unwrap_or(Val::Unknown);
                return Some(if rule.prefix.is_some() { self.stripped(value) } else { value });
            }
            Verb::List => return Some(Val::list(self.select(rule.of.as_ref(), site))),
            Verb::Parameter => return Some(Val::Unknown),
            Verb::Actions => {
                let router = self.router(pack, site);
                return self.resource_actions(pack, rule, site, router);
            }
            Verb::Alias => self.alias(pack, rule, site),
            Verb::Read => self.read_parameters(rule, site),
            Verb::Under => self.note_folder(rule, site),
            Verb::Nothing => {
                self.run_lambdas(&site.arguments);
                return self.given(pack, rule).map(|ty| Val::Object(self.fresh(ty)));
            }
        }
        if let Some(ty) = self.given(pack, rule) {
            return Some(Val::Object(self.fresh(ty)));
        }
        match &site.receiver {
            Some(Val::Object(id)) => Some(Val::Object(*id)),
            _ => None,
        }
    }

    pub(super) fn given(&self, pack: &Pack, rule: &CallRule) -> Option<TypeId> {
        let library = self.program.files[self.file].library;
        rule.gives.as_deref().filter(|name| !name.is_empty()).and_then(|name| library.named(pack, name))
    }

    fn fresh(&mut self, ty: TypeId) -> ObjectId {
        let place = Some(self.place("code"));
        self.object(Object { ty: Some(ty), place, ..Object::default() })
    }

    /// Makes an object of a library's type.
    fn make(&mut self, ty: TypeId, arguments: Vec<Arg>, rule: Option<&CallRule>) -> Val {
        let Ruled { pack, rule: declared } = self.program.files[self.file].library.type_rule(ty);
        let site = Site { method: String::new(), arguments, receiver: None, decorated: None, star: None };
        let prefix = rule.and_then(|rule| rule.prefix.as_ref()).or(declared.prefix.as_ref());
        let base = rule.and_then(|rule| rule.base.as_ref()).or(declared.base.as_ref());
        let guards = rule.and_then(|rule| rule.guards.as_ref()).or(declared.guards.as_ref());
        let prefix = self.pick(prefix, &site).filter(|value| !matches!(value, Val::Null)).map(|value| as_text(&value));
        let base = self.pick(base, &site).map(|value| as_text(&value));
        let guards = self.guards_of(pack, guards, &site);
        let place = Some(self.place(&pack.name));
        let credential = self.pick(rule.and_then(|rule| rule.credential.as_ref()), &site).filter(|value| !matches!(value, Val::Null)).and(place.clone());
        let id = self.object(Object { ty: Some(ty), prefix, base, guards, place, credential, ..Object::default() });
        if let Some(rule) = rule.filter(|rule| rule.child.is_some()) {
            self.adopt(id, pack, rule, &site);
        }
        if declared.role == TypeRole::Client && (declared.protocol.is_some() || declared.technology.is_some()) && declared.protocol.as_deref() != Some("http") {
            let call = self.type_call(id, ty);
            self.objects[id].call = Some(call);
            self.uses(call);
        }
        if declared.listens {
            let place = self.place(&pack.name);
            self.out.mains.push(CodeMain { serves: true, port: None, place });
        }
        Val::Object(id)
    }

    /// The flow that a client's object stands for.
    pub(super) fn type_call(&mut self, id: ObjectId, ty: TypeId) -> usize {
        let Ruled { pack, rule } = self.program.files[self.file].library.type_rule(ty);
        let mut call = call_at(self.place(&pack.name));
        call.protocol = rule.protocol.clone();
        call.technology = rule.technology.clone();
        call.target = self.objects[id].base.clone().or_else(|| setting(rule.setting.as_deref()));
        call.credential = self.objects[id].credential.clone().map(|place| Conclusion { holds: true, grade: Grade::X, places: vec![place] });
        self.record(call)
    }

    fn record(&mut self, mut call: super::CodeCall) -> usize {
        if let Some(target) = &call.target {
            self.goes_where_told(target);
        }
        call.target = call.target.map(Text::settled);
        call.channel = call.channel.map(Text::settled);
        let key = format!(
            "{}|{}|{:?}|{:?}|{:?}|{:?}|{}",
            call.place.path, call.place.mark.0, call.protocol, call.technology, call.target, call.channel, call.consumes
        );
        if let Some(found) = self.call_index.get(&key).copied() {
            if self.alone.is_none() {
                self.alone_calls.remove(&found);
            }
            return found;
        }
        if self.proving > 0 {
            return NO_CALL;
        }
        self.out.calls.push(call);
        let index = self.out.calls.len() - 1;
        if let Some(alone) = self.alone {
            self.alone_calls.insert(index, alone);
        }
        self.call_index.insert(key, index);
        index
    }

    pub(super) fn uses(&mut self, call: usize) {
        if call == NO_CALL {
            return;
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.calls.insert(call);
        }
    }

    /// The router that a call is about: its receiver, or the library's own.
    fn router(&mut self, pack: &Pack, site: &Site) -> ObjectId {
        let receiver = match &site.receiver {
            Some(Val::Object(id)) => Some(*id),
            _ => None,
        };
        let stands_for_all = receiver.is_none_or(|id| self.owned.contains(&id) || self.is_stacked(id));
        // What a handler registers when it runs is no way in.
        if self.settling && stands_for_all && self.family() == Family::Php {
            return self.object(Object { mounted: true, ..Object::default() });
        }
        // In the body of a group it is the group's.
        let group = self.around.iter().rev().find(|(name, _)| *name == pack.name).map(|(_, group)| *group);
        match (receiver, group) {
            (_, Some(group)) if stands_for_all => group,
            (Some(id), _) => id,
            (None, _) => self.single(&format!("{}:router", pack.name), None),
        }
    }

    fn is_stacked(&self, id: ObjectId) -> bool {
        self.objects[id].ty.is_some_and(|ty| self.program.files[self.file].library.type_rule(ty).rule.stacked)
    }

    fn methods(&mut self, method: Option<&String>, from: Option<&Selectors>, default: Option<&Vec<String>>, site: &Site) -> Vec<Option<String>> {
        let mut words: Vec<String> = Vec::new();
        match (method, from) {
            (Some(method), _) => words.push(method.clone()),
            (None, Some(Selectors::One(Selector::Word(word)))) if word == "name" => words.push(site.method.clone()),
            (None, Some(Selectors::One(Selector::Word(word)))) if word == "path" => {}
            (None, Some(from)) => match self.pick(Some(from), site) {
                Some(Val::List(items)) => words.extend(items.iter().filter_map(method_word)),
                Some(_) => words.extend(self.select(Some(from), site).iter().filter_map(method_word)),
                None => {}
            },
            (None, None) => {}
        }
        if words.is_empty() {
            words = default.cloned().unwrap_or_else(|| vec!["*".to_owned()]);
        }
        let mut out: Vec<Option<String>> = Vec::new();
        for word in words.iter().flat_map(|word| word.split([',', '|'])).map(str::trim) {
            let word = word.to_ascii_uppercase();
            if word == NO_METHOD {
                continue;
            }
            let one = (!matches!(word.as_str(), "*" | "ANY" | "ALL" | "")).then_some(word);
            if !out.contains(&one) {
                out.push(one);
            }
        }
        out
    }

    fn route(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site) -> Option<Val> {
        let router = self.router(pack, site);
        let mut methods = self.methods(rule.method.as_ref(), rule.method_from.as_ref(), rule.method_default.as_ref(), site);
        let told = rule.method_default.is_some() && self.pick(rule.method_from.as_ref(), site).is_some_and(|value| !matches!(value, Val::Null));
        if let Some(done) = self.placed(pack, rule, site, router) {
            return Some(done);
        }
        let mut paths: Vec<Text> = Vec::new();
        for value in self.select(rule.path.as_ref(), site) {
            match value {
                Val::List(items) => paths.extend(items.iter().map(as_text)),
                // A regular expression or something else that is no text.
                value => paths.push(as_text(&value)),
            }
        }
        if let Some(before) = self.pick(rule.prefix.as_ref(), site) {
            // below something unknown nothing is known
            if self.family() == Family::Php && !matches!(before, Val::Text(_)) {
                return None;
            }
            let before = as_text(&before).with_defaults();
            paths = paths.into_iter().map(|path| Text::literal(super::text::under(&before, &super::text::of_route(&path)))).collect();
        }
        let mut in_query = Vec::new();
        if let Some(form) = &rule.path_as {
            let star = |path: &Text| {
                site.star.clone().filter(|_| rule.fits.is_some()).or_else(|| path.as_literal().map(|text| text.trim_start_matches('/').replace("//", "/")))
            };
            paths = paths.iter().filter_map(|path| Some(Text::literal(form.replace("{star}", &star(path)?)))).collect();
            in_query.extend(form.split_once('?').map(|(_, query)| parameter(query.split('=').next().unwrap_or(query), "query")));
        }
        if paths.is_empty() {
            if rule.path.is_some() && site.arguments.is_empty() && rule.handler.is_none() {
                return None;
            }
            paths.push(Text::literal(""));
        }
        let handlers = self.select(rule.handler.as_ref(), site);
        let mut guards = self.guards_of(pack, rule.guards.as_ref(), site);
        let handler = handlers.last().cloned().unwrap_or(Val::Unknown);
        let handler = if self.family() == Family::Php { self.callable(handler, rule, router) } else { handler };
        guards.extend(self.action_guards(&handler));
        // `app.get("setting")` reads a setting: a route has a handler.
        if rule.handler.is_some() && handlers.is_empty() {
            return None;
        }
        let place = self.place(&pack.name);
        if pack.clouded {
            guards.push(Guard { value: Val::Unknown, place: place.clone() });
        }
        if let Some(routed) = self.route_of_router(pack, rule, site, router, &handler, paths.first(), &guards) {
            return Some(routed);
        }
        let router = match self.given(pack, rule) {
            Some(ty) if rule.apart => self.object(Object { ty: Some(ty), place: Some(place.clone()), ..Object::default() }),
            // A route that is narrowed after it was made is a router of its own.
            Some(ty) if self.is_router_type(ty) => {
                let child = self.object(Object { ty: Some(ty), place: Some(place.clone()), ..Object::default() });
                self.hang(router, Val::Object(child), None, false, Vec::new(), place.clone());
                child
            }
            _ => router,
        };
        if methods == [None] && !self.objects[router].methods.is_empty() {
            methods = self.objects[router].methods.clone();
        }
        guards.extend(handlers.iter().rev().skip(1).rev().map(|value| Guard { value: value.clone(), place: place.clone() }));
        let kind = rule.kind.as_deref().and_then(EntryPointKind::from_name).unwrap_or(EntryPointKind::Http);
        let takes = self.handler_takes(pack, rule);
        let from_path = matches!(&rule.method_from, Some(Selectors::One(Selector::Word(word))) if word == "path");
        for mut path in paths {
            if from_path
                && let Text::Literal(text) = &path
                && let Some((method, rest)) = text.split_once(' ').or_else(|| shaped::split_method(text))
            {
                methods = vec![Some(method.to_ascii_uppercase())];
                path = Text::literal(rest.trim_start());
            }
            if let Some(under) = &rule.under {
                path = Text::join([super::text::without_end(&path, None), Text::literal(format!("/{under}"))]);
            }
            let answering = match self.mapped(rule, site, &handler) {
                Some(mapped) => mapped,
                None => self.opened(&handler, &methods),
            };
            for (methods, handler, mut own) in answering {
                own.splice(0..0, guards.iter().cloned());
                let route = Route {
                    kind,
                    methods,
                    told,
                    path: path.clone(),
                    handler,
                    takes: takes.clone(),
                    guards: own,
                    place: place.clone(),
                    typed: pack.typed_parameters,
                    parameters: in_query.clone(),
                };
                self.objects[router].events.push(Event::Route(Rc::new(route)));
            }
        }
        Some(match self.given(pack, rule) {
            Some(ty) if !self.is_router_type(ty) => Val::Object(self.fresh(ty)),
            _ => Val::Object(router),
        })
    }

    /// A route whose handler is a router: it hangs there.
    #[allow(clippy::too_many_arguments, reason = "the parts of one route")]
    fn route_of_router(
        &mut self,
        pack: &'static Pack,
        rule: &CallRule,
        site: &Site,
        router: ObjectId,
        handler: &Val,
        path: Option<&Text>,
        guards: &[Guard],
    ) -> Option<Val> {
        let Val::Object(child) = handler else { return None };
        if !self.is_router(*child) || *child == router {
            return None;
        }
        let holds_whole_paths = matches!(&rule.method_from, Some(Selectors::One(Selector::Word(word))) if word == "path") && !self.objects[*child].stripped;
        let path = if holds_whole_paths { None } else { path.cloned() };
        let place = self.place(&pack.name);
        self.hang(router, handler.clone(), path, false, guards.to_vec(), place);
        Some(site.receiver.clone().unwrap_or(Val::Unknown))
    }

    /// What is left of a handler once the path before it is cut off: routers in it stand below that path.
    fn stripped(&mut self, value: Val) -> Val {
        let Val::Object(id) = value else { return value };
        if !self.is_router(id) {
            return value;
        }
        let ty = self.objects[id].ty;
        let place = self.place("code");
        let outer = self.object(Object { ty, place: Some(place.clone()), stripped: true, ..Object::default() });
        self.hang(outer, value, None, false, Vec::new(), place);
        Val::Object(outer)
    }

    fn is_router_type(&self, ty: TypeId) -> bool {
        matches!(self.program.files[self.file].library.type_rule(ty).rule.role, TypeRole::App | TypeRole::Router)
    }

    /// `.Methods("GET")` on a route or a router under construction.
    fn narrow(&mut self, rule: &CallRule, site: &Site) {
        if self.limit(rule, site) {
            return;
        }
        if rule.prefix.is_some() {
            let prefix = self.pick(rule.prefix.as_ref(), site).map(|value| as_text(&value));
            if let Some(Val::Object(id)) = &site.receiver {
                self.objects[*id].prefix = prefix;
            }
            return;
        }
        let Some(Val::Object(id)) = &site.receiver else { return };
        let methods = self.methods(rule.method.as_ref(), rule.method_from.as_ref(), None, site);
        for event in &mut self.objects[*id].events {
            if let Event::Route(route) = event {
                let mut narrowed = (**route).clone();
                narrowed.methods = methods.clone();
                *route = Rc::new(narrowed);
            }
        }
        self.objects[*id].methods = methods;
    }

    /// A `methods` object as handler is several routes.
    fn opened(&mut self, handler: &Val, methods: &[Option<String>]) -> Vec<(Vec<Option<String>>, Val, Vec<Guard>)> {
        if let Val::Object(id) = handler
            && !self.objects[*id].handlers.is_empty()
        {
            let guards = self.objects[*id].guards.clone();
            let one = |one: &Handler| (one.methods.clone(), one.handler.clone(), [guards.clone(), one.guards.clone()].concat());
            return self.objects[*id].handlers.iter().map(one).collect();
        }
        vec![(methods.to_vec(), handler.clone(), Vec::new())]
    }

    pub(super) fn handler_takes(&mut self, pack: &'static Pack, rule: &CallRule) -> Vec<Val> {
        let library = self.program.files[self.file].library;
        let types: Vec<Option<TypeId>> = rule.handler_takes.iter().map(|name| library.named(pack, name)).collect();
        types.into_iter().map(|ty| ty.map_or(Val::Unknown, |ty| Val::Object(self.single(&format!("type:{}", ty.0), Some(ty))))).collect()
    }

    fn mount(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let router = self.router(pack, site);
        if self.placed(pack, rule, site, router).is_some() {
            return;
        }
        // `mount(router)` without a path: what stands in its place is none
        let is_path = |value: &Val| !matches!(value, Val::Null | Val::Object(_) | Val::Function(_) | Val::Class(..) | Val::Module(_) | Val::Missing);
        let path = self.pick(rule.path.as_ref(), site).filter(is_path).map(|value| as_text(&value));
        let guards = self.guards_of(pack, rule.guards.as_ref(), site);
        let place = self.place(&pack.name);
        for child in self.select(rule.child.as_ref(), site) {
            self.hang(router, child, path.clone(), rule.replaces, guards.clone(), place.clone());
        }
    }

    fn hang(&mut self, router: ObjectId, child: Val, path: Option<Text>, replaces: bool, guards: Vec<Guard>, place: super::Place) {
        let child = self.plain_value(child);
        self.note_hung(&child, router, 0);
        self.objects[router].events.push(Event::Mount { child, path, replaces, guards, place });
    }

    fn group(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Val {
        let router = self.router(pack, site);
        let ty = self.given(pack, rule).or(self.objects[router].ty);
        let path = self.pick(rule.path.as_ref(), site).filter(|value| matches!(value, Val::Text(_) | Val::Number(_)));
        let path = path.map_or(Text::literal(rule.path_default.as_deref().unwrap_or_default()), |value| as_text(&value));
        let guards = self.guards_of(pack, rule.guards.as_ref(), site);
        let place = self.place(&pack.name);
        let says_methods = rule.method.is_some() || rule.method_from.is_some() || rule.method_default.is_some();
        let methods = match says_methods {
            true => self.methods(rule.method.as_ref(), rule.method_from.as_ref(), rule.method_default.as_ref(), site),
            false => self.objects[router].methods.clone(),
        };
        let controller = self.pick(rule.controller.as_ref(), site).or_else(|| self.objects[router].controller.clone());
        let namespace = self.inner_namespace(rule, site, router);
        let child = self.object(Object { ty, place: Some(place.clone()), methods, controller, namespace, ..Object::default() });
        self.hang(router, Val::Object(child), Some(path), false, guards, place);
        for body in self.select(rule.body.as_ref(), site) {
            self.around.push((pack.name.clone(), child));
            match self.family() {
                Family::Php => self.group_body(&body, child),
                _ => self.fill(rule, body, child),
            }
            self.around.pop();
        }
        Val::Object(if rule.chained { router } else { child })
    }

    fn middleware(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let router = self.router(pack, site);
        let path = self.pick(rule.path.as_ref(), site).filter(|value| matches!(value, Val::Text(_))).map(|value| as_text(&value));
        let place = self.place(&pack.name);
        let mut guards = Vec::new();
        for guard in self.guards_of(pack, rule.guards.as_ref(), site) {
            let value = self.plain_value(guard.value.clone());
            // `app.use("/x", router)` hangs a router where others hang guards.
            match value {
                Val::Object(id) if self.is_router(id) && id != router => {
                    let before = std::mem::take(&mut guards);
                    self.hang(router, Val::Object(id), path.clone(), false, before, place.clone());
                }
                Val::Either(values) if values.iter().any(|one| matches!(one, Val::Object(id) if self.is_router(*id) && *id != router)) => {
                    let before = std::mem::take(&mut guards);
                    self.hang(router, Val::Either(values), path.clone(), false, before, place.clone());
                }
                Val::Text(_) => {}
                value => guards.push(Guard { value, place: guard.place }),
            }
        }
        // Around the handlers of a `methods` object that are there already.
        for handler in &mut self.objects[router].handlers {
            handler.guards.splice(0..0, guards.iter().cloned());
        }
        if self.is_controller(router) {
            let (only, except) = (self.names_in(rule.only.as_ref(), site), self.names_in(rule.except.as_ref(), site).unwrap_or_default());
            let one = |guard| ActionGuard { guard, only: only.clone(), except: except.clone() };
            let all: Vec<ActionGuard> = guards.into_iter().map(one).collect();
            self.objects[router].action_guards.extend(all);
            return;
        }
        if !guards.is_empty() {
            self.objects[router].events.push(Event::Middleware { guards, path, reach: rule.scope });
        }
    }

    fn has_role(&self, id: ObjectId, role: TypeRole) -> bool {
        self.objects[id].ty.is_some_and(|ty| self.program.files[self.file].library.type_rule(ty).rule.role == role)
    }

    pub(super) fn is_router(&self, id: ObjectId) -> bool {
        let Some(ty) = self.objects[id].ty else { return false };
        let role = self.program.files[self.file].library.type_rule(ty).rule.role;
        matches!(role, TypeRole::App | TypeRole::Router)
    }

    fn handle(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Val {
        let methods = self.methods(rule.method.as_ref(), rule.method_from.as_ref(), rule.method_default.as_ref(), site);
        let handler = self.pick(rule.handler.as_ref(), site).unwrap_or(Val::Unknown);
        let guards = self.guards_of(pack, rule.guards.as_ref(), site);
        let id = match &site.receiver {
            Some(Val::Object(id)) => *id,
            _ => {
                let ty = self.given(pack, rule);
                let place = Some(self.place(&pack.name));
                self.object(Object { ty, place, ..Object::default() })
            }
        };
        match self.objects[id].handlers.last_mut() {
            // `web::get().to(handler)`: the handler of the method before it.
            Some(last) if rule.method.is_none() && rule.method_from.is_none() && last.handler.is_unknown() => {
                last.handler = handler;
                last.guards.extend(guards);
            }
            _ => self.objects[id].handlers.push(Handler { methods, handler, guards }),
        }
        Val::Object(id)
    }

    fn protect(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let router = self.router(pack, site);
        let path = self.pick(rule.path.as_ref(), site).map(|value| as_text(&value));
        let place = self.place(&pack.name);
        if path.is_none() {
            // Without a path it is said of all routes of the object; the name is a guard's.
            let by = self.method_name(router, &site.method);
            let value = Val::Made(Rc::new(Made { by, arguments: site.arguments.clone() }));
            let guards = vec![Guard { value, place }];
            self.objects[router].events.push(Event::Middleware { guards, path: None, reach: threatline_knowledge::packs::Scope::All });
            return;
        }
        self.objects[router].events.push(Event::Protect);
    }

    // ---- properties ------------------------------------------------------------------------------

    fn set(&mut self, pack: &'static Pack, rule: &CallRule) {
        let place = self.place(&pack.name);
        if let Some(found) = set_trait(rule.property.as_deref(), rule.value.as_ref(), rule.grade.as_deref(), place) {
            self.out.traits.push(found);
        }
    }

    fn describe(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let place = self.place(&pack.name);
        let conclusion = |holds: bool| Some(Conclusion { holds, grade: Grade::X, places: vec![place.clone()] });
        let id = match (&site.receiver, self.pick(rule.target.as_ref(), site)) {
            (_, Some(Val::Object(id))) => Some(id),
            (Some(Val::Object(id)), _) => Some(*id),
            _ => None,
        };
        if rule.does == Verb::Credential
            && let Some(id) = id
        {
            self.objects[id].credential = Some(place.clone());
        }
        // Without an object: the request that stands at the same place.
        let call = match id {
            Some(id) => self.objects[id].call,
            None => self.out.calls.iter().rposition(|call| call.place.path == place.path && call.place.mark == place.mark),
        };
        let Some(call) = call.and_then(|at| self.out.calls.get_mut(at)) else { return };
        match rule.does {
            Verb::Credential => call.credential = conclusion(true),
            Verb::Plain => call.encrypted = conclusion(false),
            Verb::Tls => call.encrypted = conclusion(true),
            _ => {
                if let (Some(property), Some(value)) = (rule.property.as_deref().and_then(Property::from_name), rule.value.as_ref().map(toml_value)) {
                    call.properties.push((property, value, vec![place]));
                }
            }
        }
    }

    fn as_one_text(&mut self, rule: &CallRule, site: &Site) -> Val {
        let Some(value) = self.pick(rule.of.as_ref(), site) else { return Val::Unknown };
        if rule.format {
            let at = site.arguments.iter().position(|argument| matches!(argument.value, Val::Text(_))).map_or(0, |at| at + 1);
            let rest: Vec<Arg> = site.arguments.iter().skip(at).cloned().collect();
            return match &value {
                Val::Text(text) => Val::Text(Rc::new(super::text::format(text, &self.marked(rest)))),
                _ => Val::Unknown,
            };
        }
        if matches!(&rule.method_from, Some(Selectors::One(Selector::Word(word))) if word == "name") {
            return Val::Text(Rc::new(Text::join([Text::literal(format!("{} ", site.method)), as_text(&value)])));
        }
        match value {
            Val::Text(_) | Val::Number(_) => Val::Text(Rc::new(as_text(&value))),
            other => other,
        }
    }
}

use threatline_knowledge::packs::Family;

/// Each entry of a map as arguments: key and value, or the value alone where a number is the key.
fn entries_of(value: &Val) -> Vec<Vec<Arg>> {
    let plain = |value: Val| Arg { name: None, value };
    match value {
        Val::Map(entries) => {
            let one = |(key, value): &(String, Val)| match key.parse::<usize>() {
                Ok(_) => vec![plain(value.clone())],
                Err(_) => vec![plain(Val::text(key)), plain(value.clone())],
            };
            entries.iter().take(2_000).map(one).collect()
        }
        Val::List(items) => items.iter().take(2_000).map(|item| vec![plain(item.clone())]).collect(),
        _ => Vec::new(),
    }
}

/// The arguments, or once for each record in one of them that is a list of records.
fn each_of(at: Option<usize>, arguments: &[Arg]) -> Vec<Vec<Arg>> {
    let records: Vec<Val> = match at.and_then(|at| arguments.get(at)).map(|argument| &argument.value) {
        Some(Val::List(items)) => items.iter().filter(|item| matches!(item, Val::Map(_))).take(64).cloned().collect(),
        Some(Val::Map(entries)) => {
            let numbered = entries.iter().filter(|(key, value)| key.parse::<usize>().is_ok() && matches!(value, Val::Map(_)));
            numbered.take(64).map(|(_, value)| value.clone()).collect()
        }
        _ => Vec::new(),
    };
    if records.is_empty() {
        return vec![arguments.to_vec()];
    }
    let with = |record: Val| {
        let mut all = arguments.to_vec();
        if let Some(slot) = at.and_then(|at| all.get_mut(at)) {
            slot.value = record;
        }
        all
    };
    records.into_iter().map(with).collect()
}

/// The rpc's name in the definition by that of the method that implements it.
fn rpc_name(method: &str) -> String {
    let upper = |part: &str| {
        let mut letters = part.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect::<String>())
    };
    method.split('_').map(upper).collect()
}

/// `(Request request, ServerCallContext context)`, or one with a stream.
fn is_csharp_rpc(function: &threatline_facts::code::Function) -> bool {
    let last = function.parameters.last().and_then(|parameter| parameter.declared.as_ref());
    last.is_some_and(|declared| declared.name.rsplit('.').next() == Some("ServerCallContext"))
}

/// `(ctx, *Request) (*Reply, error)`, or one with a stream.
fn is_go_rpc(function: &threatline_facts::code::Function) -> bool {
    let named = |at: usize| function.parameters.get(at).and_then(|parameter| parameter.declared.as_ref()).map_or("", |declared| declared.name.as_str());
    let last = function.parameters.len().saturating_sub(1);
    let unary =
        function.parameters.len() == 2 && named(0) == "context.Context" && function.returns.as_ref().is_some_and(|returns| returns.arguments.len() == 2);
    unary
        || (last < 2 && (named(last).ends_with("Server") || named(last).starts_with("grpc.")))
        || (last <= 2 && named(0) == "context.Context" && named(last).starts_with("connect.") && named(last).ends_with("Stream"))
}

fn setting(key: Option<&str>) -> Option<Text> {
    key.map(|key| Text::Setting { key: key.to_owned(), default: None })
}

fn starts_with_slash(text: &Text) -> bool {
    match text {
        Text::Literal(text) => text.starts_with('/'),
        Text::Joined(parts) => parts.first().is_some_and(starts_with_slash),
        _ => false,
    }
}

/// `GET`, `HttpMethod.GET`, `http.MethodGet`.
fn method_word(value: &Val) -> Option<String> {
    match value {
        Val::Symbol(name) => Some(name.rsplit('.').next().unwrap_or(name).trim_start_matches("Method").to_owned()),
        value => value.literal().map(str::to_owned),
    }
}

/// A parameter with a known place.
pub(super) fn parameter(name: &str, place: &str) -> Parameter {
    Parameter { name: name.to_owned(), place: place.to_owned() }
}

/// A property as a pack writes it.
pub(super) fn set_trait(property: Option<&str>, value: Option<&Literal>, grade: Option<&str>, place: super::Place) -> Option<CodeTrait> {
    let property = Property::from_name(property?)?;
    let grade = match grade {
        Some("X") => Grade::X,
        Some("C") => Grade::C,
        Some("S") => Grade::S,
        _ => Grade::P,
    };
    Some(CodeTrait { property, value: toml_value(value?), grade, places: vec![place] })
}

pub(super) fn toml_value(value: &Literal) -> threatline_model::Value {
    use threatline_model::Value as V;
    match value {
        Literal::Boolean(flag) => V::Flag(*flag),
        Literal::Integer(number) => V::Number((*number).max(0) as u64),
        Literal::Array(items) => V::List(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()),
        other => V::Text(other.as_str().map_or_else(|| other.to_string(), str::to_owned)),
    }
}
