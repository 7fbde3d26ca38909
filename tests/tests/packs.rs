//! The samples in the pages beside the built-in packs, run as `threatline packs check` runs those of a project.
//!
//! `UPDATE=1 cargo test -p threatline-tests --test packs` writes what they show; read it before you commit it.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

use threatline_engine::{Shelf, rewritten, samples};
use threatline_tests::frameworks::{pages, read_scores, scores_in, table, with_table};

#[test]
fn every_sample_of_every_page() {
    let update = std::env::var_os("UPDATE").is_some();
    let (mut wrong, mut count) = (String::new(), 0);
    for path in pages() {
        let text = std::fs::read_to_string(&path).unwrap();
        let all = samples(&path.display().to_string(), &text).unwrap_or_else(|error| panic!("{error}"));
        let shown: Vec<String> = all.iter().map(|sample| sample.show(Shelf::default()).unwrap()).collect();
        count += all.len();
        for (sample, shown) in all.iter().zip(&shown).filter(|(sample, shown)| sample.expected != **shown) {
            wrong += &format!("{}:{} shows\n{shown}\nand not\n{}\n", path.display(), sample.line, sample.expected);
        }
        let page = rewritten(&text, &all, &shown);
        if update && page != text {
            std::fs::write(&path, page).unwrap();
        }
    }
    assert!(update || wrong.is_empty(), "{wrong}UPDATE=1 rewrites the pages");
    assert!(count > 20, "only {count} samples");
}

/// A pack that grows longer speaks of two things.
#[test]
fn no_pack_is_longer_than_a_person_reads() {
    for page in pages() {
        let pack = page.with_extension("toml");
        let lines = std::fs::read_to_string(&pack).unwrap().lines().count();
        assert!(lines <= 300, "{} has {lines} lines", pack.display());
    }
}

#[test]
fn the_table_in_contributing_is_what_packs_and_pages_say() {
    let document = std::fs::read_to_string(threatline_tests::samples::root().join("CONTRIBUTING.md")).unwrap();
    let written = with_table(&document, &table(&scores_in(&document))).unwrap();
    assert!(written == document, "it is old: cargo xtask frameworks --write");
}

#[test]
fn figures_of_any_scorer_are_taken_and_kept() {
    let scores = read_scores("# a comment\npython/flask\t1\t0.875\t0.9333\n").unwrap();
    let document = format!("before\n<!-- frameworks: written by `cargo xtask frameworks --write` -->\n{}<!-- /frameworks -->\nafter\n", table(&scores));
    assert_eq!(scores_in(&document), scores);
    assert!(document.contains(" | 1.00 | 0.88 | 0.93 |"), "{document}");
    for wrong in ["python/flask\t1\t1\n", "flask\t1\t1\t1\n", "python/flask\t1\tx\t1\n", "python/flask\t1\t87\t1\n"] {
        assert!(read_scores(wrong).is_err(), "{wrong}");
    }
}
