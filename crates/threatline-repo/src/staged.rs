//! The index as a tree.
//!
//! The index carries the ids of the folders that nothing was staged in. Only the others are put
//! together again, so that this costs what was staged and not what there is.

use crate::error::{RepoError, Result};
use crate::source::RepoSource;
use gix::ObjectId;
use gix::bstr::BStr;
use gix::index::entry::{Flags, Mode, Stage};
use gix::objs::tree::{Entry, EntryKind, EntryMode};

/// The tree that `git write-tree` would write; nothing is written to disk.
pub(crate) fn tree(source: &RepoSource, index: &gix::index::State) -> Result<ObjectId> {
    if let Some(entry) = index.entries().iter().find(|entry| entry.stage() != Stage::Unconflicted) {
        let path = entry.path(index);
        return Err(RepoError::new(format!("the index holds unresolved conflicts (in {path})")).with_help("resolve them first"));
    }
    folder(source, index, index.tree(), 0..index.entries().len(), 0)
}

/// One folder: the entries of a range whose paths share their first `from` bytes.
fn folder(
    source: &RepoSource,
    index: &gix::index::State,
    known: Option<&gix::index::extension::Tree>,
    range: std::ops::Range<usize>,
    from: usize,
) -> Result<ObjectId> {
    let entries = index.entries();
    if let Some(known) = known
        && known.num_entries.is_some_and(|count| count as usize == range.len())
        && !range.is_empty()
    {
        return Ok(known.id);
    }
    let mut tree = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let entry = &entries[at];
        let tail: &BStr = entry.path(index)[from..].into();
        let slash = tail.iter().position(|byte| *byte == b'/');
        match slash {
            // A folder that a sparse checkout left out stands in the index as a whole.
            Some(slash) if entry.mode == Mode::DIR && slash + 1 == tail.len() => {
                tree.push(Entry { mode: EntryKind::Tree.into(), filename: tail[..slash].into(), oid: entry.id });
                at += 1;
            }
            Some(slash) => {
                let name = &tail[..=slash];
                let same = |entry: &gix::index::Entry| entry.path(index).get(from..from + name.len()) == Some(name);
                let end = at + entries[at..range.end].partition_point(same);
                let below = known.and_then(|known| known.children.iter().find(|child| child.name[..] == name[..slash]));
                let oid = folder(source, index, below, at..end, from + name.len())?;
                if oid != ObjectId::empty_tree(oid.kind()) {
                    tree.push(Entry { mode: EntryKind::Tree.into(), filename: name[..slash].into(), oid });
                }
                at = end;
            }
            None => {
                if !entry.flags.contains(Flags::INTENT_TO_ADD) && !entry.flags.contains(Flags::REMOVE) {
                    tree.push(Entry { mode: mode(entry.mode), filename: tail.to_owned(), oid: entry.id });
                }
                at += 1;
            }
        }
    }
    source.overlay.put_tree(tree)
}

/// The mode in a tree of a mode in the index.
pub(crate) fn mode(mode: Mode) -> EntryMode {
    match mode {
        Mode::SYMLINK => EntryKind::Link,
        Mode::COMMIT => EntryKind::Commit,
        Mode::FILE_EXECUTABLE => EntryKind::BlobExecutable,
        Mode::DIR => EntryKind::Tree,
        _ => EntryKind::Blob,
    }
    .into()
}
