//! People's decisions, seen against the threats of today.
//!
//! A decision counts if rule and element fit and every value that its condition read is as it was.
//! One whose threat is gone is not dropped: it is carried to the one threat that took its place, or
//! said to be orphaned.

use crate::decision::{Decided, Decision, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::{ElementId, Model};
use threatline_threats::{Found, Status, Threat, ThreatId};

/// One decision and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The threat it is about today.
    pub threat: ThreatId,
    /// The decision's own id, which differs when it was carried.
    pub decision: String,
    /// The file it stands in.
    pub path: String,
    /// The status it gives the threat.
    pub status: Status,
    /// Values that it rested on and that changed: attribute, then, now.
    pub changed: Vec<(String, String, String)>,
    /// `until` has passed.
    pub expired: bool,
    /// It says that the threat is mitigated, and the condition still holds.
    pub still_holds: bool,
    /// It was made for a threat that is gone, of which this one took the place.
    pub carried: bool,
}

/// All decisions of a state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Sorted by threat.
    pub judgements: Vec<Judgement>,
    /// Files of decisions that fit no threat, sorted. A mitigation whose threat is gone is not among
    /// them: it has done its work.
    pub orphaned: Vec<String>,
}

impl Judged {
    /// What was decided of a threat.
    pub fn of(&self, threat: &ThreatId) -> Option<&Judgement> {
        self.judgements.binary_search_by(|judgement| judgement.threat.cmp(threat)).ok().map(|at| &self.judgements[at])
    }

    /// The status of a threat.
    pub fn status(&self, threat: &ThreatId) -> Status {
        self.of(threat).map_or(Status::Open, |judgement| judgement.status)
    }
}

/// Sets decisions against threats.
pub fn judge(model: &Model, found: &Found, decided: &Decided) -> Judged {
    let mut judgements: BTreeMap<ThreatId, Judgement> = BTreeMap::new();
    let mut left: Vec<&Decision> = Vec::new();
    for decision in &decided.0 {
        let threat = found.threats.iter().find(|threat| threat.id.0 == decision.id && fits(decision, threat));
        match threat {
            Some(threat) => drop(judgements.insert(threat.id.clone(), judgement(decision, threat, false))),
            None => left.push(decision),
        }
    }
    let decided: BTreeSet<ThreatId> = judgements.keys().cloned().collect();
    let free: Vec<&Threat> = found.threats.iter().filter(|threat| !decided.contains(&threat.id)).collect();
    let mut orphaned = Vec::new();
    for decision in &left {
        match successor(model, decision, &left, &free) {
            Some(threat) => drop(judgements.insert(threat.id.clone(), judgement(decision, threat, true))),
            None if decision.verdict == Verdict::Mitigated => {}
            None => orphaned.push(decision.path.clone()),
        }
    }
    orphaned.sort();
    Judged { judgements: judgements.into_values().collect(), orphaned }
}

fn fits(decision: &Decision, threat: &Threat) -> bool {
    decision.rule == threat.rule && decision.element == threat.element.as_str()
}

fn judgement(decision: &Decision, threat: &Threat, carried: bool) -> Judgement {
    let changed = decision.basis.iter().filter_map(|(attribute, then)| {
        let now = threat.basis.get(attribute).map_or("unknown", String::as_str);
        (now != then).then(|| (attribute.clone(), then.clone(), now.to_owned()))
    });
    let changed: Vec<(String, String, String)> = changed.collect();
    let still_holds = decision.verdict == Verdict::Mitigated;
    let status = match decision.verdict {
        _ if decision.expired || !changed.is_empty() => Status::Lapsed,
        Verdict::Accepted => Status::Accepted,
        Verdict::Dismissed => Status::Dismissed,
        Verdict::Mitigated => Status::Open,
    };
    Judgement {
        threat: threat.id.clone(),
        decision: decision.id.clone(),
        path: decision.path.clone(),
        status,
        changed,
        expired: decision.expired,
        still_holds,
        carried,
    }
}

type Likeness<'l> = &'l dyn Fn(&Decision, &Threat) -> bool;

/// The undecided threat that took the place of a decision's own, if that is unique both ways.
fn successor<'t>(model: &Model, decision: &Decision, left: &[&Decision], free: &[&'t Threat]) -> Option<&'t Threat> {
    let by_handler = |decision: &Decision, threat: &Threat| {
        decision.handler.is_some() && decision.handler.as_deref() == handler(model, &threat.element)
    };
    let by_place = |decision: &Decision, threat: &Threat| {
        let at = decision.at.as_deref();
        at.is_some() && threat.evidence.iter().any(|evidence| at == Some(&evidence.path)) && decision.basis == threat.basis
    };
    [&by_handler as Likeness<'_>, &by_place].iter().find_map(|test| {
        let like = |decision: &Decision, threat: &Threat| decision.rule == threat.rule && test(decision, threat);
        let threat = only(free.iter().filter(|threat| like(decision, threat)))?;
        only(left.iter().filter(|other| like(other, threat))).map(|_| *threat)
    })
}

fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next();
    if all.next().is_some() { None } else { first }
}

fn handler<'m>(model: &'m Model, element: &ElementId) -> Option<&'m str> {
    model.entry_point(&element.as_entry_point()?)?.handler.as_deref()
}
