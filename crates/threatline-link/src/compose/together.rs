//! What units say of themselves, joined.
//!
//! Units are evaluated apart, so what one shares with others is said more than once: once by itself,
//! without knowing how it is used, and once by each that uses it. Who uses it knows better.

use super::{CodeCall, Composed, Place, order};
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::Mark;

/// What one unit says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// As it was found, neither sorted nor cleared of what is said twice.
    pub(super) composed: Composed,
    /// Entry points whose route stands in another unit.
    pub(super) borrowed: BTreeSet<usize>,
    /// Functions of other units that were run on its behalf.
    pub(super) visited: BTreeSet<(Arc<str>, u32)>,
    /// Calls that were seen only when a function was run of which nobody knows who calls it.
    pub(super) alone: BTreeMap<usize, (Arc<str>, u32)>,
    /// Classes of which it makes objects.
    pub(super) made: BTreeSet<(Arc<str>, u32)>,
    /// Its root, and the files of other units that it may run some of, as far as names tell.
    pub(super) root: String,
    pub(super) touched: BTreeSet<Arc<str>>,
    /// Its rules of access, for the routes of the units that it is built with.
    pub(super) reach: super::rules::Reach,
}

/// Everything that the units say, sorted by place.
pub fn join(parts: &[&Part]) -> Composed {
    let visited: BTreeSet<&(Arc<str>, u32)> = parts.iter().flat_map(|part| &part.visited).collect();
    let routes = |part: &&Part| part.borrowed.iter().filter_map(|entry| route(part, *entry)).collect::<Vec<_>>();
    let borrowed: BTreeSet<(Arc<str>, Mark)> = parts.iter().flat_map(routes).collect();
    let ways: HashMap<(Arc<str>, Mark), Vec<&[Place]>> = parts.iter().flat_map(|part| part.borrowed.iter().map(move |entry| (part, *entry))).fold(
        HashMap::new(),
        |mut ways: HashMap<_, Vec<&[Place]>>, (part, entry)| {
            if let Some(route) = route(part, entry) {
                ways.entry(route).or_default().push(&part.composed.entries[entry].places);
            }
            ways
        },
    );
    let mut out = Composed::default();
    let mut numbers = HashMap::new();
    for part in parts {
        let said = &part.composed;
        // A router that another unit mounts, or makes: its routes are said there, with their prefix.
        let is_alone = |entry: usize| said.entries[entry].places.len() == 1;
        // or one that holds others, and hangs nowhere in its own unit
        let is_further = |entry: usize, route: &(Arc<str>, Mark)| {
            let own = &said.entries[entry].places;
            ways.get(route).is_some_and(|ways| ways.iter().any(|way| way.len() > own.len() && way.ends_with(own)))
        };
        let is_said = |entry: usize| {
            let route = route(part, entry).filter(|_| !part.borrowed.contains(&entry));
            route.is_some_and(|route| is_alone(entry) && borrowed.contains(&route) || is_further(entry, &route))
        };
        let kept: Vec<usize> = (0..said.entries.len()).filter(|entry| !is_said(*entry)).collect();
        let used: BTreeSet<usize> = kept.iter().flat_map(|entry| said.entries[*entry].calls.iter().flatten().copied()).collect();
        let number: Vec<Option<usize>> = said
            .calls
            .iter()
            .enumerate()
            .map(|(at, call)| {
                let is_known = part.alone.get(&at).is_some_and(|function| visited.contains(function));
                (used.contains(&at) || !is_known).then(|| add(&mut out, &mut numbers, call))
            })
            .collect();
        for entry in kept {
            let mut entry = said.entries[entry].clone();
            if let Some(calls) = &mut entry.calls {
                *calls = calls.iter().filter_map(|call| number.get(*call).copied().flatten()).collect();
            }
            out.entries.push(entry);
        }
        out.mains.extend(said.mains.iter().cloned());
        out.imports.extend(said.imports.iter().cloned());
        out.traits.extend(said.traits.iter().cloned());
        out.data.extend(said.data.iter().cloned());
        out.logged.extend(said.logged.iter().cloned());
        out.reads.extend(said.reads.iter().cloned());
        out.spoken.extend(said.spoken.iter().cloned());
        out.held.extend(said.held.iter().cloned());
        out.named.extend(said.named.iter().cloned());
        out.libraries.extend(said.libraries.iter().cloned());
        out.products.extend(said.products.iter().cloned());
        out.resources.extend(said.resources.iter().cloned());
        out.unresolved.extend(said.unresolved.iter().cloned());
    }
    // who speaks of what stands in a file may run it, though nobody saw how
    for call in &mut out.calls {
        if let Some(homes) = &mut call.homes {
            homes.extend(parts.iter().filter(|part| part.touched.contains(&call.place.path)).map(|part| Arc::from(part.root.as_str())));
        }
    }
    super::rules::govern(&parts.iter().map(|part| &part.reach).collect::<Vec<_>>(), &mut out.entries);
    let made: BTreeSet<(&str, u32)> = parts.iter().flat_map(|part| part.made.iter().map(|(path, class)| (&**path, *class))).collect();
    super::constructs::leave_out_unmade(&mut out, &|path, class| made.contains(&(path, class)));
    super::constructs::settle(&mut out, &|_, _| false);
    order::sort(&mut out);
    out
}

/// A call that several units see is one, of all of them.
fn add(out: &mut Composed, numbers: &mut HashMap<CodeCall, usize>, call: &CodeCall) -> usize {
    let number = *numbers.entry(CodeCall { homes: None, ..call.clone() }).or_insert_with(|| {
        out.calls.push(call.clone());
        out.calls.len() - 1
    });
    let known = &mut out.calls[number].homes;
    *known = known.take().zip(call.homes.clone()).map(|(known, more)| known.into_iter().chain(more).collect());
    number
}

/// Where the route of an entry point stands.
fn route(part: &Part, entry: usize) -> Option<(Arc<str>, Mark)> {
    let place = part.composed.entries[entry].places.last()?;
    Some((place.path.clone(), place.mark))
}
