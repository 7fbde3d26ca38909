//! The best probability of every capability: Knuth's form of Dijkstra's search, where a position may
//! need two others. Ties break by position, which is by id.

use crate::graph::{Edge, FREE, Graph, times};
use crate::place::{At, Place, Power};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How a position came to be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// Held from the beginning.
    Start,
    /// Gained by the threat of that number, whose needs the search was not asked about.
    Seed(u32),
    /// From a position, for free or by the threat of that number.
    Edge(u32, u32),
    /// Two positions together.
    Both(u32, u32),
}

/// What is searched for.
pub(crate) struct Query<'q> {
    /// Positions held at the beginning.
    pub(crate) seeds: &'q [(u32, u32, By)],
    /// What may be held besides, by position.
    pub(crate) known: &'q [u32],
    /// Less likely is not followed.
    pub(crate) cut: u32,
    /// Positions that are not followed; sorted.
    pub(crate) block: &'q [u32],
    /// A threat whose step does not exist.
    pub(crate) without: Option<u32>,
}

/// The state of a search, kept between searches because it is large.
pub(crate) struct Search<'g, 'm> {
    graph: &'g Graph<'m>,
    /// Probability of what is settled; 0 for the rest.
    pub(crate) done: Vec<u32>,
    /// How each settled position came to be held.
    pub(crate) by: Vec<By>,
    best: Vec<u32>,
    order: Vec<u32>,
    touched: Vec<u32>,
    queue: BinaryHeap<Next>,
    waiting: Vec<(u32, u32, u32, u32)>,
}

/// Most likely first, then the smaller position.
type Next = (u32, Reverse<u32>, Reverse<Rest>);

/// Where to read on in a list of neighbours: its position, index and the probability there.
type Rest = Option<(u32, u32, u32)>;

impl<'g, 'm> Search<'g, 'm> {
    pub(crate) fn new(graph: &'g Graph<'m>) -> Self {
        Self {
            graph,
            done: vec![0; graph.size],
            by: vec![By::Start; graph.size],
            best: vec![0; graph.size],
            order: Vec::new(),
            touched: Vec::new(),
            queue: BinaryHeap::new(),
            waiting: Vec::new(),
        }
    }

    /// Settles positions, most likely first, until `stop` says so. Returns what was settled, in order.
    pub(crate) fn run(&mut self, query: &Query<'_>, mut stop: impl FnMut(u32, u32) -> bool) -> &[u32] {
        self.clear();
        for (at, p, by) in query.seeds {
            self.push(query, *at, *p, *by, None);
        }
        while let Some((p, Reverse(at), Reverse(rest))) = self.queue.pop() {
            if let Some((from, index, p)) = rest {
                self.read_on(query, from, index, p);
            }
            if self.done[at as usize] > 0 {
                continue;
            }
            self.done[at as usize] = p;
            self.order.push(at);
            if stop(at, p) {
                break;
            }
            self.follow(query, at, p);
        }
        &self.order
    }

    /// Corrects a probability after a search.
    pub(crate) fn settle(&mut self, at: u32, p: u32, by: By) {
        if p > self.done[at as usize] {
            self.touched.push(at);
            self.done[at as usize] = p;
            self.by[at as usize] = by;
        }
    }

    fn clear(&mut self) {
        for at in self.touched.drain(..) {
            self.best[at as usize] = 0;
            self.done[at as usize] = 0;
        }
        self.order.clear();
        self.queue.clear();
        self.waiting.clear();
    }

    fn push(&mut self, query: &Query<'_>, at: u32, p: u32, by: By, rest: Rest) -> bool {
        let best = self.best[at as usize];
        if p < query.cut || p <= best || query.block.binary_search(&at).is_ok() {
            return false;
        }
        if best == 0 {
            self.touched.push(at);
        }
        self.best[at as usize] = p;
        self.by[at as usize] = by;
        self.queue.push((p, Reverse(at), Reverse(rest)));
        true
    }

    fn follow(&mut self, query: &Query<'_>, at: u32, p: u32) {
        let graph = self.graph;
        for (other, joint) in graph.pairs.of(at) {
            let held = self.held(query, *other).min(p);
            self.push(query, *joint, held, By::Both(at, *other), None);
            if let (true, Some(net)) = (held < p, self.net_of(*other)) {
                self.waiting.push((graph.number(Power::Inside, Place::Boundary(net)), at, *other, *joint));
            }
        }
        if matches!(graph.numbers.at(at), Some(At { power: Power::Inside, .. })) {
            for (inside, a, other, joint) in std::mem::take(&mut self.waiting) {
                if inside == at {
                    let held = self.held(query, other).min(self.done[a as usize]);
                    self.push(query, joint, held, By::Both(a, other), None);
                } else {
                    self.waiting.push((inside, a, other, joint));
                }
            }
            self.read_on(query, at, 0, p);
        }
        for edge in graph.edges(at) {
            if exists(edge, query) {
                self.push(query, edge.to, times(p.min(edge.cap), edge.weight), By::Edge(at, edge.threat), None);
            }
        }
    }

    /// Takes the next from a list of neighbours that is worth settling.
    fn read_on(&mut self, query: &Query<'_>, from: u32, index: u32, p: u32) {
        let graph = self.graph;
        for (at, edge) in graph.nearness(from).iter().enumerate().skip(index as usize) {
            let q = times(p, edge.weight);
            if q < query.cut {
                return;
            }
            let rest = Some((from, at as u32 + 1, p));
            if exists(edge, query) && self.push(query, edge.to, q, By::Edge(from, edge.threat), rest) {
                return;
            }
        }
    }

    /// How likely the other half of a pair is held.
    fn held(&self, query: &Query<'_>, other: u32) -> u32 {
        let held = self.done[other as usize].max(query.known.get(other as usize).copied().unwrap_or(0));
        held.max(self.reached_from_inside(other))
    }

    /// From inside, neighbours are reached without being settled one by one; see [`Graph::nearness`].
    fn reached_from_inside(&self, at: u32) -> u32 {
        self.net_of(at).map_or(0, |net| self.done[self.graph.number(Power::Inside, Place::Boundary(net)) as usize])
    }

    /// The net from inside of which that position is held for nothing, if it is a `reach` of a component.
    fn net_of(&self, at: u32) -> Option<usize> {
        match self.graph.numbers.at(at) {
            Some(At { power: Power::Reach, place: Place::Component(c) }) if self.graph.system.open_inside(c) => Some(self.graph.system.net[c]),
            _ => None,
        }
    }
}

fn exists(edge: &Edge, query: &Query<'_>) -> bool {
    edge.threat == FREE || Some(edge.threat) != query.without
}
