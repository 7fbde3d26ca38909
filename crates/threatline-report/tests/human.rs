//! What is printed for people.
#![allow(clippy::unwrap_used)]

mod common;

use common::{compare, empty, hostile, shop};
use threatline_report::human::{self, Style};

#[test]
fn the_first_screen_says_what_to_do_first() {
    let (before, after) = (shop(false), shop(true));
    let text = compare(&before, &after, |comparison| human::scan(comparison.head, Some(comparison), &Style::default()));
    insta::assert_snapshot!(text);
}

#[test]
fn without_anything_deployable_there_is_no_praise() {
    let text = human::scan(&empty().report(), None, &Style::default());
    assert!(text.contains("Nothing deployable found."));
    assert!(!text.contains("Risk"), "no posture of nothing:\n{text}");
}

#[test]
fn colour_only_adds_escape_codes() {
    let shop = shop(true);
    let plain = human::scan(&shop.report(), None, &Style { color: false, width: 100 });
    let colored = human::scan(&shop.report(), None, &Style { color: true, width: 100 });
    assert!(!plain.contains('\u{1b}'));
    assert!(colored.contains('\u{1b}'));
    let mut stripped = String::new();
    let mut parts = colored.split('\u{1b}');
    stripped.push_str(parts.next().unwrap());
    parts.for_each(|part| stripped.push_str(part.split_once('m').unwrap().1));
    assert_eq!(stripped, plain);
}

#[test]
fn a_delta_reads_like_a_compiler() {
    insta::assert_snapshot!(compare(&shop(false), &shop(true), |comparison| human::diff(comparison, &Style::default())));
}

#[test]
fn what_was_mended_is_said_too() {
    insta::assert_snapshot!(compare(&shop(true), &shop(false), |comparison| human::diff(comparison, &Style::default())));
}

#[test]
fn nothing_is_said_when_nothing_moved() {
    let (one, other) = (shop(true), shop(true));
    assert_eq!(compare(&one, &other, |comparison| human::diff(comparison, &Style::default())), "");
    assert_eq!(compare(&one, &other, |comparison| human::hook(comparison, &Style::default())), "");
}

#[test]
fn a_threat_that_stands_elsewhere_is_said_once_and_shortly() {
    let (before, mut after) = (shop(true), shop(true));
    after.decide(threatline_threats::Status::Accepted);
    let text = compare(&before, &after, |comparison| human::diff(comparison, &Style::default()));
    assert!(text.contains("2 threats eased") && text.contains("open → accepted"), "{text}");
    let hook = compare(&before, &after, |comparison| human::hook(comparison, &Style::default()));
    assert!(hook.lines().count() <= 2, "{hook}");
    let back = compare(&after, &before, |comparison| human::hook(comparison, &Style::default()));
    assert!(back.contains("worse") && back.contains("accepted → open") && back.lines().count() <= 10, "{back}");
}

#[test]
fn a_hook_is_short() {
    let text = compare(&shop(false), &shop(true), |comparison| human::hook(comparison, &Style::default()));
    assert!(text.lines().count() <= 10);
    insta::assert_snapshot!(text);
    let many = compare(&empty(), &shop(true), |comparison| human::hook(comparison, &Style::default()));
    assert!(many.lines().count() <= 10, "{many}");
}

#[test]
fn everything_can_be_shown_and_explained() {
    let shop = shop(true);
    let report = shop.report();
    let threat = shop.found.threats[0].id.0.clone();
    let path = shop.assessment.attack_paths[0].id.0.clone();
    for id in ["cmp:payments", "flw:payments>ledger:sql", "ent:payments:POST /refunds/{id}", "bnd:network/shop", &threat, &path] {
        let shown = human::show(&report, id, &Style::default()).unwrap();
        assert!(shown.contains(":1 ") || shown.contains(":3 ") || shown.contains(":4 ") || shown.contains(":12 "), "no evidence of {id}:\n{shown}");
        human::explain(&report, id, &Style::default()).unwrap();
    }
    let query = shop.found.threats.iter().find(|threat| threat.rule == "query-built-from-input").unwrap();
    insta::assert_snapshot!(human::show(&report, &query.id.0, &Style::default()).unwrap());
    insta::assert_snapshot!(human::explain(&report, &query.id.0, &Style::default()).unwrap());
    insta::assert_snapshot!(human::show(&report, "cmp:payments", &Style::default()).unwrap());
}

#[test]
fn every_line_fits_the_terminal() {
    let style = Style { color: false, width: 80 };
    let (before, after) = (shop(false), shop(true));
    let report = after.report();
    let mut texts = vec![human::scan(&empty().report(), None, &style)];
    texts.push(compare(&before, &after, |comparison| human::diff(comparison, &style)));
    texts.push(compare(&before, &after, |comparison| human::hook(comparison, &style)));
    texts.push(compare(&before, &after, |comparison| human::scan(comparison.head, Some(comparison), &style)));
    let threats = after.found.threats.iter().map(|threat| threat.id.0.as_str());
    let paths = after.assessment.attack_paths.iter().map(|path| path.id.0.as_str());
    for id in threats.chain(paths).chain(["cmp:payments", "ent:payments:POST /refunds/{id}"]) {
        texts.push(human::show(&report, id, &style).unwrap());
        texts.push(human::explain(&report, id, &style).unwrap());
    }
    for line in texts.iter().flat_map(|text| text.lines()) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn what_is_not_there_is_answered_by_what_looks_like_it() {
    let shop = shop(true);
    assert_eq!(human::show(&shop.report(), "cmp:payment", &Style::default()).unwrap_err()[0], "cmp:payments");
    assert_eq!(human::explain(&shop.report(), "cmp:payment", &Style::default()).unwrap_err()[0], "cmp:payments");
    assert!(human::show(&shop.report(), "é", &Style::default()).is_err());
}

#[test]
fn text_of_the_repository_cannot_command_a_terminal() {
    let hostile = hostile();
    let report = hostile.report();
    let threat = hostile.found.threats[0].id.0.clone();
    let style = Style::default();
    let delta = compare(&empty(), &hostile, |comparison| human::diff(comparison, &style) + &human::hook(comparison, &style));
    let texts = [
        human::scan(&report, None, &style),
        human::show(&report, &threat, &Style::default()).unwrap(),
        human::explain(&report, &threat, &Style::default()).unwrap(),
        delta,
    ];
    for text in texts {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        assert!(text.contains("\\u{1b}"), "{text}");
    }
}
