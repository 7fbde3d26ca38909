//! Which functions at the edge are deployed: those that a configuration of their tool names.
//!
//! A module that answers `fetch` looks the same whether it is deployed, stands in for something in a test, or is what a
//! build tool runs on a developer's machine. Where the repository says which ones are deployed, others are none.

use super::draft::{folder_of, join};
use super::said::Said;
use super::source::{BUILT, ancestors};
use crate::compose::{CodeEntry, Composed};
use std::collections::BTreeSet;

/// The pack that sees such modules.
const PACK: &str = "workers";

/// Names of files with which a worker begins where nobody says with which.
const BEGINS: [&str; 5] = ["index", "worker", "main", "app", "server"];

/// What platforms deploy by the file's very name.
const BY_NAME: [&str; 4] = ["_worker.js", "_worker.ts", "_worker.mjs", "_worker.mts"];

/// What is composed, without workers that nobody deploys; none where all of it counts.
pub(crate) fn deployed(said: &Said<'_>, composed: &Composed) -> Option<Composed> {
    let found: Vec<&str> = composed.entries.iter().filter_map(of_worker).collect();
    if found.is_empty() {
        return None;
    }
    if said.workers.is_empty() {
        return without(composed, &|path| !BEGINS.contains(&stem_of(path)));
    }
    let packages: BTreeSet<&str> = said.packages.iter().map(|package| folder_of(&package.path)).collect();
    let is_alone = |path: &str| !found.iter().any(|other| *other != path && package_of(other, &packages) == package_of(path, &packages));
    let counts = |path: &str| {
        let named = said.workers.iter().any(|worker| {
            let Some(main) = worker.it.main.as_deref().and_then(|main| join(folder_of(&worker.path), main)) else { return false };
            // of what a build makes the only such module of the package is the source
            let source = || is_made(&main) && package_of(path, &packages) == package_of(&worker.path, &packages) && is_alone(path);
            main == path || source()
        });
        named || BY_NAME.iter().any(|name| path.rsplit('/').next() == Some(*name)) || is_declared(path, composed)
    };
    without(composed, &|path| !counts(path))
}

/// What is composed without the workers of which that holds; none where it holds of none.
fn without(composed: &Composed, drops: &dyn Fn(&str) -> bool) -> Option<Composed> {
    let dropped: BTreeSet<&str> = composed.entries.iter().filter_map(of_worker).filter(|path| drops(path)).collect();
    if dropped.is_empty() {
        return None;
    }
    let mut kept = composed.clone();
    kept.entries.retain(|entry| of_worker(entry).is_none_or(|path| !dropped.contains(path)));
    Some(kept)
}

fn stem_of(path: &str) -> &str {
    path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default()
}

/// The file of a way in that only its form shows.
fn of_worker(entry: &CodeEntry) -> Option<&str> {
    entry.places.last().filter(|place| &*place.by == PACK).map(|place| &*place.path)
}

/// Whether a path lies in a folder that builds write to.
fn is_made(path: &str) -> bool {
    path.split('/').any(|part| BUILT.contains(&part) || part.starts_with('.'))
}

fn package_of<'p>(path: &'p str, packages: &BTreeSet<&str>) -> &'p str {
    ancestors(path).find(|folder| packages.contains(folder)).unwrap_or("")
}

/// Whether a program that declares resources names the file.
fn is_declared(path: &str, composed: &Composed) -> bool {
    let attributes = composed.resources.iter().flat_map(|resource| &resource.resource.attributes);
    let mut texts = attributes.filter_map(|(_, text, _)| text.as_literal()).map(|text| text.trim_start_matches("./"));
    texts.any(|text| text.contains('/') && path.strip_suffix(text).is_some_and(|before| before.is_empty() || before.ends_with('/')))
}
