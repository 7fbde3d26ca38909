//! The verb of this crate: a model, its threats and what people decided of them, in; scores, paths,
//! choke points and posture, out.

use crate::choke::{self, ChokePoint};
use crate::free;
use crate::graph::{Draft, Graph, millionths, times};
use crate::paths::{self, AttackPath, Derivations};
use crate::posture::{self, Loss, Losses, Posture};
use crate::score::{Score, score};
use crate::search::{By, Search};
use crate::steps;
use crate::system::System;
use crate::worth::Worths;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use threatline_model::{Grade, Model};
use threatline_threats::{Question, Status, Threat, ThreatId};

/// What to compute beside scores, posture and paths.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'o> {
    /// Choke points cost a counterfactual each; a commit hook goes without.
    pub choke_points: bool,
    /// Threats that would hold if questions had the bad answer: scored, in nothing else.
    pub supposed: &'o [Threat],
}

/// How bad it all is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The riskiest first; those that are only likely last.
    pub scores: Vec<Score>,
    /// Scores of supposed threats, in the same order.
    pub supposed: Vec<Score>,
    /// Of the whole system.
    pub posture: Posture,
    /// Expected losses by component, in the order of ids.
    pub losses: Vec<Loss>,
    /// One to each component with a loss, the worst first.
    pub attack_paths: Vec<AttackPath>,
    /// What mends most, the best first; empty unless asked for.
    pub choke_points: Vec<ChokePoint>,
}

impl Assessment {
    /// The score of a threat.
    pub fn score(&self, id: &ThreatId) -> Option<&Score> {
        self.scores.iter().find(|score| score.threat == *id)
    }

    /// Ids of the paths that a threat is a step of.
    pub fn paths_through<'a>(&'a self, id: &'a ThreatId) -> impl Iterator<Item = &'a AttackPath> {
        self.attack_paths.iter().filter(move |path| path.steps.iter().any(|step| step.threat.as_ref() == Some(id)))
    }
}

/// A model with its threats as a graph, and how likely everything in it is.
pub(crate) struct Case<'m> {
    pub(crate) graph: Graph<'m>,
    /// Sorted by id, the supposed ones behind.
    pub(crate) threats: Vec<(&'m Threat, Status)>,
    /// How many of them are real.
    pub(crate) real: usize,
    /// Numbers of those in the graph, with the weight of their steps.
    pub(crate) counted: Vec<(u32, u32)>,
}

/// What is likely without being told anything, and how that comes about.
pub(crate) struct Known {
    pub(crate) p: Vec<u32>,
    pub(crate) by: Vec<By>,
}

impl<'m> Case<'m> {
    pub(crate) fn new(model: &'m Model, threats: &'m [(Threat, Status)], supposed: &'m [Threat]) -> Self {
        let system = System::new(model);
        let worths = Worths::new(&system);
        let mut all: Vec<(&Threat, Status)> = threats.iter().map(|(threat, status)| (threat, *status)).collect();
        all.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        let real = all.len();
        all.extend(supposed.iter().map(|threat| (threat, Status::Open)));
        let mut draft = Draft::new(&system);
        let (mut ways, mut counted) = (Vec::with_capacity(all.len()), Vec::new());
        for (number, (threat, status)) in all.iter().enumerate() {
            let counts = number < real && threat.grade != Grade::S && status.counts();
            ways.push(steps::add(&mut draft, &system, number as u32, threat, counts));
            if counts {
                counted.push((number as u32, times(millionths(threat.exploitability), millionths(threat.confidence))));
            }
        }
        free::add(&mut draft, &system);
        Self { graph: Graph::new(system, worths, draft, ways), threats: all, real, counted }
    }

    pub(crate) fn known(&self, search: &mut Search<'_, '_>) -> Known {
        Known { p: posture::reachability(&self.graph, search, None), by: search.by.clone() }
    }

    fn scores(&self, search: &mut Search<'_, '_>, known: &Known, numbers: std::ops::Range<usize>) -> Vec<Score> {
        let mut scores: Vec<Score> = numbers.map(|at| score(&self.graph, search, &known.p, at, self.threats[at].0)).collect();
        scores.sort_by(|a, b| order(a).cmp(&order(b)));
        scores
    }

    pub(crate) fn losses(&self, search: &mut Search<'_, '_>, known: &Known) -> Losses {
        posture::losses(&self.graph, search, &known.p, &self.counted, None)
    }

    fn status(&self, id: &ThreatId) -> Status {
        self.threats[..self.real].binary_search_by(|(threat, _)| threat.id.cmp(id)).map_or(Status::Open, |at| self.threats[at].1)
    }
}

fn order(score: &Score) -> (bool, Reverse<u32>, Reverse<u32>, &ThreatId) {
    (score.likely, Reverse(score.exact), Reverse(score.confidence), &score.threat)
}

/// Scores threats, finds the attack paths that they make, and sums up.
pub fn assess(model: &Model, threats: &[(Threat, Status)], options: &Options<'_>) -> Assessment {
    let case = Case::new(model, threats, options.supposed);
    let mut search = Search::new(&case.graph);
    let known = case.known(&mut search);
    let scores = case.scores(&mut search, &known, 0..case.real);
    let supposed = case.scores(&mut search, &known, case.real..case.threats.len());
    let losses = case.losses(&mut search, &known);
    let derivations = Derivations { case: &case, known: &known, done: &search.done, by: &search.by };
    let paths = paths::paths(&derivations, &losses);
    let mut on_paths: Vec<u32> = losses.values().flat_map(|(_, at)| derivations.threats(*at)).collect();
    on_paths.sort_unstable();
    on_paths.dedup();
    let open = scores.iter().filter(|score| !score.likely && case.status(&score.threat).is_open());
    let posture = posture::posture(&case.graph.system, &losses, open);
    let told = posture::tell(&case.graph, &losses);
    let choke_points = if options.choke_points { choke::points(&case, &mut search, &losses, &scores, &on_paths) } else { Vec::new() };
    Assessment { scores, supposed, posture, losses: told, attack_paths: paths, choke_points }
}

/// Questions with the risk that the worst answer would bring, the largest first.
pub fn rank<'q>(questions: &'q [Question], assessment: &Assessment) -> Vec<(&'q Question, u32)> {
    let worst = |question: &Question| {
        let supposed = assessment.supposed.iter().filter(|score| question.worst.contains(&score.threat));
        supposed.map(|score| score.exact).max().unwrap_or(0)
    };
    let mut ranked: Vec<(&Question, u32)> = questions.iter().map(|question| (question, worst(question))).collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    ranked.into_iter().map(|(question, exact)| (question, crate::score::printed(u64::from(exact)))).collect()
}
