//! `pyproject.toml` (PEP 621, PEP 735, Poetry, uv, PDM) and `Pipfile`.

use super::{is_development_group, requirement_name};
use crate::manifest::draft::Draft;
use crate::manifest::tables::{Entry, Tables};
use threatline_facts::{Ecosystem, Extracted};
use toml::de::DeValue;

/// Whether such a section stands in these files and not in `setup.cfg`.
pub(super) fn is_project_section(line: &str) -> bool {
    let name = line.trim_start_matches('[').split(']').next().unwrap_or_default().trim();
    let first = name.split('.').next().unwrap_or_default();
    matches!(first, "project" | "tool" | "build-system" | "dependency-groups" | "packages" | "dev-packages" | "source" | "requires")
}

/// Reads one file.
pub(super) fn read(text: &str) -> Extracted {
    let Some(tables) = Tables::parse(text) else { return Extracted::lost("not TOML") };
    let mut draft = Draft::new(Ecosystem::Python);
    draft.name = tables.text(&["project", "name"]).or_else(|| tables.text(&["tool", "poetry", "name"]));
    standard(&mut draft, &tables);
    poetry(&mut draft, &tables);
    uv(&mut draft, &tables);
    named(&mut draft, tables.entries(&["packages"]), false);
    named(&mut draft, tables.entries(&["dev-packages"]), true);
    let scripts = [["project", "scripts"].as_slice(), &["project", "gui-scripts"], &["tool", "poetry", "scripts"]];
    draft.runs = scripts.iter().any(|path| !tables.entries(path).is_empty()).then_some(true);
    tables.admit(draft.finish())
}

fn listed(draft: &mut Draft, tables: &Tables<'_>, list: Option<&DeValue<'_>>, development: bool) {
    for (requirement, line) in tables.texts(list) {
        draft.depend(requirement_name(requirement).unwrap_or_default(), line, development);
    }
}

/// PEP 621 and PEP 735.
fn standard(draft: &mut Draft, tables: &Tables<'_>) {
    listed(draft, tables, tables.value(&["build-system", "requires"]), true);
    listed(draft, tables, tables.value(&["project", "dependencies"]), false);
    for group in tables.entries(&["project", "optional-dependencies"]) {
        listed(draft, tables, Some(group.value), is_development_group(group.key));
    }
    for group in tables.entries(&["dependency-groups"]) {
        listed(draft, tables, Some(group.value), is_development_group(group.key));
    }
}

fn poetry(draft: &mut Draft, tables: &Tables<'_>) {
    named(draft, tables.entries(&["tool", "poetry", "dependencies"]), false);
    named(draft, tables.entries(&["tool", "poetry", "dev-dependencies"]), true);
    for group in tables.entries(&["tool", "poetry", "group"]) {
        named(draft, tables.entries(&["tool", "poetry", "group", group.key, "dependencies"]), is_development_group(group.key));
    }
}

/// uv's and PDM's own tables.
fn uv(draft: &mut Draft, tables: &Tables<'_>) {
    listed(draft, tables, tables.value(&["tool", "uv", "dev-dependencies"]), true);
    for group in tables.entries(&["tool", "pdm", "dev-dependencies"]) {
        listed(draft, tables, Some(group.value), true);
    }
    for source in tables.entries(&["tool", "uv", "sources"]) {
        sibling(draft, &source);
    }
    for (member, _) in tables.texts(tables.value(&["tool", "uv", "workspace", "members"])) {
        draft.member(member);
    }
}

/// Tables whose keys are the names of packages.
fn named(draft: &mut Draft, entries: Vec<Entry<'_, '_>>, development: bool) {
    for entry in entries.iter().filter(|entry| entry.key != "python") {
        sibling(draft, entry);
        draft.depend(entry.key, entry.line, development);
    }
}

fn sibling(draft: &mut Draft, entry: &Entry<'_, '_>) {
    if let Some(path) = entry.value.as_table().and_then(|table| table.get("path")?.get_ref().as_str()) {
        draft.sibling(entry.key, path);
    }
}
