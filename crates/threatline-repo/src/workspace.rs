//! Where a session works: a repository, or a folder that is in none.

use crate::disk;
use crate::error::{RepoError, Result, git};
use crate::overlay::Edits;
use crate::source::{RepoSource, engine_id, git_id};
use gix::ObjectId;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use threatline_engine::{Mode, Observer, Oid, Options, Revision, Session, Source as _};

/// How a workspace is opened.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// Only this folder, as if it were the repository; relative to where the workspace is opened.
    pub part: Option<PathBuf>,
    /// Remember nothing on disk, and read nothing that was remembered.
    pub no_store: bool,
    /// Threads; 0: as many as there are processors.
    pub threads: usize,
}

/// A repository or a plain folder, opened.
pub struct Workspace {
    repository: Option<gix::Repository>,
    start: PathBuf,
    top: Option<PathBuf>,
    part: String,
    source: Arc<RepoSource>,
    store: Option<PathBuf>,
    warnings: Vec<String>,
    threads: usize,
}

impl Workspace {
    /// Opens what lies at `start`, looking for a repository there and above as git does.
    pub fn open(start: &Path, options: &OpenOptions) -> Result<Self> {
        let start = disk::real(start)?;
        let repository = discover(&start)?;
        let top = match &repository {
            Some(repository) => repository.workdir().map(disk::real).transpose()?,
            None => Some(start.clone()),
        };
        let mut workspace = Self {
            source: Arc::new(RepoSource::new(repository.as_ref().map(|repository| repository.clone().into_sync()))),
            part: part(&start, top.as_deref(), options.part.as_deref())?,
            store: None,
            warnings: Vec::new(),
            threads: options.threads,
            repository,
            start,
            top,
        };
        if !options.no_store {
            workspace.choose_store();
        }
        Ok(workspace)
    }

    /// A session over it.
    pub fn session(&self, observer: Option<Observer>) -> Session {
        self.session_with(Options { observer, ..Options::default() })
    }

    /// The same with more to it; store and threads are those of the workspace.
    pub fn session_with(&self, options: Options) -> Session {
        Session::new(self.source.clone(), Options { store: self.store.clone(), threads: self.threads, ..options })
    }

    /// It has a history.
    pub fn is_git(&self) -> bool {
        self.repository.is_some()
    }

    /// The folder that holds the files; none for a bare repository.
    pub fn top(&self) -> Option<&Path> {
        self.top.as_deref()
    }

    /// A folder that is named relative to where the workspace was opened, from the root of the repository;
    /// empty for the root itself.
    pub fn folder(&self, name: &Path) -> Result<String> {
        Ok(part(&self.start, self.top.as_deref(), Some(name))?.trim_end_matches('/').to_owned())
    }

    /// Whether that folder is there in a state, and in the part of it that is looked at.
    pub fn has_folder(&self, revision: &Revision, folder: &str) -> bool {
        let Some(inside) = format!("{folder}/").strip_prefix(&revision.prefix).map(str::to_owned) else { return false };
        let below =
            |oid: Oid, name: &str| self.source.tree(&oid).ok()?.iter().find(|entry| entry.name == name && entry.mode == Mode::Tree).map(|entry| entry.oid);
        inside.split('/').filter(|name| !name.is_empty()).try_fold(revision.root, below).is_some()
    }

    /// What should be said once, on stderr.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The repository, or the sentence that says that there is none.
    pub fn repository(&self) -> Result<&gix::Repository> {
        self.repository.as_ref().ok_or_else(|| RepoError::new("this folder is in no git repository").with_help("what needs history works in a repository only"))
    }

    /// The state that a name stands for: a commit, or a tree.
    pub fn revision(&self, name: &str) -> Result<Revision> {
        let repository = self.repository()?;
        let unknown = || self.unknown(repository, name);
        let id = repository.rev_parse_single(name).map_err(|_| unknown())?;
        let object = id.object().map_err(|_| unknown())?;
        let commit = object.clone().peel_to_kind(gix::object::Kind::Commit).ok().map(gix::Object::into_commit);
        let tree = match &commit {
            Some(commit) => commit.tree_id().map_err(git("reading a commit"))?.detach(),
            None => object.peel_to_tree().map_err(git("reading a tree"))?.id,
        };
        let as_of = commit.as_ref().map(seconds).transpose()?;
        self.state(tree, commit.map(|commit| commit.id), false, as_of)
    }

    /// The first parent's state; for a first commit the empty tree. None where a shallow clone ends.
    pub fn parent(&self, revision: &Revision) -> Result<Option<Revision>> {
        let repository = self.repository()?;
        let Some(commit) = revision.commit else { return Ok(None) };
        let commit = repository.find_commit(object_id(&commit)?).map_err(git("reading a commit"))?;
        match commit.parent_ids().next() {
            None => self.empty().map(Some),
            Some(parent) if repository.has_object(parent) => self.revision(&parent.to_string()).map(Some),
            Some(_) => Ok(None),
        }
    }

    /// The states along first parents from `tip` back, the newest first, up to `limit` and without what
    /// `since` reaches. Where a shallow clone ends, it ends.
    pub fn history(&self, tip: &str, since: Option<&str>, limit: usize) -> Result<Vec<Revision>> {
        let stop = since.map(|since| self.merge_base(since, tip)).transpose()?.and_then(|base| base.commit);
        let mut next = Some(self.revision(tip)?);
        let mut states = Vec::new();
        while let Some(state) = next.filter(|state| state.commit.is_some() && state.commit != stop && states.len() < limit) {
            next = self.parent(&state)?;
            states.push(state);
        }
        Ok(states)
    }

    /// The state with nothing in it.
    pub fn empty(&self) -> Result<Revision> {
        let hash = self.repository.as_ref().map_or(gix::hash::Kind::Sha1, gix::Repository::object_hash);
        let tree = engine_id(&ObjectId::empty_tree(hash));
        Ok(Revision { prefix: self.part.clone(), ..Revision::of_tree(tree) })
    }

    /// The best common ancestor of two names, for `A...B`.
    pub fn merge_base(&self, one: &str, two: &str) -> Result<Revision> {
        let repository = self.repository()?;
        let id = |name: &str| -> Result<ObjectId> {
            let revision = self.revision(name)?;
            let commit = revision.commit.ok_or_else(|| RepoError::new(format!("{name} is no commit")))?;
            object_id(&commit)
        };
        let base = repository.merge_base(id(one)?, id(two)?).ok().flatten();
        let Some(base) = base else {
            let shallow = repository.is_shallow().unwrap_or(false);
            let error = RepoError::new(format!("{one} and {two} have no common commit"));
            return Err(if shallow { error.with_help("this clone is shallow: git fetch --unshallow") } else { error });
        };
        self.revision(&base.to_string())
    }

    /// The commits of `A..B`, oldest first along first parents, or the one commit that is named.
    pub fn range(&self, range: &str) -> Result<Vec<Revision>> {
        let Some((from, to)) = range.split_once("..") else { return Ok(vec![self.revision(range)?]) };
        let repository = self.repository()?;
        let end = self.revision(if to.is_empty() { "HEAD" } else { to })?;
        let stop = if from.is_empty() { None } else { self.revision(from)?.commit };
        let mut commits = Vec::new();
        let mut next = end.commit;
        while let Some(commit) = next.filter(|commit| Some(*commit) != stop) {
            commits.push(commit);
            let parents = repository.find_commit(object_id(&commit)?).map_err(git("reading a commit"))?;
            next = parents.parent_ids().next().filter(|parent| repository.has_object(*parent)).map(|parent| engine_id(&parent));
        }
        commits.reverse();
        commits.iter().map(|commit| self.revision(&commit.to_string())).collect()
    }

    /// Who works here, as git's configuration says: `Name <address>`.
    pub fn user(&self) -> Option<String> {
        let author = self.repository.as_ref()?.author()?.ok()?;
        Some(format!("{} <{}>", author.name, author.email))
    }

    /// The index. Its date is that of HEAD.
    pub fn staged(&self) -> Result<Revision> {
        let repository = self.repository()?;
        if self.top.is_none() {
            return Err(RepoError::new("a bare repository has no index").with_help("name a commit: threatline scan HEAD"));
        }
        let tree = match disk::index(repository)? {
            Some(index) => crate::staged::tree(&self.source, &index)?,
            None => ObjectId::empty_tree(repository.object_hash()),
        };
        self.beside_head(tree)
    }

    /// The work tree: tracked and untracked files, ignored ones never. Its date is that of HEAD.
    pub fn worktree(&self) -> Result<Revision> {
        let Some(top) = &self.top else {
            return Err(RepoError::new("a bare repository has no work tree").with_help("name a commit: threatline scan HEAD"));
        };
        let read = |oid: &gix::oid| self.source.entries(oid).map_err(|missing| RepoError::new(missing.0));
        let overlay = &self.source.overlay;
        let Some(repository) = &self.repository else {
            let edits: Edits = disk::everything(&self.source, top, self.threads)?;
            let tree = overlay.edit(None, &edits, &read)?;
            return self.state(tree.unwrap_or_else(|| ObjectId::empty_tree(gix::hash::Kind::Sha1)), None, false, None);
        };
        let index = match disk::index(repository)? {
            Some(index) => index,
            None => repository.index_from_tree(&ObjectId::empty_tree(repository.object_hash())).map_err(git("reading the index"))?,
        };
        let edits = disk::changes(&self.source, &index, top, self.threads)?;
        let base = crate::staged::tree(&self.source, &index)?;
        let tree = if edits.is_empty() { Some(base) } else { overlay.edit(Some(base), &edits, &read)? };
        self.beside_head(tree.unwrap_or_else(|| ObjectId::empty_tree(repository.object_hash())))
    }

    /// A state that is not committed: the commit is named only if its tree is the same.
    fn beside_head(&self, tree: ObjectId) -> Result<Revision> {
        let repository = self.repository()?;
        let Ok(head) = repository.head_commit() else { return self.state(tree, None, true, None) };
        let same = head.tree_id().is_ok_and(|of_head| of_head == tree);
        let as_of = seconds(&head)?;
        self.state(tree, Some(head.id), !same, Some(as_of))
    }

    fn state(&self, tree: ObjectId, commit: Option<ObjectId>, dirty: bool, as_of: Option<i64>) -> Result<Revision> {
        let tree = engine_id(&tree);
        let mut root = tree;
        for name in self.part.split('/').filter(|name| !name.is_empty()) {
            let entries = self.source.tree(&root).map_err(|missing| RepoError::new(missing.0))?;
            let below = entries.iter().find(|entry| entry.name == name && entry.mode == Mode::Tree);
            root = below.ok_or_else(|| RepoError::new(format!("there is no folder {} in this state", self.part.trim_end_matches('/'))))?.oid;
        }
        Ok(Revision { root, tree, prefix: self.part.clone(), commit: commit.as_deref().map(engine_id), dirty, as_of })
    }

    fn unknown(&self, repository: &gix::Repository, name: &str) -> RepoError {
        let error = RepoError::new(format!("{name} is no revision of this repository"));
        if repository.is_shallow().unwrap_or(false) {
            let name = name.trim_start_matches("origin/");
            return error.with_help(format!("this clone is shallow: git fetch --depth=1 origin {name}"));
        }
        if repository.head_id().is_err() {
            return error.with_help("nothing is committed yet: leave the revision out to scan the work tree");
        }
        if let Some(remote) = repository.remote_names().first() {
            // not --depth: that would cut off the history of a whole clone
            return error.with_help(format!("if it lies only there: git fetch {remote} {name}"));
        }
        error
    }

    fn choose_store(&mut self) {
        let Some(repository) = &self.repository else { return };
        let folder = repository.common_dir().join("threatline/cache/v1");
        if writable(repository.common_dir()) {
            self.store = Some(folder);
        } else {
            self.warnings.push("the git folder cannot be written to: nothing is remembered between runs".into());
        }
    }
}

fn discover(start: &Path) -> Result<Option<gix::Repository>> {
    let mut repository = match gix::discover_with_environment_overrides(start) {
        Ok(repository) => repository,
        Err(error) if start.ancestors().any(|folder| folder.join(".git").exists()) || std::env::var_os("GIT_DIR").is_some() => {
            return Err(git("this git repository cannot be opened")(error));
        }
        Err(_) => return Ok(None),
    };
    if repository.git_dir_trust() != gix::sec::Trust::Full {
        let folder = repository.workdir().unwrap_or(repository.git_dir()).display().to_string();
        return Err(
            RepoError::new("this repository belongs to someone else").with_help(format!("if you trust it: git config --global --add safe.directory {folder}"))
        );
    }
    if repository.common_dir().join("reftable").is_dir() {
        return Err(
            RepoError::new("this repository keeps its references as a reftable, which is not supported yet").with_help("git refs migrate --ref-format=files")
        );
    }
    repository.object_cache_size_if_unset(4 << 20);
    Ok(Some(repository))
}

/// A folder can be written to, judged without writing.
fn writable(folder: &Path) -> bool {
    std::fs::metadata(folder).is_ok_and(|data| !data.permissions().readonly())
}

/// The part that is looked at, from the top, with `/` at its end.
fn part(start: &Path, top: Option<&Path>, part: Option<&Path>) -> Result<String> {
    let Some(part) = part else { return Ok(String::new()) };
    let outside = || RepoError::new(format!("the folder {} is not in this repository", part.display()));
    let mut names: Vec<String> = Vec::new();
    let from_top = top.and_then(|top| start.strip_prefix(top).ok()).unwrap_or(Path::new(""));
    let full = if part.is_absolute() {
        let top = top.ok_or_else(|| RepoError::new("a part of a bare repository is named from its top"))?;
        let real = disk::real(part)?;
        real.strip_prefix(top).map(Path::to_owned).map_err(|_| outside())?
    } else {
        from_top.join(part)
    };
    for component in full.components() {
        match component {
            std::path::Component::Normal(name) => names.push(name.to_string_lossy().into_owned()),
            std::path::Component::ParentDir => {
                names.pop().ok_or_else(outside)?;
            }
            _ => {}
        }
    }
    Ok(names.iter().map(|name| format!("{name}/")).collect())
}

fn seconds(commit: &gix::Commit<'_>) -> Result<i64> {
    commit.time().map(|time| time.seconds).map_err(git("reading a commit"))
}

/// An id of the engine's as git's.
pub(crate) fn object_id(oid: &Oid) -> Result<ObjectId> {
    git_id(oid).map_err(|missing| RepoError::new(missing.0))
}
