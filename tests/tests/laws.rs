//! The law: the same bytes, whichever way they were computed.
//!
//! A random history of the market is told in every way there is: from nothing, by a session that stays, by
//! processes with a store that is whole, damaged or another version's, from shards, and on one, two and eight
//! threads; as a whole, and one folder of it as if that were the repository. What is compared is what people and programs get: the exported model, the delta, the note.
//! `PROPTEST_CASES=500 cargo test -p threatline-tests --test laws` takes longer and sees more.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

#[path = "laws/edits.rs"]
mod edits;
#[path = "laws/market.rs"]
mod market;
#[path = "laws/ways.rs"]
mod ways;

use edits::{SWAPS, histories, play};
use market::{State, decisions, page};
use proptest::test_runner::{Config, TestRunner};
use std::path::Path;
use std::sync::Arc;
use threatline_engine::{Compaction, Held, Key, MemorySource, Mode, Revision, Source as _, Store};
use ways::{compared, exported, from_shards, noted, same, session};

/// A folder of a state, a different one for each commit, as if it were the repository.
fn part(source: &MemorySource, whole: &Revision, at: usize) -> Option<Revision> {
    let entries = source.tree(&whole.tree).unwrap();
    let folders: Vec<_> = entries.iter().filter(|entry| entry.mode == Mode::Tree && !entry.name.starts_with('.')).collect();
    let folder = folders.get(at * 5 % folders.len().max(1))?;
    Some(Revision { root: folder.oid, prefix: format!("{}/", folder.name), ..whole.clone() })
}

/// 2026-01-01, and ten days for each commit after it, so that decisions come to their end.
fn revision(source: &MemorySource, state: &State, at: usize) -> Revision {
    let as_of = 1_767_225_600 + at as i64 * 864_000;
    Revision { as_of: Some(as_of), ..Revision::of_tree(source.add(&state.files)) }
}

fn hold(states: &[State]) {
    let source = Arc::new(MemorySource::new());
    let (store, damaged) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut resident = session(&source, None, 2);
    let mut base = Revision::of_tree(source.add(&Default::default()));
    for (at, state) in states.iter().enumerate() {
        let head = revision(&source, state, at);
        let (model, delta, note) = {
            let mut nothing = session(&source, None, 1);
            (exported(&mut nothing, &head), compared(&mut nothing, &base, &head), noted(&mut nothing, &base, &head))
        };
        let threads = [1, 2, 8][at % 3];
        let way = |what: &str| format!("commit {at}, {what}");

        same(&noted(&mut resident, &base, &head), &note, &way("the note of a session that stays"));
        same(&compared(&mut resident, &base, &head), &delta, &way("the delta of a session that stays"));
        same(&exported(&mut resident, &head), &model, &way("a session that stays"));

        let mut process = session(&source, Some(store.path()), threads);
        same(&exported(&mut process, &head), &model, &way("a store that knows the parent"));
        same(&noted(&mut process, &base, &head), &note, &way("the note from a store that knows the parent"));
        process.flush(if at % 3 == 2 { Compaction::Full } else { Compaction::Small }).unwrap();
        let mut again = session(&source, Some(store.path()), threads);
        same(&noted(&mut again, &base, &head), &note, &way("the note from a store that knows it"));
        same(&compared(&mut again, &base, &head), &delta, &way("the delta from a store that knows it"));
        same(&exported(&mut again, &head), &model, &way("a store that knows it"));

        let mut process = session(&source, Some(damaged.path()), threads);
        same(&exported(&mut process, &head), &model, &way("a damaged store"));
        process.flush(Compaction::Small).unwrap();
        damage(damaged.path(), at);
        leave_foreign_records(damaged.path(), at);

        if let Some(linked) = from_shards(state, &head, at) {
            same(&linked, &model, &way("shards"));
        }
        if let Some(part) = part(&source, &head, at) {
            let of_part = exported(&mut session(&source, None, 1), &part);
            let way = |what: &str| way(&format!("{} alone, {what}", part.prefix));
            same(&exported(&mut resident, &part), &of_part, &way("a session that stays"));
            same(&exported(&mut session(&source, Some(store.path()), threads), &part), &of_part, &way("a store that knows the whole"));
        }
        base = head;
    }
}

/// Another version writes into the store: its records are well formed and stand for other code. So does one whose
/// segments have another form.
fn leave_foreign_records(folder: &Path, at: usize) {
    let store = Store::open(folder);
    for number in 0..50_u32 {
        let version = format!("another version, {at}");
        store.put(Key::new(b"fatWnocmwvVs"[number as usize % 12], version.as_bytes(), &[&number.to_le_bytes()]), vec![number as u8; 64]);
    }
    store.flush().unwrap();
    std::fs::write(folder.join("0123.tls"), b"TLSEG\0\0\x63 another version's").unwrap();
}

/// Flips bits in one segment, cuts the next one, empties the third, and names another form in the fourth.
fn damage(folder: &Path, at: usize) {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for (number, path) in paths.iter().enumerate() {
        let mut bytes = std::fs::read(path).unwrap();
        match (number + at) % 5 {
            0 => (at % 97..bytes.len()).step_by(97).for_each(|byte| bytes[byte] ^= 1 << (byte % 8)),
            1 => bytes.truncate(bytes.len() / 2),
            2 => bytes.clear(),
            3 if bytes.len() > 8 => bytes[7] ^= 1,
            _ => continue,
        }
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn every_way_gives_the_same_bytes() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(6);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    TestRunner::new(config)
        .run(&histories(6), |history| {
            hold(&play(&history));
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_swap_done_and_undone() {
    // Four at a time, each group forth and back: what one change must reach is seen without luck.
    let mut states = vec![State::market()];
    for group in SWAPS.chunks(4) {
        let mut state = State::market();
        group.iter().for_each(|swap| edits::swap(&mut state, swap));
        states.push(state);
    }
    hold(&states);
}

#[test]
fn every_swap_finds_its_text_and_most_say_something_else() {
    let source = Arc::new(MemorySource::new());
    let mut resident = session(&source, None, 2);
    let market = State::market();
    let before = exported(&mut resident, &Revision::of_tree(source.add(&market.files)));
    let model = |text: &str| text.split_once("\"components\"").map(|(_, rest)| rest.split("\"coverage\"").next().unwrap().to_owned()).unwrap();
    let mut silent = Vec::new();
    for swap in SWAPS {
        let mut state = market.clone();
        edits::swap(&mut state, swap);
        assert!(state != market, "{swap:?} finds its text");
        let after = exported(&mut resident, &Revision::of_tree(source.add(&state.files)));
        if model(&after) == model(&before) {
            silent.push(swap);
        }
    }
    // Some matter only to what is not there, or are not understood yet.
    assert!(silent.len() * 3 < SWAPS.len(), "{} of {} change no model: {silent:#?}", silent.len(), SWAPS.len());
}

#[test]
fn the_market_is_understood() {
    let source = Arc::new(MemorySource::new());
    let text = exported(&mut session(&source, None, 1), &Revision::of_tree(source.add(&State::market().files)));
    let routes = [
        "/api/orders/{id}/refund",
        "/refunds/{order_id}",
        "/reports/daily",
        "/products/{id}",
        "/admin/reindex",
        "/charges",
        "/stock/level",
        "/invoices",
        "/statements/latest",
        "/credits/{id}",
    ];
    for said in routes {
        assert!(text.contains(&format!("\"{said}\"")), "{said} is found");
    }
    assert!(page().len() > 50 && decisions().len() > 5, "{} files, {} threats", page().len(), decisions().len());
    assert!(State::market().files.values().all(|held| matches!(held, Held::File(_))));
}
