//! Hooks and notes: what happens by itself at a commit.

use crate::shop::{API, COMPOSE, Shop};
use std::collections::BTreeSet;

fn hooks(shop: &Shop) -> BTreeSet<String> {
    let folder = shop.path(".git/hooks");
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn add_route(shop: &Shop) {
    shop.write("api/app.py", format!("{API}\n\n@app.route('/refunds', methods=['POST'])\ndef refund():\n    return 'ok'\n"));
}

#[test]
fn a_manager_owns_its_hooks_and_ours_name_none() {
    let shop = Shop::committed();
    shop.write(".pre-commit-config.yaml", "repos: []\n");
    shop.write("lefthook.yml", "pre-commit: {}\n");
    shop.write(".overcommit.yml", "PreCommit: {}\n");
    // none of them is installed here, so installing again is no quarrel
    for _ in 0..2 {
        assert!(!shop.told(&["hook", "install"]).contains("manages"));
    }
    shop.told(&["hook", "uninstall"]);
    let hooks = [("lefthook", "call lefthook run pre-commit"), ("pre-commit", "exec pre-commit hook-impl"), ("overcommit", "# Entrypoint for Overcommit")];
    for (manager, line) in hooks {
        shop.write(".git/hooks/pre-commit", format!("#!/bin/sh\n{line}\n"));
        let ran = shop.run(&["hook", "install"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{manager}");
        assert!(ran.err.contains(&format!("{manager} manages")) && ran.err.contains("threatline hook run"), "{}", ran.err);
        assert!(shop.told(&["hook", "status"]).contains(&format!("{manager} manages")));
    }
}

#[test]
fn hooks_come_and_go_without_a_trace() {
    let shop = Shop::committed();
    let before = hooks(&shop);
    let status = shop.told(&["hook", "status"]);
    assert!(status.contains("pre-commit") && status.contains("none"), "{status}");
    shop.told(&["hook", "install"]);
    assert!(hooks(&shop).contains("post-commit"));
    let status = shop.told(&["hook", "status"]);
    assert!(status.contains("threatline") && !status.contains("none"), "{status}");
    shop.told(&["hook", "uninstall"]);
    assert_eq!(hooks(&shop), before);
}

#[test]
fn a_commit_is_followed_by_its_note() {
    let shop = Shop::committed();
    shop.told(&["hook", "install"]);
    shop.write("compose.yaml", COMPOSE.replace("    ports: ['5432:5432']\n", ""));
    shop.commit("Close the database");
    let note = shop.git(&["notes", "--ref=threatline", "show", "HEAD"]);
    assert!(note.starts_with("threatline.note/1\n"), "{note}");
    assert!(note.contains(&shop.git(&["rev-parse", "HEAD^{tree}"])) && note.contains(&shop.git(&["rev-parse", "HEAD~1"])), "{note}");
    assert!(note.lines().any(|line| line.starts_with("- TL-")), "{note}");
    assert_eq!(shop.told(&["notes", "show"]).trim_end(), note);
    // what a hook writes is what anybody would have written
    shop.git(&["update-ref", "-d", "refs/notes/threatline"]);
    shop.told(&["notes", "write"]);
    assert_eq!(shop.git(&["notes", "--ref=threatline", "show", "HEAD"]), note);
}

#[test]
fn a_note_is_found_by_its_tree_after_the_commit_was_reworded() {
    let shop = Shop::committed();
    assert_eq!(shop.run(&["notes", "show"]).code, 2);
    shop.told(&["notes", "write"]);
    let note = shop.told(&["notes", "show"]);
    shop.git(&["commit", "-q", "--amend", "-m", "Open the shop at last"]);
    assert_eq!(shop.told(&["notes", "show"]), note);
}

#[test]
fn a_gate_stops_a_commit_and_its_absence_does_not() {
    let shop = Shop::committed();
    shop.write("threatline.toml", "[gate]\nfail_on = [\"entry-point-added\"]\n");
    let guarded = shop.commit("Guard the doors");
    shop.told(&["hook", "install", "--gate"]);
    add_route(&shop);
    shop.git(&["add", "-A"]);
    let ran = shop.run(&["hook", "run", "--gate", "pre-commit"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(shop.run(&["hook", "run", "pre-commit"]).code, 0);
    assert!(!shop.commits("Refund"));
    assert_eq!(shop.git(&["rev-parse", "HEAD"]), guarded);
    shop.told(&["hook", "install"]);
    assert!(shop.commits("Refund"));
}

#[test]
fn what_goes_wrong_in_a_hook_stops_nobody() {
    let shop = Shop::unborn();
    shop.told(&["hook", "install"]);
    shop.fill();
    shop.commit("Open the shop");
    assert!(shop.git(&["notes", "--ref=threatline", "show", "HEAD"]).contains("risk "));
    shop.write("threatline.toml", "[gate\n");
    let broken = shop.commit("Break the configuration");
    assert_eq!(shop.git(&["rev-parse", "HEAD"]), broken);
    let ran = shop.run(&["hook", "run", "post-commit"]);
    assert_eq!(ran.code, 0);
    assert!(ran.err.lines().count() == 1 && ran.err.contains("the commit goes on"), "{}", ran.err);
}
