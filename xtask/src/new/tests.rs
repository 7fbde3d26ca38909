//! What `new` writes is written into a copy of the workspace below `target`, which is built there.

#![allow(clippy::unwrap_used, reason = "a test")]

use super::write;
use crate::tools::root;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const ADDED: &[(&str, &str)] = &[("pack", "csharp/skeleton"), ("reader", "skeleton-reader"), ("rule", "skeleton-rule"), ("format", "skeleton-format")];

/// The folder that cargo builds in.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The workspace, at one and the same place each time, with unchanged files left alone: so cargo builds again only what
/// changed.
fn copied() -> PathBuf {
    let (root, copy) = (root(), target().join("skeletons"));
    let known: BTreeSet<PathBuf> = files(&root).iter().map(|path| path.strip_prefix(&root).unwrap().to_owned()).collect();
    for path in &known {
        let (bytes, to) = (std::fs::read(root.join(path)).unwrap(), copy.join(path));
        if std::fs::read(&to).ok().as_ref() != Some(&bytes) {
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::write(to, bytes).unwrap();
        }
    }
    // Such as the skeletons of the last run.
    let there = files(&copy);
    let foreign = there.iter().filter(|path| !known.contains(path.strip_prefix(&copy).unwrap()));
    foreign.for_each(|path| std::fs::remove_file(path).unwrap());
    copy
}

/// Runs cargo in the copy, with what is built already, and returns all that it says.
fn cargo(copy: &Path, arguments: &[&str]) -> String {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let output = cargo.current_dir(copy).env("CARGO_TARGET_DIR", target()).env("CARGO_TERM_COLOR", "never").args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// All files of a folder and below it, without what is built, found or git's.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.file_name().and_then(|name| name.to_str()).unwrap_or_default() {
            ".git" | "target" | "corpus" | "artifacts" => {}
            _ if path.is_dir() => out.extend(files(&path)),
            _ => out.push(path),
        }
    }
    out
}

#[test]
#[ignore = "builds half of the workspace once more; cargo xtask check runs it"]
fn skeletons_build_and_say_what_is_missing() {
    let copy = copied();
    for (kind, name) in ADDED {
        write(&copy, kind, name).unwrap();
        assert!(write(&copy, kind, name).unwrap_err().contains("is there already"));
    }
    let built = cargo(&copy, &["build", "--offline", "-p", "threatline-report"]);
    assert!(built.contains("Finished") && !built.contains("warning: unused"), "{built}");
    let crates = ["-p", "threatline-knowledge", "-p", "threatline-extract", "-p", "threatline-threats"];
    let text = cargo(&copy, &[&["test", "--offline", "--no-fail-fast", "--lib", "--test", "pages"], &crates[..]].concat());
    let says = |sentence: &str| assert!(text.contains(sentence), "nothing says `{sentence}`:\n{text}");
    says("every_built_in_pack_loads_and_has_its_page ... ok");
    says("test pages ... ok");
    says("every_file_is_listed ... ok");
    // A rule without samples is no rule; its tests say so.
    says("skeleton-rule needs a sample that fires and one that does not");
    says("skeleton-rule has no entry in tests/data/catalogue.json");
    assert_eq!(text.matches(" ... FAILED").count(), 2, "more fails than what is to be filled in:\n{text}");
    assert!(!text.contains("warning: unused") && !text.contains("warning: missing"), "{text}");
    copied();
}

#[test]
fn names_that_cannot_be_files_are_refused() {
    let nowhere = Path::new("nowhere");
    for (kind, name) in [("pack", "flask"), ("pack", "cobol/x"), ("rule", "A"), ("rule", "a/b"), ("reader", ""), ("format", "../x"), ("word", "x")] {
        assert!(write(nowhere, kind, name).is_err(), "{kind} {name}");
    }
}
