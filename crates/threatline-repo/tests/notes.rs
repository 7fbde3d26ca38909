//! Notes: one a commit, the same text every time, found by tree, merged and never forced.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::{Repo, git_in};
use std::sync::Arc;
use threatline_engine::Summary;
use threatline_repo::{NOTES_REF, Noted, Notes, OpenOptions, Workspace, note};

fn compose(port: u32) -> String {
    format!(
        "services:\n  web:\n    image: nginx\n    ports: ['{port}:80']\n    privileged: true\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n    environment:\n      DATABASE_URL: postgres://u:secretpassword1@db:5432/x\n  db:\n    image: postgres:16\n    ports: ['5432:5432']\n    environment:\n      POSTGRES_HOST_AUTH_METHOD: trust\n"
    )
}

fn sample() -> Repo {
    let repo = Repo::new();
    repo.write("README.md", "a shop\n");
    repo.commit_all("first");
    repo.write("compose.yaml", compose(80));
    repo.commit_all("second");
    repo
}

fn summary(workspace: &Workspace, name: &str) -> Arc<Summary> {
    workspace.session(None).summary(&workspace.revision(name).unwrap()).unwrap()
}

fn noted(workspace: &Workspace, name: &str) -> Noted {
    let revision = workspace.revision(name).unwrap();
    threatline_repo::noted(workspace, &mut workspace.session(None), &revision).unwrap()
}

#[test]
fn a_note_is_text_that_git_shows_and_that_is_read_back() {
    let repo = sample();
    let workspace = repo.open();
    let notes = Notes::of(workspace.repository().unwrap());
    let written = noted(&workspace, "HEAD");
    assert!(notes.put(std::slice::from_ref(&written)).unwrap());
    assert!(!notes.put(std::slice::from_ref(&written)).unwrap(), "a second run writes nothing");
    assert_eq!(repo.git(&["notes", "--ref=threatline", "show", "HEAD"]), written.text.trim());
    let revision = workspace.revision("HEAD").unwrap();
    let read = notes.get(&revision).unwrap().unwrap();
    let head = summary(&workspace, "HEAD");
    assert_eq!((read.risk, read.size, &read.model), (head.posture.risk, head.size, &head.model));
    assert_eq!(read.base.as_ref().unwrap().0, repo.git(&["rev-parse", "HEAD~1"]));
    assert_eq!(read.as_of.as_deref(), Some("2026-01-02T03:04:05Z"));
    assert!(head.size.components == 3 && head.size.threats > 0, "{}", written.text);
    assert!(read.moved.iter().all(|line| line.starts_with("+ TL-")) && !read.moved.is_empty(), "{}", written.text);
    assert!(read.fits(&revision.tree, &read.config) && !read.fits(&revision.tree, "0123"));
    assert_eq!(repo.git(&["rev-list", "--count", NOTES_REF]), "1");
    repo.git(&["fsck", "--strict"]);
}

#[test]
fn an_amended_commit_finds_the_note_by_its_tree() {
    let repo = sample();
    let workspace = repo.open();
    let notes = Notes::of(workspace.repository().unwrap());
    notes.put(&[noted(&workspace, "HEAD")]).unwrap();
    repo.git(&["commit", "-q", "--amend", "-m", "other words"]);
    let workspace = repo.open();
    let read = Notes::of(workspace.repository().unwrap()).get(&workspace.revision("HEAD").unwrap()).unwrap().unwrap();
    assert_eq!(read.tree, repo.git(&["rev-parse", "HEAD^{tree}"]));
    assert!(read.moved.is_empty() && read.base.is_none());
}

#[test]
fn two_writers_at_once_lose_nothing() {
    let repo = sample();
    for number in 0..12 {
        repo.write("compose.yaml", compose(100 + number));
        repo.commit_all("more");
    }
    std::thread::scope(|scope| {
        for worker in 0..3 {
            let repo = &repo;
            scope.spawn(move || {
                let workspace = repo.open();
                let notes = Notes::of(workspace.repository().unwrap());
                for number in (worker..12).step_by(3) {
                    let name = format!("HEAD~{number}");
                    assert!(notes.put(&[noted(&workspace, &name)]).unwrap());
                }
            });
        }
    });
    let workspace = repo.open();
    let notes = Notes::of(workspace.repository().unwrap());
    for number in 0..12 {
        let revision = workspace.revision(&format!("HEAD~{number}")).unwrap();
        assert!(notes.get(&revision).unwrap().is_some(), "HEAD~{number}");
    }
    repo.git(&["fsck", "--strict"]);
}

#[test]
fn notes_travel_and_merge() {
    let repo = sample();
    let remote = tempfile::tempdir().unwrap();
    git_in(remote.path(), &["init", "-q", "--bare"]);
    repo.git(&["remote", "add", "origin", remote.path().to_str().unwrap()]);
    repo.git(&["push", "-q", "origin", "main"]);
    let workspace = repo.open();
    let notes = Notes::of(workspace.repository().unwrap());
    notes.put(&[noted(&workspace, "HEAD")]).unwrap();
    notes.push("origin").unwrap();

    let other = tempfile::tempdir().unwrap();
    git_in(other.path(), &["clone", "-q", "-b", "main", remote.path().to_str().unwrap(), "."]);
    git_in(other.path(), &["config", "user.name", "b"]);
    git_in(other.path(), &["config", "user.email", "b@b"]);
    let clone = Workspace::open(other.path(), &OpenOptions::default()).unwrap();
    let there = Notes::of(clone.repository().unwrap());
    there.put(&[noted(&clone, "HEAD~1")]).unwrap();
    there.push("origin").unwrap();
    assert!(there.get(&clone.revision("HEAD").unwrap()).unwrap().is_some(), "merged, not overwritten");
    notes.fetch("origin").unwrap();
    assert!(notes.get(&workspace.revision("HEAD~1").unwrap()).unwrap().is_some());
}

#[test]
fn notes_of_commits_that_are_no_more_are_pruned() {
    let repo = sample();
    let workspace = repo.open();
    let notes = Notes::of(workspace.repository().unwrap());
    notes.prune().unwrap();
    notes.put(&[noted(&workspace, "HEAD")]).unwrap();
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.git(&["gc", "-q", "--prune=now"]);
    let workspace = repo.open();
    Notes::of(workspace.repository().unwrap()).prune().unwrap();
    assert_eq!(repo.git(&["notes", "--ref=threatline", "list"]), "");
}

#[test]
fn other_texts_are_no_notes() {
    assert_eq!(note::read("hello"), None);
    assert_eq!(note::read("threatline.note/1\n"), None);
    assert_eq!(note::read("threatline.note/1\ntree x\nrisk many\n"), None);
    let text = "threatline.note/1\ntool 0.1.9\ntree 00\nlater word\nrisk 7\n";
    assert_eq!(note::read(text).unwrap().risk, 7);
}

#[test]
fn a_note_is_dated_by_its_commit_so_that_two_machines_write_the_same() {
    let repo = sample();
    let workspace = repo.open();
    let notes = Notes::of(workspace.repository().unwrap());
    notes.put(&[noted(&workspace, "HEAD")]).unwrap();
    let first = repo.git(&["rev-parse", NOTES_REF]);
    repo.git(&["update-ref", "-d", NOTES_REF]);
    notes.put(&[noted(&workspace, "HEAD")]).unwrap();
    assert_eq!(repo.git(&["rev-parse", NOTES_REF]), first);
    assert_eq!(repo.git(&["log", "-1", "--format=%ct %at", NOTES_REF]), repo.git(&["log", "-1", "--format=%ct %ct"]));
}

#[test]
fn in_a_first_commit_everything_is_new() {
    let repo = sample();
    let workspace = repo.open();
    assert!(noted(&workspace, "HEAD~1").text.contains("\nmore 0"));
    repo.git(&["checkout", "-q", "--orphan", "again"]);
    repo.git(&["commit", "-q", "-m", "all at once"]);
    let note = note::read(&noted(&workspace, "HEAD").text).unwrap();
    assert!(!note.moved.is_empty() && note.moved.iter().all(|line| line.starts_with("+ ")), "{note:?}");
}

#[test]
fn history_follows_first_parents() {
    let repo = sample();
    repo.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    repo.write("side.txt", "1");
    repo.commit_all("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    let workspace = repo.open();
    let names = |states: Vec<threatline_engine::Revision>| states.iter().map(|state| state.commit.unwrap().to_string()).collect::<Vec<_>>();
    let all: Vec<String> = repo.git(&["rev-list", "--first-parent", "HEAD"]).lines().map(str::to_owned).collect();
    assert_eq!(names(workspace.history("HEAD", None, 100).unwrap()), all);
    assert_eq!(names(workspace.history("HEAD", Some("HEAD~2"), 100).unwrap()), all[..2]);
    assert_eq!(names(workspace.history("HEAD", None, 1).unwrap()), all[..1]);
}
