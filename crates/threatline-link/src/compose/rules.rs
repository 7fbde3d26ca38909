//! Rules of access that stand in one place: tried in order, the first match decides.
//!
//! What a framework calls such rules is data (`[central]` in packs); reading chains of calls in order,
//! patterns, and deciding a route is here. A rule of which it is not known whether it matches leaves open
//! what follows, and a route is decided only if everything that may decide it agrees.

mod chains;
mod constants;
mod fallback;
mod modules;
mod patterns;
mod requests;
mod tables;
#[cfg(test)]
mod tests;

pub(super) use modules::govern;
pub use modules::{Reach, reach};

use super::{CodeEntry, Conclusion, Place};
use patterns::Requests;
pub(super) use patterns::{Fit, fit_path};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use threatline_facts::code::Source;
use threatline_knowledge::packs::{Family, Shelf};
use threatline_model::{EntryPointKind, Grade};

/// A source file and where it lies.
pub type Located<'a> = (&'a Arc<str>, &'a Source);

/// What a rule does with the requests it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// Anyone passes.
    Exempts,
    /// Only who is known passes.
    Authenticates,
    /// Only who has a right passes.
    Authorizes,
    /// Not understood.
    Unknown,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rule {
    requests: Vec<Requests>,
    effect: Effect,
    /// It stands under a condition.
    maybe: bool,
    place: Place,
}

/// Rules that belong together: the first chain that is for a request decides it alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chain {
    /// The requests it is for; none is all.
    scope: Option<Vec<Requests>>,
    rules: Vec<Rule>,
    order: i64,
    /// Whether it is there, or where in the order, is not known.
    maybe: bool,
    place: Place,
}

/// The rules of one program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RuleSet {
    /// The folder whose routes they are for.
    root: String,
    /// Exemptions that are tried before all chains.
    first: Vec<Rule>,
    /// In order.
    chains: Vec<Chain>,
    /// For routes that say nothing of themselves.
    fallback: Option<(Effect, Place)>,
    /// For controllers that say nothing of themselves.
    controllers: Option<(Effect, Place)>,
    /// Name spaces that files of these controllers import, and that they do not.
    of: Vec<(String, bool)>,
}

/// Decides the entry points that central rules cover and whose own guards do not settle it.
///
/// Sources are sorted by path.
pub fn apply(sources: &[Located<'_>], shelf: Shelf, entries: &mut [CodeEntry]) {
    if entries.is_empty() {
        return;
    }
    let sets = collect(sources, shelf);
    let programs = modules::starts(sources, shelf);
    let lent = sets.iter().any(|set| !set.chains.is_empty() && !programs.contains(&set.root));
    // packs of languages that are not spoken here are not even read: a hook would wait for them
    let spoken: BTreeSet<Family> = sources.iter().map(|(_, source)| Family::of(source.language)).collect();
    let packs = spoken.into_iter().flat_map(|family| shelf.of_family(family).iter());
    let apart: BTreeSet<&str> = packs.filter(|pack| !pack.requests).map(|pack| pack.name.as_str()).collect();
    for entry in entries {
        // Such rules are of requests over HTTP.
        if matches!(entry.kind, EntryPointKind::Message | EntryPointKind::Schedule | EntryPointKind::Cli | EntryPointKind::Function) {
            continue;
        }
        let Some(place) = entry.places.last().cloned() else { continue };
        if apart.contains(&*place.by) {
            continue;
        }
        if entry.authenticated.as_ref().is_some_and(is_settled) {
            continue;
        }
        let Ok(at) = sources.binary_search_by(|(path, _)| path.cmp(&&place.path)) else { continue };
        let Some(set) = cover(&sets, sources[at]) else {
            // A module that it is built with has rules of its own; whether this program switches them on nobody knows.
            if modules::is_java(sources[at].1) && lent {
                (entry.authenticated, entry.authorized) = (None, entry.authorized.take().filter(is_settled));
            }
            continue;
        };
        let Some(outcome) = set.decide(entry, constants::has_controller(sources[at].1)) else { continue };
        entry.authenticated = outcome.authenticated;
        entry.authorized = outcome.authorized.or(entry.authorized.take());
    }
}

/// The route's own guards say it for certain.
fn is_settled(conclusion: &Conclusion) -> bool {
    conclusion.holds || conclusion.grade == Grade::X
}

fn collect(sources: &[Located<'_>], shelf: Shelf) -> Vec<RuleSet> {
    let mut sets = chains::collect(sources, shelf);
    sets.extend(fallback::collect(sources, shelf));
    sets.extend(tables::collect(sources));
    sets.sort_by(|left, right| left.root.cmp(&right.root));
    sets
}

/// The set of a file: that of its own source root (Java), else of the innermost folder around it (C#).
fn cover<'s>(sets: &'s [RuleSet], (path, source): Located<'_>) -> Option<&'s RuleSet> {
    if matches!(source.language, threatline_facts::Language::Java | threatline_facts::Language::Kotlin | threatline_facts::Language::Scala) {
        let root = constants::source_root(path, source);
        return sets.iter().find(|set| set.root == root && (!set.chains.is_empty() || !set.first.is_empty()));
    }
    if source.language == threatline_facts::Language::Php {
        let around = sets.iter().filter(|set| !set.chains.is_empty() && constants::is_under(path, &set.root));
        return around.max_by_key(|set| set.root.len());
    }
    let says = |set: &&RuleSet| (set.fallback.is_some() || set.controllers.is_some()) && set.is_of(source);
    let around = |set: &&RuleSet| says(set) && constants::is_under(path, &set.root);
    sets.iter().filter(around).max_by_key(|set| set.root.len())
}

/// What the rules say of one route.
struct Outcome {
    authenticated: Option<Conclusion>,
    authorized: Option<Conclusion>,
}

impl RuleSet {
    /// Whether it is for the controllers of a file: those of the framework whose it is, and of no other.
    fn is_of(&self, source: &threatline_facts::code::Source) -> bool {
        let imports = |space: &str| source.imports.iter().any(|import| import.module == space);
        self.of.iter().all(|(space, own)| imports(space) == *own)
    }

    /// None when these rules say nothing of the route.
    fn decide(&self, entry: &CodeEntry, of_controller: bool) -> Option<Outcome> {
        if self.chains.is_empty() && self.first.is_empty() {
            let (effect, place) = self.fallback.as_ref().or(self.controllers.as_ref().filter(|_| of_controller))?;
            return (*effect != Effect::Unknown).then(|| agree(&[(*effect, vec![place.clone()])]));
        }
        let mut seen = Vec::new();
        self.consider(entry, &mut seen);
        Some(agree(&seen))
    }

    /// Adds what may decide the route here.
    fn consider(&self, entry: &CodeEntry, seen: &mut Vec<(Effect, Vec<Place>)>) {
        if !first_match(&self.first, entry, seen) {
            self.decide_by_chains(entry, seen);
        }
    }

    fn decide_by_chains(&self, entry: &CodeEntry, seen: &mut Vec<(Effect, Vec<Place>)>) {
        for chain in &self.chains {
            let fit = chain.scope.as_ref().map_or(Fit::Yes, |scope| patterns::fit_any(scope, entry));
            if fit == Fit::No {
                continue;
            }
            if !first_match(&chain.rules, entry, seen) {
                seen.push((Effect::Unknown, vec![chain.place.clone()]));
            }
            if fit == Fit::Yes && !chain.maybe {
                return;
            }
        }
        seen.push((Effect::Unknown, Vec::new()));
    }
}

/// Adds what may decide; true when a rule certainly does.
fn first_match(rules: &[Rule], entry: &CodeEntry, seen: &mut Vec<(Effect, Vec<Place>)>) -> bool {
    for rule in rules {
        match patterns::fit_any(&rule.requests, entry) {
            Fit::No => {}
            fit => {
                seen.push((rule.effect, vec![rule.place.clone()]));
                if fit == Fit::Yes && !rule.maybe {
                    return true;
                }
            }
        }
    }
    false
}

/// What all that may decide agrees on.
fn agree(seen: &[(Effect, Vec<Place>)]) -> Outcome {
    let all = |wanted: &[Effect]| !seen.is_empty() && seen.iter().all(|(effect, _)| wanted.contains(effect));
    let conclusion = |holds: bool| {
        let mut places: Vec<Place> = seen.iter().flat_map(|(_, places)| places.clone()).collect();
        places.dedup();
        Some(Conclusion { holds, grade: Grade::X, places })
    };
    if all(&[Effect::Authenticates, Effect::Authorizes]) {
        let authorized = if all(&[Effect::Authorizes]) { conclusion(true) } else { None };
        return Outcome { authenticated: conclusion(true), authorized };
    }
    let authenticated = if all(&[Effect::Exempts]) { conclusion(false) } else { None };
    Outcome { authenticated, authorized: None }
}
