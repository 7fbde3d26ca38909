//! Decisions count, lapse, are carried over and are never dropped.
#![allow(clippy::unwrap_used)]

mod compact;

use threatline_threats::{Decision, DecisionKind, Judged, Status, Threat, find, judge};

const OPEN: &str = "component shop\nentry shop POST:/refunds handler=refund authenticated=false:X state_changing=true";

fn one(model: &str) -> Threat {
    let mut threats = find(&compact::model(model), &[]).threats;
    assert_eq!(threats.len(), 1, "{threats:#?}");
    threats.remove(0)
}

fn decided(kind: DecisionKind) -> Decision {
    Decision::about(&compact::model(OPEN), &one(OPEN), kind, "as agreed")
}

fn judged(model: &str, decision: Decision, as_of: Option<&str>) -> Judged {
    let model = compact::model(model);
    judge(&model, &find(&model, &[]).threats, &[decision], as_of)
}

fn only(judged: &Judged) -> (Status, Option<String>) {
    let judgement = judged.judgements.values().next().unwrap();
    (judgement.status, judgement.remark.clone())
}

#[test]
fn what_was_decided_counts() {
    assert_eq!(only(&judged(OPEN, decided(DecisionKind::Accepted), None)), (Status::Accepted, None));
    assert_eq!(only(&judged(OPEN, decided(DecisionKind::Dismissed), None)), (Status::Dismissed, None));
}

#[test]
fn said_to_be_mitigated_while_it_still_holds_is_open_with_a_remark() {
    let (status, remark) = only(&judged(OPEN, decided(DecisionKind::Mitigated), None));
    assert_eq!(status, Status::Open);
    assert!(remark.unwrap().contains("still holds"));
}

#[test]
fn mitigated_and_gone_is_settled() {
    let mended = OPEN.replace("authenticated=false", "authenticated=true");
    let decision = decided(DecisionKind::Mitigated);
    let judged = judged(&mended, decision.clone(), None);
    assert_eq!((judged.settled, judged.orphans.len()), (vec![decision.id], 0));
}

#[test]
fn it_lapses_when_a_value_changes_and_names_it() {
    let mut decision = decided(DecisionKind::Accepted);
    decision.basis.insert("authenticated".into(), "unknown".into());
    let (status, remark) = only(&judged(OPEN, decision, None));
    assert_eq!((status, remark.as_deref()), (Status::Lapsed, Some("authenticated was unknown and is false")));
}

#[test]
fn attributes_of_another_version_do_not_lapse_it() {
    let mut decision = decided(DecisionKind::Accepted);
    decision.basis.insert("an attribute of tomorrow".into(), "true".into());
    assert_eq!(only(&judged(OPEN, decision.clone(), None)).0, Status::Accepted);
    decision.basis.clear();
    assert_eq!(only(&judged(OPEN, decision, None)).0, Status::Accepted);
}

#[test]
fn it_counts_to_the_end_of_its_last_day() {
    let mut decision = decided(DecisionKind::Accepted);
    decision.until = Some("2026-11-23".into());
    for (as_of, status) in [
        (None, Status::Accepted),
        (Some("2026-11-23T23:59:59Z"), Status::Accepted),
        (Some("2026-11-24T00:00:00Z"), Status::Lapsed),
        (Some("2026-11-24"), Status::Lapsed),
    ] {
        assert_eq!(only(&judged(OPEN, decision.clone(), as_of)).0, status, "{as_of:?}");
    }
    decision.until = Some("soon".into());
    assert_eq!(only(&judged(OPEN, decision, None)).0, Status::Lapsed);
}

#[test]
fn a_renamed_route_with_the_same_handler_is_carried_over() {
    let moved = OPEN.replace("/refunds", "/v2/refunds");
    let decision = decided(DecisionKind::Accepted);
    let judged = judged(&moved, decision.clone(), None);
    let judgement = judged.judgements.values().next().unwrap();
    assert_eq!((judgement.status, &judgement.carried_from), (Status::Accepted, &Some(decision.id)));
    assert!(judged.orphans.is_empty());
}

#[test]
fn two_that_fit_are_none() {
    let moved = format!("{}\nentry shop POST:/v3/refunds handler=refund authenticated=false:X state_changing=true", OPEN.replace("/refunds", "/v2/refunds"));
    let judged = judged(&moved, decided(DecisionKind::Accepted), None);
    assert!(judged.judgements.values().all(|judgement| judgement.status == Status::Open));
    assert_eq!(judged.orphans[0].reason, "its element is gone");
}

#[test]
fn a_decision_for_another_rule_or_element_does_not_count() {
    let mut decision = decided(DecisionKind::Accepted);
    decision.rule = "unverified-webhook".into();
    let judged = judged(OPEN, decision, None);
    assert_eq!(only(&judged).0, Status::Open);
    assert_eq!(judged.orphans.len(), 1);
}

#[test]
fn it_is_written_and_read_as_the_interface_says() {
    let text = serde_json::to_value(decided(DecisionKind::Accepted)).unwrap();
    assert_eq!(text["decision"], "accepted");
    assert_eq!(text["basis"]["authenticated"], "false");
    assert!(text.get("id").is_none());
    let back: Decision = serde_json::from_value(text).unwrap();
    assert_eq!(back.rule, "unauthenticated-entry-point");
    assert_eq!(back.handler.as_deref(), Some("refund"));
}
