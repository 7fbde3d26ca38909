//! What library calls do, as packs tell it.

mod answer;
mod controllers;
mod fields;
mod filters;
mod generated;
mod intercept;
mod items;
mod middleware;
mod mounts;
mod named;
mod nested;
mod out;
mod placed_handlers;
mod places;
mod reads;
mod resources;
mod roots;
mod routes;
mod schema;
mod shape;
mod shaped;
mod sorted;
mod tagged;
mod tested;
mod tree;
mod wrapped;

pub(super) use filters::Way;
pub(super) use reads::checked_environment;
pub(super) use sorted::Choice;
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
        match self.with_what_it_is_of(name, &arguments, receiver.as_ref()) {
            Some(all) => self.note_attribute(name, &all),
            None => self.note_attribute(name, &arguments),
        }
        if self.program.files[self.file].library.decodes(name) {
            let of = if let Some(Val::Made(made)) = &receiver { made.arguments.first() } else { arguments.first() };
            if of.is_some_and(|of| self.holds_input(&of.value)) {
                self.fills_from_request(&arguments);
            }
        }
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
        if let Some(record) = self.record_made(name, &arguments) {
            return record;
        }
        let library = self.program.files[self.file].library;
        let told = self.with_what_it_is_of(name, &arguments, receiver.as_ref());
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
        self.note_tagged(name, &arguments);
        self.note_read_by(name, "()", &arguments);
        Val::Made(Rc::new(Made { by: name.to_owned(), arguments: told.unwrap_or(arguments) }))
    }

    /// Applies what packs say of a full name; the value it gives back, when they say.
    pub(super) fn apply_rules_of(&mut self, name: &str, site: Site) -> Option<Val> {
        let rules = self.program.files[self.file].library.calls(name);
        self.apply_rules(rules, site)
    }

    fn call_method_plainly(&mut self, id: ObjectId, method: &str, arguments: Vec<Arg>, decorated: Option<&Val>) -> Val {
        let name = self.method_name(id, method);
        self.note_whole(&name);
        self.note_tagged(&name, &arguments);
        if !arguments.is_empty() && self.program.files[self.file].library.brings_all(&name) {
            self.fills_from_request(&arguments);
        }
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
        // an overload of the project's own: `builder.MapPost(CreateOrder)`, where the library's takes the path first
        let is_own = !rules.is_empty() && self.family() == Family::CSharp && matches!(arguments.first(), Some(Arg { name: None, value: Val::Function(_) }));
        if (rules.is_empty() || is_own && self.takes_function(method))
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
        // `builder.Services.UseNpgsql(…)`: what a pack knows on whatever it is called
        if let Some(last) = method.rsplit('.').next().filter(|last| rules.is_empty() && self.family() == Family::CSharp && library.is_extension(last)) {
            return self.call_symbol(&format!("?.{last}"), arguments, None, decorated);
        }
        if let Some(member) = self.got_of_construct(id, method).filter(|_| rules.is_empty() && arguments.is_empty()) {
            return member;
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

    /// Whether the project has an extension of that name whose first argument, behind what it extends, is a function.
    fn takes_function(&self, method: &str) -> bool {
        let Some((file, index)) = self.program.extension(self.file, method) else { return false };
        let function = &self.program.source(file).functions[index as usize];
        let second = function.parameters.get(1).and_then(|parameter| parameter.declared.as_ref());
        second.is_some_and(|declared| matches!(declared.name.as_str(), "Delegate" | "RequestDelegate"))
    }

    pub(super) fn apply_rules(&mut self, rules: Matched, mut site: Site) -> Option<Val> {
        let mut out = None;
        for (ruled, star) in rules {
            site.star = star;
            // Of a list or a map, each item is asked for itself.
            let is_many = ruled.rule.entries.is_some() || items::items_over(ruled.rule, &site.arguments).is_some();
            let said = site.arguments.len();
            self.add_defaults(ruled.rule, &mut site);
            if !is_many && !self.all_hold(&ruled.rule.when, &site.arguments) || ruled.rule.entries.is_none() && !self.fits(ruled.rule, &mut site) {
                site.arguments.truncate(said);
                continue;
            }
            let applied = self.apply_over(ruled, &site);
            site.arguments.truncate(said);
            if let Some(value) = applied
                && out.is_none()
            {
                out = Some(value);
            }
        }
        out
    }

    fn apply(&mut self, ruled: Ruled<CallRule>, site: &Site) -> Option<Val> {
        let Ruled { pack, rule } = ruled;
        if let Some(product) = &rule.product {
            let place = self.place(&pack.name);
            self.out.products.push((product.clone(), place));
        }
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
            Verb::Group if rule.inline && self.pick(rule.path.as_ref(), site).is_none_or(|path| matches!(path, Val::Null)) => {
                let router = self.router(pack, site);
                self.select(rule.body.as_ref(), site).into_iter().for_each(|body| self.fill(rule, body, router));
            }
            Verb::Group => return Some(self.group(pack, rule, site)),
            Verb::Name => self.name_path(pack, rule, site),
            Verb::Nest => self.nest(pack, rule, site),
            Verb::Tree => self.hang_tree(pack, rule, site),
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
            Verb::Roots => self.roots(pack, rule, site),
            Verb::Options => self.options(pack, rule, site),
            Verb::Crud => return Some(self.crud(pack, rule, site)),
            Verb::Choose => self.choose(rule, site),
            Verb::Folder => self.hang_folder(pack, rule, site),
            Verb::Start => return self.start(pack, rule, site),
            Verb::Below => self.prefixed(rule, site),
            Verb::Versions => self.versioned(rule, site),
            Verb::Tell => return None,
            Verb::Told => return Some(self.told_here(rule, site)),
            Verb::Matches => return Some(Val::Made(Rc::new(Made { by: site.name.clone(), arguments: site.arguments.clone() }))),
            Verb::Answer => return Some(self.answer(pack, rule, site)),
            Verb::Root => self.root(pack, rule, site),
            Verb::Handle => return Some(self.handle(pack, rule, site)),
            Verb::Protect => self.protect(pack, rule, site),
            Verb::Convention => self.note_convention(pack, rule, site),
            Verb::Listen => {
                let port = self.pick(rule.port.as_ref(), site).map(|value| as_text(&value).settled());
                let place = self.place(&pack.name);
                self.out.mains.push(CodeMain { serves: rule.serves.unwrap_or(true), port, place });
                self.serve_wrapped(rule, site);
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
                // `config.get("database.url")` is a setting of the program's own making
                if self.family() == Family::JavaScript && key.contains('.') {
                    return Some(Val::Unknown);
                }
                let default = self.pick(rule.default.as_ref(), site).filter(|value| matches!(value, Val::Text(_) | Val::Number(_)));
                return Some(self.environment(&key, default.map(|value| as_text(&value))));
            }
            Verb::Setting => {
                let key = format!("{}{}", rule.fixed.as_deref().unwrap_or_default(), self.pick(rule.key.as_ref(), site)?.literal()?);
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
                // `MaxBytesHandler(handler, size)` says something of what it is around
                let value = match self.tells_of(&site.name, &site.arguments, self.place(&pack.name)) {
                    Some(guard) => crate::compose::guard::wrapped(guard.value, value, guard.place),
                    None => value,
                };
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
        let site = Site { name: name.to_owned(), method: String::new(), arguments, receiver: None, decorated: None, star: None };
        let prefix = rule.and_then(|rule| rule.prefix.as_ref()).or(declared.prefix.as_ref());
        let base = rule.and_then(|rule| rule.base.as_ref()).or(declared.base.as_ref());
        let guards = rule.and_then(|rule| rule.guards.as_ref()).or(declared.guards.as_ref());
        let prefix = self.pick(prefix, &site).filter(|value| !matches!(value, Val::Null)).map(|value| as_text(&value));
        let base = self.pick(base, &site).map(|value| as_text(&value));
        let mut guards = self.guards_of(pack, guards, &site);
        guards.extend(self.tells_of(name, &site.arguments, self.place(&pack.name)));
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

    fn has_role(&self, id: ObjectId, role: TypeRole) -> bool {
        self.objects[id].ty.is_some_and(|ty| self.program.files[self.file].library.type_rule(ty).rule.role == role)
    }

    pub(super) fn is_router(&self, id: ObjectId) -> bool {
        let Some(ty) = self.objects[id].ty else { return false };
        let role = self.program.files[self.file].library.type_rule(ty).rule.role;
        matches!(role, TypeRole::App | TypeRole::Router)
    }

    // ---- properties ------------------------------------------------------------------------------

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
