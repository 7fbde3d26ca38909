//! `diff`: what of a change moves the design, and what does not.

use crate::shop::{API, COMPOSE, Shop, all, one};
use serde_json::Value;

const KINDS: [&str; 6] = ["components", "flows", "entry_points", "boundaries", "threats", "attack_paths"];

fn count(delta: &Value, group: &str) -> usize {
    KINDS.iter().map(|kind| delta[group][kind].as_array().unwrap().len()).sum()
}

#[test]
fn an_added_route_is_an_event_with_its_place() {
    let shop = Shop::committed();
    shop.write("api/app.py", format!("{API}\n\n@app.route('/orders/<id>', methods=['DELETE'])\ndef cancel(id):\n    return id\n"));
    shop.commit("Let orders be cancelled");
    let delta = shop.json(&["diff", "HEAD~1", "HEAD"]);
    assert_eq!(delta["schema"], "threatline.diff/1");
    let entry = one(&delta["added"]["entry_points"], "path", "/orders/{id}");
    assert_eq!(all(&delta["added"]["entry_points"], "path"), ["/orders/{id}"]);
    assert_eq!((count(&delta, "removed"), all(&delta["added"]["components"], "id").len()), (0, 0), "{delta:#}");
    let event = one(&delta["events"], "kind", "entry-point-added");
    assert_eq!(event["element"], entry["id"]);
    assert_eq!((event["evidence"][0]["path"].as_str(), event["evidence"][0]["line"].as_u64()), (Some("api/app.py"), Some(15)));
    assert_eq!(shop.json(&["diff", "HEAD~1..HEAD"]), delta);
    assert_eq!(shop.json(&["diff", "HEAD~1"]), delta, "HEAD goes without saying");
    let back = shop.json(&["diff", "HEAD", "HEAD~1"]);
    assert_eq!(all(&back["removed"]["entry_points"], "path"), ["/orders/{id}"]);
}

#[test]
fn a_comment_moves_nothing() {
    let shop = Shop::committed();
    shop.write("api/app.py", format!("# Orders come in here.\n\n{API}# the end\n"));
    shop.write("compose.yaml", format!("# the whole shop\n{COMPOSE}"));
    shop.write("README.txt", "hello\n");
    shop.commit("Explain");
    let delta = shop.json(&["diff", "HEAD~1", "HEAD"]);
    assert_eq!((count(&delta, "added"), count(&delta, "removed"), count(&delta, "changed")), (0, 0, 0), "{delta:#}");
    assert_eq!(delta["events"], Value::Array(Vec::new()));
    assert_eq!(delta["posture"]["from"], delta["posture"]["to"]);
}

#[test]
fn a_new_dependency_is_an_event_at_its_line() {
    let shop = Shop::committed();
    shop.write("api/requirements.txt", "flask==3.0\n");
    shop.commit("Pin");
    shop.write("api/requirements.txt", "flask==3.1\nstripe==9.0\ncolorama==0.4\n");
    shop.commit("Take money");
    let delta = shop.json(&["diff", "HEAD~1", "HEAD"]);
    let event = one(&delta["events"], "kind", "dependency-added");
    assert_eq!((event["evidence"][0]["path"].as_str(), event["evidence"][0]["line"].as_u64()), (Some("api/requirements.txt"), Some(2)));
    assert_eq!(event["evidence"].as_array().unwrap().len(), 1, "a version, and a package that brings nothing: {event:#}");
    let told = shop.run(&["diff", "HEAD~1", "HEAD"]).out;
    assert!(told.contains("dependency-added: api now depends on stripe"), "{told}");
    shop.write("api/requirements.txt", "colorama==0.4\n\nstripe==9.1\nflask==3.1\n");
    shop.commit("Sort");
    assert_eq!(shop.json(&["diff", "HEAD~1", "HEAD"])["events"], Value::Array(Vec::new()));
}

#[test]
fn a_pipeline_is_a_part_of_the_design_where_it_has_rights() {
    let shop = Shop::committed();
    let workflow = |action: &str, more: &str| {
        format!(
            "on: {{ push: {{ branches: [main] }} }}\njobs:\n  ship:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: {action}\n      - run: make test\n{more}"
        )
    };
    shop.write(".github/workflows/ship.yml", workflow("actions/checkout@v4", ""));
    shop.commit("Test");
    let delta = shop.json(&["diff", "HEAD~1", "HEAD"]);
    assert_eq!((count(&delta, "added"), count(&delta, "changed")), (0, 0), "{delta:#}");
    let deploys = "      - run: flyctl deploy\n        env: { FLY_API_TOKEN: '${{ secrets.FLY }}' }\n";
    shop.write(".github/workflows/ship.yml", workflow("actions/checkout@v4", deploys));
    shop.commit("Deploy");
    let delta = shop.json(&["diff", "HEAD~1", "HEAD"]);
    one(&delta["added"]["flows"], "id", "flw:github-actions>fly-io:https");
    one(&delta["added"]["threats"], "rule", "standing-production-access-in-ci");
    shop.write(".github/workflows/ship.yml", format!("# how we ship\n{}", workflow("actions/checkout@v5", deploys)));
    shop.commit("Bump");
    let delta = shop.json(&["diff", "HEAD~1", "HEAD"]);
    assert_eq!((count(&delta, "added"), count(&delta, "removed"), count(&delta, "changed")), (0, 0, 0), "{delta:#}");
}

#[test]
fn a_renamed_component_is_one_change() {
    let shop = Shop::committed();
    shop.write("compose.yaml", COMPOSE.replace("@db:", "@ledger:").replace("[db]", "[ledger]").replace("  db:\n", "  ledger:\n"));
    shop.commit("Rename the database");
    let delta = shop.json(&["diff", "HEAD~1", "HEAD"]);
    let changed = one(&delta["changed"]["components"], "id", "cmp:ledger");
    assert_eq!(changed["old_id"], "cmp:db");
    for kind in ["components", "flows", "entry_points", "boundaries"] {
        assert_eq!((&delta["added"][kind], &delta["removed"][kind]), (&Value::Array(vec![]), &Value::Array(vec![])), "{kind}: {delta:#}");
    }
}

#[test]
fn index_work_tree_and_merge_base_are_compared() {
    let shop = Shop::committed();
    shop.git(&["checkout", "-q", "-b", "carts"]);
    shop.write("cache/compose.yaml", "services:\n  carts:\n    image: redis:7\n");
    assert_eq!(all(&shop.json(&["diff", "--worktree"])["added"]["components"], "id"), ["cmp:carts"]);
    assert_eq!(count(&shop.json(&["diff", "--staged"]), "added"), 0);
    shop.git(&["add", "-A"]);
    assert_eq!(all(&shop.json(&["diff", "--staged"])["added"]["components"], "id"), ["cmp:carts"]);
    shop.commit("Remember carts");
    shop.git(&["checkout", "-q", "main"]);
    shop.write("api/app.py", API.replace("/orders", "/order"));
    shop.commit("Shorten");
    let branch = shop.json(&["diff", "main...carts"]);
    assert_eq!(all(&branch["added"]["components"], "id"), ["cmp:carts"]);
    assert_eq!(branch["removed"]["entry_points"], Value::Array(Vec::new()), "what main did meanwhile is none of the branch's");
    let both = shop.json(&["diff", "main", "carts"]);
    assert_eq!(all(&both["changed"]["entry_points"], "old_id"), ["ent:api:POST /order"], "{both:#}");
}

#[test]
fn the_gate_stops_what_a_change_adds() {
    let shop = Shop::committed();
    assert_eq!(shop.run(&["diff", "HEAD", "HEAD", "--fail-on", "info"]).code, 0, "what was there before stops no change");
    shop.write("api/app.py", format!("{API}\n\n@app.route('/refunds', methods=['POST'])\ndef refund():\n    return 'ok'\n"));
    shop.commit("Refund");
    assert_eq!(shop.run(&["diff", "HEAD~1", "HEAD"]).code, 0, "no gate was asked for");
    let ran = shop.run(&["diff", "HEAD~1", "HEAD", "--fail-on", "entry-point-added", "--format", "json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("over the gate"), "{}", ran.err);
    assert!(ran.out.contains("/refunds"), "what was asked for is printed all the same");
    assert_eq!(shop.run(&["diff", "HEAD~1", "HEAD", "--fail-on", "tool-added"]).code, 0);
    assert_eq!(shop.run(&["scan", "--fail-on", "info"]).code, 1);
    assert_eq!(shop.run(&["scan"]).code, 0);
}

#[test]
fn a_change_cannot_switch_off_its_own_gate() {
    let shop = Shop::committed();
    shop.write("threatline.toml", "[gate]\nfail_on = [\"entry-point-added\"]\n");
    shop.commit("Guard the doors");
    shop.write("threatline.toml", "[gate]\nfail_on = []\n");
    shop.write("api/app.py", format!("{API}\n\n@app.route('/refunds', methods=['POST'])\ndef refund():\n    return 'ok'\n"));
    shop.commit("Refund quietly");
    let ran = shop.run(&["diff", "HEAD~1", "HEAD", "--format", "json"]);
    assert_eq!(ran.code, 1);
    let delta: Value = serde_json::from_str(&ran.out).unwrap();
    one(&delta["events"], "kind", "policy-changed");
}

#[test]
fn a_shallow_clone_is_told_what_to_fetch() {
    let shop = Shop::committed();
    shop.commit("Again");
    let (shallow, from) = (shop.outside("shallow").display().to_string(), format!("file://{}", shop.path("").display()));
    shop.git(&["clone", "-q", "--depth=1", &from, &shallow]);
    let base = shop.git(&["rev-parse", "HEAD~1"]);
    let ran = shop.run(&["-C", &shallow, "diff", &base]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("git fetch --depth=1 origin"), "{}", ran.err);
    shop.git(&["-C", &shallow, "fetch", "-q", "--depth=1", "origin", &base]);
    assert_eq!(count(&shop.json(&["-C", &shallow, "diff", &base]), "added"), 0);
}

#[test]
fn a_clone_of_one_branch_is_told_what_to_fetch() {
    let shop = Shop::committed();
    let (clone, from) = (shop.outside("clone").display().to_string(), format!("file://{}", shop.path("").display()));
    shop.git(&["branch", "release"]);
    shop.git(&["clone", "-q", "--single-branch", &from, &clone]);
    let ran = shop.run(&["-C", &clone, "diff", "release"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("git fetch origin release"), "{}", ran.err);
}
