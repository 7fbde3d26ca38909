//! The door to the outside.
//!
//! Git, plain folders, shards and tests are implementations of [`Source`]. Every state of a project is
//! one tree id; content never changes under an id, which is all that the engine relies on.

use crate::Oid;
use std::sync::Arc;

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A folder.
    Tree,
    /// A file, executable or not.
    File,
    /// A symbolic link. It is never followed.
    Link,
    /// A submodule: a commit of another repository. It is never entered.
    Submodule,
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, without a `/`. What is no UTF-8 was replaced.
    pub name: String,
    /// What it is.
    pub mode: Mode,
    /// Its content.
    pub oid: Oid,
}

/// Why content could not be had. Work that ran into this is never remembered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Missing(pub String);

/// Where trees and blobs come from.
pub trait Source: Send + Sync {
    /// The entries of a folder, in any fixed order.
    fn tree(&self, oid: &Oid) -> Result<Arc<[Entry]>, Missing>;

    /// The content of a file. A file longer than `limit` may be cut anywhere behind it.
    fn blob(&self, oid: &Oid, limit: usize) -> Result<Vec<u8>, Missing>;
}

/// One state of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The folder that is read as if it were the repository.
    pub root: Oid,
    /// The tree of the whole state.
    pub tree: Oid,
    /// Where `root` lies in `tree`; empty for the top, else it ends with `/`.
    pub prefix: String,
    /// The commit, if the state is one.
    pub commit: Option<Oid>,
    /// The state differs from `commit` or from the commit checked out.
    pub dirty: bool,
    /// Seconds since 1970 against which "accept until" is read; none: nothing expires.
    pub as_of: Option<i64>,
}

impl Revision {
    /// The state that is just this tree.
    pub fn of_tree(tree: Oid) -> Self {
        Self { root: tree, tree, prefix: String::new(), commit: None, dirty: false, as_of: None }
    }
}
