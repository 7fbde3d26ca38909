//! Cargo: `Cargo.toml` of packages and workspaces.

use super::draft::Draft;
use super::tables::{Entry, Tables};
use threatline_facts::{Ecosystem, Extracted};
use toml::de::DeValue;

/// Reads one `Cargo.toml`.
pub fn read(text: &str) -> Extracted {
    let Some(tables) = Tables::parse(text) else { return Extracted::lost("not TOML") };
    let mut draft = Draft::new(Ecosystem::Cargo);
    draft.name = tables.text(&["package", "name"]);
    dependencies(&mut draft, &tables, &[]);
    for target in tables.entries(&["target"]) {
        dependencies(&mut draft, &tables, &["target", target.key]);
    }
    // A workspace only lends versions and paths to its members; it depends on nothing itself.
    for entry in tables.entries(&["workspace", "dependencies"]) {
        sibling(&mut draft, &entry);
    }
    for (member, _) in tables.texts(tables.value(&["workspace", "members"])) {
        draft.member(member);
    }
    let default_run = tables.value(&["package", "default-run"]).is_some();
    let binaries = tables.value(&["bin"]).and_then(DeValue::as_array).is_some_and(|list| !list.is_empty());
    draft.runs = (binaries || default_run).then_some(true);
    draft.main = tables.text(&["lib", "path"]).map(|(path, _)| path);
    tables.admit(draft.finish())
}

fn dependencies(draft: &mut Draft, tables: &Tables<'_>, prefix: &[&str]) {
    for (section, development) in [("dependencies", false), ("dev-dependencies", true), ("build-dependencies", true)] {
        let path: Vec<&str> = prefix.iter().copied().chain([section]).collect();
        for entry in tables.entries(&path) {
            draft.depend(real_name(&entry), entry.line, development);
            sibling(draft, &entry);
        }
    }
}

/// `package = "…"` tells the name that a renamed dependency really has.
fn real_name<'t>(entry: &Entry<'t, '_>) -> &'t str {
    let renamed = entry.value.as_table().and_then(|table| table.get("package")?.get_ref().as_str());
    renamed.unwrap_or(entry.key)
}

fn sibling(draft: &mut Draft, entry: &Entry<'_, '_>) {
    if let Some(path) = entry.value.as_table().and_then(|table| table.get("path")?.get_ref().as_str()) {
        draft.sibling(real_name(entry), path);
    }
}
