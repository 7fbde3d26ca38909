//! What platforms run whose own files lie beside the source: which component that is, and who reaches it.
//!
//! The component is the one whose source lies in the folder that the file names. A file makes a component of its own only
//! where no source is known there, and it says what it is.

use super::documented::owner;
use super::draft::{Draft, Setting, Variables, as_folder, folder_of, join, plain};
use super::product::Product;
use super::said::{At, Said};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{Hosted, HostedKind, Proxy, VariableValue};
use threatline_knowledge::catalogue;
use threatline_model::*;

/// Which component each [`Said::hosted`] is, by its number.
pub(crate) type Homes = BTreeMap<usize, usize>;

/// Products whose rules are those of pages that they show to everybody.
const HOSTS: &[&str] = &["netlify", "vercel", "firebase"];

/// Whether a configuration is a hosting platform's.
pub(crate) fn is_host(proxy: &Proxy) -> bool {
    HOSTS.contains(&proxy.product.as_str())
}

/// Finds the components, making those that are missing.
pub(crate) fn find(drafts: &mut Vec<Draft<'_>>, said: &Said<'_>, in_test: &dyn Fn(&str) -> bool) -> Homes {
    let mut homes = Homes::new();
    for (number, hosted) in said.hosted.iter().enumerate().filter(|(_, hosted)| !in_test(&hosted.path)) {
        let at = match &hosted.it.kind {
            HostedKind::Store(product) => store(drafts, hosted, product),
            HostedKind::Call => homes_of_file(said, &homes, &hosted.path),
            _ => program(drafts, hosted),
        };
        let Some(at) = at else { continue };
        homes.insert(number, at);
        let draft = &mut drafts[at];
        draft.evidence.push(evidence(hosted));
        draft.roles.extend(role(&hosted.it.kind));
        let variables = variables(hosted);
        if !variables.is_empty() {
            draft.variables.push(variables);
        }
    }
    for rules in said.store_rules.iter().filter(|rules| !in_test(&rules.path)) {
        let at = by_name(drafts, &rules.it.product).unwrap_or_else(|| {
            let mut draft = Draft::new(&rules.it.product, "", ComponentKind::DataStore);
            draft.technologies.insert(rules.it.product.clone());
            if let Some(third) = catalogue::third_party(&rules.it.product) {
                draft.becomes(&third.into());
            }
            drafts.push(draft);
            drafts.len() - 1
        });
        let place = |mark| Evidence::new(rules.path.clone(), Some(mark), EvidenceSource::Infrastructure, "firebase");
        let proof = |marks: Vec<_>| Proof { grade: Grade::X, confidence: 900, evidence: marks.into_iter().map(place).collect() };
        let draft = &mut drafts[at];
        draft.evidence.push(place(rules.it.mark));
        // the rules are there because clients ask the store themselves
        draft.exposure = Exposure::Internet;
        draft.properties.set(Property::ClientDirect, Value::Flag(true), proof(vec![rules.it.mark]));
        if !rules.it.open.is_empty() {
            draft.properties.set(Property::RowPolicy, Value::Flag(false), proof(rules.it.open.clone()));
        }
    }
    homes
}

fn evidence(hosted: &At<'_, Hosted>) -> Evidence {
    Evidence::new(hosted.path.clone(), Some(hosted.it.mark), EvidenceSource::Infrastructure, &hosted.it.platform)
}

fn role(kind: &HostedKind) -> Option<Role> {
    match kind {
        HostedKind::Worker => Some(Role::Worker),
        HostedKind::Job => Some(Role::ScheduledJob),
        HostedKind::Function | HostedKind::Functions => Some(Role::Function),
        HostedKind::Pages => Some(Role::WebUi),
        _ => None,
    }
}

fn by_name(drafts: &[Draft<'_>], name: &str) -> Option<usize> {
    drafts.iter().position(|draft| plain(&draft.name) == plain(name))
}

fn homes_of_file(said: &Said<'_>, homes: &Homes, path: &str) -> Option<usize> {
    homes.iter().find(|(number, _)| &*said.hosted[**number].path == path).map(|(_, at)| *at)
}

/// A store that the platform keeps; the only one of its kind that is there already is meant.
fn store(drafts: &mut Vec<Draft<'_>>, hosted: &At<'_, Hosted>, product: &str) -> Option<usize> {
    let product = Product::from(catalogue::technology(product)?);
    let is_it = |draft: &Draft<'_>| draft.kind == ComponentKind::DataStore && draft.technologies.contains(product.technology);
    let mut known = (0..drafts.len()).filter(|at| is_it(&drafts[*at]));
    if let (Some(only), None) = (known.next(), known.next()) {
        drafts[only].aliases.extend(hosted.it.name.clone());
        return Some(only);
    }
    let mut draft = Draft::new(hosted.it.name.as_deref().unwrap_or(product.technology), folder_of(&hosted.path), ComponentKind::DataStore);
    draft.becomes(&product);
    draft.exposure = Exposure::Internal;
    drafts.push(draft);
    Some(drafts.len() - 1)
}

/// The component of a program's source; pages are only those of a front end.
fn program(drafts: &mut Vec<Draft<'_>>, hosted: &At<'_, Hosted>) -> Option<usize> {
    let folder = as_folder(&join(folder_of(&hosted.path), &hosted.it.folder)?);
    let is_process = |draft: &Draft<'_>| draft.kind == ComponentKind::Process;
    let mut there = (0..drafts.len()).filter(|at| is_process(&drafts[*at]) && drafts[*at].roots.iter().any(|root| root.folder == folder));
    let only = there.next().filter(|_| there.next().is_none());
    let found = only.or_else(|| owner(drafts, &format!("{folder}.")).filter(|_| !folder.is_empty()));
    let named = || hosted.it.name.as_deref().and_then(|name| by_name(drafts, name)).filter(|at| is_process(&drafts[*at]));
    if let Some(at) = found.or_else(named) {
        let shows = drafts[at].has_role(Role::WebUi) || drafts[at].technologies.iter().any(|one| super::traits::FRONT.contains(&one.as_str()));
        return (hosted.it.kind != HostedKind::Pages || shows).then_some(at);
    }
    // source that is known there and belongs to several, or to none, is not made one
    let unknown = !drafts.iter().any(|draft| draft.roots.iter().any(|root| root.folder.starts_with(&folder)));
    let says = hosted.it.image.is_some()
        || matches!(hosted.it.kind, HostedKind::Web | HostedKind::Private | HostedKind::Worker | HostedKind::Job | HostedKind::Function);
    let name = hosted.it.name.as_deref().filter(|_| says && (unknown || hosted.it.image.is_some()))?;
    let mut draft = Draft::new(name, folder_of(&hosted.path), ComponentKind::Process);
    let image = hosted.it.image.as_ref().map(threatline_facts::Text::with_defaults);
    if let Some(product) = image.as_deref().and_then(catalogue::image) {
        draft.becomes(&product.into());
    }
    drafts.push(draft);
    Some(drafts.len() - 1)
}

fn variables(hosted: &At<'_, Hosted>) -> Variables {
    let known = hosted.it.environment.iter().filter_map(|variable| match &variable.value {
        VariableValue::Text(value) => Some((variable.name.clone(), Setting { value: value.clone(), path: hosted.path.clone(), mark: variable.mark })),
        _ => None,
    });
    known.collect()
}

/// Opens what platforms let everybody reach.
pub(crate) fn expose(drafts: &mut [Draft<'_>], said: &Said<'_>, homes: &Homes, proxies: &super::proxies::Homes) {
    let mut opened = BTreeSet::new();
    for (number, at) in homes {
        let hosted = &said.hosted[*number];
        let draft = &mut drafts[*at];
        match hosted.it.kind {
            // many start programs by such a file on a machine of their own
            HostedKind::Web if hosted.it.platform == "procfile" && draft.exposure != Exposure::Unknown => {}
            HostedKind::Web | HostedKind::Pages | HostedKind::Function => {
                draft.open(evidence(hosted));
                opened.insert(*at);
            }
            HostedKind::Private | HostedKind::Worker | HostedKind::Job if draft.exposure == Exposure::Unknown && !opened.contains(at) => {
                draft.exposure = Exposure::Internal;
            }
            _ => {}
        }
    }
    for (proxy, readers) in said.proxies.iter().zip(proxies).filter(|(proxy, _)| is_host(proxy.it)) {
        for at in readers.iter().filter(|at| drafts[**at].exposure == Exposure::Unknown).copied().collect::<Vec<_>>() {
            let place = Evidence::new(proxy.path.clone(), Some(proxy.it.mark), EvidenceSource::Infrastructure, &proxy.it.product);
            if !drafts[at].evidence.contains(&place) {
                drafts[at].evidence.push(place.clone());
            }
            drafts[at].open(place);
        }
    }
}

/// Adds what the clock calls, and functions that only the platform's file names.
pub(crate) fn entry_points(drafts: &[Draft<'_>], ids: &[ComponentId], entries: &mut Vec<EntryPoint>, said: &Said<'_>, homes: &Homes) {
    let known: BTreeSet<ComponentId> = entries.iter().filter(|entry| entry.kind != EntryPointKind::Cli).map(|entry| entry.component.clone()).collect();
    let mut found: BTreeMap<EntryPointId, EntryPoint> = BTreeMap::new();
    for (number, at) in homes {
        let hosted = &said.hosted[*number];
        let Some(name) = &hosted.it.name else { continue };
        let (kind, exposure) = match hosted.it.kind {
            HostedKind::Call => (EntryPointKind::Schedule, Exposure::Internal),
            HostedKind::Function if !known.contains(&ids[*at]) => (EntryPointKind::Function, drafts[*at].exposure),
            _ => continue,
        };
        let id = EntryPointId::new(format!("{}:{} {name}", ids[*at].rest(), kind.name()));
        found.entry(id.clone()).or_insert_with(|| EntryPoint {
            id,
            component: ids[*at].clone(),
            kind,
            method: None,
            path: name.clone(),
            parameters: Vec::new(),
            authenticated: None,
            authenticated_proof: None,
            authorized: None,
            public: None,
            exposure,
            handler: None,
            flows: None,
            reaches: BTreeSet::new(),
            properties: Properties::default(),
            evidence: vec![evidence(hosted)],
        });
    }
    let ids: BTreeSet<&EntryPointId> = entries.iter().map(|entry| &entry.id).collect();
    let new: Vec<EntryPoint> = found.into_values().filter(|entry| !ids.contains(&entry.id)).collect();
    entries.extend(new);
}
