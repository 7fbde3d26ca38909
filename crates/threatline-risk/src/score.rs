//! The four factors of one threat: risk = E × R × (1 − (1 − S)(1 − B)).

use crate::graph::{Graph, ONE, millionths, times};
use crate::place::{Place, Power};
use crate::search::{By, Query, Search};
use crate::steps;
use crate::worth::Worth;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use threatline_model::Grade;
use threatline_threats::{Start, Threat, ThreatId};

/// Given that the step succeeded, less likely than one in five is not followed: it keeps the search local.
pub(crate) const BLAST_CUT: u32 = 200_000;

/// V, in thousandths, at which blast radius is one half.
const SPREAD: u64 = 2_000;

/// V ends here, in thousandths.
pub(crate) const V_MAX: u64 = 18_000;

/// A step that yields nothing of worth is still a foothold.
const FOOTHOLD: u32 = 400;

/// How bad a risk is, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the interface's own words")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// All of them, the least first.
    pub const ALL: [Severity; 5] = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The severity of a printed risk, 0..=100.
    pub fn of(risk: u32) -> Self {
        match risk {
            90.. => Severity::Critical,
            70.. => Severity::High,
            40.. => Severity::Medium,
            10.. => Severity::Low,
            _ => Severity::Info,
        }
    }

    /// The word used in the interface.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The score of one threat. Factors are millionths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Whose.
    pub threat: ThreatId,
    /// 0..=100, rounded once.
    pub risk: u32,
    /// The word for it.
    pub severity: Severity,
    /// Ease of the step once its needs are held.
    pub exploitability: u32,
    /// Probability that its needs are held.
    pub reachability: u32,
    /// The most valuable thing that the step itself yields.
    pub sensitivity: u32,
    /// What follows from it elsewhere.
    pub blast_radius: u32,
    /// Beside the risk, never in it.
    pub confidence: u32,
    /// The risk before it was rounded, millionths.
    pub exact: u32,
    /// Factors that rest on an assumption.
    pub assumed: Vec<String>,
    /// Only a contrast with siblings speaks for it: outside graph, posture and gate.
    pub likely: bool,
}

/// A risk of millionths as it is printed, 0..=100.
pub(crate) fn printed(millionths: u64) -> u32 {
    ((millionths + 5_000) / 10_000) as u32
}

/// What decides a threat's score.
pub(crate) struct Factors {
    pub(crate) reachability: u32,
    /// The most valuable gain, and its worth; none for a foothold or where nobody is needed.
    pub(crate) decided: Option<(u32, Worth)>,
    pub(crate) worth: Worth,
    /// V in thousandths.
    pub(crate) spread: u64,
    /// Per component what it adds to V: the position, its probability, its worth.
    pub(crate) further: BTreeMap<usize, (u32, u32, u32)>,
}

/// The score of the threat of that number.
pub(crate) fn score(graph: &Graph<'_>, search: &mut Search<'_, '_>, known: &[u32], number: usize, threat: &Threat) -> Score {
    let factors = factors(graph, search, known, number, threat);
    let exploitability = millionths(threat.exploitability);
    let blast_radius = (factors.spread * u64::from(ONE) / (factors.spread + SPREAD)) as u32;
    let sensitivity = factors.worth.value * 1000;
    let impact = ONE - times(ONE.saturating_sub(sensitivity), ONE - blast_radius);
    let exact = times(times(exploitability, factors.reachability), impact);
    let risk = printed(u64::from(exact));
    Score {
        threat: threat.id.clone(),
        risk,
        severity: Severity::of(risk),
        exploitability,
        reachability: factors.reachability,
        sensitivity,
        blast_radius,
        confidence: millionths(threat.confidence),
        exact,
        assumed: if factors.worth.sure { Vec::new() } else { vec!["sensitivity".to_owned()] },
        likely: threat.grade == Grade::S,
    }
}

/// The factors of the threat of that number, with what they came from.
pub(crate) fn factors(graph: &Graph<'_>, search: &mut Search<'_, '_>, known: &[u32], number: usize, threat: &Threat) -> Factors {
    if threat.start == Start::Nobody {
        let worth = graph.worths.of_element(steps::place(&graph.system, &threat.element));
        return Factors { reachability: ONE, decided: None, worth, spread: 0, further: BTreeMap::new() };
    }
    let ways = &graph.ways[number];
    let mut skip: BTreeSet<usize> = BTreeSet::new();
    if let Some(Place::Component(c)) = steps::place(&graph.system, &threat.element) {
        skip.insert(c);
    }
    let gains: BTreeSet<u32> = ways.iter().flat_map(|way| way.gains.iter().copied()).collect();
    let mut decided: Option<(u32, Worth)> = None;
    for gain in &gains {
        let (worth, owner) = graph.numbers.at(*gain).map_or((Worth::default(), None), |at| graph.worths.stake(&graph.system, at));
        skip.extend(owner);
        if worth.value > 0 && decided.is_none_or(|(_, best)| worth > best) {
            decided = Some((*gain, worth));
        }
    }
    let reachability = ways.iter().map(|way| weakest(&way.needs, known)).max().unwrap_or(0);
    let needs: BTreeSet<u32> = ways.iter().flat_map(|way| way.needs.iter().copied()).collect();
    let (spread, further) = blast(graph, search, known, &gains, &needs, &skip);
    let worth = decided.map_or(Worth { value: FOOTHOLD, sure: false }, |(_, worth)| worth);
    Factors { reachability, decided, worth, spread, further }
}

/// All needs must be held; the weakest counts, since they mostly share one origin.
pub(crate) fn weakest(needs: &[u32], known: &[u32]) -> u32 {
    needs.iter().map(|need| known[*need as usize]).min().unwrap_or(0)
}

/// V, and what each further component adds to it.
fn blast(
    graph: &Graph<'_>,
    search: &mut Search<'_, '_>,
    known: &[u32],
    gains: &BTreeSet<u32>,
    needs: &BTreeSet<u32>,
    skip: &BTreeSet<usize>,
) -> (u64, BTreeMap<usize, (u32, u32, u32)>) {
    let seeds: Vec<(u32, u32, By)> = gains.iter().map(|gain| (*gain, ONE, By::Start)).collect();
    // What the threat itself needs is not followed again; being able to send to it is no gain of it.
    let sends = |need: &u32| graph.numbers.at(*need).is_some_and(|at| matches!(at.power, Power::Near | Power::Reach));
    let block: Vec<u32> = needs.iter().copied().filter(|need| !sends(need) && !gains.contains(need)).collect();
    let limit = V_MAX * u64::from(ONE);
    let (mut total, mut further) = (0u64, BTreeMap::<usize, (u32, u32, u32)>::new());
    let query = Query { seeds: &seeds, known, cut: BLAST_CUT, block: &block, without: None };
    search.run(&query, |number, p| {
        let Some(at) = graph.numbers.at(number) else { return false };
        let (worth, owner) = graph.worths.stake(&graph.system, at);
        let Some(owner) = owner.filter(|owner| graph.system.ours(*owner) && !skip.contains(owner)) else { return false };
        let gain = |p: u32, value: u32| u64::from(p) * u64::from(value);
        let before = further.get(&owner).map_or(0, |(_, p, value)| gain(*p, *value));
        let after = gain(p, worth.value);
        if after > before {
            total += after - before;
            further.insert(owner, (number, p, worth.value));
        }
        total >= limit
    });
    ((total / u64::from(ONE)).min(V_MAX), further)
}
