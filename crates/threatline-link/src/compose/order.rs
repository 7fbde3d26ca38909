//! The order of everything that is given out: by place, never by how it was found.

use super::{CodeCall, Composed, Place};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::Text;

/// Sorts every list and drops what is said twice.
pub(super) fn sort(out: &mut Composed) {
    let shadows = shadows(out);
    let mut order: Vec<usize> = (0..out.calls.len()).filter(|call| !shadows.contains_key(call)).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&out.calls[*a], &out.calls[*b]);
        (&a.place, &a.protocol, &a.target, &a.channel).cmp(&(&b.place, &b.protocol, &b.target, &b.channel))
    });
    let mut number = vec![0; out.calls.len()];
    for (new, old) in order.iter().enumerate() {
        number[*old] = new;
    }
    for (shadow, call) in &shadows {
        hand_over(&mut out.calls, *shadow, *call);
        number[*shadow] = number[*call];
    }
    let mut calls: Vec<_> = std::mem::take(&mut out.calls).into_iter().map(Some).collect();
    out.calls = order.iter().filter_map(|old| calls[*old].take()).collect();
    let kept = drop_vaguer(out);
    number.iter_mut().for_each(|call| *call = kept[*call]);
    for entry in &mut out.entries {
        if let Some(calls) = &mut entry.calls {
            calls.iter_mut().for_each(|call| *call = number[*call]);
            calls.sort_unstable();
            calls.dedup();
            calls.dedup();
        }
    }
    out.entries.sort_by(|a, b| (own(&a.places), &a.path, &a.method, &a.places).cmp(&(own(&b.places), &b.path, &b.method, &b.places)));
    out.entries.dedup_by(|a, b| {
        let same = a.path == b.path && a.method == b.method && a.kind == b.kind && own(&a.places) == own(&b.places);
        if same {
            b.homes = a.homes.take().zip(b.homes.take()).map(|(a, b)| a.into_iter().chain(b).collect());
        }
        same
    });
    out.mains.sort_by(|a, b| (&a.place, a.serves).cmp(&(&b.place, b.serves)));
    out.mains.dedup();
    out.imports.sort();
    out.imports.dedup();
    out.traits.sort_by(|a, b| (&a.places, a.property).cmp(&(&b.places, b.property)));
    out.traits.dedup();
    out.data.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    out.data.dedup();
    out.logged.sort();
    out.logged.dedup();
    out.reads.sort_by(|a, b| (&a.2, &a.0, &a.1).cmp(&(&b.2, &b.0, &b.1)));
    out.reads.dedup();
    out.spoken.sort_by(|a, b| (&a.2, &a.0, &a.1).cmp(&(&b.2, &b.0, &b.1)));
    out.spoken.dedup();
    out.held.sort_by(|a, b| (&a.2, &a.0, &a.1).cmp(&(&b.2, &b.0, &b.1)));
    out.held.dedup();
    out.named.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    out.named.dedup();
    let libraries: BTreeSet<(Place, String)> = std::mem::take(&mut out.libraries).into_iter().map(|(name, place)| (place, name)).collect();
    out.libraries = libraries.into_iter().map(|(place, name)| (name, place)).collect();
    out.products.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    out.products.dedup();
    out.unresolved.sort();
    out.unresolved.dedup();
}

/// Calls whose address begins with something unknown, where the same place was seen with a known one: the
/// function was read once by itself and once as it is used.
fn shadows(out: &Composed) -> BTreeMap<usize, usize> {
    let key = |call: &CodeCall| (call.place.clone(), call.protocol.clone(), call.consumes);
    let mut known = BTreeMap::new();
    for (at, call) in out.calls.iter().enumerate().filter(|(_, call)| !is_open(call.target.as_ref())) {
        known.entry(key(call)).or_insert(at);
    }
    let open = out.calls.iter().enumerate().filter(|(_, call)| call.target.is_some() && is_open(call.target.as_ref()));
    open.filter_map(|(at, call)| Some((at, *known.get(&key(call))?))).collect()
}

/// What was proved of a call is proved of the one that stands for it.
fn hand_over(calls: &mut [CodeCall], from: usize, to: usize) {
    let (properties, data) = (std::mem::take(&mut calls[from].properties), std::mem::take(&mut calls[from].data));
    let call = &mut calls[to];
    for found in properties {
        if !call.properties.contains(&found) {
            call.properties.push(found);
        }
    }
    call.data.extend(data);
    call.data.sort();
    call.data.dedup_by_key(|(class, _)| *class);
}

fn is_open(target: Option<&Text>) -> bool {
    match target {
        None | Some(Text::Unknown) => true,
        Some(Text::Joined(parts)) => matches!(parts.first(), Some(Text::Unknown)),
        Some(_) => false,
    }
}

fn own(places: &[Place]) -> Option<&Place> {
    places.last()
}

/// A call that was seen with an argument and without is one: the one with it. Returns the new number
/// of each.
fn drop_vaguer(out: &mut Composed) -> Vec<usize> {
    let vague = |text: &Text| matches!(text, Text::Unknown) || matches!(text, Text::Joined(parts) if parts.contains(&Text::Unknown));
    let stands_for = |a: &CodeCall, b: &CodeCall| {
        a.place == b.place
            && a.protocol == b.protocol
            && a.technology == b.technology
            && a.channel == b.channel
            && a.consumes == b.consumes
            && a.target.as_ref().is_some_and(vague)
            && b.target.as_ref().is_some_and(|target| !vague(target))
    };
    let mut instead: Vec<usize> = (0..out.calls.len()).collect();
    for (at, instead) in instead.iter_mut().enumerate() {
        // Calls are sorted by place: those of the same place are neighbours.
        let same = |other: &usize| out.calls[*other].place == out.calls[at].place;
        let before = (0..at).rev().take_while(same);
        let after = (at + 1..out.calls.len()).take_while(same);
        if let Some(better) = before.chain(after).filter(|other| stands_for(&out.calls[at], &out.calls[*other])).min() {
            *instead = better;
        }
    }
    for (at, better) in instead.iter().enumerate().filter(|(at, better)| at != *better) {
        hand_over(&mut out.calls, at, *better);
    }
    let mut number = vec![0; out.calls.len()];
    let mut kept = Vec::new();
    for (at, call) in std::mem::take(&mut out.calls).into_iter().enumerate() {
        if instead[at] == at {
            number[at] = kept.len();
            kept.push(call);
        }
    }
    out.calls = kept;
    instead.iter().map(|at| number[*at]).collect()
}
