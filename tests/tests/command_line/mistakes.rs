//! What people get wrong is said with its place and exit status 2; and the small commands.

use crate::shop::Shop;

#[test]
fn a_mistake_in_the_configuration_is_shown_where_it_is() {
    let samples = [
        ("[scan]\nexclud = ['x']\n", "exclud", "unknown field"),
        ("[gate]\nfail_on = 7\n", "fail_on = 7", "invalid type"),
        ("[scan]\nexclude = ['ok/**', 'a[']\n", "'a['", "pattern"),
        ("[scan\n", "[scan", ""),
        ("[gate]\nfail_on = ['high', 'hihg']\n", "'hihg'", "neither a severity nor an event"),
        ("[tool]\nrequires = '>=9'\n", ">=9", "this project wants threatline"),
        ("[tool]\nrequires = 'new'\n", "'new'", "no range of versions"),
    ];
    let shop = Shop::committed();
    for (text, shown, said) in samples {
        shop.write("threatline.toml", text);
        for words in [&["scan"][..], &["scan", "--format", "json"], &["diff", "--worktree"]] {
            let ran = shop.run(words);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{words:?} with {text}");
            assert!(ran.err.contains("threatline.toml") && ran.err.contains(shown) && ran.err.contains(said), "{}", ran.err);
        }
    }
    assert_eq!(shop.run(&["scan", "HEAD"]).code, 0, "the commit holds none of it");
}

#[test]
fn a_rule_that_nobody_knows_is_told_and_stops_nobody() {
    let shop = Shop::committed();
    shop.write("threatline.toml", "[tool]\nrequires = '>=0.1, <9'\n[rules]\ndisable = ['no-such-rule', 'single-instance-critical-component']\n");
    let ran = shop.run(&["scan"]);
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("no-such-rule") && !ran.err.contains("single-instance"), "{}", ran.err);
}

#[test]
fn what_is_declared_of_nothing_is_told_and_stops_nobody() {
    let shop = Shop::committed();
    let declared = "[[flows]]\nsource = 'db'\ntarget = 'archvie'\n[[boundaries]]\nname = 'inner'\nmembers = ['db', 'nobody']\n[[entry_points]]\ncomponent = 'api'\npath = '/nowhere'\n";
    shop.write("threatline.toml", declared);
    let ran = shop.run(&["scan"]);
    assert_eq!(ran.code, 0);
    for said in ["no component archvie", "no component nobody", "/nowhere of api"] {
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    assert!(!ran.err.contains("no component db"), "{}", ran.err);
}

#[test]
fn a_mistake_in_a_decision_is_shown_where_it_is() {
    let shop = Shop::committed();
    shop.write(".threatline/decisions/TL-000000000000.toml", "because = 'x'\n");
    let ran = shop.run(&["scan"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("TL-000000000000.toml") && ran.err.contains("because"), "{}", ran.err);
}

#[test]
fn words_that_mean_nothing_are_mistakes() {
    let shop = Shop::committed();
    let samples: [(&[&str], &str); 11] = [
        (&["scan", "nowhere"], "nowhere"),
        (&["diff", "nowhere"], "nowhere"),
        (&["diff"], "BASE"),
        (&["scan", "--fail-on", "hihg"], "hihg"),
        (&["scan", "--as-of", "yesterday"], "yesterday"),
        (&["scan", "--as-of", "2026-02-31"], "2026-02-31"),
        (&["accept", "TL-000000000000", "--why", "x", "--until", "2026-13-01"], "2026-13-01"),
        (&["-C", "no/such/folder", "scan"], "no/such/folder"),
        (&["show", "cmp:nobody"], "cmp:nobody"),
        (&["rules", "no-such-rule"], "no-such-rule"),
        (&["scam"], "scam"),
    ];
    for (words, named) in samples {
        let ran = shop.run(words);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{words:?}");
        assert!(ran.err.contains(named), "{words:?}: {}", ran.err);
    }
}

#[test]
fn the_catalogue_has_a_page_for_every_rule() {
    let shop = Shop::folder();
    let list = shop.told(&["rules"]);
    let ids: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(ids.len() > 10, "{list}");
    assert!(ids.contains(&"unauthenticated-entry-point"));
    assert!(shop.told(&["rules", "unauthenticated-entry-point"]).len() > 100);
}

#[test]
fn completions_know_the_commands() {
    let text = Shop::folder().told(&["completions", "bash"]);
    assert!(["scan", "diff", "reopen", "--no-cache"].iter().all(|word| text.contains(word)));
}

#[test]
fn what_init_writes_is_read_and_never_written_over() {
    let shop = Shop::committed();
    shop.told(&["init"]);
    let text = std::fs::read_to_string(shop.path("threatline.toml")).unwrap();
    shop.json(&["scan"]);
    assert_eq!(shop.run(&["init"]).code, 2);
    // what it offers in comments is valid, too
    let offered: String = text
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| rest.contains('=') || rest.starts_with('[')).unwrap_or(line))
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(offered.contains("[[components]]") && offered.contains("\n[scan]"));
    shop.write("threatline.toml", offered);
    shop.json(&["scan"]);
}

#[test]
fn the_version_and_help_are_no_mistakes() {
    let shop = Shop::folder();
    assert!(shop.told(&["--version"]).starts_with("threatline "));
    assert!(shop.told(&["--help"]).contains("scan"));
    assert_eq!(shop.told(&["help"]), shop.told(&["--help"]));
    assert!(Shop::committed().run(&["hlep"]).err.contains("threatline --help"));
}
