//! Which files are evaluated together.
//!
//! A unit is the source below one package manifest and above none of the next. It is evaluated with
//! the units that it uses, whole, and says what it offers and opens itself; what all units say is
//! joined. So a change is evaluated where it stands and in what uses it, and nowhere else, and units
//! can be evaluated on many threads.
//!
//! Whether one unit uses another is judged by names: packages that its manifest names, modules that it
//! imports and does not hold. That may name too many, which costs time, but none too few: what no
//! manifest and no import names cannot be reached.

use super::library::plain;
use super::program::{Located2, Program, folder_of};
use crate::modules::{self, Manifests};
use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::code::{CodeFact, Source, Want};
use threatline_facts::manifest::{ManifestFact, Package};
use threatline_facts::{Ecosystem, Fact, Facts, Language};

/// The files of one unit: sources and manifests, sorted by path.
#[derive(Clone, Debug)]
pub struct Unit<'a> {
    /// The folder of its manifest; empty for what stands below none.
    pub root: &'a str,
    /// Path and facts.
    pub files: Vec<(&'a str, &'a Facts)>,
}

/// What a unit offers by name, and what it refers to and does not hold. Small, and the same for most
/// edits of the unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Packages of its classes (Java) and name spaces (C#).
    namespaces: BTreeSet<(Language, String)>,
    /// Modules that it imports and that are not its own, with a file that does.
    wants: BTreeMap<Want, String>,
}

/// A unit as the others see it.
#[derive(Clone, Debug)]
pub struct Described<'a> {
    /// The folder of its manifest.
    pub root: &'a str,
    /// Paths of its sources and manifests.
    pub paths: Vec<&'a str>,
    /// Its manifests and the folders they stand in.
    pub packages: Vec<(&'a str, &'a Package)>,
    /// What it offers and refers to.
    pub outline: &'a Outline,
}

/// The source of a file, if it is one.
pub(crate) fn source_of(facts: &Facts) -> Option<&Source> {
    facts.facts.iter().find_map(|fact| match fact {
        Fact::Code(CodeFact::Source(source)) => Some(&**source),
        _ => None,
    })
}

/// The package manifests of a file.
pub fn packages_of(facts: &Facts) -> impl Iterator<Item = &Package> {
    facts.facts.iter().filter_map(|fact| match fact {
        Fact::Manifest(ManifestFact::Package(package)) => Some(package),
        _ => None,
    })
}

/// The innermost of these folders at or above a file; empty where there is none.
pub fn root_of<'r>(path: &str, roots: &BTreeSet<&'r str>) -> &'r str {
    let mut folder = folder_of(path);
    loop {
        match roots.get(folder) {
            Some(root) => return root,
            None if folder.is_empty() => return "",
            None => folder = folder_of(folder),
        }
    }
}

/// Divides sources and manifests, sorted by path, into units, sorted by root.
pub fn divide<'a>(files: &[(&'a str, &'a Facts)]) -> Vec<Unit<'a>> {
    let roots: BTreeSet<&'a str> = files.iter().filter(|(_, facts)| packages_of(facts).next().is_some()).map(|(path, _)| folder_of(path)).collect();
    let mut units: BTreeMap<&'a str, Vec<(&'a str, &'a Facts)>> = BTreeMap::new();
    for (path, facts) in files {
        if source_of(facts).is_some() || packages_of(facts).next().is_some() {
            units.entry(root_of(path, &roots)).or_default().push((*path, *facts));
        }
    }
    units.into_iter().map(|(root, files)| Unit { root, files }).collect()
}

/// What a unit offers and refers to.
pub fn outline(unit: &Unit<'_>) -> Outline {
    let program = Program::new(&unit.files);
    let mut out = Outline::default();
    for (id, file) in program.files.iter().enumerate() {
        let source = file.source;
        if matches!(source.language, Language::Java | Language::Kotlin | Language::Scala | Language::CSharp | Language::Php)
            && let Some(package) = &source.package
        {
            out.namespaces.insert((spoken(source.language), package.clone()));
        }
        let imports = source.imports.iter().map(|import| (&import.module, import.member.as_deref()));
        let handed_on = source.exports.iter().filter_map(|export| export.from.as_ref()).map(|(module, member)| (module, Some(member.as_str())));
        for (module, member) in imports.chain(handed_on) {
            // A name space may go on in another unit.
            let here = matches!(program.locate(id, module, member), Located2::File(_) | Located2::Folder(_)) && source.language != Language::CSharp;
            let here = here || source.language == Language::Php && member.is_some_and(|member| program.class_of(module, member).is_some());
            if !here {
                let want = Want { language: source.language, module: module.clone(), member: member.map(str::to_owned) };
                out.wants.entry(want).or_insert_with(|| file.path.to_string());
            }
        }
    }
    out
}

/// Java, Kotlin and Scala share their packages.
fn spoken(language: Language) -> Language {
    if matches!(language, Language::Kotlin | Language::Scala) { Language::Java } else { language }
}

/// For each unit the units that it is evaluated with, itself among them; sorted.
pub fn closures(units: &[Described<'_>]) -> Vec<Vec<usize>> {
    let index = Index::new(units);
    let direct: Vec<BTreeSet<usize>> = units.iter().map(|unit| index.used_by(unit)).collect();
    let closure = |at: usize| {
        let mut reached = BTreeSet::from([at]);
        let mut open = vec![at];
        while let Some(unit) = open.pop() {
            open.extend(direct[unit].iter().copied().filter(|used| reached.insert(*used)));
        }
        reached.into_iter().collect()
    };
    (0..units.len()).map(closure).collect()
}

/// Units by everything that may name them.
struct Index<'a> {
    by_root: HashMap<&'a str, usize>,
    by_path: HashMap<&'a str, usize>,
    by_folder: HashMap<&'a str, BTreeSet<usize>>,
    by_name: HashMap<(Ecosystem, &'a str), Vec<usize>>,
    by_namespace: HashMap<(Language, &'a str), Vec<usize>>,
    manifests: Manifests<'a>,
    /// Names of folders and files of Python: a module whose first part is none of them is a library.
    python: HashSet<&'a str>,
}

impl<'a> Index<'a> {
    fn new(units: &[Described<'a>]) -> Self {
        let mut index = Index {
            by_root: HashMap::new(),
            by_path: HashMap::new(),
            by_folder: HashMap::new(),
            by_name: HashMap::new(),
            by_namespace: HashMap::new(),
            manifests: Manifests::default(),
            python: HashSet::new(),
        };
        for (at, unit) in units.iter().enumerate() {
            index.by_root.insert(unit.root, at);
            for path in &unit.paths {
                index.by_path.insert(path, at);
                index.by_folder.entry(folder_of(path)).or_default().insert(at);
                if let Some(module) = path.strip_suffix(".py") {
                    index.python.extend(module.split('/'));
                }
            }
            for (folder, package) in &unit.packages {
                index.manifests.add((folder, package));
                if let Some(name) = &package.name {
                    index.by_name.entry((package.ecosystem, name)).or_default().push(at);
                }
            }
            for (language, name) in &unit.outline.namespaces {
                index.by_namespace.entry((*language, name)).or_default().push(at);
            }
        }
        index
    }

    /// The units that a unit names.
    fn used_by(&self, unit: &Described<'_>) -> BTreeSet<usize> {
        let mut used = BTreeSet::new();
        for (folder, package) in &unit.packages {
            for dependency in &package.dependencies {
                used.extend(self.by_name.get(&(package.ecosystem, dependency.name.as_str())).into_iter().flatten());
            }
            for (_, relative) in &package.local {
                // Gradle's projects are named from the top of the build, which is some folder above.
                if let Some(project) = relative.strip_prefix(':') {
                    let project = project.replace(':', "/");
                    used.extend(modules::ancestors(folder).find_map(|above| self.by_root.get(modules::join(above, &project).as_str())));
                    continue;
                }
                let Some(path) = modules::normal(&modules::join(folder, relative)) else { continue };
                used.extend(self.by_root.get(path.as_str()).or_else(|| self.by_path.get(path.as_str())));
            }
        }
        for (want, importer) in &unit.outline.wants {
            self.wanted(want, importer, &mut used);
        }
        used
    }

    fn wanted(&self, want: &Want, importer: &str, used: &mut BTreeSet<usize>) {
        let module = want.module.as_str();
        if matches!(want.language, Language::Java | Language::Kotlin | Language::Scala | Language::CSharp)
            || want.language == Language::Php && !module.starts_with('.')
        {
            // A static import names the class as the module.
            let outer = module.rsplit_once('.').map(|(outer, _)| outer);
            for name in [Some(module), outer].into_iter().flatten() {
                used.extend(self.by_namespace.get(&(spoken(want.language), name)).into_iter().flatten());
            }
            return;
        }
        let holding = self.manifests.holding(module);
        used.extend(holding.iter().filter_map(|(folder, _)| self.by_root.get(folder)));
        if !self.may_be_a_path(want, holding.is_empty()) {
            return;
        }
        for path in modules::candidates(want, importer, &holding) {
            match path.strip_suffix('/') {
                Some(folder) => used.extend(self.by_folder.get(folder).into_iter().flatten()),
                None => used.extend(self.by_path.get(path.as_str())),
            }
        }
    }

    /// Most imports are of libraries, and to try every path for each of them is most of the work.
    fn may_be_a_path(&self, want: &Want, is_foreign: bool) -> bool {
        let module = want.module.as_str();
        match want.language {
            Language::Python => module.starts_with('.') || self.python.contains(module.split('.').next().unwrap_or(module)),
            Language::JavaScript | Language::TypeScript | Language::Tsx => {
                !is_foreign || module.starts_with('.') || ["@/", "~/", "src/", "app/"].iter().any(|alias| module.starts_with(alias))
            }
            Language::Go | Language::Rust => !is_foreign || plain(module).starts_with("super."),
            Language::Php | Language::Dart => module.starts_with('.') || module.starts_with("package:"),
            // a class of a gem is found by the gem that the manifest names
            Language::Ruby => module.starts_with('.'),
            // as in Ruby: a module of another application of an umbrella is found by that one's manifest
            Language::Elixir => false,
            Language::Java | Language::Kotlin | Language::Scala | Language::Swift | Language::CSharp => false,
        }
    }
}

impl<'a> Unit<'a> {
    /// The unit as the others see it.
    pub fn described(&self, outline: &'a Outline) -> Described<'a> {
        Described {
            root: self.root,
            paths: self.files.iter().map(|(path, _)| *path).collect(),
            packages: self.files.iter().flat_map(|(path, facts)| packages_of(facts).map(|package| (folder_of(path), package))).collect(),
            outline,
        }
    }
}
