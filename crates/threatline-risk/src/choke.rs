//! Choke points: what the sum of losses would be without one threat, exactly.
//!
//! Only threats on the best derivations can change it, so only they are tried.

use crate::assess::Case;
use crate::posture::{self, Losses};
use crate::score::Score;
use crate::search::Search;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use threatline_model::ElementId;
use threatline_threats::ThreatId;

/// At most so many are tried, the riskiest.
const MOST: usize = 50;

/// One place to mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChokePoint {
    /// Where.
    pub element: ElementId,
    /// What is to be mended there.
    pub threats: Vec<ThreatId>,
    /// Components that then have no loss any more.
    pub paths_cut: u32,
    /// What that takes off the posture's `loss`, thousandths.
    pub risk_removed: u32,
}

/// The best first. `on_paths` are the numbers of threats on best derivations, sorted.
pub(crate) fn points(case: &Case<'_>, search: &mut Search<'_, '_>, losses: &Losses, scores: &[Score], on_paths: &[u32]) -> Vec<ChokePoint> {
    let number = |id: &ThreatId| case.threats[..case.real].binary_search_by(|(threat, _)| threat.id.cmp(id)).ok().map(|at| at as u32);
    let mut tried: Vec<(&Score, u32)> = scores
        .iter()
        .filter(|score| score.exact > 0)
        .filter_map(|score| Some((score, number(&score.threat)?)))
        .filter(|(_, number)| on_paths.binary_search(number).is_ok())
        .collect();
    tried.sort_by_key(|(score, number)| (Reverse(score.exact), *number));
    tried.truncate(MOST);
    let before = posture::sum(losses);
    let mut points: Vec<ChokePoint> = Vec::with_capacity(tried.len());
    for (score, number) in tried {
        let known = posture::reachability(&case.graph, search, Some(number));
        let after = posture::losses(&case.graph, search, &known, &case.counted, Some(number));
        points.push(ChokePoint {
            element: case.threats[number as usize].0.element.clone(),
            threats: vec![score.threat.clone()],
            paths_cut: losses.len().saturating_sub(after.len()) as u32,
            risk_removed: (before.saturating_sub(posture::sum(&after)) / 1_000_000) as u32,
        });
    }
    points.sort_by(|a, b| (b.risk_removed, b.paths_cut, &a.threats).cmp(&(a.risk_removed, a.paths_cut, &b.threats)));
    points
}
