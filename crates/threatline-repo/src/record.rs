//! What hooks and `notes write` do: a commit in short against its first parent, as the text of a note.

use crate::error::RepoError;
use crate::note::{self, Told};
use crate::notes::Noted;
use crate::workspace::Workspace;
use threatline_engine::{Revision, ScanError, Session};

/// Why a commit cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotedError {
    /// The repository.
    #[error(transparent)]
    Repo(#[from] RepoError),
    /// The scan.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

/// The note of a commit. Everything is new in a first commit; nothing is known to have moved where a
/// shallow clone ends.
pub fn noted(workspace: &Workspace, session: &mut Session, revision: &Revision) -> Result<Noted, NotedError> {
    let commit = revision.commit.ok_or_else(|| RepoError::new("only commits have notes"))?;
    let project = session.project(revision)?;
    let head = session.summary_with(revision, &project)?;
    let base = match workspace.parent(revision)? {
        Some(parent) => Some((parent.commit.unwrap_or(parent.tree), session.summary(&parent)?)),
        None => None,
    };
    let told = Told {
        revision,
        head: &head,
        base: base.as_ref().map(|(oid, summary)| (*oid, &**summary)),
        config: &project.fingerprint(),
        detail: project.config.notes.detail,
    };
    Ok(Noted { commit, tree: revision.tree, text: note::write(&told), dated: revision.as_of.unwrap_or_default() })
}
