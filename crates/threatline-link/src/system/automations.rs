//! Workflows that n8n runs: ways in of the n8n that is deployed here, whom it turns to, and what a model may do in it.
//!
//! A workflow that is switched off answers nobody. Where no n8n is deployed, one that is switched on runs somewhere.

use super::draft::{Draft, third_party};
use super::flows::{Flows, Key, Proved, push_new};
use super::names::Directory;
use super::said::{At, Said};
use std::collections::BTreeMap;
use threatline_facts::Mark;
use threatline_facts::infra::Automation;
use threatline_knowledge::catalogue;
use threatline_model::*;

/// The product that runs them.
const PRODUCT: &str = "n8n";

/// A way in of a workflow.
pub(crate) struct WorkflowWay {
    component: usize,
    method: Option<String>,
    path: String,
    authenticated: Option<bool>,
    evidence: Evidence,
}

/// Adds what workflows turn to; says how they are started.
pub(crate) fn find(drafts: &mut Vec<Draft<'_>>, directory: &Directory, flows: &mut Flows, said: &Said<'_>, in_test: &dyn Fn(&str) -> bool) -> Vec<WorkflowWay> {
    let all: Vec<&At<'_, Automation>> = said.automations.iter().filter(|workflow| !in_test(&workflow.path)).collect();
    let mut deployed = (0..drafts.len()).filter(|at| drafts[*at].technologies.contains(PRODUCT) && drafts[*at].protocol.is_some());
    let (first, is_one) = (deployed.next(), deployed.next().is_none());
    let at = match first {
        Some(at) if is_one => at,
        Some(_) => return Vec::new(),
        None if all.iter().any(|workflow| workflow.it.active == Some(true)) => {
            let mut draft = Draft::new(PRODUCT, "", ComponentKind::Process);
            draft.roles.insert(Role::Worker);
            draft.technologies.insert(PRODUCT.to_owned());
            drafts.push(draft);
            drafts.len() - 1
        }
        None => return Vec::new(),
    };
    let is_made = first.is_none();
    let mut ways = Vec::new();
    let mut effects: BTreeMap<String, Vec<Evidence>> = BTreeMap::new();
    for workflow in all.into_iter().filter(|workflow| !is_made || workflow.it.active == Some(true)) {
        let place = |mark: Mark| Evidence::new(workflow.path.clone(), Some(mark), EvidenceSource::Infrastructure, PRODUCT);
        push_new(&mut drafts[at].evidence, place(workflow.it.mark));
        if workflow.it.agent.is_some() {
            drafts[at].roles.insert(Role::Agent);
            workflow.it.effects.iter().for_each(|(effect, mark)| effects.entry(effect.clone()).or_default().push(place(*mark)));
        }
        for (to, has_credential, mark) in &workflow.it.asks {
            // what runs elsewhere asks what is there
            let Some((target, protocol)) = asked(drafts, (!is_made).then_some(directory), at, to) else { continue };
            if drafts[target].evidence.is_empty() {
                drafts[target].evidence.push(place(*mark));
            }
            let known = flows.by_key.keys().find(|(from, known, _)| (*from, *known) == (at, target)).cloned();
            let key: Key = known.unwrap_or((at, target, protocol));
            let flow = flows.by_key.entry(key).or_default();
            push_new(&mut flow.evidence, place(*mark));
            let proof = || Proof { grade: Grade::P, confidence: 900, evidence: vec![place(*mark)] };
            flow.unknown_credential |= !has_credential;
            flow.authenticated = flow.authenticated.take().or_else(|| has_credential.then(|| Proved { holds: true, proof: proof() }));
        }
        if workflow.it.active == Some(true) {
            ways.extend(workflow.it.ways.iter().map(|way| WorkflowWay {
                component: at,
                method: way.method.clone(),
                path: way.path.clone(),
                authenticated: way.authenticated,
                evidence: place(way.mark),
            }));
        }
    }
    if !effects.is_empty() {
        let evidence = effects.values().flatten().cloned().collect();
        drafts[at].properties.set(Property::ToolEffects, Value::List(effects.into_keys().collect()), Proof { grade: Grade::P, confidence: 900, evidence });
    }
    ways
}

/// The product that is deployed here, or the service of somebody else.
fn asked(drafts: &mut Vec<Draft<'_>>, directory: Option<&Directory>, from: usize, to: &str) -> Option<(usize, Option<String>)> {
    if let Some(at) = directory.and_then(|directory| directory.product(to, from, drafts)) {
        return Some((at, drafts[at].protocol.clone()));
    }
    let third = catalogue::third_party(to).filter(|third| third.kind == catalogue::Kind::ExternalEntity)?;
    Some((third_party(drafts, &third.name, Some(third)), Some(third.protocol.clone())))
}

/// Adds the ways in.
pub(crate) fn entry_points(drafts: &[Draft<'_>], ids: &[ComponentId], entries: &mut Vec<EntryPoint>, ways: Vec<WorkflowWay>) {
    for way in ways {
        let proof = way.authenticated.map(|holds| Proof {
            grade: if holds { Grade::X } else { Grade::C },
            confidence: if holds { 950 } else { 800 },
            evidence: vec![way.evidence.clone()],
        });
        let kind = if way.method.is_some() { EntryPointKind::Http } else { EntryPointKind::Schedule };
        let exposure = match (kind, drafts[way.component].exposure) {
            (EntryPointKind::Schedule, Exposure::Internet) => Exposure::Internal,
            (_, exposure) => exposure,
        };
        let id = EntryPointId::new(format!("{}:{} {}", ids[way.component].rest(), way.method.as_deref().unwrap_or(kind.name()), way.path));
        if entries.iter().any(|entry| entry.id == id) {
            continue;
        }
        entries.push(EntryPoint {
            id,
            component: ids[way.component].clone(),
            kind,
            method: way.method,
            path: way.path,
            parameters: Vec::new(),
            authenticated: way.authenticated,
            authenticated_proof: proof,
            authorized: None,
            public: None,
            exposure,
            handler: None,
            flows: None,
            reaches: Default::default(),
            properties: Properties::default(),
            evidence: vec![way.evidence],
        });
    }
}
