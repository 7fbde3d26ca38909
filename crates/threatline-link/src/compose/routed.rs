//! Routes whose paths are the places of their files: a pack says which folders, how names are written and
//! which exports answer; what stands in the way (a project's middleware) is found the same way.

mod segments;

use super::evaluate::Evaluator;
use super::program::folder_of;
use super::value::*;
use super::verbs::told_apart;
use super::{Place, text};
use segments::{Cover, covers, segments};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use threatline_facts::Text;
use threatline_facts::code::*;
use threatline_knowledge::packs::{FileUse, Notation, Pack, ProjectRule, Reach, RoutedRule, Selector, Selectors};
use threatline_model::EntryPointKind;

/// The HTTP methods that an export or a comparison may be named for.
pub(super) const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Folders that hold trials of a program.
const TRIALS: [&str; 9] = ["test", "tests", "__tests__", "fixtures", "__fixtures__", "e2e", "mocks", "__mocks__", "playground"];

/// A project of a framework: the folder above the root of its routes.
struct Project {
    router: ObjectId,
    /// Where it begins to be one: the folder of its configuration or manifest.
    top: String,
    base: String,
    guards: Vec<FileGuard>,
}

/// A file that guards others.
struct FileGuard {
    guard: Guard,
    reach: Reach,
    folder: String,
    only: Vec<Option<String>>,
}

/// A file of a project, by its rule.
struct Routed {
    file: FileId,
    pack: &'static Pack,
    rule: &'static RoutedRule,
    root: &'static str,
    /// The folder above the root.
    project: String,
    /// From the root on, without the extension.
    rest: String,
}

impl<'a> Evaluator<'a> {
    /// Registers the routes of all files that are routes by their place.
    pub(super) fn file_routed(&mut self) {
        let mut all = Vec::new();
        for file in self.program.own_files() {
            all.extend(self.by_place(file));
        }
        let mut projects: BTreeMap<(String, String), Option<Project>> = BTreeMap::new();
        for routed in &all {
            self.refuel();
            let key = (routed.pack.name.clone(), routed.project.clone());
            if let Entry::Vacant(vacant) = projects.entry(key) {
                vacant.insert(self.project(routed));
            }
        }
        let mut taken: BTreeSet<(FileId, &str, bool)> = BTreeSet::new();
        all.retain(|routed| {
            let is_there = projects.get(&(routed.pack.name.clone(), routed.project.clone())).is_some_and(Option::is_some);
            let key = (routed.file, routed.pack.name.as_str(), routed.rule.does == FileUse::Guard);
            is_there && (routed.rule.directive.is_some() || taken.insert(key))
        });
        for routed in all.iter().filter(|routed| routed.rule.does == FileUse::Guard) {
            let Some(Some(own)) = projects.get(&(routed.pack.name.clone(), routed.project.clone())) else { continue };
            let top = own.top.clone();
            if routed.root == "." && routed.project != top {
                continue;
            }
            let Some(guard) = self.file_guard(routed) else { continue };
            // Routes may stand in several roots of one project; its guards cover them all.
            let of_top = projects.iter_mut().filter(|((pack, _), _)| *pack == routed.pack.name).filter_map(|(_, project)| project.as_mut());
            for project in of_top.filter(|project| project.top == top) {
                project.guards.push(FileGuard { guard: guard.guard.clone(), reach: guard.reach, folder: guard.folder.clone(), only: guard.only.clone() });
            }
        }
        for routed in all.iter().filter(|routed| routed.rule.does == FileUse::Route) {
            if let Some(Some(project)) = projects.get(&(routed.pack.name.clone(), routed.project.clone())) {
                self.refuel();
                self.routed_file(routed, project);
            }
        }
    }

    /// The rules by which a file may be a route; the first of a pack and use whose project is there counts.
    fn by_place(&self, file: FileId) -> Vec<Routed> {
        let path = self.program.files[file].path.to_string();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        if is_test(name) {
            return Vec::new();
        }
        let mut out: Vec<Routed> = Vec::new();
        for pack in self.program.files[file].library.packs.iter() {
            for rule in &pack.routed {
                let fits = rule.names.iter().any(|known| known == "*" || known == stem || *known == name);
                let silent = rule.directive.as_ref().is_some_and(|directive| !says(self.program.source(file), directive));
                if !fits || silent || rule.skip.iter().any(|skip| is_like(stem, skip)) {
                    continue;
                }
                let inside = rule.roots.iter().find_map(|root| below(folder, root).map(|found| (root.as_str(), found)));
                let Some((root, (project, inner))) = inside else { continue };
                if rule.told_by.as_deref().is_some_and(|table| self.is_told_by(table, &rule.told_by_unless, project)) {
                    continue;
                }
                // The one file of a project that stands before all others stands right at its root.
                let only_one = rule.does == FileUse::Guard && rule.covers == Reach::Project && !rule.names.iter().any(|name| name == "*");
                if only_one && !inner.is_empty() {
                    continue;
                }
                if inner.split('/').any(|part| rule.skip.iter().any(|skip| is_like(part, skip))) {
                    continue;
                }
                let rest = super::super::modules::join(inner, stem);
                out.push(Routed { file, pack, rule, root, project: project.to_owned(), rest });
            }
        }
        out
    }

    /// Whether a table in a file of the project tells its routes, so that places of files tell none.
    fn is_told_by(&self, table: &str, unless: &[String], project: &str) -> bool {
        ["ts", "js", "tsx", "mjs"].iter().any(|ending| {
            let path = super::super::modules::join(project, &format!("{table}.{ending}"));
            let Some(file) = self.program.file_at(&path) else { return false };
            !self.program.source(file).imports.iter().any(|import| unless.contains(&import.module))
        })
    }

    /// The project that a file stands in, if it is one of the framework's.
    fn project(&mut self, routed: &Routed) -> Option<Project> {
        let rule = routed.pack.project.as_ref()?;
        let (top, config) = self.project_top(rule, &routed.project, routed.file)?;
        // A sample that lies in a project's tests is no part of it.
        let inner = routed.project.strip_prefix(top.as_str()).unwrap_or_default();
        if inner.split('/').any(|part| TRIALS.contains(&part)) {
            return None;
        }
        let base = match (config, &rule.base) {
            (Some(config), Some(base)) => self.configured(config, base).unwrap_or_default(),
            _ => String::new(),
        };
        let owner = std::mem::replace(&mut self.owner, routed.file);
        let router = self.object(Object::default());
        self.owner = owner;
        Some(Project { router, top, base, guards: Vec::new() })
    }

    /// The nearest folder at or above it that is marked as one of the framework, and its configuration.
    fn project_top(&self, rule: &ProjectRule, folder: &str, file: FileId) -> Option<(String, Option<FileId>)> {
        let family = self.program.files[file].family;
        let mut current = folder;
        loop {
            let files = self.program.folder(current, family);
            let stem = |file: &FileId| {
                let path = &self.program.files[*file].path;
                let name = path.rsplit('/').next().unwrap_or(path);
                name.rsplit_once('.').map_or(name.to_owned(), |(stem, _)| stem.to_owned())
            };
            let config = files.into_iter().find(|file| rule.configs.contains(&stem(file)));
            let depends = self.program.depends(current, &rule.dependencies);
            if config.is_some() || depends {
                return Some((current.to_owned(), config));
            }
            if current.is_empty() {
                break;
            }
            current = folder_of(current);
        }
        if rule.imports.is_empty() {
            return None;
        }
        let inside = |path: &str| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let uses = |file: &FileId| {
            let own = &self.program.files[*file];
            own.family == family && inside(&own.path) && own.source.imports.iter().any(|import| rule.imports.iter().any(|known| is_like(&import.module, known)))
        };
        self.program.own_files().find(uses).map(|_| (folder.to_owned(), None))
    }

    /// A text in the configuration's default export.
    fn configured(&mut self, config: FileId, base: &Selectors) -> Option<String> {
        let value = self.module_member(config, "default")?;
        let keys = |selector: &Selector| if let Selector::Word(word) = selector { Some(word.clone()) } else { None };
        let words: Vec<String> = base.iter().filter_map(keys).collect();
        words.iter().find_map(|word| reached(&value, word)).and_then(|value| value.literal().map(|text| text.trim_end_matches('/').to_owned()))
    }

    fn file_guard(&mut self, routed: &Routed) -> Option<FileGuard> {
        let rule = routed.rule;
        let mut values = rule.exports.keys().filter_map(|name| self.offered_by(routed.file, name)).collect::<Vec<_>>();
        let value = match values.len() {
            0 => return None,
            1 => values.remove(0),
            _ => Val::list(values),
        };
        let place = self.place_of(routed, &value);
        let value = match &rule.hands {
            Some(ty) => self.put_before(routed, value, ty),
            None => value,
        };
        let only = match rule.only.as_deref().and_then(|only| only.split_once('.')) {
            Some((export, key)) => match self.offered_by(routed.file, export).map(|value| reached(&value, key)) {
                Some(Some(Val::List(items))) => items.iter().map(pattern).collect(),
                Some(Some(value)) => vec![pattern(&value)],
                Some(None) | None => Vec::new(),
            },
            None => Vec::new(),
        };
        let folder = folder_of(&self.program.files[routed.file].path).to_owned();
        Some(FileGuard { guard: Guard { value, place }, reach: rule.covers, folder, only })
    }

    /// What a function puts before the handler that it is handed and gives back (`handler.use(a).use(b)`). One that
    /// gives back a function of its own is the guard itself; of anything else nothing is known.
    fn put_before(&mut self, routed: &Routed, value: Val, ty: &str) -> Val {
        let Val::Function(closure) = &value else { return Val::Unknown };
        let Some(ty) = self.program.files[routed.file].library.named(routed.pack, ty) else { return Val::Unknown };
        let owner = std::mem::replace(&mut self.owner, routed.file);
        let handed = self.object(Object { ty: Some(ty), ..Object::default() });
        let given = self.invoke(closure, vec![Arg { name: None, value: Val::Object(handed) }]);
        self.owner = owner;
        match given {
            Val::Object(id) if id == handed => {
                let added =
                    self.objects[handed].events.iter().filter_map(|event| if let Event::Middleware { guards, .. } = event { Some(guards) } else { None });
                Val::list(added.flatten().map(|guard| guard.value.clone()).collect())
            }
            Val::Function(_) => value,
            _ => Val::Unknown,
        }
    }

    /// What the file offers under that name, if it does.
    fn offered_by(&mut self, file: FileId, name: &str) -> Option<Val> {
        if let Some((export, keys)) = name.split_once('.') {
            return self.offered_by(file, export).and_then(|value| reached(&value, keys));
        }
        let exports = &self.program.source(file).exports;
        if !exports.iter().any(|export| export.name == name || export.name == "*") {
            return None;
        }
        self.module_member(file, name)
    }

    fn place_of(&mut self, routed: &Routed, value: &Val) -> Place {
        let source = self.program.source(routed.file);
        let mark = match value {
            Val::Function(closure) if closure.file == routed.file => source.functions[closure.index as usize].mark,
            _ => first_mark(source).unwrap_or(threatline_facts::Mark(0)),
        };
        Place { path: self.program.files[routed.file].path.clone(), mark, by: routed.pack.name.as_str().into() }
    }

    fn routed_file(&mut self, routed: &Routed, project: &Project) {
        let rule = routed.rule;
        if rule.directive.is_some() {
            self.directed(routed, project);
            return;
        }
        let mut rest = match routed.root {
            "" => super::super::modules::join(routed.project.strip_prefix(project.top.as_str()).unwrap_or_default().trim_start_matches('/'), &routed.rest),
            _ => routed.rest.clone(),
        };
        let mut told = None;
        if rule.suffix
            && let Some((stem, method)) = rest.rsplit_once('.')
        {
            let method = method.to_ascii_uppercase();
            if METHODS.contains(&method.as_str()) {
                (told, rest) = (Some(method), stem.to_owned());
            }
        }
        let Some(path) = segments(rule, &rest) else { return };
        let path = format!("{}{}{path}", project.base, rule.prefix);
        let mut done: Vec<Option<String>> = Vec::new();
        let exports = rule.exports.iter().filter(|(name, _)| *name != "default").chain(rule.exports.get_key_value("default"));
        for (export, methods) in exports {
            let Some(value) = self.offered_by(routed.file, export) else { continue };
            for (methods, handler) in self.answered(rule, methods.iter(), value, told.as_ref()) {
                let methods: Vec<Option<String>> = methods.into_iter().filter(|method| !done.contains(method)).collect();
                if !methods.is_empty() {
                    done.extend(methods.iter().cloned());
                    self.routed(routed, project, &path, methods, handler);
                }
            }
        }
        if let Some(method) = &rule.method
            && done.is_empty()
            && !self.is_routed(project, &path, method)
        {
            self.routed(routed, project, &path, vec![Some(method.clone())], Val::Unknown);
        }
    }

    /// Methods and handlers of an export.
    fn answered<'m>(
        &mut self,
        rule: &RoutedRule,
        methods: impl Iterator<Item = &'m str>,
        value: Val,
        told: Option<&String>,
    ) -> Vec<(Vec<Option<String>>, Val)> {
        let mut methods: Vec<Option<String>> = methods.map(|method| (method != "*").then(|| method.to_owned())).collect();
        if methods == [None] {
            if let Val::Map(entries) = &value {
                let own = entries.iter().filter(|(name, _)| METHODS.contains(&name.as_str()));
                return own.map(|(name, handler)| (vec![Some(name.clone())], handler.clone())).collect();
            }
            if let Some(told) = told {
                methods = vec![Some(told.clone())];
            } else if let Some(each) = rule.asked.as_ref().and_then(|_| self.handed_by_method(&value)) {
                return each;
            }
        }
        if let (Some(member), Some(closure)) = (&rule.asked, innermost(&value))
            && (methods == [None] || methods.len() > 1)
        {
            let found = told_apart(&self.program.source(closure.file).functions, closure.index, std::slice::from_ref(member));
            let asked: Vec<&str> = METHODS.iter().copied().filter(|method| found.contains(method)).collect();
            if !asked.is_empty() {
                methods.retain(|method| method.as_ref().is_none_or(|method| asked.contains(&method.as_str())));
                if methods == [None] || methods.is_empty() {
                    methods = asked.into_iter().map(|method| Some(method.to_owned())).collect();
                }
            }
        }
        vec![(methods, value)]
    }

    /// What a wrapper of the project's was given for each method: `withMiddlewares({ GET: list, POST: create })`. The wrapper stands before all of them.
    fn handed_by_method(&mut self, value: &Val) -> Option<Vec<(Vec<Option<String>>, Val)>> {
        let Val::Function(closure) = value else { return None };
        let scope = closure.scope.as_ref()?;
        let source = self.program.source(closure.file);
        let names = source.functions.iter().flat_map(|function| &function.parameters).map(|parameter| parameter.name.as_str());
        let is_table = |entries: &[(String, Val)]| !entries.is_empty() && entries.iter().all(|(name, _)| METHODS.contains(&name.as_str()));
        let table = names.filter_map(|name| scope.get(name)).find_map(|value| match value {
            Val::Map(entries) if is_table(&entries) => Some(entries),
            _ => None,
        })?;
        let mark = source.functions[closure.index as usize].mark;
        let place = super::Place { path: self.program.files[closure.file].path.clone(), mark, by: "code".into() };
        let before = Guard { value: value.clone(), place };
        let one = |(name, handler): &(String, Val)| (vec![Some(name.clone())], Val::Guarded(Rc::new((before.clone(), handler.clone()))));
        Some(table.iter().map(one).collect())
    }

    /// Every function that a file offers which says the directive.
    fn directed(&mut self, routed: &Routed, project: &Project) {
        let source = self.program.source(routed.file);
        let method = routed.rule.method.clone();
        for export in &source.exports {
            if let Some(value @ Val::Function(_)) = self.offered_by(routed.file, &export.name) {
                let path = format!("/{}", export.name);
                self.routed(routed, project, &path, vec![method.clone()], value);
            }
        }
    }

    /// Another file of the same place answers that method.
    fn is_routed(&self, project: &Project, path: &str, method: &str) -> bool {
        let path = Text::literal(text::under("", if path.is_empty() { "/" } else { path }));
        self.objects[project.router]
            .events
            .iter()
            .any(|event| matches!(event, Event::Route(route) if route.path == path && route.methods.iter().any(|one| one.as_deref() == Some(method))))
    }

    fn routed(&mut self, routed: &Routed, project: &Project, path: &str, methods: Vec<Option<String>>, handler: Val) {
        let place = self.place_of(routed, &handler);
        self.ruled_elsewhere(routed.pack, project.router);
        let own_folder = folder_of(&self.program.files[routed.file].path).to_owned();
        let mut guards = Vec::new();
        for one in &project.guards {
            let below = one.reach == Reach::Project
                || one.folder == own_folder
                || own_folder.strip_prefix(one.folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
            if !below {
                continue;
            }
            // A guard's patterns do not name the base.
            let shown = path.strip_prefix(project.base.as_str()).unwrap_or(path);
            match covers(&one.only, shown) {
                Cover::All => guards.push(one.guard.clone()),
                Cover::Nothing => {}
                Cover::Unknown => guards.push(Guard { value: Val::Unknown, place: one.guard.place.clone() }),
            }
        }
        if let Some(name) = &routed.rule.guards
            && let Some(value) = self.offered_by(routed.file, name)
        {
            guards.push(Guard { value, place: place.clone() });
        }
        // What calls a function, and who may, is said where it is deployed.
        if routed.rule.kind.as_deref() == Some("function") {
            guards.push(Guard { value: Val::Unknown, place: place.clone() });
        }
        let library = self.program.files[routed.file].library;
        let types: Vec<_> = routed.rule.handler_takes.iter().map(|name| library.named(routed.pack, name)).collect();
        let takes = types.into_iter().map(|ty| ty.map_or(Val::Unknown, |ty| Val::Object(self.single(&format!("type:{}", ty.0), Some(ty))))).collect();
        let kind = routed.rule.kind.as_deref().and_then(EntryPointKind::from_name).unwrap_or(EntryPointKind::Http);
        let path = if path.is_empty() { "/" } else { path };
        let route = Route {
            answered_by: Vec::new(),
            choice: None,
            unplaced: routed.rule.directive.is_some(),
            kind,
            methods,
            told: true,
            path: Text::literal(text::under("", path)),
            handler,
            takes,
            guards,
            place,
            typed: routed.pack.typed_parameters,
            parameters: Vec::new(),
        };
        self.objects[project.router].events.push(Event::Route(Rc::new(route)));
    }
}

/// A path in a notation of file names, in the usual one.
pub(super) fn written(notation: Notation, path: &str) -> String {
    segments::written(notation, path)
}

/// The project's folder and the path below the root, of the first place where the root stands in a folder's path.
fn below<'p>(folder: &'p str, root: &str) -> Option<(&'p str, &'p str)> {
    if matches!(root, "" | ".") {
        return Some((folder, ""));
    }
    let mut from = 0;
    while let Some(at) = folder[from..].find(root).map(|at| from + at) {
        let end = at + root.len();
        let begins = at == 0 || folder.as_bytes()[at - 1] == b'/';
        if begins && (end == folder.len() || folder.as_bytes()[end] == b'/') {
            return Some((folder[..at].trim_end_matches('/'), folder[end..].trim_start_matches('/')));
        }
        from = end;
    }
    None
}

/// A name, or its beginning before a star.
fn is_like(name: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

fn is_test(name: &str) -> bool {
    [".test.", ".spec.", ".stories.", ".d."].iter().any(|part| name.contains(part))
}

/// `a.b` in maps, and in what a library's function was given.
fn reached(value: &Val, keys: &str) -> Option<Val> {
    let mut value = value.clone();
    for key in keys.split('.') {
        value = match &value {
            Val::Map(entries) => entries.iter().rev().find(|(name, _)| name == key)?.1.clone(),
            Val::Made(made) => match &made.arguments.first()?.value {
                Val::Map(entries) => entries.iter().rev().find(|(name, _)| name == key)?.1.clone(),
                _ => return None,
            },
            _ => return None,
        };
    }
    Some(value)
}

/// A pattern of paths; none where it is no text, or no pattern that is known to be all there is.
fn pattern(value: &Val) -> Option<String> {
    match value {
        Val::Text(_) => value.literal().map(str::to_owned),
        // `{ source: "/x", has: […] }`: only sometimes
        _ => None,
    }
}

/// The function in wrappers of libraries.
fn innermost(value: &Val) -> Option<Closure> {
    match value {
        Val::Function(closure) => Some(closure.clone()),
        Val::Guarded(inner) => innermost(&inner.1),
        Val::Made(made) => made.arguments.iter().find_map(|argument| match &argument.value {
            Val::Function(closure) => Some(closure.clone()),
            _ => None,
        }),
        _ => None,
    }
}

/// Whether a file begins with such a directive.
fn says(source: &Source, directive: &str) -> bool {
    source.functions.first().is_some_and(|top| {
        top.steps.iter().any(
            |step| matches!(step, Step::Do(Value::Call(call)) if call.arguments.is_empty() && matches!(&call.callee, Value::Name(name) if name == directive)),
        )
    })
}

fn first_mark(source: &Source) -> Option<threatline_facts::Mark> {
    let function = source.functions.iter().skip(1).map(|function| function.mark).next();
    function.or_else(|| source.imports.first().map(|import| import.mark))
}
