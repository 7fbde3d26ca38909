//! How one threat's score came about, term by term.

use crate::assess::Case;
use crate::graph::FREE;
use crate::paths::{Derivations, Settled};
use crate::score::{Score, factors, score};
use crate::search::Search;
use serde::{Deserialize, Serialize};
use threatline_model::{ComponentId, Model};
use threatline_threats::{Status, Threat, ThreatId};

/// The terms of a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The score itself.
    pub score: Score,
    /// R: what must be held, and the best way to it.
    pub needs: Vec<Need>,
    /// S: the most valuable gain; none for a mere foothold.
    pub decided: Option<Decided>,
    /// B: V, the sum over `further`, thousandths.
    pub spread: u64,
    /// B: the components that made V, the largest share first.
    pub further: Vec<Further>,
}

/// Something that must be held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// `call(ent:…)`
    pub capability: String,
    /// Millionths.
    pub probability: u32,
    /// The best way to it, in order; empty when there is none.
    pub derivation: Vec<Hop>,
}

/// One position on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// What is held.
    pub capability: String,
    /// Millionths.
    pub probability: u32,
    /// The threat that allows it; none where it is free.
    pub threat: Option<ThreatId>,
    /// The attacker has it from the beginning.
    pub start: bool,
}

/// What decided S.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// What is gained.
    pub capability: String,
    /// Thousandths.
    pub worth: u32,
    /// It had to be assumed.
    pub assumed: bool,
}

/// A component that the step leads on to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Further {
    /// Which.
    pub component: ComponentId,
    /// What is gained of it.
    pub capability: String,
    /// Given that the step succeeded, millionths.
    pub probability: u32,
    /// Thousandths.
    pub worth: u32,
}

/// Explains the score of one threat; none if it is not among them.
pub fn explain(model: &Model, threats: &[(Threat, Status)], id: &ThreatId) -> Option<Explanation> {
    let case = Case::new(model, threats, &[]);
    let number = case.threats.binary_search_by(|(threat, _)| threat.id.cmp(id)).ok()?;
    let threat = case.threats[number].0;
    let mut search = Search::new(&case.graph);
    let known = case.known(&mut search);
    let derivations = Derivations { case: &case, known: &known, done: &known.p, by: &known.by };
    let score = score(&case.graph, &mut search, &known.p, number, threat);
    let factors = factors(&case.graph, &mut search, &known.p, number, threat);
    let text = |at: u32| case.graph.numbers.at(at).map(|at| at.text(&case.graph.system)).unwrap_or_else(|| "any of these".to_owned());
    let hop = |settled: &Settled| Hop {
        capability: text(settled.at),
        probability: settled.p,
        threat: (settled.threat != FREE).then(|| case.threats[settled.threat as usize].0.id.clone()),
        start: settled.start,
    };
    let mut numbers: Vec<u32> = case.graph.ways[number].iter().flat_map(|way| way.needs.iter().copied()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let need = |at: u32| Need { capability: text(at), probability: known.p[at as usize], derivation: derivations.of_known(at).iter().map(hop).collect() };
    let mut further: Vec<Further> = factors
        .further
        .iter()
        .map(|(component, (at, probability, worth))| Further {
            component: case.graph.system.component(*component).id.clone(),
            capability: text(*at),
            probability: *probability,
            worth: *worth,
        })
        .collect();
    further.sort_by_key(|part| std::cmp::Reverse(u64::from(part.probability) * u64::from(part.worth)));
    Some(Explanation {
        score,
        needs: numbers.into_iter().map(need).collect(),
        decided: factors.decided.map(|(at, worth)| Decided { capability: text(at), worth: worth.value, assumed: !worth.sure }),
        spread: factors.spread,
        further,
    })
}
