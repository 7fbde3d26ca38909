//! What people decide, kept in the repository as text.

use crate::shop::{Shop, all, one};
use serde_json::Value;

fn open(model: &Value) -> u64 {
    model["posture"]["open"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum()
}

fn worst_threat(model: &Value) -> String {
    let threats = model["threats"].as_array().unwrap();
    let worst = threats.iter().filter(|threat| threat["status"] == "open").max_by_key(|threat| threat["score"]["risk"].as_u64()).unwrap();
    worst["id"].as_str().unwrap().to_owned()
}

#[test]
fn an_accepted_threat_no_longer_counts_until_it_is_reopened() {
    let shop = Shop::committed();
    let before = shop.json(&["scan"]);
    let id = worst_threat(&before);
    let said = shop.told(&["accept", &id, "--why", "the shop closes in spring", "--by", "Ada"]);
    assert!(said.contains(&id), "{said}");
    let file = shop.path(&format!(".threatline/decisions/{id}.toml"));
    let decision: toml::Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
    assert_eq!(decision["why"].as_str(), Some("the shop closes in spring"));
    assert_eq!(decision["by"].as_str(), Some("Ada"));

    let accepted = shop.json(&["scan"]);
    assert_eq!(one(&accepted["threats"], "id", &id)["status"], "accepted");
    assert_eq!(open(&accepted), open(&before) - 1);
    assert_eq!(all(&accepted["threats"], "id"), all(&before["threats"], "id"), "it stays in sight");

    shop.told(&["reopen", &id, "--why", "it does not"]);
    assert!(!file.exists());
    let reopened = shop.json(&["scan"]);
    assert_eq!((&reopened["threats"], &reopened["posture"]), (&before["threats"], &before["posture"]));
    assert_eq!(shop.run(&["reopen", &id, "--why", "twice"]).code, 2);
}

#[test]
fn a_decision_lapses_by_the_date_of_the_state() {
    let shop = Shop::committed();
    let id = worst_threat(&shop.json(&["scan"]));
    shop.told(&["accept", &id, "--why", "for now", "--until", "2026-02-01"]);
    shop.commit("Accept for now");
    let status = |words: &[&str]| one(&shop.json(&[&["scan", "HEAD"], words].concat())["threats"], "id", &id)["status"].clone();
    assert_eq!(status(&[]), "accepted", "the commit is of January");
    assert_eq!(status(&["--as-of", "2026-01-31"]), "accepted");
    assert_eq!(status(&["--as-of", "2026-02-02"]), "lapsed");
}

#[test]
fn a_dismissed_threat_leaves_the_gate_and_a_change_cannot_accept_itself() {
    let shop = Shop::committed();
    let ids: Vec<String> = all(&shop.json(&["scan"])["threats"], "id").into_iter().map(str::to_owned).collect();
    assert_eq!(shop.run(&["scan", "--fail-on", "info"]).code, 1);
    for id in &ids {
        shop.told(&["dismiss", id, "--why", "not here"]);
    }
    assert_eq!(shop.run(&["scan", "--fail-on", "info"]).code, 0);
    shop.commit("Dismiss everything");
    let events = shop.json(&["diff", "HEAD~1", "HEAD"])["events"].clone();
    assert_eq!(all(&events, "kind").into_iter().filter(|kind| *kind == "decision-added").count(), ids.len());
    let own = shop.json(&["diff", "HEAD~1", "HEAD"])["posture"].clone();
    let of_base = shop.json(&["diff", "HEAD~1", "HEAD", "--base-decisions"])["posture"].clone();
    assert!(own["to"].as_u64() < own["from"].as_u64(), "{own}");
    assert_eq!(of_base["to"], of_base["from"]);
}

#[test]
fn decisions_are_about_threats_that_are_there_and_have_reasons() {
    let shop = Shop::committed();
    let id = worst_threat(&shop.json(&["scan"]));
    for words in
        [&["accept", "TL-000000000000", "--why", "x"][..], &["accept", &id, "--why", "  "], &["accept", &id, "--why", "x", "--until", "soon"], &["accept", &id]]
    {
        assert_eq!(shop.run(words).code, 2, "{words:?}");
    }
    assert!(!shop.path(".threatline").exists());
}
