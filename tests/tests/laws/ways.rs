//! The bytes that are compared, and the ways in which they are come by.

use crate::market::State;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use threatline_engine::{
    Decisions, Held, LinkInputs, MemorySource, NotesDetail, Options, Revision, Scan, ScanError, Session, extract_shard, link_shards, timestamp,
};
use threatline_facts::Mark;
use threatline_model::{Evidence, EvidenceSource};
use threatline_repo::note;
use threatline_report::{Comparison, Coverage, Places, Report, json};

/// A session over what lies in memory.
pub(crate) fn session(source: &Arc<MemorySource>, store: Option<&Path>, threads: usize) -> Session {
    Session::new(source.clone(), Options { store: store.map(Path::to_owned), threads, ..Options::default() })
}

struct Lines<'s>(&'s Session, &'s Scan);

impl Places for Lines<'_> {
    fn lines(&self, path: &str, mark: Mark) -> Option<(u32, u32)> {
        let evidence = Evidence::new(path.into(), Some(mark), EvidenceSource::Code, "");
        self.0.lines(self.1, &[&evidence]).into_iter().next().flatten()
    }

    fn text(&self, _: &str, _: u32) -> Option<String> {
        None
    }
}

/// A state, exported.
pub(crate) fn exported(session: &mut Session, revision: &Revision) -> String {
    match session.scan(revision) {
        Ok(scan) => document(session, &scan),
        Err(error) => mistake(&error),
    }
}

/// What a commit did, as `diff` prints it for programs.
pub(crate) fn compared(session: &mut Session, base: &Revision, head: &Revision) -> String {
    match session.compare(base, head, Decisions::OfBase) {
        Ok((before, after)) => {
            let places = (Lines(session, &before), Lines(session, &after));
            let coverage = (coverage(&before), coverage(&after));
            let delta = threatline_model::delta::delta(&before.model, &after.model);
            let (base, head) = (report(&before, &coverage.0, &places.0), report(&after, &coverage.1, &places.1));
            json::diff(&Comparison { base: &base, head: &head, delta: &delta })
        }
        Err(error) => mistake(&error),
    }
}

/// The note of a state that came from another.
pub(crate) fn noted(session: &mut Session, base: &Revision, head: &Revision) -> String {
    let told = |session: &mut Session| -> Result<String, ScanError> {
        let project = session.project(head)?;
        let (after, before) = (session.summary(head)?, session.summary(base)?);
        let told = note::Told { revision: head, head: &after, base: Some((base.tree, &before)), config: &project.fingerprint(), detail: NotesDetail::Delta };
        Ok(note::write(&told))
    };
    told(session).unwrap_or_else(|error| mistake(&error))
}

/// The same state exported from shards, divided and ordered in another way each time; none where content is missing,
/// which no shard can hold.
pub(crate) fn from_shards(state: &State, revision: &Revision, turn: usize) -> Option<String> {
    if state.files.values().any(|held| matches!(held, Held::Absent(_))) {
        return None;
    }
    let mut parts = vec![BTreeMap::new(); 1 + turn % 4];
    let count = parts.len();
    for (at, (path, held)) in state.files.iter().enumerate() {
        parts[(at + turn) % count].insert(path.clone(), held.clone());
    }
    let packs: Vec<(String, String)> =
        state.files.keys().filter(|path| path.starts_with(".threatline/packs/") && path.ends_with(".toml")).filter_map(|path| own(state, path)).collect();
    // a mistake in one is told when shards are linked, after those of the configuration
    let shelf = threatline_engine::shelf(&packs).unwrap_or_default();
    let shards = parts.iter().map(|part| (String::new(), extract_shard(part, None, shelf, 2).expect("files in memory can be read"))).collect();
    let text = |path: &str| own(state, path);
    let decisions = state.files.keys().filter(|path| path.starts_with(".threatline/decisions/") && path.ends_with(".toml"));
    let inputs = LinkInputs {
        shards,
        config: text("threatline.toml"),
        decisions: decisions.filter_map(|path| text(path)).collect(),
        packs,
        tree: Some(revision.tree),
        as_of: revision.as_of,
        ..LinkInputs::default()
    };
    Some(match link_shards(&inputs, 2) {
        Ok((mut session, revision, project)) => match session.scan_with(&revision, &project, &project) {
            Ok(scan) => document(&session, &scan),
            Err(error) => mistake(&error),
        },
        Err(threatline_engine::ShardError::Scan(error)) => mistake(&error),
        Err(error) => format!("{error:?}"),
    })
}

/// Path and text of a file that people write for the program.
fn own(state: &State, path: &str) -> Option<(String, String)> {
    match state.files.get(path) {
        Some(Held::File(bytes)) => Some((path.to_owned(), String::from_utf8_lossy(bytes).into_owned())),
        _ => None,
    }
}

fn document(session: &Session, scan: &Scan) -> String {
    json::model(&report(scan, &coverage(scan), &Lines(session, scan)))
}

fn mistake(error: &ScanError) -> String {
    format!("{error:?}")
}

fn coverage(scan: &Scan) -> Coverage {
    let coverage = &scan.coverage;
    Coverage {
        artifacts: coverage.artifacts,
        analysed: coverage.analysed,
        by_kind: coverage.by_kind.clone(),
        skipped: coverage.skipped.iter().map(|skipped| (skipped.path.clone(), skipped.reason.clone())).collect(),
    }
}

fn report<'a>(scan: &'a Scan, coverage: &'a Coverage, places: &'a Lines<'_>) -> Report<'a> {
    Report {
        version: "0",
        state: threatline_report::State {
            commit: scan.revision.commit.map(|oid| oid.to_string()),
            tree: scan.revision.tree.to_string(),
            dirty: scan.revision.dirty,
            index: false,
            as_of: scan.revision.as_of.map(timestamp),
        },
        model: &scan.model,
        found: &scan.found,
        judged: &scan.judged,
        assessment: &scan.assessment,
        coverage,
        places,
        focus: None,
    }
}

/// Fails with the first line in which two texts differ.
#[track_caller]
pub(crate) fn same(got: &str, expected: &str, way: &str) {
    if got == expected {
        return;
    }
    let at = got.lines().zip(expected.lines()).position(|(got, expected)| got != expected).unwrap_or_else(|| got.lines().count().min(expected.lines().count()));
    let around = |text: &str| text.lines().skip(at.saturating_sub(6)).take(12).collect::<Vec<_>>().join("\n");
    panic!("{way}: other bytes from line {}:\n{}\n--- instead of\n{}", at + 1, around(got), around(expected));
}
