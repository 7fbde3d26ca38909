//! The law over real histories: commit by commit, from a store and from nothing, the same bytes.
//!
//! The history of the example always runs. `THREATLINE_LAW_REPOSITORY=FOLDER` adds a repository's own, along first
//! parents; `THREATLINE_LAW_STEP=N` looks at every n-th commit of it.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

#[allow(dead_code, reason = "the laws in memory use the rest")]
#[path = "laws/market.rs"]
mod market;
#[allow(dead_code, reason = "the laws in memory use the rest")]
#[path = "laws/ways.rs"]
mod ways;

use std::path::Path;
use std::process::Command;
use threatline_engine::{Compaction, Options, Session};
use threatline_repo::{OpenOptions, Workspace};
use ways::{compared, exported, noted, same};

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", folder);
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@b");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Tells a history incrementally and holds it against each commit told from nothing; how many it were.
fn hold(folder: &Path, step: usize) -> usize {
    let workspace = Workspace::open(folder, &OpenOptions { no_store: true, ..OpenOptions::default() }).unwrap();
    let mut revisions = workspace.history("HEAD", None, usize::MAX).unwrap();
    revisions.reverse();
    let mut resident = workspace.session(None);
    let source = resident.source().clone();
    let session = |store: Option<&Path>| Session::new(source.clone(), Options { store: store.map(Path::to_owned), ..Options::default() });
    let store = tempfile::tempdir().unwrap();
    let mut base = workspace.empty().unwrap();
    let mut told = 0;
    for (at, head) in revisions.iter().enumerate().filter(|(at, _)| at % step == 0) {
        let mut nothing = session(None);
        let (model, delta, note) = (exported(&mut nothing, head), compared(&mut nothing, &base, head), noted(&mut nothing, &base, head));
        let way = |what: &str| format!("commit {at} ({}), {what}", head.commit.unwrap());
        same(&noted(&mut resident, &base, head), &note, &way("the note of a session that stays"));
        same(&compared(&mut resident, &base, head), &delta, &way("the delta of a session that stays"));
        same(&exported(&mut resident, head), &model, &way("a session that stays"));
        let mut process = session(Some(store.path()));
        same(&noted(&mut process, &base, head), &note, &way("the note from a store"));
        same(&exported(&mut process, head), &model, &way("a store"));
        process.flush(Compaction::Small).unwrap();
        base = head.clone();
        told += 1;
    }
    told
}

#[test]
fn the_history_of_the_example() {
    let patches = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shop.history");
    let mut patches: Vec<_> = std::fs::read_dir(patches).unwrap().map(|entry| entry.unwrap().path()).collect();
    patches.retain(|path| path.extension().is_some_and(|extension| extension == "patch"));
    patches.sort();
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "-b", "main", "."]);
    for patch in &patches {
        git(folder.path(), &["am", "-q", "--committer-date-is-author-date", patch.to_str().unwrap()]);
    }
    assert_eq!(hold(folder.path(), 1), patches.len());
    assert!(patches.len() > 5);
}

#[test]
fn the_history_of_a_repository_at_hand() {
    let Some(folder) = std::env::var_os("THREATLINE_LAW_REPOSITORY") else {
        eprintln!("skipped: THREATLINE_LAW_REPOSITORY names no repository, so no history but the example's was told");
        return;
    };
    let step = std::env::var("THREATLINE_LAW_STEP").ok().and_then(|step| step.parse().ok()).unwrap_or(1);
    let begun = std::time::Instant::now();
    let told = hold(Path::new(&folder), step);
    eprintln!("{told} commits told in {} s", begun.elapsed().as_secs());
    assert!(told > 0);
}
