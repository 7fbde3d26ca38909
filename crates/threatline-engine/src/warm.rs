//! Reading ahead, in parallel.
//!
//! Queries are walked on one thread: they are short once artifacts are read. What is expensive is
//! reading artifacts that nobody read before, so these are found by a plain walk over folders without
//! a record, and read by all threads before the queries ask for them. Where that are many folders, they
//! are put together by all threads too.

use crate::phase::Phase;
use crate::read::{Depth, Failed, Reading};
use crate::scan::ScanError;
use crate::store::Key;
use crate::tree::{Below, Tree};
use crate::world::{Context, World, words_of};
use crate::{Entry, Mode, Oid};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use threatline_facts::ArtifactKind;
use threatline_knowledge::packs::{Family, Words};

/// Folders nested deeper than this are refused; git itself refuses some thousands.
const DEEPEST: usize = 1000;

/// So few files are read before other threads are awake.
const FEW: usize = 4;

/// So many folders without a record are worth other threads.
const FOLDERS: usize = 64;

type Job = (Oid, ArtifactKind);

/// Reads ahead what the folder's value will need.
pub(crate) fn read_ahead(world: &World, root: Oid, context: Option<&Context>) -> Result<(), ScanError> {
    let Jobs { files, asleep, folders } = jobs(world, root, context)?;
    world.during(Phase::Reading, || {
        read(world, &files, Depth::Filtered);
        wake(world, &asleep, words_of(context));
    });
    if world.is_stopped() {
        return Err(ScanError::Stopped);
    }
    if folders >= FOLDERS {
        world.together(|| assemble(world, root, context));
    }
    Ok(())
}

/// Reads ahead what only the words of the project's own packs wake.
fn wake(world: &World, files: &[Job], words: Words) {
    if words.digest().is_none() || world.is_stopped() {
        return;
    }
    let is_silent = |(oid, kind): &Job| world.known_facts(oid, *kind, Depth::Filtered).is_some_and(|facts| facts.is_ok_and(|facts| facts.is_empty()));
    let wakes = |job: &&Job| is_silent(job) && world.wakes(&job.0, job.1, words).unwrap_or_default();
    let woken: Vec<Job> = if files.len() < FEW {
        files.iter().filter(wakes).copied().collect()
    } else {
        world.together(|| files.par_iter().with_max_len(16).filter(wakes).copied().collect())
    };
    read_unknown(world, &woken);
}

/// Reads ahead files that were passed over.
pub(crate) fn read_symbols(world: &World, artifacts: &[Job]) {
    world.during(Phase::Reading, || read_unknown(world, artifacts));
}

fn read_unknown(world: &World, artifacts: &[Job]) {
    let mut jobs: Vec<Job> = artifacts.to_vec();
    jobs.sort_unstable();
    jobs.dedup();
    jobs.retain(|(oid, kind)| world.known_facts(oid, *kind, Depth::Whole).is_none());
    read(world, &jobs, Depth::Whole);
}

fn read(world: &World, jobs: &[Job], depth: Depth) {
    let read = |job: &Job| {
        // The files of a folder that is being put together are read to the end: half a folder is none.
        let stopped = depth == Depth::Filtered && world.is_stopped();
        let reading = (!stopped).then(|| crate::read::read(world.source.as_ref(), &job.0, job.1, depth))?;
        if let Ok(reading) = &reading {
            world.remember(&job.0, job.1, depth, reading);
        }
        Some((*job, reading))
    };
    let readings: Vec<(Job, Result<Reading, Failed>)> =
        if jobs.len() < FEW { jobs.iter().filter_map(read).collect() } else { world.together(|| jobs.par_iter().with_max_len(16).filter_map(read).collect()) };
    world.prepare(depth, readings);
}

/// What is to be done before the queries ask.
struct Jobs {
    /// Artifacts that nobody read, each once, in the order of the walk.
    files: Vec<Job>,
    /// Source that a word of the project's own packs may wake; none where it has none.
    asleep: Vec<Job>,
    /// How many folders have no record.
    folders: usize,
}

/// A folder where it stands, as far as that matters.
type Folder = (Oid, Option<Context>);

/// What there is to do in a folder: files, with whether nobody read them, and the folders in it.
type Looked = (Vec<(Job, bool)>, Vec<Folder>);

/// Walks level by level; a level of many folders is looked at by all threads.
fn jobs(world: &World, root: Oid, context: Option<&Context>) -> Result<Jobs, ScanError> {
    let mut jobs = Jobs { files: Vec::new(), asleep: Vec::new(), folders: 0 };
    let mut seen_folders: HashSet<(Oid, Option<String>)> = HashSet::new();
    let mut seen_files = HashSet::new();
    let words = words_of(context);
    let mut level: Vec<Folder> = vec![(root, context.cloned())];
    for _ in 0..=DEEPEST {
        level.retain(|(oid, context)| seen_folders.insert((*oid, context.as_ref().map(|context| context.path.clone()))));
        if level.is_empty() {
            return Ok(jobs);
        }
        let look = |folder: &Folder| look(world, folder);
        let looked: Vec<Option<Looked>> =
            if level.len() < FOLDERS { level.iter().map(look).collect() } else { world.together(|| level.par_iter().map(look).collect()) };
        level.clear();
        for (files, folders) in looked.into_iter().flatten() {
            jobs.folders += 1;
            let new: Vec<(Job, bool)> = files.into_iter().filter(|(file, _)| seen_files.insert(*file)).collect();
            jobs.asleep.extend(new.iter().map(|(file, _)| *file).filter(|(_, kind)| may_wake(*kind, words)));
            jobs.files.extend(new.into_iter().filter(|(_, unread)| *unread).map(|(file, _)| file));
            level.extend(folders);
        }
    }
    Err(ScanError::TooDeep)
}

/// Whether a word of the project's own packs may wake such a file.
fn may_wake(kind: ArtifactKind, words: Words) -> bool {
    matches!(kind, ArtifactKind::Source(language) if words.digest_of(Family::of(language)).is_some())
}

/// What there is to do in a folder; nothing if its record is there, or it is not.
fn look(world: &World, (oid, context): &Folder) -> Option<Looked> {
    let context = context.as_ref();
    if world.has_tree(oid, context) {
        return None;
    }
    let entries = world.entries(oid).ok()?;
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in entries.iter().filter(|entry| !context.is_some_and(|context| context.excludes(&entry.name))) {
        match entry.mode {
            Mode::Tree if crate::tree::enters(&entry.name, &entries) => folders.push((entry.oid, context.map(|context| context.below(&entry.name)))),
            Mode::File => {
                let Some(kind) = crate::tree::kind_of(&entry.name) else { continue };
                let unread = world.known_facts(&entry.oid, kind, Depth::Filtered).is_none();
                if unread || may_wake(kind, words_of(context)) {
                    files.push(((entry.oid, kind), unread));
                }
            }
            _ => {}
        }
    }
    Some((files, folders))
}

/// Puts a folder and those below it together, as the queries would.
fn assemble(world: &World, oid: Oid, context: Option<&Context>) -> Arc<Tree> {
    if let Some(tree) = world.stored_tree(&oid, context) {
        return tree;
    }
    let Ok(entries) = world.entries(&oid) else { return Arc::default() };
    let excludes = |name: &str| context.is_some_and(|context| context.excludes(name));
    let is_below = |entry: &&Entry| entry.mode == Mode::Tree && crate::tree::enters(&entry.name, &entries) && !excludes(&entry.name);
    let below: Vec<&Entry> = entries.iter().filter(is_below).collect();
    below.par_iter().for_each(|entry| _ = assemble(world, entry.oid, context.map(|context| context.below(&entry.name)).as_ref()));
    let tree = Arc::new(crate::tree::assemble(&Ahead { world, context }, &entries));
    world.remember_tree(&oid, context, &tree);
    world.keep_tree(&oid, context, tree.clone());
    tree
}

/// What a folder is put together from when no query is asked.
struct Ahead<'w> {
    world: &'w World,
    context: Option<&'w Context>,
}

impl Below for Ahead<'_> {
    fn world(&self) -> &World {
        self.world
    }

    fn context(&self) -> Option<&Context> {
        self.context
    }

    fn file(&self, oid: &Oid, kind: ArtifactKind) -> Result<Arc<[u8]>, Failed> {
        self.world.facts_with(oid, kind, words_of(self.context))
    }

    fn folder(&self, name: &str, oid: &Oid) -> Arc<Tree> {
        assemble(self.world, *oid, self.context.map(|context| context.below(name)).as_ref())
    }

    fn again(&self, name: &str, oid: &Oid) {
        let context = self.context.map(|context| context.below(name));
        if let Ok(entries) = self.world.entries(oid) {
            crate::tree::assemble(&Ahead { world: self.world, context: context.as_ref() }, &entries);
        }
    }

    fn symbols(&self, artifacts: &[(Oid, ArtifactKind)]) -> Vec<Result<Arc<[u8]>, Failed>> {
        // no phase of its own: whoever listens is told on one thread only
        read_unknown(self.world, artifacts);
        artifacts.iter().map(|(oid, kind)| self.world.facts(oid, *kind, Depth::Whole)).collect()
    }
}

/// Keys of every record that a state may ask for.
pub(crate) fn keys(world: &World, root: Oid, context: Option<&Context>, keys: &mut BTreeSet<Key>) {
    let mut open = vec![(root, context.cloned())];
    while let Some((oid, context)) = open.pop() {
        if !keys.insert(crate::world::tree_key(&oid, context.as_ref())) {
            continue;
        }
        if let Some(tree) = world.stored_tree(&oid, context.as_ref()) {
            keys.extend(crate::world::keys_of(&tree));
            let taken = tree.content().unwrap_or_default().wanted.into_iter().filter(|wanted| wanted.kind == ArtifactKind::ChartFile);
            keys.extend(taken.flat_map(|wanted| crate::world::artifact_keys(&wanted.oid, wanted.kind, Words::default())));
        }
        let Ok(entries) = world.entries(&oid) else { continue };
        for entry in entries.iter() {
            match (entry.mode, crate::tree::kind_of(&entry.name)) {
                (Mode::Tree, _) if crate::tree::enters(&entry.name, &entries) => {
                    open.push((entry.oid, context.as_ref().map(|context| context.below(&entry.name))));
                }
                (Mode::File, Some(kind)) => keys.extend(crate::world::artifact_keys(&entry.oid, kind, words_of(context.as_ref()))),
                _ => {}
            }
        }
    }
}
