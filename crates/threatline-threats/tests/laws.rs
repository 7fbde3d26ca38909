//! What holds for all rules at once.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

mod compact;

use std::collections::BTreeSet;
use threatline_model::{Evidence, Model};
use threatline_threats::{Threat, catalogue, find};

fn ids(model: &str) -> BTreeSet<String> {
    find(&compact::model(model), &[]).threats.into_iter().map(|threat| threat.id.0).collect()
}

fn models() -> Vec<(&'static str, Model)> {
    let fences = |page: &'static str| page.split("```model\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    catalogue().iter().flat_map(|rule| fences(rule.page).map(|text| (rule.id, compact::model(text)))).collect()
}

#[test]
fn an_id_does_not_flip_with_a_count() {
    let mut text = "component shop".to_owned();
    let mut first = BTreeSet::new();
    for route in 0..12 {
        text += &format!("\nentry shop POST:/r{route} authenticated=false:C state_changing=true");
        let now = ids(&text);
        if route == 0 {
            first = now.clone();
        }
        assert_eq!(now, first, "after {route} routes");
        assert_eq!(now.len(), 1);
    }
}

#[test]
fn a_component_that_lets_all_in_is_one_threat_with_its_routes() {
    let text = "component shop\nentry shop POST:/a authenticated=false:C state_changing=true\nentry shop POST:/b authenticated=false:C state_changing=true";
    let threats = find(&compact::model(text), &[]).threats;
    assert_eq!(threats.len(), 1);
    let affected: Vec<&str> = threats[0].affected.iter().map(|id| id.as_str()).collect();
    assert_eq!(affected, ["ent:shop:POST /a", "ent:shop:POST /b"]);
}

#[test]
fn a_narrower_threat_takes_only_its_own_route_from_a_wider_one() {
    let text = "component shop
entry shop POST:/a authenticated=false:C state_changing=true
entry shop POST:/hook authenticated=false:C state_changing=true debug=true:P";
    let threats = find(&compact::model(text), &[]).threats;
    let of = |rule: &str| threats.iter().find(|threat| threat.rule == rule).unwrap();
    assert_eq!(of("unauthenticated-entry-point").element.as_str(), "cmp:shop");
    let affected: Vec<&str> = of("unauthenticated-entry-point").affected.iter().map(|id| id.as_str()).collect();
    assert_eq!(affected, ["ent:shop:POST /a"]);
    assert_eq!(of("debug-endpoint-exposed").replaces, ["unauthenticated-entry-point"]);
}

#[test]
fn what_is_only_likely_takes_nothing_away() {
    let routes: String =
        ["a", "b", "c"].iter().map(|at| format!("\nentry {at} POST:/hook webhook=true:P signature_verified=true:P authenticated=true:X")).collect();
    let text =
        format!("component a\ncomponent b\ncomponent c\ncomponent d{routes}\nentry d POST:/hook webhook=true:P authenticated=false:X state_changing=true");
    let likely = find(&compact::model(&text), &[]).threats;
    assert!(likely.iter().any(|threat| threat.rule == "unverified-webhook" && threat.grade == threatline_model::Grade::S));
    assert!(likely.iter().all(|threat| threat.replaces.is_empty()));
}

#[test]
fn a_control_for_most_siblings_raises_nothing() {
    let route = |at: usize, guard: &str| format!("\nentry shop POST:/r{at} {guard} state_changing=true");
    let open: String = (0..4).map(|at| route(at, "authenticated=false:X")).collect();
    let guarded: String = (0..4).map(|at| route(at, if at < 3 { "authenticated=true:X" } else { "authenticated=false:X" })).collect();
    assert!(ids(&format!("component shop{guarded}")).is_subset(&ids(&format!("component shop{open}"))));
}

#[test]
fn the_order_of_elements_does_not_matter() {
    for (rule, model) in models() {
        let mut turned = model.clone();
        turned.components.reverse();
        turned.flows.reverse();
        turned.entry_points.reverse();
        turned.boundaries.reverse();
        turned.sort();
        assert_eq!(find(&turned, &[]), find(&model, &[]), "{rule}");
    }
}

#[test]
fn lines_and_paths_are_in_no_id() {
    let move_all = |evidence: &mut Vec<Evidence>| evidence.iter_mut().for_each(|e| e.path = "elsewhere".into());
    let plain = |threats: &[Threat]| threats.iter().map(|t| (t.id.clone(), t.basis.clone())).collect::<Vec<_>>();
    for (rule, model) in models() {
        let mut moved = model.clone();
        moved.components.iter_mut().for_each(|c| move_all(&mut c.evidence));
        moved.flows.iter_mut().for_each(|f| move_all(&mut f.evidence));
        moved.entry_points.iter_mut().for_each(|e| move_all(&mut e.evidence));
        assert_eq!(plain(&find(&moved, &[]).threats), plain(&find(&model, &[]).threats), "{rule}");
    }
}

#[test]
fn a_disabled_rule_says_nothing() {
    for (rule, model) in models() {
        let found = find(&model, &[rule.to_owned()]);
        assert!(found.threats.iter().all(|threat| threat.rule != rule), "{rule}");
        assert!(found.questions.iter().all(|question| !question.rules.iter().any(|id| id == rule)), "{rule}");
    }
}

#[test]
fn every_threat_has_evidence_and_a_basis() {
    for (rule, model) in models() {
        for threat in find(&model, &[]).threats {
            assert!(!threat.evidence.is_empty() && threat.confidence > 0, "{rule}: {threat:#?}");
            assert!(!threat.title.contains("{}"), "{rule}");
            if !["shared-data-store", "mixed-trust-shared-runtime"].contains(&threat.rule.as_str()) {
                assert!(!threat.basis.is_empty(), "{rule}: {threat:#?}");
            }
        }
    }
}

#[test]
fn an_empty_model_has_no_threats() {
    assert_eq!(find(&Model::default(), &[]).threats.len(), 0);
}

#[test]
fn what_only_documents_say_concludes_nothing() {
    let mut model = compact::model("component shop\nentry shop POST:/refunds authenticated=false:X state_changing=true");
    for evidence in &mut model.entry_points[0].authenticated_proof.as_mut().unwrap().evidence {
        evidence.source = threatline_model::EvidenceSource::Document;
    }
    assert!(find(&model, &[]).threats.is_empty());
}

/// A plain shop of eight components, all of which is known and in order, and one that nothing is known of.
#[test]
fn a_plain_system_is_quiet() {
    let known = "component web internet data=email
component api data=email authenticates_clients=true:X
component orders data=transaction
component db data_store roles=database data=transaction anonymous_access=false:X
component redis data_store roles=cache data=identifier
component mail external_entity roles=third_party
component worker data=email
component queue data_store roles=queue data=email
flow web > api https authenticated=true:X encrypted=true:X data=email
flow api > orders http authenticated=true:X data=transaction
flow orders > db sql authenticated=true:X data=transaction
flow api > redis redis
flow api > queue amqp data=email
flow worker > queue amqp data=email
flow worker > mail https encrypted=true:X crosses=internet data=identifier
entry web GET:/ public=true
entry api GET:/orders authenticated=true:X state_changing=false
entry api POST:/orders authenticated=true:X state_changing=true";
    let threats = find(&compact::model(known), &[]).threats;
    assert!(threats.is_empty(), "{:#?}", threats.iter().map(|t| &t.title).collect::<Vec<_>>());
    let unknown: String = (0..8).map(|at| format!("component c{at}\nentry c{at} POST:/x state_changing=true\n")).collect();
    let found = find(&compact::model(&unknown), &[]);
    assert!(found.threats.is_empty());
    assert_eq!(found.questions.len(), 8);
}

/// Three thousand components with everything that makes rules look further.
#[test]
fn a_large_model_is_fast() {
    let mut text = String::new();
    for at in 0..100 {
        text += &format!("boundary network/n{at} default_deny=false:C\nboundary host/h{at}\n");
    }
    for at in 0..3000 {
        let place = if at % 2 == 0 { format!("network/n{}", at % 100) } else { format!("host/h{}", at % 100) };
        let kind = if at % 3 == 0 { "data_store data=payment_card" } else { "process internet replicas=1:X data=email" };
        text += &format!("component c{at} {kind} in={place} anonymous_access=true:X\n");
        text += &format!("entry c{at} POST:/a authenticated=false:C state_changing=true\nentry c{at} GET:/b\n");
        text += &format!("flow c{at} > c{} http encrypted=false:X authenticated=false:X crosses=network/x\n", (at * 7 + 1) % 3000);
    }
    text += "component many replicas=2:X";
    let model = compact::model(&text);
    let began = std::time::Instant::now();
    let found = find(&model, &[]);
    let took = began.elapsed();
    eprintln!("{} threats, {} questions: {took:?}", found.threats.len(), found.questions.len());
    // Generous: a debug build on a busy machine.
    assert!(found.threats.len() > 1000 && took.as_secs() < 15, "{took:?}");
}
