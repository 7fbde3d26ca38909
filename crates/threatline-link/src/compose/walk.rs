//! From applications down: every route with its whole path and the guards before it, in order.

use super::evaluate::Evaluator;
use super::guard::Verdict;
use super::value::*;
use super::verbs::parameter;
use super::{CodeEntry, Conclusion, Place, text};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use threatline_facts::DataClass;
use threatline_facts::code::{TypeName, Value};
use threatline_knowledge::catalogue::data_class;
use threatline_knowledge::packs::{Family, Scope as Reach, Verb};
use threatline_model::{EntryPointKind, Grade, Parameter};

/// How deep routers hang under each other at most.
const MAX_NESTING: usize = 24;
/// How far from a parameter's type to the types of its fields, and theirs.
const RECORD_DEPTH: usize = 4;

/// A route that was reached from the top.
struct Reached {
    route: std::rc::Rc<Route>,
    prefix: String,
    guards: Vec<Guard>,
    places: Vec<Place>,
    unclear: bool,
}

/// An entry point before siblings are compared.
pub(super) struct Draft {
    pub(super) entry: CodeEntry,
    /// Everything on its way was read.
    pub(super) clear: bool,
    /// The object at the top under which it hangs.
    pub(super) top: ObjectId,
}

impl<'a> Evaluator<'a> {
    /// All entry points.
    pub(super) fn entries(&mut self) -> Vec<Draft> {
        let mut out = Vec::new();
        self.settle_filters();
        self.settling = true;
        for top in 0..self.objects.len() {
            if self.objects[top].mounted || self.objects[top].events.is_empty() {
                continue;
            }
            let mut reached = Vec::new();
            self.descend(top, String::new(), &[], &[], false, &mut vec![top], &mut reached);
            let of_own = self.program.is_own(self.objects[top].owner);
            for one in reached {
                if !of_own && !self.is_own(&one) {
                    continue;
                }
                self.refuel();
                self.finish(one, top, &mut out);
            }
        }
        out
    }

    #[allow(clippy::too_many_arguments, reason = "a walk carries what it has met")]
    fn descend(&mut self, id: ObjectId, prefix: String, guards: &[Guard], places: &[Place], unclear: bool, way: &mut Vec<ObjectId>, out: &mut Vec<Reached>) {
        if way.len() > MAX_NESTING || out.len() > 20_000 {
            return;
        }
        let object = self.objects[id].clone();
        let mut unclear = unclear || object.events.iter().any(|event| matches!(event, Event::Protect));
        let prefix = match &object.prefix {
            Some(own) => text::under(&prefix, &own.with_defaults()),
            None => prefix,
        };
        let mut before = guards.to_vec();
        before.extend(object.guards.iter().cloned());
        for (at, event) in object.events.iter().enumerate() {
            let path = match event {
                Event::Route(route) => text::of_route(&route.path),
                Event::Mount { path, .. } => path.as_ref().map(text::of_route).unwrap_or_default(),
                _ => continue,
            };
            let mut here = before.clone();
            for (other, middleware) in object.events.iter().enumerate() {
                if let Event::Middleware { guards, path: only, reach } = middleware {
                    let stands = match reach {
                        Reach::All => true,
                        Reach::Later => other < at,
                        Reach::Earlier => other > at,
                    };
                    let covers = only.as_ref().is_none_or(|only| is_below(&path, &only.with_defaults()));
                    if stands && covers {
                        here.extend(guards.iter().cloned());
                    }
                }
            }
            match event {
                Event::Route(route) => {
                    here.extend(route.guards.iter().cloned());
                    out.push(Reached { route: route.clone(), prefix: prefix.clone(), guards: here, places: places.to_vec(), unclear });
                }
                Event::Mount { child, path: _, replaces, guards, place } => {
                    here.extend(guards.iter().cloned());
                    let mut places = places.to_vec();
                    places.push(place.clone());
                    for child in self.children(child) {
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

    /// A file that is asked says the route, or mounts it.
    fn is_own(&self, reached: &Reached) -> bool {
        let own = |place: &Place| self.program.file_at(&place.path).is_some_and(|file| self.program.is_own(file));
        own(&reached.route.place) || reached.places.iter().any(own)
    }

    fn children(&mut self, value: &Val) -> Vec<ObjectId> {
        match value {
            Val::Object(id) if self.objects[*id].ty.is_none() => match self.objects[*id].class {
                Some((file, class)) => std::iter::once(*id).chain(self.annotated_children(file, class)).collect(),
                None => vec![*id],
            },
            Val::Object(id) => vec![*id],
            Val::Class(file, class) => self.annotated_children(*file, *class),
            Val::Function(closure) => self.function_routers.get(&(closure.file, closure.index)).copied().into_iter().collect(),
            Val::List(items) | Val::Either(items) => items.iter().flat_map(|item| self.children(item)).collect(),
            Val::Module(file) => match self.plain_value(Val::Module(*file)) {
                Val::Module(_) => ["router", "app", "urlpatterns"]
                    .iter()
                    .find_map(|name| self.module_member(*file, name))
                    .map(|value| self.children(&value))
                    .unwrap_or_default(),
                value => self.children(&value),
            },
            _ => Vec::new(),
        }
    }

    /// The routers of a class's annotated methods, where each has its own (Rust).
    fn annotated_children(&self, file: FileId, class: u32) -> Vec<ObjectId> {
        self.all_methods(file, class).iter().filter_map(|method| self.function_routers.get(method).copied()).collect()
    }

    fn finish(&mut self, reached: Reached, top: ObjectId, out: &mut Vec<Draft>) {
        let whole = text::under(&reached.prefix, &text::of_route(&reached.route.path));
        let (raw, queried) = text::queried(&whole);
        let (path, names) = match reached.route.kind {
            EntryPointKind::Http | EntryPointKind::Websocket => text::path(raw),
            _ => (reached.route.path.with_defaults(), Vec::new()),
        };
        let mut chain = Verdict { unclear: reached.unclear, ..Verdict::default() };
        for guard in &reached.guards {
            let verdict = self.judge(guard, 0);
            chain.and(verdict);
        }
        for (methods, handler, own) in self.handlers(&reached.route) {
            let mut verdict = chain.clone();
            for guard in own {
                let one = self.judge(&guard, 0);
                verdict.and(one);
            }
            let (inner, closure) = self.handler_verdict(&handler, &reached.route.place);
            verdict.and(inner);
            for method in methods {
                self.draft(&reached, &path, &names, method, &verdict, closure.as_ref(), top, out);
                if let Some(draft) = out.last_mut() {
                    draft.entry.parameters.extend(queried.iter().map(|name| parameter(name, "query")));
                }
            }
        }
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
        out: &mut Vec<Draft>,
    ) {
        let route = &reached.route;
        let mut places = reached.places.clone();
        if places.last() != Some(&route.place) {
            places.push(route.place.clone());
        }
        let mut parameters: BTreeSet<Parameter> = names.iter().map(|name| parameter(name, "path")).collect();
        parameters.extend(route.parameters.iter().filter(|one| one.place != "path" || names.contains(&one.name)).cloned());
        let mut takes = None;
        let mut returns = None;
        if let Some(closure) = closure {
            self.extracted_parameters(closure, &mut parameters);
            self.ruled_parameters(closure, &mut parameters);
            if route.typed {
                self.typed_parameters(closure, names, &mut parameters);
            }
            takes = self.taken(closure);
            returns = self.returned(closure);
        }
        let effects = closure.map(|closure| self.effects(closure, &route.takes, &parameters));
        if let Some(effects) = &effects {
            // a request without a body has its form's fields in the query
            let bodiless = matches!(method.as_deref(), Some("GET" | "HEAD"));
            let told = |place: &'_ str| if bodiless && place == "form" { "query".to_owned() } else { place.to_owned() };
            parameters.extend(effects.parameters.iter().map(|(name, place)| parameter(name, &told(place))).filter(|one| one.place != "path"));
        }
        let function = closure.map(|closure| &self.program.source(closure.file).functions[closure.index as usize]);
        let handler = function.map(|function| function.name.clone()).filter(|name| !name.is_empty());
        let holds = |holds: bool, grade: Grade, places: Vec<Place>| Some(Conclusion { holds, grade, places });
        let authenticated = match (verdict.exempts, verdict.authenticates) {
            (true, _) => holds(false, Grade::X, verdict.places.clone()),
            (false, true) => holds(true, Grade::X, verdict.places.clone()),
            (false, false) => None,
        };
        let authorized = (verdict.authorizes && !verdict.exempts).then(|| Conclusion { holds: true, grade: Grade::X, places: verdict.places.clone() });
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
        }
        let clear = !verdict.unclear && closure.is_some() && self.is_whole(&places, closure);
        let calls = effects.map(|effects| effects.calls.into_iter().collect());
        let entry = CodeEntry {
            kind: route.kind,
            method,
            path: path.to_owned(),
            parameters: parameters.into_iter().collect(),
            handler,
            authenticated,
            authorized,
            properties,
            takes,
            returns,
            places,
            calls,
        };
        out.push(Draft { entry, clear, top });
    }

    /// Every file that the route rests on was read in full.
    fn is_whole(&self, places: &[Place], closure: Option<&Closure>) -> bool {
        let files = places.iter().filter_map(|place| self.program.file_at(&place.path));
        files.chain(closure.map(|closure| closure.file)).all(|file| {
            let path = &self.program.files[file].path;
            !self.cut.contains(&file) && !self.program.source(file).partial && !self.out.unresolved.iter().any(|place| place.path == *path)
        })
    }

    /// The handlers of a route: one, or the methods of a class.
    fn handlers(&mut self, route: &Route) -> Vec<(Vec<Option<String>>, Val, Vec<Guard>)> {
        let mut value = route.handler.clone();
        let mut own = Vec::new();
        while let Val::Guarded(inner) = &value {
            if !matches!(inner.1, Val::Class(..) | Val::Guarded(_)) {
                break;
            }
            own.push(inner.0.clone());
            value = inner.1.clone();
        }
        let (file, class) = match &value {
            Val::Class(file, class) => (*file, *class),
            Val::Object(id) if self.objects[*id].class.is_some() && route.kind == EntryPointKind::Http => self.objects[*id].class.unwrap_or_default(),
            _ => return vec![(route.methods.clone(), value, own)],
        };
        let (_, foreign) = self.bases(file, class);
        let library = self.program.files[file].library;
        let Some((ruled, _)) = foreign.iter().find_map(|name| library.class(name)) else {
            return vec![(route.methods.clone(), value, own)];
        };
        if let Some(Val::List(items)) = self.class_field(file, class, "decorators") {
            own.extend(items.iter().map(|value| Guard { value: value.clone(), place: route.place.clone() }));
        }
        let field = ruled.rule.limited_by.as_deref().filter(|_| !route.told).and_then(|field| self.class_field(file, class, field));
        let limits: Vec<Option<String>> = match field {
            Some(Val::List(items)) => items.iter().filter_map(|item| Some(Some(item.literal()?.to_ascii_uppercase()))).collect(),
            _ if route.told => route.methods.clone(),
            _ => Vec::new(),
        };
        let mut out = Vec::new();
        for (name, method) in &ruled.rule.methods {
            let Some((file, index)) = self.class_method(file, class, name) else { continue };
            let function = &self.program.source(file).functions[index as usize];
            let scope = self.globals(file);
            let this = if let Val::Object(id) = &value { Some(*id) } else { None };
            let handler = self.decorate(Val::Function(Closure { file, index, scope: None, this }), &function.annotations, &scope);
            let methods = match method.as_str() {
                "" if !limits.is_empty() => limits.clone(),
                "" => route.methods.clone(),
                "*" => vec![None],
                method if !limits.is_empty() && !limits.iter().any(|limit| limit.as_deref().is_none_or(|limit| limit == method)) => continue,
                method => vec![Some(method.to_owned())],
            };
            out.push((methods, handler, own.clone()));
        }
        out
    }

    fn class_field(&mut self, file: FileId, class: u32, name: &str) -> Option<Val> {
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
        arguments.extend(self.brought(function, told));
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

    /// Parameters whose type says where they come from: `Query<Search>`, `Json<Order>`.
    fn extracted_parameters(&mut self, closure: &Closure, out: &mut BTreeSet<Parameter>) {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let scope = self.globals(closure.file);
        let before = self.file;
        self.file = closure.file;
        let library = self.program.files[closure.file].library;
        for (one, declared) in function.parameters.iter().filter_map(|one| Some((one, one.declared.as_ref()?))) {
            let Val::Symbol(name) = self.type_value(&declared.name, &scope) else { continue };
            let Some(rule) = library.type_named(&name).map(|ty| library.type_rule(ty).rule) else { continue };
            let Some(place) = rule.takes.as_deref() else { continue };
            if rule.named {
                let own = one.name.trim_start_matches('_');
                if place != "path" && !own.is_empty() {
                    out.insert(parameter(&if place == "header" { own.replace('_', "-") } else { own.to_owned() }, place));
                }
                continue;
            }
            if place == "body" {
                out.insert(parameter("body", "body"));
                continue;
            }
            let Some(inner) = declared.arguments.first() else { continue };
            match self.type_value(&inner.name, &scope) {
                Val::Class(file, class) => {
                    let fields = &self.program.source(file).classes[class as usize].fields;
                    out.extend(fields.iter().filter(|field| !field.name.is_empty()).map(|field| parameter(&field.name, place)));
                }
                // a record of which only the name is known
                _ => {
                    out.insert(parameter(place, place));
                }
            }
        }
        self.file = before;
    }

    /// Parameters of a handler that the framework fills from the request by their types.
    fn typed_parameters(&mut self, closure: &Closure, names: &[String], out: &mut BTreeSet<Parameter>) {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let scope = self.globals(closure.file);
        let (file, mark) = (self.file, self.mark);
        self.file = closure.file;
        let annotated = matches!(self.family(), Family::CSharp | Family::Java);
        if self.family() == Family::CSharp {
            let told = self.told_parameters(function, &scope);
            out.extend(told.into_iter().filter(|one| one.place != "path"));
        }
        for one in &function.parameters {
            if one.name.is_empty() || one.variadic || names.contains(&one.name) {
                continue;
            }
            // What an annotation says of a parameter is all there is to say.
            if annotated && !one.annotations.is_empty() {
                continue;
            }
            let extras = one.declared.iter().flat_map(|declared| &declared.extras);
            let mut said = false;
            for value in one.default.iter().chain(extras) {
                let Value::Call(call) = value else { continue };
                let Some(name) = self.name_of(&call.callee, &scope) else { continue };
                let rules = self.program.files[self.file].library.calls(&name);
                let Some((ruled, _)) = rules.into_iter().find(|(ruled, _)| matches!(ruled.rule.does, Verb::Parameter | Verb::Depend)) else { continue };
                said = true;
                if ruled.rule.does == Verb::Parameter {
                    let arguments = self.arguments(&call.arguments, &scope);
                    let site = super::verbs::Site { method: String::new(), arguments, receiver: None, decorated: None, star: None };
                    let key = self.pick(ruled.rule.key.as_ref(), &site).and_then(|value| value.literal().map(str::to_owned));
                    let place = ruled.rule.r#in.as_deref().unwrap_or("query");
                    let plain = if place == "header" { one.name.replace('_', "-") } else { one.name.clone() };
                    if place != "path" {
                        out.insert(parameter(&key.unwrap_or(plain), place));
                    }
                }
            }
            if said {
                continue;
            }
            let place = match &one.declared {
                // An untyped parameter is the context.
                None if annotated => continue,
                None => "query",
                Some(declared) => match self.kind_of(declared, &scope) {
                    // Java's records are put together from a form or the query, field by field.
                    Some("body") if self.family() == Family::Java => continue,
                    Some(place) => place,
                    None => continue,
                },
            };
            out.insert(parameter(&one.name, place));
        }
        for dependency in self.dependencies(closure) {
            if let Val::Function(inner) = &dependency.value
                && (inner.file, inner.index) != (closure.file, closure.index)
                && self.burn()
            {
                self.typed_parameters(&inner.clone(), names, out);
            }
        }
        self.file = file;
        self.mark = mark;
    }

    /// Where a value of a type comes from: scalars from the query, records from the body.
    fn kind_of(&mut self, declared: &'a TypeName, scope: &Scope) -> Option<&'static str> {
        match declared.name.as_str() {
            "int" | "str" | "float" | "bool" | "UUID" | "uuid.UUID" | "date" | "datetime" | "Decimal" | "Literal" | "string" | "long" | "double"
            | "decimal" | "Guid" | "DateTime" | "String" | "Integer" | "Long" | "Double" | "Float" | "boolean" | "Boolean" | "BigDecimal" | "LocalDate" => {
                return Some("query");
            }
            "|" => return declared.arguments.first().and_then(|first| self.kind_of(first, scope)),
            "[]" => {
                let inner = declared.arguments.first()?;
                return self.kind_of(inner, scope).filter(|kind| *kind == "body");
            }
            "dict" | "Dict" => return Some("body"),
            _ => {}
        }
        match self.type_value(&declared.name, scope) {
            Val::Class(file, class) if self.program.source(file).classes[class as usize].is_enum => Some("query"),
            // An interface is a service.
            Val::Class(file, class) if self.program.source(file).classes[class as usize].is_abstract => None,
            Val::Class(..) => Some("body"),
            _ => None,
        }
    }

    /// Classes of data that a handler's parameters hold.
    fn taken(&mut self, closure: &Closure) -> Option<BTreeSet<DataClass>> {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        self.classes_of(closure.file, function.parameters.iter().filter_map(|parameter| parameter.declared.as_ref()))
    }

    fn returned(&mut self, closure: &Closure) -> Option<BTreeSet<DataClass>> {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        self.classes_of(closure.file, &function.returns)
    }

    /// The data classes of the fields of types, and of the types of these fields, a few deep; none where
    /// no record is known. Level by level, each class once: records of a large domain name each other
    /// in every way.
    fn classes_of(&mut self, file: FileId, declared: impl IntoIterator<Item = &'a TypeName>) -> Option<BTreeSet<DataClass>> {
        let mut out: Option<BTreeSet<DataClass>> = None;
        let mut seen: HashSet<(FileId, u32)> = HashSet::new();
        let mut level: Vec<(FileId, &'a TypeName)> = declared.into_iter().map(|declared| (file, declared)).collect();
        for _ in 0..=RECORD_DEPTH {
            for (file, declared) in std::mem::take(&mut level) {
                if !self.burn() {
                    return out;
                }
                level.extend(declared.arguments.iter().map(|argument| (file, argument)));
                let Some(class) = self.record_of(file, declared) else { continue };
                let all = out.get_or_insert_default();
                if seen.insert(class) {
                    let (file, class) = class;
                    let fields = &self.program.source(file).classes[class as usize].fields;
                    all.extend(fields.iter().filter_map(|field| data_class(&field.name)).map(|(class, _)| class));
                    level.extend(fields.iter().filter_map(|field| Some((file, field.declared.as_ref()?))));
                }
            }
        }
        out
    }

    /// The class of the project that a type names.
    fn record_of(&mut self, file: FileId, declared: &TypeName) -> Option<(FileId, u32)> {
        if matches!(&*declared.name, "" | "[]" | "|") {
            return None;
        }
        let before = std::mem::replace(&mut self.file, file);
        let scope = self.globals(file);
        let value = self.type_value(&declared.name, &scope);
        self.file = before;
        if let Val::Class(file, class) = value { Some((file, class)) } else { None }
    }
}

/// Whether a path lies under what a middleware is limited to.
fn is_below(path: &str, only: &str) -> bool {
    let only = only.trim_end_matches(['*', '/']);
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    only.is_empty() || path == only || path.strip_prefix(only).is_some_and(|rest| rest.starts_with('/'))
}

/// Says `false` where everything was read and nothing guards, or where most siblings are guarded.
pub(super) fn settle(drafts: Vec<Draft>) -> Vec<CodeEntry> {
    let mut groups: BTreeMap<ObjectId, (usize, usize)> = BTreeMap::new();
    for draft in &drafts {
        let (guarded, all) = groups.entry(draft.top).or_default();
        *guarded += usize::from(draft.entry.authenticated.as_ref().is_some_and(|conclusion| conclusion.holds));
        *all += 1;
    }
    let mut out: Vec<CodeEntry> = Vec::new();
    for Draft { mut entry, clear, top } in drafts {
        if entry.authenticated.is_none() && !matches!(entry.kind, EntryPointKind::Message | EntryPointKind::Schedule | EntryPointKind::Cli) {
            let (guarded, all) = groups.get(&top).copied().unwrap_or_default();
            let grade = match clear {
                true => Some(Grade::C),
                false if guarded >= 3 && guarded * 4 >= (all - 1) * 3 => Some(Grade::S),
                false => None,
            };
            entry.authenticated = grade.map(|grade| Conclusion { holds: false, grade, places: entry.places.clone() });
        }
        out.push(entry);
    }
    out
}
