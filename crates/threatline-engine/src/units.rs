//! Source by unit: what is evaluated together, and what came of it before.
//!
//! A design is put together from parts, one for each unit of source ([`threatline_link::compose::units`]).
//! A part hangs on the facts of its unit and of the units that it uses, and on nothing else, so a change
//! is evaluated where it stands and in what uses it; all other parts are remembered.

use crate::store::Key;
use crate::think::{Said, SaidFile, remembered_as};
use crate::tree::Digest;
use crate::world::{THINKING, World, lock};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::{ArtifactKind, Fact, Facts};
use threatline_knowledge::packs::{Family, Shelf};
use threatline_link::compose::units::{self, Described, Outline, Unit, packages_of};
use threatline_link::compose::{Part, compose_unit};

/// So many units are worth it that other threads are started, and so many files that are only read back.
const UNITS: usize = 8;
const FILES: usize = 512;

/// The stored facts of one unit's files, sorted by path from the root of the repository.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnitFiles {
    pub(crate) digest: Digest,
    root: String,
    files: Vec<(Arc<str>, Arc<[u8]>)>,
}

/// The facts of a unit's files, read back.
pub(crate) type Read = Vec<(Arc<str>, Facts)>;

/// A unit, and the units that it is evaluated with, itself among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) digest: Digest,
    pub(crate) unit: Arc<UnitFiles>,
    with: Vec<Arc<UnitFiles>>,
    shelf: Shelf,
}

/// A state's facts: source by unit, everything else read back.
#[derive(Debug, Default)]
pub(crate) struct Division {
    pub(crate) units: Vec<Arc<UnitFiles>>,
    pub(crate) others: Vec<(Arc<str>, Facts)>,
    /// What stands for the others.
    pub(crate) digest: Digest,
}

/// What is known of a unit without evaluating it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) outline: Outline,
    /// Files that could not be understood, and the reason.
    pub(crate) lost: Vec<(Arc<str>, String)>,
}

/// Files that could not be understood at all.
pub(crate) fn lost<'f>(files: impl Iterator<Item = (&'f Arc<str>, &'f Facts)>) -> Vec<(Arc<str>, String)> {
    let whole = |facts: &Facts| facts.gaps.iter().find(|gap| gap.whole).map(|gap| gap.reason.clone());
    files.filter_map(|(path, facts)| Some((path.clone(), whole(facts)?))).collect()
}

/// Divides what a state says, sorted by path.
pub(crate) fn divide(world: &World, said: &Said, prefix: &str) -> Division {
    let path = |file: &SaidFile| -> Arc<str> { format!("{prefix}{}", file.path).into() };
    let others: Vec<&SaidFile> = said.iter().filter(|file| !is_source(&file.path)).collect();
    let digest = digest_of("", others.iter().map(|file| (&*file.path, &file.digest)));
    let read = |file: &&SaidFile| (path(file), crate::read::decode(&file.facts).unwrap_or_default());
    let others: Vec<(Arc<str>, Facts)> = each(world, &others, FILES, &read);
    let manifests: BTreeSet<&str> = others.iter().filter(|(_, facts)| packages_of(facts).next().is_some()).map(|(path, _)| &**path).collect();
    // A table of routes in another form than source says what source says.
    let tables: BTreeSet<&str> =
        others.iter().filter(|(_, facts)| facts.facts.iter().any(|fact| matches!(fact, Fact::Code(_)))).map(|(path, _)| &**path).collect();
    let roots: BTreeSet<&str> = manifests.iter().map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder)).collect();
    let mut units: BTreeMap<&str, Vec<(Arc<str>, &SaidFile)>> = BTreeMap::new();
    for file in said {
        let path = path(file);
        if is_source(&file.path) || manifests.contains(&*path) || tables.contains(&*path) {
            units.entry(units::root_of(&path, &roots)).or_default().push((path, file));
        }
    }
    Division { units: units.into_iter().map(|(root, files)| Arc::new(UnitFiles::new(root, files))).collect(), others, digest }
}

/// What stands for these files in a folder.
fn digest_of<'f>(root: &str, files: impl Iterator<Item = (&'f str, &'f Digest)>) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(root.len() as u64).to_le_bytes()).update(root.as_bytes());
    for (path, digest) in files {
        hasher.update(&(path.len() as u64).to_le_bytes()).update(path.as_bytes()).update(&digest.0);
    }
    Digest(*hasher.finalize().as_bytes())
}

impl UnitFiles {
    fn new(root: &str, files: Vec<(Arc<str>, &SaidFile)>) -> Self {
        let digest = digest_of(root, files.iter().map(|(path, file)| (&**path, &file.digest)));
        Self { digest, root: root.to_owned(), files: files.into_iter().map(|(path, file)| (path, file.facts.clone())).collect() }
    }

    /// Its facts read back: once, however many units it is evaluated with.
    fn read(&self, world: &World) -> Arc<Read> {
        let slot = lock(&world.units_read).entry(self.digest).or_default().clone();
        let read = || self.files.iter().map(|(path, facts)| (path.clone(), crate::read::decode(facts).unwrap_or_default())).collect();
        slot.get_or_init(|| Arc::new(read())).clone()
    }

    /// Bytes of what it says.
    pub(crate) fn weight(&self) -> usize {
        self.files.iter().map(|(_, facts)| facts.len()).sum()
    }

    fn unit<'a>(&'a self, files: &'a [(Arc<str>, Facts)]) -> Unit<'a> {
        Unit { root: &self.root, files: files.iter().map(|(path, facts)| (&**path, facts)).collect() }
    }
}

impl Group {
    /// Bytes of what it is evaluated with.
    pub(crate) fn weight(&self) -> usize {
        self.with.iter().map(|unit| unit.weight()).sum()
    }

    fn new(unit: &Arc<UnitFiles>, with: Vec<Arc<UnitFiles>>, shelf: Shelf) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&unit.digest.0);
        with.iter().for_each(|other| _ = hasher.update(&other.digest.0));
        // packs of languages that are not spoken here mean nothing to it
        let spoken = |family: &&Family| with.iter().any(|unit| unit.files.iter().any(|(path, _)| family_of(path) == Some(**family)));
        let own = Family::ALL.iter().filter(|family| shelf.digest_of(**family).is_some()).filter(spoken);
        for family in own {
            hasher.update(family.folder().as_bytes()).update(&shelf.digest_of(*family).unwrap_or_default());
        }
        Self { digest: Digest(*hasher.finalize().as_bytes()), unit: unit.clone(), with, shelf }
    }
}

/// Whether a file is source, by its name: its facts are evaluated with its unit, all others are joined as they are.
pub(crate) fn is_source(path: &str) -> bool {
    family_of(path).is_some()
}

/// The family of languages that a source file is written in.
fn family_of(path: &str) -> Option<Family> {
    match crate::tree::kind_of(path.rsplit('/').next().unwrap_or(path)) {
        Some(ArtifactKind::Source(language)) => Some(Family::of(language)),
        _ => None,
    }
}

/// What is known of a unit by itself.
pub(crate) fn seen(world: &World, unit: &UnitFiles) -> Arc<Seen> {
    remembered_as(world, key(b'o', &unit.digest), &world.seen, || {
        let files = unit.read(world);
        Seen { outline: units::outline(&unit.unit(&files)), lost: lost(files.iter().map(|(path, facts)| (path, facts))) }
    })
}

/// What a unit says, evaluated with the units that it uses.
pub(crate) fn part(world: &World, group: &Group) -> Arc<Part> {
    remembered_as(world, key(b'c', &group.digest), &world.parts, || {
        // Not inside a unit: what was begun is brought to its end and remembered, so that each run gets further.
        world.go_on_or_leave();
        let files: Vec<_> = group.with.iter().map(|unit| unit.read(world)).collect();
        let units: Vec<Unit<'_>> = group.with.iter().zip(&files).map(|(unit, files)| unit.unit(files)).collect();
        compose_unit(&group.unit.root, &units.iter().collect::<Vec<_>>(), group.shelf)
    })
}

/// Does that for many units before the queries ask for them one by one.
pub(crate) fn ahead<T: Sync>(world: &World, all: &[T], weight: impl Fn(&T) -> usize, look: impl Fn(&World, &T) + Sync) {
    // fewer are as well worked out when the queries ask
    if all.len() >= UNITS || all.len() > 1 && world.has_threads() {
        // the largest first: nobody waits for it alone at the end
        let mut all: Vec<&T> = all.iter().collect();
        all.sort_by_cached_key(|one| std::cmp::Reverse(weight(one)));
        world.together(|| all.par_iter().with_max_len(1).for_each(|one| look(world, one)));
    }
}

/// Each unit with those that it uses.
pub(crate) fn groups(division: &Division, seen: &[Arc<Seen>], shelf: Shelf) -> Vec<Group> {
    let mut packages: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (path, facts) in &division.others {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        packages.entry(folder).or_default().extend(packages_of(facts).map(|package| (folder, package)));
    }
    let pairs = division.units.iter().zip(seen);
    let describe = pairs.map(|(unit, seen)| Described {
        root: &unit.root,
        paths: unit.files.iter().map(|(path, _)| &**path).collect(),
        packages: packages.get(unit.root.as_str()).cloned().unwrap_or_default(),
        outline: &seen.outline,
    });
    let described: Vec<Described<'_>> = describe.collect();
    let closures = units::closures(&described);
    let group = |(unit, with): (&Arc<UnitFiles>, Vec<usize>)| Group::new(unit, with.into_iter().map(|at| division.units[at].clone()).collect(), shelf);
    division.units.iter().zip(closures).map(group).collect()
}

/// Keys of the records that units have.
pub(crate) fn keys(groups: &[Arc<Group>]) -> impl Iterator<Item = Key> + '_ {
    groups.iter().flat_map(|group| [key(b'o', &group.unit.digest), key(b'c', &group.digest)])
}

fn key(record: u8, digest: &Digest) -> Key {
    Key::new(record, THINKING.as_bytes(), &[&digest.0])
}

/// Does something for each, on all threads where there are as many.
fn each<T: Sync, R: Send>(world: &World, all: &[T], many: usize, work: &(dyn Fn(&T) -> R + Sync)) -> Vec<R> {
    if all.len() < many { all.iter().map(work).collect() } else { world.together(|| all.par_iter().map(work).collect()) }
}
