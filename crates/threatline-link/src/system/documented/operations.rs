//! Operations that only a definition tells or only code shows, where the two speak of one thing: methods of a service of gRPC,
//! fields of a schema of GraphQL.

use super::{Documents, owner};
use crate::system::draft::Draft;
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::*;

/// One operation of a definition, and where it is told.
type Told = BTreeMap<String, Evidence>;

/// Adds what one side alone says.
pub(super) fn compare(drafts: &[Draft<'_>], ids: &[ComponentId], entries: &[EntryPoint], documents: &Documents<'_>, drift: &mut Vec<Drift>) {
    let is_open = |at: usize| documents.composed.unresolved.iter().any(|place| drafts[at].roots.iter().any(|root| root.holds(&place.path)));
    let of_code = |kind: EntryPointKind, at: usize| {
        let is_shown = |entry: &&EntryPoint| entry.evidence.iter().any(|evidence| evidence.source == EvidenceSource::Code);
        let own = entries.iter().filter(move |entry| entry.kind == kind && entry.component == ids[at]).filter(is_shown);
        own.collect::<Vec<_>>()
    };
    let by_component: BTreeMap<&ComponentId, usize> = ids.iter().enumerate().map(|(at, id)| (id, at)).collect();
    let serving = |kind: EntryPointKind| {
        let found: BTreeSet<usize> =
            entries.iter().filter(|entry| entry.kind == kind).filter_map(|entry| by_component.get(&entry.component).copied()).collect();
        found.into_iter().filter(|at| !is_open(*at)).collect::<Vec<_>>()
    };
    for at in serving(EntryPointKind::Graphql) {
        let mut told = Told::new();
        for schema in documents.said.schemas.iter().filter(|schema| !(documents.in_test)(&schema.path) && owner(drafts, &schema.path) == Some(at)) {
            for field in &schema.it.fields {
                let place = Evidence::new(schema.path.clone(), Some(field.mark), EvidenceSource::Specification, "graphql");
                told.entry(format!("{}.{}", field.root, field.name)).or_insert(place);
            }
        }
        let shown = of_code(EntryPointKind::Graphql, at);
        differences(&ids[at], &told, &shown, &|entry| entry.path.clone(), drift);
    }
    for at in serving(EntryPointKind::Grpc) {
        let shown = of_code(EntryPointKind::Grpc, at);
        let mut by_service: BTreeMap<&str, Vec<&EntryPoint>> = BTreeMap::new();
        for entry in shown {
            if let Some((service, _)) = entry.path.trim_start_matches('/').split_once('/') {
                by_service.entry(service.rsplit('.').next().unwrap_or(service)).or_default().push(entry);
            }
        }
        for (service, shown) in by_service {
            // a definition is often kept beside each who speaks it; if they differ, nobody knows which one is meant
            let protos = documents.said.protos.iter().filter(|proto| !(documents.in_test)(&proto.path));
            let mut all: Vec<Told> = protos
                .flat_map(|proto| proto.it.services.iter().filter(|known| known.name == service).map(move |known| (proto, known)))
                .map(|(proto, known)| {
                    let place = |mark| Evidence::new(proto.path.clone(), Some(mark), EvidenceSource::Specification, "protobuf");
                    known.rpcs.iter().map(|rpc| (format!("{service}/{}", rpc.name), place(rpc.mark))).collect()
                })
                .collect();
            all.dedup_by(|a, b| a.keys().eq(b.keys()));
            if let [told] = all.as_slice() {
                differences(&ids[at], told, &shown, &|entry| format!("{service}/{}", entry.path.rsplit('/').next().unwrap_or_default()), drift);
            }
        }
    }
}

/// What one side alone says, where at least half of what the definition tells is there.
fn differences(id: &ComponentId, told: &Told, shown: &[&EntryPoint], name: &dyn Fn(&EntryPoint) -> String, drift: &mut Vec<Drift>) {
    let names: BTreeSet<String> = shown.iter().map(|entry| name(entry)).collect();
    let met = told.keys().filter(|one| names.contains(*one)).count();
    if met == 0 || met * 2 < told.len() {
        return;
    }
    let beside = shown.first().and_then(|entry| entry.evidence.last());
    for (what, place) in told.iter().filter(|(what, _)| !names.contains(*what)) {
        let mut claims = vec![(format!("documents {what}"), place.clone())];
        claims.extend(beside.map(|place| ("has nothing for it".to_owned(), place.clone())));
        drift.push(super::drift(DriftKind::DocumentedOnly, id.into(), what, claims));
    }
    let document = told.values().next();
    for entry in shown.iter().filter(|entry| !told.contains_key(&name(entry)) && !entry.path.contains(['*', '{'])) {
        let what = name(entry);
        let mut claims: Vec<(String, Evidence)> = entry.evidence.last().map(|place| (format!("implements {what}"), place.clone())).into_iter().collect();
        claims.extend(document.map(|place| ("does not document it".to_owned(), place.clone())));
        drift.push(super::drift(DriftKind::ImplementedOnly, (&entry.id).into(), &what, claims));
    }
}
