//! Names: what a file defines, imports and offers, and what a library's name stands for.

use super::*;

impl<'a> Evaluator<'a> {
    /// The top-level names of a file; its top level is run first.
    pub(in crate::compose) fn globals(&mut self, file: FileId) -> Scope {
        if let Some(scope) = &self.globals[file] {
            return scope.clone();
        }
        let scope = Scope::new(None);
        self.globals[file] = Some(scope.clone());
        self.declare_all(file, &scope);
        // Whoever loads it runs it.
        if self.waits(file) {
            return scope;
        }
        let source = self.program.source(file);
        if let Some(main) = self.ruby_main(file) {
            scope.set("self", Val::Object(main));
        }
        if self.running.len() < MAX_DEPTH * 4 {
            self.running.push((file, u32::MAX));
            self.frames.push(Effects::default());
            let saved = std::mem::replace(&mut self.fuel, FUEL);
            let proving = std::mem::take(&mut self.proving);
            let owner = std::mem::replace(&mut self.owner, file);
            let alone = self.alone.take();
            self.within(file, |this| {
                let _ = this.steps(&source.functions[0].steps, &scope, None);
            });
            self.fuel = saved;
            self.proving = proving;
            self.owner = owner;
            self.alone = alone;
            let effects = self.frames.pop().unwrap_or_default();
            self.running.pop();
            self.serve_file(file, &effects);
        }
        scope
    }

    /// Runs the top level of a file in a scope that is there; what it gives back.
    pub(in crate::compose) fn run_in(&mut self, file: FileId, scope: &Scope) -> Val {
        if self.running.len() >= MAX_DEPTH * 4 || self.running.contains(&(file, u32::MAX)) {
            return Val::Unknown;
        }
        self.declare_all(file, scope);
        self.globals[file] = Some(scope.clone());
        let source = self.program.source(file);
        self.running.push((file, u32::MAX));
        let value = self.within(file, |this| match this.steps(&source.functions[0].steps, scope, None) {
            Flow::Left(value) => value,
            Flow::On => Val::Boolean(true),
        });
        self.running.pop();
        value
    }

    /// Binds the functions and classes of a file.
    fn declare_all(&mut self, file: FileId, scope: &Scope) {
        let own = &self.program.files[file];
        let mut functions: Vec<_> = own.functions.iter().map(|(name, index)| (*name, *index)).collect();
        functions.sort_unstable();
        for (name, index) in functions {
            scope.set(name, Val::Function(Closure { file, index, scope: Some(scope.clone()), this: None }));
        }
        let mut classes: Vec<_> = own.classes.iter().map(|(name, index)| (*name, *index)).collect();
        classes.sort_unstable();
        for (name, index) in classes {
            scope.set(name, Val::Class(file, index));
        }
    }

    /// What a name means in a file.
    pub(in crate::compose) fn lookup(&mut self, name: &str, scope: &Scope) -> Val {
        if self.has_receivers()
            && let Some(value) = self.in_receivers(name, scope)
        {
            return value;
        }
        if self.runs_bodies() {
            return self.ruby_name(name, scope);
        }
        if let Some(value) = scope.get(name) {
            return value;
        }
        if let Some(plain) = name.strip_suffix('!').filter(|_| self.family() == Family::Rust) {
            return self.macro_named(plain);
        }
        // Java and C# name members of the class without `this`.
        if matches!(self.family(), Family::Java | Family::CSharp)
            && let Some(Val::Object(this)) = scope.get("self")
        {
            if let Some(value) = self.own_member(this, name) {
                return value;
            }
            // Methods that the class has from a library's base.
            let inherits = |ty| self.program.files[self.file].library.has_member(ty, name);
            if self.objects[this].class.is_some() && self.objects[this].ty.is_some_and(inherits) {
                return Val::Method(this, Rc::from(name));
            }
        }
        let file = self.file;
        if let Some(value) = self.globals(file).get(name) {
            return value;
        }
        if let Some(import) = self.program.imported(file, name) {
            return self.import(import);
        }
        if self.family() == Family::Go {
            let folder = folder_of(&self.program.files[file].path).to_owned();
            if let Some(value) = self.in_folder(&folder, name) {
                return value;
            }
        }
        if self.family() == Family::Php {
            if let Some(place) = self.own_place(name) {
                return place;
            }
            if let Some((file, index)) = self.program.function_named(name).filter(|_| !name.starts_with('$')) {
                return Val::Function(Closure { file, index, scope: None, this: None });
            }
        }
        if self.family() == Family::Swift
            && let Some((file, index)) = self.program.function_named(name)
        {
            return Val::Function(Closure { file, index, scope: None, this: None });
        }
        if let Some((file, class)) = self.program.class_nearby(file, name) {
            return Val::Class(file, class);
        }
        if self.has_receivers()
            && let Some(value) = self.in_own_package(name)
        {
            return value;
        }
        // Rust names another crate without importing it: `shared::router()`.
        if let Some(root) = self.program.crate_named(file, name) {
            return Val::Module(root);
        }
        self.in_globs(name).or_else(|| self.in_bases(name, scope)).unwrap_or_else(|| self.symbol(name))
    }

    /// Rust's macros and crates have names of their own: no function of the file is meant.
    pub(in crate::compose) fn macro_named(&mut self, name: &str) -> Val {
        match self.program.imported(self.file, name) {
            // a module of that name is none
            Some(import) => match self.import(import) {
                Val::Module(_) | Val::Folder(_) => self.symbol(name),
                value => value,
            },
            None => self.in_globs(name).unwrap_or_else(|| self.symbol(name)),
        }
    }

    /// What a path of Rust names that begins at the crate's root or above the module: `crate::auth::User`, with dots.
    pub(in crate::compose) fn rooted(&mut self, path: &str) -> Option<Val> {
        let (module, member) = path.rsplit_once('.')?;
        if self.family() != Family::Rust || !matches!(path.split('.').next(), Some("crate" | "super")) {
            return None;
        }
        match self.program.locate(self.file, &module.replace('.', "::"), Some(member)) {
            Located2::File(found) => Some(self.imported_member(found, member)).filter(|value| !matches!(value, Val::Missing)),
            _ => None,
        }
    }

    /// What a name means by the file's imports of everything.
    pub(super) fn in_globs(&mut self, name: &str) -> Option<Val> {
        let file = self.file;
        if let Some(known) = self.globbed.get(&file).and_then(|names| names.get(name)).cloned() {
            return self.of_globs(&known);
        }
        // What other files offer depends on how far they were evaluated: only where none is asked the answer lasts.
        let (mut found, mut lasts) = (Globbed::Nothing, true);
        for import in self.program.globs(file) {
            match self.program.locate(file, &import.module, import.member.as_deref()) {
                Located2::File(other) if self.family() != Family::Java => {
                    lasts = false;
                    if let Some(value) = self.module_member(other, name) {
                        return Some(value);
                    }
                }
                _ => {
                    if let Some((file, class)) = self.program.class_of(&import.module, name) {
                        found = Globbed::Class(file, class);
                        break;
                    }
                    if self.may_offer(&import.module, name) {
                        lasts = false;
                        if let Some(value) = self.offered(&import.module, name) {
                            return Some(value);
                        }
                    }
                    let library = self.program.files[file].library;
                    let full = self.program.full_name(self.program.source(file).language, &import.module, Some(name));
                    // what a pack knows by its whole name goes before what it knows by the last part alone
                    let is_first = match &found {
                        Globbed::Nothing => library.surely_knows(&full),
                        Globbed::Symbol(first) => library.constructs_named(&full) && !library.constructs_named(first),
                        Globbed::Class(..) => false,
                    };
                    if is_first {
                        found = Globbed::Symbol(full.into());
                    }
                }
            }
        }
        if lasts {
            self.globbed.entry(file).or_default().insert(name.to_owned(), found.clone());
        }
        self.of_globs(&found)
    }

    fn of_globs(&mut self, found: &Globbed) -> Option<Val> {
        match found {
            Globbed::Class(file, class) => Some(Val::Class(*file, *class)),
            Globbed::Symbol(full) => Some(self.symbol(full)),
            Globbed::Nothing => None,
        }
    }

    /// A library's thing: its text if it is a constant, the object if it is one.
    pub(in crate::compose) fn symbol(&mut self, name: &str) -> Val {
        let library = self.program.files[self.file].library;
        if let Some(text) = library.value(name) {
            return Val::text(text);
        }
        if self.runs_bodies()
            && let Some((file, class)) = self.program.class_of("", name)
        {
            return Val::Class(file, class);
        }
        if let Some(ty) = library.type_of_value(name) {
            let id = self.single(name, Some(ty));
            self.owned.insert(id);
            return Val::Object(id);
        }
        Val::symbol(name)
    }

    pub(super) fn import(&mut self, import: &'a Import) -> Val {
        let (file, mark) = (self.file, import.mark);
        let located = self.program.locate(file, &import.module, import.member.as_deref());
        let language = self.program.source(file).language;
        if let Located2::Missing = located {
            let place = Place { path: self.program.files[file].path.clone(), mark, by: Arc::from("code") };
            if !self.out.unresolved.contains(&place) {
                self.out.unresolved.push(place);
            }
        }
        let Some(module) = module_value(&located) else {
            if matches!(language, Language::Kotlin | Language::Scala)
                && let Some(value) = import.member.as_deref().and_then(|member| self.offered(&import.module, member))
            {
                return value;
            }
            // A class that lies elsewhere than its package says.
            if let Some((file, class)) = import.member.as_deref().and_then(|member| self.program.class_of(&import.module, member)) {
                return Val::Class(file, class);
            }
            let name = self.program.full_name(language, &import.module, import.member.as_deref());
            return self.symbol(&name);
        };
        match (import.member.as_deref(), &located) {
            (None | Some("*"), _) => module,
            (Some(_), Located2::File(found)) if self.program.is_submodule(*found, import, language) => module,
            (Some(member), Located2::File(found)) => self.imported_member(*found, member),
            (Some(member), Located2::Folder(folder)) => self.in_folder(&folder.clone(), member).unwrap_or(Val::Unknown),
            (_, _) => module,
        }
    }

    /// A member that was imported from a file: the file itself when that is what carries the name.
    pub(in crate::compose) fn imported_member(&mut self, found: FileId, member: &str) -> Val {
        if let Some(value) = self.module_member(found, member) {
            return value;
        }
        let path = &*self.program.files[found].path;
        let file = path.rsplit('/').next().unwrap_or(path);
        let stem = file.split('.').next().unwrap_or(file);
        let is_it = stem == member || (matches!(stem, "__init__" | "mod") && folder_of(path).rsplit('/').next() == Some(member)) || member == "self";
        if is_it { Val::Module(found) } else { Val::Missing }
    }

    /// What a file offers under a name.
    pub(in crate::compose) fn module_member(&mut self, file: FileId, name: &str) -> Option<Val> {
        let source = self.program.source(file);
        if self.running.len() >= MAX_DEPTH * 4 {
            return None;
        }
        let scope = self.globals(file);
        self.running.push((file, u32::MAX));
        let out = self.within(file, |this| this.exported(source, name, &scope));
        self.running.pop();
        out
    }

    pub(super) fn exported(&mut self, source: &'a Source, name: &str, scope: &Scope) -> Option<Val> {
        for export in source.exports.iter().rev().filter(|export| export.name == name) {
            if let Some(value) = &export.value {
                // What the file made when it ran is given away, and not made anew for each who asks.
                let kept = if matches!(value, Value::Call(_)) { scope.get(&steps::kept_export(name)) } else { None };
                return Some(kept.unwrap_or_else(|| self.value(value, scope)));
            }
            if let Some((module, member)) = &export.from {
                return match self.program.locate(self.file, module, Some(member)) {
                    Located2::File(found) if member == "*" => Some(Val::Module(found)),
                    Located2::File(found) if found != self.file => Some(self.imported_member(found, member)),
                    Located2::Missing => Some(Val::Missing),
                    _ => {
                        let name = self.program.full_name(source.language, module, Some(member));
                        Some(self.symbol(&name))
                    }
                };
            }
        }
        if let Some(value) = scope.get(name) {
            return Some(value);
        }
        for export in source.exports.iter().filter(|export| export.name == "*") {
            let Some((module, _)) = &export.from else { continue };
            if let Located2::File(found) = self.program.locate(self.file, module, Some("*"))
                && found != self.file
                && let Some(value) = self.module_member(found, name)
            {
                return Some(value);
            }
        }
        if let Some(import) = self.program.imported(self.file, name)
            && matches!(source.language, Language::Python | Language::Rust)
        {
            return Some(self.import(import));
        }
        if source.language == Language::Python {
            for import in self.program.globs(self.file) {
                if let Located2::File(found) = self.program.locate(self.file, &import.module, Some("*"))
                    && found != self.file
                    && let Some(value) = self.module_member(found, name)
                {
                    return Some(value);
                }
            }
        }
        // A folder's `__init__.py` gives its submodules away.
        if self.program.files[self.file].path.ends_with("__init__.py")
            && let Located2::File(found) = self.program.locate(self.file, ".", Some(name))
            && found != self.file
        {
            return Some(Val::Module(found));
        }
        None
    }

    pub(super) fn in_folder(&mut self, folder: &str, name: &str) -> Option<Val> {
        let files = self.program.folder(folder, self.family());
        let own = self.file;
        files.into_iter().filter(|file| *file != own).find_map(|file| self.globals(file).get(name))
    }

    /// The value of a module used as if it were one: its default export.
    pub(in crate::compose) fn plain_value(&mut self, value: Val) -> Val {
        match value {
            Val::Module(file) => self.module_member(file, "default").unwrap_or(Val::Module(file)),
            value => value,
        }
    }
}
