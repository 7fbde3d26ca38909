//! The files that are joined, and how a name in one leads to another.

use super::library::{Library, plain};
use super::value::{FileId, Val};
use crate::modules::{self, Manifests};
use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use threatline_facts::code::{CodeFact, Import, Source, Step, Value, Want};
use threatline_facts::manifest::ManifestFact;
use threatline_facts::{Fact, Facts, Language};
use threatline_knowledge::packs::{Family, Shelf};

/// A source file.
pub(super) struct File<'a> {
    pub(super) path: Arc<str>,
    pub(super) source: &'a Source,
    pub(super) library: &'static Library,
    pub(super) family: Family,
    imports: HashMap<&'a str, Vec<&'a Import>>,
    globs: Vec<&'a Import>,
    /// Names of functions and classes at the top level, and of classes anywhere.
    pub(super) functions: HashMap<&'a str, u32>,
    pub(super) classes: HashMap<&'a str, u32>,
}

/// Where members of one module that a file names were found.
type Members = Vec<(Option<String>, Located2)>;

/// A class by its name without capitals and separators.
type Folded = (String, (FileId, u32));

/// All of them.
pub(super) struct Program<'a> {
    pub(super) files: Vec<File<'a>>,
    own: Vec<bool>,
    by_path: HashMap<&'a str, FileId>,
    folders: BTreeMap<&'a str, Vec<FileId>>,
    manifests: Manifests<'a>,
    /// Folders of manifests.
    roots: HashSet<&'a str>,
    /// What the manifests of a folder name.
    dependencies: HashMap<&'a str, HashSet<&'a str>>,
    /// Names of manifests.
    package_names: HashMap<&'a str, &'a str>,
    /// Files that others load by their path.
    loaded: HashSet<FileId>,
    /// PHP and Swift: functions that stand in no class.
    by_function: HashMap<&'a str, Vec<(FileId, u32)>>,
    /// Java: files and folders by what stands behind `src/main/java/`, wherever that is.
    tails: HashMap<&'a str, &'a str>,
    /// What a path of Python is made of, and a folder's name with that of a file in it or with nothing (Java).
    /// Most imports are of libraries, and to try every path for each of them is much of the work.
    names: HashSet<(&'a str, &'a str)>,
    /// Java, C# and PHP: package and class name to file and number.
    by_class: HashMap<(String, &'a str), (FileId, u32)>,
    /// C#: class name alone, when it is unique.
    by_short: HashMap<&'a str, Vec<(FileId, u32)>>,
    /// Methods that stand outside of their class (Go, Rust): folder or file, type, name.
    methods: HashMap<(String, &'a str, &'a str), (FileId, u32)>,
    /// Ruby: all parts of a class by its full name, and files that hold a constant at their top.
    reopened: HashMap<&'a str, Vec<(FileId, u32)>>,
    constants: HashMap<&'a str, FileId>,
    /// Ruby: paths without their ending that files require from where they stand.
    required: HashMap<String, Vec<FileId>>,
    /// Ruby: classes by their names without case and underscores.
    folded: HashMap<String, (FileId, u32)>,
    /// The same by the last part of the name.
    endings: HashMap<String, Vec<Folded>>,
    /// The same by type.
    methods_of: HashMap<&'a str, Vec<(FileId, u32)>>,
    /// Files with a class of that name, of names that generated interfaces of servers have.
    servers: HashMap<&'a str, Vec<FileId>>,
    /// Functions that are called as if they were methods of a type: of their first parameter (C#), of their receiver (Kotlin).
    extensions: HashMap<&'a str, Vec<(FileId, u32)>>,
    /// Kotlin: names at the top level of files by package.
    offered: HashMap<&'a str, HashMap<&'a str, Vec<FileId>>>,
    /// Where modules were found: a file that hands on what thirty others offer asks for each of them at every name.
    located: RefCell<HashMap<FileId, HashMap<String, Members>>>,
}

/// Where Maven and Gradle keep the sources of a module.
const JAVA_ROOT: &str = "src/main/java/";

/// A name without case and underscores, its parts with dots between.
fn folded(name: &str) -> String {
    name.chars().filter(|c| *c != '_').map(|c| if c == '/' { '.' } else { c.to_ascii_lowercase() }).collect()
}

/// What stands behind the last separator.
fn last(name: &str, separator: char) -> &str {
    name.rsplit(separator).next().unwrap_or(name)
}

pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl<'a> Program<'a> {
    /// Arranges the files; all of them are its own.
    pub(super) fn new(files: &[(&'a str, &'a Facts)]) -> Self {
        Self::with(files, &|_| true, Shelf::default())
    }

    /// Arranges the files; what stands in its own is asked for, the others are there to be looked up.
    pub(super) fn with(files: &[(&'a str, &'a Facts)], is_own: &dyn Fn(&str) -> bool, shelf: Shelf) -> Self {
        let mut sorted: Vec<(&'a str, &'a Facts)> = files.to_vec();
        sorted.sort_by_key(|(path, _)| *path);
        let mut out = Program {
            files: Vec::new(),
            own: Vec::new(),
            located: RefCell::default(),
            by_path: HashMap::new(),
            folders: BTreeMap::new(),
            manifests: Manifests::default(),
            roots: HashSet::new(),
            dependencies: HashMap::new(),
            package_names: HashMap::new(),
            loaded: HashSet::new(),
            by_function: HashMap::new(),
            tails: HashMap::new(),
            names: HashSet::new(),
            by_class: HashMap::new(),
            by_short: HashMap::new(),
            methods: HashMap::new(),
            methods_of: HashMap::new(),
            reopened: HashMap::new(),
            constants: HashMap::new(),
            required: HashMap::new(),
            folded: HashMap::new(),
            endings: HashMap::new(),
            servers: HashMap::new(),
            extensions: HashMap::new(),
            offered: HashMap::new(),
        };
        for (path, facts) in sorted {
            for fact in &facts.facts {
                match fact {
                    Fact::Code(CodeFact::Source(source)) => {
                        out.own.push(is_own(path));
                        out.add(path, source, shelf);
                    }
                    Fact::Manifest(ManifestFact::Package(package)) => {
                        out.manifests.add((folder_of(path), package));
                        out.roots.insert(folder_of(path));
                        let names = package.dependencies.iter().map(|dependency| dependency.name.as_str());
                        if let Some(name) = &package.name {
                            out.package_names.entry(folder_of(path)).or_insert(name);
                        }
                        out.dependencies.entry(folder_of(path)).or_default().extend(names);
                    }
                    _ => {}
                }
            }
        }
        out.find_loaded();
        out
    }

    fn add(&mut self, path: &'a str, source: &'a Source, shelf: Shelf) {
        let id = self.files.len();
        let family = Family::of(source.language);
        let mut file = File {
            path: Arc::from(path),
            source,
            library: Library::of(family, shelf),
            family,
            imports: HashMap::new(),
            globs: Vec::new(),
            functions: HashMap::new(),
            classes: HashMap::new(),
        };
        for import in &source.imports {
            match import.local.as_str() {
                "*" => file.globs.push(import),
                local => file.imports.entry(local).or_default().push(import),
            }
        }
        top_functions(source.functions.first().map(|top| top.steps.as_slice()).unwrap_or_default(), &mut |number| {
            if let Some(function) = source.functions.get(number as usize).filter(|function| function.receiver.is_none()) {
                file.functions.insert(&function.name, number);
            }
        });
        if matches!(family, Family::Php | Family::Swift) {
            let own: Vec<_> = file.functions.iter().map(|(name, number)| (*name, *number)).collect();
            own.into_iter().for_each(|(name, number)| self.by_function.entry(name).or_default().push((id, number)));
        }
        for import in source.imports.iter().filter(|import| family == Family::Ruby && import.module.starts_with('.')) {
            if let Some(path) = modules::normal(&modules::join(folder_of(path), import.module.trim_end_matches(".rb"))) {
                self.required.entry(path).or_default().push(id);
            }
        }
        let package = source.package.clone().unwrap_or_default();
        for (number, class) in source.classes.iter().enumerate() {
            file.classes.entry(&class.name).or_insert(number as u32);
            if class.name.ends_with("Server") {
                let files = self.servers.entry(&class.name).or_default();
                if files.last() != Some(&id) {
                    files.push(id);
                }
            }
            if family.runs_bodies() && !class.name.is_empty() {
                self.by_class.entry((String::new(), &class.name)).or_insert((id, number as u32));
                self.reopened.entry(&class.name).or_default().push((id, number as u32));
                let plain = folded(&class.name);
                if let Entry::Vacant(vacant) = self.folded.entry(plain.clone()) {
                    vacant.insert((id, number as u32));
                    self.endings.entry(last(&plain, '.').to_owned()).or_default().push((plain, (id, number as u32)));
                }
            }
            if matches!(family, Family::Java | Family::CSharp | Family::Php | Family::Swift) {
                self.by_class.entry((package.clone(), &class.name)).or_insert((id, number as u32));
                self.by_short.entry(&class.name).or_default().push((id, number as u32));
            }
        }
        for (number, function) in source.functions.iter().enumerate().filter(|_| family == Family::CSharp) {
            let first =
                function.parameters.first().filter(|first| first.annotations.iter().any(|call| matches!(&call.callee, Value::Name(name) if name == "this")));
            if first.is_some() {
                self.extensions.entry(&function.name).or_default().push((id, number as u32));
            }
        }
        if matches!(source.language, Language::Kotlin | Language::Scala) {
            let package = source.package.as_deref().unwrap_or_default();
            for name in source.functions.first().into_iter().flat_map(|top| top_names(source, &top.steps)) {
                self.offered.entry(package).or_default().entry(name).or_default().push(id);
            }
        }
        if matches!(source.language, Language::Kotlin | Language::Scala | Language::Swift | Language::Dart) {
            for (number, function) in source.functions.iter().enumerate().filter(|(_, function)| function.receiver.is_some()) {
                self.extensions.entry(&function.name).or_default().push((id, number as u32));
            }
        }
        for step in source.functions.first().map(|top| top.steps.as_slice()).unwrap_or_default() {
            if let (Family::Ruby, Step::Bind { target: Value::Name(name), .. }) = (family, step)
                && name.starts_with(|c: char| c.is_uppercase())
            {
                self.constants.entry(name).or_insert(id);
            }
        }
        let around = if family == Family::Go { folder_of(path).to_owned() } else { path.to_owned() };
        for (number, function) in source.functions.iter().enumerate() {
            if let Some((_, ty)) = &function.receiver {
                let ty = ty.rsplit('.').next().unwrap_or(ty);
                if let Entry::Vacant(vacant) = self.methods.entry((around.clone(), ty, &function.name)) {
                    vacant.insert((id, number as u32));
                    self.methods_of.entry(ty).or_default().push((id, number as u32));
                }
            }
        }
        if family == Family::Java
            && let Some((_, tail)) = path.split_once(JAVA_ROOT)
        {
            self.tails.entry(tail).or_insert(path);
            self.tails.entry(folder_of(tail)).or_insert(folder_of(path));
        }
        match family {
            Family::Python => self.names.extend(path.strip_suffix(".py").unwrap_or(path).split('/').map(|part| ("", part))),
            Family::Java => {
                let around = last(folder_of(path), '/');
                self.names.extend([(around, last(path, '/').strip_suffix(".java").unwrap_or_default()), (around, "")]);
            }
            _ => {}
        }
        self.by_path.insert(path, id);
        self.folders.entry(folder_of(path)).or_default().push(id);
        self.files.push(file);
    }

    pub(super) fn source(&self, file: FileId) -> &'a Source {
        self.files[file].source
    }

    /// Files that another one loads and names in letters.
    fn find_loaded(&mut self) {
        let mut loaded = HashSet::new();
        for file in self.files.iter().filter(|file| file.family == Family::Php) {
            for module in super::include::loads(file.source) {
                let path = modules::normal(&modules::join(folder_of(&file.path), module));
                loaded.extend(path.and_then(|path| self.file_at(&path)));
            }
        }
        self.loaded = loaded;
    }

    /// Whether a folder of a package holds the page that a server begins with.
    pub(super) fn has_front(&self, root: &str, folder: &str) -> bool {
        self.by_path.contains_key(modules::join(root, &format!("{folder}/index.php")).as_str())
    }

    /// Whether another file loads this one.
    pub(super) fn is_loaded(&self, file: FileId) -> bool {
        self.loaded.contains(&file)
    }

    /// Whether the manifest around a file depends on one of these packages; none where no manifest is.
    pub(super) fn depends_on(&self, path: &str, packages: &[String]) -> Option<bool> {
        let known = self.dependencies.get(self.root_of(path)?)?;
        Some(packages.iter().any(|package| known.contains(package.as_str())))
    }

    /// The function of that name that stands in no class, where there is one only.
    pub(super) fn function_named(&self, name: &str) -> Option<(FileId, u32)> {
        match self.by_function.get(name)?.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// It is asked what this file says.
    pub(super) fn is_own(&self, file: FileId) -> bool {
        self.own[file]
    }

    /// Its own files.
    pub(super) fn own_files(&self) -> impl Iterator<Item = FileId> + use<> {
        let own: Vec<FileId> = (0..self.files.len()).filter(|file| self.own[*file]).collect();
        own.into_iter()
    }

    /// The method of a type that stands outside of its class.
    pub(super) fn method(&self, file: FileId, ty: &str, name: &str) -> Option<(FileId, u32)> {
        let path = &*self.files[file].path;
        let around = if self.files[file].family == Family::Go { folder_of(path) } else { path };
        if let Some(found) = self.methods.get(&(around.to_owned(), ty, name)) {
            return Some(*found);
        }
        None
    }

    /// The extension method of that name that lies nearest; none when several are as near.
    pub(super) fn extension(&self, file: FileId, name: &str) -> Option<(FileId, u32)> {
        let found = self.extensions.get(name)?;
        let nearness = |other: FileId| {
            let (left, right) = (self.files[file].path.split('/'), self.files[other].path.split('/'));
            left.zip(right).take_while(|(left, right)| left == right).count()
        };
        let best = found.iter().map(|(other, _)| nearness(*other)).max()?;
        let mut nearest = found.iter().filter(|(other, _)| nearness(*other) == best);
        let only = *nearest.next()?;
        nearest.next().is_none().then_some(only)
    }

    /// Kotlin: functions of that name that extend a type and can be named in a file.
    pub(super) fn extending(&self, file: FileId, name: &str) -> Vec<(FileId, u32)> {
        let source = self.source(file);
        let package = |of: &'a Source| of.package.as_deref().unwrap_or_default();
        let imported = self.imported(file, name);
        let original = imported.and_then(|import| import.member.as_deref()).unwrap_or(name);
        let found = self.extensions.get(original).into_iter().flatten().copied();
        let is_seen = |(other, _): &(FileId, u32)| {
            let theirs = self.source(*other);
            *other == file
                || imported.map_or_else(
                    || package(theirs) == package(source) || self.globs(file).iter().any(|import| import.module == package(theirs)),
                    |import| import.module == package(theirs),
                )
        };
        found.filter(is_seen).collect()
    }

    /// Kotlin: files of a package with that name at their top level.
    pub(super) fn offering(&self, package: &str, name: &str) -> &[FileId] {
        self.offered.get(package).and_then(|names| names.get(name)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Files of a folder in that language family.
    pub(super) fn folder(&self, folder: &str, family: Family) -> Vec<FileId> {
        let all = self.folders.get(folder).map(Vec::as_slice).unwrap_or_default();
        all.iter().copied().filter(|file| self.files[*file].family == family).collect()
    }

    /// Imports under that local name.
    pub(super) fn imported(&self, file: FileId, name: &str) -> Option<&'a Import> {
        self.files[file].imports.get(name).and_then(|imports| imports.first()).copied()
    }

    pub(super) fn globs(&self, file: FileId) -> &[&'a Import] {
        &self.files[file].globs
    }

    /// A class of the same package, or of any when the name is unique (C#).
    pub(super) fn class_nearby(&self, file: FileId, name: &str) -> Option<(FileId, u32)> {
        let family = self.files[file].family;
        if !matches!(family, Family::Java | Family::CSharp | Family::Php | Family::Swift) {
            return None;
        }
        let package = self.source(file).package.clone().unwrap_or_default();
        if let Some(found) = self.by_class.get(&(package, name)) {
            return Some(*found);
        }
        let found = self.by_short.get(name).filter(|_| matches!(family, Family::CSharp | Family::Swift))?;
        let own = self.files[file].path.split('/').next();
        let near: Vec<_> = found.iter().filter(|(other, _)| self.files[*other].path.split('/').next() == own).collect();
        match near.as_slice() {
            [only] => Some(**only),
            _ => None,
        }
    }

    /// A class by its full name, as a file means it: of several that are called so, the one of its own part of the tree.
    pub(super) fn class_meant(&self, file: FileId, package: &str, name: &str) -> Option<(FileId, u32)> {
        let of_package = |(other, _): &&(FileId, u32)| self.source(*other).package.as_deref() == Some(package);
        let found: Vec<_> = self.by_short.get(name)?.iter().filter(of_package).collect();
        let own = self.files[file].path.split('/').next();
        match found.as_slice() {
            [only] => Some(**only),
            several => {
                let mut near = several.iter().filter(|(other, _)| self.files[*other].path.split('/').next() == own);
                near.next().filter(|_| near.next().is_none()).map(|found| **found)
            }
        }
    }

    /// A class by its full name.
    pub(super) fn class_of(&self, package: &str, name: &str) -> Option<(FileId, u32)> {
        self.by_class.get(&(package.to_owned(), name)).copied()
    }

    /// A file of Ruby and those that require it by its path, and those that require them.
    pub(super) fn requirers(&self, file: FileId) -> Vec<FileId> {
        let mut out = vec![file];
        let mut next = 0;
        while let Some(file) = out.get(next).copied() {
            next += 1;
            let path = &*self.files[file].path;
            let stem = path.strip_suffix(".rb").unwrap_or(path);
            for other in self.required.get(stem).into_iter().flatten() {
                if !out.contains(other) && out.len() < 64 {
                    out.push(*other);
                }
            }
        }
        out
    }

    /// All parts of a class of Ruby.
    pub(super) fn reopened(&self, name: &str) -> &[(FileId, u32)] {
        self.reopened.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The file that holds a constant of Ruby at its top.
    pub(super) fn constant(&self, name: &str) -> Option<FileId> {
        self.constants.get(name).copied()
    }

    /// A class of Ruby by its name in any spelling: `api/v1/user_profiles` is `API::V1::UserProfiles`.
    pub(super) fn class_spelled(&self, name: &str) -> Option<(FileId, u32)> {
        self.folded.get(&folded(name)).copied()
    }

    /// The one class of Ruby whose name ends so, of those that lie nearest to a file.
    pub(super) fn class_ending(&self, file: FileId, name: &str) -> Option<(FileId, u32)> {
        let name = folded(name);
        let last = last(&name, '.');
        let found: Vec<(FileId, u32)> = self
            .endings
            .get(last)?
            .iter()
            .filter(|(full, _)| full.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
            .map(|(_, found)| *found)
            .collect();
        let nearness =
            |other: FileId| self.files[file].path.split('/').zip(self.files[other].path.split('/')).take_while(|(left, right)| left == right).count();
        let best = found.iter().map(|(other, _)| nearness(*other)).max()?;
        let mut nearest = found.iter().filter(|(other, _)| nearness(*other) == best);
        let only = *nearest.next()?;
        nearest.next().is_none().then_some(only)
    }

    /// The one class of that name in the files of a family, of those that lie nearest to a file.
    pub(super) fn class_at_hand(&self, file: FileId, name: &str) -> Option<(FileId, u32)> {
        let own = &self.files[file];
        let found = self.files.iter().enumerate().filter(|(_, other)| other.family == own.family);
        let found = found.filter_map(|(at, other)| Some((at, *other.classes.get(name)?)));
        let nearness = |other: FileId| own.path.split('/').zip(self.files[other].path.split('/')).take_while(|(left, right)| left == right).count();
        let found: Vec<(usize, (FileId, u32))> = found.map(|found| (nearness(found.0), found)).collect();
        let best = found.iter().map(|(near, _)| *near).max()?;
        let mut nearest = found.iter().filter(|(near, _)| *near == best);
        let only = nearest.next()?.1;
        nearest.next().is_none().then_some(only)
    }

    /// The existing file (or folder) that an import means, and whether the member is the file itself.
    pub(super) fn locate(&self, file: FileId, module: &str, member: Option<&str>) -> Located2 {
        let known = |members: &Members| members.iter().find(|(known, _)| known.as_deref() == member).map(|(_, found)| found.clone());
        if let Some(found) = self.located.borrow().get(&file).and_then(|modules| modules.get(module)).and_then(known) {
            return found;
        }
        let found = self.look_for(file, module, member);
        self.located.borrow_mut().entry(file).or_default().entry_ref(module).or_default().push((member.map(str::to_owned), found.clone()));
        found
    }

    fn look_for(&self, file: FileId, module: &str, member: Option<&str>) -> Located2 {
        let source = self.source(file);
        let language = source.language;
        // Names of Kotlin and Scala are found by their package.
        if matches!(language, Language::Kotlin | Language::Scala) {
            return Located2::Library;
        }
        if self.is_foreign(language, module, member) || language == Language::Python && is_generated(module, member) {
            return Located2::Library;
        }
        let want = Want { language, module: module.to_owned(), member: member.map(str::to_owned) };
        let manifests = self.manifests.holding(module);
        for path in modules::candidates(&want, &self.files[file].path, &manifests) {
            if let Some(found) = self.at(&path, file) {
                return found;
            }
        }
        if language == Language::Java && !module.is_empty() {
            let tail = module.replace('.', "/");
            let member = member.filter(|member| *member != "*");
            let class = member.and_then(|member| self.tails.get(format!("{tail}/{member}.java").as_str()));
            let found = class.or_else(|| self.tails.get(format!("{tail}.java").as_str())).and_then(|path| self.at(path, file));
            // The router that Play makes of `conf/api.routes` is `api.Routes`.
            let beside = || format!("{}/{module}.routes", folder_of(&self.files[file].path));
            let routes = || Some(beside()).filter(|_| member == Some("Routes")).and_then(|path| self.at(path.trim_start_matches('/'), file));
            let found = found.or_else(routes);
            let folder = || self.tails.get(tail.as_str()).filter(|_| member.is_none()).and_then(|folder| self.at(&format!("{folder}/"), file));
            if let Some(found) = found.or_else(folder) {
                return found;
            }
        }
        if modules::looks_local(language, module, &manifests) { Located2::Missing } else { Located2::Library }
    }

    /// No path of the project ends as the module would.
    fn is_foreign(&self, language: Language, module: &str, member: Option<&str>) -> bool {
        if module.is_empty() || module.starts_with('.') {
            return false;
        }
        match language {
            // Classes of PHP are found by their full names.
            Language::Php => true,
            Language::Python => !self.names.contains(&("", module.split('.').next().unwrap_or(module))),
            Language::Java => {
                let Some((outer, name)) = module.rsplit_once('.') else { return false };
                let around = last(outer, '.');
                let member = member.unwrap_or("*");
                ![(name, member), (around, name), (name, "")].iter().any(|pair| self.names.contains(pair))
            }
            _ => false,
        }
    }

    /// The root of the crate of that name, if it is one of the project's.
    pub(super) fn crate_named(&self, file: FileId, name: &str) -> Option<FileId> {
        if self.files[file].family != Family::Rust || self.manifests.holding(name).is_empty() {
            return None;
        }
        match self.locate(file, name, None) {
            Located2::File(root) => Some(root),
            _ => None,
        }
    }

    /// Whether the file is what `from module import member` names, and not where the member stands: a module
    /// may have a member of its own name.
    pub(super) fn is_submodule(&self, found: FileId, import: &Import, language: Language) -> bool {
        let (Language::Python, Some(member)) = (language, &import.member) else { return false };
        let path = &*self.files[found].path;
        let path = path.strip_suffix(".py").unwrap_or(path);
        let path = path.strip_suffix("/__init__").unwrap_or(path);
        let named = format!("{}/{member}", import.module.trim_start_matches('.').replace('.', "/"));
        let named = named.trim_start_matches('/');
        path == named || path.strip_suffix(named).is_some_and(|before| before.ends_with('/'))
    }

    /// The file of that path, or the folder if it ends with `/`, in the family of another.
    fn at(&self, path: &str, file: FileId) -> Option<Located2> {
        let family = self.files[file].family;
        match path.strip_suffix('/') {
            Some(folder) => (!self.folder(folder, family).is_empty()).then(|| Located2::Folder(Rc::from(folder))),
            None => self.by_path.get(path).filter(|found| self.files[**found].family == family).map(|found| Located2::File(*found)),
        }
    }

    /// Methods of types of that name that stand outside of their class.
    pub(super) fn methods_of(&self, ty: &str) -> &[(FileId, u32)] {
        self.methods_of.get(ty).map(Vec::as_slice).unwrap_or_default()
    }

    /// Files with a class of that name, which ends in `Server`.
    pub(super) fn servers(&self, name: &str) -> &[FileId] {
        self.servers.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The file of that path.
    pub(super) fn file_at(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// Whether a manifest of that very folder depends on one of these.
    pub(super) fn depends(&self, folder: &str, names: &[String]) -> bool {
        self.dependencies.get(folder).is_some_and(|known| names.iter().any(|name| known.contains(name.as_str())))
    }

    /// What a program that stands in that file is called: as its package, else as its file.
    pub(super) fn program_name(&self, path: &str) -> String {
        let named = self.root_of(path).and_then(|root| self.package_names.get(root));
        let file = last(path, '/');
        named.map_or(file.split('.').next().unwrap_or(file).to_owned(), |name| last(name, '/').to_owned())
    }

    /// The folder of the innermost manifest at a path or above it.
    pub(super) fn root_of(&self, path: &str) -> Option<&'a str> {
        let mut folder = folder_of(path);
        loop {
            if let Some(root) = self.roots.get(folder) {
                return Some(root);
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder_of(folder);
        }
    }

    /// The name of the package that has its root in this folder.
    pub(super) fn module_of(&self, root: &str) -> Option<String> {
        self.manifests.name_at(root.trim_end_matches('/')).map(str::to_owned)
    }

    /// The full name of a library's member.
    pub(super) fn full_name(&self, language: Language, module: &str, member: Option<&str>) -> String {
        // what a package of Dart offers is known by the package, wherever in it it stands
        let module = match module.strip_prefix("package:").filter(|_| language == Language::Dart) {
            Some(rest) => rest.split('/').next().unwrap_or(rest).to_owned(),
            None if language == Language::Dart => module.to_owned(),
            None => plain(module.strip_prefix("node:").unwrap_or(module)),
        };
        match member {
            None | Some("*") => module,
            Some("default") if matches!(language, Language::JavaScript | Language::TypeScript | Language::Tsx) => module,
            Some(member) if module.is_empty() => plain(member),
            Some(member) => plain(&format!("{module}.{member}")),
        }
    }
}

/// Where a module was found.
#[derive(Clone, Debug)]
pub(super) enum Located2 {
    File(FileId),
    Folder(Rc<str>),
    Missing,
    Library,
}

/// A module that the compiler of protobuf writes: packs know what is in it, whether it lies in the repository or not.
fn is_generated(module: &str, member: Option<&str>) -> bool {
    let last = |name: &str| name.ends_with("_pb2") || name.ends_with("_pb2_grpc");
    last(module) || member.is_some_and(last)
}

/// Names of functions and properties at the top level.
fn top_names<'a>(source: &'a Source, steps: &'a [threatline_facts::code::Step]) -> Vec<&'a str> {
    use threatline_facts::code::Step;
    let name = |step: &'a Step| match step {
        Step::Function(number) => source.functions.get(*number as usize).filter(|function| function.receiver.is_none()).map(|function| function.name.as_str()),
        Step::Bind { target: Value::Name(name), .. } => Some(name.as_str()),
        _ => None,
    };
    steps.iter().filter_map(name).collect()
}

fn top_functions(steps: &[threatline_facts::code::Step], found: &mut dyn FnMut(u32)) {
    use threatline_facts::code::Step;
    for step in steps {
        match step {
            Step::Function(number) => found(*number),
            Step::If { then, otherwise, .. } => {
                top_functions(otherwise, found);
                top_functions(then, found);
            }
            Step::Try { body, .. } | Step::Block(body) => top_functions(body, found),
            _ => {}
        }
    }
}

/// The value of a whole file or folder.
pub(super) fn module_value(located: &Located2) -> Option<Val> {
    match located {
        Located2::File(file) => Some(Val::Module(*file)),
        Located2::Folder(folder) => Some(Val::Folder(folder.clone())),
        // What is not there (generated code, most often) is known by its name alone.
        Located2::Missing | Located2::Library => None,
    }
}
