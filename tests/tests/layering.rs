//! Arrows between crates never point up.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Crate, and what it may depend on of this workspace. The table is the house's plan.
const PLAN: &[(&str, &[&str])] = &[
    ("threatline-facts", &[]),
    ("threatline-model", &["facts"]),
    ("threatline-knowledge", &["facts"]),
    ("threatline-extract", &["facts", "knowledge"]),
    ("threatline-link", &["facts", "knowledge", "model"]),
    ("threatline-threats", &["facts", "model"]),
    ("threatline-risk", &["model", "threats"]),
    ("threatline-engine", &["extract", "facts", "knowledge", "link", "model", "risk", "threats"]),
    ("threatline-report", &["facts", "model", "risk", "threats"]),
    ("threatline-repo", &["engine"]),
    ("threatline-testing", &["engine"]),
    ("threatline", &["engine", "facts", "model", "repo", "report", "risk", "threats"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn dependencies(manifest: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(manifest).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let of = |key: &str| table.get(key).and_then(toml::Value::as_table).map(|table| table.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    of("dependencies").into_iter().chain(of("build-dependencies")).filter(|name| name.starts_with("threatline")).collect()
}

#[test]
fn arrows_never_point_up() {
    let plan: BTreeMap<&str, BTreeSet<String>> =
        PLAN.iter().map(|(name, may)| (*name, may.iter().map(|short| format!("threatline-{short}")).collect())).collect();
    let mut seen = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let may = plan.get(name.as_str()).unwrap_or_else(|| panic!("{name} is not in the plan of the house"));
        let uses = dependencies(&folder.join("Cargo.toml"));
        let more: Vec<_> = uses.difference(may).collect();
        assert!(more.is_empty(), "{name} must not depend on {more:?}");
        seen.insert(name);
    }
    assert_eq!(seen.len(), PLAN.len(), "the plan names a crate that is not there");
}

#[test]
fn the_verbs_know_neither_salsa_nor_git_nor_threads() {
    for name in ["facts", "model", "knowledge", "extract", "link", "threats", "risk", "report"] {
        let text = std::fs::read_to_string(root().join(format!("crates/threatline-{name}/Cargo.toml"))).unwrap();
        let table: toml::Table = text.parse().unwrap();
        for foreign in ["salsa", "gix", "rayon"] {
            assert!(!table["dependencies"].as_table().unwrap().contains_key(foreign), "threatline-{name} depends on {foreign}");
        }
    }
}

#[test]
fn the_top_level_holds_only_what_tools_and_people_look_for() {
    let known = [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "clippy.toml",
        "deny.toml",
        "rustfmt.toml",
        ".cargo",
        ".ci",
        ".git",
        ".gitignore",
        "crates",
        "xtask",
        "examples",
        "tests",
        "target",
    ];
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_str().unwrap().to_owned();
        assert!(known.contains(&name.as_str()), "{name} does not belong at the top");
    }
}
