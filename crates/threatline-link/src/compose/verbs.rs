//! What library calls do, as packs tell it.

mod answer;
mod controllers;
mod fields;
mod filters;
mod intercept;
mod items;
mod named;
mod out;
mod reads;
mod resources;
mod schema;
mod shape;
mod shaped;
mod tested;

pub(super) use filters::Way;
pub(super) use tested::told_apart;

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

/// So many items of a list are registered at most.
const MOST_ITEMS: usize = 2_000;

/// Before the name of an effect that stands for a guard.
pub(super) const EFFECT: &str = "!";

/// A library call as it stands.
#[derive(Clone)]
pub(super) struct Site {
    /// The full name of a function of a library; empty for methods of objects.
    pub(super) name: String,
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
        Site { name: name.to_owned(), method, arguments, receiver, decorated: decorated.cloned(), star: None }
    }
}

type Matched = Vec<(Ruled<CallRule>, Option<String>)>;

impl<'a> Evaluator<'a> {
    /// Calls a library's function by its full name; what it then does may be what a request says.
    pub(super) fn call_symbol(&mut self, name: &str, arguments: Vec<Arg>, receiver: Option<Val>, decorated: Option<&Val>) -> Val {
        let (mark, told) = (self.mark, self.told(&arguments, receiver.as_ref()));
        self.opened = None;
        let made_by = told.as_ref().and(receiver.clone());
        self.note_attribute(name, &arguments);
        let value = self.call_named(name, arguments, receiver, decorated);
        if let Some(told) = told {
            self.mark = mark;
            self.disclose(None, &told);
            self.asks_model(None, name, &told);
            self.sink(name, "", made_by, &told);
        }
        value
    }

    /// Calls a method of a library's object; what it then does may be what a request says.
    pub(super) fn call_method(&mut self, id: ObjectId, method: &str, arguments: Vec<Arg>, decorated: Option<&Val>) -> Val {
        let (mark, told) = (self.mark, self.told(&arguments, None));
        self.opened = None;
        self.asks_store(id, method, &arguments);
        let value = self.call_method_plainly(id, method, arguments, decorated);
        if let Some(told) = told {
            self.mark = mark;
            self.disclose(Some(id), &told);
            self.sink(&self.method_name(id, method), method, Some(Val::Object(id)), &told);
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
            return self.make(ty, arguments, None, name);
        }
        if let Some(value) = self.environment_function(name, &arguments) {
            return value;
        }
        let wrapped = if name.contains('.') { None } else { self.handed_filter(&arguments) };
        if let Some(value) = wrapped.or_else(|| self.around_filter(&arguments)) {
            return value;
        }
        self.run_lambdas(&arguments);
        self.note_whole(name);
        self.note_read_by(name, "()", &arguments);
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
        self.note_attribute(&name, &arguments);
        let Some(ty) = self.objects[id].ty else {
            self.run_lambdas(&arguments);
            return Val::Unknown;
        };
        let library = self.program.files[self.file].library;
        self.opens_its_own(id, ty);
        if let Some(call) = self.objects[id].call {
            self.uses(call);
        }
        let site = Site {
            name: String::new(),
            method: method.to_owned(),
            arguments: arguments.clone(),
            receiver: Some(Val::Object(id)),
            decorated: decorated.cloned(),
            star: None,
        };
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
            self.note_read_by(&name, "()", &arguments);
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

    pub(super) fn apply_rules(&mut self, rules: Matched, mut site: Site) -> Option<Val> {
        let mut out = None;
        for (ruled, star) in rules {
            site.star = star;
            // Of a list or a map, each item is asked for itself.
            let is_many = ruled.rule.entries.is_some() || items::items_over(ruled.rule, &site.arguments).is_some();
            if !is_many && !self.all_hold(&ruled.rule.when, &site.arguments) || !self.fits(ruled.rule, &mut site) {
                continue;
            }
            if let Some(value) = self.apply_over(ruled, &site)
                && out.is_none()
            {
                out = Some(value);
            }
        }
        out
    }

    fn apply(&mut self, ruled: Ruled<CallRule>, site: &Site) -> Option<Val> {
        let Ruled { pack, rule } = ruled;
        match rule.does {
            Verb::Make => {
                let ty = self.given(pack, rule)?;
                let made = self.make(ty, site.arguments.clone(), Some(rule), &site.name);
                if let Val::Object(id) = &made {
                    self.made_within(pack, rule, site, *id);
                    for value in self.select(rule.fields.as_ref(), site) {
                        let fields: Vec<(String, Val)> = match &value {
                            Val::Map(entries) => entries.to_vec(),
                            Val::Object(other) => self.objects[*other].fields.clone().into_iter().collect(),
                            _ => Vec::new(),
                        };
                        self.objects[*id].fields.extend(fields);
                    }
                }
                if let (Some(_), Val::Object(id)) = (&rule.body, &made) {
                    let takes = self.handler_takes(pack, rule);
                    self.within_router(pack, rule, site, *id, takes);
                }
                self.becomes = if let (true, Val::Object(id)) = (rule.becomes, &made) { Some(*id) } else { None };
                return Some(made);
            }
            Verb::Route => return self.route(pack, rule, site),
            Verb::Mount => return self.mount(pack, rule, site),
            Verb::Group => return Some(self.group(pack, rule, site)),
            Verb::Prefix => self.lengthen(rule, site),
            Verb::Sieve => return self.sieve(pack, rule, site),
            Verb::Both => return self.both(pack, rule, site),
            Verb::Either => return self.either_way(pack, rule, site),
            Verb::Respond => return self.respond(pack, rule, site),
            Verb::Cases => return self.cases(pack, rule, site),
            Verb::Takes => self.takes(pack, rule, site),
            Verb::Bind => self.bind_described(pack, rule, site),
            Verb::Middleware => self.middleware(pack, rule, site),
            Verb::Intercept => {
                let made = self.given(pack, rule).map(|ty| Val::Object(self.fresh(ty)));
                self.intercept(pack, rule, site, made.as_ref());
                return made.or_else(|| site.receiver.clone());
            }
            Verb::Narrow => self.narrow(rule, site),
            Verb::Resources if rule.handler.is_some() => return self.resource_of(pack, rule, site),
            Verb::Resources => self.resources(pack, rule, site),
            Verb::Before | Verb::Skip => self.before_handlers(pack, rule, site),
            Verb::Precede => self.precede(pack, rule, site),
            Verb::Declare => self.declare_parameters(rule, site),
            Verb::Keep => self.keep(rule, site),
            Verb::Load => self.load(pack, rule, site),
            Verb::Replay => self.replayed(pack, rule, site),
            Verb::Field => self.decorate_object(rule, site),
            Verb::Schema => return self.graphql(pack, rule, site),
            Verb::Expose => return self.expose(pack, rule, site),
            Verb::Options => self.options(rule, site),
            Verb::Crud => return Some(self.crud(pack, rule, site)),
            Verb::Choose => self.choose(rule, site),
            Verb::Folder => self.hang_folder(pack, rule, site),
            Verb::Start => return self.start(pack, rule, site),
            Verb::Below => self.prefixed(rule, site),
            Verb::Versions => self.versioned(rule, site),
            Verb::Tell => return None,
            Verb::Told => return Some(self.told_here(rule, site)),
            Verb::Answer => return Some(self.answer(pack, rule, site)),
            Verb::Root => self.root(pack, rule, site),
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
            Verb::Column => {
                let name = self.pick(rule.key.as_ref(), site)?.literal()?.to_owned();
                let place = self.place(&pack.name);
                self.out.data.extend(threatline_knowledge::catalogue::data_class(&name).map(|(class, confidence)| (place, class, confidence)));
                return None;
            }
            Verb::Construct => return self.construct_by_call(pack, rule, site),
            Verb::Amend => self.amend_by_call(pack, rule, site),
            Verb::Pass | Verb::Depend => {
                if rule.guards.is_some() {
                    return Some(self.passed_guarded(rule, site));
                }
                let mut values = self.select(rule.of.as_ref(), site);
                let value = if values.len() > 1 { Val::list(values) } else { values.pop().unwrap_or(Val::Unknown) };
                if let Val::Function(closure) = value.clone()
                    && rule.runs
                {
                    let _ = self.invoke(&closure, Vec::new());
                }
                return Some(if rule.prefix.is_some() { self.stripped(value) } else { value });
            }
            Verb::List => return Some(Val::list(self.select(rule.of.as_ref(), site))),
            Verb::Parameter => return Some(Val::Unknown),
            Verb::Alias => self.name_guards(pack, rule, site),
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

    /// Makes an object of a library's type, by the name that was called.
    fn make(&mut self, ty: TypeId, arguments: Vec<Arg>, rule: Option<&CallRule>, name: &str) -> Val {
        let Ruled { pack, rule: declared } = self.program.files[self.file].library.type_rule(ty);
        let site = Site { name: String::new(), method: String::new(), arguments, receiver: None, decorated: None, star: None };
        let prefix = rule.and_then(|rule| rule.prefix.as_ref()).or(declared.prefix.as_ref());
        let base = rule.and_then(|rule| rule.base.as_ref()).or(declared.base.as_ref());
        let guards = rule.and_then(|rule| rule.guards.as_ref()).or(declared.guards.as_ref());
        let prefix = self.pick(prefix, &site).filter(|value| !matches!(value, Val::Null)).map(|value| as_text(&value));
        let base = self.pick(base, &site).map(|value| as_text(&value));
        let guards = self.guards_of(pack, guards, &site);
        let place = Some(self.place(&pack.name));
        let credential = self.pick(rule.and_then(|rule| rule.credential.as_ref()), &site).filter(|value| !matches!(value, Val::Null)).and(place.clone());
        let id = self.object(Object { ty: Some(ty), prefix, base, guards, place, credential, ..Object::default() });
        if let Some(rule) = rule {
            self.made(id, pack, rule, &site);
        }
        if declared.role == TypeRole::Client && (declared.protocol.is_some() || declared.technology.is_some()) && declared.protocol.as_deref() != Some("http") {
            let call = self.type_call(id, ty);
            self.objects[id].call = Some(call);
            self.uses(call);
        }
        if let Some(under) = rule.and_then(|rule| rule.under.as_deref()) {
            self.objects[id].prefix = Some(Text::literal(under));
        }
        let children = rule.and_then(|rule| rule.children.as_ref()).or(declared.children.as_ref());
        if children.is_some() {
            let tuples = rule.and_then(|rule| rule.tuples.as_deref()).or(declared.tuples.as_deref());
            self.hang_children(id, children, tuples, &site);
        }
        if let Some(Val::Object(parent)) = self.pick(declared.parent.as_ref(), &site)
            && self.is_router(parent)
            && parent != id
        {
            let place = self.place(&pack.name);
            self.hang(parent, Val::Object(id), None, false, Vec::new(), place);
        }
        self.made_construct(id, Ruled { pack, rule: declared }, &site, name);
        if declared.listens {
            let place = self.place(&pack.name);
            self.out.mains.push(CodeMain { serves: true, port: None, place });
        }
        Val::Object(id)
    }

    /// A class that stands for a library's client opens its flow when it is first asked.
    fn opens_its_own(&mut self, id: ObjectId, ty: TypeId) {
        let rule = self.program.files[self.file].library.type_rule(ty).rule;
        let is_client = rule.role == TypeRole::Client && rule.protocol.as_deref().is_some_and(|protocol| protocol != "http");
        if is_client && self.runs_bodies() && self.objects[id].call.is_none() && self.objects[id].class.is_some() && self.bodies == 0 && self.proving == 0 {
            let call = self.type_call(id, ty);
            self.objects[id].call = Some(call);
        }
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
            self.opened = Some(found);
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
        self.opened = Some(index);
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
        let ambient = self.ambient.iter().rev().find(|(name, _, _)| *name == pack.name).map(|(_, outer, id)| (*outer, *id));
        let inside = self.inside.iter().rev().find(|(name, _)| *name == pack.name).map(|(_, id)| *id);
        // An object that a library keeps for all stands for what is around.
        let stands_for_all = match &site.receiver {
            Some(Val::Object(id)) => self.owned.contains(id) || self.is_stacked(*id),
            _ => true,
        };
        // What a handler registers when it runs is no way in.
        if self.settling && stands_for_all && self.family() == Family::Php {
            return self.object(Object { mounted: true, ..Object::default() });
        }
        match (&site.receiver, ambient) {
            (Some(Val::Object(id)), Some((outer, inner))) if *id == outer => inner,
            (Some(Val::Object(_)), _) if stands_for_all && inside.is_some() => inside.unwrap_or_default(),
            (Some(Val::Object(id)), _) => {
                let id = self.standing(*id);
                let id = self.objects[id].later.unwrap_or(id);
                // A part of an application that is being set up is no router itself.
                if self.is_router(id) { id } else { inside.unwrap_or(id) }
            }
            (_, Some((_, inner))) => inner,
            _ => match inside {
                Some(id) => id,
                None => self.single(&format!("{}:router", pack.name), None),
            },
        }
    }

    /// The same for a command line: each folder with a program has its own.
    fn command_line(&mut self, pack: &Pack, site: &Site) -> ObjectId {
        match &site.receiver {
            Some(Val::Object(id)) => *id,
            _ => {
                let folder = super::program::folder_of(&self.program.files[self.file].path).to_owned();
                self.single(&format!("{}:command:{folder}", pack.name), None)
            }
        }
    }

    fn is_stacked(&self, id: ObjectId) -> bool {
        self.objects[id].ty.is_some_and(|ty| self.program.files[self.file].library.type_rule(ty).rule.stacked)
    }

    /// What calls on an object are calls on while a block of it runs.
    fn standing(&self, id: ObjectId) -> ObjectId {
        self.standing_in.iter().rev().find(|(outer, _)| *outer == id).map_or(id, |(_, inner)| *inner)
    }

    /// The methods that a route answers, `None` for any; nothing if it only makes addresses.
    pub(super) fn methods(&mut self, method: Option<&String>, from: Option<&Selectors>, default: Option<&Vec<String>>, site: &Site) -> Vec<Option<String>> {
        let mut words: Vec<String> = Vec::new();
        match (method, from) {
            (Some(method), _) => words.push(method.clone()),
            (None, Some(Selectors::One(Selector::Word(word)))) if word == "name" => words.push(method_in(&site.method).to_owned()),
            (None, Some(Selectors::One(Selector::Word(word)))) if word == "path" => {}
            (None, from) => {
                for value in self.select(from, site) {
                    match &value {
                        Val::List(items) => words.extend(items.iter().filter_map(method_word)),
                        value => words.extend(method_word(value)),
                    }
                }
            }
        }
        if words.is_empty() {
            words = default.cloned().unwrap_or_else(|| vec!["*".to_owned()]);
        }
        let mut out: Vec<Option<String>> = Vec::new();
        let words = words.iter().flat_map(|word| word.split([',', ' ', '|'])).filter(|word| !word.is_empty());
        for word in words {
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
        let router = if rule.kind.as_deref() == Some("cli") { self.command_line(pack, site) } else { self.router(pack, site) };
        let router = match (&site.receiver, self.pick(rule.alone.as_ref(), site)) {
            (Some(Val::Object(id)), Some(_)) => *id,
            _ => self.at_level(rule, site, router),
        };
        let mut methods = self.methods(rule.method.as_ref(), rule.method_from.as_ref(), rule.method_default.as_ref(), site);
        let told = rule.method_default.is_some() && self.pick(rule.method_from.as_ref(), site).is_some_and(|value| !matches!(value, Val::Null));
        if let Some(done) = self.placed(pack, rule, site, router) {
            return Some(done);
        }
        let mut paths: Vec<Text> = Vec::new();
        let mut told_by_class = Vec::new();
        for value in self.select(rule.path.as_ref(), site) {
            match value {
                Val::List(items) => paths.extend(items.iter().map(as_text)),
                Val::Class(file, class) => {
                    let (path, fields) = self.described_path(file, class);
                    told_by_class.extend(fields);
                    paths.push(path);
                }
                // A regular expression or something else that is no text.
                value => paths.push(as_text(&value)),
            }
        }
        if let Some(before) = self.pick(rule.prefix.as_ref(), site).filter(|_| !rule.nowhere) {
            // below something unknown nothing is known
            if self.family() == Family::Php && !matches!(before, Val::Text(_)) {
                return None;
            }
            let before = as_text(&before).with_defaults();
            paths = paths.into_iter().map(|path| Text::literal(super::text::under(&before, &super::text::of_route(&path)))).collect();
        }
        if let Some(form) = &rule.path_as {
            let star = site.star.as_ref()?;
            paths = vec![Text::literal(form.replace("{star}", star))];
            told_by_class.extend(form.split_once('?').map(|(_, query)| parameter(query.split('=').next().unwrap_or(query), "query")));
        }
        paths.extend(self.segments(rule, site));
        if let Some(named) = &rule.named {
            let file = self.program.files[self.file].path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default().to_owned();
            paths.push(Text::Literal(named.replace("{file}", &file)));
        }
        if rule.pattern {
            paths.iter_mut().for_each(|path| *path = Text::literal(super::text::pattern(&path.with_defaults())));
        }
        if paths.is_empty() {
            if rule.path.is_some() && site.arguments.is_empty() && rule.handler.is_none() {
                return None;
            }
            paths.push(Text::literal(""));
        }
        let handlers: Vec<Val> = self.select(rule.handler.as_ref(), site).into_iter().map(|value| self.decorated_by(&value)).collect();
        let mut guards = self.guards_of(pack, rule.guards.as_ref(), site);
        guards.extend(self.effect(pack, rule));
        let handler = handlers.last().cloned().unwrap_or(Val::Unknown);
        let handler = if self.family() == Family::Php { self.callable(handler, pack, router) } else { handler };
        guards.extend(self.action_guards(&handler));
        if !rule.tests.is_empty() {
            methods = self.tested_methods(&handler, &rule.tests);
        }
        // `app.get("setting")` reads a setting: a route has a handler.
        if rule.handler.is_some() && handlers.is_empty() && pack.handlers.is_none() {
            return None;
        }
        let place = self.place(&pack.name);
        let router = if rule.nowhere { self.standing_alone(pack, rule, site, &place) } else { router };
        if let Some(routed) = self.route_of_router(pack, rule, site, router, &handler, paths.first(), &guards) {
            return Some(if rule.nowhere { Val::Object(router) } else { routed });
        }
        let router = match self.given(pack, rule).filter(|_| !rule.nowhere) {
            Some(ty) if rule.apart => self.object(Object { ty: Some(ty), place: Some(place.clone()), ..Object::default() }),
            // A route that is narrowed after it was made is a router of its own.
            Some(ty) if self.is_router_type(ty) => {
                let child = self.object(Object { ty: Some(ty), place: Some(place.clone()), under: Some(router), ..Object::default() });
                // One that is nobody's yet may be mounted somewhere.
                if matches!(site.receiver, Some(Val::Object(_))) {
                    self.hang(router, Val::Object(child), None, false, Vec::new(), place.clone());
                }
                child
            }
            _ => router,
        };
        if methods == [None] && !self.objects[router].methods.is_empty() {
            methods = self.objects[router].methods.clone();
        }
        if rule.effect == Some(Effect::Exempts) {
            guards.push(Guard { value: Val::symbol(super::guard::EXEMPT), place: place.clone() });
        }
        guards.extend(handlers.iter().rev().skip(1).rev().map(|value| Guard { value: value.clone(), place: place.clone() }));
        let declared = match &site.receiver {
            Some(Val::Object(id)) => std::mem::take(&mut self.objects[*id].declared),
            _ => Vec::new(),
        };
        let kind = rule.kind.as_deref().and_then(EntryPointKind::from_name).unwrap_or(EntryPointKind::Http);
        let queries = self.select(rule.queries.as_ref(), site);
        // It has this effect by standing there.
        if rule.effect.is_some() {
            let by = self.method_name(router, &site.method);
            guards.push(Guard { value: Val::Made(Rc::new(Made { by, arguments: site.arguments.clone() })), place: place.clone() });
        }
        let mut told_here: Vec<Parameter> = queries.iter().filter_map(Val::literal).map(|name| parameter(name, "query")).collect();
        self.ruled_elsewhere(pack, router);
        told_here.extend(self.class_parameters(pack, &handler, &methods));
        let takes = self.handler_takes(pack, rule);
        let told_by_schema = self.declared_parameters(&rule.declares, site);
        let answered_by = self.answering(rule, site);
        let from_path = matches!(&rule.method_from, Some(Selectors::One(Selector::Word(word))) if word == "path");
        for mut path in paths {
            if from_path
                && let Text::Literal(text) = &path
                && let Some((method, rest)) = text.split_once(' ').or_else(|| shaped::split_method(text))
            {
                methods = vec![Some(method.to_ascii_uppercase())];
                path = Text::literal(rest.trim_start());
            }
            if let Some(fixed) = &rule.fixed {
                let between = if starts_with_slash(&path) { "" } else { "/" };
                path = Text::join([Text::literal(fixed), Text::literal(between), path]);
            }
            if let Some(notation) = rule.notation {
                path = Text::literal(super::routed::written(notation, &path.with_defaults()));
            }
            if let Some(under) = &rule.under {
                path = Text::join([super::text::without_end(&path, None), Text::literal(format!("/{under}"))]);
            }
            let handler = self.handler_of(pack, rule, site, router, &path).unwrap_or_else(|| handler.clone());
            path = named::told_path(pack, path);
            path = self.with_parameters(rule, site, path);
            let answering = match self.mapped(rule, site, &handler) {
                Some(mapped) => mapped,
                None => self.opened(&handler, &methods),
            };
            for (methods, handler, mut own) in answering {
                own.splice(0..0, guards.iter().cloned());
                let parameters: Vec<Parameter> = declared.iter().map(|(name, place)| declared_parameter(name, place.as_deref(), &methods)).collect();
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
                    answered_by: answered_by.clone(),
                    parameters: [parameters, told_by_class.clone(), told_by_schema.clone(), told_here.clone()].concat(),
                };
                self.objects[router].events.push(Event::Route(Rc::new(route)));
            }
        }
        Some(match self.given(pack, rule) {
            Some(ty) if !self.is_router_type(ty) => Val::Object(self.fresh(ty)),
            _ => Val::Object(router),
        })
    }

    /// A router of its own for one route, which hangs nowhere until something takes it. A function that is
    /// decorated stands for it.
    fn standing_alone(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site, place: &super::Place) -> ObjectId {
        let decorated = match &site.decorated {
            Some(value) => function_in(value),
            None => None,
        };
        if let Some(found) = decorated.and_then(|function| self.function_routers.get(&function).copied()) {
            return found;
        }
        let ty = self.given(pack, rule);
        let prefix = self.pick(rule.prefix.as_ref(), site).filter(|value| matches!(value, Val::Text(_))).map(|value| as_text(&value));
        let id = self.object(Object { ty, prefix, place: Some(place.clone()), ..Object::default() });
        if let Some(function) = decorated {
            self.function_routers.insert(function, id);
        }
        if rule.becomes {
            self.becomes = Some(id);
        }
        id
    }

    /// Methods of a handler's class that answer a route, with their suffix.
    fn answering(&mut self, rule: &CallRule, site: &Site) -> Vec<(String, String)> {
        if rule.handler_methods.is_empty() {
            return Vec::new();
        }
        let suffix = self.pick(rule.suffix.as_ref(), site).and_then(|value| value.literal().map(|suffix| format!("_{suffix}"))).unwrap_or_default();
        rule.handler_methods.iter().map(|(name, method)| (format!("{name}{suffix}"), method.clone())).collect()
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
        let Some(Val::Object(id)) = &site.receiver else { return };
        if let Some(path) = self.pick(rule.path.as_ref(), site) {
            self.objects[*id].prefix = Some(as_text(&path));
        }
        if rule.method.is_none() && rule.method_from.is_none() {
            return;
        }
        let mut methods = self.methods(rule.method.as_ref(), rule.method_from.as_ref(), None, site);
        if rule.adds {
            let before = self.objects[*id].methods.clone();
            methods = before.into_iter().filter(|one| !methods.contains(one)).chain(methods.clone()).collect();
        }
        for event in &mut self.objects[*id].events {
            if let Event::Route(route) = event {
                let mut narrowed = (**route).clone();
                narrowed.methods = methods.clone();
                *route = Rc::new(narrowed);
            }
        }
        (self.objects[*id].methods, self.objects[*id].narrowed) = (methods, true);
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

    /// Hangs children under the receiver, or under a new router that is given back.
    fn mount(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let place = self.place(&pack.name);
        let made = self.given(pack, rule).filter(|ty| self.is_router_type(*ty) && !rule.nowhere);
        let router = match made {
            Some(ty) => self.object(Object { ty: Some(ty), place: Some(place.clone()), ..Object::default() }),
            None if rule.nowhere => self.standing_alone(pack, rule, site, &place),
            None => self.router(pack, site),
        };
        if made.is_none() && !rule.nowhere && self.placed(pack, rule, site, router).is_some() {
            return Some(Val::Object(router));
        }
        // `mount(router)` without a path: what stands in its place is none
        let is_path = |value: &Val| !matches!(value, Val::Null | Val::Object(_) | Val::Function(_) | Val::Class(..) | Val::Module(_) | Val::Missing);
        let path = self.pick(rule.path.as_ref(), site).filter(is_path).map(|value| as_text(&value));
        // the servlet's way to say that all below is meant
        let below = |path: &Text| match path {
            Text::Literal(text) if self.family() == Family::Java => text.strip_suffix("/*").map(Text::literal),
            _ => None,
        };
        let path = path.map(|path| below(&path).unwrap_or(path));
        let guards = self.guards_of(pack, rule.guards.as_ref(), site);
        let path = if rule.pattern { path.map(|path| Text::literal(super::text::pattern(&path.with_defaults()))) } else { path };
        let router = match self.pick(rule.into.as_ref(), site) {
            Some(Val::Object(into)) => into,
            _ if rule.into.is_some() => return None,
            _ => router,
        };
        for mut child in self.select(rule.child.as_ref(), site) {
            let mut path = path.clone();
            // `"/x" => App`, where several are told so
            if let Val::List(pair) = &child
                && let [at @ Val::Text(_), app] = pair.as_slice()
            {
                path = Some(as_text(at));
                child = app.clone();
            }
            if rule.outsiders && !self.is_composed(&child) {
                self.outsider(pack, router, path.clone().unwrap_or(Text::literal("")), guards.clone());
                continue;
            }
            if rule.outsiders
                && let Val::Object(id) = &child
                && self.objects[*id].class.is_none()
                && self.is_of_pack(*id, pack)
            {
                self.objects[*id].outsider = true;
            }
            let child = self.as_calls(child, rule.tuples.as_deref(), 0);
            self.hang(router, child, path.clone(), rule.replaces, guards.clone(), place.clone());
        }
        if rule.nowhere {
            return Some(Val::Object(router));
        }
        match (made, self.given(pack, rule)) {
            (None, Some(ty)) => Some(Val::Object(self.fresh(ty))),
            (Some(_), _) => Some(Val::Object(router)),
            _ => site.receiver.clone().filter(|value| matches!(value, Val::Object(_))),
        }
    }

    pub(super) fn hang(&mut self, router: ObjectId, child: Val, path: Option<Text>, replaces: bool, guards: Vec<Guard>, place: super::Place) {
        let mut child = self.plain_value(child);
        if let (Val::Class(file, class), true) = (&child, self.runs_bodies()) {
            child = self.generic_instance(*file, *class);
        }
        self.note_hung(&child, router, 0);
        // An object whose class's annotations tell routes: they stand here.
        let class = match &child {
            _ if !matches!(self.family(), Family::Java | Family::CSharp | Family::Dart) => None,
            Val::Object(id) if !self.is_router(*id) => self.objects[*id].class,
            Val::Class(file, class) => Some((*file, *class)),
            _ => None,
        };
        if let Some(class) = class
            && self.proving == 0
        {
            let below = self.object(Object { place: Some(place.clone()), mounted: true, ..Object::default() });
            self.hung_classes.entry(class).or_default().push(below);
            self.objects[router].events.push(Event::Mount { child: Val::Object(below), path, replaces, guards, place });
            return;
        }
        self.objects[router].events.push(Event::Mount { child, path, replaces, guards, place });
    }

    fn group(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Val {
        let router = self.router(pack, site);
        let ty = self.given(pack, rule).or(self.objects[router].ty);
        let router = self.at_level(rule, site, router);
        // Of PHP's groups the path may be missing, and what is behind it stands in its place.
        let family = self.family();
        let is_path = |value: &Val| family != Family::Php || matches!(value, Val::Text(_) | Val::Number(_));
        let path = self.pick(rule.path.as_ref(), site).filter(is_path).map(|value| as_text(&value)).or_else(|| self.segments(rule, site));
        let mut path = named::told_path(pack, path.unwrap_or(Text::literal(rule.path_default.as_deref().unwrap_or_default())));
        for owner in self.words(rule.owner.as_ref(), site).unwrap_or_default().iter().rev() {
            path = Text::Literal(format!("/{owner}/{{{owner}_id}}/{}", path.with_defaults().trim_start_matches('/')));
        }
        if rule.as_parameter {
            path = Text::Literal(format!("/{{{}}}", path.with_defaults().trim_start_matches(['/', ':'])));
        }
        let mut guards = self.guards_of(pack, rule.guards.as_ref(), site);
        let place = self.place(&pack.name);
        if rule.guarded {
            let by = self.method_name(router, &site.method);
            let value = Val::Made(Rc::new(Made { by, arguments: site.arguments.clone() }));
            guards.push(Guard { value, place: place.clone() });
        }
        guards.extend(self.taken_out(pack, rule, site));
        let context = self.carried(rule, site, router);
        let says_methods = rule.method.is_some() || rule.method_from.is_some() || rule.method_default.is_some();
        let methods = match says_methods {
            true => self.methods(rule.method.as_ref(), rule.method_from.as_ref(), rule.method_default.as_ref(), site),
            false => self.objects[router].methods.clone(),
        };
        let mut bodies = self.select(rule.body.as_ref(), site).into_iter();
        // An object that registers itself is asked for its method; what a block of Ruby works on is said there.
        let within = rule.ambient && self.family() != Family::JavaScript;
        let waits = rule.registers.is_some() || self.runs_bodies() || within;
        let first = if waits { Val::Null } else { bodies.next().map_or(Val::Null, |value| self.plain_value(value)) };
        let controller = self.pick(rule.controller.as_ref(), site).or_else(|| self.objects[router].controller.clone());
        // what was narrowed on a builder that then makes this group is not meant of the group's body
        let narrowed = !says_methods && (self.objects[router].around.is_none() || self.objects[router].narrowed);
        let inside = if narrowed { Vec::new() } else { methods.clone() };
        let made = Object { ty, place: Some(place), around: Some(router), methods: inside, narrowed, context, controller, ..Object::default() };
        let child = self.group_of(pack, rule, made, path, guards, first);
        self.objects[child].methods = methods;
        self.itself(child, pack, rule, site);
        if within {
            self.within_router(pack, rule, site, child, vec![Val::Object(child)]);
            return Val::Object(if rule.chained { router } else { child });
        }
        match self.runs_bodies() {
            true => self.run_inside(rule, site, router, child),
            false => bodies.for_each(|body| self.fill(rule, body, child)),
        }
        let kept = self.select(rule.kept.as_ref(), site);
        let _ = self.replay(&kept, site, child);
        if rule.becomes {
            self.becomes = Some(child);
        }
        Val::Object(if rule.chained { router } else { child })
    }

    fn is_of_pack(&self, id: ObjectId, pack: &Pack) -> bool {
        self.objects[id].ty.is_some_and(|ty| self.program.files[self.file].library.type_rule(ty).pack.name == pack.name)
    }

    /// Something that routes of the project stand in, or may.
    fn is_composed(&mut self, child: &Val) -> bool {
        match child {
            Val::Class(file, class) => match self.generic_instance(*file, *class) {
                Val::Object(id) => self.is_router(id),
                _ => false,
            },
            Val::Object(id) => self.is_router(*id),
            Val::Function(_) | Val::Module(_) | Val::Either(_) | Val::List(_) => true,
            _ => false,
        }
    }

    /// An application of a library, of which nothing is known but where it hangs.
    fn outsider(&mut self, pack: &'static Pack, router: ObjectId, path: Text, guards: Vec<Guard>) {
        let place = self.place(&pack.name);
        let route = Route { path: named::told_path(pack, path), guards, ..super::annotated::plain_route(Val::Unknown, place) };
        self.objects[router].events.push(Event::Route(Rc::new(route)));
    }

    /// Hangs a router under the one around it, and lets its body do with it what it does.
    fn group_of(&mut self, pack: &'static Pack, rule: &CallRule, made: Object, path: Text, guards: Vec<Guard>, body: Val) -> ObjectId {
        let (router, place) = (made.around.unwrap_or_default(), made.place.clone().unwrap_or_else(|| self.place(&pack.name)));
        let child = self.object(made);
        let mut child_of = child;
        let mut closure = None;
        match body {
            Val::Function(body) => closure = Some(body),
            Val::Guarded(inner) => {
                if let Val::Function(body) = &inner.1 {
                    closure = Some(body.clone());
                }
            }
            // A wrapper by which the body works on what is around it.
            Val::Made(made) => {
                if rule.unwrapped.contains(&made.by) {
                    child_of = router;
                }
                closure = made.arguments.iter().find_map(|argument| match &argument.value {
                    Val::Function(body) => Some(body.clone()),
                    _ => None,
                });
            }
            _ => {}
        }
        self.hang(router, Val::Object(child), Some(path), false, guards, place);
        if let Some(closure) = closure {
            if rule.ambient {
                // The library's own router stands for the innermost group.
                let outer = self.ambient.iter().rev().find(|(name, _, _)| *name == pack.name).map_or(router, |(_, outer, _)| *outer);
                self.ambient.push((&pack.name, outer, child));
            }
            let _ = self.invoke(&closure, vec![Arg { name: None, value: Val::Object(child_of) }]);
            if rule.ambient {
                self.ambient.pop();
            }
        }
        child
    }

    fn middleware(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let router = self.router(pack, site);
        let path = self.pick(rule.path.as_ref(), site).filter(|value| matches!(value, Val::Text(_))).map(|value| as_text(&value));
        let place = self.place(&pack.name);
        let mut guards: Vec<Guard> = self.effect(pack, rule).into_iter().collect();
        if rule.guarded {
            let by = self.method_name(router, &site.method);
            let value = Val::Made(Rc::new(Made { by, arguments: site.arguments.clone() }));
            guards.push(Guard { value, place: place.clone() });
        }
        guards.extend(self.taken_out(pack, rule, site));
        for guard in self.guards_of(pack, rule.guards.as_ref(), site) {
            let mut value = self.plain_value(guard.value.clone());
            if let (Val::Class(file, class), true) = (&value, self.runs_bodies()) {
                let made = self.generic_instance(*file, *class);
                if matches!(made, Val::Object(id) if self.is_router(id)) {
                    value = made;
                }
            }
            if rule.tentative {
                value = Val::Either(Rc::new(vec![value]));
            }
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
                // a function of the module around, or one that the pack knows
                Val::Text(_) if self.family() == Family::Elixir => {
                    let name = value.literal().unwrap_or_default().to_owned();
                    let guard = self.guard_by_name(router, site, &name, &guard.place);
                    guards.push(guard);
                }
                Val::Text(_) => {}
                value if rule.by_throwing => {
                    let guard = self.throwing(Guard { value, place: guard.place });
                    guards.push(guard);
                }
                value => guards.push(Guard { value, place: guard.place }),
            }
        }
        // Around the handlers of a `methods` object that are there already.
        for handler in &mut self.objects[router].handlers {
            handler.guards.splice(0..0, guards.iter().cloned());
        }
        if guards.is_empty() {
            return;
        }
        self.objects[router].events.push(match path {
            Some(path) if rule.exact => Event::Before { guards, pattern: path.with_defaults(), reach: rule.scope },
            path => Event::Middleware { guards, path, reach: rule.scope },
        });
    }

    /// A guard that the call itself is.
    fn effect(&mut self, pack: &Pack, rule: &CallRule) -> Option<Guard> {
        let effect = rule.effect?;
        Some(Guard { value: Val::symbol(format!("{EFFECT}{effect:?}")), place: self.place(&pack.name) })
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
        let declared = self.declared_parameters(&rule.declares, site);
        let id = match &site.receiver {
            // What is built on stays as it was for others that build on it.
            Some(Val::Object(id)) if rule.forks => {
                let ty = self.given(pack, rule).or(self.objects[*id].ty);
                let place = Some(self.place(&pack.name));
                let forked = Object { ty, place, fields: Default::default(), events: Vec::new(), mounted: true, ..self.objects[*id].clone() };
                let forked = self.object(forked);
                self.objects[forked].parameters.extend(declared);
                if rule.handler.is_none() && rule.method.is_none() {
                    self.objects[forked].guards.extend(guards);
                    return Val::Object(forked);
                }
                forked
            }
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
                Val::Text(text) => {
                    let filled = super::text::format(text, &self.marked(rest));
                    self.put_together(filled)
                }
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

/// The function behind wrappers.
fn function_in(value: &Val) -> Option<(FileId, u32)> {
    let mut value = value;
    while let Val::Guarded(inner) = value {
        value = &inner.1;
    }
    if let Val::Function(closure) = value { Some((closure.file, closure.index)) } else { None }
}

/// The method that a name is or has among its words: `get`, `MapGet`, `GetMapping`.
fn method_in(name: &str) -> &str {
    let name = name.rsplit('.').next().unwrap_or_default();
    let starts = name.char_indices().filter(|(at, letter)| *at == 0 || letter.is_ascii_uppercase()).map(|(at, _)| at);
    let starts: Vec<usize> = starts.chain([name.len()]).collect();
    let is_method = |word: &&str| super::routed::METHODS.iter().any(|method| word.eq_ignore_ascii_case(method));
    starts.windows(2).filter_map(|ends| name.get(ends[0]..ends[1])).find(is_method).unwrap_or(name)
}

/// `GET`, `HttpMethod.GET`, `http.MethodGet`.
fn method_word(value: &Val) -> Option<String> {
    match value {
        Val::Symbol(name) => Some(name.rsplit('.').next().unwrap_or(name).trim_start_matches("Method").to_owned()),
        value => value.literal().map(str::to_owned),
    }
}

/// A declared parameter: in the query of a request without a body, else in the body, where nothing tells.
pub(super) fn declared_parameter(name: &str, place: Option<&str>, methods: &[Option<String>]) -> Parameter {
    let bodiless = methods.iter().any(|method| matches!(method.as_deref(), Some("GET" | "HEAD" | "DELETE")));
    parameter(name, place.unwrap_or(if bodiless { "query" } else { "body" }))
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
