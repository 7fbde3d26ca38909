//! Repositories that are broken, foreign or full of junk: a clear word, the rest goes on, no panic.

use crate::shop::{COMPOSE, Shop};
use std::os::unix::fs::MetadataExt as _;

/// Reasons of `coverage.skipped` by path.
fn skipped(shop: &Shop, words: &[&str]) -> Vec<(String, String)> {
    let model = shop.json(words);
    let text = |value: &serde_json::Value, key: &str| value[key].as_str().unwrap().to_owned();
    model["coverage"]["skipped"].as_array().unwrap().iter().map(|one| (text(one, "path"), text(one, "reason"))).collect()
}

#[test]
fn junk_is_named_and_the_rest_is_read() {
    let shop = Shop::committed();
    let noise: Vec<u8> = (0..50_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    shop.write("noise.yaml", &noise);
    shop.write("noise/Dockerfile", &noise);
    shop.write("noise/app.py", [b"from flask import Flask\n".as_slice(), &noise].concat());
    shop.write("latin.yml", b"name: caf\xe9 \xff\xfe\n");
    shop.write("deep.yaml", "[".repeat(200_000));
    let bombs: String = (1..20).map(|at| format!("a{at}: &a{at} [{}]\n", vec![format!("*a{}", at - 1); 9].join(","))).collect();
    shop.write("bomb.yaml", format!("a0: &a0 [x]\n{bombs}"));
    let all = skipped(&shop, &["scan"]);
    for path in ["noise.yaml", "deep.yaml", "bomb.yaml"] {
        assert!(all.iter().any(|(skipped, reason)| skipped == path && !reason.is_empty()), "{path} is not among {all:?}");
    }
    let model = shop.json(&["scan"]);
    let ids: Vec<&str> = model["components"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
    assert!(ids.contains(&"cmp:api") && ids.contains(&"cmp:db"), "{ids:?}");
}

#[test]
fn content_that_is_missing_is_named() {
    let shop = Shop::committed();
    let blob = shop.git(&["rev-parse", "HEAD:api/app.py"]);
    std::fs::remove_file(shop.path(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..]))).unwrap();
    let all = skipped(&shop, &["scan", "HEAD"]);
    assert!(all.len() == 1 && all[0].0 == "api/app.py", "{all:?}");
    assert_eq!(skipped(&shop, &["scan", "HEAD"]), all, "and what failed is not remembered");
}

#[test]
fn before_the_first_commit_there_is_only_the_work_tree() {
    let shop = Shop::unborn();
    assert!(shop.told(&["scan"]).contains("Nothing deployable"));
    shop.write("compose.yaml", COMPOSE);
    assert!(shop.told(&["scan"]).contains("db"));
    let ran = shop.run(&["scan", "HEAD"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("nothing is committed yet"), "{}", ran.err);
    assert_eq!(shop.run(&["hook", "run", "pre-commit"]).code, 0);
}

#[test]
fn a_bare_repository_is_scanned_at_its_head() {
    let shop = Shop::committed();
    shop.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    let bare = shop.outside("bare.git").display().to_string();
    let (from_bare, from_tree) = (shop.json(&["-C", &bare, "scan"]), shop.json(&["scan", "HEAD"]));
    assert_eq!(from_bare["components"], from_tree["components"]);
    for state in ["--worktree", "--staged"] {
        let ran = shop.run(&["-C", &bare, "scan", state]);
        assert!(ran.code == 2 && ran.err.contains("bare"), "{}", ran.err);
    }
}

#[test]
fn a_git_folder_that_cannot_be_written_costs_time_only() {
    let shop = Shop::committed();
    let expected = shop.json(&["--no-cache", "scan", "HEAD"]);
    shop.git(&["clone", "-q", ".", "../locked"]);
    let locked = shop.outside("locked").display().to_string();
    let chmod = |how: &str| assert!(std::process::Command::new("chmod").args(["-R", how, &format!("{locked}/.git")]).status().unwrap().success());
    chmod("a-w");
    let ran = shop.run(&["-C", &locked, "scan", "HEAD", "--format", "json"]);
    let hook = shop.run(&["-C", &locked, "hook", "run", "post-commit"]);
    chmod("u+w");
    assert_eq!((ran.code, hook.code), (0, 0), "{} {}", ran.err, hook.err);
    assert!(ran.err.contains("nothing is remembered"), "{}", ran.err);
    let model: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(model["components"], expected["components"]);
}

#[test]
fn a_repository_of_someone_else_is_not_touched() {
    let shop = Shop::committed();
    if std::fs::metadata(shop.path("")).unwrap().uid() != 0 {
        eprintln!("skipped: only root can give a repository to someone else");
        return;
    }
    assert!(std::process::Command::new("chown").args(["-R", "12345", &shop.path("").display().to_string()]).status().unwrap().success());
    let ran = shop.run(&["scan"]);
    assert!(ran.code == 2 && ran.err.contains("someone else") && ran.err.contains("safe.directory"), "{}", ran.err);
    assert!(!shop.path(".git/threatline").exists());
}

#[test]
fn a_hook_that_runs_out_of_time_leaves_the_rest_to_the_next() {
    let shop = Shop::committed();
    shop.git(&["config", "gc.autoDetach", "false"]);
    let stopped = shop.run(&["hook", "run", "post-commit", "--within", "0"]);
    assert_eq!((stopped.code, stopped.out.as_str()), (0, ""));
    assert_eq!(stopped.err.lines().count(), 1, "{}", stopped.err);
    assert_eq!(shop.run(&["notes", "show"]).code, 2, "no note tells half");
    assert_eq!(shop.run(&["hook", "run", "post-commit"]).code, 0);
    let note = shop.told(&["notes", "show"]);
    shop.git(&["update-ref", "-d", "refs/notes/threatline"]);
    shop.told(&["--no-cache", "notes", "write"]);
    assert_eq!(shop.told(&["notes", "show"]), note);
}

#[test]
fn what_a_hook_had_no_time_for_is_read_by_a_process_that_nobody_waits_for() {
    let shop = Shop::committed();
    assert_eq!(shop.run(&["hook", "run", "post-commit", "--within", "0"]).code, 0);
    let begun = std::time::Instant::now();
    while shop.run(&["notes", "show"]).code != 0 {
        assert!(begun.elapsed().as_secs() < 120, "no note was written");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let note = shop.told(&["notes", "show"]);
    shop.git(&["update-ref", "-d", "refs/notes/threatline"]);
    shop.told(&["--no-cache", "notes", "write"]);
    assert_eq!(shop.told(&["notes", "show"]), note);
}
