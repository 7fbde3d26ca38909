//! What must not run, does not run.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::{Files, logged, ran};
use std::sync::{Arc, Mutex};
use threatline_engine::{Compaction, Held, MemorySource, Options, Revision, Session};

fn sample() -> Files {
    let mut files = Files::new();
    for service in ["pay", "web", "ledger"] {
        let file = |text: &str| Held::File(text.as_bytes().to_vec());
        files.insert(format!("services/{service}/compose.yaml"), file(&format!("services:\n  {service}:\n    image: x/{service}\n    ports: ['80:80']\n")));
        files.insert(format!("services/{service}/.env"), file("A=http://pay\n"));
        files.insert(format!("services/{service}/Dockerfile"), file("FROM python:3\nEXPOSE 80\n"));
    }
    files
}

fn with_comments(files: &Files) -> Files {
    let comment = |held: &Held| match held {
        Held::File(bytes) => Held::File([b"# a comment\n", bytes.as_slice()].concat()),
        other => other.clone(),
    };
    files.iter().map(|(path, held)| (path.clone(), comment(held))).collect()
}

#[test]
fn a_comment_on_top_of_every_file_runs_nothing_below_the_facts() {
    let source = Arc::new(MemorySource::new());
    let (before, after) = (source.add(&sample()), source.add(&with_comments(&sample())));
    let (mut session, log) = logged(&source, None);
    let first = session.scan(&Revision::of_tree(before)).unwrap();
    let own = first.model.components.iter().filter(|component| !component.is_drawn_user());
    assert_eq!(own.count(), 3, "{:#?}", first.model.components);
    let cold = ran(&log);
    // Three files that differ, and two that lie in every service but are one artifact each.
    assert_eq!((cold["facts"], cold["design"], cold["found"], cold["verdicts"]), (5, 1, 1, 1), "{cold:?}");
    let second = session.scan(&Revision::of_tree(after)).unwrap();
    let warm = ran(&log);
    assert_eq!(warm["facts"], 5, "{warm:?}");
    for query in ["design", "found", "verdicts"] {
        assert!(!warm.contains_key(query), "{query} ran: {warm:?}");
    }
    assert_eq!(second.model, first.model);
    let lines =
        |session: &Session, scan: &threatline_engine::Scan| session.lines(scan, &scan.model.components.iter().flat_map(|c| &c.evidence).collect::<Vec<_>>());
    let (old, new) = (lines(&session, &first), lines(&session, &second));
    assert!(old.iter().flatten().count() >= 3, "{old:?}");
    for (old, new) in old.iter().zip(&new) {
        assert_eq!(old.map(|(line, _)| line + 1), new.map(|(line, _)| line), "places move, the design does not");
    }
}

/// Three services of Express and a package that two of them share.
fn units() -> Files {
    let mut files = Files::new();
    let mut file = |path: String, text: String| _ = files.insert(path, Held::File(text.into_bytes()));
    file("shared/package.json".into(), r#"{"name": "@x/shared", "main": "index.js"}"#.into());
    file("shared/index.js".into(), "const express = require('express')\nmodule.exports = { base: '/v1', app: () => express() }\n".into());
    for service in ["pay", "web", "ledger"] {
        let (uses, base) = if service == "ledger" { ("", "'/own'") } else { ("const { base } = require('@x/shared')\n", "base") };
        let dependencies = if service == "ledger" { r#""express": "4""# } else { r#""express": "4", "@x/shared": "1""# };
        file(format!("{service}/package.json"), format!(r#"{{"name": "{service}", "dependencies": {{{dependencies}}}}}"#));
        let source =
            format!("const express = require('express')\n{uses}const app = express()\napp.get({base} + '/{service}', (q, s) => s.send('x'))\napp.listen(80)\n");
        file(format!("{service}/server.js"), source);
    }
    files
}

fn paths(scan: &threatline_engine::Scan) -> Vec<&str> {
    scan.model.entry_points.iter().map(|entry| entry.path.as_str()).collect()
}

#[test]
fn a_new_route_is_evaluated_where_it_stands_and_in_what_uses_it() {
    let source = Arc::new(MemorySource::new());
    let mut files = units();
    let before = source.add(&files);
    let (mut session, log) = logged(&source, None);
    let first = session.scan(&Revision::of_tree(before)).unwrap();
    assert_eq!(paths(&first), ["/own/ledger", "/v1/pay", "/v1/web"]);
    let cold = ran(&log);
    assert_eq!((cold["seen"], cold["part"]), (4, 4), "{cold:?}");

    let text = "const express = require('express')\nconst app = express()\napp.get('/own/other', (q, s) => s.send('x'))\n";
    files.insert("ledger/server.js".into(), Held::File(text.into()));
    let second = session.scan(&Revision::of_tree(source.add(&files))).unwrap();
    assert_eq!(paths(&second), ["/own/other", "/v1/pay", "/v1/web"]);
    let warm = ran(&log);
    assert_eq!((warm["seen"], warm["part"]), (1, 1), "{warm:?}");

    files
        .insert("shared/index.js".into(), Held::File(b"const express = require('express')\nmodule.exports = { base: '/v2', app: () => express() }\n".to_vec()));
    let third = session.scan(&Revision::of_tree(source.add(&files))).unwrap();
    assert_eq!(paths(&third), ["/own/other", "/v2/pay", "/v2/web"]);
    let warm = ran(&log);
    assert_eq!((warm["seen"], warm["part"]), (1, 3), "the package and the two that use it: {warm:?}");
}

#[test]
fn a_new_process_reads_only_what_changed() {
    let source = Arc::new(MemorySource::new());
    let store = tempfile::tempdir().unwrap();
    let mut files = sample();
    let before = source.add(&files);
    let (mut session, _) = logged(&source, Some(store.path()));
    let summary = session.summary(&Revision::of_tree(before)).unwrap();
    session.flush(Compaction::Small).unwrap();

    let (mut again, log) = logged(&source, Some(store.path()));
    assert_eq!(again.summary(&Revision::of_tree(before)).unwrap(), summary);
    let warm = ran(&log);
    assert_eq!((warm.get("facts"), warm["tree_facts"], warm.get("design")), (None, 1, None), "{warm:?}");

    files.insert("services/pay/README.md".into(), Held::File(b"says nothing\n".to_vec()));
    files.insert("services/pay/.env".into(), Held::File(b"# moved\nA=http://pay\n".to_vec()));
    let after = source.add(&files);
    let (mut later, log) = logged(&source, Some(store.path()));
    assert_eq!(later.summary(&Revision::of_tree(after)).unwrap(), summary);
    let warm = ran(&log);
    // The changed file, its folder with its other file, and the folders above; below, nothing.
    assert_eq!((warm["facts"], warm.get("design"), warm.get("verdicts")), (3, None, None), "{warm:?}");
}

#[test]
fn lost_content_is_said_and_not_remembered() {
    let source = Arc::new(MemorySource::new());
    let store = tempfile::tempdir().unwrap();
    let mut files = sample();
    files.insert("services/pay/absent.yaml".into(), Held::Absent("a".into()));
    files.insert("services/pay/broken.yaml".into(), Held::File(b"a: [1\nb: }\n".to_vec()));
    let root = source.add(&files);
    for _ in 0..2 {
        let (mut session, log) = logged(&source, Some(store.path()));
        let scan = session.scan(&Revision::of_tree(root)).unwrap();
        let skipped: Vec<&str> = scan.coverage.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
        assert_eq!(skipped, ["services/pay/absent.yaml", "services/pay/broken.yaml"]);
        assert_eq!((scan.coverage.artifacts, scan.coverage.analysed), (11, 9));
        session.flush(Compaction::Full).unwrap();
        assert!(ran(&log)["tree_facts"] >= 3, "folders with losses are put together again");
    }
}

/// Says to stop once this is true.
fn once(stop: &Arc<std::sync::atomic::AtomicBool>) -> threatline_engine::Stop {
    let stop = stop.clone();
    Arc::new(move || stop.load(std::sync::atomic::Ordering::Relaxed))
}

#[test]
fn a_run_that_was_stopped_is_taken_up_by_the_next() {
    let source = Arc::new(MemorySource::new());
    let store = tempfile::tempdir().unwrap();
    let root = Revision::of_tree(source.add(&sample()));
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let options = |stop| Options { store: Some(store.path().to_owned()), threads: 1, stop, ..Options::default() };
    let mut stopped = Session::new(source.clone(), options(Some(once(&stop))));
    assert_eq!(stopped.summary(&root).unwrap_err(), threatline_engine::ScanError::Stopped);
    stop.store(false, std::sync::atomic::Ordering::Relaxed);
    let summary = stopped.summary(&root).unwrap();
    assert_eq!(Session::new(source.clone(), options(None)).summary(&root).unwrap(), summary);
}

#[test]
fn evaluating_stops_between_units_and_leaves_nothing_half_done() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let source = Arc::new(MemorySource::new());
    let root = Revision::of_tree(source.add(&units()));
    let stop = Arc::new(AtomicBool::new(false));
    let (seen, count) = (stop.clone(), Arc::new(Mutex::new(0)));
    // everything is read and the first unit evaluated when time runs out
    let observer = Arc::new(move |query: &str| {
        if query.starts_with("part") {
            *count.lock().unwrap() += 1;
            seen.store(*count.lock().unwrap() == 2, Ordering::Relaxed);
        }
    });
    let options = Options { threads: 1, observer: Some(observer), stop: Some(once(&stop)), ..Options::default() };
    let mut session = Session::new(source.clone(), options);
    assert_eq!(session.scan(&root).unwrap_err(), threatline_engine::ScanError::Stopped);
    stop.store(false, Ordering::Relaxed);
    let model = session.scan(&root).unwrap().model;
    assert_eq!(model, logged(&source, None).0.scan(&root).unwrap().model);
    assert_eq!(model.entry_points.len(), 3);
}

#[test]
fn phases_stand_one_inside_the_other_and_listening_changes_nothing() {
    use threatline_engine::{Moment, Phase};
    let source = Arc::new(MemorySource::new());
    let root = Revision::of_tree(source.add(&units()));
    let store = tempfile::tempdir().unwrap();
    let plain = logged(&source, None).0.scan(&root).unwrap();
    for turn in ["cold", "warm"] {
        let moments = Arc::new(Mutex::new(Vec::new()));
        let heard = moments.clone();
        let watch = Arc::new(move |moment| heard.lock().unwrap().push(moment));
        let options = Options { store: Some(store.path().to_owned()), watch: Some(watch), ..Options::default() };
        let mut session = Session::new(source.clone(), options);
        let scan = session.scan(&root).unwrap();
        assert_eq!((&scan.model, &scan.found, &scan.assessment), (&plain.model, &plain.found, &plain.assessment), "{turn}");
        session.flush(threatline_engine::Compaction::Small).unwrap();
        let (mut open, mut seen) = (Vec::new(), Vec::new());
        for moment in moments.lock().unwrap().iter() {
            match moment {
                Moment::Begins(phase) => {
                    open.push(*phase);
                    seen.push(*phase);
                }
                Moment::Ends(phase) => assert_eq!(open.pop(), Some(*phase), "{turn}"),
            }
        }
        assert!(open.is_empty(), "{turn}: {open:?}");
        seen.sort();
        seen.dedup();
        assert!([Phase::Folders, Phase::Reading, Phase::Linking, Phase::Finding, Phase::Assessing].iter().all(|phase| seen.contains(phase)), "{seen:?}");
        assert_eq!(seen.contains(&Phase::Units), turn == "cold", "what is remembered as a whole is not taken apart");
    }
}

#[test]
fn folders_as_deep_as_allowed_and_deeper() {
    let source = Arc::new(MemorySource::new());
    let deep = |depth: usize| {
        let path = format!("{}compose.yaml", "d/".repeat(depth));
        let source = source.clone();
        // The source in memory is not made for this.
        let add = move || source.add_files([(path.as_str(), "services:\n  web:\n    image: nginx\n")]);
        Revision::of_tree(std::thread::Builder::new().stack_size(64 << 20).spawn(add).unwrap().join().unwrap())
    };
    let (mut session, _) = logged(&source, None);
    assert_eq!(session.scan(&deep(999)).unwrap().model.components.len(), 1);
    assert_eq!(session.scan(&deep(1100)).unwrap_err(), threatline_engine::ScanError::TooDeep);
}

#[test]
fn what_no_state_needs_any_more_is_dropped() {
    let source = Arc::new(MemorySource::new());
    let store = tempfile::tempdir().unwrap();
    let mut files = sample();
    let mut last = Revision::of_tree(source.add(&files));
    for port in 100..130 {
        let text = format!("services:\n  pay:\n    image: x\n    ports: ['{port}:80']\n");
        files.insert("services/pay/compose.yaml".into(), Held::File(text.into_bytes()));
        last = Revision::of_tree(source.add(&files));
        let (mut session, _) = logged(&source, Some(store.path()));
        session.summary(&last).unwrap();
        session.flush(Compaction::Small).unwrap();
    }
    let bytes = || std::fs::read_dir(store.path()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum::<u64>();
    let (before, segments) = (bytes(), std::fs::read_dir(store.path()).unwrap().count());
    assert!(segments <= 18, "small segments are merged: {segments}");
    let (mut session, _) = logged(&source, Some(store.path()));
    let summary = session.summary(&last).unwrap();
    session.collect().unwrap();
    assert!(bytes() * 4 < before, "{before} bytes before, {} after", bytes());
    let (mut again, log) = logged(&source, Some(store.path()));
    assert_eq!(again.summary(&last).unwrap(), summary);
    assert_eq!(ran(&log).get("facts"), None);
}

#[test]
fn a_session_of_many_states_keeps_few() {
    let source = Arc::new(MemorySource::new());
    let (mut files, mut expected) = (sample(), Vec::new());
    let (mut session, log) = logged(&source, None);
    for round in 0..2 {
        for number in 0..300usize {
            files.insert("services/pay/.env".into(), Held::File(format!("A=http://host{number}\n").into_bytes()));
            let scan = session.scan(&Revision::of_tree(source.add(&files))).unwrap();
            let lines = session.lines(&scan, &scan.model.components.iter().flat_map(|c| &c.evidence).collect::<Vec<_>>());
            let image = format!("{:?}{lines:?}", scan.model);
            if round == 0 { expected.push(image) } else { assert_eq!(image, expected[number]) }
        }
    }
    let runs = ran(&log)["state_facts"];
    assert!(runs >= 600, "a state that was forgotten is asked for again: {runs}");
}

/// A hundred folders; what some of them refer to lies in others.
fn many_folders() -> Vec<(String, String)> {
    let mut files = vec![("shared/paths.js".to_owned(), "module.exports = { base: '/shared' };\n".to_owned())];
    for n in 0..100 {
        let app = "const express = require('express');\nconst app = express();\nconst paths = require('./routes/paths');\nconst shared = require('../../shared/paths');\n\
                   app.get(paths.items, (q, r) => r.send('x'));\napp.get(shared.base, (q, r) => r.send('y'));\napp.listen(3000);\n";
        files.push((format!("services/s{n}/app.js"), app.to_owned()));
        files.push((format!("services/s{n}/package.json"), format!("{{\"name\": \"s{n}\", \"dependencies\": {{\"express\": \"4\"}}}}\n")));
        files.push((format!("services/s{n}/routes/paths.js"), format!("module.exports = {{ items: '/items/{n}' }};\n")));
    }
    files
}

#[test]
fn many_folders_say_the_same_whichever_thread_puts_them_together() {
    let source = Arc::new(MemorySource::new());
    let files = many_folders();
    let root = Revision::of_tree(source.add_files(files.iter().map(|(path, text)| (path.as_str(), text.as_str()))));
    let store = tempfile::tempdir().unwrap();
    let options = |threads, store: Option<&std::path::Path>| Options { threads, store: store.map(Into::into), ..Options::default() };
    let mut cold = Session::new(source.clone(), options(4, Some(store.path())));
    let scan = cold.scan(&root).unwrap();
    assert_eq!(scan.model.entry_points.len(), 200, "prefixes from other folders are found");
    assert!(scan.model.entry_points.iter().any(|entry| entry.path == "/items/42") && scan.model.entry_points.iter().any(|entry| entry.path == "/shared"));
    cold.flush(threatline_engine::Compaction::Small).unwrap();
    for mut session in [Session::new(source.clone(), options(1, None)), Session::new(source.clone(), options(4, Some(store.path())))] {
        let again = session.scan(&root).unwrap();
        assert_eq!((&again.model, &again.coverage, &again.said), (&scan.model, &scan.coverage, &scan.said));
    }
}

#[test]
fn a_run_may_be_stopped_anywhere_and_the_next_one_is_right() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let source = Arc::new(MemorySource::new());
    let root = Revision::of_tree(source.add(&units()));
    let whole = logged(&source, None).0.scan(&root).unwrap();
    let mut stopped = 0;
    for most in 0..60 {
        let store = tempfile::tempdir().unwrap();
        let asked = AtomicUsize::new(0);
        let stop: threatline_engine::Stop = Arc::new(move || asked.fetch_add(1, Ordering::Relaxed) >= most);
        let options = |stop| Options { threads: 1, store: Some(store.path().to_owned()), stop, ..Options::default() };
        let mut session = Session::new(source.clone(), options(Some(stop)));
        match session.scan(&root) {
            Ok(scan) => assert_eq!(scan.model, whole.model),
            Err(error) => {
                assert_eq!(error, threatline_engine::ScanError::Stopped);
                stopped += 1;
            }
        }
        session.flush(threatline_engine::Compaction::Small).unwrap();
        let scan = Session::new(source.clone(), options(None)).scan(&root).unwrap();
        assert_eq!((&scan.model, &scan.found, &scan.assessment), (&whole.model, &whole.found, &whole.assessment), "stopped after {most}");
    }
    assert!(stopped > 9, "it is asked often, and a run may end before");
}
