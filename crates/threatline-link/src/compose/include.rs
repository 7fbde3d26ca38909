//! Files that run in the scope of another (`require`), and files that a framework loads by their place.
//!
//! What such a file registers belongs where it is loaded: under the prefix and behind the guards of the group
//! around it. So it is run there, and by itself only when nobody was seen to load it.

use super::evaluate::Evaluator;
use super::program::folder_of;
use super::value::*;
use super::verbs::Site;
use crate::modules;
use threatline_knowledge::packs::{CallRule, Family, FileRule, Pack};

impl<'a> Evaluator<'a> {
    /// Files of its own that others load, or that a framework loads: they wait until it is known who does.
    pub(super) fn waits(&self, file: FileId) -> bool {
        let of = &self.program.files[file];
        of.family == Family::Php && (self.program.is_loaded(file) || self.file_rules(file).any(|(_, rule)| !rule.serves))
    }

    /// Hands what a file offers to the call that packs say, where its place says so.
    pub(super) fn hand_exports(&mut self, file: FileId) {
        if self.program.files[file].library.packs.iter().all(|pack| pack.files.iter().all(|rule| rule.exported.is_none())) {
            return;
        }
        let rules: Vec<_> = self.file_rules(file).filter(|(_, rule)| rule.exported.is_some()).collect();
        for (_, rule) in rules {
            let (Some(exported), Some(name)) = (&rule.exported, &rule.gives) else { continue };
            self.refuel();
            self.file = file;
            self.owner = file;
            let Some(value) = self.module_member(file, exported) else { continue };
            let site = Site::of(name, vec![Arg { name: None, value }], None, None);
            let _ = self.apply_rules_of(name, site);
        }
    }

    /// A file that a framework surely loads for what it gives back, whoever loads it besides.
    pub(super) fn is_configuration(&self, file: FileId) -> bool {
        self.file_rules(file).any(|(_, rule)| rule.certain && rule.gives.is_some())
    }

    /// What packs say of a file by its place.
    pub(super) fn file_rules(&self, file: FileId) -> impl Iterator<Item = (&'static Pack, &'static FileRule)> + use<> {
        let of = &self.program.files[file];
        let path = of.path.clone();
        let root = self.program.root_of(&path).unwrap_or_default().to_owned();
        let imported = |pack: &Pack| of.library.is_imported(pack, &of.source.imports);
        let uses = |pack: &Pack, rule: &FileRule| rule.packages.is_empty() || self.program.depends_on(&path, &rule.packages).unwrap_or_else(|| imported(pack));
        let packs = of.library.packs.iter();
        let all: Vec<_> = packs.flat_map(|pack| pack.files.iter().map(move |rule| (pack, rule))).filter(|(pack, rule)| uses(pack, rule)).collect();
        let inner = path.strip_prefix(&root).unwrap_or(&path).trim_start_matches('/').to_owned();
        let mut seen: Vec<&str> = Vec::new();
        // of one pack the first that fits
        all.into_iter().filter(move |(pack, rule)| {
            let is_it = rule.paths.iter().any(|pattern| fits(pattern, &inner)) && !seen.contains(&pack.name.as_str());
            if is_it {
                seen.push(&pack.name);
            }
            is_it
        })
    }

    /// What the first star of a rule's paths stands for in a file's path.
    fn star_of(&self, rule: &FileRule, file: FileId) -> String {
        let path = &*self.program.files[file].path;
        let inner = path.strip_prefix(self.program.root_of(path).unwrap_or_default()).unwrap_or(path).trim_start_matches('/');
        let star = |pattern: &String| {
            let at = pattern.find('*').filter(|_| fits(pattern, inner))?;
            let (rest, tail) = (&inner[at..], pattern[at..].trim_start_matches('*'));
            let end = rest.char_indices().map(|(end, _)| end).chain([rest.len()]).find(|end| fits(tail, &rest[*end..]))?;
            Some(rest[..end].to_owned())
        };
        rule.paths.iter().find_map(star).unwrap_or_default()
    }

    /// Runs a file that nobody was seen to load, as the framework would.
    pub(super) fn run_by_place(&mut self, file: FileId) {
        let rules: Vec<_> = self.file_rules(file).filter(|(_, rule)| !rule.serves).collect();
        let around = self.inside.len();
        for (pack, rule) in &rules {
            self.file = file;
            let router = self.single(&format!("{}:router", pack.name), None);
            let place = Some(self.place(&pack.name));
            let prefix = rule.prefix.as_deref().map(|prefix| threatline_facts::Text::literal(prefix.replace("{star}", &self.star_of(rule, file))));
            // Who loads it was not seen, so what stands before it is not known.
            let events = if rule.certain { Vec::new() } else { vec![Event::Protect] };
            let child = self.object(Object { place: place.clone(), prefix, events, ..Object::default() });
            if let Some(place) = place {
                let mount = Event::Mount { child: Val::Object(child), path: None, replaces: false, guards: Vec::new(), place };
                self.objects[child].mounted = true;
                self.objects[router].events.push(mount);
            }
            self.inside.push((&pack.name, child));
        }
        let scope = Scope::new(None);
        for (pack, rule) in &rules {
            for (name, ty) in &rule.variables {
                let library = self.program.files[file].library;
                let Some(ty) = library.named(pack, ty) else { continue };
                self.file = file;
                let place = Some(self.place(&pack.name));
                let id = self.object(Object { ty: Some(ty), place, mounted: true, ..Object::default() });
                if let Some((_, child)) = self.inside.iter().rev().find(|(known, _)| *known == pack.name).copied() {
                    let place = self.place(&pack.name);
                    let mount = Event::Mount { child: Val::Object(id), path: None, replaces: false, guards: Vec::new(), place };
                    self.objects[child].events.push(mount);
                }
                scope.set(&format!("${name}"), Val::Object(id));
            }
        }
        let value = self.load_file(file, &scope);
        // `return function (Router $routes) { … }`: the framework calls it
        if !rules.is_empty()
            && let Val::Function(closure) = &value
        {
            let given: Vec<Arg> = rules
                .iter()
                .flat_map(|(_, rule)| rule.variables.keys())
                .filter_map(|name| scope.own(&format!("${name}")))
                .map(|value| Arg { name: None, value })
                .collect();
            let _ = self.invoke(closure, given);
        }
        for (_, rule) in &rules {
            if let (Some(name), false) = (&rule.gives, matches!(value, Val::Function(_))) {
                self.file = file;
                let site = Site::of(name, vec![Arg { name: None, value: value.clone() }], None, None);
                let _ = self.apply_rules_of(name, site);
            }
        }
        self.inside.truncate(around);
    }

    /// Runs a file in a scope; what it gives back.
    pub(super) fn load_file(&mut self, file: FileId, scope: &Scope) -> Val {
        self.loaded.insert(file);
        self.run_in(file, scope)
    }

    /// `require X`: the file is run here.
    pub(super) fn require_file(&mut self, path: &Val, scope: &Scope) -> Val {
        match self.file_named(path) {
            Some(file) => self.load_file(file, scope),
            None => Val::Unknown,
        }
    }

    /// The file of the project that a text names, seen from the file at hand.
    pub(super) fn file_named(&self, path: &Val) -> Option<FileId> {
        let Val::Text(text) = path else { return None };
        let text = text.as_literal()?;
        let named = |path: String| modules::normal(&path).and_then(|path| self.program.file_at(&path));
        if let Some(absolute) = text.strip_prefix('/') {
            return named(absolute.to_owned());
        }
        let own = &*self.program.files[self.file].path;
        let root = self.program.root_of(own).unwrap_or_default();
        named(modules::join(folder_of(own), text)).or_else(|| named(modules::join(root, text)))
    }

    /// `__DIR__` and what stands for a file's own place: from the root of the project, with a slash before.
    pub(super) fn own_place(&self, name: &str) -> Option<Val> {
        let path = &*self.program.files[self.file].path;
        match name {
            "__DIR__" => Some(Val::text(format!("/{}", folder_of(path)).trim_end_matches('/'))),
            "__FILE__" => Some(Val::text(format!("/{path}"))),
            _ => None,
        }
    }

    /// Annotated classes of a folder stand below a path.
    pub(super) fn note_folder(&mut self, rule: &CallRule, site: &Site) {
        let (folder, path) = (self.pick(rule.of.as_ref(), site), self.pick(rule.path.as_ref(), site));
        let (Some(folder), Some(path)) = (folder.as_ref().and_then(Val::literal), path.as_ref().and_then(Val::literal)) else { return };
        let own = &*self.program.files[self.file].path;
        if let Some(folder) = modules::normal(&modules::join(folder_of(own), folder.trim_end_matches(['*', '/'])))
            && !path.trim_matches('/').is_empty()
        {
            self.folders.insert(folder, path.to_owned());
        }
    }

    /// The path below which the annotated classes of a file stand.
    pub(super) fn folder_prefix(&self, file: FileId) -> Option<&str> {
        let path = &*self.program.files[file].path;
        let below = |folder: &str| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with(['/', '.']));
        self.folders.iter().filter(|(folder, _)| below(folder)).max_by_key(|(folder, _)| folder.len()).map(|(_, prefix)| prefix.as_str())
    }

    /// `dirname($path, $levels)`.
    pub(super) fn folder_above(&self, arguments: &[Arg]) -> Val {
        let Some(path) = arguments.first().and_then(|first| first.value.literal().map(str::to_owned)) else { return Val::Unknown };
        let levels = arguments.get(1).and_then(|level| level.value.literal()?.parse::<usize>().ok()).unwrap_or(1).min(32);
        let folder = (0..levels).fold(path.as_str(), |path, _| folder_of(path));
        Val::text(folder)
    }

    /// `$map['key'] = …`, `$list[] = …` on what is no object: another map or list.
    pub(super) fn extended(&mut self, before: &Val, key: Option<&Val>, value: Val) -> Val {
        match (before, key.and_then(Val::literal)) {
            (Val::List(items), None) => Val::list(items.iter().cloned().chain([value]).collect()),
            (Val::Map(entries), Some(key)) => {
                let mut entries: Vec<(String, Val)> = entries.iter().filter(|(known, _)| known != key).cloned().collect();
                entries.push((key.to_owned(), value));
                Val::Map(std::rc::Rc::new(entries))
            }
            (Val::Map(entries), None) => {
                let mut entries = entries.to_vec();
                entries.push((entries.len().to_string(), value));
                Val::Map(std::rc::Rc::new(entries))
            }
            (Val::List(items), Some(key)) if items.is_empty() => Val::Map(std::rc::Rc::new(vec![(key.to_owned(), value)])),
            _ => before.clone(),
        }
    }
}

/// Whether a path is one that a pattern means: `*` stands for any run of letters without a slash, `**` for any.
pub(super) fn fits(pattern: &str, path: &str) -> bool {
    let Some(at) = pattern.find('*') else { return pattern == path };
    let Some(rest) = path.strip_prefix(&pattern[..at]) else { return false };
    let deep = pattern[at..].starts_with("**");
    let tail = pattern[at..].trim_start_matches('*');
    let mut ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    ends.any(|end| (deep || !rest[..end].contains('/')) && fits(tail, &rest[end..]))
}

/// Paths that a file loads and that stand there in letters, among its own imports.
pub(super) fn loads(source: &threatline_facts::code::Source) -> impl Iterator<Item = &str> {
    source.imports.iter().filter(|import| import.member.is_none()).map(|import| import.module.as_str()).filter(|module| module.starts_with("./"))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_stop_at_slashes_and_two_do_not() {
        assert!(fits("routes/*.php", "routes/web.php") && !fits("routes/*.php", "routes/a/web.php"));
        assert!(fits("modules/**/routes.php", "modules/a/b/routes.php") && fits("x.php", "x.php") && !fits("x.php", "y.php"));
    }
}
