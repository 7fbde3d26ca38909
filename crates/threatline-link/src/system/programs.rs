//! Which program of a module a component runs, and the packages that it is made of.
//!
//! Several programs of a Go module share its packages, and often one build context or even one image. A compiler takes the
//! package of `main` and whatever that imports, and nothing else: so a file belongs to the components whose program reaches its package.

use super::draft::{Draft, folder_of, plain};
use super::said::Said;
use super::source::{Folders, dockerfile_of};
use crate::compose::Composed;
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{Container, Dockerfile, Stage};
use threatline_facts::{ArtifactKind, Language, Text};

/// Programs of the repository, and packages by those that import them.
pub(crate) struct Programs<'c> {
    /// Files that a program begins with, by the folder of their package.
    mains: BTreeMap<&'c str, Vec<&'c str>>,
    imports: BTreeMap<&'c str, BTreeSet<&'c str>>,
}

/// What a component runs.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// Folders of all packages that its programs are made of, and paths of those of others.
    packages: BTreeSet<String>,
    /// Which of several programs it is, is known: it is made of nothing else.
    chosen: bool,
}

impl Run {
    /// All programs of a package that nothing deploys.
    pub(crate) fn of_all(packages: BTreeSet<String>) -> Self {
        Run { packages, chosen: false }
    }

    /// The packages that it is made of, where it is known which of several programs it is.
    pub(crate) fn parts(self) -> Option<BTreeSet<String>> {
        self.chosen.then_some(self.packages)
    }

    /// Whether that package is one of its.
    pub(crate) fn is_made_of(&self, package: &str) -> bool {
        self.packages.contains(package)
    }

    /// Whether a file of its own folder is left out of it.
    pub(crate) fn leaves_out(&self, path: &str) -> bool {
        self.chosen && is_source(path) && !self.is_made_of(package_of(path))
    }
}

/// The folder of a file's package, without a slash at its end.
pub(crate) fn package_of(path: &str) -> &str {
    folder_of(path).trim_end_matches('/')
}

/// A file of the language of which programs are known.
pub(crate) fn is_source(path: &str) -> bool {
    ArtifactKind::of(path.rsplit('/').next().unwrap_or(path)) == Some(ArtifactKind::Source(Language::Go))
}

impl<'c> Programs<'c> {
    pub(crate) fn new(composed: &'c Composed, in_test: &dyn Fn(&str) -> bool) -> Self {
        let mut programs = Programs { mains: BTreeMap::new(), imports: BTreeMap::new() };
        for main in composed.mains.iter().filter(|main| &*main.place.by == "main" && is_source(&main.place.path) && !in_test(&main.place.path)) {
            programs.mains.entry(package_of(&main.place.path)).or_default().push(&main.place.path);
        }
        // packages of tests are compiled with tests
        let counts = |package: &str| !in_test(&format!("{package}/x.go"));
        for (importer, imported) in composed.imports.iter().filter(|(importer, imported)| counts(importer) && counts(imported)) {
            programs.imports.entry(importer).or_default().insert(imported);
        }
        programs
    }

    /// The files that programs begin with.
    pub(crate) fn starts(&self) -> impl Iterator<Item = &'c str> {
        self.mains.values().flatten().copied()
    }

    /// What a program that begins in one of these folders is made of.
    pub(crate) fn made_of<'s>(&'s self, mains: impl IntoIterator<Item = &'s str>) -> BTreeSet<String> {
        let mut open: Vec<&str> = mains.into_iter().collect();
        let mut seen: BTreeSet<&str> = open.iter().copied().collect();
        while let Some(package) = open.pop() {
            open.extend(self.imports.get(package).into_iter().flatten().copied().filter(|imported| seen.insert(imported)));
        }
        seen.into_iter().map(str::to_owned).collect()
    }

    /// What a component runs, where one of its folders holds programs.
    pub(crate) fn of(&self, draft: &Draft<'_>, said: &Said<'_>, folders: &Folders) -> Option<Run> {
        let holds = |file: &&&str| draft.roots.iter().any(|root| root.holds(file));
        let candidates: BTreeSet<&str> = self.mains.iter().filter(|(_, files)| files.iter().any(|file| holds(&file))).map(|(folder, _)| *folder).collect();
        if candidates.is_empty() {
            return None;
        }
        if candidates.len() == 1 {
            return Some(Run { packages: self.made_of(candidates), chosen: false });
        }
        let mut chosen: BTreeSet<&str> = BTreeSet::new();
        for description in &draft.descriptions {
            for container in description.workload.containers.iter().filter(|container| !container.init) {
                let dockerfile = dockerfile_of(container, &description.path, said, folders);
                chosen.extend(chosen_by(container, dockerfile, &candidates));
            }
        }
        // an image of which nobody says what it starts is started as what it is called: `rate-shop` runs `cmd/rate`
        if chosen.is_empty() {
            chosen = called(&draft.name, &candidates).into_iter().collect();
        }
        match chosen.is_empty() {
            true => Some(Run { packages: self.made_of(candidates), chosen: false }),
            false => Some(Run { packages: self.made_of(chosen), chosen: true }),
        }
    }
}

/// The only program whose name a component's begins with.
fn called<'c>(name: &str, candidates: &BTreeSet<&'c str>) -> Option<&'c str> {
    let name = plain(name);
    let fits = |folder: &str| {
        let program = plain(last_part(folder));
        !program.is_empty() && name.strip_prefix(program.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let mut found = candidates.iter().copied().filter(|folder| fits(folder));
    found.next().filter(|_| found.next().is_none())
}

/// The programs that an image is built of, or that a container is told to start; none where neither says which.
fn chosen_by<'c>(container: &Container, dockerfile: Option<&Dockerfile>, candidates: &BTreeSet<&'c str>) -> BTreeSet<&'c str> {
    let stages = dockerfile.map_or(Vec::new(), |dockerfile| stages(dockerfile, container.build.as_ref().and_then(|build| build.target.as_deref())));
    let last = stages.first().map(|stage| (&stage.entrypoint, &stage.command));
    let of_image = last.into_iter().flat_map(|(entrypoint, command)| entrypoint.iter().chain(command)).filter(|_| container.command.is_empty());
    let words: Vec<String> = container.command.iter().chain(of_image).map(Text::with_defaults).collect();
    let started: BTreeSet<&str> = words.iter().flat_map(|word| word.split_whitespace()).map(last_part).collect();
    let mut compiled: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut all = false;
    for program in stages.iter().flat_map(|stage| &stage.compiles) {
        let package = filled(&program.package, container);
        if package.ends_with("...") {
            all = true;
        } else if let Some(folder) = named(&package, candidates) {
            let output = program.output.as_ref().map(|output| filled(output, container));
            compiled.entry(folder).or_default().push(last_part(output.as_deref().unwrap_or(folder)).to_owned());
        }
    }
    if all || compiled.is_empty() {
        return candidates.iter().copied().filter(|folder| started.contains(last_part(folder))).collect();
    }
    // of several in one image the one that is started
    let is_started = |outputs: &[String]| outputs.iter().any(|output| started.contains(output.as_str()));
    let run: BTreeSet<&str> = compiled.iter().filter(|(_, outputs)| is_started(outputs)).map(|(folder, _)| *folder).collect();
    if run.is_empty() { compiled.into_keys().collect() } else { run }
}

/// The stage that runs and those that it is made of.
fn stages<'d>(dockerfile: &'d Dockerfile, target: Option<&str>) -> Vec<&'d Stage> {
    let by_name = |name: &str| dockerfile.stages.iter().position(|stage| stage.name.as_deref() == Some(name));
    let Some(first) = target.and_then(by_name).or_else(|| dockerfile.stages.len().checked_sub(1)) else { return Vec::new() };
    let (mut open, mut seen, mut out) = (vec![first], BTreeSet::from([first]), Vec::new());
    while let Some(at) = open.pop() {
        let stage = &dockerfile.stages[at];
        out.push(stage);
        let base = stage.base.with_defaults();
        let from = stage.copies_from.iter().map(String::as_str).chain([base.as_str()]);
        let numbered = |name: &str| by_name(name).or_else(|| name.parse().ok().filter(|number| *number < dockerfile.stages.len()));
        open.extend(from.filter_map(numbered).filter(|other| seen.insert(*other)));
    }
    out
}

/// A text with the arguments that the container's build gives.
fn filled(text: &Text, container: &Container) -> String {
    let given = |name: &str| container.build.as_ref()?.args.iter().find(|(argument, _)| argument == name).map(|(_, value)| value.clone());
    let filled = text.resolve(&mut |hole| match hole {
        Text::Environment { variable, .. } => given(variable),
        _ => None,
    });
    filled.with_defaults()
}

/// The candidate whose path a package's ends with: the longest.
fn named<'c>(package: &str, candidates: &BTreeSet<&'c str>) -> Option<&'c str> {
    let parts: Vec<&str> = package.split('/').filter(|part| !part.is_empty()).collect();
    // a context that lies deeper than the root is copied without the folders above it
    let fits = |folder: &str| {
        let own: Vec<&str> = folder.split('/').collect();
        own.iter().rev().zip(parts.iter().rev()).take_while(|(a, b)| a == b).count()
    };
    let most = candidates.iter().map(|folder| fits(folder)).max().filter(|most| *most > 0)?;
    let mut found = candidates.iter().copied().filter(|folder| fits(folder) == most);
    found.next().filter(|_| found.next().is_none())
}

fn last_part(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}
