//! What hooks and `notes write` do: a commit in short against its first parent, and its note.

use crate::error::{RepoError, Result};
use crate::note::{self, Told};
use crate::notes::{Noted, Notes};
use crate::workspace::Workspace;
use std::sync::Arc;
use threatline_engine::{Movement, Oid, Revision, ScanError, Session, Summary};

/// A state in short beside the one it came from.
#[derive(Clone, Debug)]
pub struct Step {
    /// The state.
    pub head: Arc<Summary>,
    /// Where it came from; none for a first commit and where a shallow clone ends.
    pub base: Option<(Oid, Arc<Summary>)>,
}

impl Step {
    /// What moved. Everything is new in a first commit; nothing is known to have moved where a shallow
    /// clone ends.
    pub fn movement(&self) -> Movement {
        self.base.as_ref().map(|(_, base)| Movement::between(base, &self.head)).unwrap_or_default()
    }
}

/// Why a step cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// The repository.
    #[error(transparent)]
    Repo(#[from] RepoError),
    /// The scan.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

/// A commit against its first parent.
pub fn step(workspace: &Workspace, session: &mut Session, revision: &Revision) -> Result<Step, StepError> {
    let head = session.summary(revision)?;
    let base = match workspace.parent(revision)? {
        Some(parent) => Some((parent.commit.unwrap_or(parent.tree), session.summary(&parent)?)),
        None => None,
    };
    Ok(Step { head, base })
}

/// A state that is not committed (the index, the work tree) against HEAD.
pub fn step_from_head(workspace: &Workspace, session: &mut Session, revision: &Revision) -> Result<Step, StepError> {
    let base = match &revision.commit {
        Some(head) => workspace.revision(&head.to_string())?,
        None => workspace.empty()?,
    };
    let before = session.summary(&base)?;
    Ok(Step { head: session.summary(revision)?, base: Some((base.commit.unwrap_or(base.tree), before)) })
}

/// The note of a commit.
pub fn noted(session: &Session, revision: &Revision, step: &Step) -> Result<Noted, StepError> {
    let project = session.project(revision)?;
    let commit = revision.commit.ok_or_else(|| RepoError::new("only commits have notes"))?;
    let told = Told {
        revision,
        head: &step.head,
        base: step.base.as_ref().map(|(oid, base)| (*oid, &**base)),
        config: &project.fingerprint(),
        detail: project.config.notes.detail,
    };
    Ok(Noted { commit, tree: revision.tree, text: note::write(&told) })
}

/// Tells a commit's step and writes its note; false if the note stood there already.
pub fn record(workspace: &Workspace, session: &mut Session, revision: &Revision) -> Result<(Step, bool), StepError> {
    let step = step(workspace, session, revision)?;
    let noted = noted(session, revision, &step)?;
    let written = Notes::of(workspace.repository()?)?.put(std::slice::from_ref(&noted))?;
    Ok((step, written))
}
