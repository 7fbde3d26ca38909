//! The system that histories start from, read from its page, and a state of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use threatline_engine::{Held, MemorySource, Options, Revision, Session};
use threatline_threats::{Decision, DecisionKind};

/// What one commit holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) files: BTreeMap<String, Held>,
    /// Files that may be run; the engine must not care.
    pub(crate) executable: BTreeSet<String>,
}

impl State {
    /// The market as its page has it.
    pub(crate) fn market() -> Self {
        Self { files: page().iter().map(|(path, text)| (path.clone(), Held::File(text.clone().into_bytes()))).collect(), ..Self::default() }
    }

    /// A folder cannot be a file at the same time: the files below it win.
    pub(crate) fn settle(&mut self) {
        let folders: BTreeSet<String> = self.files.keys().flat_map(|path| path.match_indices('/').map(|(at, _)| path[..at].to_owned())).collect();
        self.files.retain(|path, _| !folders.contains(path));
        let files = &self.files;
        self.executable.retain(|path| matches!(files.get(path), Some(Held::File(_))));
    }
}

/// The files of the page, in its order.
pub(crate) fn page() -> &'static [(String, String)] {
    static PAGE: OnceLock<Vec<(String, String)>> = OnceLock::new();
    PAGE.get_or_init(|| {
        let mut files = Vec::new();
        let mut lines = include_str!("market.md").lines();
        while let Some(line) = lines.next() {
            let Some(info) = line.strip_prefix("```") else { continue };
            let (_, path) = info.split_once(' ').expect("every fence of the page names a file");
            let body: String = lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            files.push((path.to_owned(), body));
        }
        files
    })
}

/// File name and text of decisions about threats of the market: each kind, some with an end.
pub(crate) fn decisions() -> &'static [(String, String)] {
    static DECISIONS: OnceLock<Vec<(String, String)>> = OnceLock::new();
    DECISIONS.get_or_init(|| {
        let source = Arc::new(MemorySource::new());
        let root = source.add(&State::market().files);
        let scan = Session::new(source, Options::default()).scan(&Revision::of_tree(root)).expect("the market is read");
        let kinds = [DecisionKind::Accepted, DecisionKind::Mitigated, DecisionKind::Dismissed];
        let about = |(number, threat): (usize, &threatline_threats::Threat)| {
            let mut decision = Decision::about(&scan.model, threat, kinds[number % 3], "known");
            decision.until = (number % 2 == 0).then(|| format!("2026-{:02}-15", 1 + number % 12));
            (format!("{}.toml", threat.id.0), toml::to_string(&decision).expect("a decision is plain data"))
        };
        scan.found.threats.iter().enumerate().map(about).collect()
    })
}
