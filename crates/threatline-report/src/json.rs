//! `threatline.model/1` and `threatline.diff/1`: the schema of the interface.

mod delta;
pub(crate) mod model;
pub(crate) mod threat;

use crate::{Comparison, Report};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Revision<'a> {
    commit: Option<&'a str>,
    tree: &'a str,
    dirty: bool,
    as_of: Option<&'a str>,
}

#[derive(Serialize)]
struct Skipped<'a> {
    path: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Coverage<'a> {
    artifacts: u64,
    analysed: u64,
    by_kind: &'a BTreeMap<String, u64>,
    skipped: Vec<Skipped<'a>>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool<'a>,
    revision: Revision<'a>,
    focus: Option<&'a str>,
    components: Vec<model::Component<'a>>,
    flows: Vec<model::Flow<'a>>,
    boundaries: Vec<model::Boundary<'a>>,
    entry_points: Vec<model::EntryPoint<'a>>,
    threats: Vec<threat::Threat<'a>>,
    attack_paths: Vec<threat::AttackPath<'a>>,
    choke_points: Vec<threat::ChokePoint<'a>>,
    questions: Vec<threat::Question<'a>>,
    drift: Vec<model::Drift<'a>>,
    proposals: [(); 0],
    posture: threat::Posture,
    coverage: Coverage<'a>,
}

fn revision(state: &crate::State) -> Revision<'_> {
    Revision { commit: state.commit.as_deref(), tree: &state.tree, dirty: state.dirty, as_of: state.as_of.as_deref() }
}

/// The whole model, pretty-printed, with a newline at the end.
pub fn model(report: &Report<'_>) -> String {
    let places = report.places;
    let coverage = report.coverage;
    let document = Document {
        schema: "threatline.model/1",
        tool: Tool { name: "threatline", version: report.version },
        revision: revision(&report.state),
        focus: report.focus.map(|focus| focus.folder),
        components: report.model.components.iter().map(|c| model::component(c, places)).collect(),
        flows: report.model.flows.iter().map(|f| model::flow(f, places)).collect(),
        boundaries: report.model.boundaries.iter().map(|b| model::boundary(b, places)).collect(),
        entry_points: report.model.entry_points.iter().map(|e| model::entry_point(e, places)).collect(),
        threats: threat::threats(report),
        attack_paths: report.assessment.attack_paths.iter().map(threat::attack_path).collect(),
        choke_points: report.assessment.choke_points.iter().map(threat::choke_point).collect(),
        questions: threat::questions(report),
        drift: report.model.drift.iter().map(|d| model::drift(d, places)).collect(),
        proposals: [],
        posture: threat::posture(&report.assessment.posture),
        coverage: Coverage {
            artifacts: coverage.artifacts,
            analysed: coverage.analysed,
            by_kind: &coverage.by_kind,
            skipped: coverage.skipped.iter().map(|(path, reason)| Skipped { path, reason }).collect(),
        },
    };
    print(&document)
}

/// The delta of two states, pretty-printed, with a newline at the end.
pub fn diff(comparison: &Comparison<'_>) -> String {
    print(&delta::document(comparison))
}

fn print(document: &impl Serialize) -> String {
    // plain data with string keys: serialising it cannot fail
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}
