//! From applications down: every route with its whole path and the guards before it, in order.

mod takes;

use super::annotated::is_bodiless;
use super::attributes::Saying;
use super::evaluate::Evaluator;
use super::guard::Verdict;
use super::rules::Fit;
use super::value::*;
use super::verbs::parameter;
use super::{CodeEntry, Conclusion, Place, text};
use hashbrown::HashSet;
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::code::{TypeName, Value};
use threatline_facts::{DataClass, Text};
use threatline_knowledge::catalogue::record_classes;
use threatline_knowledge::packs::{Family, Scope as Reach, Verb};
use threatline_model::{EntryPointKind, Grade, Parameter, Property};

/// A place that is the path where the route has such a part, and else the query.
pub(super) const EITHER: &str = "path_or_query";
/// How deep routers hang under each other at most.
const MAX_NESTING: usize = 24;
/// How far from a parameter's type to the types of its fields, and theirs.
const RECORD_DEPTH: usize = 4;

/// After a method of HTTP in packs: the path without its last part.
const ABOVE: &str = " ..";

/// A route that was reached from the top.
struct Reached {
    route: std::rc::Rc<Route>,
    prefix: String,
    guards: Vec<Guard>,
    places: Vec<Place>,
    unclear: bool,
}

/// What stands before everything in a router.
#[derive(Clone, Default)]
struct Above {
    guards: Vec<Guard>,
    /// Whole patterns of paths, and what stands before routes that fit.
    patterns: Vec<(String, Vec<Guard>)>,
    /// Objects that say which routes they stand before.
    intercepts: Vec<(ObjectId, Vec<Guard>)>,
}

/// An entry point before siblings are compared.
pub(super) struct Draft {
    pub(super) entry: CodeEntry,
    /// Everything on its way was read.
    pub(super) clear: bool,
    /// Who may depends on what was read and not understood.
    pub(super) undecided: bool,
    /// What it runs looks at the caller's credential, and no check was understood there.
    pub(super) asks: bool,
    /// The function that handles it.
    pub(super) body: Option<(FileId, u32)>,
    /// The object at the top under which it hangs.
    pub(super) top: ObjectId,
}

/// What a command says that it takes, in its own words: `sync <source> [target..]`.
fn own_arguments(route: &Route, raw: &str) -> Vec<Parameter> {
    if route.kind != EntryPointKind::Cli {
        return Vec::new();
    }
    let placed = raw.split(['/', ' ']).filter(|word| word.starts_with(['<', '[']) && word.ends_with(['>', ']']));
    let names = placed.map(|word| word.trim_matches(['<', '>', '[', ']', '.', '?', '*'])).filter(|name| !name.is_empty());
    names.map(|name| parameter(name, "argument")).chain(raw.split('{').skip(1).take(64).filter_map(braced)).collect()
}

/// `{user?}`, `{--Q|queue=default : which one}` of Artisan.
fn braced(text: &str) -> Option<Parameter> {
    let inner = text.split_once('}')?.0.split([':', '=']).next().unwrap_or_default().trim();
    let (name, place) = inner.strip_prefix("--").map_or((inner, "argument"), |flag| (flag.rsplit('|').next().unwrap_or(flag), "flag"));
    let name = name.trim_end_matches(['?', '*']);
    (!name.is_empty()).then(|| parameter(name, place))
}

impl<'a> Evaluator<'a> {
    /// All entry points.
    pub(super) fn entries(&mut self) -> Vec<Draft> {
        let mut out = Vec::new();
        self.settle_filters();
        self.settling = true;
        self.hang_late();
        let doubles = self.doubles();
        for top in 0..self.objects.len() {
            if self.objects[top].mounted || self.objects[top].events.is_empty() || doubles.contains(&top) {
                continue;
            }
            let mut reached = Vec::new();
            let before = self.root_before(top).map(|path| path.with_defaults()).unwrap_or_default();
            let above = Above { guards: self.before_all(top), ..Above::default() };
            self.descend(top, before, &above, &[], false, &mut vec![top], &mut reached);
            let (of_own, of_test) = (self.program.is_own(self.objects[top].owner), self.objects[top].rehearsed);
            for one in reached {
                // A test that makes a router of the program by itself says nothing of where that stands.
                let elsewhere = !text::rehearses(&one.route.place.path);
                if (!of_own && !self.is_own(&one)) || (of_test && elsewhere) {
                    continue;
                }
                self.refuel();
                self.finish(one, top, &mut out);
                self.taking.clear();
            }
        }
        out
    }

    #[allow(clippy::too_many_arguments, reason = "a walk carries what it has met")]
    fn descend(&mut self, id: ObjectId, prefix: String, above: &Above, places: &[Place], unclear: bool, way: &mut Vec<ObjectId>, out: &mut Vec<Reached>) {
        if way.len() > MAX_NESTING || out.len() > 20_000 {
            return;
        }
        let object = self.objects[id].clone();
        let mut unclear = unclear || object.events.iter().any(|event| matches!(event, Event::Protect));
        let prefix = match &object.prefix {
            Some(own) => text::under(&prefix, &own.with_defaults()),
            None => prefix,
        };
        if object.outsider && object.events.is_empty() {
            if let Some(place) = places.last() {
                let route = super::annotated::plain_route(Val::Unknown, place.clone());
                out.push(Reached { route: std::rc::Rc::new(route), prefix, guards: above.guards.clone(), places: places.to_vec(), unclear: true });
            }
            return;
        }
        let mut before = above.clone();
        before.guards.extend(object.guards.iter().cloned());
        let inherited = self.inherited(id);
        for (at, event) in object.events.iter().enumerate() {
            let path = match event {
                Event::Route(route) => text::of_route(&route.path),
                Event::Mount { path, .. } => path.as_ref().map(text::of_route).unwrap_or_default(),
                _ => continue,
            };
            let mut here = before.clone();
            for (guards, only) in &inherited {
                if only.as_ref().is_none_or(|only| is_below(&path, &only.with_defaults())) {
                    here.guards.extend(guards.iter().cloned());
                }
            }
            let stands = |reach: Reach, other: usize| match reach {
                Reach::All => true,
                Reach::Later => other < at,
                Reach::Earlier => other > at,
            };
            for (other, middleware) in object.events.iter().enumerate() {
                match middleware {
                    Event::Middleware { guards, path: only, reach }
                        if stands(*reach, other) && only.as_ref().is_none_or(|only| is_below(&path, &only.with_defaults())) =>
                    {
                        here.guards.extend(guards.iter().cloned());
                    }
                    Event::Before { guards, pattern, reach } if stands(*reach, other) => here.patterns.push((text::under(&prefix, pattern), guards.clone())),
                    Event::Intercept { guards, by } => here.intercepts.push((*by, guards.clone())),
                    _ => {}
                }
            }
            match event {
                Event::Route(_) if object.passes => {}
                Event::Route(route) => {
                    let mut unclear = unclear;
                    let mut guards = here.guards;
                    let whole = text::under(&prefix, &path);
                    for (pattern, covering) in &here.patterns {
                        match covers(pattern, &whole) {
                            Some(true) => guards.extend(covering.iter().cloned()),
                            Some(false) => {}
                            None => unclear = true,
                        }
                    }
                    for (by, covering) in &here.intercepts {
                        match self.objects[*by].covered.holds(&whole) {
                            Fit::Yes => guards.extend(covering.iter().cloned()),
                            Fit::No => {}
                            // what guards nothing is no matter
                            Fit::Maybe => guards.extend(covering.iter().map(Guard::perhaps)),
                        }
                    }
                    guards.extend(route.guards.iter().cloned());
                    let mut route = route.clone();
                    if !object.parameters.is_empty() {
                        std::rc::Rc::make_mut(&mut route).parameters.extend(object.parameters.iter().cloned());
                    }
                    out.push(Reached { route, prefix: prefix.clone(), guards, places: places.to_vec(), unclear });
                }
                Event::Mount { child, path: _, replaces, guards, place } => {
                    here.guards.extend(guards.iter().cloned());
                    let mut places = places.to_vec();
                    places.push(place.clone());
                    // a text names what it does seen from where it stands
                    let home = if matches!(child, Val::Text(_)) { self.program.file_at(&place.path) } else { None };
                    let children = self.within(home.unwrap_or(self.file), |this| this.children(child));
                    for child in children {
                        if way.contains(&child) {
                            continue;
                        }
                        let own = self.objects[child].prefix.clone();
                        let replaced = *replaces && !path.is_empty();
                        if replaced {
                            self.objects[child].prefix = None;
                        }
                        way.push(child);
                        self.descend(child, text::under(&prefix, &path), &here, &places, unclear, way, out);
                        way.pop();
                        self.objects[child].prefix = own;
                    }
                }
                _ => {}
            }
            unclear |= matches!(event, Event::Mount { child: Val::Missing, .. });
        }
    }

    /// What the bases of a class that is an application put before its routes, with the path it is limited to.
    fn inherited(&mut self, id: ObjectId) -> Vec<(Vec<Guard>, Option<threatline_facts::Text>)> {
        let Some((file, class)) = self.objects[id].class.filter(|(file, _)| self.program.files[*file].family.runs_bodies()) else { return Vec::new() };
        let (own, _) = self.bases(file, class);
        let mut out = Vec::new();
        for (file, class) in own.into_iter().rev() {
            let Val::Object(base) = self.generic_instance(file, class) else { continue };
            if base == id {
                continue;
            }
            out.extend(self.objects[base].events.iter().filter_map(|event| match event {
                Event::Middleware { guards, path, .. } => Some((guards.clone(), path.clone())),
                _ => None,
            }));
        }
        out
    }

    /// What the configuration of the program puts before everything that is of this kind.
    fn before_all(&mut self, top: ObjectId) -> Vec<Guard> {
        let object = &self.objects[top];
        let (Some(ty), owner) = (object.ty, object.owner) else { return Vec::new() };
        let place = object.place.clone();
        let rule = self.program.files[owner].library.type_rule(ty).rule;
        match (&rule.guarded_default, place) {
            (Some(name), Some(place)) => self.default_guards(name, &place),
            _ => Vec::new(),
        }
    }

    /// A file that is asked says the route, or mounts it.
    fn is_own(&self, reached: &Reached) -> bool {
        let own = |place: &Place| self.program.file_at(&place.path).is_some_and(|file| self.program.is_own(file));
        own(&reached.route.place) || reached.places.iter().any(own)
    }

    /// The routers of a class's annotated methods, where each has its own (Rust).
    pub(super) fn annotated_children(&self, file: FileId, class: u32) -> Vec<ObjectId> {
        self.all_methods(file, class).iter().filter_map(|method| self.function_routers.get(method).copied()).collect()
    }

    fn finish(&mut self, reached: Reached, top: ObjectId, out: &mut Vec<Draft>) {
        if reached.route.kind == EntryPointKind::Cli && text::is_chore(&reached.route.place.path) {
            return;
        }
        let whole = text::under(&reached.prefix, &text::of_route(&reached.route.path));
        let whole = if has_setting(&reached.route.path) { text::one_slash(&whole) } else { whole };
        let (raw, queried) = text::queried(&whole);
        let (path, names) = match reached.route.kind {
            EntryPointKind::Http | EntryPointKind::Websocket => text::path(raw),
            EntryPointKind::Cli
                if self.program.file_at(&reached.route.place.path).is_some_and(|file| self.program.files[file].family == Family::JavaScript) =>
            {
                (self.packaged_command(raw, &reached.route.place), Vec::new())
            }
            EntryPointKind::Cli => (self.command(raw, &reached.route.place.path, self.objects[top].prefix.is_some()), Vec::new()),
            EntryPointKind::Graphql => {
                let path = whole.trim_matches('/').replace('/', ".");
                // a field of what is no root is asked for with another
                if !path.contains('.') {
                    return;
                }
                (path, Vec::new())
            }
            _ => (reached.route.path.with_defaults(), Vec::new()),
        };
        self.taking = reached.route.takes.clone();
        self.metadata = match &reached.route.handler {
            Val::Function(closure) => self.told_of.get(&(closure.file, closure.index, closure.this)).cloned(),
            _ => None,
        };
        let is_located = reached.route.kind == EntryPointKind::Http && !reached.route.unplaced;
        self.location = is_located.then(|| std::rc::Rc::from(path.as_str()));
        self.choice.clone_from(&reached.route.choice);
        self.frames.push(Effects::default());
        let chain = self.chain(&reached.guards, reached.unclear);
        let before = self.frames.pop().unwrap_or_default();
        let before = super::attributes::of_guards(before, &reached.route.place);
        for mut one in self.handlers(&reached.route) {
            // `GET ..` is answered one step above.
            let above = one.methods.iter().flatten().any(|method| method.ends_with(ABOVE));
            one.methods.iter_mut().flatten().for_each(|method| *method = method.trim_end_matches(ABOVE).to_owned());
            let (path, names) = if above { one_above(&path, &names) } else { (path.clone(), names.clone()) };
            let mut verdict = chain.clone();
            self.frames.push(Effects::default());
            self.on_the_way = guard_names(&reached.route.handler);
            self.on_the_way.extend(guard_names(&one.handler));
            for guard in one.guards {
                let one = self.judge(&guard, 0);
                verdict.and(one);
            }
            let (inner, closure) = self.handler_verdict(&one.handler, &reached.route.place);
            self.on_the_way.clear();
            verdict.asked = inner.places.first().filter(|_| inner.authenticates).cloned();
            verdict.and(inner);
            let own = self.frames.pop().unwrap_or_default();
            let mut said = super::attributes::of_guards(own, &reached.route.place);
            said.extend(before.iter().cloned());
            let (path, names) = match &one.below {
                Some(below) => text::path(&text::under(raw, below)),
                None => (path.clone(), names.clone()),
            };
            if let Val::Class(file, class) = &one.handler {
                said.extend(self.filled_by_library(*file, *class, &reached.route.place));
            }
            let several = one.methods.len() > 1 && self.choice.is_none();
            for method in one.methods {
                if let (true, Some(closure), Some(method)) = (several, &closure, &method) {
                    self.choice = self.choice_of_method(closure, method).map(std::rc::Rc::new);
                }
                self.draft(&reached, &path, &names, method, &verdict, closure.as_ref(), top, &said, out);
                if several {
                    self.choice = None;
                }
                if let Some(draft) = out.last_mut() {
                    draft.entry.parameters.extend(queried.iter().map(|name| parameter(name, "query")));
                    let told: Vec<Parameter> = own_arguments(&reached.route, raw).into_iter().filter(|one| !draft.entry.parameters.contains(one)).collect();
                    draft.entry.parameters.extend(told);
                }
            }
        }
        self.choice = None;
    }

    /// A command as one types it: the name that the package gives the program, and the words that lead to it.
    fn packaged_command(&self, raw: &str, place: &Place) -> String {
        let program = self.program.program_name(&place.path);
        let words = raw.split(['/', ' ']).filter(|word| !word.is_empty() && !word.starts_with(['<', '[', '-']));
        std::iter::once(program.as_str()).chain(words).collect::<Vec<_>>().join(" ")
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one entry")]
    fn draft(
        &mut self,
        reached: &Reached,
        path: &str,
        names: &[String],
        method: Option<String>,
        verdict: &Verdict,
        closure: Option<&Closure>,
        top: ObjectId,
        of_guards: &super::attributes::Said,
        out: &mut Vec<Draft>,
    ) {
        let route = &reached.route;
        let mut places = reached.places.clone();
        if places.last() != Some(&route.place) {
            places.push(route.place.clone());
        }
        let mut parameters: BTreeSet<Parameter> = names.iter().map(|name| parameter(name, "path")).collect();
        // What annotations place in the path or the query is in the path where the path names it.
        let is_placed = |one: &&Parameter| match one.place.as_str() {
            "path" => names.contains(&one.name),
            "query" => !names.contains(&one.name),
            // fields of a record are bound by their names in any letters
            "body" if self.family() == Family::CSharp => !names.iter().any(|name| name.eq_ignore_ascii_case(&one.name)),
            _ => true,
        };
        parameters.extend(route.parameters.iter().filter(is_placed).cloned());
        let mut takes = None;
        let mut returns = None;
        let branch = self.asking.left.get(&route.place).cloned();
        if let Some(closure) = closure.filter(|_| branch.is_none()) {
            self.extracted_parameters(closure, &mut parameters);
            self.ruled_parameters(closure, &mut parameters);
            parameters.extend(self.told_of_function(closure, names, matches!(method.as_deref(), Some("GET" | "HEAD"))));
            if route.typed && route.kind == EntryPointKind::Cli {
                self.command_parameters(closure, &mut parameters);
            } else if route.typed {
                let bodiless = method.as_deref().is_some_and(is_bodiless);
                self.typed_parameters(closure, names, (route.takes.len(), bodiless), &mut parameters);
            }
            if let (Val::Action(..), Some(this)) = (&route.handler, closure.this) {
                let declared = self.objects[this].declared.clone();
                let own = declared.iter().filter(|(name, _)| !names.contains(name));
                parameters.extend(own.map(|(name, place)| super::verbs::declared_parameter(name, place.as_deref(), std::slice::from_ref(&method))));
            }
            takes = self.taken(closure);
            returns = self.returned(closure);
        }
        let mut said = closure.map(|closure| self.attributes_of_parameters(closure)).unwrap_or_default();
        said.extend(closure.map(|closure| self.pages_of_parameters(closure)).unwrap_or_default());
        if let (Val::Null, false) = (&route.handler, self.said_of_files.is_empty()) {
            let file = self.program.file_at(&route.place.path);
            said.extend(file.and_then(|file| self.said_of_files.get(&file)).into_iter().flatten().cloned());
        }
        let effects = branch.or_else(|| closure.map(|closure| self.effects(closure, &route.takes, &parameters)));
        said.extend(effects.iter().flat_map(|effects| effects.said.iter().cloned()));
        let filled = effects.iter().flat_map(|effects| effects.filled.iter().copied()).collect::<Vec<_>>();
        if let Some(more) = self.classes_of_records(&filled) {
            takes.get_or_insert_default().extend(more);
        }
        if let Some(effects) = &effects {
            // a request without a body has its form's fields in the query
            let bodiless = matches!(method.as_deref(), Some("GET" | "HEAD"));
            let told = |place: &'_ str| if bodiless && place == "form" { "query".to_owned() } else { place.to_owned() };
            // what holds those of the path, too, is read for what the path and the declaration do not say
            let own = |(name, place): &&(String, String)| !place.ends_with('*') || !parameters.iter().any(|known| known.name == *name);
            let read: Vec<(String, String)> =
                effects.parameters.iter().filter(own).map(|(name, place)| (name.clone(), place.trim_end_matches('*').to_owned())).collect();
            // where parts of the path are handed over with the query, they are no further parameters
            let is_part = |one: &Parameter| one.place == "path" || (one.place == "query" && self.family() == Family::JavaScript && names.contains(&one.name));
            parameters.extend(read.iter().map(|(name, place)| parameter(name, &told(place))).filter(|one| !is_part(one)));
        }
        if self.family() == Family::Php && matches!(method.as_deref(), Some("GET" | "HEAD")) {
            // such a request has no form: rules that a class tells are of its query
            parameters = parameters.into_iter().map(|one| if one.place == "form" { parameter(&one.name, "query") } else { one }).collect();
        }
        // The body as such says nothing beside its parts.
        let is_whole = |one: &&Parameter| one.name == one.place && matches!(one.place.as_str(), "body" | "form");
        if let Some(whole) = parameters.iter().find(is_whole).cloned()
            && matches!(self.family(), Family::JavaScript | Family::Python)
            && route.kind == EntryPointKind::Http
            && parameters.iter().any(|one| one.place == whole.place && one.name != whole.name)
        {
            parameters.remove(&whole);
        }
        // what a library reads of a request without a body is its query (Go: `c.Bind`)
        if self.family() == Family::Go && matches!(method.as_deref(), Some("GET" | "HEAD")) && parameters.iter().any(|one| one.place == "query") {
            parameters.retain(|one| one.place != "body" || one.name != one.place);
        }
        // what a request has in its path or else in its query
        parameters.retain(|one| one.place != EITHER || !names.contains(&one.name));
        let parameters: BTreeSet<Parameter> = parameters.into_iter().map(|one| if one.place == EITHER { parameter(&one.name, "query") } else { one }).collect();
        let function = closure.map(|closure| &self.program.source(closure.file).functions[closure.index as usize]);
        let handler = function.map(|function| function.name.clone()).filter(|name| !name.is_empty());
        let holds = |holds: bool, grade: Grade, places: Vec<Place>| Some(Conclusion { holds, grade, places });
        let reads = matches!(method.as_deref(), Some("GET" | "HEAD" | "OPTIONS"));
        let writes = verdict.writes && matches!(method.as_deref(), Some("POST" | "PUT" | "PATCH" | "DELETE"));
        let authenticated = match (verdict.exempts, verdict.authenticates || writes) {
            (true, _) => holds(false, Grade::X, verdict.places.clone()),
            (false, true) => holds(true, Grade::X, verdict.places.clone()),
            (false, false) => None,
        };
        let authorized =
            ((verdict.authorizes || verdict.owns) && !verdict.exempts).then(|| Conclusion { holds: true, grade: Grade::X, places: verdict.places.clone() });
        let mut properties = Vec::new();
        if let Some(place) = verdict.places.first() {
            use threatline_model::{Property, Value};
            let mut flag = |property| properties.push((property, Value::Flag(true), place.clone()));
            if verdict.rate_limits {
                flag(Property::RateLimited);
            }
            if verdict.verifies_signature {
                flag(Property::SignatureVerified);
            }
            if verdict.authorizes {
                flag(Property::RoleCheck);
            }
            if verdict.owns {
                flag(Property::OwnerCheck);
            }
        }
        let asks = authenticated.is_none() && !verdict.checks && closure.is_some_and(|closure| self.looks_at_credential(closure));
        let clear = !verdict.unclear && (!verdict.writes || reads) && closure.is_some() && self.is_whole(&places, closure);
        // whose record it is was never asked: all that runs is in sight, and speaks of no caller
        let lookup = effects.as_ref().and_then(|effects| effects.lookup.clone());
        if let (Some(found), Some(closure)) = (lookup, closure)
            && clear
            && !verdict.authorizes
            && !verdict.owns
            && !verdict.exempts
            && !self.may_ask_who(closure, &parameters)
        {
            properties.push((threatline_model::Property::OwnerCheck, threatline_model::Value::Flag(false), found));
        }
        let calls = effects.map(|effects| effects.calls.into_iter().collect());
        let mut entry = CodeEntry {
            kind: route.kind,
            method,
            path: path.to_owned(),
            written: has_setting(&route.path).then(|| Text::join([Text::literal(format!("{}/", reached.prefix.trim_end_matches('/'))), route.path.clone()])),
            parameters: parameters.into_iter().collect(),
            handler,
            authenticated,
            authorized,
            properties,
            takes,
            returns,
            places,
            calls,
            handled: handled_in(&route.handler, HANDLER_DEPTH).filter(|_| self.family() == Family::Go).map(|file| self.program.files[file].path.clone()),
            homes: None,
        };
        super::attributes::add_signed(&entry.parameters, &route.place, &mut said);
        // what the handler says is nearer than what stands before it
        let mut said: Vec<Saying> = said.into_iter().chain(of_guards.iter().cloned()).collect();
        let is_endless = |saying: &Saying| saying.property == Property::PaginationBounded && !saying.holds;
        if said.iter().any(is_endless) && self.may_be_checked(&route.guards) {
            said.retain(|saying| !is_endless(saying));
        }
        super::attributes::add(&mut entry, said, verdict.asked.as_ref());
        let body = closure.map(|closure| (closure.file, closure.index));
        out.push(Draft { entry, clear, undecided: verdict.undecided, asks, body, top });
    }

    /// Every file that the route rests on was read in full.
    fn is_whole(&self, places: &[Place], closure: Option<&Closure>) -> bool {
        let files = places.iter().filter_map(|place| self.program.file_at(&place.path));
        files.chain(closure.map(|closure| closure.file)).all(|file| {
            let path = &self.program.files[file].path;
            !self.cut.contains(&file) && !self.program.source(file).partial && !self.out.unresolved.iter().any(|place| place.path == *path)
        })
    }

    /// A method of a class as handler, with the guards that its class puts before it.
    pub(super) fn action(&mut self, route: &Route, file: FileId, class: u32, name: &str) -> super::handlers::Answer {
        let mut guards = self.filters_of(file, class, name);
        if self.has_unseen_base(file, class) {
            guards.push(Guard { value: Val::Unknown, place: route.place.clone() });
        }
        let this = if let Val::Object(id) = self.generic_instance(file, class) { Some(id) } else { None };
        let value = match self.class_method(file, class, name) {
            Some((file, index)) => Val::Function(Closure { file, index, scope: None, this }),
            None => Val::Unknown,
        };
        super::handlers::Answer { methods: route.methods.clone(), handler: value, guards, below: None }
    }

    /// A base that is not at hand, and that no pack knows to put nothing before the class's handlers.
    fn has_unseen_base(&mut self, file: FileId, class: u32) -> bool {
        let (_, foreign) = self.bases(file, class);
        let library = self.program.files[file].library;
        foreign.iter().any(|name| match library.type_named(name) {
            Some(ty) => library.type_rule(ty).rule.unseen,
            None => library.guards(name).is_empty(),
        })
    }

    pub(super) fn class_field(&mut self, file: FileId, class: u32, name: &str) -> Option<Val> {
        let Val::Object(id) = self.generic_instance(file, class) else { return None };
        self.field(id, name)
    }

    /// What running the handler leaves behind.
    pub(super) fn effects(&mut self, closure: &Closure, takes: &[Val], told: &BTreeSet<Parameter>) -> Effects {
        let mut closure = closure.clone();
        if closure.this.is_none() {
            let class = self.program.source(closure.file).functions[closure.index as usize].class;
            if let Some(class) = class
                && let Val::Object(id) = self.generic_instance(closure.file, class)
            {
                closure.this = Some(id);
            }
        }
        self.frames.push(Effects::default());
        let mut arguments: Vec<Arg> = takes.iter().map(|value| Arg { name: None, value: value.clone() }).collect();
        let file = self.file;
        self.file = closure.file;
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        if takes.is_empty() {
            arguments.extend(self.requests_named(closure.file, function));
        }
        arguments.extend(self.brought(function, told));
        arguments.extend(self.depended(&closure, 0));
        let _ = self.invoke(&closure, arguments);
        let mut all = self.frames.pop().unwrap_or_default();
        for guard in self.dependencies(&closure) {
            if let Val::Function(dependency) = &guard.value {
                self.frames.push(Effects::default());
                let _ = self.invoke(dependency, Vec::new());
                let effects = self.frames.pop().unwrap_or_default();
                all.merge(&effects);
            }
        }
        self.file = file;
        all
    }
}

/// Whether a path lies under what a middleware is limited to.
fn is_below(path: &str, only: &str) -> bool {
    let only = only.trim_end_matches(['*', '/']);
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    only.is_empty() || path == only || path.strip_prefix(only).is_some_and(|rest| rest.starts_with('/'))
}

/// A path without its last part, and the names that are left in it.
fn one_above(path: &str, names: &[String]) -> (String, Vec<String>) {
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    let left = names.iter().filter(|name| above.contains(&format!("{{{name}}}"))).cloned().collect();
    (if above.is_empty() { "/".to_owned() } else { above.to_owned() }, left)
}

fn has_setting(text: &Text) -> bool {
    match text {
        Text::Setting { .. } => true,
        Text::Joined(parts) => parts.iter().any(has_setting),
        _ => false,
    }
}

/// Whether all requests of a route fit a pattern (`/api/*`, `/users/:id`); none where only some do.
fn covers(pattern: &str, path: &str) -> Option<bool> {
    let is_open = |part: &str| part.starts_with([':', '{', '<', '*']);
    let mut route = path.trim_matches('/').split('/').filter(|part| !part.is_empty()).peekable();
    for part in pattern.trim_matches('/').split('/').filter(|part| !part.is_empty()) {
        if part.starts_with('*') || part.starts_with("{*") {
            // `/api/*` and the path `/api`: frameworks differ.
            return if route.peek().is_some() || pattern.trim_matches('/') == part { Some(true) } else { None };
        }
        match route.next() {
            None => return Some(false),
            Some(own) if own.starts_with('*') => return None,
            Some(_) if is_open(part) => {}
            Some(own) if is_open(own) => return None,
            Some(own) if own != part => return Some(false),
            Some(_) => {}
        }
    }
    Some(route.next().is_none())
}

/// Says `false` where everything was read and nothing guards, or where most siblings are guarded.
pub(super) fn settle(drafts: Vec<Draft>) -> Vec<CodeEntry> {
    let mut groups: BTreeMap<ObjectId, (usize, usize)> = BTreeMap::new();
    for draft in &drafts {
        let (guarded, all) = groups.entry(draft.top).or_default();
        *guarded += usize::from(draft.entry.authenticated.as_ref().is_some_and(|conclusion| conclusion.holds));
        *all += 1;
    }
    // of several routes in one function the one that is asked for is where the credential is looked at
    let is_guarded = |draft: &&Draft| draft.entry.authenticated.as_ref().is_some_and(|conclusion| conclusion.holds);
    let asked: BTreeSet<(FileId, u32)> = drafts.iter().filter(is_guarded).filter_map(|draft| draft.body).collect();
    let mut out: Vec<CodeEntry> = Vec::new();
    for Draft { mut entry, clear, undecided, asks, body, top } in drafts {
        let asks = asks && !body.is_some_and(|body| asked.contains(&body));
        if entry.authenticated.is_none()
            && !matches!(
                entry.kind,
                EntryPointKind::Message | EntryPointKind::Schedule | EntryPointKind::Cli | EntryPointKind::McpTool | EntryPointKind::Function
            )
        {
            let (guarded, all) = groups.get(&top).copied().unwrap_or_default();
            let grade = match clear && !asks {
                true => Some(Grade::C),
                // what its siblings have may be what was not understood
                false if !undecided && !asks && guarded >= 3 && guarded * 4 >= (all - 1) * 3 => Some(Grade::S),
                false => None,
            };
            entry.authenticated = grade.map(|grade| Conclusion { holds: false, grade, places: entry.places.clone() });
        }
        out.push(entry);
    }
    out
}

/// Names of the library's wrappers around a handler.
/// So many wrappers are looked into for a handler.
const HANDLER_DEPTH: usize = 4;

/// The file of the function that answers, however it is wrapped.
fn handled_in(handler: &Val, depth: usize) -> Option<FileId> {
    match handler {
        _ if depth == 0 => None,
        Val::Function(closure) => Some(closure.file),
        Val::Guarded(inner) => handled_in(&inner.1, depth - 1),
        Val::Made(made) => made.arguments.iter().find_map(|argument| handled_in(&argument.value, depth - 1)),
        _ => None,
    }
}

fn guard_names(handler: &Val) -> Vec<String> {
    let mut out = Vec::new();
    let mut value = handler;
    while let Val::Guarded(inner) = value {
        match &inner.0.value {
            Val::Symbol(name) => out.push(name.to_string()),
            Val::Made(made) => out.push(made.by.clone()),
            _ => {}
        }
        value = &inner.1;
    }
    out
}
