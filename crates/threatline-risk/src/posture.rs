//! Posture: the expected loss of each component, by steps of threats only.

use crate::graph::Graph;
use crate::score::{Score, Severity, printed, weakest};
use crate::search::{By, Query, Search};
use crate::system::System;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::{Component, ComponentId, ComponentKind, Model};

/// Less likely than one in twenty is not followed.
pub(crate) const CUT: u32 = 50_000;

/// How the whole system stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posture {
    /// 100 × the largest loss, 0..=100.
    pub risk: u32,
    /// The sum of all losses, thousandths of a component.
    pub loss: u32,
    /// The share of components of which data, value or authentication is known, thousandths; none
    /// when there is no component.
    pub assessed: Option<u32>,
    /// Open threats by severity.
    pub open: Open,
}

/// Counts of open threats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the severities")]
pub struct Open {
    pub critical: u32,
    pub high: u32,
    pub medium: u32,
    pub low: u32,
    pub info: u32,
}

impl Open {
    /// Counts scores.
    pub fn count<'s>(scores: impl IntoIterator<Item = &'s Score>) -> Self {
        let mut open = Self::default();
        for score in scores {
            *match score.severity {
                Severity::Critical => &mut open.critical,
                Severity::High => &mut open.high,
                Severity::Medium => &mut open.medium,
                Severity::Low => &mut open.low,
                Severity::Info => &mut open.info,
            } += 1;
        }
        open
    }

    /// How many of that severity.
    pub fn of(&self, severity: Severity) -> u32 {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Info => self.info,
        }
    }
}

/// The expected loss of one component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// Whose.
    pub component: ComponentId,
    /// 0..=100.
    pub risk: u32,
    /// Thousandths.
    pub loss: u32,
    /// What is held of it then: `read(cmp:ledger)`.
    pub gains: String,
}

/// Probability × worth (millionths × thousandths) and the position that decides it, per component.
pub(crate) type Losses = BTreeMap<usize, (u64, u32)>;

/// Probabilities from the starts, over free edges and steps.
pub(crate) fn reachability(graph: &Graph<'_>, search: &mut Search<'_, '_>, without: Option<u32>) -> Vec<u32> {
    let seeds: Vec<(u32, u32, By)> = graph.starts.iter().map(|(at, p)| (*at, *p, By::Start)).collect();
    let query = Query { seeds: &seeds, known: &[], cut: CUT, block: &[], without };
    search.run(&query, |_, _| false);
    near(graph, search);
    search.done.clone()
}

/// What the shortcut from inside left out: every neighbour is near and reached.
fn near(graph: &Graph<'_>, search: &mut Search<'_, '_>) {
    use crate::graph::FREE;
    use crate::place::{Place, Power};
    use threatline_model::Exposure;
    for c in 0..graph.system.net.len() {
        if !graph.system.open_inside(c) {
            continue;
        }
        let inside = graph.number(Power::Inside, Place::Boundary(graph.system.net[c]));
        let p = search.done[inside as usize];
        let near = graph.number(Power::Near, Place::Component(c));
        search.settle(near, p, By::Edge(inside, FREE));
        search.settle(graph.number(Power::Reach, Place::Component(c)), p, By::Edge(near, FREE));
        for entry in &graph.system.entries[c] {
            if graph.system.entry(*entry).exposure != Exposure::Local {
                search.settle(graph.number(Power::Reach, Place::Entry(*entry)), p, By::Edge(near, FREE));
            }
        }
    }
}

/// The largest loss of each component by a derivation that contains at least one threat. `counted`
/// are the numbers of threats in the graph, with the weight of their steps.
pub(crate) fn losses(graph: &Graph<'_>, search: &mut Search<'_, '_>, known: &[u32], counted: &[(u32, u32)], without: Option<u32>) -> Losses {
    let mut seeds: BTreeMap<u32, (u32, By)> = BTreeMap::new();
    for (number, weight) in counted.iter().filter(|(number, _)| Some(*number) != without) {
        for way in &graph.ways[*number as usize] {
            let p = crate::graph::times(weakest(&way.needs, known), *weight);
            for gain in &way.gains {
                let best = seeds.entry(*gain).or_insert((0, By::Start));
                if p > best.0 {
                    *best = (p, By::Seed(*number));
                }
            }
        }
    }
    let seeds: Vec<(u32, u32, By)> = seeds.into_iter().map(|(at, (p, by))| (at, p, by)).collect();
    let mut losses = Losses::new();
    let query = Query { seeds: &seeds, known, cut: CUT, block: &[], without };
    search.run(&query, |number, p| {
        let Some(at) = graph.numbers.at(number) else { return false };
        let (worth, owner) = graph.worths.stake(&graph.system, at);
        if let Some(owner) = owner.filter(|owner| graph.system.ours(*owner)) {
            let loss = u64::from(p) * u64::from(worth.value);
            let best = losses.entry(owner).or_insert((0, number));
            if loss > best.0 || (loss == best.0 && number < best.1) {
                *best = (loss, number);
            }
        }
        false
    });
    losses.retain(|_, (loss, _)| *loss > 0);
    losses
}

/// The sum of losses, millionths × thousandths.
pub(crate) fn sum(losses: &Losses) -> u64 {
    losses.values().map(|(loss, _)| loss).sum()
}

/// The share of a model's own components of which data, value or authentication is known, thousandths.
pub fn assessed(model: &Model) -> Option<u32> {
    let asked: BTreeSet<&ComponentId> = model.entry_points.iter().filter(|e| e.authenticated.is_some()).map(|e| &e.component).collect();
    let own: Vec<&Component> = model.components.iter().filter(|c| c.kind != ComponentKind::ExternalEntity).collect();
    let known = own.iter().filter(|c| c.data.is_some() || c.value.is_some() || asked.contains(&c.id)).count();
    (!own.is_empty()).then(|| (known * 1000 / own.len()) as u32)
}

/// Posture from losses and the scores of open threats.
pub(crate) fn posture<'s>(system: &System<'_>, losses: &Losses, open: impl Iterator<Item = &'s Score>) -> Posture {
    let worst = losses.values().map(|(loss, _)| *loss).max().unwrap_or(0);
    Posture { risk: printed(worst / 1000), loss: (sum(losses) / 1_000_000) as u32, assessed: assessed(system.model), open: Open::count(open) }
}

/// Losses as they are told.
pub(crate) fn tell(graph: &Graph<'_>, losses: &Losses) -> Vec<Loss> {
    let row = |(component, (loss, number)): (&usize, &(u64, u32))| Loss {
        component: graph.system.component(*component).id.clone(),
        risk: printed(loss / 1000),
        loss: (loss / 1_000_000) as u32,
        gains: graph.numbers.at(*number).map(|at| at.text(&graph.system)).unwrap_or_default(),
    };
    losses.iter().map(row).collect()
}
