//! Fewer, larger segments.
//!
//! A hook that adds a segment per commit must not make the next one slower, so small segments are
//! merged as they pile up. Merging everything is left to `scan` and `notes prune`, which nobody waits
//! for in the middle of a commit.

use super::{Key, Store, segment, segments_of};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::Duration;

/// How much may be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compaction {
    /// Small segments only, as soon as there are many: for hooks.
    Small,
    /// Everything, if there are many segments or the small ones weigh a quarter of the largest.
    Full,
}

const COMPACTING: &str = "compact";
const MANY: usize = 16;
const SMALL: u64 = 1 << 20;
/// Past this total nothing is merged but small ones; the folder is then started afresh.
const MOST: u64 = 2 << 30;
const STALE: Duration = Duration::from_secs(600);

impl Store {
    /// Merges segments if there is reason to. Another process that is at it already is left alone.
    pub fn compact(&self, how: Compaction) -> std::io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let chosen = {
            let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
            let sizes: Vec<(PathBuf, u64)> = segments.iter().map(|s| (s.path().to_owned(), s.bytes())).collect();
            choose(sizes, how)
        };
        if chosen.len() < 2 {
            return Ok(());
        }
        let Some(_held) = Hold::take(folder, COMPACTING) else { return Ok(()) };
        sweep(folder);
        self.merge(folder, &chosen, |_| true)?;
        *self.segments.write().unwrap_or_else(PoisonError::into_inner) = segments_of(folder);
        Ok(())
    }

    /// Keeps the records of these keys, and those that this process had to do with; drops all others.
    pub(crate) fn keep(&self, keys: &BTreeSet<Key>) -> std::io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let Some(_held) = Hold::take(folder, COMPACTING) else { return Ok(()) };
        sweep(folder);
        let all: Vec<PathBuf> = {
            let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
            segments.iter().map(|segment| segment.path().to_owned()).collect()
        };
        let touched = super::lock(&self.touched).clone();
        self.merge(folder, &all, |key| keys.contains(key) || touched.contains(key))?;
        *self.segments.write().unwrap_or_else(PoisonError::into_inner) = segments_of(folder);
        Ok(())
    }

    /// Removes every record.
    pub fn clear(&self) -> std::io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        super::lock(&self.fresh).clear();
        self.segments.write().unwrap_or_else(PoisonError::into_inner).clear();
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn merge(&self, folder: &Path, chosen: &[PathBuf], keeps: impl Fn(&Key) -> bool) -> std::io::Result<()> {
        let mut records: BTreeMap<Key, segment::Value> = BTreeMap::new();
        for segment in self.segments.read().unwrap_or_else(PoisonError::into_inner).iter() {
            if chosen.iter().any(|path| path == segment.path()) {
                records.extend(segment.records().into_iter().filter(|(key, _)| keeps(key)));
            }
        }
        let merged = segment::write(folder, &records.into_iter().collect::<Vec<_>>())?;
        for old in chosen.iter().filter(|old| **old != merged) {
            let _ = std::fs::remove_file(old);
        }
        Ok(())
    }
}

/// Which segments to merge.
fn choose(segments: Vec<(PathBuf, u64)>, how: Compaction) -> Vec<PathBuf> {
    let total: u64 = segments.iter().map(|(_, bytes)| bytes).sum();
    let largest = segments.iter().map(|(_, bytes)| *bytes).max().unwrap_or(0);
    let many = segments.len() > MANY;
    let all = how == Compaction::Full && total < MOST && (many || total - largest > largest / 4);
    let few = |bytes: u64| all || (many && bytes < SMALL);
    segments.into_iter().filter(|(_, bytes)| few(*bytes)).map(|(path, _)| path).collect()
}

/// The right to do what one process at a time does, given back when dropped.
#[derive(Debug)]
pub struct Hold(PathBuf);

impl Hold {
    pub(super) fn take(folder: &Path, name: &str) -> Option<Self> {
        let path = folder.join(format!("{name}.lock"));
        if is_stale(&path) {
            let _ = std::fs::remove_file(&path);
        }
        std::fs::OpenOptions::new().write(true).create_new(true).open(&path).ok()?;
        Some(Self(path))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Left behind by a process that died. Says nothing about results, so the clock is no matter.
fn is_stale(path: &Path) -> bool {
    let modified = std::fs::metadata(path).and_then(|data| data.modified());
    modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > STALE))
}

fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with("tmp-") && is_stale(&entry.path()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
