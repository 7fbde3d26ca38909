//! What hangs under a router: objects, lists of them, modules, classes and functions that are routers
//! themselves, and what is only named by a text. Also constants of the whole program, by name.

use super::evaluate::Evaluator;
use super::program::Located2;
use super::value::*;
use super::verbs::Site;
use super::{Place, text};
use std::rc::Rc;
use threatline_facts::Text;
use threatline_knowledge::packs::{Family, Selector, Selectors, TypeRole, Verb};

/// So many values of one constant are looked at.
const MAX_VALUES: usize = 8;

impl<'a> Evaluator<'a> {
    /// The routers that a value stands for.
    pub(super) fn children(&mut self, value: &Val) -> Vec<ObjectId> {
        self.children_at(value, 0)
    }

    fn children_at(&mut self, value: &Val, depth: usize) -> Vec<ObjectId> {
        if depth > 12 {
            return Vec::new();
        }
        match value {
            Val::Object(id) if self.objects[*id].ty.is_none() => match self.objects[*id].class {
                Some((file, class)) => std::iter::once(*id).chain(self.annotated_children(file, class)).collect(),
                None => vec![*id],
            },
            Val::Object(id) => vec![*id],
            Val::Guarded(inner) => self.children_at(&inner.1.clone(), depth + 1),
            Val::Function(closure) => self.function_routers.get(&(closure.file, closure.index)).copied().into_iter().collect(),
            Val::Class(file, class) => match self.class_router(*file, *class) {
                Some(router) => vec![router],
                None => self.annotated_children(*file, *class),
            },
            // `(patterns, "name")`: what stands behind is a name.
            Val::List(items) if matches!(items.as_slice(), [Val::Text(_) | Val::List(_) | Val::Module(_), rest @ ..] if !rest.is_empty() && rest.iter().all(|item| matches!(item, Val::Text(_) | Val::Null))) => {
                self.children_at(&items[0].clone(), depth + 1)
            }
            Val::List(items) | Val::Either(items) => items.iter().flat_map(|item| self.children_at(item, depth + 1)).collect(),
            Val::Method(id, _) => match self.decorated_by(value) {
                Val::Object(found) if found == *id => vec![found],
                _ => Vec::new(),
            },
            Val::Text(text) => match &**text {
                Text::Literal(name) if name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) => match self.by_path(name) {
                    Val::Text(_) | Val::Symbol(_) => Vec::new(),
                    found => self.children_at(&found, depth + 1),
                },
                _ => Vec::new(),
            },
            Val::Module(file) => match self.plain_value(Val::Module(*file)) {
                // What Django includes of a module is its list, whatever else is called a router there.
                Val::Module(_) => ["urlpatterns", "router", "app"]
                    .iter()
                    .find_map(|name| self.module_member(*file, name))
                    .map(|value| self.children_at(&value, depth + 1))
                    .unwrap_or_default(),
                value => self.children_at(&value, depth + 1),
            },
            _ => Vec::new(),
        }
    }

    /// A member that is not called and that packs say is the object itself (`router.urls`).
    pub(super) fn decorated_by(&mut self, value: &Val) -> Val {
        let Val::Method(id, name) = value else { return value.clone() };
        let library = self.program.files[self.file].library;
        let Some(ty) = self.objects[*id].ty else { return value.clone() };
        let own = |rule: &threatline_knowledge::packs::CallRule| rule.does == Verb::Pass && rule.of == Some(Selectors::One(Selector::Word("self".to_owned())));
        match library.methods(ty, name).iter().any(|(ruled, _)| own(ruled.rule)) {
            true => Val::Object(*id),
            false => value.clone(),
        }
    }

    /// What hangs under another is no beginning of its own, also where it is found late.
    pub(super) fn hang_late(&mut self) {
        self.hang_called();
        for file in self.program.own_files() {
            if self.program.files[file].family == Family::Python {
                for class in 0..self.program.source(file).classes.len() as u32 {
                    self.class_router(file, class);
                }
            }
        }
        let mut at = 0;
        while at < self.objects.len() {
            let children: Vec<(Val, Rc<str>)> = self.objects[at]
                .events
                .iter()
                .filter_map(|event| if let Event::Mount { child, place, .. } = event { Some((child.clone(), place.path.clone())) } else { None })
                .filter(|(child, _)| !matches!(child, Val::Object(_)))
                .map(|(child, path)| (child, Rc::from(&*path)))
                .collect();
            for (child, path) in children {
                self.refuel();
                self.file = self.program.file_at(&path).unwrap_or(self.file);
                for id in self.children(&child) {
                    self.objects[id].mounted |= id != at && !self.is_rehearsal(at, id);
                }
            }
            at += 1;
        }
    }

    /// A class of the project that is a library's router: its decorated methods hang under its prefix.
    pub(super) fn class_router(&mut self, file: FileId, class: u32) -> Option<ObjectId> {
        if let Some(known) = self.class_routers.get(&(file, class)) {
            return *known;
        }
        self.class_routers.insert((file, class), None);
        let (own, foreign) = self.bases(file, class);
        let library = self.program.files[file].library;
        let ty = foreign.iter().find_map(|name| library.type_named(name))?;
        let rule = library.type_rule(ty).rule;
        if rule.role != TypeRole::Router {
            return None;
        }
        let Val::Object(id) = self.generic_instance(file, class) else { return None };
        let field = |this: &mut Self, selectors: &Option<Selectors>| {
            let words = selectors.iter().flat_map(Selectors::iter).filter_map(|one| if let Selector::Word(word) = one { Some(word.clone()) } else { None });
            let words: Vec<String> = words.collect();
            words.iter().find_map(|word| this.field(id, word).or_else(|| this.told_by_method(id, file, class, word)))
        };
        let prefix = field(self, &rule.prefix).filter(|value| matches!(value, Val::Text(_)));
        let guards = field(self, &rule.guards);
        let place = Place { path: self.program.files[file].path.clone(), mark: self.program.source(file).classes[class as usize].mark, by: "code".into() };
        self.objects[id].ty = Some(ty);
        let prefix = match prefix {
            Some(value) => Some(super::evaluate::as_text(&value)),
            None => rule.prefix_as.iter().find_map(|form| self.prefix_by(id, file, class, form)).map(Text::literal),
        };
        self.objects[id].prefix = prefix;
        let items = match guards {
            Some(Val::List(items)) => items.to_vec(),
            _ => Vec::new(),
        };
        self.objects[id].guards.extend(items.into_iter().map(|value| Guard { value, place: place.clone() }));
        let mut seen: Vec<&str> = Vec::new();
        for (file, class) in [(file, class)].into_iter().chain(own) {
            let source = self.program.source(file);
            for index in &source.classes[class as usize].methods {
                let name = source.functions[*index as usize].name.as_str();
                if seen.contains(&name) {
                    continue;
                }
                seen.push(name);
                if let Some(child) = self.function_routers.get(&(file, *index)).copied() {
                    self.objects[child].mounted = true;
                    self.objects[id].events.push(Event::Mount {
                        child: Val::Object(child),
                        path: None,
                        replaces: false,
                        guards: Vec::new(),
                        place: place.clone(),
                    });
                }
            }
        }
        self.bring_routes(id, ty, &place);
        self.class_routers.insert((file, class), Some(id));
        Some(id)
    }

    /// What a method without arguments gives back where a field of that name might stand: `def route(cls): return "/home"`.
    fn told_by_method(&mut self, id: ObjectId, file: FileId, class: u32, name: &str) -> Option<Val> {
        let (at, index) = self.class_method(file, class, name)?;
        let given = self.invoke(&Closure { file: at, index, scope: None, this: Some(id) }, Vec::new());
        matches!(given, Val::Text(_) | Val::List(_)).then_some(given)
    }

    /// The routes that a library's class brings to those of the project that extend it; what guards them is told by its name.
    fn bring_routes(&mut self, id: ObjectId, ty: super::library::TypeId, place: &Place) {
        let rule = self.program.files[self.objects[id].class.map_or(self.file, |(file, _)| file)].library.type_rule(ty).rule;
        let names = |value: Option<Val>| match value {
            Some(Val::List(items)) => Some(items.iter().filter_map(|item| item.literal().map(str::to_owned)).collect::<Vec<String>>()),
            Some(Val::Null) | None => None,
            Some(_) => Some(Vec::new()),
        };
        let (only, except) = (&rule.brings_only, &rule.brings_except);
        let only = names(only.as_deref().and_then(|field| self.field(id, field)));
        let except = names(except.as_deref().and_then(|field| self.field(id, field))).unwrap_or_default();
        for (name, told) in &rule.brings {
            if except.contains(name) || only.as_ref().is_some_and(|only| !only.contains(name)) {
                continue;
            }
            let (method, path) = told.split_once(' ').unwrap_or((told, ""));
            let guard = rule.names.first().map(|name| Guard { value: Val::symbol(name), place: place.clone() });
            let route = Route {
                methods: vec![Some(method.to_owned()).filter(|method| method != "*")],
                path: Text::literal(path),
                guards: guard.into_iter().collect(),
                ..super::annotated::plain_route(Val::Unknown, place.clone())
            };
            self.objects[id].events.push(Event::Route(Rc::new(route)));
        }
    }

    /// A prefix that is made of what fields of the class hold and of its name in small letters: `/api/{version=v1}/{class}`. A
    /// field may have a value of its own where the class says none.
    fn prefix_by(&mut self, id: ObjectId, file: FileId, class: u32, form: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = form;
        while let Some((before, behind)) = rest.split_once('{') {
            let (word, behind) = behind.split_once('}')?;
            out.push_str(before);
            let (word, usual) = word.split_once('=').map_or((word, None), |(word, usual)| (word, Some(usual)));
            match word {
                "class" => out.push_str(&self.program.source(file).classes[class as usize].name.to_lowercase()),
                field => match self.field(id, field) {
                    Some(value) if value.literal().is_some() => out.push_str(value.literal().unwrap_or_default()),
                    Some(Val::Null) | None => out.push_str(usual?),
                    Some(_) => return None,
                },
            }
            rest = behind;
        }
        out.push_str(rest);
        Some(out)
    }

    /// What a dotted text names: a module of the project, a member of one, else a library's thing.
    pub(super) fn by_path(&mut self, name: &str) -> Val {
        if let Located2::File(found) = self.program.locate(self.file, name, None) {
            return Val::Module(found);
        }
        if let Some((module, member)) = name.rsplit_once('.')
            && let Located2::File(found) = self.program.locate(self.file, module, None)
        {
            return self.imported_member(found, member);
        }
        self.symbol(name)
    }

    /// Hangs what stands among the arguments under what was made; sequences may stand for calls.
    pub(super) fn hang_children(&mut self, id: ObjectId, selectors: Option<&Selectors>, tuples: Option<&str>, site: &Site) {
        let place = self.place("code");
        for value in self.select(selectors, site) {
            let value = self.as_calls(value, tuples, 0);
            if !matches!(value, Val::Null) {
                self.hang(id, value, None, false, Vec::new(), place.clone());
            }
        }
    }

    /// `[("/x", handler), …]` with each sequence read as the arguments of a call of that name.
    pub(super) fn as_calls(&mut self, value: Val, tuples: Option<&str>, depth: usize) -> Val {
        let (Some(name), Val::List(items)) = (tuples, &value) else { return value };
        if depth > 3 {
            return value;
        }
        if matches!(items.first(), Some(Val::Text(_))) && items.len() > 1 {
            let arguments = items.iter().map(|item| Arg { name: None, value: item.clone() }).collect();
            return self.call_symbol(name, arguments, None, None);
        }
        let items: Vec<Val> = items.iter().map(|item| self.as_calls(item.clone(), tuples, depth + 1)).collect();
        Val::list(items)
    }

    /// The values that a constant of the program has: `REST_FRAMEWORK.DEFAULT_PERMISSION_CLASSES`. None when no
    /// file binds its first name; an empty list where the rest is missing.
    pub(super) fn constants(&mut self, name: &str) -> Option<Vec<Val>> {
        let (root, rest) = name.split_once('.').map_or((name, None), |(root, rest)| (root, Some(rest)));
        let mut out: Vec<Val> = Vec::new();
        let mut found = false;
        for file in 0..self.program.files.len() {
            let path = &*self.program.files[file].path;
            if self.program.files[file].family != Family::Python || out.len() >= MAX_VALUES || text::is_test(path) {
                continue;
            }
            let Some(mut value) = self.globals(file).own(root) else { continue };
            found = true;
            for key in rest.into_iter().flat_map(|rest| rest.split('.')) {
                value = self.member(&value, key);
            }
            // Names in it are texts, seen from where they stand.
            if let Val::List(items) = value {
                let named = |this: &mut Self, item: &Val| match item.literal() {
                    Some(name) => this.within(file, |this| this.by_path(name)),
                    None => item.clone(),
                };
                let items = items.iter().map(|item| named(self, item)).collect();
                out.push(Val::list(items));
            }
        }
        found.then_some(out)
    }

    /// Whether a constant of the program is the null value, wherever it is bound.
    pub(super) fn holds_null(&mut self, name: &str) -> bool {
        let mut found = false;
        for file in 0..self.program.files.len() {
            if self.program.files[file].family != Family::Python || text::is_test(&self.program.files[file].path) {
                continue;
            }
            match self.globals(file).own(name) {
                None => {}
                Some(Val::Null) => found = true,
                Some(_) => return false,
            }
        }
        found
    }

    /// Guards that a constant of the program holds for all that say none themselves.
    pub(super) fn default_guards(&mut self, name: &str, place: &Place) -> Vec<Guard> {
        let value = match self.constants(name) {
            // Who made the program's configuration is not known.
            None => Val::Unknown,
            Some(values) if values.is_empty() => return Vec::new(),
            Some(values) if values.len() == 1 => values[0].clone(),
            Some(values) => Val::Either(Rc::new(values)),
        };
        vec![Guard { value, place: place.clone() }]
    }
}
