//! Trees that exist nowhere but here.
//!
//! The index, the work tree and plain folders are states without a tree object. Their trees are put
//! together in memory, bit by bit as git would write them, so that a state has the same id whether it
//! was committed or not, and what was remembered for one is found for the other. Files are not copied:
//! an id stands for a path on disk, and the content is checked against the id when it is read.

use crate::error::{RepoError, Result};
use gix::ObjectId;
use gix::objs::WriteTo as _;
use gix::objs::tree::{Entry, EntryKind, EntryMode};
use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{PoisonError, RwLock};

/// Up to this size a file is hashed in one piece.
const WHOLE: u64 = 8 << 20;

/// Trees and files beside the object database.
pub(crate) struct Overlay {
    hash: gix::hash::Kind,
    trees: RwLock<HashMap<ObjectId, Vec<Entry>>>,
    files: RwLock<HashMap<ObjectId, PathBuf>>,
}

/// What a path is changed to; none removes it.
pub(crate) type Change = Option<(EntryMode, ObjectId)>;

/// Changes by path from the root.
pub(crate) type Edits = BTreeMap<Vec<u8>, Change>;

impl Overlay {
    pub(crate) fn new(hash: gix::hash::Kind) -> Self {
        Self { hash, trees: RwLock::default(), files: RwLock::default() }
    }

    /// The entries of a tree that was written here.
    pub(crate) fn tree(&self, oid: &gix::oid) -> Option<Vec<Entry>> {
        self.trees.read().unwrap_or_else(PoisonError::into_inner).get(oid).cloned()
    }

    /// The content of a file that was put here, if it is still what it was.
    /// Of a longer one than `limit` only that much is read, and it is not checked.
    pub(crate) fn file(&self, oid: &gix::oid, limit: usize) -> Option<Result<Vec<u8>, String>> {
        let path = self.files.read().unwrap_or_else(PoisonError::into_inner).get(oid).cloned()?;
        let content = read_up_to(&path, limit).map_err(|error| format!("it cannot be read: {}", error.kind()));
        Some(content.and_then(|bytes| {
            let same = bytes.len() > limit || self.blob_id(&bytes).is_ok_and(|now| now == oid);
            if same { Ok(bytes) } else { Err("it changed while it was read".into()) }
        }))
    }

    /// The id that git gives a file on disk.
    pub(crate) fn file_id(&self, path: &Path) -> std::io::Result<ObjectId> {
        let mut file = std::fs::File::open(path)?;
        let len = file.metadata()?.len();
        if len <= WHOLE {
            let mut bytes = Vec::with_capacity(len as usize);
            file.read_to_end(&mut bytes)?;
            return self.blob_id(&bytes).map_err(std::io::Error::other);
        }
        let (mut silent, go_on) = (gix::progress::Discard, AtomicBool::new(false));
        gix::objs::compute_stream_hash(self.hash, gix::objs::Kind::Blob, &mut file, len, &mut silent, &go_on)
            .map_err(|error| std::io::Error::other(error.to_string()))
    }

    /// Lets an id stand for a file on disk.
    pub(crate) fn put_file(&self, oid: ObjectId, path: PathBuf) {
        self.files.write().unwrap_or_else(PoisonError::into_inner).insert(oid, path);
    }

    /// The id that git gives this content.
    pub(crate) fn blob_id(&self, bytes: &[u8]) -> Result<ObjectId> {
        let id = gix::objs::compute_hash(self.hash, gix::objs::Kind::Blob, bytes);
        id.map_err(|error| RepoError::new(format!("hashing a file: {error}")))
    }

    /// Writes a tree. Its entries come in any order.
    pub(crate) fn put_tree(&self, mut entries: Vec<Entry>) -> Result<ObjectId> {
        entries.sort();
        let mut data = Vec::new();
        let tree = gix::objs::Tree { entries };
        tree.write_to(&mut data).map_err(|error| RepoError::new(format!("writing a tree: {error}")))?;
        let id = gix::objs::compute_hash(self.hash, gix::objs::Kind::Tree, &data).map_err(|error| RepoError::new(format!("hashing a tree: {error}")))?;
        self.trees.write().unwrap_or_else(PoisonError::into_inner).insert(id, tree.entries);
        Ok(id)
    }

    /// The tree that `base` becomes with these edits; none when nothing is left of it. `read` gives the
    /// entries of trees that were not written here.
    pub(crate) fn edit(&self, base: Option<ObjectId>, edits: &Edits, read: &dyn Fn(&gix::oid) -> Result<Vec<Entry>>) -> Result<Option<ObjectId>> {
        let edits: Vec<(&[u8], Change)> = edits.iter().map(|(path, change)| (path.as_slice(), *change)).collect();
        self.edit_at(base, &edits, 0, read)
    }

    fn edit_at(
        &self,
        base: Option<ObjectId>,
        edits: &[(&[u8], Change)],
        from: usize,
        read: &dyn Fn(&gix::oid) -> Result<Vec<Entry>>,
    ) -> Result<Option<ObjectId>> {
        let old = match base {
            Some(oid) => self.tree(&oid).map_or_else(|| read(&oid), Ok)?,
            None => Vec::new(),
        };
        let mut entries: BTreeMap<Vec<u8>, Entry> = old.into_iter().map(|entry| (entry.filename.to_vec(), entry)).collect();
        let mut rest = edits;
        while let Some((path, change)) = rest.first() {
            let tail = &path[from..];
            let Some(slash) = tail.iter().position(|byte| *byte == b'/') else {
                match change {
                    Some((mode, oid)) => entries.insert(tail.to_vec(), entry(tail, *mode, *oid)),
                    None => entries.remove(tail),
                };
                rest = &rest[1..];
                continue;
            };
            let name = &tail[..slash];
            let same = |path: &[u8]| path.get(from..from + slash + 1) == Some(&tail[..=slash]);
            let count = rest.iter().take_while(|(path, _)| same(path)).count();
            let below = entries.get(name).filter(|entry| entry.mode.is_tree()).map(|entry| entry.oid);
            match self.edit_at(below, &rest[..count], from + slash + 1, read)? {
                Some(oid) => entries.insert(name.to_vec(), entry(name, EntryKind::Tree.into(), oid)),
                // A file took the folder's place, or the folder is gone.
                None if below.is_some() => entries.remove(name),
                None => None,
            };
            rest = &rest[count..];
        }
        if entries.is_empty() { Ok(None) } else { self.put_tree(entries.into_values().collect()).map(Some) }
    }
}

fn read_up_to(path: &Path, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn entry(name: &[u8], mode: EntryMode, oid: ObjectId) -> Entry {
    Entry { mode, filename: name.into(), oid }
}
