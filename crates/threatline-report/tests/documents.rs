//! Markdown, Mermaid and SARIF.
#![allow(clippy::unwrap_used)]

mod common;

use common::{compare, component, empty, hostile, shop};
use serde_json::Value;
use threatline_model::ComponentKind;
use threatline_report::{json, markdown, mermaid, sarif};
use threatline_threats::Status;

#[test]
fn a_delta_says_which_threats_stand_elsewhere() {
    let (before, mut after) = (shop(true), shop(true));
    let changed = |before: &common::Shop, after: &common::Shop| {
        let text = compare(before, after, json::diff);
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        document["changed"]["threats"].as_array().unwrap().clone()
    };
    assert!(changed(&before, &after).is_empty());
    after.decide(threatline_threats::Status::Accepted);
    let threats = changed(&before, &after);
    assert_eq!(threats.len(), 2);
    assert_eq!(threats[0]["fields"], serde_json::json!(["status"]));
    assert_eq!((&threats[0]["from"], &threats[0]["to"]), (&serde_json::json!({ "status": "open" }), &serde_json::json!({ "status": "accepted" })));
    assert!(threats[0]["cause"][0]["path"].is_string());
    assert!(changed(&after, &before).iter().all(|threat| threat["to"]["status"] == "open"));
    assert!(compare(&before, &after, markdown::diff).contains("open → accepted"));
}

#[test]
fn a_score_that_moved_is_a_change_of_the_threat() {
    let (before, mut after) = (shop(true), shop(true));
    let payments = after.model.components.iter_mut().find(|component| component.name == "payments").unwrap();
    payments.exposure = threatline_model::Exposure::Internal;
    after.model.entry_points.iter_mut().for_each(|entry| entry.exposure = threatline_model::Exposure::Internal);
    after.assess();
    let document: serde_json::Value = serde_json::from_str(&compare(&before, &after, json::diff)).unwrap();
    let threats = document["changed"]["threats"].as_array().unwrap();
    assert!(!threats.is_empty());
    let one = &threats[0];
    assert_eq!(one["fields"], serde_json::json!(["score"]));
    assert!(one["from"]["score"]["risk"].as_u64() > one["to"]["score"]["risk"].as_u64(), "{one}");
    assert!(one["from"].get("status").is_none());
}

#[test]
fn a_state_as_markdown() {
    insta::assert_snapshot!(markdown::scan(&shop(true).report()));
}

#[test]
fn a_delta_as_a_comment() {
    insta::assert_snapshot!(compare(&shop(false), &shop(true), markdown::diff));
    assert_eq!(compare(&shop(true), &shop(true), markdown::diff), "");
}

#[test]
fn text_of_the_repository_is_no_markdown() {
    let hostile = hostile();
    for text in [markdown::scan(&hostile.report()), compare(&empty(), &hostile, markdown::diff)] {
        for bad in ["<img", "@everyone", "](http", "`", "http://", "\u{1b}", "\u{202e}"] {
            assert!(!text.contains(bad), "{bad} in\n{text}");
        }
    }
}

#[test]
fn a_model_as_mermaid() {
    insta::assert_snapshot!(mermaid::model(&shop(true).report()));
}

#[test]
fn text_of_the_repository_is_no_mermaid() {
    let text = mermaid::model(&hostile().report());
    assert_eq!(text.lines().count(), 2, "{text}");
    assert_eq!(text.matches('"').count(), 2, "{text}");
    assert!(!text.contains("<img"));
}

#[test]
fn a_large_model_is_drawn_by_its_boundaries() {
    let mut shop = shop(true);
    shop.model.components.extend((0..2_000).map(|at| component(&format!("worker-{at}"), ComponentKind::Process)));
    shop.model.sort();
    let text = mermaid::model(&shop.report());
    assert!(text.len() < 30_000);
    assert!(text.contains("2002 components"), "{text}");
}

fn validated(text: &str) -> Value {
    let schema: Value = serde_json::from_str(include_str!("data/sarif-schema-2.1.0.json")).unwrap();
    let document: Value = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(wrong, Vec::<String>::new());
    document
}

#[test]
fn sarif_follows_its_schema() {
    let document = validated(&sarif::report(&shop(true).report(), false));
    let run = &document["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
        assert!(result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap() > 1);
        assert!(result["partialFingerprints"]["threatline/v1"].as_str().unwrap().starts_with("TL-"));
    }
    let query = results.iter().find(|result| result["ruleId"] == "query-built-from-input").unwrap();
    assert!(!query["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap().is_empty());
    validated(&sarif::report(&hostile().report(), true));
    validated(&sarif::report(&empty().report(), false));
}

#[test]
fn what_was_decided_is_suppressed_or_left_out() {
    let mut shop = shop(true);
    shop.decide(Status::Accepted);
    assert_eq!(validated(&sarif::report(&shop.report(), false))["runs"][0]["results"], serde_json::json!([]));
    let document = validated(&sarif::report(&shop.report(), true));
    let results = document["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    assert!(results.iter().all(|result| result["suppressions"][0]["kind"] == "external"));
}
