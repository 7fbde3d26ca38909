//! Readers of foreign bytes with damaged samples: the fuzz targets of `tests/fuzz`, for as long as a test may take.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that reads files and takes time")]

use proptest::prelude::*;
use std::time::{Duration, Instant};
use threatline_facts::ArtifactKind;
use threatline_tests::foreign::{READERS, Reads, read, samples};
use threatline_tests::samples::{all, files, root};

/// What is done to a sample; places are parts of its length, in thousandths.
#[derive(Clone, Debug)]
enum Damage {
    Cut(usize),
    Put(usize, &'static str),
    Byte(usize, u8),
    Repeat(usize, usize, usize),
    Turn(usize),
}

/// Parted by spaces.
const JUNK: &str = "{ } [ ] ( ) < > ${ {{ }} \" ' ` \"\"\" \\ \n \r \t \0 : - ---\n &a *a <<: /* // # = => .. , ; 0x -1 99999999999999999999 é \u{2028} \u{feff} % $ @ f\"{ class def func";

fn damage() -> impl Strategy<Value = Damage> {
    let at = 0..1001usize;
    prop_oneof![
        at.clone().prop_map(Damage::Cut),
        (at.clone(), prop::sample::select(JUNK.split(' ').collect::<Vec<_>>())).prop_map(|(at, junk)| Damage::Put(at, junk)),
        (at.clone(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        (at.clone(), 1..60usize, 1..60usize).prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
        at.prop_map(Damage::Turn),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    let length = bytes.len();
    let place = |at: usize| length * at / 1000;
    match *damage {
        Damage::Cut(at) => bytes.truncate(place(at)),
        Damage::Put(at, junk) => drop(bytes.splice(place(at)..place(at), junk.bytes())),
        Damage::Byte(at, byte) => {
            let at = place(at);
            if let Some(there) = bytes.get_mut(at) {
                *there = byte;
            }
        }
        Damage::Repeat(at, long, times) => {
            let at = place(at);
            let piece = bytes[at..(at + long).min(length)].repeat(times);
            drop(bytes.splice(at..at, piece));
        }
        Damage::Turn(at) => bytes.rotate_left(place(at)),
    }
}

/// Longer than the slowest reader needs of a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn ends(name: &str, bytes: &[u8]) {
    let begin = Instant::now();
    read(name, bytes);
    assert!(begin.elapsed() < PATIENCE, "{name} takes {:?}", begin.elapsed());
}

/// How often a reader is tried: `PROPTEST_CASES=5000 cargo test -p threatline-tests --test foreign` takes longer and sees more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24)
}

#[test]
fn damaged_samples_are_read_without_harm() {
    for (name, _) in READERS {
        let samples = samples(name);
        assert!(!samples.is_empty(), "{name} has no sample");
        samples.iter().for_each(|sample| ends(name, sample));
        let config = ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() };
        let damaged = (prop::sample::select(samples), prop::collection::vec(damage(), 1..5));
        let mut runner =
            prop::test_runner::TestRunner::new_with_rng(config, prop::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha));
        let read = runner.run(&damaged, |(mut bytes, damages)| {
            damages.iter().for_each(|damage| apply(&mut bytes, damage));
            ends(name, &bytes);
            Ok(())
        });
        assert!(read.is_ok(), "{name}: {}", read.unwrap_err());
    }
}

/// What fuzzing found: `tests/fuzz/found/READER/…`, each file once a panic, an endless loop or too much memory.
#[test]
fn what_was_found_stays_mended() {
    let found = root().join("tests/fuzz/found");
    for path in if found.is_dir() { files(&found) } else { Vec::new() } {
        let name = path.parent().and_then(|folder| folder.file_name()).and_then(|name| name.to_str()).unwrap_or_default();
        ends(name, &std::fs::read(&path).unwrap_or_default());
    }
}

#[test]
fn every_reader_has_its_fuzz_target_and_every_kind_of_file_its_reader() {
    let names: Vec<&str> = READERS.iter().map(|(name, _)| *name).collect();
    assert!(names.is_sorted());
    let manifest = std::fs::read_to_string(root().join("tests/fuzz/Cargo.toml")).unwrap_or_default();
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    let listed = manifest.get("bin").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let listed: Vec<&str> = listed.iter().filter_map(|bin| bin["name"].as_str()).collect();
    assert_eq!(listed, names, "tests/fuzz/Cargo.toml lists other targets than there are readers");
    for name in names {
        let target = std::fs::read_to_string(root().join(format!("tests/fuzz/fuzz_targets/{name}.rs"))).unwrap_or_default();
        assert!(target.contains(&format!("read(\"{name}\", ")), "tests/fuzz/fuzz_targets/{name}.rs calls something else");
    }
    let read: Vec<ArtifactKind> = READERS.iter().filter_map(|(_, reads)| if let Reads::File(kind, _) = reads { Some(*kind) } else { None }).collect();
    for sample in all() {
        assert!(read.contains(&sample.kind), "nothing fuzzes {:?}", sample.kind);
    }
}
