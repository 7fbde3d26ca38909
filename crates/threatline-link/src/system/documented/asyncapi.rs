//! Definitions of messages: each channel from which an application takes messages is a way in, where no code shows one.

use super::super::draft::Draft;
use super::super::said::At;
use super::home::{Known, Place, service_folder, stands_beside};
use super::{Documents, owner};
use std::collections::BTreeSet;
use threatline_facts::DataClass;
use threatline_facts::spec::{AsyncApi, Channel};
use threatline_knowledge::catalogue;
use threatline_model::*;

/// What a definition stands for.
pub(super) fn place(path: &str, drafts: &[Draft<'_>], known: &Known<'_>) -> Place {
    let copied = path.split('/').any(|part| matches!(part.to_ascii_lowercase().as_str(), "client" | "clients" | "generated" | "sdk" | "external"));
    match owner(drafts, path) {
        Some(at) => Place::Known(at),
        _ if copied => Place::Unclear,
        None if drafts.iter().all(|draft| draft.kind != ComponentKind::Process) || stands_beside(service_folder(path), drafts, known) => Place::New,
        None => Place::Unclear,
    }
}

/// Adds the channels that no code shows.
pub(super) fn add(drafts: &mut [Draft<'_>], ids: &[ComponentId], entries: &mut Vec<EntryPoint>, documents: &Documents<'_>) {
    let shown: BTreeSet<ComponentId> = entries.iter().filter(|entry| entry.kind == EntryPointKind::Message).map(|entry| entry.component.clone()).collect();
    for document in &documents.said.async_apis {
        let Some(at) = documents.homes.of(&document.path).filter(|at| !shown.contains(&ids[*at])) else { continue };
        // messages come over a broker, never straight from the internet
        let exposure = match drafts[at].exposure {
            Exposure::Internet => Exposure::Internal,
            other => other,
        };
        let taken = document.it.channels.iter().filter(|channel| channel.takes);
        entries.extend(taken.map(|channel| entry_point(channel, document, &ids[at], exposure)));
        if document.it.channels.iter().any(|channel| channel.takes) {
            drafts[at].roles.insert(Role::Worker);
        }
    }
}

fn entry_point(channel: &Channel, document: &At<'_, AsyncApi>, id: &ComponentId, exposure: Exposure) -> EntryPoint {
    let evidence = Evidence::new(document.path.clone(), Some(channel.mark), EvidenceSource::Specification, "asyncapi");
    let mut properties = Properties::default();
    let classes: BTreeSet<DataClass> =
        channel.fields.iter().filter_map(|field| catalogue::data_class(field)).filter(|(_, sure)| *sure >= 600).map(|(class, _)| class).collect();
    if !classes.is_empty() {
        let value = Value::List(classes.iter().map(|class| class.name().to_owned()).collect());
        properties.set(Property::Takes, value, Proof { grade: Grade::P, confidence: 800, evidence: vec![evidence.clone()] });
    }
    EntryPoint {
        id: EntryPointId::new(format!("{}:message {}", id.rest(), channel.name)),
        component: id.clone(),
        kind: EntryPointKind::Message,
        method: None,
        path: channel.name.clone(),
        parameters: channel.fields.iter().map(|name| Parameter { name: name.clone(), place: "body".to_owned() }).collect(),
        authenticated: None,
        authenticated_proof: None,
        authorized: None,
        public: None,
        exposure,
        handler: None,
        flows: None,
        reaches: BTreeSet::new(),
        properties,
        evidence: vec![evidence],
    }
}
