//! Models that no linker should make: ends that are missing, boundaries inside themselves, values out
//! of range. Nothing panics and nothing runs away.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

mod systems;

use proptest::prelude::*;
use systems::{Case, catalogue, names, threat_of};
use threatline_model::*;
use threatline_risk::{Assessment, Options, assess, explain};
use threatline_threats::{Status, ThreatId, find};

fn run(case: &Case) -> Assessment {
    let found = find(&case.model, &[]);
    let options = Options { choke_points: true, supposed: &found.supposed };
    let assessment = assess(&case.model, &case.threats, &options);
    assert!(assessment.posture.risk <= 100);
    assert!(assessment.scores.iter().chain(&assessment.supposed).all(|score| score.risk <= 100));
    assessment
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Elements are taken away at random; what refers to them dangles.
    #[test]
    fn missing_ends(system in 0..41usize, keep in prop::collection::vec(any::<bool>(), 64)) {
        let mut case = Case::read(&names()[system]);
        let mut keep = keep.into_iter().cycle();
        case.model.components.retain(|_| keep.next().unwrap());
        case.model.boundaries.retain(|_| keep.next().unwrap());
        case.model.flows.retain(|_| keep.next().unwrap());
        case.model.entry_points.retain(|_| keep.next().unwrap());
        run(&case);
    }

    /// Every rule on every kind of element, whether it fits or not.
    #[test]
    fn any_rule_anywhere(system in 0..41usize, rule in 0..110usize) {
        let mut case = Case::read(&names()[system]);
        let rule = &catalogue()[rule];
        let model = &case.model;
        let components = model.components.iter().map(|c| ElementId::from(&c.id));
        let others = model.flows.iter().map(|f| (&f.id).into()).chain(model.boundaries.iter().map(|b| (&b.id).into()));
        let elements: Vec<ElementId> = components.chain(others).chain(model.entry_points.iter().map(|e| (&e.id).into())).collect();
        for element in elements {
            let id = format!("{}@{element}", rule.id);
            case.threats.push((threat_of(rule, id, element, Grade::P, u16::MAX), Status::Open));
        }
        let assessment = run(&case);
        for score in assessment.scores.iter().take(5) {
            prop_assert!(explain(&case.model, &case.threats, &score.threat).is_some());
        }
    }
}

#[test]
fn boundaries_inside_themselves_and_very_deep() {
    let mut case = Case::read("00-worked-example");
    let boundary = |at: usize, parent: usize| {
        let mut boundary = case.model.boundaries[0].clone();
        boundary.id = BoundaryId::new(format!("{at:05}"));
        boundary.parent = Some(BoundaryId::new(format!("{parent:05}")));
        boundary
    };
    let chain: Vec<Boundary> = (0..5000).map(|at| boundary(at, (at + 1) % 5000)).collect();
    case.model.boundaries.extend(chain);
    case.model.sort();
    case.model.components.iter_mut().for_each(|c| c.boundary = Some(BoundaryId::new("00000")));
    run(&case);
}

#[test]
fn values_out_of_range_count_as_all() {
    let mut case = Case::read("00-worked-example");
    case.model.components.iter_mut().for_each(|c| c.value = Some(u16::MAX));
    case.threats.iter_mut().for_each(|(threat, _)| (threat.confidence, threat.exploitability) = (u16::MAX, u16::MAX));
    let assessment = run(&case);
    assert_eq!(assessment.score(&ThreatId("untrusted-deserialization@cmp:web".into())).unwrap().exploitability, 1_000_000);
}

#[test]
fn one_component_that_opens_flows_to_itself() {
    let mut case = Case::read("00-worked-example");
    case.model.flows.iter_mut().for_each(|f| f.target = f.source.clone());
    run(&case);
}
