//! Source that is read and joined, for all tests that begin with text.
#![allow(dead_code, reason = "each file of tests uses some of it")]

use std::sync::Arc;
use threatline_extract::extract_all;
use threatline_facts::{ArtifactKind, Facts};
use threatline_link::compose::{Composed, compose};
use threatline_link::{Artifact, LinkConfig, link};
use threatline_model::Model;

/// The model of files, given with their paths, without the users that are drawn wherever something is open to them.
pub(crate) fn model(files: &[(&str, &str)]) -> Model {
    let mut model = drawn(files);
    model.components.retain(|component| !component.is_drawn_user());
    let known: Vec<_> = model.components.iter().map(|component| component.id.clone()).collect();
    model.flows.retain(|flow| known.contains(&flow.source));
    model
}

/// The whole model of files.
pub(crate) fn drawn(files: &[(&str, &str)]) -> Model {
    let read = |(path, text): &(&str, &str)| {
        let kind = ArtifactKind::of(path.rsplit('/').next().unwrap()).unwrap();
        ((*path).to_owned(), extract_all(kind, text.as_bytes()).facts)
    };
    let mut facts: Vec<(Arc<str>, Facts)> = files.iter().map(read).map(|(path, facts)| (Arc::from(path), facts)).collect();
    facts.sort_by(|a, b| a.0.cmp(&b.0));
    let completed = threatline_extract::complete(&facts);
    let artifacts: Vec<Artifact<'_>> = facts.iter().map(|(path, facts)| Artifact { path: path.clone(), facts: completed.get(path).unwrap_or(facts) }).collect();
    let plain: Vec<(&str, &Facts)> = facts.iter().map(|(path, facts)| (&**path, facts)).collect();
    link(&artifacts, &compose(&plain), &LinkConfig::default())
}

/// Composes files, given with their paths.
pub(crate) fn composed(files: &[(&str, &str)]) -> Composed {
    let read = |(path, text): &(&str, &str)| {
        let kind = ArtifactKind::of(path.rsplit('/').next().unwrap()).unwrap();
        ((*path).to_owned(), extract_all(kind, text.as_bytes()).facts)
    };
    let facts: Vec<(String, Facts)> = files.iter().map(read).collect();
    compose(&facts.iter().map(|(path, facts)| (path.as_str(), facts)).collect::<Vec<_>>())
}

/// `METHOD path verdict` of every way in, sorted.
#[track_caller]
pub(crate) fn check(files: &[(&str, &str)], expected: &[&str]) {
    let mut shown: Vec<String> = Vec::new();
    for entry in &composed(files).entries {
        let verdict = entry.authenticated.as_ref().map_or("unknown".to_owned(), |one| format!("{} {:?}", one.holds, one.grade));
        shown.push(format!("{} {} {verdict}", entry.method.as_deref().unwrap_or("*"), entry.path));
    }
    shown.sort();
    assert_eq!(shown, expected);
}

/// The first line of a place, as it is written.
pub(crate) fn line(files: &[(&str, &str)], place: &threatline_link::compose::Place) -> String {
    let (path, text) = files.iter().find(|(path, _)| *path == &*place.path).unwrap();
    let kind = ArtifactKind::of(path.rsplit('/').next().unwrap()).unwrap();
    let anchor = extract_all(kind, text.as_bytes()).anchors[place.mark.0 as usize];
    text.lines().nth(anchor.line as usize - 1).unwrap().trim().to_owned()
}

/// Every way in as `METHOD path known place:parameter…`, sorted.
pub(crate) fn told(files: &[(&str, &str)]) -> Vec<String> {
    let mut out: Vec<String> = composed(files)
        .entries
        .iter()
        .map(|entry| {
            let known = match entry.authenticated.as_ref().map(|conclusion| conclusion.holds) {
                Some(true) => "guarded",
                Some(false) => "open",
                None => "unknown",
            };
            let parameters: Vec<String> = entry.parameters.iter().filter(|one| one.place != "path").map(|one| format!(" {}:{}", one.place, one.name)).collect();
            format!("{} {} {known}{}", entry.method.as_deref().unwrap_or("*"), entry.path, parameters.concat())
        })
        .collect();
    out.sort();
    out
}

/// Each entry point as `METHOD path(parameters) authenticated`.
pub(crate) fn entries(files: &[(&str, &str)]) -> Vec<String> {
    let mut out: Vec<String> = composed(files)
        .entries
        .iter()
        .map(|entry| {
            let parameters: Vec<String> = entry.parameters.iter().map(|one| format!("{}:{}", one.place, one.name)).collect();
            let authenticated = entry.authenticated.as_ref().map_or("?".to_owned(), |conclusion| conclusion.holds.to_string());
            format!("{} {}({}) {authenticated}", entry.method.as_deref().unwrap_or("ANY"), entry.path, parameters.join(","))
        })
        .collect();
    out.sort();
    out
}

/// The parameters of each entry point, as `METHOD path place:name …`.
pub(crate) fn parameters(files: &[(&str, &str)]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for entry in &composed(files).entries {
        let told: Vec<String> = entry.parameters.iter().map(|one| format!("{}:{}", one.place, one.name)).collect();
        out.push(format!("{} {} {}", entry.method.as_deref().unwrap_or("*"), entry.path, told.join(" ")));
    }
    out.sort();
    out
}

/// `component kind exposure`, but for users that are drawn.
pub(crate) fn components(model: &Model) -> Vec<String> {
    let made = model.components.iter().filter(|component| !component.is_drawn_user());
    made.map(|component| format!("{} {} {}", component.id.rest(), component.kind.name(), component.exposure.name())).collect()
}

/// `source>target:protocol`, but for ways of the users that are drawn.
pub(crate) fn flows(model: &Model) -> Vec<&str> {
    model.flows.iter().map(|flow| flow.id.rest()).filter(|id| !id.starts_with("user>")).collect()
}

/// `component:METHOD path`, and who is let in.
pub(crate) fn ways_in(model: &Model) -> Vec<String> {
    let verdict = |known: Option<bool>| known.map_or("unknown", |asks| if asks { "asks" } else { "open" });
    model.entry_points.iter().map(|entry| format!("{} {}", entry.id.rest(), verdict(entry.authenticated))).collect()
}
