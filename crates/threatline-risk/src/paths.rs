//! Attack paths: for each component with a loss the derivation of its largest, as steps in order.

use crate::assess::{Case, Known};
use crate::graph::FREE;
use crate::place::{At, Place, Power};
use crate::posture::Losses;
use crate::score::{Severity, printed};
use crate::search::By;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use threatline_model::{ComponentId, ElementId};
use threatline_threats::{Status, ThreatId};

/// `TP-` and 12 hexadecimal digits of blake3 over (entry, target).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PathId(pub String);

impl PathId {
    fn new(entry: &ElementId, target: &ComponentId) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [entry.as_str(), target.as_str()] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        Self(format!("TP-{}", &hasher.finalize().to_hex()[..12]))
    }
}

impl fmt::Display for PathId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The most harmful way to a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttackPath {
    /// Stable while entry and target stay.
    pub id: PathId,
    /// Where the attacker comes in.
    pub entry: ElementId,
    /// Whose loss it is.
    pub target: ComponentId,
    /// That loss, 0..=100.
    pub risk: u32,
    /// The word for it.
    pub severity: Severity,
    /// In order. A free step is told only where it moves to another element or ends the path.
    pub steps: Vec<PathStep>,
    /// Accepted when every threat on it is, else open.
    pub status: Status,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathStep {
    /// Where it happens.
    pub element: ElementId,
    /// What is held afterwards: `call(cmp:payments)`.
    pub gains: String,
    /// ATT&CK or ATLAS id of the threat's rule.
    pub technique: Option<String>,
    /// The threat that allows it; none where nothing more is needed.
    pub threat: Option<ThreatId>,
}

/// One settled position of a derivation.
pub(crate) struct Settled {
    pub(crate) at: u32,
    pub(crate) p: u32,
    /// The threat whose step it is, or [`FREE`].
    pub(crate) threat: u32,
    /// It was held from the beginning.
    pub(crate) start: bool,
}

/// Two searches, of which the second (losses) began where the first (reachability) held the needs.
pub(crate) struct Derivations<'d, 'm> {
    pub(crate) case: &'d Case<'m>,
    pub(crate) known: &'d Known,
    pub(crate) done: &'d [u32],
    pub(crate) by: &'d [By],
}

/// Which of the two searches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Known,
    Loss,
}

impl Derivations<'_, '_> {
    /// Everything that a loss's position rests on, in the order in which an attacker gets it.
    pub(crate) fn of_loss(&self, at: u32) -> Vec<Settled> {
        self.walk(Layer::Loss, at)
    }

    /// Everything that a reachable position rests on.
    pub(crate) fn of_known(&self, at: u32) -> Vec<Settled> {
        self.walk(Layer::Known, at)
    }

    /// Numbers of the threats on the derivation of a loss.
    pub(crate) fn threats(&self, at: u32) -> Vec<u32> {
        self.of_loss(at).iter().map(|settled| settled.threat).filter(|threat| *threat != FREE).collect()
    }

    fn walk(&self, layer: Layer, at: u32) -> Vec<Settled> {
        let mut out = Vec::new();
        let mut seen: BTreeSet<(Layer, u32)> = BTreeSet::new();
        let mut todo = vec![(layer, at, false)];
        while let Some((layer, at, ready)) = todo.pop() {
            let (p, by) = self.settled(layer, at);
            if ready {
                let threat = match by {
                    By::Seed(threat) | By::Edge(_, threat) => threat,
                    By::Start | By::Both(..) => FREE,
                };
                out.push(Settled { at, p, threat, start: by == By::Start });
            } else if p > 0 && seen.insert((layer, at)) {
                todo.push((layer, at, true));
                let before = self.before(layer, at, by);
                todo.extend(before.into_iter().rev().map(|(layer, at)| (layer, at, false)));
            }
        }
        out
    }

    fn settled(&self, layer: Layer, at: u32) -> (u32, By) {
        let at = at as usize;
        match layer {
            Layer::Known => (self.known.p[at], self.known.by[at]),
            Layer::Loss => (self.done[at], self.by[at]),
        }
    }

    fn before(&self, layer: Layer, at: u32, by: By) -> Vec<(Layer, u32)> {
        match by {
            By::Start => Vec::new(),
            By::Edge(from, _) => vec![(layer, from)],
            By::Both(a, other) => vec![(layer, a), self.half(layer, other)],
            By::Seed(threat) => {
                let ways = self.case.graph.ways[threat as usize].iter().filter(|way| way.gains.contains(&at));
                let best = ways.rev().max_by_key(|way| crate::score::weakest(&way.needs, &self.known.p));
                best.into_iter().flat_map(|way| way.needs.iter().map(|need| (Layer::Known, *need))).collect()
            }
        }
    }

    /// Where the other half of a pair was held.
    fn half(&self, layer: Layer, other: u32) -> (Layer, u32) {
        let (own, known) = (self.settled(layer, other).0, self.known.p[other as usize]);
        let inside = self.inside(other).map_or(0, |inside| self.settled(layer, inside).0);
        match layer {
            Layer::Loss if known >= own.max(inside) => (Layer::Known, other),
            _ if own >= inside => (layer, other),
            _ => (layer, self.inside(other).unwrap_or(other)),
        }
    }

    fn inside(&self, at: u32) -> Option<u32> {
        match self.case.graph.numbers.at(at) {
            Some(At { power: Power::Reach, place: Place::Component(c) }) => {
                let net = self.case.graph.system.net[c];
                self.case.graph.system.open_inside(c).then(|| self.case.graph.number(Power::Inside, Place::Boundary(net)))
            }
            _ => None,
        }
    }

    /// A settled position as a step; none for joints and for what belongs to no element.
    fn step(&self, settled: &Settled) -> Option<PathStep> {
        let system = &self.case.graph.system;
        let at = self.case.graph.numbers.at(settled.at).filter(|at| at.power != Power::Open)?;
        let threat = (settled.threat != FREE).then(|| self.case.threats[settled.threat as usize].0);
        let element = match (threat, at.place) {
            (Some(threat), _) => threat.element.clone(),
            (None, Place::Component(c) | Place::Users(c) | Place::Admins(c) | Place::Logs(c) | Place::Disk(c)) => (&system.component(c).id).into(),
            (None, Place::Entry(e)) => (&system.entry(e).id).into(),
            (None, Place::Flow(f)) => (&system.flow(f).id).into(),
            (None, Place::Boundary(b)) => {
                ElementId::parse(&system.boundaries[b].name).filter(|_| system.model.boundaries.iter().any(|x| x.id.as_str() == system.boundaries[b].name))?
            }
            _ => return None,
        };
        Some(PathStep {
            element,
            gains: at.text(system),
            technique: threat.and_then(|threat| threat.techniques.first().cloned()),
            threat: threat.map(|threat| threat.id.clone()),
        })
    }
}

/// One path to each component with a loss, the worst first.
pub(crate) fn paths(derivations: &Derivations<'_, '_>, losses: &Losses) -> Vec<AttackPath> {
    let mut found: Vec<(u64, AttackPath)> = Vec::new();
    for (component, (loss, at)) in losses {
        let settled = derivations.of_loss(*at);
        let steps = condense(settled.iter().filter_map(|settled| derivations.step(settled)).collect());
        let Some(entry) = steps.first().map(|step| step.element.clone()) else { continue };
        let threats = settled.iter().filter(|settled| settled.threat != FREE);
        let accepted = threats.map(|settled| derivations.case.threats[settled.threat as usize].1).all(|status| status == Status::Accepted);
        let target = derivations.case.graph.system.component(*component).id.clone();
        let risk = printed(loss / 1000);
        found.push((
            *loss,
            AttackPath {
                id: PathId::new(&entry, &target),
                entry,
                target,
                risk,
                severity: Severity::of(risk),
                steps,
                status: if accepted { Status::Accepted } else { Status::Open },
            },
        ));
    }
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.target.cmp(&b.1.target)));
    found.into_iter().map(|(_, path)| path).collect()
}

/// Leaves out free steps that the next one on the same element implies.
fn condense(steps: Vec<PathStep>) -> Vec<PathStep> {
    let implied = |at: usize| {
        let (step, next) = (&steps[at], steps.get(at + 1));
        step.threat.is_none() && next.is_some_and(|next| next.threat.is_none() && next.element == step.element)
    };
    let keep: Vec<bool> = (0..steps.len()).map(|at| !implied(at)).collect();
    steps.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(step, _)| step).collect()
}
