//! Every state of a project is one tree, the one that git would write.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::Repo;
use threatline_repo::{OpenOptions, Workspace};

fn sample() -> Repo {
    let repo = Repo::new();
    repo.write("services/pay/app.py", "import flask\n");
    repo.write("services/pay/run.sh", "#!/bin/sh\n");
    repo.write("services/web/index.js", "1\n");
    repo.write("services.txt", "x\n");
    repo.write(".gitignore", "*.log\nbuild/\n");
    repo.commit_all("first");
    repo
}

/// What git makes of the work tree, untracked files included.
fn tree_of_worktree(repo: &Repo) -> String {
    repo.git(&["stash", "create"]);
    let index = repo.path().join(".git/index");
    let saved = std::fs::read(&index).unwrap();
    repo.git(&["add", "-A"]);
    let tree = repo.git(&["write-tree"]);
    std::fs::write(index, saved).unwrap();
    tree
}

#[test]
fn a_commit_is_its_tree() {
    let repo = sample();
    let revision = repo.open().revision("HEAD").unwrap();
    assert_eq!(revision.tree.to_string(), repo.git(&["rev-parse", "HEAD^{tree}"]));
    assert_eq!(revision.commit.unwrap().to_string(), repo.git(&["rev-parse", "HEAD"]));
    assert_eq!(revision.as_of, Some(1_767_323_045));
    assert!(!revision.dirty);
}

#[test]
fn a_clean_work_tree_is_its_commit() {
    let repo = sample();
    let workspace = repo.open();
    assert_eq!(workspace.worktree().unwrap(), workspace.revision("HEAD").unwrap());
    assert_eq!(workspace.staged().unwrap(), workspace.revision("HEAD").unwrap());
}

#[test]
fn the_index_is_the_tree_that_git_would_write() {
    let repo = sample();
    repo.write("services/pay/new.py", "2\n");
    repo.write("services/web/index.js", "changed\n");
    repo.git(&["rm", "-q", "services/pay/app.py"]);
    repo.git(&["add", "services/pay/new.py", "services/web/index.js"]);
    repo.write("later.txt", "intended\n");
    let staged = repo.open().staged().unwrap();
    assert_eq!(staged.tree.to_string(), repo.git(&["write-tree"]));
    assert!(staged.dirty);
    repo.git(&["add", "--intent-to-add", "later.txt"]);
    assert_eq!(repo.open().staged().unwrap().tree, staged.tree);
}

#[test]
fn a_work_tree_with_every_kind_of_change_is_what_git_would_commit() {
    let repo = sample();
    repo.write("services/web/index.js", "edited\n");
    repo.write("services/web/untracked.js", "new\n");
    repo.write("deep/er/file.txt", "new\n");
    repo.write("build/out.py", "ignored\n");
    repo.write("x.log", "ignored\n");
    repo.write("tracked.log", "ignored but tracked\n");
    repo.git(&["add", "-f", "tracked.log"]);
    std::fs::remove_file(repo.path().join("services/pay/app.py")).unwrap();
    std::fs::remove_file(repo.path().join("services.txt")).unwrap();
    repo.write("services.txt/now-a-folder", "1\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::os::unix::fs::symlink("services/web", repo.path().join("link")).unwrap();
        let script = repo.path().join("services/pay/run.sh");
        std::fs::set_permissions(script, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let revision = repo.open().worktree().unwrap();
    assert_eq!(revision.tree.to_string(), tree_of_worktree(&repo));
    assert!(revision.dirty);
}

#[test]
fn a_folder_becoming_a_file_and_an_emptied_folder() {
    let repo = sample();
    std::fs::remove_dir_all(repo.path().join("services/web")).unwrap();
    repo.write("services/web", "now a file\n");
    std::fs::remove_dir_all(repo.path().join("services/pay")).unwrap();
    assert_eq!(repo.open().worktree().unwrap().tree.to_string(), tree_of_worktree(&repo));
}

#[test]
fn a_plain_folder_has_the_tree_of_the_same_commit() {
    let repo = sample();
    repo.write("x.log", "ignored\n");
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    std::fs::remove_dir_all(repo.path().join(".git")).unwrap();
    let workspace = repo.open();
    assert!(!workspace.is_git());
    let revision = workspace.worktree().unwrap();
    assert_eq!(revision.tree.to_string(), tree);
    assert_eq!((revision.commit, revision.as_of, revision.dirty), (None, None, false));
    assert!(workspace.revision("HEAD").unwrap_err().message.contains("no git repository"));
}

#[test]
fn nothing_committed_yet() {
    let repo = Repo::new();
    repo.write("a.py", "1\n");
    let workspace = repo.open();
    let revision = workspace.worktree().unwrap();
    assert_eq!((revision.commit, revision.as_of, revision.dirty), (None, None, true));
    assert_eq!(workspace.staged().unwrap().tree, workspace.empty().unwrap().tree);
    assert!(workspace.revision("HEAD").unwrap_err().help.unwrap().contains("nothing is committed"));
}

#[test]
fn sha256_repositories_have_long_ids() {
    let repo = Repo::with(&["--object-format=sha256"]);
    repo.write("a/b.py", "1\n");
    repo.commit_all("first");
    repo.write("a/c.py", "2\n");
    let workspace = repo.open();
    assert_eq!(workspace.revision("HEAD").unwrap().tree.to_string(), repo.git(&["rev-parse", "HEAD^{tree}"]));
    assert_eq!(workspace.worktree().unwrap().tree.to_string(), tree_of_worktree(&repo));
}

#[test]
fn a_part_is_a_folder_as_if_it_were_the_repository() {
    let repo = sample();
    let options = |part: &str| OpenOptions { part: Some(part.into()), ..OpenOptions::default() };
    let workspace = Workspace::open(&repo.path().join("services"), &options("pay")).unwrap();
    let revision = workspace.revision("HEAD").unwrap();
    assert_eq!(revision.prefix, "services/pay/");
    assert_eq!(revision.root.to_string(), repo.git(&["rev-parse", "HEAD:services/pay"]));
    let error = Workspace::open(repo.path(), &options("nowhere")).unwrap().revision("HEAD").unwrap_err();
    assert!(error.message.contains("no folder nowhere in this state"), "{error}");
    assert!(Workspace::open(repo.path(), &options("../..")).is_err());
}

#[test]
fn bare_repositories_have_commits_only() {
    let repo = sample();
    let bare = tempfile::tempdir().unwrap();
    repo.git(&["clone", "-q", "--bare", ".", bare.path().to_str().unwrap()]);
    let workspace = Workspace::open(bare.path(), &OpenOptions::default()).unwrap();
    assert!(workspace.revision("main").is_ok());
    assert!(workspace.worktree().unwrap_err().help.unwrap().contains("scan HEAD"));
}

#[test]
fn parents_of_first_and_of_shallow_commits() {
    let repo = sample();
    repo.write("more.py", "1\n");
    repo.commit_all("second");
    let workspace = repo.open();
    let head = workspace.revision("HEAD").unwrap();
    let first = workspace.parent(&head).unwrap().unwrap();
    assert_eq!(first, workspace.revision("HEAD~1").unwrap());
    assert_eq!(workspace.parent(&first).unwrap().unwrap(), workspace.empty().unwrap());
    let shallow = tempfile::tempdir().unwrap();
    let from = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--depth=1", &from, shallow.path().to_str().unwrap()]);
    let workspace = Workspace::open(shallow.path(), &OpenOptions::default()).unwrap();
    let head = workspace.revision("HEAD").unwrap();
    assert_eq!(workspace.parent(&head).unwrap(), None);
    assert!(workspace.revision("HEAD~1").unwrap_err().help.unwrap().contains("git fetch --depth=1"));
}

#[test]
fn unresolved_conflicts_are_refused_in_the_index() {
    let repo = sample();
    repo.git(&["checkout", "-q", "-b", "other"]);
    repo.write("services.txt", "theirs\n");
    repo.commit_all("theirs");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("services.txt", "ours\n");
    repo.commit_all("ours");
    let merge = std::process::Command::new("git").args(["merge", "-q", "other"]).current_dir(repo.path()).output().unwrap();
    assert!(!merge.status.success());
    assert!(repo.open().staged().unwrap_err().message.contains("unresolved conflicts"));
}

#[test]
fn repositories_inside_are_not_entered() {
    let repo = sample();
    let inner = repo.path().join("services/vendored");
    std::fs::create_dir_all(&inner).unwrap();
    common::git_in(&inner, &["init", "-q"]);
    repo.write("services/vendored/compose.yaml", "services: {}\n");
    assert_eq!(repo.open().worktree().unwrap(), repo.open().revision("HEAD").unwrap());
    common::git_in(&inner, &["add", "-A"]);
    common::git_in(&inner, &["commit", "-q", "-m", "inner"]);
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", "./services/vendored", "services/vendored"]);
    repo.commit_all("a submodule");
    repo.write("services/vendored/compose.yaml", "changed: {}\n");
    assert_eq!(repo.open().worktree().unwrap(), repo.open().revision("HEAD").unwrap());
}

#[test]
fn what_cannot_be_read_is_skipped_with_a_reason() {
    let repo = sample();
    repo.write("long.yaml", vec![b'#'; (1 << 20) + 10]);
    repo.write("lost.yaml", "a: 1\n");
    repo.write("bytes.yaml", [0xff, 0xfe, 0x00]);
    repo.write("pointer.json", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
    repo.commit_all("more");
    let blob = repo.git(&["rev-parse", "HEAD:lost.yaml"]);
    std::fs::remove_file(repo.path().join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    let workspace = repo.open();
    let scan = workspace.session(None).scan(&workspace.revision("HEAD").unwrap()).unwrap();
    let skipped: Vec<(&str, &str)> = scan.coverage.skipped.iter().map(|s| (s.path.as_str(), s.reason.as_str())).collect();
    let lost = format!("its content is not in the repository ({})", &blob[..12]);
    assert_eq!(skipped, [("bytes.yaml", "not UTF-8"), ("long.yaml", "larger than 1 MiB"), ("lost.yaml", &lost), ("pointer.json", "a Git LFS pointer")]);
    assert_eq!(scan.internal_errors, 0);
}

#[test]
fn states_of_one_tree_give_one_result() {
    let repo = sample();
    repo.write("compose.yaml", "services:\n  web:\n    image: nginx\n    ports: ['80:80']\n");
    let image = |workspace: &Workspace, revision: threatline_engine::Revision| {
        let scan = workspace.session(None).scan(&revision).unwrap();
        format!("{:?}{:?}{:?}{:?}", scan.model, scan.found, scan.assessment, scan.coverage)
    };
    let workspace = repo.open();
    let untracked = image(&workspace, workspace.worktree().unwrap());
    assert!(untracked.contains("cmp:web"));
    repo.git(&["add", "-A"]);
    let workspace = repo.open();
    assert_eq!(image(&workspace, workspace.staged().unwrap()), untracked);
    repo.commit_all("more");
    let workspace = repo.open();
    assert_eq!(image(&workspace, workspace.revision("HEAD").unwrap()), untracked);
    std::fs::remove_dir_all(repo.path().join(".git")).unwrap();
    let folder = repo.open();
    assert_eq!(image(&folder, folder.worktree().unwrap()), untracked);
}
