//! `refs/notes/threatline`: one note a commit, and the same text at the commit's tree, so that an
//! amended or rebased commit finds it.
//!
//! Written with an expected old value and tried again when someone else was faster. The network is
//! reached only by the git program, and only when it is asked for; nothing is ever forced.

use crate::error::{RepoError, Result, git};
use crate::note::{self, Note};
use crate::workspace::object_id;
use gix::ObjectId;
use gix::bstr::BString;
use gix::refs::Target;
use gix::refs::transaction::{Change, LogChange, PreviousValue, RefEdit, RefLog};
use std::path::Path;
use std::process::Command;
use threatline_engine::{Oid, Revision};

/// Where notes are.
pub const NOTES_REF: &str = "refs/notes/threatline";

/// A note to be written.
#[derive(Clone, Debug)]
pub struct Noted {
    /// The commit.
    pub commit: Oid,
    /// Its tree.
    pub tree: Oid,
    /// The text.
    pub text: String,
    /// When the state that it tells of was committed, in seconds since 1970: notes are dated by what they
    /// are about, so that writing them again, or elsewhere, makes the same commit.
    pub dated: i64,
}

/// Who writes notes: whoever commits here, and the tool where git knows nobody.
struct Writer {
    name: BString,
    email: BString,
}

impl Writer {
    fn of(repository: &gix::Repository) -> Self {
        let config = repository.config_snapshot();
        let first = |keys: [&str; 2]| keys.iter().find_map(|key| config.string(*key)).filter(|value| !value.is_empty());
        match (first(["committer.name", "user.name"]), first(["committer.email", "user.email"])) {
            (Some(name), Some(email)) => Self { name, email },
            _ => Self { name: "threatline".into(), email: "threatline@localhost".into() },
        }
    }
}

/// The notes of a repository.
pub struct Notes {
    repository: gix::Repository,
}

impl Notes {
    /// The notes of that repository.
    pub fn of(repository: &gix::Repository) -> Self {
        Self { repository: repository.clone() }
    }

    /// The note of a commit, or else that of a commit with the same tree, whose movement is then left
    /// out: it was against another parent.
    pub fn get(&self, revision: &Revision) -> Result<Option<Note>> {
        let Some(mut state) = self.state()?.map(|(state, _)| state) else { return Ok(None) };
        if let Some(commit) = &revision.commit
            && let Some(note) = self.read(&mut state, object_id(commit)?)?
        {
            return Ok(Some(note));
        }
        let note = self.read(&mut state, object_id(&revision.tree)?)?;
        Ok(note.map(|note| Note { moved: Vec::new(), more: 0, base: None, ..note }))
    }

    /// The text of the note that stands for a commit, as it was written.
    pub fn text(&self, revision: &Revision) -> Result<Option<String>> {
        let Some((mut state, _)) = self.state()? else { return Ok(None) };
        for oid in revision.commit.iter().chain([&revision.tree]) {
            let doing = git("reading notes");
            if let Some(blob) = state.get(&object_id(oid)?, &self.repository).map_err(&doing)? {
                let blob = self.repository.find_blob(blob).map_err(&doing)?;
                return Ok(Some(String::from_utf8_lossy(&blob.data).into_owned()));
            }
        }
        Ok(None)
    }

    /// Writes notes as one commit. False if all of them stood there already.
    pub fn put(&self, notes: &[Noted]) -> Result<bool> {
        // Others may be many, and as long as one of them gets on, it will be our turn.
        const TRIES: u64 = 1000;
        const TRIES_WHILE_NOBODY_GETS_ON: u64 = 20;
        let (mut before, mut stuck) = (self.tip()?, 0);
        for attempt in 0..TRIES {
            let failed = match self.try_put(notes) {
                Ok(written) => return Ok(written),
                Err(error) => error,
            };
            let now = self.tip()?;
            stuck = if now == before { stuck + 1 } else { 0 };
            if stuck == TRIES_WHILE_NOBODY_GETS_ON {
                return Err(failed);
            }
            before = now;
            // Not in step with another process.
            let jitter = (u64::from(std::process::id()) + attempt) % 7;
            std::thread::sleep(std::time::Duration::from_millis(1 + 2 * stuck + jitter));
        }
        Err(RepoError::new(format!("{NOTES_REF} stayed busy")))
    }

    fn try_put(&self, notes: &[Noted]) -> Result<bool> {
        let doing = git("writing notes");
        let repository = &self.repository;
        let (mut state, parent) = match self.state()? {
            Some((state, parent)) => (state, Some(parent)),
            None => {
                let empty = ObjectId::empty_tree(repository.object_hash());
                (gix::note::plumbing::State::new(empty, repository).map_err(&doing)?, None)
            }
        };
        let before = state.root_tree_id();
        for noted in notes {
            let blob = repository.write_blob(&noted.text).map_err(&doing)?.detach();
            for object in [object_id(&noted.commit)?, object_id(&noted.tree)?] {
                if state.get(&object, repository).map_err(&doing)? != Some(blob) {
                    state.edit(object, Some(blob), repository).map_err(&doing)?;
                }
            }
        }
        let tree = state.write(repository).map_err(&doing)?;
        if tree == before {
            return Ok(false);
        }
        let who = Writer::of(repository);
        let time = format!("{} +0000", notes.iter().map(|noted| noted.dated).max().unwrap_or_default());
        let signature = gix::actor::SignatureRef { name: who.name.as_ref(), email: who.email.as_ref(), time: &time };
        let commit = repository.new_commit_as(signature, signature, "threatline", tree, parent).map_err(&doing)?;
        self.point_at(commit.id, parent, signature)?;
        Ok(true)
    }

    /// Moves the reference, if it still is what it was. Not through [`gix::Repository::reference`]: that
    /// asks for the local time, and so reads the machine's whole data base of time zones.
    fn point_at(&self, commit: ObjectId, parent: Option<ObjectId>, signature: gix::actor::SignatureRef<'_>) -> Result<()> {
        let doing = |error: &dyn std::fmt::Display| RepoError::new(format!("writing notes: {error}"));
        let edit = RefEdit {
            change: Change::Update {
                log: LogChange { mode: RefLog::AndReference, force_create_reflog: false, message: "notes: threatline".into() },
                expected: parent.map_or(PreviousValue::MustNotExist, |parent| PreviousValue::MustExistAndMatch(Target::Object(parent))),
                new: Target::Object(commit),
            },
            name: NOTES_REF.try_into().map_err(|error: gix::validate::reference::name::Error| doing(&error))?,
            deref: false,
        };
        let fail = gix::lock::acquire::Fail::Immediately;
        let prepared = self.repository.refs.transaction().prepare([edit], fail, fail).map_err(|error| doing(&error))?;
        prepared.commit(Some(signature)).map_err(|error| doing(&error))?;
        Ok(())
    }

    fn tip(&self) -> Result<Option<ObjectId>> {
        let doing = git("reading notes");
        let Some(mut reference) = self.repository.try_find_reference(NOTES_REF).map_err(&doing)? else { return Ok(None) };
        reference.peel_to_id().map(|id| Some(id.detach())).map_err(&doing)
    }

    fn state(&self) -> Result<Option<(gix::note::plumbing::State, ObjectId)>> {
        let doing = git("reading notes");
        let Some(tip) = self.tip()? else { return Ok(None) };
        let tree = self.repository.find_commit(tip).map_err(&doing)?.tree_id().map_err(&doing)?.detach();
        Ok(Some((gix::note::plumbing::State::new(tree, &self.repository).map_err(&doing)?, tip)))
    }

    fn read(&self, state: &mut gix::note::plumbing::State, object: ObjectId) -> Result<Option<Note>> {
        let doing = git("reading notes");
        let Some(blob) = state.get(&object, &self.repository).map_err(&doing)? else { return Ok(None) };
        let blob = self.repository.find_blob(blob).map_err(&doing)?;
        Ok(std::str::from_utf8(&blob.data).ok().and_then(note::read))
    }

    /// Takes over the notes of a remote.
    pub fn fetch(&self, remote: &str) -> Result<()> {
        let there = format!("refs/notes/remotes/{}/threatline", remote.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
        self.run(&["fetch", "--quiet", remote, &format!("+{NOTES_REF}:{there}")])?;
        if self.tip()?.is_none() {
            return self.run(&["update-ref", NOTES_REF, &there]);
        }
        self.run(&["notes", "--ref=threatline", "merge", "--quiet", "--strategy=theirs", &there])
    }

    /// Gives notes to a remote; where it holds others, both are merged first. Never forced.
    pub fn push(&self, remote: &str) -> Result<()> {
        let push = ["push", "--quiet", remote, NOTES_REF];
        if self.run(&push).is_ok() {
            return Ok(());
        }
        self.fetch(remote)?;
        self.run(&push)
    }

    /// Drops the notes of commits that are no more.
    pub fn prune(&self) -> Result<()> {
        if self.tip()?.is_none() {
            return Ok(());
        }
        self.run(&["notes", "--ref=threatline", "prune"])
    }

    fn run(&self, arguments: &[&str]) -> Result<()> {
        let folder: &Path = self.repository.workdir().unwrap_or_else(|| self.repository.git_dir());
        let output = Command::new("git").arg("-C").arg(folder).args(arguments).output();
        let output = output.map_err(|error| RepoError::new(format!("the git program cannot be started: {error}")))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or_default();
        Err(RepoError::new(format!("git {}: {last}", arguments.first().unwrap_or(&""))))
    }
}
