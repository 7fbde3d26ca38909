//! What people decided of threats, held against the facts of today.
//!
//! A decision counts for just the threat it was made for, as long as the values hold that the rule's
//! condition read then. It lapses when one of them changes or its time is over, never because of a
//! new version of this program: an attribute that only one of the two sides names is not compared.

use crate::threat::{Status, Threat, ThreatId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::{ElementId, Model};

/// One file under `.threatline/decisions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The file's name; not in the file.
    #[serde(skip)]
    pub id: ThreatId,
    /// The threat's rule.
    pub rule: String,
    /// The threat's element.
    pub element: ElementId,
    /// The function that served the entry point; finds the threat again after a rename.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "symbol")]
    pub handler: Option<String>,
    /// The entry point's path, or the artifact that shows another element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What was decided.
    pub decision: DecisionKind,
    /// Why.
    pub why: String,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When, `2026-11-23`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// The last day on which it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Attribute and value of what the rule's condition read.
    #[serde(default)]
    pub basis: BTreeMap<String, String>,
}

/// What a person can decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the interface's own words")]
pub enum DecisionKind {
    Accepted,
    Mitigated,
    Dismissed,
}

impl Decision {
    /// A decision about a threat as it stands today.
    pub fn about(model: &Model, threat: &Threat, decision: DecisionKind, why: &str) -> Self {
        let (handler, path) = place(model, &threat.element);
        Self {
            id: threat.id.clone(),
            rule: threat.rule.clone(),
            element: threat.element.clone(),
            handler,
            path,
            decision,
            why: why.to_owned(),
            by: None,
            on: None,
            until: None,
            basis: threat.basis.clone(),
        }
    }

    fn fits(&self, threat: &Threat) -> bool {
        self.id == threat.id && self.rule == threat.rule && self.element == threat.element
    }

    /// Why it does not count any more.
    fn lapse(&self, threat: &Threat, as_of: Option<&str>) -> Option<String> {
        let changed = self.basis.iter().find_map(|(attribute, then)| {
            let now = threat.basis.get(attribute).filter(|now| *now != then)?;
            Some(format!("{attribute} was {then} and is {now}"))
        });
        changed.or_else(|| self.over(as_of))
    }

    fn over(&self, as_of: Option<&str>) -> Option<String> {
        let until = self.until.as_deref()?;
        if !is_date(until) {
            return Some(format!("`until` is no date: {until}"));
        }
        let today = as_of.and_then(|as_of| as_of.get(..10)).filter(|today| is_date(today))?;
        (today > until).then(|| format!("it counted until {until}"))
    }
}

/// What a decision comes to for one threat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Where the threat stands.
    pub status: Status,
    /// The decision that says so.
    pub decision: Option<ThreatId>,
    /// Why the decision lapsed, or what is to be said beside the status.
    pub remark: Option<String>,
    /// The decision was made for a threat that is now known by this id instead.
    pub carried_from: Option<ThreatId>,
}

/// A decision without a threat.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Orphan {
    /// The decision.
    pub decision: ThreatId,
    /// What became of its threat.
    pub reason: String,
}

/// All threats judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// One for each threat.
    pub judgements: BTreeMap<ThreatId, Judgement>,
    /// Decisions that found no threat, sorted.
    pub orphans: Vec<Orphan>,
    /// Mitigated, and the condition is gone: as it should be. Sorted.
    pub settled: Vec<ThreatId>,
}

impl Judged {
    /// Threats with their status, for scoring.
    pub fn with_status(&self, threats: &[Threat]) -> Vec<(Threat, Status)> {
        let status = |threat: &Threat| self.judgements.get(&threat.id).map_or(Status::Open, |judgement| judgement.status);
        threats.iter().map(|threat| (threat.clone(), status(threat))).collect()
    }
}

/// Holds decisions against threats. `as_of` is a date or a time in ISO form; without it nothing expires.
pub fn judge(model: &Model, threats: &[Threat], decisions: &[Decision], as_of: Option<&str>) -> Judged {
    let mut judged = Judged::default();
    let mut left: BTreeMap<&ThreatId, &Decision> = decisions.iter().map(|decision| (&decision.id, decision)).collect();
    let mut undecided: Vec<&Threat> = Vec::new();
    for threat in threats {
        match left.get(&threat.id).filter(|decision| decision.fits(threat)) {
            Some(decision) => {
                judged.judgements.insert(threat.id.clone(), judgement(decision, threat, as_of));
                left.remove(&threat.id);
            }
            None => undecided.push(threat),
        }
    }
    let carried = carry(model, &undecided, &left);
    for threat in undecided {
        let mut found = Judgement::default();
        if let Some(decision) = carried.get(&threat.id) {
            found = judgement(decision, threat, as_of);
            found.carried_from = Some(decision.id.clone());
            left.remove(&decision.id);
        }
        judged.judgements.insert(threat.id.clone(), found);
    }
    for decision in left.into_values() {
        let gone = !threats.iter().any(|threat| threat.id == decision.id);
        if gone && decision.decision == DecisionKind::Mitigated {
            judged.settled.push(decision.id.clone());
        } else {
            judged.orphans.push(Orphan { decision: decision.id.clone(), reason: orphaned(model, decision, gone) });
        }
    }
    judged
}

fn judgement(decision: &Decision, threat: &Threat, as_of: Option<&str>) -> Judgement {
    let lapsed = decision.lapse(threat, as_of);
    let (status, remark) = match (decision.decision, lapsed) {
        (_, Some(reason)) => (Status::Lapsed, Some(reason)),
        // What was found today holds today, whatever was said of it.
        (DecisionKind::Mitigated, None) => (Status::Open, Some("said to be mitigated, but its condition still holds".to_owned())),
        (DecisionKind::Accepted, None) => (Status::Accepted, None),
        (DecisionKind::Dismissed, None) => (Status::Dismissed, None),
    };
    Judgement { status, decision: Some(decision.id.clone()), remark, carried_from: None }
}

/// Decisions without a threat that belong to an undecided one of the same rule: the same handler, or
/// the same path and values, and nothing else fits on either side.
fn carry<'d>(model: &Model, undecided: &[&Threat], left: &BTreeMap<&ThreatId, &'d Decision>) -> BTreeMap<ThreatId, &'d Decision> {
    let mut pairs: Vec<(&ThreatId, &ThreatId)> = Vec::new();
    for threat in undecided {
        let (handler, path) = place(model, &threat.element);
        for decision in left.values().filter(|decision| decision.rule == threat.rule && !is_there(model, &decision.element)) {
            let same_handler = decision.handler.is_some() && decision.handler == handler;
            let same_path = decision.path.is_some() && decision.path == path && decision.basis == threat.basis;
            if same_handler || same_path {
                pairs.push((&threat.id, &decision.id));
            }
        }
    }
    let once = |wanted: (&ThreatId, &ThreatId)| {
        let rivals = pairs.iter().filter(|(threat, decision)| *threat == wanted.0 || *decision == wanted.1);
        rivals.count() == 1
    };
    pairs.iter().filter(|pair| once(**pair)).filter_map(|(threat, decision)| Some(((*threat).clone(), *left.get(decision)?))).collect()
}

fn orphaned(model: &Model, decision: &Decision, gone: bool) -> String {
    if !gone {
        return "its rule or element is not that of the threat of this id".to_owned();
    }
    if is_there(model, &decision.element) { "the threat is gone".to_owned() } else { "its element is gone".to_owned() }
}

fn is_there(model: &Model, element: &ElementId) -> bool {
    let component = element.as_component().is_some_and(|id| model.component(&id).is_some());
    let flow = element.as_flow().is_some_and(|id| model.flow(&id).is_some());
    let boundary = element.as_boundary().is_some_and(|id| model.boundary(&id).is_some());
    let entry_point = element.as_entry_point().is_some_and(|id| model.entry_point(&id).is_some());
    component || flow || boundary || entry_point
}

/// Handler and path by which an element is found again when its name changed.
fn place(model: &Model, element: &ElementId) -> (Option<String>, Option<String>) {
    if let Some(e) = element.as_entry_point().and_then(|id| model.entry_point(&id).cloned()) {
        return (e.handler, Some(e.path));
    }
    let component = element.as_component().and_then(|id| model.component(&id)).map(|c| &c.evidence);
    let flow = element.as_flow().and_then(|id| model.flow(&id)).map(|f| &f.evidence);
    let boundary = element.as_boundary().and_then(|id| model.boundary(&id)).map(|b| &b.evidence);
    let paths: BTreeSet<&str> = [component, flow, boundary].into_iter().flatten().flatten().map(|evidence| &*evidence.path).collect();
    (None, paths.first().map(|path| (*path).to_owned()))
}

/// `2026-11-23`
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}
