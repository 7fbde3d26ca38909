//! Forty-one small systems with the exact results of the reference: every integer must agree.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

mod systems;

use serde_json::Value;
use std::collections::BTreeMap;
use systems::{Case, number};
use threatline_risk::{Options, Severity, assess};

fn check(name: &str, golden: &Value) -> Vec<String> {
    let case = Case::read(name);
    let options = Options { choke_points: golden.get("choke_points").is_some(), supposed: &[] };
    let found = assess(&case.model, &case.threats, &options);
    let mut wrong = Vec::new();
    let mut expect = |what: String, found: Value, wanted: &Value| {
        if found != *wanted {
            wrong.push(format!("{name}: {what}: {found} instead of {wanted}"));
        }
    };
    let order: Vec<&str> = golden["threats"].as_array().unwrap().iter().map(|t| t["id"].as_str().unwrap()).collect();
    expect("order".into(), found.scores.iter().map(|score| score.threat.0.as_str()).collect(), &order.into());
    for wanted in golden["threats"].as_array().unwrap() {
        let id = wanted["id"].as_str().unwrap();
        let score = found.scores.iter().find(|score| score.threat.0 == id).unwrap();
        for (key, value) in [
            ("exact", score.exact),
            ("risk", score.risk),
            ("exploitability", score.exploitability),
            ("reachability", score.reachability),
            ("sensitivity", score.sensitivity),
            ("blast_radius", score.blast_radius),
            ("confidence", score.confidence),
        ] {
            expect(format!("{id} {key}"), value.into(), &wanted[key]);
        }
        expect(format!("{id} severity"), score.severity.name().into(), &wanted["severity"]);
        expect(format!("{id} likely"), score.likely.into(), &wanted["likely"]);
        expect(format!("{id} assumed"), score.assumed.clone().into(), &wanted["assumed"]);
    }
    let posture = &golden["posture"];
    expect("posture risk".into(), found.posture.risk.into(), &posture["risk"]);
    expect("posture loss".into(), found.posture.loss.into(), &posture["loss"]);
    expect("assessed".into(), found.posture.assessed.into(), &posture["assessed"]);
    for severity in Severity::ALL {
        expect(format!("open {severity}"), found.posture.open.of(severity).into(), &posture["open"][severity.name()]);
    }
    let targets: BTreeMap<String, Value> =
        found.losses.iter().map(|loss| (loss.component.to_string(), serde_json::json!({"risk": loss.risk, "gains": loss.gains}))).collect();
    expect("targets".into(), serde_json::to_value(targets).unwrap(), &golden["targets"]);
    // The reference also lists threats whose mending changes nothing.
    if let Some(points) = golden.get("choke_points") {
        let points: Vec<&Value> = points.as_array().unwrap().iter().filter(|p| number(&p["loss_removed"]) > 0).collect();
        let found = found.choke_points.iter().filter(|p| p.risk_removed > 0);
        let found: Value = found.map(|p| serde_json::json!({"threat": p.threats[0], "loss_removed": p.risk_removed, "targets_closed": p.paths_cut})).collect();
        expect("choke points".into(), found, &points.into_iter().cloned().collect());
    }
    let paths = found.attack_paths.len();
    expect("a path to each loss".into(), paths.into(), &found.losses.len().into());
    for path in &found.attack_paths {
        let loss = found.losses.iter().find(|loss| loss.component == path.target).unwrap();
        expect(format!("path to {}", path.target), path.risk.into(), &loss.risk.into());
        expect(format!("a threat on the path to {}", path.target), path.steps.iter().any(|step| step.threat.is_some()).into(), &true.into());
        expect(format!("end of the path to {}", path.target), path.steps.last().unwrap().gains.clone().into(), &loss.gains.clone().into());
    }
    wrong
}

#[test]
fn every_integer_of_the_reference() {
    let golden: BTreeMap<String, Value> = serde_json::from_str(include_str!("data/golden.json")).unwrap();
    assert_eq!(golden.len(), systems::names().len());
    let wrong: Vec<String> = golden.iter().flat_map(|(name, golden)| check(name, golden)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
