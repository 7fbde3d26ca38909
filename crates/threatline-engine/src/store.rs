//! The memo store: what any process worked out before, by content.
//!
//! Immutable sorted segments in one folder, no lock, any number of processes. A record's key is a
//! digest of everything that its value depends on, so a stale record cannot be found, only a missing
//! one. Every record carries a check over key and value; one that fails it was never there. Switching
//! the store off changes no result.

#![allow(clippy::disallowed_methods, reason = "its folder is its own: nothing of a project is read here")]

mod compact;
mod segment;

use segment::{Segment, Value};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};

pub use compact::{Compaction, Hold};

/// Names a record. Made by [`Key::new`] from all that the value depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub(crate) [u8; 32]);

impl Key {
    /// The key of a record of this kind, made by this code, from these parts.
    pub fn new(kind: u8, fingerprint: &[u8], parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[kind]).update(fingerprint);
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }
}

/// The memo store of one repository, or none at all.
pub struct Store {
    folder: Option<PathBuf>,
    segments: RwLock<Vec<Segment>>,
    fresh: Mutex<HashMap<Key, Value>>,
    /// Keys that this process asked for and found, or wrote.
    touched: Mutex<HashSet<Key>>,
}

impl Store {
    /// Forgets everything.
    pub fn none() -> Self {
        Self { folder: None, segments: RwLock::default(), fresh: Mutex::default(), touched: Mutex::default() }
    }

    /// Opens the store in that folder. What cannot be read is as if it were not there.
    pub fn open(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()), segments: RwLock::new(segments_of(folder)), ..Self::none() }
    }

    /// Whether it remembers anything beyond this process.
    pub fn is_on(&self) -> bool {
        self.folder.is_some()
    }

    /// The record of that key.
    pub fn get(&self, key: &Key) -> Option<Vec<u8>> {
        self.folder.as_ref()?;
        if let Some(value) = lock(&self.fresh).get(key) {
            return Some(value.bytes.clone());
        }
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let value = segments.iter().find_map(|segment| segment.get(key))?;
        lock(&self.touched).insert(*key);
        Some(value)
    }

    /// The right to do what only one process at a time should, by name; none if another is at it, or the
    /// store is off. One that is older than ten minutes was left behind.
    pub fn hold(&self, name: &str) -> Option<Hold> {
        let folder = self.folder.as_ref()?;
        std::fs::create_dir_all(folder).ok()?;
        Hold::take(folder, name)
    }

    /// Bytes on disk: of all segments, and of the largest.
    pub(crate) fn weight(&self) -> (u64, u64) {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        (segments.iter().map(Segment::bytes).sum(), segments.iter().map(Segment::bytes).max().unwrap_or(0))
    }

    /// Remembers a record; it reaches the disk with [`Store::flush`].
    pub fn put(&self, key: Key, value: Vec<u8>) {
        if self.is_on() && value.len() < segment::MAX_VALUE {
            let value = Value::new(&key, value);
            lock(&self.touched).insert(key);
            lock(&self.fresh).insert(key, value);
        }
    }

    /// Writes what is new as one segment. Losing it costs time, never a result.
    pub fn flush(&self) -> std::io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let mut records: Vec<(Key, Value)> = std::mem::take(&mut *lock(&self.fresh)).into_iter().collect();
        if records.is_empty() {
            return Ok(());
        }
        records.sort_unstable_by_key(|(key, _)| *key);
        std::fs::create_dir_all(folder)?;
        let path = segment::write(folder, &records)?;
        if let Some(segment) = Segment::open(&path) {
            self.segments.write().unwrap_or_else(PoisonError::into_inner).push(segment);
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The readable segments of a folder, the largest first.
fn segments_of(folder: &Path) -> Vec<Segment> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_segment = |path: &PathBuf| path.extension().is_some_and(|extension| extension == segment::EXTENSION);
    let paths = entries.flatten().map(|entry| entry.path()).filter(is_segment);
    let mut segments: Vec<Segment> = paths.filter_map(|path| Segment::open(&path)).collect();
    segments.sort_by_key(|segment| std::cmp::Reverse(segment.bytes()));
    segments
}
