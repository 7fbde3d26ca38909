//! Runs the rules, keeps one threat per cause and gathers questions.

use crate::case::Case;
use crate::rule::Rule;
use crate::rules::catalogue;
use crate::step::Step;
use crate::threat::{Found, Question, Threat, ThreatId};
use crate::view::View;
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::{ElementId, Grade, Model};

/// A condition with more unknowns than this is not worth asking about.
const MOST_UNKNOWN: usize = 2;

/// A threat and the rules that it stands for.
struct Candidate {
    threat: Threat,
    over: &'static [&'static str],
}

/// Threats of a model, and what is not known of it. Rules whose id is in `disabled` do not run.
pub fn find(model: &Model, disabled: &[String]) -> Found {
    let view = View::new(model);
    let mut candidates: BTreeMap<ThreatId, Candidate> = BTreeMap::new();
    let mut supposed: BTreeMap<ThreatId, Threat> = BTreeMap::new();
    let mut questions: BTreeMap<(ElementId, String), (BTreeSet<String>, BTreeSet<ThreatId>)> = BTreeMap::new();
    for rule in catalogue().iter().filter(|rule| !disabled.iter().any(|id| id == rule.id)) {
        let step: Step = rule.step.parse().unwrap_or_default();
        for case in (rule.run)(&view) {
            let fits = case.grade().is_some_and(|(grade, _)| accepted(rule, grade).is_some());
            match case.holds {
                Some(true) if fits => {
                    let threat = threat(rule, &step, &case);
                    candidates.insert(threat.id.clone(), Candidate { threat, over: rule.over });
                }
                None if (1..=MOST_UNKNOWN).contains(&case.unknown.len()) => {
                    let threat = threat(rule, &step, &case);
                    for unknown in &case.unknown {
                        let (rules, worst) = questions.entry(unknown.clone()).or_default();
                        rules.insert(rule.id.to_owned());
                        worst.insert(threat.id.clone());
                    }
                    supposed.insert(threat.id.clone(), threat);
                }
                _ => {}
            }
        }
    }
    let questions = questions.into_iter().map(|((element, attribute), (rules, worst))| Question {
        element,
        attribute,
        rules: rules.into_iter().collect(),
        worst: worst.into_iter().collect(),
    });
    Found { threats: replace(candidates), supposed: supposed.into_values().collect(), questions: questions.collect() }
}

fn threat(rule: &Rule, step: &Step, case: &Case<'_>) -> Threat {
    // What is only supposed has no grade yet; the strongest that the rule takes is the worst answer.
    let known = case.grade().and_then(|(grade, confidence)| Some((accepted(rule, grade)?, confidence)));
    let (grade, confidence) = known.unwrap_or((rule.grades.first().copied().unwrap_or(Grade::P), 900));
    Threat {
        id: ThreatId::new(rule.id, &case.element, &case.discriminator),
        rule: rule.id.to_owned(),
        title: sentence(rule, case),
        element: case.element.clone(),
        affected: case.affected.iter().cloned().collect(),
        stride: rule.stride.to_vec(),
        cwe: rule.cwe.to_vec(),
        techniques: rule.techniques.iter().map(|id| (*id).to_owned()).collect(),
        grade,
        confidence,
        exploitability: rule.exploitability,
        start: rule.start,
        step: step.clone(),
        grants: case.grants.clone(),
        secrets: Vec::new(),
        peers: case.peers.clone(),
        guidance: rule.guidance.to_owned(),
        replaces: Vec::new(),
        basis: case.basis.clone(),
        evidence: case.places(),
    }
}

/// The grade as the rule names it; none if it does not take it. That a dangerous thing is there and
/// that an artifact states the insecure value are one kind of evidence, seen from two sides.
fn accepted(rule: &Rule, grade: Grade) -> Option<Grade> {
    let twin = match grade {
        Grade::X => Some(Grade::P),
        Grade::P => Some(Grade::X),
        Grade::C | Grade::S => None,
    };
    std::iter::once(grade).chain(twin).find(|grade| rule.grades.contains(grade))
}

fn sentence(rule: &Rule, case: &Case<'_>) -> String {
    let title = rule.title.replace("{}", &case.label);
    let mut letters = title.chars();
    // Names keep their case; only our own words begin a sentence.
    match letters.next() {
        Some(first) if rule.title.starts_with("{}") && title.starts_with("the flow") => first.to_uppercase().chain(letters).collect(),
        _ => title,
    }
}

/// Where a threat holds: its element, and the entry points and flows that it is about as a whole. A
/// component that merely suffers from it is not meant.
fn named(threat: &Threat) -> impl Iterator<Item = &ElementId> {
    std::iter::once(&threat.element).chain(threat.affected.iter().filter(|id| id.as_component().is_none()))
}

/// Takes away threats that others stand for. What is only likely never takes away what is proven,
/// since it takes no part in the attack graph.
fn replace(mut candidates: BTreeMap<ThreatId, Candidate>) -> Vec<Threat> {
    let mut at: BTreeMap<&ElementId, Vec<(&ThreatId, &Candidate)>> = BTreeMap::new();
    for (id, candidate) in &candidates {
        for element in named(&candidate.threat) {
            at.entry(element).or_default().push((id, candidate));
        }
    }
    let mut covered: BTreeMap<ThreatId, BTreeSet<ElementId>> = BTreeMap::new();
    let mut replaces: BTreeMap<ThreatId, BTreeSet<String>> = BTreeMap::new();
    for (id, candidate) in candidates.iter().filter(|(_, candidate)| !candidate.over.is_empty()) {
        for element in named(&candidate.threat) {
            for (other_id, other) in at.get(element).into_iter().flatten() {
                let weaker = candidate.threat.grade == Grade::S && other.threat.grade != Grade::S;
                if candidate.over.contains(&other.threat.rule.as_str()) && !weaker {
                    covered.entry((*other_id).clone()).or_default().insert(element.clone());
                    replaces.entry(id.clone()).or_default().insert(other.threat.rule.clone());
                }
            }
        }
    }
    drop(at);
    for (id, elements) in covered {
        let Some(candidate) = candidates.get_mut(&id) else { continue };
        let threat = &mut candidate.threat;
        threat.affected.retain(|element| !elements.contains(element));
        // A threat on a component as a whole stays while some of its entry points are not covered.
        if elements.contains(&threat.element) || named(threat).count() == 1 {
            candidates.remove(&id);
        }
    }
    for (id, rules) in replaces {
        if let Some(candidate) = candidates.get_mut(&id) {
            candidate.threat.replaces = rules.into_iter().collect();
        }
    }
    candidates.into_values().map(|candidate| candidate.threat).collect()
}
