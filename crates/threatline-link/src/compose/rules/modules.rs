//! Rules of access of a program that is built of several modules.
//!
//! A module of routes does not know the program that it becomes part of, so what it says of itself, that nothing guards
//! its routes, holds only where no program's rules reach it. Those are found where the program stands, and joined to the
//! routes at the end.

use super::constants::{annotated, source_root};
use super::{Effect, Located, RuleSet, agree, chains, is_settled};
use crate::compose::{CodeEntry, Place};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use threatline_facts::Language;
use threatline_facts::code::Source;
use threatline_knowledge::packs::{Family, Shelf};
use threatline_model::EntryPointKind;

/// What a unit's rules of access are, and whose routes they are for beside its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Source roots of its own whose programs begin here: no other program's rules are theirs.
    starts: BTreeSet<String>,
    /// Source roots of the units that it is built with.
    used: BTreeSet<String>,
    /// Its own rules.
    sets: Vec<RuleSet>,
}

pub(super) fn is_java(source: &Source) -> bool {
    matches!(source.language, Language::Java | Language::Kotlin | Language::Scala)
}

/// Source roots in which a program begins.
pub(super) fn starts(sources: &[Located<'_>], shelf: Shelf) -> BTreeSet<String> {
    if !sources.iter().any(|(_, source)| is_java(source)) {
        return BTreeSet::new();
    }
    let packs = shelf.of_family(Family::Java).iter();
    let names: Vec<&[String]> = packs.filter_map(|pack| Some(pack.central.as_ref()?.starts.as_slice())).collect();
    let begins = |source: &Source| source.classes.iter().any(|class| names.iter().any(|names| annotated(source, &class.annotations, names).is_some()));
    sources.iter().filter(|(_, source)| is_java(source) && begins(source)).map(|(path, source)| source_root(path, source)).collect()
}

/// What is said by the unit whose files `is_own` knows, of what it is built with.
pub fn reach(sources: &[Located<'_>], is_own: &dyn Fn(&str) -> bool, shelf: Shelf) -> Reach {
    let (own, other): (Vec<Located<'_>>, Vec<Located<'_>>) = sources.iter().filter(|(_, source)| is_java(source)).partition(|(path, _)| is_own(path));
    let mut out = Reach { starts: starts(&own, shelf), ..Reach::default() };
    out.sets = chains::collect(&own, shelf);
    if !out.sets.is_empty() {
        out.used = other.iter().map(|(path, source)| source_root(path, source)).collect();
    }
    out
}

/// Decides routes of modules by the rules of the programs that are built with them; where these do not agree, or not all
/// is understood, nobody knows.
pub(in crate::compose) fn govern(reaches: &[&Reach], entries: &mut [CodeEntry]) {
    let governing: Vec<&&Reach> = reaches.iter().filter(|reach| !reach.used.is_empty()).collect();
    if governing.is_empty() {
        return;
    }
    let independent: BTreeSet<&str> =
        reaches.iter().flat_map(|reach| reach.starts.iter().map(String::as_str).chain(reach.sets.iter().map(|set| set.root.as_str()))).collect();
    for entry in entries.iter_mut().filter(|entry| entry.kind == EntryPointKind::Http) {
        if entry.authenticated.as_ref().is_some_and(is_settled) {
            continue;
        }
        // Only the layout that all build tools share tells a root by the path alone.
        let Some((root, _)) = entry.places.last().and_then(|place| place.path.split_once("src/main/")) else { continue };
        if independent.contains(root) {
            continue;
        }
        let sets: Vec<&RuleSet> = governing.iter().filter(|reach| reach.used.contains(root)).flat_map(|reach| &reach.sets).collect();
        if sets.is_empty() {
            continue;
        }
        let mut seen: Vec<(Effect, Vec<Place>)> = Vec::new();
        for set in sets {
            set.consider(entry, &mut seen);
        }
        let outcome = agree(&seen);
        entry.authenticated = outcome.authenticated;
        entry.authorized = outcome.authorized.or(entry.authorized.take());
    }
}
