//! What a store keeps when it is made smaller, and what it never learns.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::{Files, image, session};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use threatline_engine::{Compaction, Entry, Held, MemorySource, Missing, Oid, Options, Revision, ScanError, Session, Source};

/// Two services of Express and a package that they share, whose file says nothing until it is asked.
fn shop() -> Files {
    let server = |name: &str| {
        format!(
            "const express = require('express')\nconst {{ base }} = require('@x/shared')\nconst app = express()\napp.get(base + '/{name}', (q, s) => s.send('x'))\napp.listen(80)\n"
        )
    };
    let package = |name: &str| format!(r#"{{"name": "{name}", "dependencies": {{"express": "4", "@x/shared": "1"}}}}"#);
    let files = [
        ("web/package.json", package("web")),
        ("web/server.js", server("web")),
        ("pay/package.json", package("pay")),
        ("pay/server.js", server("pay")),
        ("shared/package.json", r#"{"name": "@x/shared", "main": "index.js"}"#.to_owned()),
        ("shared/index.js", "module.exports = { base: '/v1' }\n".to_owned()),
    ];
    files.map(|(path, text)| (path.to_owned(), Held::File(text.into_bytes()))).into()
}

/// The same with another route.
fn route() -> Files {
    let mut files = shop();
    let Some(Held::File(bytes)) = files.get_mut("web/server.js") else { panic!("it is there") };
    *bytes = String::from_utf8(bytes.clone()).unwrap().replace("/web", "/orders").into_bytes();
    files
}

/// The same where a person declares something: the design is drawn anew, and no file of it is read.
fn declared() -> Files {
    let mut files = shop();
    files.insert("threatline.toml".into(), Held::File(b"[[components]]\nname = 'web'\nvalue = 0.9\n".to_vec()));
    files
}

/// A session that evaluates no unit of source: where it would have to, it stops.
fn remembering(source: &Arc<MemorySource>, store: Option<&Path>) -> Session {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = stop.clone();
    // everything is read by then
    let observer = Arc::new(move |query: &str| _ = seen.fetch_or(query.starts_with("seen"), Ordering::Relaxed));
    Session::new(
        source.clone(),
        Options {
            store: store.map(Path::to_owned),
            threads: 1,
            observer: Some(observer),
            stop: Some(Arc::new(move || stop.load(Ordering::Relaxed))),
            ..Options::default()
        },
    )
}

#[test]
fn a_collected_store_knows_what_every_unit_says() {
    let source = Arc::new(MemorySource::new());
    let store = tempfile::tempdir().unwrap();
    let (root, later) = (Revision::of_tree(source.add(&shop())), Revision::of_tree(source.add(&declared())));
    assert_eq!(remembering(&source, None).scan(&later).err(), Some(ScanError::Stopped), "without a store, units are evaluated");

    let mut first = session(&source, Some(store.path()), 1);
    first.summary(&root).unwrap();
    first.flush(Compaction::Small).unwrap();
    // A process that finds the answer as a whole, and so has nothing to do with any unit.
    let mut second = session(&source, Some(store.path()), 1);
    second.summary(&root).unwrap();
    second.collect().unwrap();

    let scan = remembering(&source, Some(store.path())).scan(&later).unwrap();
    assert_eq!(scan.model, session(&source, None, 1).scan(&later).unwrap().model);
    assert_eq!(scan.model.entry_points.len(), 2);
}

/// A source of which some content is gone; folders are there.
struct Fading {
    source: Arc<MemorySource>,
    gone: Vec<Held>,
}

impl Source for Fading {
    fn tree(&self, oid: &Oid) -> Result<Arc<[Entry]>, Missing> {
        self.source.tree(oid)
    }

    fn blob(&self, oid: &Oid, limit: usize) -> Result<Vec<u8>, Missing> {
        let held = Held::File(self.source.blob(oid, limit)?);
        match held {
            Held::File(bytes) if !self.gone.contains(&Held::File(bytes.clone())) => Ok(bytes),
            _ => Err(Missing("it was there once".into())),
        }
    }
}

#[test]
fn where_a_record_and_its_content_are_gone_nothing_wrong_is_remembered() {
    let source = Arc::new(MemorySource::new());
    let store = tempfile::tempdir().unwrap();
    let process = |gone: Vec<Held>| {
        let source = Arc::new(Fading { source: source.clone(), gone });
        Session::new(source, Options { store: Some(store.path().to_owned()), threads: 1, ..Options::default() })
    };
    let gone = || shop().into_values().collect();
    let mut first = process(Vec::new());
    image(&mut first, source.add(&shop()));
    first.flush(Compaction::Small).unwrap();
    let segment = std::fs::read_dir(store.path()).unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read(&segment).unwrap();
    // A unit is evaluated anew with what another one said, and folders are put together anew.
    let later = [route(), declared()].map(|files| source.add(&files));
    let truth = later.map(|root| image(&mut session(&source, None, 1), root));

    // Whichever records they are that do not hold.
    let mut unlike = [0, 0];
    let places = (0..whole.len()).step_by(41);
    for (turn, at) in places.clone().enumerate() {
        std::fs::remove_dir_all(store.path()).unwrap();
        std::fs::create_dir(store.path()).unwrap();
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        if turn % 3 == 1 {
            bytes[at * 7919 % whole.len()] ^= 2;
        }
        std::fs::write(&segment, bytes).unwrap();
        for (number, root) in later.into_iter().enumerate() {
            let mut poor = process(gone());
            unlike[number] += usize::from(image(&mut poor, root) != truth[number]);
            poor.flush(Compaction::Small).unwrap();
        }
        for (root, truth) in later.into_iter().zip(&truth) {
            assert!(image(&mut process(Vec::new()), root) == *truth, "after byte {at} was another");
        }
    }
    assert!(unlike.iter().all(|count| (1..places.len()).contains(count)), "{unlike:?} of {} showed that something was gone", places.len());
}

#[test]
fn a_segment_that_was_spoilt_where_it_lies_is_written_again() {
    let source = Arc::new(MemorySource::new());
    let store = tempfile::tempdir().unwrap();
    let root = Revision::of_tree(source.add(&shop()));
    let tell = || {
        let (mut process, log) = common::logged(&source, Some(store.path()));
        process.summary(&root).unwrap();
        process.flush(Compaction::Small).unwrap();
        common::ran(&log)
    };
    tell();
    let segment = std::fs::read_dir(store.path()).unwrap().next().unwrap().unwrap().path();
    // as a file is left whose length reached the disk before the power went, and whose content did not
    let empty = vec![0; std::fs::read(&segment).unwrap().len()];
    std::fs::write(&segment, empty).unwrap();
    assert!(tell().contains_key("facts"), "nothing is known");
    assert!(!tell().contains_key("facts"), "it is known again");
}
