//! Programs that are wired of modules: an application is made of one module, which names its controllers
//! and the modules that it imports. What the application says (prefix, versions, guards) holds for all of
//! them, and for nothing that it does not reach.

use super::annotated::Applied;
use super::evaluate::{Evaluator, as_text};
use super::text;
use super::value::*;
use super::verbs::Site;
use std::collections::BTreeMap;
use std::rc::Rc;
use threatline_facts::Text;
use threatline_knowledge::packs::{AnnotationRule, AnnotationVerb, CallRule, Pack, Scope as Reach};

/// Modules that are followed from one application at most.
const MOST_MODULES: usize = 2_000;

/// A route of a controller, until it is known which application it is part of.
pub(super) struct Loose {
    pub(super) class: (FileId, u32),
    pub(super) pack: &'static Pack,
    pub(super) route: Route,
    /// As the controller or the method says; none says none, an empty list that it has none.
    pub(super) versions: Option<Vec<Text>>,
}

/// An application of modules.
pub(super) struct App {
    pub(super) object: ObjectId,
    module: Val,
    pack: &'static Pack,
    root: String,
}

/// What an application says of the paths of its routes.
#[derive(Default)]
pub(super) struct Paths {
    prefix: Option<Text>,
    /// Paths that stand without the prefix.
    without: Vec<String>,
    /// Versions are told by other means than the path.
    unversioned: bool,
    version: Vec<Text>,
    before: Option<Text>,
}

/// A module that an application reaches.
struct Reached {
    controllers: Vec<(FileId, u32)>,
    path: Text,
}

impl<'a> Evaluator<'a> {
    /// `create(AppModule)`: an application made of a module.
    pub(super) fn start(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let module = self.pick(rule.of.as_ref(), site).unwrap_or(Val::Unknown);
        let library = self.program.files[self.file].library;
        let ty = rule.gives.as_deref().and_then(|name| library.named(pack, name));
        let place = Some(self.place(&pack.name));
        let path = &*self.program.files[self.file].path;
        let root = self.program.root_of(path).unwrap_or_default().to_owned();
        let object = self.object(Object { ty, place, ..Object::default() });
        if self.proving == 0 {
            self.apps.push(App { object, module, pack, root });
        }
        Some(Val::Object(object))
    }

    /// A path before all routes of an application.
    pub(super) fn prefixed(&mut self, rule: &CallRule, site: &Site) {
        let Some(Val::Object(id)) = &site.receiver else { return };
        let path = self.pick(rule.path.as_ref(), site).map(|value| as_text(&value));
        let mut without = Vec::new();
        for value in self.select(rule.except.as_ref(), site) {
            let items = if let Val::List(items) = &value { items.to_vec() } else { vec![value] };
            for item in items {
                let item = match &item {
                    Val::Map(entries) => entries.iter().find(|(key, _)| key == "path").map_or(Val::Unknown, |(_, value)| value.clone()),
                    item => item.clone(),
                };
                without.extend(item.literal().map(str::to_owned));
            }
        }
        if !self.apps.iter().any(|app| app.object == *id) {
            let before = self.objects[*id].prefix.take();
            let whole = match (&path, before) {
                (Some(path), Some(before)) => Text::literal(text::under(&path.with_defaults(), &before.with_defaults())),
                (path, before) => path.clone().or(before).unwrap_or(Text::literal("")),
            };
            self.objects[*id].prefix = Some(whole);
        }
        let paths = self.app_paths.entry(*id).or_default();
        (paths.prefix, paths.without) = (path, without);
    }

    /// How the versions of an application's routes are told.
    pub(super) fn versioned(&mut self, rule: &CallRule, site: &Site) {
        let Some(Val::Object(id)) = &site.receiver else { return };
        let version = self.pick(rule.default.as_ref(), site).map(|value| texts(&value)).unwrap_or_default();
        let before = self.pick(rule.prefix.as_ref(), site).map(|value| if let Val::Boolean(false) = value { Text::literal("") } else { as_text(&value) });
        let paths = self.app_paths.entry(*id).or_default();
        paths.unversioned = rule.r#in.as_deref().is_some_and(|place| place != "path");
        (paths.version, paths.before) = (version, before);
    }

    /// Hangs every controller's routes under the application that reaches it.
    pub(super) fn wire(&mut self) {
        let apps = std::mem::take(&mut self.apps);
        let mut paths = std::mem::take(&mut self.app_paths);
        let mut placed: BTreeMap<(FileId, u32), Vec<(usize, Text)>> = BTreeMap::new();
        for (at, app) in apps.iter().enumerate() {
            self.refuel();
            for module in self.modules_of(app) {
                for controller in module.controllers {
                    placed.entry(controller).or_default().push((at, module.path.clone()));
                }
            }
        }
        // What an application reaches in another unit is read for its sake.
        let foreign: Vec<(FileId, u32)> = placed.keys().copied().filter(|(file, _)| !self.program.is_own(*file)).collect();
        for (file, class) in foreign {
            self.refuel();
            self.annotated_class(file, class);
        }
        for loose in std::mem::take(&mut self.loose) {
            let found = placed.get(&loose.class).cloned().unwrap_or_default();
            if !found.is_empty() {
                for (at, path) in found {
                    let paths = paths.entry(apps[at].object).or_default();
                    self.hang_loose(&loose, apps[at].object, paths, &path, false);
                }
                continue;
            }
            // A controller that is reached in no way that was read belongs to the only application there is.
            let path = &*self.program.files[loose.class.0].path;
            let root = self.program.root_of(path).unwrap_or_default();
            let mut of_root = apps.iter().filter(|app| app.root == root && app.pack.name == loose.pack.name);
            match (of_root.next(), of_root.next()) {
                (Some(only), None) => {
                    let paths = paths.entry(only.object).or_default();
                    self.hang_loose(&loose, only.object, paths, &Text::literal(""), true);
                }
                _ => {
                    let alone = self.single(&format!("{}:annotated", loose.pack.name), None);
                    self.hang_loose(&loose, alone, &Paths::default(), &Text::literal(""), true);
                }
            }
        }
    }

    fn hang_loose(&mut self, loose: &Loose, object: ObjectId, paths: &Paths, module: &Text, adrift: bool) {
        let mut route = loose.route.clone();
        if adrift {
            // What else stands before it is not known.
            route.guards.insert(0, Guard { value: Val::Unknown, place: route.place.clone() });
        }
        let versions = match &loose.versions {
            _ if paths.unversioned => Vec::new(),
            Some(own) => own.clone(),
            None => paths.version.clone(),
        };
        let own = text::under(&module.with_defaults(), &route.path.with_defaults());
        let bare = own.trim_start_matches('/');
        let excluded = paths.without.iter().any(|path| is_without(path.trim_start_matches('/'), bare));
        let prefix = paths.prefix.as_ref().filter(|_| !excluded).map(text::of_route).unwrap_or_default();
        let before = paths.before.as_ref().map_or("v".to_owned(), Text::with_defaults);
        let spelt: Vec<String> = match versions.is_empty() {
            true => vec![text::under(&prefix, &own)],
            false => versions.iter().map(|version| text::under(&prefix, &text::under(&format!("{before}{}", version.with_defaults()), &own))).collect(),
        };
        for path in spelt {
            let path = if path.is_empty() { "/".to_owned() } else { path };
            let route = Route { path: Text::Literal(path), ..route.clone() };
            self.objects[object].events.push(Event::Route(Rc::new(route)));
        }
    }

    /// The modules that an application reaches; their guards become the application's.
    fn modules_of(&mut self, app: &App) -> Vec<Reached> {
        let mut out = Vec::new();
        let mut seen: Vec<(FileId, u32)> = Vec::new();
        let mut mounts: BTreeMap<(FileId, u32), Text> = BTreeMap::new();
        let mut todo = vec![app.module.clone()];
        while let Some(value) = todo.pop() {
            if out.len() >= MOST_MODULES {
                break;
            }
            match value {
                Val::List(items) | Val::Either(items) => todo.extend(items.iter().cloned()),
                // `forwardRef(() => Other)`
                Val::Function(closure) => {
                    let value = self.invoke(&closure, Vec::new());
                    todo.extend((!matches!(value, Val::Function(_))).then_some(value));
                }
                // `{ module: Other, controllers: […] }`: a module that was made with options
                Val::Map(entries) => {
                    let one = |key: &str| entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.clone());
                    let class = if let Some(Val::Class(file, class)) = one("module") { Some((file, class)) } else { None };
                    todo.extend(one("module"));
                    todo.extend(one("imports"));
                    self.provide(app, one("providers"));
                    let controllers = one("controllers").map(|value| classes(&value)).unwrap_or_default();
                    out.push((class, controllers));
                }
                Val::Class(file, class) if !seen.contains(&(file, class)) => {
                    seen.push((file, class));
                    for (rule, site) in self.module_rules(file, class) {
                        let controllers = self.pick(rule.controllers.as_ref(), &site).map(|value| classes(&value)).unwrap_or_default();
                        out.push((Some((file, class)), controllers));
                        let providers = self.pick(rule.providers.as_ref(), &site);
                        self.provide(app, providers);
                        let imports = self.pick(rule.imports.as_ref(), &site);
                        if let Some(imports) = imports {
                            mounted(&imports, &rule.mounts, &mut mounts, 0);
                            todo.push(imports);
                        }
                    }
                }
                _ => {}
            }
        }
        let path = |class: Option<(FileId, u32)>| class.and_then(|class| mounts.get(&class).cloned()).unwrap_or(Text::literal(""));
        out.into_iter().map(|(class, controllers)| Reached { controllers, path: path(class) }).collect()
    }

    fn module_rules(&mut self, file: FileId, class: u32) -> Vec<(&'static AnnotationRule, Site)> {
        let program = self.program;
        let scope = self.globals(file);
        let annotations = &program.source(file).classes[class as usize].annotations;
        let (applied, _) = self.within(file, |this| this.read_annotations(annotations, &scope));
        let modules = applied.into_iter().filter(|one: &Applied| one.ruled.rule.does == AnnotationVerb::Module);
        modules.map(|one| (one.ruled.rule, one.site)).collect()
    }

    /// Providers under the names by which the framework finds guards for everything.
    fn provide(&mut self, app: &App, providers: Option<Val>) {
        let Some(Val::List(items)) = providers else { return };
        for item in items.iter() {
            match item {
                Val::List(_) => self.provide(app, Some(item.clone())),
                Val::Map(entries) => {
                    let one = |key: &str| entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.clone());
                    let named = |value: &Val| matches!(value, Val::Symbol(name) if app.pack.annotations.iter().any(|rule| rule.guard_tokens.iter().any(|token| **token == **name)));
                    if one("provide").is_some_and(|token| named(&token)) {
                        let value = ["useClass", "useExisting", "useValue"].iter().find_map(|key| one(key)).unwrap_or(Val::Unknown);
                        let place = self.objects[app.object].place.clone().unwrap_or_else(|| self.place(&app.pack.name));
                        let guards = vec![Guard { value, place }];
                        self.objects[app.object].events.insert(0, Event::Middleware { guards, path: None, reach: Reach::All });
                    }
                }
                _ => {}
            }
        }
    }
}

/// `register([{ path, module, children }])`: paths of modules.
fn mounted(value: &Val, by: &[String], out: &mut BTreeMap<(FileId, u32), Text>, depth: usize) {
    match value {
        Val::List(items) if depth < 4 => items.iter().for_each(|item| mounted(item, by, out, depth + 1)),
        Val::Made(made) if by.contains(&made.by) => {
            if let Some(argument) = made.arguments.first() {
                mount(&argument.value, "", out, 0);
            }
        }
        _ => {}
    }
}

fn mount(value: &Val, above: &str, out: &mut BTreeMap<(FileId, u32), Text>, depth: usize) {
    match value {
        Val::List(items) if depth < 12 => items.iter().for_each(|item| mount(item, above, out, depth + 1)),
        Val::Class(file, class) => {
            out.entry((*file, *class)).or_insert_with(|| Text::literal(above));
        }
        Val::Map(entries) => {
            let one = |key: &str| entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value);
            let own = one("path").map(|value| as_text(value).with_defaults()).unwrap_or_default();
            let path = text::under(above, &own);
            if let Some(module) = one("module") {
                mount(module, &path, out, depth + 1);
            }
            if let Some(children) = one("children").filter(|_| depth < 12) {
                mount(children, &path, out, depth + 1);
            }
        }
        _ => {}
    }
}

/// Classes in a list, however deep.
fn classes(value: &Val) -> Vec<(FileId, u32)> {
    match value {
        Val::Class(file, class) => vec![(*file, *class)],
        Val::List(items) => items.iter().flat_map(classes).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn texts(value: &Val) -> Vec<Text> {
    match value {
        Val::List(items) => items.iter().flat_map(texts).collect(),
        // the library's word for no version
        Val::Symbol(_) | Val::Null => Vec::new(),
        value => vec![as_text(value)],
    }
}

/// `health`, `files/(.*)`, `a/:id` against a path in the same notation.
fn is_without(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix("(.*)").or_else(|| pattern.strip_suffix("*path")).or_else(|| pattern.strip_suffix('*')) {
        Some(start) => path.starts_with(start),
        None => pattern == path,
    }
}
