//! What a hook needs of a state: little, so that it is read back in one piece.

use crate::think::{Design, Verdicts, digest};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use threatline_model::ElementId;
use threatline_risk::{PathId, Posture, Severity};
use threatline_threats::{Found, Status, ThreatId};

/// A state in short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Hexadecimal digest of design, threats and assessment.
    pub model: String,
    /// How the whole system stands.
    pub posture: Posture,
    /// How much there is.
    pub size: Size,
    /// All threats, sorted by id.
    pub threats: Vec<ThreatLine>,
    /// Attack paths and their risk, sorted by id.
    pub paths: Vec<(PathId, u32)>,
}

/// How much there is of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Size {
    pub components: u32,
    pub flows: u32,
    pub boundaries: u32,
    pub entry_points: u32,
    pub threats: u32,
}

/// A threat in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the interface's own words")]
pub struct ThreatLine {
    pub id: ThreatId,
    pub rule: Arc<str>,
    pub element: ElementId,
    pub risk: u32,
    pub severity: Severity,
    pub status: Status,
    pub likely: bool,
}

impl Summary {
    pub(crate) fn new(design: &Design, found: &Found, verdicts: &Verdicts) -> Self {
        let model = &design.model;
        let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
        let line = |score: &threatline_risk::Score| {
            let at = found.threats.binary_search_by(|threat| threat.id.cmp(&score.threat)).ok()?;
            let threat = &found.threats[at];
            Some(ThreatLine {
                id: threat.id.clone(),
                rule: threat.rule.as_str().into(),
                element: threat.element.clone(),
                risk: score.risk,
                severity: score.severity,
                status: verdicts.judged.judgements.get(&threat.id).map_or(Status::Open, |judgement| judgement.status),
                likely: score.likely,
            })
        };
        let mut threats: Vec<ThreatLine> = verdicts.assessment.scores.iter().filter_map(line).collect();
        threats.sort_by(|a, b| a.id.cmp(&b.id));
        let mut paths: Vec<(PathId, u32)> = verdicts.assessment.attack_paths.iter().map(|path| (path.id.clone(), path.risk)).collect();
        paths.sort();
        let digests = [digest(&**model), digest(found), digest(&verdicts.judged), digest(&verdicts.assessment)];
        Self {
            model: blake3::hash(digests.as_flattened()).to_hex().to_string(),
            posture: verdicts.assessment.posture.clone(),
            size: Size {
                components: count(model.components.len()),
                flows: count(model.flows.len()),
                boundaries: count(model.boundaries.len()),
                entry_points: count(model.entry_points.len()),
                threats: count(found.threats.len()),
            },
            threats,
            paths,
        }
    }
}

/// What moved between two states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    /// Threats that are new, the worst first.
    pub added: Vec<ThreatLine>,
    /// Threats that are gone, the worst first.
    pub removed: Vec<ThreatLine>,
    /// Threats whose risk or status changed, then and now, the worst first.
    pub changed: Vec<(ThreatLine, ThreatLine)>,
}

impl Movement {
    /// From one state to another; both are sorted by id.
    pub fn between(base: &Summary, head: &Summary) -> Self {
        let mut movement = Self::default();
        let mut before = base.threats.iter().peekable();
        for now in &head.threats {
            while let Some(gone) = before.next_if(|then| then.id < now.id) {
                movement.removed.push(gone.clone());
            }
            match before.next_if(|then| then.id == now.id) {
                None => movement.added.push(now.clone()),
                Some(then) if then != now => movement.changed.push((then.clone(), now.clone())),
                Some(_) => {}
            }
        }
        movement.removed.extend(before.cloned());
        let worst = |line: &ThreatLine| (std::cmp::Reverse(line.risk), line.id.clone());
        movement.added.sort_by_key(worst);
        movement.removed.sort_by_key(worst);
        movement.changed.sort_by_key(|(_, now)| worst(now));
        movement
    }

    /// Nothing moved.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}
