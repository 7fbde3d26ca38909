//! Names that facts refer to and their own file does not define.
//!
//! Source without any framework's word in it says nothing, and most of it never matters. Some of it
//! does: a file of path constants, a guard of one's own. Facts that refer to such a module *want* it. A
//! folder answers the wants of what lies below it, so the answer is a function of the folder alone, and
//! hands up what it cannot answer. What can be found from where it is wanted only (`./paths`) is
//! settled in the folder that holds it; what has a name of its own (`@shop/auth`, `com.shop.Guard`)
//! travels up without its importer, once for all who want it.

use crate::read::Failed;
use crate::tree::{Below, Digest, Wanted};
use crate::{Entry, Mode, Oid};
use globset::GlobBuilder;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use threatline_facts::code::{CodeFact, Want as Name};
use threatline_facts::manifest::{ManifestFact, Package};
use threatline_facts::{ArtifactKind, Ecosystem, Fact, Facts, Language};
use threatline_link::modules::{Located, candidates, imported_as};

/// A wanted file wants others; so many times that is followed.
const ROUNDS: usize = 8;
/// Files that one folder brings in.
const MOST_FILES: usize = 2_000;
/// Files of C# of one name that a type may stand in.
const MOST_NAMESAKES: usize = 8;
/// Files of C# that are named for several types.
const MOST_PLURALS: usize = 64;
/// Files of C# among which types are looked for, and how deep they lie.
const MOST_TYPES: usize = 20_000;
const MAX_DEPTH: usize = 24;
/// Java modules are looked for in every other module, if there are no more than these.
const MOST_BUILDS: usize = 64;

/// The file that makes its folder one of a chart.
pub(crate) const CHART: &str = "Chart.yaml";
/// Files of a chart that one pattern brings in, and how deep they lie.
const MOST_MATCHING: usize = 200;
const DEEPEST: usize = 6;

/// What a file refers to: a module, or a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Want {
    /// What, as the importing file writes it.
    what: What,
    /// The importing file, from the folder that holds the want; empty where that does not matter.
    importer: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum What {
    Module(Name),
    /// A path or a pattern from the folder of the chart around.
    Text(String),
}

/// How a module is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// From the importing file.
    Own,
    /// From the importer's folder and each one above it.
    Around,
    /// By the name of a package.
    Named,
    /// In the nearest folder above that is one of a chart.
    Chart,
}

impl Want {
    /// The same want seen from the folder above.
    pub(crate) fn seen_from_above(&self, folder: &str) -> Self {
        match self.scope() {
            Scope::Own => Self { what: self.what.clone(), importer: format!("{folder}/{}", self.importer) },
            Scope::Around | Scope::Named | Scope::Chart => Self { what: self.what.clone(), importer: String::new() },
        }
    }

    fn scope(&self) -> Scope {
        let What::Module(name) = &self.what else { return Scope::Chart };
        let module = name.module.as_str();
        let first = module.split(['.', ':', '/']).next().unwrap_or_default();
        match name.language {
            // a type, wherever it stands
            Language::CSharp => Scope::Named,
            _ if module.is_empty() || module.starts_with('.') => Scope::Own,
            Language::Rust if matches!(first, "crate" | "self" | "super") => Scope::Own,
            Language::JavaScript | Language::TypeScript | Language::Tsx => {
                if threatline_link::modules::ALIASES.iter().any(|alias| module.starts_with(alias)) {
                    Scope::Around
                } else {
                    Scope::Named
                }
            }
            Language::Python | Language::Java | Language::Kotlin | Language::Scala | Language::Ruby | Language::Elixir => Scope::Around,
            Language::Go | Language::Rust | Language::Php | Language::Swift | Language::Dart => Scope::Named,
        }
    }

    /// Nothing above can answer it either.
    fn is_settled(&self, tried: bool, packages: &[(String, Package)]) -> bool {
        let What::Module(name) = &self.what else { return tried };
        let at_top = |ecosystem| packages.iter().any(|(root, package)| root.is_empty() && package.ecosystem == ecosystem);
        match (self.scope(), name.language) {
            (Scope::Own, Language::Rust) => at_top(Ecosystem::Cargo),
            (Scope::Own, _) => tried,
            (Scope::Around, Language::Python | Language::Java | Language::Kotlin | Language::Scala) => false,
            (Scope::Around, Language::Elixir) => at_top(Ecosystem::Hex),
            (Scope::Around, Language::Ruby) => at_top(Ecosystem::Rubygems),
            (Scope::Around, _) => at_top(Ecosystem::Npm),
            // A crate is also looked for as a module of the importer's own; that says nothing of crates.
            (Scope::Named, Language::Rust) => {
                let first = name.module.split("::").next().unwrap_or_default();
                let names = |package: &Package| package.name.as_deref().is_some_and(|name| name.replace('-', "_") == first);
                packages.iter().any(|(_, package)| package.ecosystem == Ecosystem::Cargo && names(package))
            }
            // A type may be of a project beside this one.
            (Scope::Named, Language::CSharp) => false,
            (Scope::Named | Scope::Chart, _) => tried,
        }
    }

    /// A name of the standard library, or of a language whose files are found by other means.
    fn is_idle(&self) -> bool {
        let What::Module(name) = &self.what else { return false };
        let module = name.module.as_str();
        let under = |roots: &[&str]| roots.iter().any(|root| module.strip_prefix(root).is_some_and(|rest| rest.starts_with(['.', ':'])) || module == *root);
        match name.language {
            // a name space may stand in any folder: types are found by their own names
            Language::CSharp => name.member.is_none() || !module.is_empty(),
            Language::Swift => true,
            Language::Java | Language::Kotlin | Language::Scala => under(&["java", "javax", "jakarta", "kotlin", "scala"]),
            Language::Rust => under(&["std", "core", "alloc"]),
            Language::JavaScript | Language::TypeScript | Language::Tsx => module.starts_with("node:"),
            Language::Python => module == "__future__",
            Language::Ruby => module.starts_with(|c: char| c.is_ascii_lowercase()),
            // Only modules whose first part is a host can be the project's own, but for a bare module name.
            Language::Go => module == "C",
            Language::Dart => module.starts_with("dart:"),
            Language::Php | Language::Elixir => false,
        }
    }
}

/// What a file wants.
pub(crate) fn of(importer: &str, facts: &Facts) -> BTreeSet<Want> {
    let package = facts.facts.iter().find_map(|fact| match fact {
        Fact::Code(CodeFact::Source(source)) => Some((source.language, source.package.clone())),
        _ => None,
    });
    let texts = threatline_extract::infra::chart::files(facts).into_iter();
    let mut wants: BTreeSet<Want> = texts.map(|path| Want { what: What::Text(path), importer: String::new() }).collect();
    let Some((_, package)) = package else { return wants };
    for mut name in threatline_extract::code::wants(facts) {
        if matches!(name.language, Language::JavaScript | Language::TypeScript | Language::Tsx) {
            name.member = None;
        }
        let foreign = matches!(name.language, Language::Java | Language::Kotlin | Language::Scala)
            && !name.module.is_empty()
            && !same_organisation(package.as_deref(), &name.module);
        let want = Want { what: What::Module(name), importer: importer.to_owned() };
        if !foreign && !want.is_idle() {
            wants.insert(want);
        }
    }
    wants
}

/// Java packages whose first two parts agree belong to the same people.
fn same_organisation(package: Option<&str>, module: &str) -> bool {
    package.is_some_and(|package| package.split('.').take(2).eq(module.split('.').take(2)))
}

/// The manifests among facts, with just what finding a module needs.
pub(crate) fn packages(facts: &Facts) -> impl Iterator<Item = Package> {
    facts.facts.iter().filter_map(|fact| match fact {
        Fact::Manifest(ManifestFact::Package(package)) => Some(Package {
            ecosystem: package.ecosystem,
            name: package.name.clone(),
            main: package.main.clone(),
            dependencies: Vec::new(),
            members: Vec::new(),
            runs: None,
            local: Vec::new(),
            namespaces: package.namespaces.clone(),
            mark: package.mark,
        }),
        _ => None,
    })
}

/// What a folder could do about wants.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) found: Vec<Wanted>,
    pub(crate) left: BTreeSet<Want>,
    pub(crate) lost: Vec<(String, Failed)>,
    seen: BTreeSet<String>,
}

/// Answers what can be answered in this folder.
pub(crate) fn answer(below: &dyn Below, entries: &[Entry], packages: &[(String, Package)], wants: BTreeSet<Want>) -> Answer {
    let located: Vec<Located<'_>> = packages.iter().map(|(root, package)| (root.as_str(), package)).collect();
    let mut folder = Folder { below, entries, seen: HashMap::new(), types: None, opened: false };
    let mut answer = Answer::default();
    let mut known: BTreeSet<Want> = wants.clone();
    let mut open = wants;
    for _ in 0..ROUNDS {
        let mut files: BTreeMap<String, (Oid, ArtifactKind)> = BTreeMap::new();
        for want in std::mem::take(&mut open) {
            let found = folder.find(&want, &located);
            let (tried, found) = (found.is_some(), found.unwrap_or_default());
            if found.is_empty() && !want.is_settled(tried, packages) {
                answer.left.insert(want);
            }
            files.extend(found);
        }
        files.retain(|path, _| !answer.seen.contains(path));
        let room = MOST_FILES.saturating_sub(answer.seen.len());
        let mut silent: Vec<(String, Oid, ArtifactKind)> = Vec::new();
        for (path, (oid, kind)) in files {
            // a text is nobody's but of who takes it in
            if kind == ArtifactKind::ChartFile {
                if silent.len() < room {
                    silent.push((path, oid, kind));
                }
                continue;
            }
            match below.file(&oid, kind) {
                Ok(facts) if facts.is_empty() && silent.len() < room => silent.push((path, oid, kind)),
                Ok(_) => {}
                // Its folder was remembered, and it is not to be had any more: nobody knows what it would answer.
                Err(failed) if answer.seen.insert(path.clone()) => answer.lost.push((path, failed)),
                Err(_) => {}
            }
        }
        if silent.is_empty() {
            break;
        }
        let artifacts: Vec<(Oid, ArtifactKind)> = silent.iter().map(|(_, oid, kind)| (*oid, *kind)).collect();
        for (file, symbols) in silent.into_iter().zip(below.symbols(&artifacts)) {
            open.extend(answer.take(file, symbols));
        }
        open.retain(|want| known.insert(want.clone()));
    }
    answer.found.sort_by(|a, b| a.path.cmp(&b.path));
    answer
}

impl Answer {
    /// Takes over a file, and gives what it wants in turn.
    fn take(&mut self, (path, oid, kind): (String, Oid, ArtifactKind), symbols: Result<Arc<[u8]>, Failed>) -> BTreeSet<Want> {
        self.seen.insert(path.clone());
        match symbols {
            Ok(facts) => {
                let wants = crate::read::decode(&facts).map(|facts| of(&path, &facts)).unwrap_or_default();
                if !facts.is_empty() {
                    let digest = Digest(*blake3::hash(&facts).as_bytes());
                    self.found.push(Wanted { path, oid, kind, digest });
                }
                wants
            }
            Err(failed) => {
                self.lost.push((path, failed));
                BTreeSet::new()
            }
        }
    }
}

/// Whether a folder is one of a chart.
pub(crate) fn is_chart(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| entry.name == CHART && entry.mode == Mode::File)
}

/// A folder in which paths are looked up.
struct Folder<'f> {
    below: &'f dyn Below,
    entries: &'f [Entry],
    /// Folders below by path; none where there is none.
    seen: HashMap<String, Option<Arc<[Entry]>>>,
    /// Sources of C# below by name, where this is a folder of a project or of several.
    types: Option<HashMap<String, Vec<Found>>>,
    /// Those that hold several types were brought in.
    opened: bool,
}

/// A file: its path and what it holds.
type Found = (String, (Oid, ArtifactKind));
type Files = BTreeMap<String, (Oid, ArtifactKind)>;

impl Folder<'_> {
    /// The files that a want means; none where this folder is not the place to look.
    fn find(&mut self, want: &Want, packages: &[Located<'_>]) -> Option<Files> {
        let name = match &want.what {
            What::Module(name) => name,
            What::Text(path) => return is_chart(self.entries).then(|| self.texts(path)),
        };
        if name.language == Language::CSharp {
            return self.find_type(name);
        }
        if want.scope() == Scope::Around && want.importer.is_empty() && !self.may_hold(name, packages) {
            return None;
        }
        let paths = candidates(name, &want.importer, packages);
        let found = paths.iter().find_map(|path| match path.strip_suffix('/') {
            Some(folder) => Some(self.sources(folder, name.language)).filter(|files| !files.is_empty()),
            None => self.file(path).map(|file| BTreeMap::from([(path.clone(), file)])),
        });
        if paths.is_empty() { None } else { Some(found.unwrap_or_default()) }
    }

    /// The files of C# that are named as a type is; a project's folder, or one of several projects, is the place to look.
    fn find_type(&mut self, wanted: &Name) -> Option<Files> {
        let holds = |ending: &str| self.entries.iter().any(|entry| entry.mode == Mode::File && entry.name.ends_with(ending));
        if ![".csproj", ".sln", ".slnx"].iter().any(|ending| holds(ending)) {
            return None;
        }
        let name = format!("{}.cs", wanted.member.as_deref()?);
        if self.types.is_none() {
            let mut files = Files::new();
            self.gather("", &mut files, 0);
            let mut types: HashMap<String, Vec<_>> = HashMap::new();
            for (path, file) in files {
                types.entry(path.rsplit('/').next().unwrap_or_default().to_owned()).or_default().push((path, file));
            }
            self.types = Some(types);
        }
        let types = self.types.as_ref()?;
        if let Some(namesakes) = types.get(&name) {
            return Some(namesakes.iter().take(MOST_NAMESAKES).cloned().collect());
        }
        // What is named for several holds several: `OrderContracts.cs`, `Dtos.cs`. Whoever is not found may be among them, and
        // brings them in for all.
        let many = |(name, _): &(&String, _)| name.ends_with("s.cs");
        let mut files: Files = types.iter().filter(many).flat_map(|(_, files)| files).filter(|_| !self.opened).cloned().collect();
        while files.len() > MOST_PLURALS {
            files.pop_last();
        }
        self.opened = true;
        Some(files)
    }

    /// All sources of C# below a folder.
    fn gather(&mut self, folder: &str, out: &mut Files, depth: usize) {
        out.extend(self.sources(folder, Language::CSharp));
        let Some(entries) = self.folder(folder).filter(|_| depth < MAX_DEPTH && out.len() < MOST_TYPES) else { return };
        for entry in entries.iter().filter(|entry| entry.mode == Mode::Tree) {
            let path = if folder.is_empty() { entry.name.clone() } else { format!("{folder}/{}", entry.name) };
            self.gather(&path, out, depth + 1);
        }
    }

    /// Whether anything here begins as the wanted module does.
    fn may_hold(&self, name: &Name, packages: &[Located<'_>]) -> bool {
        let module = name.module.as_str();
        let first = module.split('.').next().unwrap_or_default();
        match name.language {
            Language::Java | Language::Kotlin | Language::Scala => {
                let is_build = |(_, package): &&Located<'_>| matches!(package.ecosystem, Ecosystem::Maven | Ecosystem::Gradle | Ecosystem::Sbt);
                let builds = packages.iter().filter(is_build).count();
                self.entries.iter().any(|entry| entry.name == first) || (1..=MOST_BUILDS).contains(&builds)
            }
            Language::Python => {
                let brings = |(_, package): &Located<'_>| package.name.as_deref().is_some_and(|name| imported_as(name) == first);
                self.entries.iter().any(|entry| entry.name.strip_suffix(".py").unwrap_or(&entry.name) == first) || packages.iter().any(brings)
            }
            _ => true,
        }
    }

    fn file(&mut self, path: &str) -> Option<(Oid, ArtifactKind)> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if self.below.excludes(path) {
            return None;
        }
        let entries = self.folder(folder)?;
        let entry = entries.iter().find(|entry| entry.name == name && entry.mode == Mode::File)?;
        match crate::tree::kind_of(name)? {
            kind @ ArtifactKind::Source(_) => Some((entry.oid, kind)),
            _ => None,
        }
    }

    /// The sources of a language directly in a folder, tests left out.
    fn sources(&mut self, folder: &str, language: Language) -> Files {
        let Some(entries) = self.folder(folder) else { return BTreeMap::new() };
        let source = |entry: &Entry| {
            let path = if folder.is_empty() { entry.name.clone() } else { format!("{folder}/{}", entry.name) };
            let kind = crate::tree::kind_of(&entry.name).filter(|kind| *kind == ArtifactKind::Source(language))?;
            (entry.mode == Mode::File && !self.below.excludes(&path)).then_some((path, (entry.oid, kind)))
        };
        entries.iter().filter_map(source).collect()
    }

    /// Files below this folder, which is a chart's, at a path or by a pattern; source is read as source alone.
    fn texts(&mut self, pattern: &str) -> Files {
        let mut out = Files::new();
        let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() else { return out };
        let glob = glob.compile_matcher();
        // what stands before the first star is walked to, not looked for
        let fixed = pattern.find(['*', '?', '[', '{']).map_or(pattern, |at| &pattern[..at]);
        let mut open = vec![(fixed.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(), 0)];
        while let Some((folder, depth)) = open.pop() {
            let Some(entries) = self.folder(&folder) else { continue };
            for entry in entries.iter() {
                let path = if folder.is_empty() { entry.name.clone() } else { format!("{folder}/{}", entry.name) };
                let is_source = || matches!(crate::tree::kind_of(&entry.name), Some(ArtifactKind::Source(_)));
                match entry.mode {
                    Mode::Tree if depth < DEEPEST && pattern != fixed && !matches!(path.as_str(), "templates" | "charts") => open.push((path, depth + 1)),
                    Mode::File if glob.is_match(&path) && !is_source() && !self.below.excludes(&path) && out.len() < MOST_MATCHING => {
                        out.insert(path, (entry.oid, ArtifactKind::ChartFile));
                    }
                    _ => {}
                }
            }
        }
        out
    }

    fn folder(&mut self, path: &str) -> Option<Arc<[Entry]>> {
        if let Some(known) = self.seen.get(path) {
            return known.clone();
        }
        let entries = if path.is_empty() { Some(self.entries.into()) } else { self.enter(path) };
        self.seen.insert(path.to_owned(), entries.clone());
        entries
    }

    fn enter(&mut self, path: &str) -> Option<Arc<[Entry]>> {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        let entries = self.folder(above)?;
        if !crate::tree::enters(name, &entries) || self.below.excludes(path) {
            return None;
        }
        let entry = entries.iter().find(|entry| entry.name == name && entry.mode == Mode::Tree)?;
        self.below.entries(&entry.oid)
    }
}
