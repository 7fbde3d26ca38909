//! Reading ahead, in parallel.
//!
//! Queries are walked on one thread: they are short once artifacts are read. What is expensive is
//! reading artifacts that nobody read before, so these are found by a plain walk over folders without
//! a record, and read by all threads before the queries ask for them.

use crate::phase::Phase;
use crate::read::{Depth, Failed, Reading};
use crate::scan::ScanError;
use crate::store::Key;
use crate::world::{Context, World};
use crate::{Mode, Oid};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashSet};
use threatline_facts::ArtifactKind;

/// Folders nested deeper than this are refused; git itself refuses some thousands.
const DEEPEST: usize = 1000;

/// So few files are read before other threads are awake.
const FEW: usize = 4;

type Job = (Oid, ArtifactKind);

/// Reads ahead what the folder's value will need.
pub(crate) fn read_ahead(world: &World, root: Oid, context: Option<&Context>) -> Result<(), ScanError> {
    let jobs = jobs(world, root, context)?;
    world.during(Phase::Reading, || read(world, &jobs, Depth::Filtered));
    if world.is_stopped() { Err(ScanError::Stopped) } else { Ok(()) }
}

/// Reads ahead files that were passed over.
pub(crate) fn read_symbols(world: &World, artifacts: &[Job]) {
    let mut jobs: Vec<Job> = artifacts.to_vec();
    jobs.sort_unstable();
    jobs.dedup();
    jobs.retain(|(oid, kind)| world.known_facts(oid, *kind, Depth::Whole).is_none());
    world.during(Phase::Reading, || read(world, &jobs, Depth::Whole));
}

fn read(world: &World, jobs: &[Job], depth: Depth) {
    let read = |job: &Job| {
        // The files of a folder that is being put together are read to the end: half a folder is none.
        let stopped = depth == Depth::Filtered && world.is_stopped();
        (!stopped).then(|| (*job, crate::read::read(world.source.as_ref(), &job.0, job.1, depth)))
    };
    let readings: Vec<(Job, Result<Reading, Failed>)> =
        if jobs.len() < FEW { jobs.iter().filter_map(read).collect() } else { world.together(|| jobs.par_iter().with_max_len(16).filter_map(read).collect()) };
    for ((oid, kind), reading) in &readings {
        if let Ok(reading) = reading {
            world.remember(oid, *kind, depth, reading);
        }
    }
    world.prepare(depth, readings);
}

/// Artifacts below folders without a record, each once, in the order of the walk.
fn jobs(world: &World, root: Oid, context: Option<&Context>) -> Result<Vec<Job>, ScanError> {
    let mut jobs = Vec::new();
    let mut seen_folders = HashSet::new();
    let mut seen_jobs = HashSet::new();
    let mut open = vec![(root, context.cloned(), 0)];
    while let Some((oid, context, depth)) = open.pop() {
        if depth > DEEPEST {
            return Err(ScanError::TooDeep);
        }
        let place = context.as_ref().map(|context| context.path.clone());
        if !seen_folders.insert((oid, place)) || world.has_tree(&oid, context.as_ref()) {
            continue;
        }
        let Ok(entries) = world.entries(&oid) else { continue };
        for entry in entries.iter() {
            if context.as_ref().is_some_and(|context| context.excludes(&entry.name)) {
                continue;
            }
            match entry.mode {
                Mode::Tree if crate::tree::enters(&entry.name) => {
                    open.push((entry.oid, context.as_ref().map(|context| context.below(&entry.name)), depth + 1));
                }
                Mode::File => {
                    let Some(kind) = crate::tree::kind_of(&entry.name) else { continue };
                    let job = (entry.oid, kind);
                    if seen_jobs.insert(job) && world.known_facts(&entry.oid, kind, Depth::Filtered).is_none() {
                        jobs.push(job);
                    }
                }
                _ => {}
            }
        }
    }
    Ok(jobs)
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
        }
        let Ok(entries) = world.entries(&oid) else { continue };
        for entry in entries.iter() {
            match (entry.mode, crate::tree::kind_of(&entry.name)) {
                (Mode::Tree, _) if crate::tree::enters(&entry.name) => {
                    open.push((entry.oid, context.as_ref().map(|context| context.below(&entry.name))));
                }
                (Mode::File, Some(kind)) => keys.extend(crate::world::artifact_keys(&entry.oid, kind)),
                _ => {}
            }
        }
    }
}
