//! Which component a source file belongs to.
//!
//! A deployment names an image; the image is built from a folder. The way from one to the other is a
//! Compose build context, a build tool's or a pipeline's images, or the folder that bears the image's name.
//! Source that nothing deploys makes components of its own, one per package that runs.

use super::bazel::Targets;
use super::deployed::image_name;
use super::draft::{Draft, Root, as_folder, folder_of, join, stem};
use super::programs::{self, Programs, Run};
use super::said::{At, Said};
use crate::compose::Composed;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::infra::{Container, Dockerfile, HostedKind, MountKind, Stage};
use threatline_facts::manifest::Package;
use threatline_knowledge::catalogue::{self, cloud::cloud};
use threatline_model::{ComponentKind, Environment, Evidence, EvidenceSource};

/// Owners of every source file that says something.
pub(crate) struct Ownership {
    by_file: BTreeMap<String, Vec<usize>>,
    /// What components are made of that run one program of several in a module.
    parts: BTreeMap<usize, BTreeSet<String>>,
}

impl Ownership {
    /// Indexes of the components that the file belongs to.
    pub(crate) fn of(&self, path: &str) -> &[usize] {
        self.by_file.get(path).map_or(&[], Vec::as_slice)
    }

    /// Whether a component may use what its module depends on: one that runs one program of several does if that imports it.
    pub(crate) fn may_use(&self, at: usize, module: &str) -> bool {
        let of = |package: &String| package.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.parts.get(&at).is_none_or(|packages| packages.iter().any(of))
    }

    /// The components that what a file says belongs to: of those that it is built into, the programs that take it up, where that is known of
    /// any.
    pub(crate) fn taking(&self, path: &str, homes: Option<&BTreeSet<Arc<str>>>) -> Vec<usize> {
        let all = self.of(path);
        let takers: BTreeSet<usize> = homes.into_iter().flatten().flat_map(|root| self.below(root)).collect();
        let taken: Vec<usize> = all.iter().copied().filter(|at| takers.contains(at)).collect();
        if taken.is_empty() { all.to_vec() } else { taken }
    }

    /// Whether a component runs one program of several in a module, and it is known which.
    pub(crate) fn is_chosen(&self, at: usize) -> bool {
        self.parts.contains_key(&at)
    }

    /// The components that source of a folder belongs to.
    pub(crate) fn below(&self, folder: &str) -> BTreeSet<usize> {
        let folder = as_folder(folder.trim_end_matches('/'));
        let files = self.by_file.range(folder.clone()..).take_while(|(path, _)| path.starts_with(&folder));
        files.flat_map(|(_, owners)| owners).copied().collect()
    }

    /// All files of source that say something.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.by_file.keys().map(String::as_str)
    }

    /// The components that source which says something belongs to.
    pub(crate) fn owners(&self) -> BTreeSet<usize> {
        self.by_file.values().flatten().copied().collect()
    }
}

/// Where sources of a module of the JVM lie, and those that test it.
const SOURCES: [&str; 2] = ["src/main/", "src/test/"];

/// The module that a folder lies in among such sources, and what is below.
fn module_of(folder: &str) -> Option<(&str, &str)> {
    let (at, root) = SOURCES.iter().find_map(|root| Some((folder.find(root)?, root)))?;
    Some((&folder[..at], &folder[at + root.len()..]))
}

/// Whether a file lies among the sources of a module.
fn is_in(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.starts_with(SOURCES[0]))
}

/// So many parts of an image's name are looked at.
const MOST_PARTS: usize = 6;

/// Folders of source by the names that they answer to; built once.
pub(crate) struct Folders {
    /// The shallowest folders that bear the name and have source at or below them.
    by_stem: BTreeMap<String, BTreeSet<String>>,
    /// Folders of packages by the package's name.
    by_package: BTreeMap<String, BTreeSet<String>>,
}

impl Folders {
    pub(crate) fn new(said: &Said<'_>, composed: Option<&Composed>) -> Self {
        let mut folders = Folders { by_stem: BTreeMap::new(), by_package: BTreeMap::new() };
        // below a source root folders are the parts of a package's name: what is called so is the module, unless that has several programs
        let mut inner: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mains: BTreeSet<&str> = composed.iter().flat_map(|composed| &composed.mains).map(|main| &*main.place.path).collect();
        for folder in source_folders(said, composed) {
            let module = module_of(&folder).filter(|(module, _)| mains.iter().filter(|path| is_in(path, module)).count() <= 1);
            if let Some((module, below)) = module {
                below.split_terminator('/').map(stem).for_each(|part| _ = inner.entry(part).or_default().insert(module.to_owned()));
            }
            let mut at = 0;
            let mut seen = BTreeSet::new();
            for part in module.map_or(folder.as_str(), |(module, _)| module).split_terminator('/') {
                at += part.len() + 1;
                let stem = stem(part);
                if seen.insert(stem.clone()) {
                    folders.by_stem.entry(stem).or_default().insert(folder[..at].to_owned());
                }
            }
        }
        for (stem, modules) in inner.into_iter().filter(|(_, modules)| modules.len() == 1) {
            folders.by_stem.entry(stem).or_insert(modules);
        }
        for package in &said.packages {
            let folder = folder_of(&package.path);
            if let Some(name) = package.it.name.as_deref()
                // all of a repository is a package's where an image is built of it
                && (!folder.is_empty() || said.dockerfiles.contains_key("Dockerfile"))
            {
                let short = name.rsplit(['/', ':']).next().unwrap_or(name);
                folders.by_package.entry(stem(short)).or_default().insert(folder.to_owned());
            }
        }
        folders
    }

    /// Of several folders of that name, the one with a Dockerfile that shares most of its path with
    /// the file that asks.
    fn named(&self, name: &str, near: &str, said: &Said<'_>) -> Option<String> {
        let wanted = stem(name);
        if wanted.is_empty() {
            return None;
        }
        let shared = |folder: &str| folder.bytes().zip(near.bytes()).take_while(|(a, b)| a == b).count();
        let builds = |folder: &str| said.dockerfiles.range(Arc::from(folder)..).next().is_some_and(|(path, _)| path.starts_with(folder));
        let Some(found) = self.by_stem.get(&wanted).or_else(|| self.by_package.get(&wanted)) else {
            return self.ending(name, said);
        };
        found.iter().max_by_key(|folder| (builds(folder), shared(folder), std::cmp::Reverse((*folder).clone()))).cloned()
    }
}

impl Folders {
    /// `shop-cart` beside `shop-web`, and `acme-shop-cart-v2`, are the folder `cart` where an image is built in it, and in no other of that
    /// name: of what an image's name ends with, the longest that a folder bears.
    fn ending(&self, name: &str, said: &Said<'_>) -> Option<String> {
        let is_version = |last: &str| last.strip_prefix('v').is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()));
        let name = name.rsplit_once(['-', '_']).filter(|(_, last)| is_version(last)).map_or(name, |(before, _)| before);
        let ends = std::iter::successors(Some(name), |rest| rest.split_once(['-', '_']).map(|(_, rest)| rest)).filter(|rest| !rest.is_empty());
        ends.take(MOST_PARTS).find_map(|rest| {
            let builds =
                |folder: &&String| said.dockerfiles.range(Arc::from(folder.as_str())..).next().is_some_and(|(path, _)| path.starts_with(folder.as_str()));
            let mut found = self.by_stem.get(&stem(rest))?.iter().filter(builds);
            found.next().filter(|_| found.next().is_none()).cloned()
        })
    }

    /// The only folder of that name, or the only one of several in which an image is built.
    pub(crate) fn only(&self, name: &str, said: &Said<'_>) -> Option<String> {
        let wanted = stem(name);
        let found = self.by_stem.get(&wanted).or_else(|| self.by_package.get(&wanted)).filter(|_| !wanted.is_empty())?;
        let single = |mut found: Box<dyn Iterator<Item = &String> + '_>| found.next().filter(|_| found.next().is_none()).cloned();
        let builds = |folder: &&String| said.dockerfiles.contains_key(format!("{folder}Dockerfile").as_str());
        single(Box::new(found.iter())).or_else(|| single(Box::new(found.iter().filter(builds))))
    }
}

/// The Dockerfile that a container's image is built with.
pub(crate) fn dockerfile_of<'a>(container: &Container, path: &str, said: &Said<'a>, folders: &Folders) -> Option<&'a Dockerfile> {
    match &container.build {
        Some(build) => {
            let context = join(folder_of(path), &build.context)?;
            let file = join(&as_folder(&context), build.dockerfile.as_deref().unwrap_or("Dockerfile"))?;
            said.dockerfiles.get(file.as_str()).copied()
        }
        None => {
            let folder = image_folder(container, path, said, folders)?;
            let inside = said.dockerfiles.range(Arc::from(folder.as_str())..).take_while(|(file, _)| file.starts_with(folder.as_str()));
            // one that another service is built with by its name is not this one's
            let mut inside = inside.filter(|(file, _)| !said.is_built_elsewhere(file)).map(|(_, dockerfile)| *dockerfile);
            let only = inside.next()?;
            inside.next().is_none().then_some(only)
        }
    }
}

/// The folder that a container's image is built from, and the Dockerfile.
pub(crate) fn context_of<'a>(container: &Container, path: &str, said: &Said<'a>, folders: &Folders) -> Option<(String, &'a Dockerfile)> {
    let dockerfile = dockerfile_of(container, path, said, folders)?;
    let context = match &container.build {
        Some(build) => as_folder(&join(folder_of(path), &build.context)?),
        None => image_folder(container, path, said, folders)?,
    };
    Some((context, dockerfile))
}

/// Gives every deployed component its folders of source.
pub(crate) fn find_roots(drafts: &mut [Draft<'_>], said: &Said<'_>, folders: &Folders) {
    for draft in drafts.iter_mut() {
        let mut roots = BTreeSet::new();
        // a file that only adds arguments to another one's build tells no Dockerfile
        let builds = |container: &Container, path: &str| container.build.is_some() && dockerfile_of(container, path, said, folders).is_some();
        let containers = || draft.descriptions.iter().flat_map(|description| description.workload.containers.iter().map(|c| (c, &*description.path)));
        let built = containers().any(|(container, path)| !container.init && builds(container, path));
        for (container, path) in containers().filter(|(container, _)| !container.init) {
            if container.build.is_none() || !built || builds(container, path) {
                roots.extend(container_root(container, path, said, folders));
            }
        }
        if roots.is_empty() && draft.kind == ComponentKind::Process && draft.technologies.is_empty() {
            let near = draft.descriptions.first().map_or("", |d| &d.path);
            roots.extend(folders.named(&draft.name, near, said).map(|folder| Root { folder, only: None }));
        }
        draft.roots = roots.into_iter().collect();
    }
}

fn container_root(container: &Container, path: &str, said: &Said<'_>, folders: &Folders) -> Option<Root> {
    if let Some(build) = &container.build {
        let context = join(folder_of(path), &build.context)?;
        let dockerfile_at = dockerfile_of(container, path, said, folders);
        // what a build puts there, and a Dockerfile with it, is built from what lies around
        let built = context.rsplit_once('/').filter(|(_, last)| dockerfile_at.is_none() && BUILT.contains(last));
        let folder = as_folder(built.map_or(context.as_str(), |(around, _)| around));
        let mounted = container.mounts.iter().any(|mount| mount.kind == MountKind::Path);
        let only = dockerfile_of(container, path, said, folders).and_then(copied).filter(|only| !(only.is_empty() && mounted));
        // where all of a repository is copied, the package is the one that the Dockerfile lies in
        let dockerfile = build.dockerfile.as_deref().filter(|_| only.is_none());
        let package = dockerfile.and_then(|file| package_of_dockerfile(file, &folder, said));
        return Some(Root { folder: package.unwrap_or(folder), only });
    }
    let folder = image_folder(container, path, said, folders)?;
    Some(Root { folder, only: None })
}

/// The package below the context that a Dockerfile, told from the context, lies in, if it does.
fn package_of_dockerfile(dockerfile: &str, context: &str, said: &Said<'_>) -> Option<String> {
    let file = join(context, dockerfile)?;
    let inside = ancestors(&file).take_while(|folder| folder.len() > context.len() && folder.starts_with(context));
    inside.into_iter().find(|folder| said.is_package(folder)).map(str::to_owned)
}

fn image_folder(container: &Container, path: &str, said: &Said<'_>, folders: &Folders) -> Option<String> {
    let image = container.image.as_ref()?.with_defaults();
    let name = image_name(&image);
    if let Some((_, context, dockerfile)) = said.images.iter().find(|(built, ..)| image_name(built) == name) {
        let context = as_folder(context);
        let whole =
            |file: &&String| join(&context, file).and_then(|file| said.dockerfiles.get(file.as_str()).copied()).is_some_and(|file| copied(file).is_none());
        if let Some(package) = dockerfile.as_ref().filter(whole).and_then(|file| package_of_dockerfile(file, &context, said)) {
            return Some(package);
        }
        // a builder that is started far above its source (a module of a larger build) says too much
        let narrower = folders.named(&name, path, said).filter(|folder| folder.starts_with(&context));
        let own = said.dockerfiles.contains_key(format!("{context}Dockerfile").as_str());
        return Some(narrower.filter(|_| !own).unwrap_or(context));
    }
    // a product is built here only where a Dockerfile says so: `mssql/server` is no folder `server`
    let is_product = catalogue::image(&image).is_some();
    folders.named(&name, path, said).filter(|folder| !is_product || said.dockerfiles.contains_key(format!("{folder}Dockerfile").as_str()))
}

/// Folders that hold source: those of Dockerfiles, manifests, and of files that start a program.
fn source_folders(said: &Said<'_>, composed: Option<&Composed>) -> BTreeSet<String> {
    let mut folders: BTreeSet<String> = BTreeSet::new();
    folders.extend(said.dockerfiles.keys().map(|path| folder_of(path).to_owned()));
    folders.extend(said.packages.iter().map(|package| folder_of(&package.path).to_owned()));
    if let Some(composed) = composed {
        folders.extend(composed.mains.iter().map(|main| folder_of(&main.place.path).to_owned()));
        folders.extend(composed.entries.iter().filter_map(|entry| entry.places.last()).map(|place| folder_of(&place.path).to_owned()));
    }
    folders
}

/// Folders that build tools write to.
pub(crate) const BUILT: [&str; 5] = ["target", "build", "dist", "out", "publish"];

/// A pattern for files that are no source: `package*.json`, `*.csproj`.
fn is_manifests(pattern: &str) -> bool {
    const ENDINGS: &[&str] = &["json", "lock", "toml", "xml", "csproj", "fsproj", "sln", "props", "yaml", "yml", "txt", "gradle", "kts", "mod", "sum", "cfg"];
    pattern.contains(['*', '?']) && pattern.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending.trim_end_matches('*')))
}

/// What of the build context goes into the image, relative to it; none is all of it.
fn copied(dockerfile: &Dockerfile) -> Option<Vec<String>> {
    let mut only = Vec::new();
    for source in dockerfile.stages.iter().flat_map(|stage: &Stage| &stage.copies).map(|(source, _)| source) {
        let source = source.trim_start_matches("./").trim_start_matches('/');
        // manifests are copied first so that a build need not fetch again what has not changed
        if source.rsplit('/').next().is_some_and(is_manifests) {
            continue;
        }
        // of a pattern the folder that it stands in
        let source = source.find(['*', '?', '[', '$']).map_or(source, |at| folder_of(&source[..at])).trim_end_matches('/');
        // what was built stands for what it was built from
        let mut at = 0;
        let built = source.split('/').find_map(|part| {
            let before = at;
            at += part.len() + 1;
            BUILT.contains(&part).then_some(before)
        });
        let source = built.map_or(source, |at| source[..at].trim_end_matches('/'));
        // nothing leads out of what is built: `..` is all of it, too
        if source.is_empty() || source.split('/').all(|part| matches!(part, "." | "..")) {
            return None;
        }
        only.push(source.to_owned());
    }
    Some(only)
}

/// Files of source that say something.
pub(crate) fn speaking(composed: &Composed) -> BTreeSet<&str> {
    let mut paths: BTreeSet<&str> = BTreeSet::new();
    paths.extend(composed.entries.iter().filter_map(|e| e.places.last()).map(|p| &*p.path));
    paths.extend(composed.calls.iter().map(|c| &*c.place.path));
    paths.extend(composed.mains.iter().map(|m| &*m.place.path));
    paths.extend(composed.traits.iter().filter_map(|t| Some(&*t.places.last()?.path)));
    paths.extend(composed.data.iter().map(|(place, ..)| &*place.path));
    paths.extend(composed.reads.iter().map(|(.., place)| &*place.path));
    paths.extend(composed.libraries.iter().map(|(_, place)| &*place.path));
    // tools keep what is theirs in hidden folders
    paths.retain(|path| !path.split('/').any(|part| part.starts_with('.') && part != ".well-known"));
    paths
}

/// Assigns files to components, making components of source that nothing deploys.
pub(crate) fn own<'a>(drafts: &mut Vec<Draft<'a>>, (said, folders): (&Said<'a>, &Folders), composed: &Composed, in_test: &dyn Fn(&str) -> bool) -> Ownership {
    let paths = speaking(composed);
    let running: BTreeSet<&str> =
        composed.entries.iter().filter_map(|e| e.places.last()).map(|p| &*p.path).chain(composed.mains.iter().map(|m| &*m.place.path)).collect();

    // a program that starts the others is no part of the system that it describes
    let hosts: BTreeSet<&str> =
        composed.resources.iter().filter(|found| super::started::is_one(&found.resource.kind)).map(|found| &*found.place.path).collect();

    let is_deployer = |name: &str| cloud().deployers.iter().any(|deployer| name.starts_with(deployer.as_str()));
    let described = composed.libraries.iter().filter(|(library, _)| is_deployer(library)).map(|(_, place)| &*place.path);
    let declaring: BTreeSet<&str> = composed.resources.iter().map(|found| &*found.place.path).chain(described).collect();
    let answering: BTreeSet<&str> = composed.entries.iter().filter_map(|entry| entry.places.last()).map(|place| &*place.path).collect();

    let calling: BTreeSet<&str> = composed.calls.iter().map(|call| &*call.place.path).collect();

    let programs_of = Programs::new(composed, in_test);
    let mut runs_of: Vec<Option<Run>> = drafts.iter().map(|draft| programs_of.of(draft, said, folders)).collect();
    let index = RootIndex::new(drafts);
    let targets = Targets::new(&said.targets);
    let programs = if said.targets.is_empty() { BTreeSet::new() } else { targets.programs() };
    let parts = targets.parts(&programs);
    let manifests = said.packages.iter().map(|package| folder_of(&package.path)).chain(said.dockerfiles.keys().map(|path| folder_of(path)));
    let functions = functions(said);
    let homes: BTreeSet<&str> = manifests.chain(programs.iter().chain(&functions).map(String::as_str)).collect();
    let mut by_file: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut units: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut shared: Vec<(&str, &BTreeSet<String>)> = Vec::new();
    for path in paths {
        let mut owners = made_of(path, &runs_of);
        if owners.is_empty() {
            owners = index.owners(drafts, path);
            let before = owners.len();
            owners.retain(|at| !runs_of[*at].as_ref().is_some_and(|run| run.leaves_out(path)));
            if owners.is_empty() && before > 0 {
                // a program of the module that nobody deploys
                continue;
            }
        }
        let part = targets.package_of(path).filter(|folder| !programs.contains(*folder)).and_then(|folder| parts.get(folder));
        if let Some(part) = part.filter(|part| owners.is_empty() || !is_below(&owners, part, drafts)) {
            shared.push((path, part));
        } else if owners.is_empty() {
            units.entry(unit_of(path, &homes)).or_default().push(path);
        } else {
            by_file.insert(path.to_owned(), owners);
        }
    }
    let mut unit_owner: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut libraries = Vec::new();
    let mut starts: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for path in programs_of.starts() {
        starts.entry(unit_of(path, &homes)).or_default().insert(folder_of(path).trim_end_matches('/'));
    }
    for (unit, files) in &units {
        let mut runs: Vec<&&str> = files.iter().filter(|path| running.contains(**path) && !is_aside(path)).collect();
        let is_host = files.iter().any(|path| hosts.contains(path));
        // what declares resources of a cloud runs where that is deployed from
        if said.packages_in(unit).any(deploys) {
            runs.retain(|path| !declaring.contains(**path) || answering.contains(**path));
        }
        if is_host {
            runs.clear();
        } else if runs.is_empty() && (functions.contains(unit) || is_program(unit, said)) {
            runs = files.iter().filter(|path| calling.contains(**path)).collect();
        }
        // packages of a module without a program are run by those that import them
        if !starts.contains_key(unit) {
            let by_others = programs_of.made_of(starts.values().flatten().copied());
            runs.retain(|path| !(programs::is_source(path) && by_others.contains(folder_of(path).trim_end_matches('/'))));
        }
        // what a library does, those do that are built with it
        if said.packages_in(unit).any(|package| package.it.runs == Some(false) && is_used(package, said)) {
            runs.clear();
        }
        if runs.is_empty() {
            libraries.push(unit.clone());
            continue;
        }
        let mut draft = Draft::new(&unit_name(unit, said), unit, ComponentKind::Process);
        draft.aliases.extend(unit.trim_end_matches('/').rsplit('/').next().filter(|folder| !folder.is_empty() && *folder != draft.name).map(str::to_owned));
        if runs.iter().all(|path| in_test(path)) {
            draft.environment = Environment::Test;
        }
        draft.roots.push(Root { folder: unit.clone(), only: None });
        draft.evidence.extend(unit_evidence(unit, said, composed, &runs));
        drafts.push(draft);
        runs_of.push(starts.get(unit).map(|starts| Run::of_all(programs_of.made_of(starts.iter().copied()))));
        unit_owner.insert(unit.clone(), vec![drafts.len() - 1]);
    }
    for unit in libraries {
        let mut users = users_of(&unit, said, drafts);
        // what lies beside the only function of a package is its own, though not all of it is deployed as one
        let mut beside =
            (0..drafts.len()).filter(|at| drafts[*at].is_function && drafts[*at].roots.iter().any(|root| root.folder == unit && root.only.is_some()));
        if let (Some(only), None) = (beside.next(), beside.next()) {
            users.extend((!users.contains(&only)).then_some(only));
        }
        unit_owner.insert(unit, users);
    }
    for (path, part) in shared {
        let made_of = |at: &usize| drafts[*at].roots.iter().any(|root| part.contains(&root.folder));
        by_file.insert(path.to_owned(), (0..drafts.len()).filter(made_of).collect());
    }
    for (unit, files) in units {
        let owners = unit_owner.get(&unit).cloned().unwrap_or_default();
        for path in files {
            let by_import = made_of(path, &runs_of);
            // of a package that others build on, what none of their programs imports nobody runs
            let unused = by_import.is_empty() && programs::is_source(path) && !starts.contains_key(&unit) && owners.iter().all(|at| runs_of[*at].is_some());
            by_file.insert(path.to_owned(), if by_import.is_empty() && !unused { owners.clone() } else { by_import });
        }
    }
    let parts = runs_of.into_iter().enumerate().filter_map(|(at, run)| Some((at, run?.parts()?))).collect();
    Ownership { by_file, parts }
}

/// The components whose programs are made of the file's package among others.
fn made_of(path: &str, runs: &[Option<Run>]) -> Vec<usize> {
    let package = if programs::is_source(path) { programs::package_of(path) } else { return Vec::new() };
    let is_made_of = |run: &Option<Run>| run.as_ref().is_some_and(|run| run.is_made_of(package));
    runs.iter().enumerate().filter(|(_, run)| is_made_of(run)).map(|(at, _)| at).collect()
}

/// Folders of functions that a platform's file names: each is a program, whatever starts it.
fn functions(said: &Said<'_>) -> BTreeSet<String> {
    let named = said.hosted.iter().filter(|hosted| hosted.it.kind == HostedKind::Function && hosted.it.name.is_some());
    named.filter_map(|hosted| join(folder_of(&hosted.path), &hosted.it.folder)).filter(|folder| !folder.is_empty()).map(|folder| as_folder(&folder)).collect()
}

/// Whether one of the owners of a folder is among the programs that it is a part of: then it is the program's own.
fn is_below(owners: &[usize], part: &BTreeSet<String>, drafts: &[Draft<'_>]) -> bool {
    owners.iter().any(|at| drafts[*at].roots.iter().any(|root| part.contains(&root.folder)))
}

/// Lies beside the system: a tool of its pipeline or a program in its documentation, which nobody runs to use it.
fn is_aside(path: &str) -> bool {
    folder_of(path).split('/').any(|part| is_document_folder(part) || matches!(part.to_ascii_lowercase().as_str(), "ci"))
}

/// A folder of this name holds what people read.
pub(crate) fn is_document_folder(name: &str) -> bool {
    const FOLDERS: [&str; 6] = ["docs", "doc", "docs_src", "documentation", "notebooks", "cookbook"];
    FOLDERS.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a manifest of the folder says that it makes a program (pages for a browser are one), and no other builds on it.
fn is_program(unit: &str, said: &Said<'_>) -> bool {
    said.packages_in(unit).any(|package| {
        // what builds and deploys others is no part of them
        package.it.runs == Some(true) && !deploys(package) && !is_used(package, said)
    })
}

/// Whether a package is a program that describes how others are deployed.
fn deploys(package: &At<'_, Package>) -> bool {
    let deployers = &cloud().deployers;
    package.it.dependencies.iter().any(|dependency| deployers.iter().any(|name| dependency.name.starts_with(name.as_str())))
}

/// Whether another package of the repository depends on one.
fn is_used(package: &At<'_, Package>, said: &Said<'_>) -> bool {
    said.packages.iter().any(|user| user.path != package.path && depends_on(user.it, folder_of(&user.path), &package.path, said))
}

/// Components by the folder of their source.
struct RootIndex {
    by_folder: BTreeMap<String, Vec<usize>>,
}

impl RootIndex {
    fn new(drafts: &[Draft<'_>]) -> Self {
        let mut by_folder: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, draft) in drafts.iter().enumerate() {
            draft.roots.iter().for_each(|root| by_folder.entry(root.folder.clone()).or_default().push(at));
        }
        RootIndex { by_folder }
    }

    /// The components whose folder holds the file; the deepest folder wins.
    fn owners(&self, drafts: &[Draft<'_>], path: &str) -> Vec<usize> {
        for folder in ancestors(path) {
            let Some(candidates) = self.by_folder.get(folder) else {
                continue;
            };
            let holds = |at: &&usize| drafts[**at].roots.iter().any(|root| root.folder == folder && root.holds(path));
            let owners: BTreeSet<usize> = candidates.iter().filter(holds).copied().collect();
            if !owners.is_empty() {
                return owners.into_iter().collect();
            }
        }
        Vec::new()
    }
}

/// The folders that a path lies in, deepest first, the root last.
pub(crate) fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(folder_of(path));
    std::iter::from_fn(move || {
        let folder = next?;
        next = (!folder.is_empty()).then(|| folder_of(&folder[..folder.len() - 1]));
        Some(folder)
    })
}

/// The folder of the package that a file belongs to: of the nearest manifest or Dockerfile above it.
fn unit_of(path: &str, homes: &BTreeSet<&str>) -> String {
    ancestors(path).find(|folder| homes.contains(folder)).unwrap_or_default().to_owned()
}

fn unit_name(unit: &str, said: &Said<'_>) -> String {
    let package = said.packages.iter().find(|package| folder_of(&package.path) == unit).and_then(|package| package.it.name.as_deref());
    let short = package.and_then(|name| name.rsplit(['/', ':']).find(|part| !part.is_empty()));
    let folder = unit.trim_end_matches('/').rsplit('/').next().filter(|part| !part.is_empty());
    short.or(folder).unwrap_or("app").to_owned()
}

fn unit_evidence(unit: &str, said: &Said<'_>, composed: &Composed, runs: &[&&str]) -> Vec<Evidence> {
    let mut found: Vec<Evidence> = said
        .packages
        .iter()
        .filter(|package| folder_of(&package.path) == unit)
        .map(|package| Evidence::new(package.path.clone(), Some(package.it.mark), EvidenceSource::Manifest, "manifest"))
        .collect();
    for main in composed.mains.iter().filter(|main| runs.iter().any(|path| **path == &*main.place.path)) {
        found.push(Evidence::new(main.place.path.clone(), Some(main.place.mark), EvidenceSource::Code, &main.place.by));
    }
    if found.is_empty() {
        let first = composed.entries.iter().filter_map(|entry| entry.places.last()).find(|place| runs.iter().any(|path| **path == &*place.path));
        found.extend(first.map(|place| Evidence::new(place.path.clone(), Some(place.mark), EvidenceSource::Code, &place.by)));
    }
    found
}

/// Components whose package depends on the package in that folder, through any number of packages.
fn users_of(unit: &str, said: &Said<'_>, drafts: &[Draft<'_>]) -> Vec<usize> {
    let Some(package) = said.packages.iter().find(|package| folder_of(&package.path) == unit) else {
        return Vec::new();
    };
    let mut wanted: Vec<&str> = vec![&package.path];
    let mut seen: BTreeSet<&str> = wanted.iter().copied().collect();
    while let Some(path) = wanted.pop() {
        for user in said.packages.iter().filter(|user| depends_on(user.it, folder_of(&user.path), path, said)) {
            if seen.insert(&user.path) {
                wanted.push(&user.path);
            }
        }
    }
    let folders: BTreeSet<&str> = seen.iter().map(|path| folder_of(path)).filter(|folder| *folder != unit).collect();
    (0..drafts.len()).filter(|&at| drafts[at].roots.iter().any(|root| folders.contains(root.folder.as_str()))).collect()
}

fn depends_on(user: &threatline_facts::manifest::Package, folder: &str, path: &str, said: &Said<'_>) -> bool {
    let by_path = user.local.iter().filter_map(|(_, relative)| join(folder, relative)).any(|target| as_folder(&target) == folder_of(path) || target == path);
    let name = said.packages.iter().find(|package| &*package.path == path).and_then(|package| package.it.name.as_deref());
    by_path || name.is_some_and(|name| user.dependencies.iter().any(|dependency| dependency.name == name))
}

/// Environment variables that images set themselves.
pub(crate) fn image_variables<'a>(container: &Container, path: &str, said: &Said<'a>, folders: &Folders) -> Vec<&'a threatline_facts::infra::Variable> {
    dockerfile_of(container, path, said, folders).map_or(Vec::new(), |dockerfile| dockerfile.stages.iter().flat_map(|stage| &stage.environment).collect())
}
