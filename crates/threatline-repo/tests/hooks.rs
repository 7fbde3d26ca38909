//! Hooks are installed beside what is there and taken away without a trace.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]
#![cfg(unix)]

mod common;

use common::{Repo, git_in};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use threatline_repo::{HOOKS, HookState, Hooks, OpenOptions, Workspace};

fn hooks(path: &Path) -> Hooks {
    Hooks::of(Workspace::open(path, &OpenOptions::default()).unwrap().repository().unwrap()).unwrap()
}

fn executable(path: PathBuf, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    entries.map(|entry| entry.unwrap().path()).map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// Commits with `threatline` standing for a program that writes down how it was called.
fn commit(repo: &Repo, program: Option<&str>) -> (bool, String) {
    let bin = tempfile::tempdir().unwrap();
    let log = bin.path().join("log");
    if let Some(exit) = program {
        let text = format!("#!/bin/sh\necho \"$@\" >> {}\n{exit}\n", log.display());
        executable(bin.path().join("threatline"), &text);
    }
    let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").unwrap());
    let status = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"])
        .current_dir(repo.path())
        .env("PATH", path)
        .output()
        .unwrap()
        .status;
    (status.success(), std::fs::read_to_string(log).unwrap_or_default())
}

#[test]
fn an_installed_hook_runs_and_never_stops_a_commit() {
    let repo = Repo::new();
    let before = contents(&repo.path().join(".git/hooks"));
    let status = hooks(repo.path()).install(false).unwrap();
    assert!(status.hooks.iter().all(|(_, state)| *state == HookState::Installed), "{status:?}");
    assert_eq!(commit(&repo, Some("exit 3")), (true, "hook run pre-commit\nhook run post-commit\n".into()));
    assert_eq!(commit(&repo, None), (true, String::new()), "a missing program is no failure");
    hooks(repo.path()).uninstall().unwrap();
    assert_eq!(contents(&repo.path().join(".git/hooks")), before);
}

#[test]
fn a_gate_stops_the_commit() {
    let repo = Repo::new();
    hooks(repo.path()).install(true).unwrap();
    assert_eq!(commit(&repo, Some("exit 1")), (false, "hook run --gate pre-commit\n".into()));
    assert!(commit(&repo, Some("exit 0")).0);
    assert!(commit(&repo, None).0);
}

#[test]
fn a_hook_that_was_there_is_called_first_and_put_back() {
    let repo = Repo::new();
    let path = repo.path().join(".git/hooks/pre-commit");
    executable(path.clone(), "#!/bin/sh\ntest ! -e stop\n");
    let before = contents(&repo.path().join(".git/hooks"));
    for _ in 0..2 {
        let status = hooks(repo.path()).install(false).unwrap();
        assert_eq!(status.hooks[0], ("pre-commit", HookState::Chained));
    }
    assert!(commit(&repo, Some("exit 0")).1.contains("pre-commit"));
    repo.write("stop", "");
    assert_eq!(commit(&repo, Some("exit 0")), (false, String::new()), "the first hook's word stands");
    let status = hooks(repo.path()).uninstall().unwrap();
    assert_eq!(status.hooks[0], ("pre-commit", HookState::Foreign));
    assert_eq!(contents(&repo.path().join(".git/hooks")), before);
}

#[test]
fn both_hooks_read_what_was_rewritten() {
    let repo = Repo::new();
    commit(&repo, None);
    executable(repo.path().join(".git/hooks/post-rewrite"), "#!/bin/sh\ncat > first\n");
    hooks(repo.path()).install(false).unwrap();
    let bin = tempfile::tempdir().unwrap();
    executable(bin.path().join("threatline"), "#!/bin/sh\nif [ \"$3\" = post-rewrite ]; then cat > second; fi\n");
    let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").unwrap());
    let amend = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--amend", "--allow-empty", "-m", "y"])
        .current_dir(repo.path())
        .env("PATH", path)
        .output()
        .unwrap();
    assert!(amend.status.success());
    let read = |name: &str| std::fs::read_to_string(repo.path().join(name)).unwrap();
    assert_eq!(read("first"), read("second"));
    assert!(read("first").contains(&repo.git(&["rev-parse", "HEAD"])));
}

#[test]
fn a_configured_folder_and_linked_work_trees() {
    let repo = Repo::new();
    commit(&repo, None);
    let linked = tempfile::tempdir().unwrap();
    let linked = linked.path().join("w");
    repo.git(&["worktree", "add", "-q", linked.to_str().unwrap()]);
    hooks(&linked).install(false).unwrap();
    assert!(HOOKS.iter().all(|name| repo.path().join(".git/hooks").join(name).exists()), "shared by all work trees");
    hooks(repo.path()).uninstall().unwrap();
    repo.git(&["config", "core.hooksPath", "scripts/hooks"]);
    let status = hooks(repo.path()).install(false).unwrap();
    assert_eq!(status.folder.canonicalize().unwrap(), repo.path().join("scripts/hooks").canonicalize().unwrap());
    assert_eq!(commit(&repo, Some("exit 0")).1.lines().count(), 2);
    assert!(git_in(&linked, &["status", "--porcelain"]).is_empty());
}

#[test]
fn hook_managers_are_told_and_not_overwritten() {
    let repo = Repo::new();
    repo.git(&["config", "core.hooksPath", ".husky/_"]);
    executable(repo.path().join(".husky/_/pre-commit"), "#!/bin/sh\n");
    let error = hooks(repo.path()).install(false).unwrap_err();
    assert!(error.message.contains("husky") && error.help.unwrap().contains(".husky/pre-commit"));
    assert_eq!(std::fs::read_to_string(repo.path().join(".husky/_/pre-commit")).unwrap(), "#!/bin/sh\n");

    let repo = Repo::new();
    repo.write(".pre-commit-config.yaml", "repos: []\n");
    executable(repo.path().join(".git/hooks/pre-commit"), "#!/usr/bin/env bash\n# File generated by pre-commit\n");
    assert!(hooks(repo.path()).install(false).unwrap_err().help.unwrap().contains(".pre-commit-config.yaml"));
}
