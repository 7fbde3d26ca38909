//! Schemas of GraphQL: each field of a root type is a way in, where no code shows it.
//!
//! A schema is kept by whoever serves it, and as a copy by whoever asks. So it counts where a library in the component's
//! manifests answers GraphQL, or where no code was read that could be the client.

use super::super::draft::Draft;
use super::super::exposure::of_path;
use super::super::said::At;
use super::home::{Known, Place, service_folder, stands_beside};
use super::{Documents, owner};
use std::collections::BTreeSet;
use threatline_facts::spec::{GraphqlField, GraphqlSchema};
use threatline_knowledge::catalogue;
use threatline_model::*;

/// What a schema stands for.
pub(super) fn place(path: &str, drafts: &[Draft<'_>], known: &Known<'_>) -> Place {
    let part = |part: &str| matches!(part.to_ascii_lowercase().as_str(), "client" | "clients" | "generated" | "sdk" | "external" | "frontend" | "mobile");
    let copied = path.split('/').any(part);
    let home = owner(drafts, path);
    let folder = service_folder(path);
    // operations lie where the schema is asked
    let asks = known.said.asked.iter().filter(|asked| !(known.in_test)(&asked.path));
    let asked = asks.filter(|asked| owner(drafts, &asked.path) == home).any(|asked| home.is_some() || asked.path.starts_with(folder));
    let serving: Vec<usize> = (0..drafts.len()).filter(|at| answers(&drafts[*at], known)).collect();
    match home {
        Some(at) if known.graphql.contains(&at) => Place::Unclear,
        Some(at) if serving.contains(&at) => Place::Known(at),
        _ if !known.graphql.is_empty() || asked || copied => Place::Unclear,
        Some(at) if known.read.contains(&at) => Place::Unclear,
        Some(at) => Place::Known(at),
        None => match serving.as_slice() {
            [only] => Place::Known(*only),
            [] if known.read.is_empty() && known.web.is_empty() && drafts.iter().all(|draft| draft.descriptions.is_empty()) => Place::New,
            [] if stands_beside(folder, drafts, known) => Place::New,
            _ => Place::Unclear,
        },
    }
}

/// A package of the component depends on a library that answers GraphQL.
fn answers(draft: &Draft<'_>, known: &Known<'_>) -> bool {
    let packages = known.said.packages.iter().filter(|package| draft.roots.iter().any(|root| root.holds(&package.path)));
    let mut dependencies =
        packages.flat_map(|package| package.it.dependencies.iter().filter(|one| !one.development).map(move |one| (package.it.ecosystem, one)));
    dependencies.any(|(ecosystem, dependency)| {
        // the families of such libraries have parts for those who ask
        let asks = dependency.name.to_ascii_lowercase().contains("client");
        catalogue::package(ecosystem, &dependency.name)
            .filter(|_| !asks)
            .is_some_and(|known| known.technology.as_deref() == Some("graphql") && known.capabilities.iter().any(|word| word == "network"))
    })
}

/// Adds the fields that no code shows.
pub(super) fn add(drafts: &mut [Draft<'_>], ids: &[ComponentId], entries: &mut Vec<EntryPoint>, documents: &Documents<'_>) {
    let shown: BTreeSet<ComponentId> = entries.iter().filter(|entry| entry.kind == EntryPointKind::Graphql).map(|entry| entry.component.clone()).collect();
    for schema in &documents.said.schemas {
        let Some(at) = documents.homes.of(&schema.path).filter(|at| !shown.contains(&ids[*at])) else { continue };
        let exposure = of_path(drafts[at].exposure, documents.routes.get(&at), "/graphql");
        entries.extend(schema.it.fields.iter().map(|field| entry_point(field, schema, &ids[at], exposure)));
        if !drafts[at].roles.contains(&Role::WebUi) {
            drafts[at].roles.insert(Role::Api);
        }
    }
}

fn entry_point(field: &GraphqlField, schema: &At<'_, GraphqlSchema>, id: &ComponentId, exposure: Exposure) -> EntryPoint {
    let path = format!("{}.{}", field.root, field.name);
    let evidence = Evidence::new(schema.path.clone(), Some(field.mark), EvidenceSource::Specification, "graphql");
    let mut properties = Properties::default();
    let proof = Proof { grade: Grade::P, confidence: 800, evidence: vec![evidence.clone()] };
    properties.set(Property::StateChanging, Value::Flag(field.root == "Mutation"), proof);
    EntryPoint {
        id: EntryPointId::new(format!("{}:graphql {path}", id.rest())),
        component: id.clone(),
        kind: EntryPointKind::Graphql,
        method: None,
        path,
        parameters: field.arguments.iter().map(|name| Parameter { name: name.clone(), place: "body".to_owned() }).collect(),
        exposure,
        // a schema does not tell who may ask
        authenticated: None,
        authenticated_proof: None,
        authorized: None,
        public: None,
        handler: None,
        flows: None,
        reaches: BTreeSet::new(),
        properties,
        evidence: vec![evidence],
    }
}
