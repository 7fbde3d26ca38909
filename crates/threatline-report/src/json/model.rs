//! The public image of a model: `threatline.model/1`.
//!
//! These types are the schema. The inner types of the model are not serialised, so that they can
//! change without breaking anybody.

use crate::Places;
use serde::Serialize;
use std::collections::BTreeMap;
use threatline_model as model;
use threatline_model::{Property, Value};

/// `EVIDENCE` of the interface.
#[derive(Serialize)]
pub(crate) struct Evidence<'m> {
    path: &'m str,
    line: Option<u32>,
    end_line: Option<u32>,
    source: &'static str,
    by: &'m str,
    confidence: Share,
    anchor: Option<&'m str>,
    repository: Option<&'m str>,
}

/// A share between 0 and 1 that is kept in integers; prints with at most six digits and no rounding
/// of its own.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Share(f64);

impl Share {
    pub(crate) fn thousandths(value: u16) -> Self {
        Share(f64::from(value) / 1e3)
    }

    pub(crate) fn millionths(value: u32) -> Self {
        Share(f64::from(value) / 1e6)
    }
}

#[derive(Serialize)]
pub(crate) struct Component<'m> {
    id: &'m str,
    name: &'m str,
    aliases: Vec<&'m str>,
    kind: &'static str,
    roles: Vec<&'static str>,
    technologies: Vec<&'m str>,
    dependencies: Vec<&'m str>,
    boundary: Option<&'m str>,
    exposure: &'static str,
    environment: &'static str,
    data: Option<Vec<&'static str>>,
    owners: Vec<&'m str>,
    value: Option<Share>,
    properties: BTreeMap<&'static str, &'m Value>,
    evidence: Vec<Evidence<'m>>,
}

#[derive(Serialize)]
pub(crate) struct Flow<'m> {
    id: &'m str,
    source: &'m str,
    target: &'m str,
    protocol: Option<&'m str>,
    authenticated: Option<bool>,
    authorized: Option<bool>,
    encrypted: Option<bool>,
    crosses: Vec<&'m str>,
    data: Option<Vec<&'static str>>,
    stated_only: bool,
    properties: BTreeMap<&'static str, &'m Value>,
    evidence: Vec<Evidence<'m>>,
}

#[derive(Serialize)]
pub(crate) struct Boundary<'m> {
    id: &'m str,
    name: &'m str,
    kind: &'static str,
    parent: Option<&'m str>,
    properties: BTreeMap<&'static str, &'m Value>,
    evidence: Vec<Evidence<'m>>,
}

#[derive(Serialize)]
pub(crate) struct Parameter<'m> {
    name: &'m str,
    r#in: &'m str,
}

#[derive(Serialize)]
pub(crate) struct EntryPoint<'m> {
    id: &'m str,
    component: &'m str,
    kind: &'static str,
    method: Option<&'m str>,
    path: &'m str,
    parameters: Vec<Parameter<'m>>,
    authenticated: Option<bool>,
    authorized: Option<bool>,
    public: Option<bool>,
    exposure: &'static str,
    handler: Option<&'m str>,
    flows: Option<Vec<&'m str>>,
    reaches: Vec<&'m str>,
    properties: BTreeMap<&'static str, &'m Value>,
    evidence: Vec<Evidence<'m>>,
}

#[derive(Serialize)]
pub(crate) struct Claim<'m> {
    statement: &'m str,
    evidence: Evidence<'m>,
}

#[derive(Serialize)]
pub(crate) struct Drift<'m> {
    id: &'m str,
    kind: &'static str,
    element: &'m str,
    claims: Vec<Claim<'m>>,
}

pub(crate) fn evidence<'m>(list: &'m [model::Evidence], places: &dyn Places) -> Vec<Evidence<'m>> {
    list.iter().map(|item| one_evidence(item, places)).collect()
}

fn one_evidence<'m>(item: &'m model::Evidence, places: &dyn Places) -> Evidence<'m> {
    let lines = item.mark.and_then(|mark| places.lines(&item.path, mark));
    let repository = places.repository(&item.path);
    Evidence {
        path: repository.map_or(&item.path, |(_, path)| path),
        line: lines.map(|(line, _)| line),
        end_line: lines.map(|(_, end)| end),
        source: source(item.source),
        by: &item.by,
        confidence: Share::thousandths(item.confidence),
        anchor: None,
        repository: repository.map(|(name, _)| name),
    }
}

pub(crate) fn source(source: model::EvidenceSource) -> &'static str {
    match source {
        model::EvidenceSource::Code => "code",
        model::EvidenceSource::Infrastructure => "infrastructure",
        model::EvidenceSource::Specification => "specification",
        model::EvidenceSource::Manifest => "manifest",
        model::EvidenceSource::Document => "document",
        model::EvidenceSource::Discussion => "discussion",
        model::EvidenceSource::Declared => "declared",
    }
}

fn properties(properties: &model::Properties) -> BTreeMap<&'static str, &Value> {
    properties.values.iter().map(|(property, value): (&Property, _)| (property.name(), value)).collect()
}

fn classes(data: Option<&std::collections::BTreeSet<model::DataClass>>) -> Option<Vec<&'static str>> {
    data.map(|data| data.iter().map(|class| class.name()).collect())
}

pub(crate) fn component<'m>(c: &'m model::Component, places: &dyn Places) -> Component<'m> {
    Component {
        id: c.id.as_str(),
        name: &c.name,
        aliases: c.aliases.iter().map(String::as_str).collect(),
        kind: c.kind.name(),
        roles: c.roles.iter().map(|role| role.name()).collect(),
        technologies: c.technologies.iter().map(String::as_str).collect(),
        dependencies: c.dependencies.keys().map(String::as_str).collect(),
        boundary: c.boundary.as_ref().map(|id| id.as_str()),
        exposure: c.exposure.name(),
        environment: c.environment.name(),
        data: classes(c.data.as_ref()),
        owners: c.owners.iter().map(String::as_str).collect(),
        value: c.value.map(Share::thousandths),
        properties: properties(&c.properties),
        evidence: evidence(&c.evidence, places),
    }
}

pub(crate) fn flow<'m>(f: &'m model::Flow, places: &dyn Places) -> Flow<'m> {
    Flow {
        id: f.id.as_str(),
        source: f.source.as_str(),
        target: f.target.as_str(),
        protocol: f.protocol.as_deref(),
        authenticated: f.authenticated,
        authorized: f.authorized,
        encrypted: f.encrypted,
        crosses: f.crosses.iter().map(|id| id.as_str()).collect(),
        data: classes(f.data.as_ref()),
        stated_only: f.stated_only,
        properties: properties(&f.properties),
        evidence: evidence(&f.evidence, places),
    }
}

pub(crate) fn boundary<'m>(b: &'m model::Boundary, places: &dyn Places) -> Boundary<'m> {
    Boundary {
        id: b.id.as_str(),
        name: &b.name,
        kind: b.kind.name(),
        parent: b.parent.as_ref().map(|id| id.as_str()),
        properties: properties(&b.properties),
        evidence: evidence(&b.evidence, places),
    }
}

pub(crate) fn entry_point<'m>(e: &'m model::EntryPoint, places: &dyn Places) -> EntryPoint<'m> {
    EntryPoint {
        id: e.id.as_str(),
        component: e.component.as_str(),
        kind: e.kind.name(),
        method: e.method.as_deref(),
        path: &e.path,
        parameters: e.parameters.iter().map(|p| Parameter { name: &p.name, r#in: &p.place }).collect(),
        authenticated: e.authenticated,
        authorized: e.authorized,
        public: e.public,
        exposure: e.exposure.name(),
        handler: e.handler.as_deref(),
        flows: e.flows.as_ref().map(|flows| flows.iter().map(|id| id.as_str()).collect()),
        reaches: e.reaches.iter().map(|id| id.as_str()).collect(),
        properties: properties(&e.properties),
        evidence: evidence(&e.evidence, places),
    }
}

pub(crate) fn drift<'m>(d: &'m model::Drift, places: &dyn Places) -> Drift<'m> {
    let claim = |(statement, item): &'m (String, model::Evidence)| Claim { statement, evidence: one_evidence(item, places) };
    Drift { id: &d.id, kind: d.kind.name(), element: d.element.as_str(), claims: d.claims.iter().map(claim).collect() }
}
