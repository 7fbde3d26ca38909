//! The public image of a delta: `threatline.diff/1`.

use super::model::{self, Evidence, evidence};
use super::threat;
use crate::{Comparison, Report};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::delta::Change;
use threatline_model::{ElementId, Value};

#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema: &'static str,
    base: super::Revision<'a>,
    head: super::Revision<'a>,
    focus: Option<&'a str>,
    added: Elements<'a>,
    removed: Elements<'a>,
    changed: Changed<'a>,
    events: Vec<Event<'a>>,
    posture: Posture,
}

#[derive(Serialize)]
struct Posture {
    from: u32,
    to: u32,
}

#[derive(Serialize)]
struct Event<'a> {
    kind: &'static str,
    element: &'a str,
    evidence: Vec<Evidence<'a>>,
}

#[derive(Serialize)]
struct Elements<'a> {
    components: Vec<model::Component<'a>>,
    flows: Vec<model::Flow<'a>>,
    entry_points: Vec<model::EntryPoint<'a>>,
    boundaries: Vec<model::Boundary<'a>>,
    threats: Vec<threat::Threat<'a>>,
    attack_paths: Vec<threat::AttackPath<'a>>,
}

#[derive(Serialize)]
struct Changed<'a> {
    components: Vec<ChangedElement<'a>>,
    flows: Vec<ChangedElement<'a>>,
    entry_points: Vec<ChangedElement<'a>>,
    boundaries: Vec<ChangedElement<'a>>,
    threats: Vec<threat::ChangedThreat<'a>>,
    attack_paths: Vec<ChangedElement<'a>>,
}

#[derive(Serialize)]
struct ChangedElement<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_id: Option<&'a str>,
    fields: Vec<&'a str>,
    from: BTreeMap<&'a str, Option<&'a Value>>,
    to: BTreeMap<&'a str, Option<&'a Value>>,
    cause: Vec<Evidence<'a>>,
}

pub(super) fn document<'a>(comparison: &'a Comparison<'a>) -> Document<'a> {
    let delta = comparison.delta;
    let threats = |list: Vec<&threatline_threats::Threat>| -> BTreeSet<String> { list.iter().map(|threat| threat.id.0.clone()).collect() };
    let paths = |list: Vec<&threatline_risk::AttackPath>| -> BTreeSet<String> { list.iter().map(|path| path.id.0.clone()).collect() };
    let added = elements(comparison.head, &delta.added, &threats(comparison.added_threats()), &paths(comparison.added_paths()));
    let removed = elements(comparison.base, &delta.removed, &threats(comparison.removed_threats()), &paths(comparison.removed_paths()));
    Document {
        schema: "threatline.diff/1",
        base: super::revision(&comparison.base.state),
        head: super::revision(&comparison.head.state),
        focus: comparison.head.focus.map(|focus| focus.folder),
        added,
        removed,
        changed: Changed {
            components: changed(comparison, "cmp:"),
            flows: changed(comparison, "flw:"),
            entry_points: changed(comparison, "ent:"),
            boundaries: changed(comparison, "bnd:"),
            threats: threat::changed(comparison),
            attack_paths: Vec::new(),
        },
        events: delta
            .events
            .iter()
            .map(|event| Event { kind: event.kind.name(), element: event.element.as_str(), evidence: evidence(&event.evidence, comparison.head.places) })
            .collect(),
        posture: Posture { from: comparison.base.assessment.posture.risk, to: comparison.head.assessment.posture.risk },
    }
}

fn elements<'a>(report: &'a Report<'a>, ids: &BTreeSet<ElementId>, threat_ids: &BTreeSet<String>, path_ids: &BTreeSet<String>) -> Elements<'a> {
    let places = report.places;
    let has = |id: &dyn Fn() -> ElementId| ids.contains(&id());
    Elements {
        components: report.model.components.iter().filter(|c| has(&|| (&c.id).into())).map(|c| model::component(c, places)).collect(),
        flows: report.model.flows.iter().filter(|f| has(&|| (&f.id).into())).map(|f| model::flow(f, places)).collect(),
        entry_points: report.model.entry_points.iter().filter(|e| has(&|| (&e.id).into())).map(|e| model::entry_point(e, places)).collect(),
        boundaries: report.model.boundaries.iter().filter(|b| has(&|| (&b.id).into())).map(|b| model::boundary(b, places)).collect(),
        threats: threat::some(report, threat_ids),
        attack_paths: report.assessment.attack_paths.iter().filter(|path| path_ids.contains(&path.id.0)).map(threat::attack_path).collect(),
    }
}

fn changed<'a>(comparison: &'a Comparison<'a>, prefix: &str) -> Vec<ChangedElement<'a>> {
    comparison.delta.changed.iter().filter(|change| change.id.as_str().starts_with(prefix)).map(|change| element(comparison, change)).collect()
}

fn element<'a>(comparison: &'a Comparison<'a>, change: &'a Change) -> ChangedElement<'a> {
    let model = comparison.head.model;
    let id = &change.id;
    let component = id.as_component().and_then(|id| model.component(&id)).map(|c| c.evidence.as_slice());
    let flow = id.as_flow().and_then(|id| model.flow(&id)).map(|f| f.evidence.as_slice());
    let entry = id.as_entry_point().and_then(|id| model.entry_point(&id)).map(|e| e.evidence.as_slice());
    let boundary = id.as_boundary().and_then(|id| model.boundary(&id)).map(|b| b.evidence.as_slice());
    let cause = component.or(flow).or(entry).or(boundary).unwrap_or_default();
    ChangedElement {
        id: id.as_str(),
        old_id: change.old_id.as_ref().map(|id| id.as_str()),
        fields: change.fields.iter().map(|field| field.name.as_str()).collect(),
        from: change.fields.iter().map(|field| (field.name.as_str(), field.from.as_ref())).collect(),
        to: change.fields.iter().map(|field| (field.name.as_str(), field.to.as_ref())).collect(),
        cause: evidence(cause, comparison.head.places),
    }
}
