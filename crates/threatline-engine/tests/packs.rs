//! A project's own packs: what they wake, what they change, and what they leave alone.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::{Files, logged, ran, session};
use std::sync::Arc;
use threatline_engine::{Compaction, Held, LinkInputs, MemorySource, Revision, ScanError, Session, ShardError, Shelf, extract_shard, link_shards, shelf};

const PACK: &str = "name = \"shopweb\"\nlanguages = [\"python\"]\nimports = [\"shopweb\"]\n[[types]]\nname = \"App\"\nnames = [\"shopweb.App\"]\nrole = \"app\"\n[[calls]]\nnames = [\"App.on\"]\ndoes = \"route\"\nmethod_from = 0\npath = 1\nhandler = \"decorated\"\n[[calls]]\nnames = [\"App.serve\"]\ndoes = \"listen\"\n";
const INNER: &str =
    "from shopweb import App\nfrom paths import BASE\napp = App()\n\n@app.on('GET', BASE + '/inner')\ndef inner():\n    return 'x'\n\napp.serve()\n";
const SERVER: &str = "const express = require('express')\nconst app = express()\napp.get('/outer', (q, s) => s.send('x'))\napp.listen(80)\n";

fn files(pack: Option<&str>) -> Files {
    let mut files = Files::new();
    let mut put = |path: &str, text: &str| _ = files.insert(path.to_owned(), Held::File(text.into()));
    put("inner/pyproject.toml", "[project]\nname = \"inner\"\n");
    put("inner/app.py", INNER);
    put("inner/paths.py", "BASE = '/v1'\n");
    put("inner/silent.py", "# nobody knows it\nx = 1\n");
    put("outer/package.json", r#"{"name": "outer", "dependencies": {"express": "4"}}"#);
    put("outer/server.js", SERVER);
    pack.iter().for_each(|text| put(".threatline/packs/shopweb.toml", text));
    files
}

fn paths(session: &mut Session, source: &MemorySource, files: &Files) -> Vec<String> {
    let scan = session.scan(&Revision::of_tree(source.add(files))).unwrap();
    let mut paths: Vec<String> = scan.model.entry_points.iter().map(|entry| format!("{} {}", entry.method.as_deref().unwrap_or("*"), entry.path)).collect();
    paths.sort();
    paths
}

#[test]
fn a_pack_wakes_what_it_waits_for_and_nothing_else_is_read_again() {
    let (source, folder) = (Arc::new(MemorySource::new()), tempfile::tempdir().unwrap());
    let (mut first, log) = logged(&source, Some(folder.path()));
    assert_eq!(paths(&mut first, &source, &files(None)), ["GET /outer"]);
    ran(&log);
    let with = ["GET /outer", "GET /v1/inner"];
    assert_eq!(paths(&mut first, &source, &files(Some(PACK))), with);
    let ran_with = ran(&log);
    // the file that it wakes, and the one that this refers to; of the units that of Python alone
    assert_eq!((ran_with.get("facts"), ran_with.get("symbols"), ran_with.get("part")), (None, Some(&2), Some(&1)), "{ran_with:?}");
    // to and fro: all of it is known
    assert_eq!(paths(&mut first, &source, &files(None)), ["GET /outer"]);
    assert_eq!(paths(&mut first, &source, &files(Some(PACK))), with);
    first.flush(Compaction::Small).unwrap();
    // another process finds what was stored with these packs, and nothing that was stored with others
    for (pack, expected) in [(Some(PACK), &with[..]), (None, &["GET /outer"]), (Some(&PACK.replace("shopweb.App", "shopweb.Other")), &["GET /outer"])] {
        let stored = paths(&mut session(&source, Some(folder.path()), 1), &source, &files(pack));
        assert_eq!(stored, expected, "{pack:?}");
        assert_eq!(stored, paths(&mut session(&source, None, 2), &source, &files(pack)), "{pack:?}");
    }
}

#[test]
fn a_comment_in_a_pack_is_nothing() {
    let source = Arc::new(MemorySource::new());
    let (mut session, log) = logged(&source, None);
    let before = paths(&mut session, &source, &files(Some(PACK)));
    ran(&log);
    assert_eq!(paths(&mut session, &source, &files(Some(&format!("# it is ours\n{PACK}")))), before);
    for query in ["facts", "symbols", "design", "part", "found", "verdicts"] {
        assert!(!ran(&log).contains_key(query), "{query} ran");
    }
}

#[test]
fn packs_are_those_of_the_state_and_of_a_part_those_above_it() {
    let source = Arc::new(MemorySource::new());
    let root = source.add(&files(Some(PACK)));
    let mut session = session(&source, None, 1);
    let part = source.add(&files(None).into_iter().filter_map(|(path, held)| Some((path.strip_prefix("inner/")?.to_owned(), held))).collect());
    let scan = session.scan(&Revision { root: part, prefix: "inner/".into(), ..Revision::of_tree(root) }).unwrap();
    assert_eq!(scan.model.entry_points.len(), 1, "{:?}", scan.model.entry_points);
}

#[test]
fn a_mistake_in_a_pack_is_one_of_the_configuration() {
    let source = Arc::new(MemorySource::new());
    let text = PACK.replace("does = \"listen\"", "doez = \"listen\"");
    let root = source.add(&files(Some(&text)));
    let Err(ScanError::Config(error)) = session(&source, None, 1).scan(&Revision::of_tree(root)) else { panic!("no mistake") };
    assert_eq!((error.path.as_str(), &text[error.span.unwrap()]), (".threatline/packs/shopweb.toml", "doez"));
    assert_eq!(error.help.as_deref(), Some("did you mean `does`?"));
}

#[test]
fn a_shard_is_linked_with_the_packs_that_it_was_made_with() {
    let packs = [(".threatline/packs/shopweb.toml".to_owned(), PACK.to_owned())];
    let own = shelf(&packs).unwrap();
    let link = |made: Shelf, packs: &[(String, String)]| {
        let shards = vec![("s".to_owned(), extract_shard(&files(None), None, made, 1).unwrap())];
        link_shards(&LinkInputs { shards, packs: packs.to_vec(), ..LinkInputs::default() }, 1)
    };
    let (mut session, revision, project) = link(own, &packs).unwrap();
    let scan = session.scan_with(&revision, &project, &project).unwrap();
    assert_eq!(scan.model.entry_points.len(), 2);
    assert_eq!(link(Shelf::default(), &packs).err(), Some(ShardError::Packs("s".into())));
    assert_eq!(link(own, &[]).err(), Some(ShardError::Packs("s".into())));
}
