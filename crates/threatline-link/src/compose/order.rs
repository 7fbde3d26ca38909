//! The order of everything that is given out: by place, never by how it was found.

use super::{Composed, Place};
use std::collections::BTreeSet;

/// Sorts every list and drops what is said twice.
pub(super) fn sort(out: &mut Composed) {
    let mut order: Vec<usize> = (0..out.calls.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&out.calls[*a], &out.calls[*b]);
        (&a.place, &a.protocol, &a.target, &a.channel).cmp(&(&b.place, &b.protocol, &b.target, &b.channel))
    });
    let mut number = vec![0; order.len()];
    for (new, old) in order.iter().enumerate() {
        number[*old] = new;
    }
    let mut calls: Vec<_> = std::mem::take(&mut out.calls).into_iter().map(Some).collect();
    out.calls = order.iter().filter_map(|old| calls[*old].take()).collect();
    for entry in &mut out.entries {
        if let Some(calls) = &mut entry.calls {
            calls.iter_mut().for_each(|call| *call = number[*call]);
            calls.sort_unstable();
        }
    }
    out.entries.sort_by(|a, b| (own(&a.places), &a.path, &a.method, &a.places).cmp(&(own(&b.places), &b.path, &b.method, &b.places)));
    out.entries.dedup_by(|a, b| a.path == b.path && a.method == b.method && a.kind == b.kind && own(&a.places) == own(&b.places));
    out.mains.sort_by(|a, b| (&a.place, a.serves).cmp(&(&b.place, b.serves)));
    out.mains.dedup();
    out.traits.sort_by(|a, b| (&a.place, a.property).cmp(&(&b.place, b.property)));
    out.traits.dedup();
    out.data.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    out.data.dedup();
    out.reads.sort_by(|a, b| (&a.2, &a.0, &a.1).cmp(&(&b.2, &b.0, &b.1)));
    out.reads.dedup();
    let libraries: BTreeSet<(Place, String)> = std::mem::take(&mut out.libraries).into_iter().map(|(name, place)| (place, name)).collect();
    out.libraries = libraries.into_iter().map(|(place, name)| (name, place)).collect();
    out.unresolved.sort();
    out.unresolved.dedup();
}

fn own(places: &[Place]) -> Option<&Place> {
    places.last()
}
