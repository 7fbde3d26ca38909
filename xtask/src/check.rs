//! `check` and `test`.

use crate::tools::{Done, files, output, read, root, run};
use std::collections::BTreeSet;

/// What a change must pass.
pub(crate) fn all() -> Done {
    let root = root();
    run(&root, "cargo", &["fmt", "--all", "--check"])?;
    run(&root, "cargo", &["clippy", "--quiet", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;
    forgotten_files()?;
    paths_in_documents()?;
    tests_in_documents()?;
    licences()?;
    frameworks(&["--check"])?;
    test(&[])
}

/// All tests, after a look at what they need.
pub(crate) fn test(arguments: &[&str]) -> Done {
    let root = root();
    output(&root, "git", &["--version"]).map_err(|_| "the tests make real repositories and need git 2.30 or later on the PATH".to_owned())?;
    let mut words = vec!["test", "--workspace", "--locked"];
    words.extend(arguments);
    run(&root, "cargo", &words)?;
    // It builds a copy of the workspace, so it waits until this one is built.
    if arguments.is_empty() { run(&root, "cargo", &["test", "--quiet", "--locked", "-p", "xtask", "--", "--ignored"]) } else { Ok(()) }
}

/// The table of frameworks, which the packs themselves and their pages tell.
pub(crate) fn frameworks(arguments: &[&str]) -> Done {
    let mut words = vec!["run", "--quiet", "--locked", "--package", "threatline-tests", "--example", "frameworks", "--"];
    words.extend(arguments);
    run(&root(), "cargo", &words)
}

/// Every source file is reached from its crate's root, and every page and pack belongs to something.
fn forgotten_files() -> Done {
    let all = files()?;
    let mut forgotten = Vec::new();
    for path in all.iter().filter(|path| path.ends_with(".rs") && path.contains("/src/")) {
        let Some((folder, name)) = path.rsplit_once('/') else { continue };
        let stem = name.trim_end_matches(".rs");
        let entry = matches!(stem, "lib" | "main" | "mod") || folder.ends_with("/bin");
        if entry {
            continue;
        }
        let parents = [format!("{folder}.rs"), format!("{folder}/mod.rs"), format!("{folder}/lib.rs"), format!("{folder}/main.rs")];
        let declared = parents.iter().filter(|parent| all.contains(parent)).any(|parent| {
            read(parent).is_ok_and(|text| {
                let modules = text.lines().filter_map(|line| line.trim().strip_suffix(';'));
                let plain = modules.filter_map(|line| line.rsplit_once("mod ").map(|(_, name)| name.trim().trim_start_matches("r#"))).any(|name| name == stem);
                // lists of one word a line are read by a macro
                plain || text.lines().any(|line| line.trim().trim_end_matches([',', ';']) == stem)
            })
        });
        if !declared {
            forgotten.push(path.clone());
        }
    }
    if forgotten.is_empty() { Ok(()) } else { Err(format!("files that no module names:\n  {}", forgotten.join("\n  "))) }
}

/// Paths that documents name in backticks exist.
fn paths_in_documents() -> Done {
    let all = files()?;
    let known: BTreeSet<&str> = all.iter().map(String::as_str).collect();
    let exists = |path: &str| {
        let folder = format!("{}/", path.trim_end_matches('/'));
        known.contains(path) || known.range(folder.as_str()..).next().is_some_and(|next| next.starts_with(&folder))
    };
    let mut wrong = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        for (number, line) in read(document)?.lines().enumerate() {
            for word in line.split('`').skip(1).step_by(2) {
                let ours = ["crates/", "xtask/", "examples/", "tests/"].iter().any(|start| word.starts_with(start));
                let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
                if ours && plain && !exists(word) {
                    wrong.push(format!("{document}:{}: {word}", number + 1));
                }
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("documents name what is not there:\n  {}", wrong.join("\n  "))) }
}

/// Tests that ARCHITECTURE.md names behind a file, as in `` `tests/x.rs` · `one`, `another` ``, are in that file.
fn tests_in_documents() -> Done {
    let mut wrong = Vec::new();
    for (number, line) in read("ARCHITECTURE.md")?.lines().enumerate() {
        for part in line.split(';') {
            let Some((before, after)) = part.split_once(" · ") else { continue };
            let Some(path) = before.trim_end_matches('`').rsplit('`').next().filter(|path| path.ends_with(".rs")) else { continue };
            let text = read(path)?;
            let is_name = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            for name in after.split('`').skip(1).step_by(2).filter(is_name) {
                if !text.contains(&format!("fn {name}(")) {
                    wrong.push(format!("ARCHITECTURE.md:{}: {name} is not in {path}", number + 1));
                }
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("documents name tests that are not there:\n  {}", wrong.join("\n  "))) }
}

/// `cargo deny`, where it is installed.
fn licences() -> Done {
    let root = root();
    if output(&root, "cargo", &["deny", "--version"]).is_err() {
        if std::env::var_os("CI").is_some() {
            return Err("cargo-deny is missing: cargo install --locked cargo-deny".to_owned());
        }
        eprintln!("xtask: cargo-deny is not installed, licences were not checked (cargo install --locked cargo-deny)");
        return Ok(());
    }
    run(&root, "cargo", &["deny", "check", "licenses", "bans", "sources"])
}
