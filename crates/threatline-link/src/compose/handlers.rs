//! What answers a route: a function, an object with methods, or the methods of a class, of which a library's
//! base may bring some and may put more below the route's path.

use super::Place;
use super::evaluate::Evaluator;
use super::value::*;
use super::verbs::Site;
use std::collections::BTreeMap;
use std::rc::Rc;
use threatline_facts::code::Call;
use threatline_knowledge::packs::{AnnotationVerb, ClassRule};
use threatline_model::EntryPointKind;

/// One handler of a route.
pub(super) struct Answer {
    pub(super) methods: Vec<Option<String>>,
    pub(super) handler: Val,
    pub(super) guards: Vec<Guard>,
    /// Path below the route's own.
    pub(super) below: Option<String>,
}

impl<'a> Evaluator<'a> {
    /// The handlers of a route: one, or the methods of a class.
    pub(super) fn handlers(&mut self, route: &Route) -> Vec<Answer> {
        let mut value = route.handler.clone();
        let mut guards = Vec::new();
        while let Val::Guarded(inner) = &value {
            if !matches!(inner.1, Val::Class(..) | Val::Guarded(_)) {
                break;
            }
            guards.push(inner.0.clone());
            value = inner.1.clone();
        }
        if let Val::Action(file, class, name) = &value {
            return vec![self.action(route, *file, *class, name)];
        }
        let whole = |this: &mut Self, value: Val, guards: Vec<Guard>| {
            let methods = match route.told {
                true => route.methods.clone(),
                false => this.narrowed(&route.handler, &route.methods),
            };
            vec![Answer { methods, handler: value, guards, below: None }]
        };
        let (file, class) = match &value {
            Val::Class(file, class) => (*file, *class),
            Val::Object(id) if self.objects[*id].class.is_some() && (route.kind == EntryPointKind::Http || !route.answered_by.is_empty()) => {
                self.objects[*id].class.unwrap_or_default()
            }
            Val::Symbol(name) => {
                let rules = self.program.files[self.file].library.classes_named(name);
                let out = brought(&rules, &route.methods);
                return if out.is_empty() { whole(self, value.clone(), guards) } else { out };
            }
            _ => return whole(self, value, guards),
        };
        if !route.answered_by.is_empty() {
            let out = self.answered_by(route, file, class);
            if !out.is_empty() || route.answered_by.iter().any(|(_, method)| !method.is_empty()) {
                return out;
            }
        }
        let (_, foreign) = self.bases(file, class);
        let library = self.program.files[file].library;
        guards.extend(self.class_guards(file, class));
        let mut rules: Vec<&'static ClassRule> = Vec::new();
        for rule in foreign.iter().flat_map(|name| library.classes_named(name)) {
            if !rules.iter().any(|known| std::ptr::eq(*known, rule)) {
                rules.push(rule);
            }
        }
        if rules.is_empty() {
            return whole(self, value, guards);
        }
        for name in &foreign {
            if !library.guards(name).is_empty() {
                guards.push(Guard { value: Val::symbol(name), place: route.place.clone() });
            }
        }
        self.listed_guards(file, class, &route.place, &mut guards);
        let own = self.own_guards(file, class, &rules, &route.place);
        let mut out = self.methods_of_class(route, file, class, &rules, &own);
        out.extend(self.members(route, file, class, &own));
        // Its methods stand where they were not found.
        if out.is_empty() && rules.iter().all(|rule| rule.methods.values().all(String::is_empty)) {
            out.push(Answer { methods: route.methods.clone(), handler: Val::Unknown, guards: own, below: None });
        }
        for answer in &mut out {
            answer.guards.splice(0..0, guards.iter().cloned());
        }
        out
    }

    /// The object whose methods answer: the one that the route was given, or any of its class.
    fn object_of(&mut self, route: &Route, file: FileId, class: u32) -> Option<ObjectId> {
        if let Val::Object(id) = &route.handler {
            return Some(*id);
        }
        if let Val::Object(id) = self.generic_instance(file, class) { Some(id) } else { None }
    }

    /// Methods that the route itself names: `on_get`, `on_post_items`.
    fn answered_by(&mut self, route: &Route, file: FileId, class: u32) -> Vec<Answer> {
        let mut out = Vec::new();
        for (name, method) in &route.answered_by {
            if let Some((found, index)) = self.class_method(file, class, name) {
                let function = &self.program.source(found).functions[index as usize];
                let scope = self.globals(found);
                let this = self.object_of(route, file, class);
                let value = Val::Function(Closure { file: found, index, scope: None, this });
                let handler = self.within(found, |this| this.decorate(value, &function.annotations, &scope));
                // without one it is the route that says
                let methods = if method.is_empty() { route.methods.clone() } else { vec![Some(method.clone()).filter(|method| method != "*")] };
                out.push(Answer { methods, handler, guards: Vec::new(), below: None });
            }
        }
        out
    }

    /// Guards that stand on the class: decorators, `dispatch`, what a field lists.
    fn listed_guards(&mut self, file: FileId, class: u32, place: &Place, out: &mut Vec<Guard>) {
        if let Some(Val::List(items)) = self.class_field(file, class, "decorators") {
            out.extend(items.iter().map(|value| Guard { value: value.clone(), place: place.clone() }));
        }
        let (own, _) = self.bases(file, class);
        for (file, class) in [(file, class)].into_iter().chain(own) {
            let annotations = &self.program.source(file).classes[class as usize].annotations;
            let scope = self.globals(file);
            let known = self.within(file, |this| this.known_guards(annotations, &scope));
            out.extend(known);
        }
        if let Some((found, index)) = self.class_method(file, class, "dispatch") {
            let function = &self.program.source(found).functions[index as usize];
            let scope = self.globals(found);
            let value = Val::Function(Closure { file: found, index, scope: None, this: None });
            let value = self.within(found, |this| this.decorate(value, &function.annotations, &scope));
            out.push(Guard { value, place: place.clone() });
        }
    }

    /// Annotations that packs know as guards.
    fn known_guards(&mut self, annotations: &'a [Call], scope: &Scope) -> Vec<Guard> {
        let library = self.program.files[self.file].library;
        let mut out = Vec::new();
        for annotation in annotations {
            let Some(name) = self.name_of(&annotation.callee, scope) else { continue };
            if library.guards(&name).is_empty() {
                continue;
            }
            let arguments = self.arguments(&annotation.arguments, scope);
            self.mark = annotation.mark;
            let place = self.place("code");
            out.push(Guard { value: Val::Made(Rc::new(Made { by: name, arguments })), place });
        }
        out
    }

    /// The guards that the class lists itself, else those of the program's configuration.
    fn own_guards(&mut self, file: FileId, class: u32, rules: &[&'static ClassRule], place: &Place) -> Vec<Guard> {
        let fields = rules.iter().flat_map(|rule| &rule.guarded_by);
        let fields: Vec<&String> = fields.collect();
        let deciding = rules.iter().flat_map(|rule| &rule.decided_by).find_map(|name| self.class_method(file, class, name));
        let usual = self.usual_guards(file, class, rules, &fields, place);
        match deciding {
            None => usual,
            Some((at, index)) => {
                let usual = Val::list(usual.into_iter().map(|guard| guard.value).collect());
                let lists = self.decided_lists(at, index, &fields, &usual);
                vec![Guard { value: Val::Either(Rc::new(lists)), place: place.clone() }]
            }
        }
    }

    /// The guards that fields of the class list, else those of the program's configuration.
    fn usual_guards(&mut self, file: FileId, class: u32, rules: &[&'static ClassRule], fields: &[&String], place: &Place) -> Vec<Guard> {
        for field in fields {
            match self.class_field(file, class, field) {
                Some(Val::List(items)) => return items.iter().map(|value| Guard { value: value.clone(), place: place.clone() }).collect(),
                Some(value) => return vec![Guard { value, place: place.clone() }],
                None => {}
            }
        }
        match rules.iter().find_map(|rule| rule.guarded_default.as_deref()) {
            Some(name) => self.default_guards(name, place),
            None => Vec::new(),
        }
    }

    fn methods_of_class(&mut self, route: &Route, file: FileId, class: u32, rules: &[&'static ClassRule], guards: &[Guard]) -> Vec<Answer> {
        let limit = rules.iter().find_map(|rule| rule.limited_by.as_deref());
        let field = limit.filter(|_| !route.told).and_then(|field| self.class_field(file, class, field));
        let limits: Vec<Option<String>> = match field {
            Some(Val::List(items)) => items.iter().filter_map(|item| Some(Some(item.literal()?.to_ascii_uppercase()))).collect(),
            _ if route.told => route.methods.clone(),
            _ => Vec::new(),
        };
        let mut all: BTreeMap<&str, &str> = BTreeMap::new();
        for rule in rules {
            all.extend(rule.methods.iter().map(|(name, method)| (name.as_str(), method.as_str())));
        }
        let mut out = Vec::new();
        for (name, answer) in all {
            let (method, below) = answer.split_once(" /").map_or((answer, None), |(method, below)| (method, Some(format!("/{below}"))));
            let handler = match self.class_method(file, class, name) {
                Some((found, index)) => {
                    let function = &self.program.source(found).functions[index as usize];
                    let scope = self.globals(found);
                    let this = self.object_of(route, file, class);
                    let value = Val::Function(Closure { file: found, index, scope: None, this });
                    self.within(found, |this| this.decorate(value, &function.annotations, &scope))
                }
                // What the library's class does is known to be no more than that.
                None if rules.iter().any(|rule| rule.inherited.iter().any(|own| own == name)) => Val::Class(file, class),
                None => continue,
            };
            let methods = match method {
                "" if !limits.is_empty() => limits.clone(),
                "" => route.methods.clone(),
                "*" => vec![None],
                method if !limits.is_empty() && !limits.iter().any(|limit| limit.as_deref().is_none_or(|limit| limit == method)) => continue,
                method => vec![Some(method.to_owned())],
            };
            out.push(Answer { methods, handler, guards: guards.to_vec(), below });
        }
        out
    }

    /// Methods that annotations add to those of a class.
    fn members(&mut self, route: &Route, file: FileId, class: u32, guards: &[Guard]) -> Vec<Answer> {
        let (own, _) = self.bases(file, class);
        let mut out = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for (file, class) in [(file, class)].into_iter().chain(own) {
            let source = self.program.source(file);
            for index in &source.classes[class as usize].methods {
                let function = &source.functions[*index as usize];
                if seen.contains(&function.name.as_str()) || function.annotations.is_empty() {
                    continue;
                }
                seen.push(&function.name);
                let scope = self.globals(file);
                let (applied, _) = self.within(file, |this| this.read_annotations(&function.annotations, &scope));
                for one in applied.iter().filter(|one| one.ruled.rule.does == AnnotationVerb::Member) {
                    let rule = one.ruled.rule;
                    let methods = self.told_methods(rule, &one.site);
                    let written = self.paths(rule.path.as_ref(), &one.site).into_iter().next().map(|path| path.with_defaults());
                    let path = written.or_else(|| rule.path_as.clone()).unwrap_or_else(|| function.name.clone());
                    let path = if rule.pattern { super::text::pattern(&path) } else { path };
                    let below = super::text::under(rule.under.as_deref().unwrap_or(""), &path);
                    let value = Val::Function(Closure { file, index: *index, scope: None, this: None });
                    let handler = self.within(file, |this| this.decorate(value, &function.annotations, &scope));
                    let told = self.select(rule.guards.as_ref(), &one.site);
                    let guards = match told.first() {
                        Some(Val::List(items)) => items.iter().map(|value| Guard { value: value.clone(), place: route.place.clone() }).collect(),
                        Some(value) => vec![Guard { value: value.clone(), place: route.place.clone() }],
                        None => guards.to_vec(),
                    };
                    out.push(Answer { methods, handler, guards, below: Some(below) });
                }
            }
        }
        out
    }

    /// The methods that wrappers around a handler let through.
    fn narrowed(&mut self, handler: &Val, methods: &[Option<String>]) -> Vec<Option<String>> {
        let mut value = handler.clone();
        while let Val::Guarded(inner) = value {
            let (name, arguments) = match &inner.0.value {
                Val::Symbol(name) => (name.to_string(), Vec::new()),
                Val::Made(made) => (made.by.clone(), made.arguments.clone()),
                _ => (String::new(), Vec::new()),
            };
            for ruled in self.program.files[self.file].library.guards(&name) {
                let site = Site { name: String::new(), method: String::new(), arguments: arguments.clone(), receiver: None, decorated: None, star: None };
                let mut words: Vec<String> = ruled.rule.methods.clone();
                for value in self.select(ruled.rule.methods_from.as_ref(), &site) {
                    match value {
                        Val::List(items) => words.extend(items.iter().filter_map(|item| item.literal().map(str::to_owned))),
                        value => words.extend(value.literal().map(str::to_owned)),
                    }
                }
                if !words.is_empty() {
                    return words.into_iter().map(|word| Some(word.to_ascii_uppercase())).collect();
                }
            }
            value = inner.1.clone();
        }
        methods.to_vec()
    }
}

/// What a library's own class answers.
fn brought(rules: &[&'static ClassRule], methods: &[Option<String>]) -> Vec<Answer> {
    let mut out = Vec::new();
    for answer in rules.iter().flat_map(|rule| rule.methods.iter().filter(|(name, _)| rule.inherited.contains(name))).map(|(_, answer)| answer) {
        let (method, below) = answer.split_once(" /").map_or((answer.as_str(), None), |(method, below)| (method, Some(format!("/{below}"))));
        let methods = if method.is_empty() { methods.to_vec() } else { vec![Some(method.to_owned())] };
        out.push(Answer { methods, handler: Val::Unknown, guards: Vec::new(), below });
    }
    out
}
