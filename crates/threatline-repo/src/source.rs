//! Git's objects and what lies beside them, as the engine's source.

use crate::overlay::Overlay;
use gix::ObjectId;
use gix::objs::tree::EntryMode;
use std::sync::{Arc, Mutex, PoisonError};
use threatline_engine::{Entry, Missing, Mode, Oid, Source};

/// Objects of a repository (if there is one) and of the overlay.
pub(crate) struct RepoSource {
    repository: Option<gix::ThreadSafeRepository>,
    /// One handle per thread that is reading; a handle is not shared, but it is dear to make.
    handles: Mutex<Vec<gix::Repository>>,
    pub(crate) overlay: Overlay,
}

impl RepoSource {
    pub(crate) fn new(repository: Option<gix::ThreadSafeRepository>) -> Self {
        let hash = repository.as_ref().map_or(gix::hash::Kind::Sha1, |repository| repository.to_thread_local().object_hash());
        Self { repository, handles: Mutex::default(), overlay: Overlay::new(hash) }
    }

    /// Entries as git has them.
    pub(crate) fn entries(&self, oid: &gix::oid) -> Result<Vec<gix::objs::tree::Entry>, Missing> {
        if let Some(entries) = self.overlay.tree(oid) {
            return Ok(entries);
        }
        if *oid == *ObjectId::empty_tree(oid.kind()) {
            return Ok(Vec::new());
        }
        self.object(oid, gix::objs::Kind::Tree, u64::MAX, |data| {
            let tree = gix::objs::TreeRefIter::from_bytes(data, oid.kind());
            let entries: Result<Vec<_>, _> = tree.map(|entry| entry.map(gix::objs::tree::Entry::from)).collect();
            entries.map_err(|_| Missing("the tree is damaged".into()))
        })?
    }

    /// Reads an object. One longer than `limit` is not unpacked: blanks of more than that length stand for it.
    fn object<T>(&self, oid: &gix::oid, kind: gix::objs::Kind, limit: u64, read: impl FnOnce(&[u8]) -> T) -> Result<T, Missing> {
        let absent = || Missing(format!("its content is not in the repository ({})", oid.to_hex_with_len(12)));
        let handle = self.handles.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let handle = match handle {
            Some(handle) => handle,
            None => self.repository.as_ref().map(gix::ThreadSafeRepository::to_thread_local).ok_or_else(absent)?,
        };
        let is_long = limit < u64::MAX && handle.try_find_header(oid).is_ok_and(|header| header.is_some_and(|header| header.size() > limit));
        if is_long {
            self.handles.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
            return Ok(read(&vec![b' '; limit as usize + 1]));
        }
        let result = match handle.try_find_object(oid) {
            Ok(Some(object)) if object.kind == kind => Ok(read(&object.data)),
            Ok(Some(_)) => Err(Missing("it is no object of that kind".into())),
            Ok(None) => Err(absent()),
            Err(_) => Err(Missing("its object is damaged".into())),
        };
        self.handles.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
        result
    }
}

impl Source for RepoSource {
    fn tree(&self, oid: &Oid) -> Result<Arc<[Entry]>, Missing> {
        let entries = self.entries(&git_id(oid)?)?;
        let entry = |entry: &gix::objs::tree::Entry| {
            let name = String::from_utf8_lossy(&entry.filename).into_owned();
            Entry { name, mode: mode(entry.mode), oid: engine_id(&entry.oid) }
        };
        Ok(entries.iter().map(entry).collect())
    }

    fn blob(&self, oid: &Oid, limit: usize) -> Result<Vec<u8>, Missing> {
        let oid = git_id(oid)?;
        match self.overlay.file(&oid, limit) {
            Some(content) => content.map_err(Missing),
            None => self.object(&oid, gix::objs::Kind::Blob, limit as u64, <[u8]>::to_vec),
        }
    }
}

/// The engine's form of an id.
pub(crate) fn engine_id(oid: &gix::oid) -> Oid {
    Oid::new(oid.as_bytes()).expect("git's ids have 20 or 32 bytes")
}

/// Git's form of an id.
pub(crate) fn git_id(oid: &Oid) -> Result<ObjectId, Missing> {
    ObjectId::try_from(oid.as_bytes()).map_err(|_| Missing("this is no id of git's".into()))
}

fn mode(mode: EntryMode) -> Mode {
    use gix::objs::tree::EntryKind;
    match mode.kind() {
        EntryKind::Tree => Mode::Tree,
        EntryKind::Blob | EntryKind::BlobExecutable => Mode::File,
        EntryKind::Link => Mode::Link,
        EntryKind::Commit => Mode::Submodule,
    }
}
