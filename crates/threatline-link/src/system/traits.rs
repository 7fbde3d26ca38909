//! What libraries, programs and data fields say of the component that they are in.

use super::draft::{Draft, Root, folder_of};
use super::flows::{Flows, code};
use super::said::Said;
use super::source::Ownership;
use crate::compose::{CodeTrait, Composed};
use std::collections::BTreeSet;
use threatline_facts::{DataClass, Ecosystem};
use threatline_knowledge::catalogue;
use threatline_model::{ComponentKind, Evidence, EvidenceSource, Grade, Proof, Properties, Property, Role, Value};

/// Applies technologies, capabilities, properties, data classes and owners.
pub(crate) fn apply(drafts: &mut [Draft<'_>], composed: &Composed, ownership: &Ownership, said: &Said<'_>, in_test: &dyn Fn(&str) -> bool) {
    for (library, place) in composed.libraries.iter().filter(|(_, place)| !in_test(&place.path)) {
        for &at in ownership.of(&place.path) {
            drafts[at].technologies.insert(library.clone());
        }
    }
    for (name, place) in composed.products.iter().filter(|(_, place)| !in_test(&place.path)) {
        let Some(product) = catalogue::technology(name) else { continue };
        for &at in ownership.of(&place.path) {
            drafts[at].plays.insert(name.clone());
            drafts[at].shares(&product.into());
        }
    }
    for found in composed.traits.iter() {
        let Some(place) = found.places.last().filter(|place| !in_test(&place.path)) else { continue };
        for &at in ownership.of(&place.path) {
            seen(&mut drafts[at].properties, found);
        }
    }
    for (place, class, confidence) in composed.data.iter().filter(|(place, ..)| !in_test(&place.path)) {
        // a class that is only guessed does not raise a tier
        for &at in ownership.of(&place.path).iter().filter(|_| *confidence >= 600) {
            drafts[at].data.get_or_insert_with(BTreeSet::new).insert(*class);
        }
    }
    for package in &said.packages {
        let folder = folder_of(&package.path);
        for (at, draft) in drafts.iter_mut().enumerate().filter(|(_, draft)| draft.roots.iter().any(|root| is_built_with(root, folder, &package.path))) {
            for dependency in package.it.dependencies.iter().filter(|dependency| !dependency.development) {
                if let Some(known) = catalogue::package(package.it.ecosystem, &dependency.name) {
                    if !known.capabilities.is_empty() {
                        let place = Evidence::new(package.path.clone(), Some(dependency.mark), EvidenceSource::Manifest, "manifest");
                        draft.dependencies.entry(dependency.name.clone()).or_insert(Some(place));
                    }
                    // of several programs of a module each is known by what it imports
                    if package.it.ecosystem != Ecosystem::Go || ownership.may_use(at, &dependency.name) {
                        draft.technologies.extend(known.technology.clone());
                    }
                }
            }
        }
    }
    for draft in drafts.iter_mut() {
        let path = draft.roots.first().map_or_else(|| draft.evidence.first().map_or(String::new(), |e| e.path.to_string()), |root| format!("{}x", root.folder));
        draft.owners = owners_of(&path, said);
    }
}

/// Whether a manifest is of a component's own source: it lies in the folder of that, or in a part that goes into the image.
fn is_built_with(root: &Root, folder: &str, path: &str) -> bool {
    let part = || folder.strip_prefix(root.folder.as_str()).is_some_and(|part| root.only.iter().flatten().any(|only| only == part.trim_end_matches('/')));
    root.holds(path) && (root.folder == folder || part())
}

/// So many places tell of one property of a component; more say nothing new.
const MAX_PLACES: usize = 32;

/// What holds of a program only where it holds of all its parts: one agent that is not shut in is enough.
const OF_ALL: &[Property] = &[Property::HumanApproval, Property::IterationLimit, Property::Sandboxed];

/// A construct that is there is told with every place where it is; of other properties the last word counts.
fn seen(properties: &mut Properties, found: &CodeTrait) {
    if OF_ALL.contains(&found.property) && properties.flag(found.property) == Some(false) && found.value == Value::Flag(true) {
        return;
    }
    let mut evidence: Vec<Evidence> = found.places.iter().map(code).collect();
    let mut value = found.value.clone();
    if found.grade == Grade::P
        && let (Some(known), Some(proof)) = (properties.values.get(&found.property), properties.proofs.get(&found.property))
        && proof.grade == Grade::P
    {
        match (&mut value, known) {
            (Value::List(words), Value::List(before)) => {
                words.extend(before.iter().cloned());
                words.sort();
                words.dedup();
            }
            (Value::Flag(true), Value::Flag(true)) => {}
            _ => return properties.set(found.property, value, Proof { grade: found.grade, confidence: 900, evidence }),
        }
        let more = evidence.drain(..).filter(|place| !proof.evidence.contains(place)).collect::<Vec<_>>();
        evidence = proof.evidence.iter().cloned().chain(more).take(MAX_PLACES).collect();
    }
    properties.set(found.property, value, Proof { grade: found.grade, confidence: 900, evidence });
}

/// The last matching rule of the CODEOWNERS file nearest to the root decides.
fn owners_of(path: &str, said: &Said<'_>) -> BTreeSet<String> {
    let Some(owners) = said.owners.first() else {
        return BTreeSet::new();
    };
    let found = owners.it.rules.iter().rev().find(|(pattern, ..)| matches_owner(pattern, path));
    found.map(|(_, owners, _)| owners.iter().cloned().collect()).unwrap_or_default()
}

fn matches_owner(pattern: &str, path: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let anchored = pattern.trim_end_matches('/').contains('/');
    let plain = pattern.trim_matches('/');
    let glob = if anchored { plain.to_owned() } else { format!("**/{plain}") };
    let deep = format!("{glob}/**");
    [glob.as_str(), deep.as_str()].iter().any(|glob| globset::Glob::new(glob).is_ok_and(|glob| glob.compile_matcher().is_match(path)))
}

/// A store holds what those handle who write to it, as far as nothing closer is known; who asks a model handles prompts.
pub(crate) fn stores(drafts: &mut [Draft<'_>], flows: &Flows) {
    let mut held: Vec<(usize, BTreeSet<_>)> = Vec::new();
    for (from, to, _) in flows.by_key.keys() {
        if drafts[*to].kind == ComponentKind::DataStore
            && let Some(data) = &drafts[*from].data
        {
            held.push((*to, data.clone()));
        }
    }
    for (to, data) in held {
        drafts[to].data.get_or_insert_with(BTreeSet::new).extend(data);
    }
    for (from, to, _) in flows.by_key.keys() {
        if drafts[*to].has_role(Role::Llm) && drafts[*from].kind == ComponentKind::Process && !drafts[*from].has_role(Role::Llm) {
            drafts[*from].data.get_or_insert_with(BTreeSet::new).insert(DataClass::Prompt);
        }
    }
}

/// A query that callers can rewrite, sent by what the framework itself connects: it goes to the one store of that kind
/// which the component asks. Where there is none, or more than one, nobody knows which.
pub(crate) fn queries(drafts: &mut [Draft<'_>], flows: &mut Flows) {
    for (at, draft) in drafts.iter_mut().enumerate() {
        let Some(value) = draft.properties.values.remove(&Property::QueryFromInput) else { continue };
        let Some(proof) = draft.properties.proofs.remove(&Property::QueryFromInput) else { continue };
        let wanted = if let Value::Text(protocol) = &value { Some(protocol.as_str()) } else { None };
        let fits = |protocol: Option<&str>| match (wanted, protocol) {
            (Some("sql"), Some(known)) => catalogue::keeps_records(known) && !DOCUMENTS.contains(&known),
            (Some(wanted), Some(known)) => wanted == known,
            (None, Some(known)) => catalogue::keeps_records(known),
            (_, None) => false,
        };
        let keys: Vec<_> = flows.by_key.keys().filter(|(from, _, protocol)| *from == at && fits(protocol.as_deref())).cloned().collect();
        if let [key] = keys.as_slice()
            && let Some(flow) = flows.by_key.get_mut(key)
        {
            flow.properties.set(Property::QueryFromInput, Value::Flag(true), proof);
        }
    }
}

/// Protocols of stores whose queries are no text of SQL.
const DOCUMENTS: &[&str] = &["mongodb", "dynamodb", "cassandra", "neo4j", "firestore", "cosmosdb", "couchdb"];

/// Libraries of what is shown to people.
pub(crate) const FRONT: &[&str] = &[
    "react",
    "vue",
    "svelte",
    "sveltekit",
    "angular",
    "next.js",
    "nuxt",
    "streamlit",
    "gradio",
    "vite",
    "solid",
    "astro",
    "chainlit",
    "remix",
    "thymeleaf",
    "jinja2",
    "blazor",
    "razor",
];

/// Whether a deployment runs a product's own image.
fn runs_as_it_comes(draft: &Draft<'_>) -> bool {
    let mut containers = draft.descriptions.iter().flat_map(|description| &description.workload.containers).filter(|container| container.build.is_none());
    containers.any(|container| container.image.as_ref().is_some_and(|image| catalogue::image(&image.with_defaults()).is_some()))
}

/// Roles that follow from technologies once everything else is known.
pub(crate) fn roles(drafts: &mut [Draft<'_>]) {
    // a program that is put into an image made of a store's answers for itself
    for draft in drafts.iter_mut().filter(|draft| draft.kind == ComponentKind::DataStore && !draft.roots.is_empty() && !runs_as_it_comes(draft)) {
        if draft.has_role(Role::Api) || draft.has_role(Role::McpServer) {
            draft.kind = ComponentKind::Process;
        }
    }
    for draft in drafts.iter_mut().filter(|draft| draft.kind == ComponentKind::Process && draft.protocol.is_none()) {
        if FRONT.iter().any(|front| draft.technologies.contains(*front)) {
            draft.roles.insert(Role::WebUi);
        }
        if draft.technologies.iter().any(|technology| catalogue::agent::is_library(technology)) {
            draft.roles.insert(Role::Agent);
        }
        if draft.roles.is_empty() {
            draft.roles.insert(Role::Other);
        }
    }
}
