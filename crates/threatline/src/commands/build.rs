//! `extract` and `link`: the two hermetic halves of a scan, for build systems.

use crate::args::Common;
use crate::failure::Failure;
use crate::opened::{coverage, evidence, report};
use crate::output;
use crate::places::Lookup;
use crate::stopwatch::Stopwatch;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use threatline_engine::{DECISIONS_FOLDER, Held, LinkInputs, Oid, PACKS_FOLDER, ShardError, extract_shard, link_shards, shelf};
use threatline_report::json;

/// What `link` is given beside shards.
pub(crate) struct Given<'a> {
    pub(crate) config: Option<&'a Path>,
    pub(crate) decisions: Option<&'a Path>,
    pub(crate) packs: Option<&'a Path>,
    pub(crate) tree: Option<&'a str>,
    pub(crate) commit: Option<&'a str>,
}

fn cannot(doing: &str, path: &Path) -> impl Fn(std::io::Error) -> Failure {
    let sentence = format!("cannot {doing} {}", path.display());
    move |error| Failure::mistake(format!("{sentence}: {error}"), None)
}

/// Words, those that begin with `@` replaced by the lines of the file.
fn listed(words: &[String]) -> Result<Vec<String>, Failure> {
    let mut all = Vec::new();
    for word in words {
        match word.strip_prefix('@') {
            Some(file) => {
                let text = std::fs::read_to_string(file).map_err(cannot("read", Path::new(file)))?;
                all.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
            }
            None => all.push(word.clone()),
        }
    }
    Ok(all)
}

/// What `extract` is given beside files.
pub(crate) struct Read<'a> {
    pub(crate) root: &'a Path,
    pub(crate) repository: Option<&'a str>,
    pub(crate) packs: Option<&'a Path>,
    pub(crate) depfile: Option<&'a Path>,
}

pub(crate) fn extract(common: &Common, files: &[String], shard: &Path, read: &Read<'_>) -> Result<(), Failure> {
    let Read { root, repository, packs, depfile } = *read;
    let stopwatch = Stopwatch::start(common.verbose);
    let files = listed(files)?;
    let mut held = BTreeMap::new();
    for path in &files {
        let relative = Path::new(path);
        let inside = relative.components().all(|part| matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir));
        if !inside {
            return Err(Failure::mistake(format!("{path} does not lie below the root"), Some("paths are relative to --root")));
        }
        let full = root.join(relative);
        let bytes = std::fs::read(&full).map_err(cannot("read", &full))?;
        let name = relative.components().map(|part| part.as_os_str().to_string_lossy()).filter(|part| part != ".").collect::<Vec<_>>().join("/");
        held.insert(name, Held::File(bytes));
    }
    let packs = packs.map(|folder| toml_files(folder, PACKS_FOLDER)).transpose()?.unwrap_or_default();
    let shelf = shelf(&packs)?;
    let bytes = stopwatch
        .during("reading", || extract_shard(&held, repository, shelf, common.jobs.unwrap_or(0)))
        .map_err(|error| Failure::mistake(error.to_string(), None))?;
    std::fs::write(shard, bytes).map_err(cannot("write", shard))?;
    if let Some(depfile) = depfile {
        let escape = |path: &str| path.replace('\\', "\\\\").replace(' ', "\\ ").replace('#', "\\#").replace('$', "$$");
        let inputs: Vec<String> = files.iter().map(|path| escape(&root.join(path).to_string_lossy())).collect();
        let text = format!("{}: {}\n", escape(&shard.to_string_lossy()), inputs.join(" \\\n  "));
        std::fs::write(depfile, text).map_err(cannot("write", depfile))?;
    }
    Ok(())
}

pub(crate) fn link(common: &Common, shards: &[String], model: &Path, given: &Given<'_>) -> Result<(), Failure> {
    let stopwatch = Stopwatch::start(common.verbose);
    let mut inputs = LinkInputs::default();
    for name in listed(shards)? {
        let bytes = std::fs::read(&name).map_err(cannot("read", Path::new(&name)))?;
        inputs.shards.push((name, bytes));
    }
    if let Some(path) = given.config {
        inputs.config = Some(("threatline.toml".to_owned(), std::fs::read_to_string(path).map_err(cannot("read", path))?));
    }
    if let Some(folder) = given.decisions {
        inputs.decisions = toml_files(folder, DECISIONS_FOLDER)?;
    }
    if let Some(folder) = given.packs {
        inputs.packs = toml_files(folder, PACKS_FOLDER)?;
    }
    inputs.tree = given.tree.map(oid).transpose()?;
    inputs.commit = given.commit.map(oid).transpose()?;
    inputs.as_of = common.as_of.as_deref().map(crate::opened::seconds).transpose()?;
    let failed = |error: ShardError| match error {
        // a file that people write is shown with its place
        ShardError::Scan(error) => error.into(),
        error => Failure::mistake(error.to_string(), None),
    };
    let (mut session, revision, project) = stopwatch.during("opening", || link_shards(&inputs, common.jobs.unwrap_or(0))).map_err(failed)?;
    let scan = stopwatch.during("scan", || session.scan_with(&revision, &project, &project))?;
    let text = stopwatch.during("report", || {
        let places = Lookup::new(&session, &scan).of_repositories(&project.repositories);
        places.prepare(evidence(&scan));
        let coverage = coverage(&scan);
        json::model(&report(&scan, &coverage, &places))
    });
    std::fs::write(model, text).map_err(cannot("write", model))?;
    output::say(common, &format!("wrote {}", model.display()));
    crate::opened::internal(&scan)
}

/// The files of a folder, as if it were that one of the repository.
fn toml_files(folder: &Path, place: &str) -> Result<Vec<(String, String)>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(cannot("read", folder))?;
    let mut paths: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
    paths.sort();
    let named = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).map_err(cannot("read", &path))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok((format!("{place}/{name}"), text))
    };
    paths.into_iter().map(named).collect()
}

fn oid(text: &str) -> Result<Oid, Failure> {
    Oid::from_hex(text).ok_or_else(|| Failure::mistake(format!("{text} is no object id"), Some("40 or 64 hexadecimal digits, as git rev-parse prints them")))
}
