//! Histories made of random edits, and the image of a scan that is compared.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use threatline_engine::{Held, MemorySource, Oid, Options, Revision, Scan, Session};

pub(crate) type Files = BTreeMap<String, Held>;

/// Numbers that only look random.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % sides
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

/// Contents that say something, each under names that make them be read.
const CONTENTS: &[(&str, &str)] = &[
    (
        "compose.yaml",
        "services:\n  web:\n    image: nginx\n    ports: ['80:80']\n    depends_on: [api]\n  api:\n    build: ./api\n    environment:\n      DATABASE_URL: postgres://db:5432/shop\n  db:\n    image: postgres:16\n",
    ),
    ("compose.yaml", "services:\n  api:\n    build: .\n    ports: ['8080:8080']\n    privileged: true\n"),
    (
        "deploy.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, namespace: shop}\nspec:\n  template:\n    metadata: {labels: {app: api}}\n    spec:\n      containers:\n      - name: api\n        image: shop/api\n        env: [{name: LEDGER, value: 'http://ledger:80'}]\n",
    ),
    (
        "service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: ledger, namespace: shop}\nspec:\n  type: LoadBalancer\n  selector: {app: api}\n  ports: [{port: 80}]\n",
    ),
    ("app.py", "from flask import Flask\nfrom .paths import BASE\napp = Flask(__name__)\n\n@app.get(BASE + '/pay')\ndef pay():\n    return 'x'\n"),
    ("paths.py", "BASE = '/v1'\n"),
    ("paths.py", "BASE = '/v2'\n"),
    ("server.js", "const express = require('express')\nconst app = express()\napp.get('/a', (q, s) => s.send('x'))\napp.listen(80)\n"),
    ("package.json", "{\"name\":\"shop\",\"dependencies\":{\"express\":\"4\"}}\n"),
    ("Dockerfile", "FROM python:3\nEXPOSE 8080\nCMD python app.py\n"),
    (".env", "TOKEN=secret\nLEDGER=http://ledger\n"),
    ("README.md", "# nothing\n"),
    ("broken.yaml", "a: [1, 2\nb: }\n"),
    ("main.tf", "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"x\"\n}\n"),
];

const CONFIGS: &[&str] = &[
    "[scan]\nexclude = [\"b/**\"]\n",
    "[scan]\nexclude = [\"**/deploy.yaml\"]\n[rules]\ndisable = [\"x\"]\n",
    "[[components]]\nname = \"api\"\nvalue = 0.9\n",
    "",
];

const FOLDERS: &[&str] = &["", "a/", "a/b/", "b/", "b/deep/er/", "services/pay/", "services/web/src/"];

/// One edit.
pub(crate) fn edit(files: &mut Files, dice: &mut Dice) {
    let paths: Vec<String> = files.keys().cloned().collect();
    let old = (!paths.is_empty()).then(|| dice.pick(&paths).clone());
    match (dice.roll(14), old) {
        (0..=4, _) | (_, None) => {
            let (name, text) = dice.pick(CONTENTS);
            files.insert(format!("{}{name}", dice.pick(FOLDERS)), Held::File(text.as_bytes().to_vec()));
        }
        (5, Some(path)) => drop(files.remove(&path)),
        (6, Some(path)) => {
            let held = files.remove(&path).unwrap();
            files.insert(format!("{}{}", dice.pick(FOLDERS), path.rsplit('/').next().unwrap()), held);
        }
        (7, Some(path)) => change(files, &path, |text| format!("# a comment\n\n{text}")),
        (8, Some(path)) => change(files, &path, |text| text.replace('\n', "\r\n")),
        (9, Some(path)) => change(files, &path, |text| text.replace("80", "81")),
        (10, Some(path)) => drop(files.insert(path, Held::Link("elsewhere".into()))),
        (11, Some(path)) => drop(files.insert(path, Held::Submodule("0123".into()))),
        (12, Some(path)) => drop(files.insert(path, Held::Absent("lost".into()))),
        _ => drop(files.insert("threatline.toml".into(), Held::File(dice.pick(CONFIGS).as_bytes().to_vec()))),
    }
    remove_shadowed(files);
}

fn change(files: &mut Files, path: &str, how: impl Fn(&str) -> String) {
    if path.ends_with(".toml") {
        return;
    }
    if let Some(Held::File(bytes)) = files.get_mut(path) {
        *bytes = how(&String::from_utf8_lossy(bytes)).into_bytes();
    }
}

/// A path cannot be a file and a folder.
fn remove_shadowed(files: &mut Files) {
    let folders: Vec<String> = files.keys().flat_map(|path| path.match_indices('/').map(|(at, _)| path[..at].to_owned())).collect();
    files.retain(|path, _| !folders.contains(path));
}

/// States of one project, with some that come back.
pub(crate) fn history(seed: u64, commits: usize) -> (Arc<MemorySource>, Vec<Oid>) {
    let (source, states) = histories(seed, commits);
    let roots = states.iter().map(|files| source.add(files)).collect();
    (source, roots)
}

/// The same as files.
pub(crate) fn histories(seed: u64, commits: usize) -> (Arc<MemorySource>, Vec<Files>) {
    let (mut dice, mut files, mut past) = (Dice(seed | 1), Files::new(), Vec::<Files>::new());
    let source = Arc::new(MemorySource::new());
    for _ in 0..12 {
        edit(&mut files, &mut dice);
    }
    for _ in 0..commits {
        if !past.is_empty() && dice.roll(8) == 0 {
            files = dice.pick(&past).clone();
        } else {
            for _ in 0..=dice.roll(3) {
                edit(&mut files, &mut dice);
            }
        }
        past.push(files.clone());
    }
    (source, past)
}

/// A session over a source.
pub(crate) fn session(source: &Arc<MemorySource>, store: Option<&Path>, threads: usize) -> Session {
    let options = Options { store: store.map(Path::to_owned), threads, ..Options::default() };
    Session::new(source.clone(), options)
}

/// The queries that ran.
pub(crate) type Log = Arc<Mutex<Vec<String>>>;

/// A session that tells which queries run.
pub(crate) fn logged(source: &Arc<MemorySource>, store: Option<&Path>) -> (Session, Log) {
    let log = Log::default();
    let seen = log.clone();
    let observer = Arc::new(move |query: &str| seen.lock().unwrap().push(query.to_owned()));
    let options = Options { store: store.map(Path::to_owned), threads: 1, observer: Some(observer), ..Options::default() };
    (Session::new(source.clone(), options), log)
}

/// How often each query ran since the last call.
pub(crate) fn ran(log: &Log) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for query in log.lock().unwrap().drain(..) {
        let name = query.split(['(', '{']).next().unwrap_or_default().to_owned();
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// Everything that may be printed of a scan, lines included.
pub(crate) fn image(session: &mut Session, root: Oid) -> String {
    let revision = Revision::of_tree(root);
    let scan = match session.scan(&revision) {
        Ok(scan) => scan,
        Err(error) => return format!("{error:?}"),
    };
    describe(session, &scan)
}

/// The same of a scan that is there.
pub(crate) fn describe(session: &Session, scan: &Scan) -> String {
    let lines = lines(session, scan);
    format!("{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{lines:?}", scan.model, scan.found, scan.assessment, scan.judged, scan.coverage)
}

fn lines(session: &Session, scan: &Scan) -> Vec<Option<(u32, u32)>> {
    let model = &scan.model;
    let of_components = model.components.iter().flat_map(|component| &component.evidence);
    let of_flows = model.flows.iter().flat_map(|flow| &flow.evidence);
    let of_entries = model.entry_points.iter().flat_map(|entry| &entry.evidence);
    let evidence: Vec<_> = of_components.chain(of_flows).chain(of_entries).collect();
    session.lines(scan, &evidence)
}
