//! The two hermetic halves, for build systems: files to a shard, shards to a scan.
//!
//! The same functions as in a session, without memory. A shard cannot know which of its files another
//! shard refers to, so it holds what source that says nothing of itself would say if it were asked.

use crate::decision::{self, Decided};
use crate::read::{Depth, Reading, read_bytes};
use crate::scan::ScanError;
use crate::session::{Options, Project, Session};
use crate::tree::Bytes;
use crate::wants::CHART;
use crate::world::Given;
use crate::{Config, Held, MemorySource, Oid, Revision};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::code::CodeFact;
use threatline_facts::{Anchor, ArtifactKind, Fact};
use threatline_knowledge::packs::{Family, Shelf, Words};

const FORM: &str = "threatline.shard/1";

#[derive(Serialize, Deserialize)]
struct Shard {
    form: String,
    /// The code that read the files; shards of different code are not mixed.
    code: String,
    /// The words of the project's own packs; what they wake is told with each file.
    words: Option<[u8; 32]>,
    /// The repository that the files are of, `owner/name`, where several are to be linked.
    repository: Option<String>,
    /// Sorted by path.
    files: Vec<File>,
}

#[derive(Serialize, Deserialize)]
struct File {
    path: String,
    is: Is,
}

#[derive(Serialize, Deserialize)]
enum Is {
    Link,
    Submodule,
    /// `text` is what a template of the chart around may ask of it.
    File {
        digest: [u8; 32],
        said: Option<Said>,
        asked: Option<Said>,
        text: Option<Said>,
        woken: bool,
    },
}

#[derive(Serialize, Deserialize)]
struct Said {
    facts: Bytes,
    anchors: Vec<Anchor>,
}

/// A shard that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// Its bytes are no shard.
    #[error("{0} is no shard of threatline's")]
    Unreadable(String),
    /// It was made by other code.
    #[error("{0} was made by another version of threatline; extract it again")]
    Foreign(String),
    /// What it calls its repository is no name.
    #[error("{0} is no name of a repository: letters, digits, `-`, `_` and `.`, parts divided by `/`")]
    Repository(String),
    /// It was made with other packs.
    #[error("{0} was made with other packs of the project's own; extract it again with the same --packs")]
    Packs(String),
    /// A reader panicked: a bug.
    #[error("the reader of {0} failed (a bug in threatline)")]
    Panicked(String),
    /// A file that people write has a mistake in it, or the like.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

/// Reads files, given with their paths from the root of the repository, into a shard. Packs tell which files are read. The name of the
/// repository (`owner/name`) is for shards that are linked with those of others.
pub fn extract_shard(files: &BTreeMap<String, Held>, repository: Option<&str>, shelf: Shelf, threads: usize) -> Result<Vec<u8>, ShardError> {
    if let Some(name) = repository.filter(|name| !is_name(name)) {
        return Err(ShardError::Repository(name.to_owned()));
    }
    let words = shelf.words();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(crate::read::STACK).build();
    let pool = pool.map_err(|error| ScanError::Threads(error.to_string()))?;
    let charts: BTreeSet<&str> = files.keys().filter_map(|path| path.strip_suffix(CHART)).filter(|folder| folder.is_empty() || folder.ends_with('/')).collect();
    let is_of_chart = |path: &str| path.match_indices('/').map(|(at, _)| &path[..=at]).chain([""]).any(|folder| charts.contains(folder));
    let files: Vec<(&String, &Held)> = files.iter().collect();
    let files: Result<Vec<File>, ShardError> = pool.install(|| files.par_iter().map(|(path, held)| file(path, held, words, is_of_chart(path))).collect());
    let shard =
        Shard { form: FORM.into(), code: crate::world::READING.into(), words: words.digest(), repository: repository.map(str::to_owned), files: files? };
    Ok(postcard::to_stdvec(&shard).unwrap_or_default())
}

/// A name that can stand before paths and leads nowhere else.
fn is_name(name: &str) -> bool {
    let part = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    name.len() <= 200 && name.split('/').all(part)
}

fn file(path: &str, held: &Held, words: Words, of_chart: bool) -> Result<File, ShardError> {
    let is = match held {
        Held::Link(_) => Is::Link,
        Held::Submodule(_) => Is::Submodule,
        Held::Absent(_) | Held::Named(_) => return Err(ShardError::Unreadable(path.to_owned())),
        Held::File(bytes) => {
            let kind = crate::tree::kind_of(path.rsplit('/').next().unwrap_or(path));
            let said = |depth| kind.map(|kind| said(path, kind, bytes, depth)).transpose();
            let first = said(Depth::Filtered)?;
            let silent = first.as_ref().is_some_and(|said| said.facts.0.is_empty());
            let asked = if silent && matches!(kind, Some(ArtifactKind::Source(_))) { said(Depth::Whole)? } else { None };
            let woken = silent && matches!(kind, Some(ArtifactKind::Source(language)) if words.wake(Family::of(language), bytes));
            let is_text = of_chart && !matches!(kind, Some(ArtifactKind::Source(_)));
            let text = if is_text { Some(self::said(path, ArtifactKind::ChartFile, bytes, Depth::Whole)?) } else { None };
            Is::File { digest: *blake3::hash(bytes).as_bytes(), said: first, asked, text, woken }
        }
    };
    Ok(File { path: path.to_owned(), is })
}

fn said(path: &str, kind: ArtifactKind, bytes: &[u8], depth: Depth) -> Result<Said, ShardError> {
    let reading = read_bytes(kind, bytes, depth).map_err(|_| ShardError::Panicked(path.to_owned()))?;
    Ok(Said { facts: Bytes(reading.facts), anchors: reading.anchors.to_vec() })
}

/// What shards are linked with.
#[derive(Clone, Debug, Default)]
pub struct LinkInputs {
    /// Name and bytes of each shard.
    pub shards: Vec<(String, Vec<u8>)>,
    /// Path and text of `threatline.toml`.
    pub config: Option<(String, String)>,
    /// Path and text of each decision.
    pub decisions: Vec<(String, String)>,
    /// Path and text of each pack of the project's own, sorted by path.
    pub packs: Vec<(String, String)>,
    /// The tree that the files are of.
    pub tree: Option<Oid>,
    /// The commit.
    pub commit: Option<Oid>,
    /// The date that "until" is read against.
    pub as_of: Option<i64>,
}

/// Links shards: a session that knows only them, their state, and configuration and decisions.
pub fn link_shards(inputs: &LinkInputs, threads: usize) -> Result<(Session, Revision, Project), ShardError> {
    let mut project = project(inputs)?;
    let words = project.packs.words().digest();
    let mut shards = Vec::new();
    for (name, bytes) in &inputs.shards {
        let shard: Shard = postcard::from_bytes(bytes).map_err(|_| ShardError::Unreadable(name.clone()))?;
        if shard.form != FORM {
            return Err(ShardError::Unreadable(name.clone()));
        }
        if shard.code != crate::world::READING {
            return Err(ShardError::Foreign(name.clone()));
        }
        if shard.words != words {
            return Err(ShardError::Packs(name.clone()));
        }
        if !is_whole(&shard) {
            return Err(ShardError::Unreadable(name.clone()));
        }
        if let Some(repository) = shard.repository.as_ref().filter(|repository| !is_name(repository)) {
            return Err(ShardError::Repository(repository.clone()));
        }
        shards.push(shard);
    }
    // of one repository the paths are its own; of several each stands in a folder of its repository's name
    let repositories: BTreeSet<Option<String>> = shards.iter().map(|shard| shard.repository.clone()).collect();
    let several = repositories.len() > 1;
    project.repositories = repositories.into_iter().flatten().filter(|_| several).collect();
    let (mut files, mut given) = (BTreeMap::new(), Given { words, ..Given::default() });
    for shard in shards {
        let before = shard.repository.filter(|_| several).map(|name| format!("{name}/")).unwrap_or_default();
        for file in shard.files {
            files.insert(format!("{before}{}", file.path), hold(file, &mut given));
        }
    }
    let source = MemorySource::new();
    let root = source.add(&files);
    let tree = inputs.tree.unwrap_or(root);
    let revision = Revision { tree, commit: inputs.commit, as_of: inputs.as_of, ..Revision::of_tree(root) };
    let session = Session::given(Arc::new(source), given, Options { threads, ..Options::default() });
    Ok((session, revision, project))
}

/// Everything in it can be read back and followed.
fn is_whole(shard: &Shard) -> bool {
    let code = |fact: &Fact| match fact {
        Fact::Code(CodeFact::Source(source)) => source.is_whole(),
        _ => true,
    };
    let said = |said: &Said| crate::read::decode(&said.facts.0).is_some_and(|facts| facts.facts.iter().all(code));
    shard.files.iter().all(|file| match &file.is {
        Is::Link | Is::Submodule => true,
        Is::File { digest: _, said: first, asked, text, woken: _ } => first.iter().chain(asked).chain(text).all(said),
    })
}

fn hold(file: File, given: &mut Given) -> Held {
    match file.is {
        Is::Link => Held::Link(file.path),
        Is::Submodule => Held::Submodule(file.path),
        Is::File { digest, said, asked, text, woken } => {
            let oid = Oid::of_digest(digest);
            let kind = crate::tree::kind_of(file.path.rsplit('/').next().unwrap_or_default());
            if let (Some(kind), true) = (kind, woken) {
                given.woken.insert((oid, kind));
            }
            for (said, depth) in [(said, Depth::Filtered), (asked, Depth::Whole)] {
                if let (Some(kind), Some(said)) = (kind, said) {
                    given.readings.insert((oid, kind, depth), Reading { facts: said.facts.0, anchors: said.anchors.into() });
                }
            }
            if let Some(text) = text {
                given.readings.insert((oid, ArtifactKind::ChartFile, Depth::Whole), Reading { facts: text.facts.0, anchors: text.anchors.into() });
            }
            Held::Named(oid)
        }
    }
}

fn project(inputs: &LinkInputs) -> Result<Project, ScanError> {
    let mut project = Project { packs: crate::packs::shelf(&inputs.packs).map_err(Box::new)?, ..Project::default() };
    project.pack_files = inputs.packs.iter().map(|(path, _)| path.clone()).collect();
    if let Some((path, text)) = &inputs.config {
        project.config = Arc::new(Config::parse(path, text).map_err(Box::new)?);
        project.config_path = Some(path.clone());
        project.config_text = text.clone();
    }
    let mut decided = Vec::new();
    for (path, text) in &inputs.decisions {
        decided.push((path.clone(), decision::parse(path, text).map_err(Box::new)?));
    }
    project.decided = Arc::new(Decided::new(decided, inputs.as_of));
    Ok(project)
}
