//! Files as they lie on disk.
//!
//! One parallel walk, `.gitignore` honoured. Nothing is followed, nothing is executed: a link is the
//! text it points to, and no filter driver runs. A file whose stat the index knows is not opened.

use crate::error::{Result, git, io};
use crate::overlay::{Change, Edits, Overlay};
use crate::source::RepoSource;
use gix::ObjectId;
use gix::index::entry::{Flags, Mode as IndexMode, Stat};
use gix::objs::tree::{EntryKind, EntryMode};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What differs between an index and the work tree below `top`.
pub(crate) fn changes(source: &RepoSource, index: &gix::index::File, top: &Path, threads: usize) -> Result<Edits> {
    let entries = index.entries();
    let seen: Vec<AtomicBool> = entries.iter().map(|_| AtomicBool::new(false)).collect();
    // A folder with tracked files in it is this repository's; only of others must be asked whether they
    // are repositories of their own.
    let is_ours = |name: &[u8]| {
        let folder = [name, b"/"].concat();
        let at = index.entry_index_by_path(folder.as_slice().into()).unwrap_or_else(|at| at);
        entries.get(at).is_some_and(|entry| entry.path(index).starts_with(&folder))
    };
    let enters = |path: &Path, name: &[u8]| is_ours(name) || !path.join(".git").exists();
    let found = walk(top, true, threads, &enters, |path, name| {
        let tracked = index.entry_index_by_path(name.into()).ok();
        if let Some(at) = tracked {
            seen[at].store(true, Ordering::Relaxed);
        }
        look(source, path, tracked.map(|at| (&entries[at], index)))
    })?;
    let mut edits: Edits = found.into_iter().collect();
    for (entry, seen) in entries.iter().zip(&seen) {
        let fixed = Flags::SKIP_WORKTREE | Flags::ASSUME_VALID;
        if seen.load(Ordering::Relaxed) || entry.flags.intersects(fixed) || matches!(entry.mode, IndexMode::COMMIT | IndexMode::DIR) {
            continue;
        }
        // Ignored but tracked, or gone.
        let name = entry.path(index);
        let Ok(below) = gix::path::from_bstr(name) else { continue };
        let path = top.join(below);
        match look(source, &path, Some((entry, index)))? {
            Seen::Same => {}
            Seen::Is(mode, oid) => drop(edits.insert(name.to_vec(), Some((mode, oid)))),
            // What was never added need not be taken away; what became a folder was walked.
            Seen::Nothing if entry.flags.contains(Flags::INTENT_TO_ADD) => {}
            Seen::Nothing => drop(edits.entry(name.to_vec()).or_insert(None)),
        }
    }
    Ok(edits)
}

/// Everything below a folder that is in no repository.
pub(crate) fn everything(source: &RepoSource, top: &Path, threads: usize) -> Result<Edits> {
    let found = walk(top, false, threads, &|_, _| true, |path, _| look(source, path, None))?;
    Ok(found.into_iter().collect())
}

/// What a path turned out to be.
enum Seen {
    /// What the index says.
    Same,
    /// This content.
    Is(EntryMode, ObjectId),
    /// Nothing that git would keep.
    Nothing,
}

type Known<'a> = (&'a gix::index::Entry, &'a gix::index::File);

fn look(source: &RepoSource, path: &Path, known: Option<Known<'_>>) -> Result<Seen> {
    let Ok(metadata) = gix::index::fs::Metadata::from_path_no_follow(path) else { return Ok(Seen::Nothing) };
    if !metadata.is_file() && !metadata.is_symlink() {
        return Ok(Seen::Nothing);
    }
    let options = gix::index::entry::stat::Options { use_nsec: true, ..Default::default() };
    let kind = if metadata.is_symlink() {
        EntryKind::Link
    } else if metadata.is_executable() {
        EntryKind::BlobExecutable
    } else {
        EntryKind::Blob
    };
    if let Some((entry, index)) = known
        && crate::staged::mode(entry.mode).kind() == kind
        && !entry.flags.contains(Flags::INTENT_TO_ADD)
        && Stat::from_fs(&metadata).is_ok_and(|stat| entry.stat.matches(&stat, options))
        && !entry.stat.is_racy(index.timestamp(), options)
    {
        return Ok(Seen::Same);
    }
    let Some(oid) = hash(&source.overlay, path, kind) else { return Ok(Seen::Nothing) };
    if let Some((entry, _)) = known
        && entry.id == oid
        && crate::staged::mode(entry.mode).kind() == kind
        && !entry.flags.contains(Flags::INTENT_TO_ADD)
    {
        return Ok(Seen::Same);
    }
    source.overlay.put_file(oid, path.to_owned());
    Ok(Seen::Is(kind.into(), oid))
}

/// Git's id of what lies there; none if it cannot be read.
fn hash(overlay: &Overlay, path: &Path, kind: EntryKind) -> Option<ObjectId> {
    if kind == EntryKind::Link {
        let target = std::fs::read_link(path).ok()?;
        return overlay.blob_id(&gix::path::into_bstr(target).ok()?).ok();
    }
    overlay.file_id(path).ok()
}

/// Calls `see` for every file below `top` that is not ignored, on several threads.
fn walk(
    top: &Path,
    in_git: bool,
    threads: usize,
    enters: &(dyn Fn(&Path, &[u8]) -> bool + Sync),
    see: impl Fn(&Path, &[u8]) -> Result<Seen> + Sync,
) -> Result<Vec<(Vec<u8>, Change)>> {
    let found = Mutex::new(Vec::new());
    let failed = Mutex::new(None);
    let walker = ignore::WalkBuilder::new(top)
        .hidden(false)
        .ignore(false)
        .parents(false)
        .git_ignore(true)
        .git_exclude(in_git)
        .git_global(in_git)
        .require_git(false)
        .follow_links(false)
        .threads(threads)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build_parallel();
    walker.run(|| {
        Box::new(|entry| {
            let Ok(entry) = entry else { return ignore::WalkState::Continue };
            let Some(name) = relative(top, entry.path()) else { return ignore::WalkState::Continue };
            if entry.file_type().is_none_or(|kind| kind.is_dir()) {
                let goes_on = name.is_empty() || enters(entry.path(), &name);
                return if goes_on { ignore::WalkState::Continue } else { ignore::WalkState::Skip };
            }
            match see(entry.path(), &name) {
                Ok(Seen::Is(mode, oid)) => lock(&found).push((name, Some((mode, oid)))),
                Ok(_) => {}
                Err(error) => {
                    lock(&failed).get_or_insert(error);
                    return ignore::WalkState::Quit;
                }
            }
            ignore::WalkState::Continue
        })
    });
    if let Some(error) = lock(&failed).take() {
        return Err(error);
    }
    Ok(std::mem::take(&mut *lock(&found)))
}

fn relative(top: &Path, path: &Path) -> Option<Vec<u8>> {
    let below: PathBuf = path.strip_prefix(top).ok()?.to_owned();
    Some(gix::path::to_unix_separators_on_windows(gix::path::into_bstr(below).ok()?).to_vec())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens the index of a repository; none if it has none yet.
pub(crate) fn index(repository: &gix::Repository) -> Result<Option<gix::index::File>> {
    if !repository.index_path().exists() {
        return Ok(None);
    }
    repository.open_index().map(Some).map_err(git("reading the index"))
}

/// A folder's absolute path without links in it, so that prefixes compare.
pub(crate) fn real(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(io(&format!("{} cannot be opened", path.display())))
}
