//! The public image of threats, paths, choke points, questions and posture.

use super::model::{Evidence, Share, evidence};
use crate::{Comparison, Report};
use serde::Serialize;
use std::collections::BTreeMap;
use threatline_model::Grade;
use threatline_risk as risk;
use threatline_threats::{Status, Stride};

#[derive(Serialize)]
struct Score<'m> {
    risk: u32,
    severity: &'static str,
    exploitability: Share,
    reachability: Share,
    sensitivity: Share,
    blast_radius: Share,
    confidence: Share,
    assumed: &'m [String],
}

#[derive(Serialize)]
pub(super) struct Threat<'m> {
    id: &'m str,
    rule: &'m str,
    title: &'m str,
    element: &'m str,
    affected: Vec<&'m str>,
    stride: Vec<&'static str>,
    cwe: &'m [u32],
    techniques: &'m [String],
    grade: &'static str,
    status: &'static str,
    remark: Option<&'m str>,
    score: Option<Score<'m>>,
    guidance: &'m str,
    replaces: &'m [String],
    evidence: Vec<Evidence<'m>>,
    paths: Vec<&'m str>,
}

#[derive(Serialize)]
struct PathScore {
    risk: u32,
    severity: &'static str,
}

#[derive(Serialize)]
struct Step<'m> {
    element: &'m str,
    gains: &'m str,
    technique: Option<&'m str>,
    threat: Option<&'m str>,
}

#[derive(Serialize)]
pub(super) struct AttackPath<'m> {
    id: &'m str,
    entry: &'m str,
    target: &'m str,
    score: PathScore,
    status: &'static str,
    steps: Vec<Step<'m>>,
}

#[derive(Serialize)]
pub(super) struct ChokePoint<'m> {
    element: &'m str,
    threats: Vec<&'m str>,
    paths_cut: u32,
    risk_removed: u32,
}

#[derive(Serialize)]
pub(super) struct Question<'m> {
    element: &'m str,
    attribute: &'m str,
    rules: &'m [String],
    risk: u32,
}

#[derive(Serialize)]
pub(super) struct Posture {
    risk: u32,
    loss: u32,
    assessed: Option<Share>,
    open: Open,
}

#[derive(Serialize)]
struct Open {
    critical: u32,
    high: u32,
    medium: u32,
    low: u32,
    info: u32,
}

/// The fields of a threat that changed, on one side of a comparison.
#[derive(Serialize)]
struct Standing<'m> {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Option<Score<'m>>>,
}

/// A threat that stands elsewhere than before.
#[derive(Serialize)]
pub(super) struct ChangedThreat<'m> {
    id: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_id: Option<&'m str>,
    fields: Vec<&'static str>,
    from: Standing<'m>,
    to: Standing<'m>,
    cause: Vec<Evidence<'m>>,
}

/// Threats of both states whose status or score changed.
pub(super) fn changed<'m>(comparison: &'m Comparison<'m>) -> Vec<ChangedThreat<'m>> {
    let one = |change: crate::ChangedThreat<'m>| {
        let (status_changed, score_changed) = (change.status_changed(), change.score_changed());
        let standing = |of: Status, scored: Option<&'m risk::Score>| Standing {
            status: status_changed.then(|| status(of)),
            score: score_changed.then(|| scored.map(score_of)),
        };
        let fields = [(score_changed, "score"), (status_changed, "status")];
        ChangedThreat {
            id: &change.after.id.0,
            old_id: (change.before.id != change.after.id).then_some(change.before.id.0.as_str()),
            fields: fields.into_iter().filter(|(changed, _)| *changed).map(|(_, name)| name).collect(),
            from: standing(change.status.0, change.score.0),
            to: standing(change.status.1, change.score.1),
            cause: evidence(&change.after.evidence, comparison.head.places),
        }
    };
    comparison.changed_threats().into_iter().map(one).collect()
}

/// The interface's word.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Accepted => "accepted",
        Status::Mitigated => "mitigated",
        Status::Dismissed => "dismissed",
        Status::Lapsed => "lapsed",
    }
}

fn stride(stride: Stride) -> &'static str {
    match stride {
        Stride::Spoofing => "spoofing",
        Stride::Tampering => "tampering",
        Stride::Repudiation => "repudiation",
        Stride::InformationDisclosure => "information_disclosure",
        Stride::DenialOfService => "denial_of_service",
        Stride::ElevationOfPrivilege => "elevation_of_privilege",
    }
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::X => "X",
        Grade::C => "C",
        Grade::S => "S",
        Grade::P => "P",
    }
}

/// The riskiest first; threats without a score (there are none) would come last.
pub(super) fn threats<'m>(report: &'m Report<'m>) -> Vec<Threat<'m>> {
    let mut paths: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in &report.assessment.attack_paths {
        for threat in path.steps.iter().filter_map(|step| step.threat.as_ref()) {
            let through = paths.entry(&threat.0).or_default();
            if through.last() != Some(&path.id.0.as_str()) {
                through.push(&path.id.0);
            }
        }
    }
    let by_id: BTreeMap<_, _> = report.found.threats.iter().map(|threat| (&threat.id, threat)).collect();
    let scored = report.assessment.scores.iter().filter_map(|score| Some((by_id.get(&score.threat)?, score)));
    scored.map(|(threat, score)| one(report, threat, score, paths.get(threat.id.0.as_str()).cloned().unwrap_or_default())).collect()
}

/// Only the threats of these ids.
pub(super) fn some<'m>(report: &'m Report<'m>, ids: &std::collections::BTreeSet<String>) -> Vec<Threat<'m>> {
    if ids.is_empty() {
        return Vec::new();
    }
    threats(report).into_iter().filter(|threat| ids.contains(threat.id)).collect()
}

fn score_of(score: &risk::Score) -> Score<'_> {
    Score {
        risk: score.risk,
        severity: score.severity.name(),
        exploitability: Share::millionths(score.exploitability),
        reachability: Share::millionths(score.reachability),
        sensitivity: Share::millionths(score.sensitivity),
        blast_radius: Share::millionths(score.blast_radius),
        confidence: Share::millionths(score.confidence),
        assumed: &score.assumed,
    }
}

fn one<'m>(report: &'m Report<'m>, threat: &'m threatline_threats::Threat, score: &'m risk::Score, paths: Vec<&'m str>) -> Threat<'m> {
    Threat {
        id: &threat.id.0,
        rule: &threat.rule,
        title: &threat.title,
        element: threat.element.as_str(),
        affected: threat.affected.iter().map(|id| id.as_str()).collect(),
        stride: threat.stride.iter().map(|class| stride(*class)).collect(),
        cwe: &threat.cwe,
        techniques: &threat.techniques,
        grade: grade(threat.grade),
        status: status(report.status(&threat.id)),
        remark: report.judged.judgements.get(&threat.id).and_then(|judgement| judgement.remark.as_deref()),
        score: Some(score_of(score)),
        guidance: &threat.guidance,
        replaces: &threat.replaces,
        evidence: evidence(&threat.evidence, report.places),
        paths,
    }
}

pub(super) fn attack_path(path: &risk::AttackPath) -> AttackPath<'_> {
    AttackPath {
        id: &path.id.0,
        entry: path.entry.as_str(),
        target: path.target.as_str(),
        score: PathScore { risk: path.risk, severity: path.severity.name() },
        status: status(path.status),
        steps: path
            .steps
            .iter()
            .map(|step| Step {
                element: step.element.as_str(),
                gains: &step.gains,
                technique: step.technique.as_deref(),
                threat: step.threat.as_ref().map(|id| id.0.as_str()),
            })
            .collect(),
    }
}

pub(super) fn choke_point(point: &risk::ChokePoint) -> ChokePoint<'_> {
    ChokePoint {
        element: point.element.as_str(),
        threats: point.threats.iter().map(|id| id.0.as_str()).collect(),
        paths_cut: point.paths_cut,
        risk_removed: point.risk_removed,
    }
}

pub(super) fn questions<'m>(report: &'m Report<'m>) -> Vec<Question<'m>> {
    let ranked = risk::rank(&report.found.questions, report.assessment);
    ranked
        .into_iter()
        .map(|(question, risk)| Question { element: question.element.as_str(), attribute: &question.attribute, rules: &question.rules, risk })
        .collect()
}

pub(super) fn posture(posture: &risk::Posture) -> Posture {
    Posture {
        risk: posture.risk,
        loss: posture.loss,
        assessed: posture.assessed.map(|share| Share::millionths(share * 1000)),
        open: Open { critical: posture.open.critical, high: posture.open.high, medium: posture.open.medium, low: posture.open.low, info: posture.open.info },
    }
}
