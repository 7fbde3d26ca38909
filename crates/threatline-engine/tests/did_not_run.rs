//! For every query, edits that do not reach it.
//!
//! One table: a row is an edit of a small project, a column is a query, and the number says how often the query
//! ran after the edit in a session that knew the project. A zero is the point: it is work that nobody waits for.
//! A number that grows needs a reason; one that shrinks is written down here.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::{Files, Log, logged, ran};
use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_engine::{Held, MemorySource, Revision, Session};
use threatline_threats::{Decision, DecisionKind};

/// The queries of `src/db.rs`, in its order.
const QUERIES: [&str; 14] = [
    "facts",
    "anchors",
    "symbols",
    "tree_facts",
    "state_facts",
    "state_key",
    "facts_below",
    "sketched",
    "design",
    "seen",
    "part",
    "found",
    "verdicts",
    "summary",
];

type Edit = fn(&mut Project);

#[rustfmt::skip]
const TABLE: &[(&str, Edit, [usize; 14])] = &[
    // `state_facts`, `state_key` and `facts_below` are three look-ups for each tree that was not asked of before, and
    // `sketched` is one for facts that were not.
    // `verdicts` counts twice: with choke points and without.
    //
    //                                                               facts
    //                                                               |   anchors
    //                                                               |   |   symbols
    //                                                               |   |   |   tree_facts
    //                                                               |   |   |   |     state_facts
    //                                                               |   |   |   |     |   state_key
    //                                                               |   |   |   |     |   |   facts_below
    //                                                               |   |   |   |     |   |   |   sketched
    //                                                               |   |   |   |     |   |   |   |     design
    //                                                               |   |   |   |     |   |   |   |     |   seen
    //                                                               |   |   |   |     |   |   |   |     |   |   part
    //                                                               |   |   |   |     |   |   |   |     |   |   |   found
    //                                                               |   |   |   |     |   |   |   |     |   |   |   |   verdicts
    //                                                               |   |   |   |     |   |   |   |     |   |   |   |   |  summary
    ("nothing",                                       |_| (),       [0,  0,  0,  0,    0,  0,  0,  0,    0,  0,  0,  0,  0, 0]),
    ("a file that says nothing",                      readme,       [0,  0,  0,  2,    1,  1,  1,  0,    0,  0,  0,  0,  0, 0]),
    ("a comment on top of every file",                comments,     [8,  3,  1,  7,    1,  1,  1,  0,    0,  0,  0,  0,  0, 0]),
    ("other line ends in every file",                 line_ends,    [5,  3,  1,  7,    1,  1,  1,  0,    0,  0,  0,  0,  0, 0]),
    ("a link and a submodule",                        links,        [0,  0,  0,  2,    1,  1,  1,  0,    0,  0,  0,  0,  0, 0]),
    ("a copy of what is passed over",                 passed_over,  [0,  0,  0,  2,    1,  1,  1,  0,    0,  0,  0,  0,  0, 0]),
    ("a comment in what another file refers to",      shared_words, [1,  0,  1,  2,    1,  1,  1,  0,    0,  0,  0,  0,  0, 0]),
    ("a constant in what another file refers to",     constant,     [1,  0,  1,  2,    1,  1,  1,  1,    1,  1,  2,  1,  2, 1]),
    ("a step before the routes, and one in them",     steps,        [1,  1,  0,  2,    1,  1,  1,  1,    0,  1,  1,  0,  0, 0]),
    ("a route in a unit that nobody uses",            route,        [1,  1,  0,  2,    1,  1,  1,  1,    1,  1,  1,  1,  2, 1]),
    ("a unit goes to another folder",                 moved,        [0,  1,  0,  1,    1,  1,  1,  1,    1,  1,  1,  1,  2, 1]),
    ("a unit goes",                                   gone,         [0,  0,  0,  1,    1,  1,  1,  1,    1,  0,  0,  1,  2, 1]),
    ("a port in the deployment",                      port,         [1,  1,  0,  2,    1,  1,  1,  1,    1,  0,  0,  1,  2, 1]),
    ("a declaration",                                 declared,     [0,  0,  0,  1,    1,  1,  1,  1,    1,  0,  0,  1,  2, 1]),
    ("a rule is switched off",                        rule_off,     [0,  0,  0,  1,    1,  1,  1,  0,    0,  0,  0,  1,  2, 1]),
    ("a gate",                                        gate,         [0,  0,  0,  1,    1,  1,  1,  0,    0,  0,  0,  0,  0, 0]),
    ("an exclusion of what says nothing",             excluded,     [0,  0,  0,  6,    1,  1,  1,  0,    0,  0,  0,  0,  0, 0]),
    ("a pack that nobody's words wake",               own_pack,     [0,  0,  0,  7,    1,  1,  1,  1,    1,  0,  3,  1,  2, 1]),
    ("a pack of another language",                    other_pack,   [0,  0,  0,  7,    1,  1,  1,  1,    1,  0,  0,  1,  2, 1]),
    ("another day",                                   other_day,    [0,  0,  0,  0,    0,  0,  0,  0,    0,  0,  0,  0,  0, 0]),
    ("a day on which a decision is over",             last_day,     [0,  0,  0,  0,    0,  1,  0,  0,    0,  0,  0,  0,  2, 1]),
    ("a decision",                                    decision,     [0,  0,  0,  1,    1,  1,  1,  0,    0,  0,  0,  0,  2, 1]),
];

const SERVER: &str = "const express = require('express')\nconst { base } = require('@x/shared')\nconst app = express()\napp.get(base + '/orders', (q, s) => s.send('x'))\napp.listen(80)\n";
const LEDGER: &str = "const express = require('express')\nconst app = express()\napp.get('/own', (q, s) => s.send('x'))\napp.listen(80)\n";
const COMPOSE: &str = "services:\n  web:\n    build: ../web\n    ports: ['80:80']\n  ledger:\n    build: ../ledger\n  db:\n    image: postgres:16\n    ports: ['5432:5432']\n    environment: {POSTGRES_HOST_AUTH_METHOD: trust}\n";

const CONFIG: &str = "[[components]]\nname = 'db'\nvalue = 0.9\n";

/// What is edited: the files, and the day on which they are looked at.
struct Project {
    files: Files,
    day: i64,
}

impl Project {
    /// Two services, a package whose file says nothing until somebody asks, a deployment, words, and a decision.
    fn new() -> Self {
        let files = [
            ("web/package.json", r#"{"name": "web", "dependencies": {"express": "4", "@x/shared": "1"}}"#),
            ("web/src/server.js", SERVER),
            ("shared/package.json", r#"{"name": "@x/shared", "main": "index.js"}"#),
            ("shared/index.js", "module.exports = { base: '/v1' }\n"),
            ("ledger/package.json", r#"{"name": "ledger", "dependencies": {"express": "4"}}"#),
            ("ledger/server.js", LEDGER),
            ("deploy/compose.yaml", COMPOSE),
            ("docs/README.md", "# A shop\n"),
            ("docs/notes.js", "let nothing = 1\n"),
            ("threatline.toml", CONFIG),
        ];
        // 2026-01-01
        let mut project = Self { files: Files::new(), day: 20_454 };
        files.iter().for_each(|(path, text)| project.put(path, text));
        project.decide(0, Some("2026-06-01"));
        project
    }

    fn revision(&self, source: &MemorySource) -> Revision {
        Revision { as_of: Some(self.day * 86_400), ..Revision::of_tree(source.add(&self.files)) }
    }

    fn put(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), Held::File(text.into()));
    }

    fn rewrite(&mut self, path: &str, how: impl Fn(&str) -> String) {
        let Some(Held::File(bytes)) = self.files.get_mut(path) else { panic!("{path}") };
        *bytes = how(std::str::from_utf8(bytes).unwrap()).into_bytes();
    }

    fn swap(&mut self, path: &str, from: &str, to: &str) {
        self.rewrite(path, |text| {
            assert!(text.contains(from), "{from} in {path}");
            text.replace(from, to)
        });
    }

    /// A decision about one of the threats.
    fn decide(&mut self, number: usize, until: Option<&str>) {
        let source = Arc::new(MemorySource::new());
        let scan = common::session(&source, None, 1).scan(&self.revision(&source)).unwrap();
        let threat = &scan.found.threats[number];
        let mut decision = Decision::about(&scan.model, threat, DecisionKind::Accepted, "known");
        decision.until = until.map(str::to_owned);
        self.put(&format!(".threatline/decisions/{}.toml", threat.id.0), &toml::to_string(&decision).unwrap());
    }

    /// All files but those in which people say something to the tool.
    fn artifacts(&self) -> Vec<String> {
        self.files.keys().filter(|path| !path.ends_with(".toml")).cloned().collect()
    }
}

fn readme(project: &mut Project) {
    project.put("docs/MORE.md", "more words\n");
}

fn comments(project: &mut Project) {
    for path in project.artifacts() {
        let comment = match path.rsplit('.').next() {
            Some("js") => "// a note\n\n",
            Some("json") => "\n\n",
            _ => "# a note\n\n",
        };
        project.rewrite(&path, |text| format!("{comment}{text}"));
    }
}

fn line_ends(project: &mut Project) {
    for path in project.artifacts() {
        project.rewrite(&path, |text| text.replace('\n', "\r\n"));
    }
}

fn links(project: &mut Project) {
    project.files.insert("docs/server.js".into(), Held::Link("../web/src/server.js".into()));
    project.files.insert("docs/other".into(), Held::Submodule("0123".into()));
}

fn passed_over(project: &mut Project) {
    project.put("docs/again.js", "let nothing = 1\n");
}

fn shared_words(project: &mut Project) {
    project.swap("shared/index.js", "module", "// what all services begin with\nmodule");
}

fn constant(project: &mut Project) {
    project.swap("shared/index.js", "/v1", "/v2");
}

fn steps(project: &mut Project) {
    project.swap("ledger/server.js", "app.get(", "const pages = new Map()\nfill(pages, app.name)\napp.get(");
    project.swap("ledger/server.js", "=> s.send('x')", "=> { count(q.ip); s.send('x') }");
}

fn route(project: &mut Project) {
    project.swap("ledger/server.js", "/own", "/other");
}

fn moved(project: &mut Project) {
    for name in ["package.json", "server.js"] {
        let held = project.files.remove(&format!("ledger/{name}")).unwrap();
        project.files.insert(format!("books/{name}"), held);
    }
}

fn gone(project: &mut Project) {
    project.files.retain(|path, _| !path.starts_with("ledger/"));
}

fn port(project: &mut Project) {
    project.swap("deploy/compose.yaml", "80:80", "8080:80");
}

fn declared(project: &mut Project) {
    project.swap("threatline.toml", "0.9", "0.5");
}

fn rule_off(project: &mut Project) {
    project.put("threatline.toml", &format!("[rules]\ndisable = ['unauthenticated-entry-point']\n{CONFIG}"));
}

fn gate(project: &mut Project) {
    project.put("threatline.toml", &format!("[gate]\nfail_on = ['high']\n[notes]\ndetail = 'counts'\n{CONFIG}"));
}

fn own_pack(project: &mut Project) {
    project.put(".threatline/packs/own.toml", "name = \"own\"\nlanguages = [\"javascript\"]\nimports = [\"nobody\"]\n");
}

fn other_pack(project: &mut Project) {
    project.put(".threatline/packs/own.toml", "name = \"own\"\nlanguages = [\"go\"]\nimports = [\"nobody\"]\n");
}

fn excluded(project: &mut Project) {
    project.put("threatline.toml", &format!("[scan]\nexclude = ['docs/**']\n{CONFIG}"));
}

fn decision(project: &mut Project) {
    project.decide(1, None);
}

fn other_day(project: &mut Project) {
    project.day += 30;
}

fn last_day(project: &mut Project) {
    project.day += 300;
}

/// All that front ends ask of a state, places included.
fn ask(session: &mut Session, revision: &Revision) -> String {
    let scan = session.scan(revision).unwrap();
    format!("{}{:?}", common::describe(session, &scan), session.summary(revision).unwrap())
}

fn counts(log: &Log) -> [usize; 14] {
    let ran: BTreeMap<String, usize> = ran(log);
    let unknown: Vec<&String> = ran.keys().filter(|query| !QUERIES.contains(&query.as_str())).collect();
    assert!(unknown.is_empty(), "no column for {unknown:?}");
    QUERIES.map(|query| ran.get(query).copied().unwrap_or_default())
}

#[test]
fn every_edit_runs_what_it_reaches_and_nothing_else() {
    let mut got = String::new();
    let mut differs = false;
    let mut spared = [false; 14];
    for (edit, how, expected) in TABLE {
        let source = Arc::new(MemorySource::new());
        let mut project = Project::new();
        let (mut session, log) = logged(&source, None);
        ask(&mut session, &project.revision(&source));
        let cold = counts(&log);
        assert!(cold.iter().all(|count| *count > 0), "every query is needed at first: {cold:?}");
        how(&mut project);
        let revision = project.revision(&source);
        let warm = ask(&mut session, &revision);
        let ran = counts(&log);
        assert_eq!(warm, ask(&mut common::session(&source, None, 1), &revision), "{edit}: as from nothing");
        differs |= ran != *expected;
        got.push_str(&format!("{edit:<45} {ran:?}\n"));
        for (spared, ran) in spared.iter_mut().zip(ran) {
            *spared |= ran == 0 && *edit != "nothing";
        }
    }
    assert!(!differs, "the table is now:\n{got}");
    assert_eq!(spared, [true; 14], "for every query there is an edit that does not reach it");
}

#[test]
fn every_query_has_its_column() {
    let text = include_str!("../src/db.rs");
    let after = text.split("#[salsa::tracked").skip(1).map(|rest| rest.split_once("fn ").unwrap().1);
    let names: Vec<&str> = after.map(|rest| rest.split(['(', '<']).next().unwrap()).collect();
    assert_eq!(names, QUERIES);
}

#[test]
fn states_that_were_known_before_run_nothing_again() {
    let source = Arc::new(MemorySource::new());
    let (mut session, log) = logged(&source, None);
    let edited = |(_, how, _): &(&str, Edit, [usize; 14])| {
        let mut project = Project::new();
        how(&mut project);
        project.revision(&source)
    };
    // states that are told apart by more than the day
    let states: Vec<Revision> = TABLE.iter().filter(|(edit, ..)| !edit.contains("day")).map(edited).collect();
    let first: Vec<String> = states.iter().map(|state| ask(&mut session, state)).collect();
    counts(&log);
    for (state, first) in states.iter().zip(&first).rev() {
        assert_eq!(ask(&mut session, state), *first);
    }
    assert_eq!(counts(&log), [0; 14]);
}
