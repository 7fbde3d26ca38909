//! What gateways and edge functions answer, where the repository does not hold what stands behind: else the way in is
//! that of the component behind it, and the gateway's rule only shows that it can be reached.

use super::documented::owner;
use super::draft::{Draft, folder_of, is_plainly, join, plain};
use super::names::Backends;
use super::said::{At, Said};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::Mark;
use threatline_facts::infra::{Ingress, IngressRule};
use threatline_model::*;

/// A way in that only a gateway's rule shows.
pub(crate) struct GatewayRoute {
    component: usize,
    kind: EntryPointKind,
    path: String,
    method: Option<String>,
    file: Arc<str>,
    mark: Mark,
    by: &'static str,
}

/// Finds such ways in, making the components of those gateways that are missing.
pub(crate) fn find(drafts: &mut Vec<Draft<'_>>, said: &Said<'_>, in_test: &dyn Fn(&str) -> bool) -> Vec<GatewayRoute> {
    let mut routes = Vec::new();
    let named: BTreeSet<String> = drafts.iter().flat_map(|draft| draft.aliases.iter().chain([&draft.name])).map(|name| plain(name)).collect();
    let backends = Backends::new(drafts);
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    for ingress in said.ingresses.iter().filter(|ingress| !in_test(&ingress.path)) {
        for rule in ingress.it.rules.iter().filter(|rule| !is_held(rule, &named, &backends, said)) {
            let Some(path) = rule.path.as_deref().and_then(outside) else { continue };
            let name = gateway_name(ingress.it);
            let component = *made.entry(name.clone()).or_insert_with(|| gateway(&name, ingress, drafts));
            let kind = if ingress.it.kind == "GRPCRoute" { EntryPointKind::Grpc } else { EntryPointKind::Http };
            routes.push(GatewayRoute { component, kind, path, method: rule.method.clone(), file: ingress.path.clone(), mark: rule.mark, by: "kubernetes" });
        }
    }
    for worker in said.workers.iter().filter(|worker| !in_test(&worker.path) && !worker.it.routes.is_empty()) {
        let folder = folder_of(&worker.path);
        let main = worker.it.main.as_deref().and_then(|main| join(folder, main)).unwrap_or_else(|| worker.path.to_string());
        let component = owner(drafts, &main).unwrap_or_else(|| {
            let last = folder.trim_end_matches('/').rsplit('/').next().filter(|last| !last.is_empty());
            let name = worker.it.name.as_deref().or(last).unwrap_or("worker");
            let at = drafts.iter().position(|draft| draft.name == name && draft.folder == folder && draft.kind == ComponentKind::Process);
            at.unwrap_or_else(|| {
                drafts.push(Draft::new(name, folder, ComponentKind::Process));
                drafts.len() - 1
            })
        });
        let draft = &mut drafts[component];
        draft.roles.insert(Role::Function);
        // a route at the edge is one of the internet
        draft.exposure = Exposure::Internet;
        draft.evidence.push(Evidence::new(worker.path.clone(), Some(worker.it.mark), EvidenceSource::Infrastructure, "wrangler"));
        for (pattern, mark) in &worker.it.routes {
            let path = pattern.split_once("://").map_or(pattern.as_str(), |(_, rest)| rest);
            let path = path.find('/').map_or("/*", |slash| &path[slash..]).to_owned();
            routes.push(GatewayRoute { component, kind: EntryPointKind::Http, path, method: None, file: worker.path.clone(), mark: *mark, by: "wrangler" });
        }
    }
    routes
}

/// A component for the gateway that the rules are for.
fn gateway(name: &str, ingress: &At<'_, Ingress>, drafts: &mut Vec<Draft<'_>>) -> usize {
    let evidence = Evidence::new(ingress.path.clone(), Some(ingress.it.mark), EvidenceSource::Infrastructure, "kubernetes");
    let at = drafts.iter().position(|draft| is_plainly(&draft.name, name) && draft.kind == ComponentKind::Process).unwrap_or_else(|| {
        let mut draft = Draft::new(name, folder_of(&ingress.path), ComponentKind::Process);
        // what only steers traffic inside of a mesh is asked from nowhere else
        draft.exposure = if is_mesh_only(ingress.it) { Exposure::Internal } else { Exposure::Internet };
        drafts.push(draft);
        drafts.len() - 1
    });
    drafts[at].roles.insert(Role::Gateway);
    drafts[at].evidence.push(evidence);
    at
}

fn gateway_name(ingress: &Ingress) -> String {
    let class = ingress.class.as_deref().map(|class| class.rsplit('/').next().unwrap_or(class));
    match (ingress.kind.as_str(), class) {
        ("Ingress", Some(class)) => format!("ingress-{class}"),
        ("Ingress", None) => "ingress".to_owned(),
        ("Route", None) => "router".to_owned(),
        ("IngressRoute" | "IngressRouteTCP", _) => "traefik".to_owned(),
        (_, Some(class)) => class.to_owned(),
        (_, None) => "gateway".to_owned(),
    }
}

fn is_mesh_only(ingress: &Ingress) -> bool {
    super::exposure::is_mesh_only(&ingress.kind, ingress.class.as_deref())
}

/// What stands behind the rule is here, or it is no rule for requests.
fn is_held(rule: &IngressRule, named: &BTreeSet<String>, backends: &Backends, said: &Said<'_>) -> bool {
    // an annotation of the load balancer tells what is done
    if rule.port.as_deref() == Some("use-annotation") {
        return true;
    }
    let short = rule.service.split('.').next().unwrap_or_default();
    let mut services = said.services.iter().filter(|service| service.it.name == short);
    !short.is_empty() && (named.contains(&plain(short)) || services.any(|service| !backends.of(service.it).is_empty()))
}

/// A path as it is asked for, with `*` for what varies; none for one that a template makes.
fn outside(path: &str) -> Option<String> {
    let path = path.trim_start_matches('^').trim_end_matches('$');
    let end = path.find(['(', '[', '\\', '?', '+']).unwrap_or(path.len());
    let mut out = path[..end].replace(".*", "*");
    if end < path.len() && !out.ends_with('*') {
        out.push('*');
    }
    (out.starts_with('/') && !out.contains("{{") && out.len() <= 1024).then_some(out)
}

/// Adds the ways in, except to a component that has some of its own.
pub(crate) fn entry_points(drafts: &[Draft<'_>], ids: &[ComponentId], entries: &mut Vec<EntryPoint>, routes: &[GatewayRoute]) {
    let web: BTreeSet<ComponentId> = entries.iter().filter(|entry| entry.kind != EntryPointKind::Cli).map(|entry| entry.component.clone()).collect();
    let mut found: BTreeMap<EntryPointId, EntryPoint> = BTreeMap::new();
    for route in routes.iter().filter(|route| !web.contains(&ids[route.component])) {
        let component = ids[route.component].clone();
        let method = route.method.as_deref();
        let id = EntryPointId::new(match route.kind {
            EntryPointKind::Grpc => format!("{}:{}", component.rest(), route.path),
            _ => format!("{}:{} {}", component.rest(), method.unwrap_or("ANY"), route.path),
        });
        let evidence = Evidence::new(route.file.clone(), Some(route.mark), EvidenceSource::Infrastructure, route.by);
        let point = found.entry(id.clone()).or_insert_with(|| EntryPoint {
            id,
            component,
            kind: route.kind,
            method: route.method.clone(),
            path: route.path.clone(),
            parameters: Vec::new(),
            authenticated: None,
            authenticated_proof: None,
            authorized: None,
            public: None,
            exposure: drafts[route.component].exposure,
            handler: None,
            flows: None,
            reaches: BTreeSet::new(),
            properties: Properties::default(),
            evidence: Vec::new(),
        });
        if point.evidence.len() < 16 && !point.evidence.contains(&evidence) {
            point.evidence.push(evidence);
        }
    }
    entries.extend(found.into_values());
}
