//! The attack graph: positions, what leads from one to another for free, and what threats add.
//!
//! Sending is free, gaining is not: apart from the edges in `free.rs` every gain is a threat's step.

use crate::place::{At, Numbers, Place, Power};
use crate::system::System;
use crate::worth::Worths;
use std::collections::BTreeMap;

/// A probability of one.
pub(crate) const ONE: u32 = 1_000_000;

/// No threat's: an edge that is free.
pub(crate) const FREE: u32 = u32::MAX;

/// The product of two probabilities, rounded down.
pub(crate) fn times(a: u32, b: u32) -> u32 {
    (u64::from(a) * u64::from(b) / u64::from(ONE)) as u32
}

/// Thousandths as a probability; more than all is all.
pub(crate) fn millionths(thousandths: u16) -> u32 {
    u32::from(thousandths.min(1000)) * 1000
}

/// One way from a position to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) to: u32,
    pub(crate) weight: u32,
    /// The way is never more likely than this, however likely its beginning (an account of one's own).
    pub(crate) cap: u32,
    /// The number of the threat whose step it is, or [`FREE`].
    pub(crate) threat: u32,
}

/// Needs and gains of one threat by one clause of its step.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// All must be held.
    pub(crate) needs: Vec<u32>,
    /// All are yielded.
    pub(crate) gains: Vec<u32>,
}

/// Lists by position, flat.
#[derive(Default)]
pub(crate) struct Table<T> {
    begins: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy> Table<T> {
    fn new(size: usize, rows: &[(u32, T)]) -> Self {
        let mut begins = vec![0u32; size + 1];
        for (from, _) in rows {
            begins[*from as usize + 1] += 1;
        }
        for at in 0..size {
            begins[at + 1] += begins[at];
        }
        let mut next = begins.clone();
        let mut items: Vec<T> = rows.iter().map(|(_, item)| *item).collect();
        for (from, item) in rows {
            items[next[*from as usize] as usize] = *item;
            next[*from as usize] += 1;
        }
        Self { begins, items }
    }

    pub(crate) fn of(&self, at: u32) -> &[T] {
        &self.items[self.begins[at as usize] as usize..self.begins[at as usize + 1] as usize]
    }
}

/// What is collected before the graph is fixed.
pub(crate) struct Draft {
    pub(crate) numbers: Numbers,
    pub(crate) edges: Vec<(u32, Edge)>,
    /// A position, the other that it needs, and what both together are.
    pub(crate) pairs: Vec<(u32, (u32, u32))>,
    pub(crate) starts: BTreeMap<u32, u32>,
    size: usize,
}

impl Draft {
    pub(crate) fn new(system: &System<'_>) -> Self {
        let numbers = Numbers::new(system);
        let size = numbers.end();
        Self { numbers, edges: Vec::new(), pairs: Vec::new(), starts: BTreeMap::new(), size }
    }

    pub(crate) fn at(&self, power: Power, place: Place) -> u32 {
        self.numbers.of(power, place)
    }

    /// A new joint.
    pub(crate) fn joint(&mut self) -> u32 {
        self.size += 1;
        (self.size - 1) as u32
    }

    pub(crate) fn edge(&mut self, from: u32, to: u32, weight: u32) {
        self.edges.push((from, Edge { to, weight, cap: ONE, threat: FREE }));
    }

    pub(crate) fn pair(&mut self, a: u32, b: u32, joint: u32) {
        self.pairs.push((a, (b, joint)));
        self.pairs.push((b, (a, joint)));
    }

    pub(crate) fn start(&mut self, at: u32, weight: u32) {
        if weight > 0 {
            let best = self.starts.entry(at).or_default();
            *best = weight.max(*best);
        }
    }
}

/// The graph of one system with its threats.
pub(crate) struct Graph<'m> {
    pub(crate) system: System<'m>,
    pub(crate) worths: Worths,
    pub(crate) numbers: Numbers,
    pub(crate) starts: BTreeMap<u32, u32>,
    pub(crate) pairs: Table<(u32, u32)>,
    /// What each threat needs and gains.
    pub(crate) ways: Vec<Vec<Way>>,
    /// How many positions and joints there are.
    pub(crate) size: usize,
    edges: Table<Edge>,
    /// From inside a boundary straight to what follows from nearness, easiest first; by boundary.
    nearness: Vec<Vec<Edge>>,
}

impl<'m> Graph<'m> {
    /// Fixes a draft: drops what leads to nothing, shortens the ways from inside.
    pub(crate) fn new(system: System<'m>, worths: Worths, draft: Draft, ways: Vec<Vec<Way>>) -> Self {
        let Draft { numbers, mut edges, pairs, starts, size } = draft;
        let live = live(&system, &worths, &numbers, &edges, &pairs, &ways, size);
        edges.retain(|(_, edge)| live[edge.to as usize]);
        let all = Table::new(size, &edges);
        let insides: Vec<u32> = (0..system.boundaries.len()).map(|b| numbers.of(Power::Inside, Place::Boundary(b))).collect();
        edges.retain(|(at, _)| insides.binary_search(at).is_err());
        let mut nearness = Vec::with_capacity(insides.len());
        for inside in insides {
            // A capped edge has no place in an order of weights.
            let (capped, list): (Vec<Edge>, Vec<Edge>) = shorten(&all, &numbers, inside).into_iter().partition(|edge| edge.cap != ONE);
            edges.extend(capped.into_iter().map(|edge| (inside, edge)));
            nearness.push(list);
        }
        let edges = Table::new(size, &edges);
        let pairs = Table::new(size, &pairs);
        Self { system, worths, numbers, starts, pairs, ways, size, edges, nearness }
    }

    /// Edges to follow at once.
    pub(crate) fn edges(&self, at: u32) -> &[Edge] {
        self.edges.of(at)
    }

    /// Edges to follow one by one, easiest first; only from inside a boundary.
    pub(crate) fn nearness(&self, at: u32) -> &[Edge] {
        match self.numbers.at(at) {
            Some(At { power: Power::Inside, place: Place::Boundary(b) }) => &self.nearness[b],
            _ => &[],
        }
    }

    pub(crate) fn number(&self, power: Power, place: Place) -> u32 {
        self.numbers.of(power, place)
    }
}

/// Positions that can lead to something of worth or to a threat's need.
fn live(
    system: &System<'_>,
    worths: &Worths,
    numbers: &Numbers,
    edges: &[(u32, Edge)],
    pairs: &[(u32, (u32, u32))],
    ways: &[Vec<Way>],
    size: usize,
) -> Vec<bool> {
    let mut back: Vec<(u32, u32)> = edges.iter().map(|(from, edge)| (edge.to, *from)).collect();
    back.extend(pairs.iter().map(|(from, (_, joint))| (*joint, *from)));
    let mut todo: Vec<u32> = ways.iter().flatten().flat_map(|way| way.needs.iter().copied()).collect();
    todo.extend(back.iter().map(|(to, _)| *to).filter(|to| is_worthy(system, worths, numbers, *to)));
    let back = Table::new(size, &back);
    let mut live = vec![false; size];
    while let Some(at) = todo.pop() {
        if !std::mem::replace(&mut live[at as usize], true) {
            todo.extend(back.of(at));
        }
    }
    live
}

fn is_worthy(system: &System<'_>, worths: &Worths, numbers: &Numbers, at: u32) -> bool {
    let Some(at) = numbers.at(at) else { return false };
    let (worth, owner) = worths.stake(system, at);
    worth.value > 0 && owner.is_some_and(|owner| system.ours(owner))
}

/// Everything that follows from standing inside, past being near and reaching, easiest first. A flat
/// network has thousands of neighbours, and the search should read on only as far as it needs to.
fn shorten(all: &Table<Edge>, numbers: &Numbers, inside: u32) -> Vec<Edge> {
    let passes = |edge: &Edge| {
        edge.weight == ONE && edge.cap == ONE && edge.threat == FREE && numbers.at(edge.to).is_some_and(|at| matches!(at.power, Power::Near | Power::Reach))
    };
    let mut found: BTreeMap<(u32, u32, u32), u32> = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut todo = vec![inside];
    while let Some(at) = todo.pop() {
        for edge in all.of(at) {
            if passes(edge) {
                if seen.insert(edge.to) {
                    todo.push(edge.to);
                }
            } else {
                let best = found.entry((edge.to, edge.cap, edge.threat)).or_default();
                *best = edge.weight.max(*best);
            }
        }
    }
    let mut found: Vec<Edge> = found.into_iter().map(|((to, cap, threat), weight)| Edge { to, weight, cap, threat }).collect();
    found.sort_by_key(|edge| (std::cmp::Reverse(edge.weight), edge.to));
    found
}
