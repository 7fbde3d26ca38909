//! The same bytes, whichever way they were computed.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::{Dice, Files, describe, histories, history, image, session};
use threatline_engine::{Compaction, Held, LinkInputs, Shelf, extract_shard, link_shards};

const SEEDS: std::ops::Range<u64> = 1..13;
const COMMITS: usize = 14;

#[test]
fn incrementally_from_a_store_or_from_nothing_and_on_any_number_of_threads() {
    let mut spoke = 0;
    for seed in SEEDS {
        let (source, roots) = history(seed * 0x9e37_79b9, COMMITS);
        let store = tempfile::tempdir().unwrap();
        let mut resident = session(&source, None, 2);
        for (at, root) in roots.iter().enumerate() {
            let expected = image(&mut session(&source, None, 1), *root);
            spoke += usize::from(expected.contains("cmp:"));
            assert_eq!(image(&mut resident, *root), expected, "resident, seed {seed}, commit {at}");
            let threads = [1, 2, 8][at % 3];
            let mut process = session(&source, Some(store.path()), threads);
            assert_eq!(image(&mut process, *root), expected, "from a store, seed {seed}, commit {at}");
            process.flush(if at % 5 == 0 { Compaction::Full } else { Compaction::Small }).unwrap();
            let mut again = session(&source, Some(store.path()), threads);
            assert_eq!(image(&mut again, *root), expected, "a second time, seed {seed}, commit {at}");
        }
    }
    assert!(spoke > 100, "the histories say something: {spoke}");
}

#[test]
fn from_a_damaged_store() {
    for seed in SEEDS {
        let (source, roots) = history(seed * 0x517c_c1b7, COMMITS);
        let store = tempfile::tempdir().unwrap();
        let mut dice = Dice(seed);
        for root in &roots {
            let mut process = session(&source, Some(store.path()), 2);
            assert_eq!(image(&mut process, *root), image(&mut session(&source, None, 1), *root), "seed {seed}");
            process.flush(Compaction::Small).unwrap();
            damage(store.path(), &mut dice);
        }
    }
}

/// Flips bits, cuts files, and leaves files of another form.
fn damage(store: &std::path::Path, dice: &mut Dice) {
    for entry in std::fs::read_dir(store).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = std::fs::read(&path).unwrap();
        match dice.roll(4) {
            0 => bytes.truncate(dice.roll(bytes.len() + 1)),
            1 if !bytes.is_empty() => {
                for _ in 0..1 + bytes.len() / 50 {
                    let at = dice.roll(bytes.len());
                    bytes[at] ^= 1 << dice.roll(8);
                }
            }
            2 => bytes.clear(),
            _ => continue,
        }
        std::fs::write(&path, bytes).unwrap();
    }
    std::fs::write(store.join("0123.tls"), b"TLSEG\0\0\x63 another version's").unwrap();
}

#[test]
fn with_many_processes_at_once() {
    let (source, roots) = history(77, 30);
    let expected: Vec<String> = roots.iter().map(|root| image(&mut session(&source, None, 1), *root)).collect();
    let store = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (source, roots, expected, store) = (&source, &roots, &expected, store.path());
            scope.spawn(move || {
                for at in 0..roots.len() {
                    let at = if worker % 2 == 0 { at } else { roots.len() - 1 - at };
                    let mut process = session(source, Some(store), 1);
                    assert_eq!(image(&mut process, roots[at]), expected[at], "worker {worker}, commit {at}");
                    process.flush(Compaction::Small).unwrap();
                }
            });
        }
    });
}

#[test]
fn the_order_in_which_states_are_asked_for_does_not_matter() {
    let (source, roots) = history(4242, 20);
    let mut forwards = session(&source, None, 1);
    let mut backwards = session(&source, None, 1);
    let there: Vec<String> = roots.iter().map(|root| image(&mut forwards, *root)).collect();
    let mut back: Vec<String> = roots.iter().rev().map(|root| image(&mut backwards, *root)).collect();
    back.reverse();
    assert!(there == back);
}

#[test]
fn from_shards() {
    for seed in SEEDS {
        let (source, states) = histories(seed * 0x2545_f491, 4);
        for files in states {
            let files: Files = files.into_iter().filter(|(_, held)| !matches!(held, Held::Absent(_))).collect();
            let expected = image(&mut session(&source, None, 1), source.add(&files));
            let mut shards = Vec::new();
            for part in 0..3 {
                let of_part = |(at, (path, held)): (usize, (&String, &Held))| (at % 3 == part).then(|| (path.clone(), held.clone()));
                let part: Files = files.iter().enumerate().filter_map(of_part).collect();
                shards.push((String::new(), extract_shard(&part, None, Shelf::default(), 2).unwrap()));
            }
            let text = |path: &str| match files.get(path) {
                Some(Held::File(bytes)) => Some((path.to_owned(), String::from_utf8(bytes.clone()).unwrap())),
                _ => None,
            };
            let inputs = LinkInputs { shards, config: text("threatline.toml"), ..LinkInputs::default() };
            let (mut linked, revision, project) = link_shards(&inputs, 2).unwrap();
            let scan = linked.scan_with(&revision, &project, &project).unwrap();
            assert_eq!(describe(&linked, &scan), expected, "seed {seed}");
        }
    }
}

#[test]
fn shards_of_other_code_are_refused() {
    let files = Files::from([("a/.env".to_owned(), Held::File(b"A=1\n".to_vec()))]);
    let mut bytes = extract_shard(&files, None, Shelf::default(), 1).unwrap();
    let link = |bytes: &[u8]| link_shards(&LinkInputs { shards: vec![("s".into(), bytes.to_vec())], ..LinkInputs::default() }, 1).err();
    assert_eq!(link(&bytes), None);
    assert!(link(b"no shard").unwrap().to_string().contains("no shard"));
    bytes[25] ^= 1;
    assert!(link(&bytes).unwrap().to_string().contains("another version"));
}
