//! What a proxy in front means for the ways in behind it: who can reach them, and who was asked for a credential before.
//!
//! A route of a proxy lets a request through under the path that it hands on. What stands behind is reached from wherever
//! the proxy is, on the paths that its routes let through. A credential that every way to it demands is demanded there
//! as well: where nothing else leads to the component, nobody comes past the proxy.

use super::draft::{Draft, folder_of};
use super::exposure::{OutsideRoute, expose, of_path};
use super::forwarded;
use super::proxies::{Placing, is_closed};
use super::said::{At, Said};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{Platform, Proxy, ProxyRoute, Rewrite};
use threatline_model::{ComponentId, EntryPoint, EntryPointKind, Evidence, EvidenceSource, Exposure, Grade, Proof, Property, Value};

/// Opens what labels tell a proxy of: wherever that stands, it lets requests in. Returns what nothing else opens.
pub(crate) fn open(
    drafts: &mut [Draft<'_>],
    said: &Said<'_>,
    homes: &super::proxies::Homes,
    routes: &mut BTreeMap<usize, Vec<OutsideRoute>>,
) -> BTreeSet<usize> {
    let before: BTreeSet<usize> = (0..drafts.len()).filter(|at| drafts[*at].exposure == Exposure::Internet).collect();
    let mut opened = BTreeSet::new();
    for (proxy, readers) in said.proxies.iter().zip(homes).filter(|(proxy, _)| proxy.it.told_by_labels) {
        let shut = !readers.is_empty() && !readers.iter().any(|at| drafts[*at].exposure == Exposure::Internet);
        for route in proxy.it.routes.iter().filter(|route| !shut && route.path.is_some() && !is_closed(route)) {
            let hosts: Vec<String> = route.targets.iter().flat_map(super::proxies::addresses).filter_map(|address| address.host).collect();
            for at in (0..drafts.len()).filter(|at| stands_there(&drafts[*at], &proxy.path, &hosts)).collect::<Vec<_>>() {
                expose(&mut drafts[at], &proxy.path, route.mark, &proxy.it.product);
                routes.entry(at).or_default().push(OutsideRoute { path: behind(route), demands: None, limits: None });
                opened.insert(at);
            }
        }
    }
    opened.difference(&before).copied().collect()
}

/// A service of the project that bears one of the names; not one that only repeats a cluster for development.
fn stands_there(draft: &Draft<'_>, path: &str, hosts: &[String]) -> bool {
    let in_cluster = draft.descriptions.iter().any(|description| description.group == super::deployed::CLUSTER);
    !in_cluster
        && draft.descriptions.iter().any(|description| {
            let named = hosts.contains(&description.workload.name);
            named && description.workload.platform == Platform::Compose && folder_of(&description.path) == folder_of(path)
        })
}

/// The path that a route hands on, if that is known.
fn behind(route: &ProxyRoute) -> Option<String> {
    let path = route.path.as_deref()?;
    match &route.rewrite {
        None => Some(path.to_owned()),
        Some(Rewrite::Begins { from, to }) => {
            // of `/api` that is cut off `/api/` nothing is left but the root
            let rest = path.strip_prefix(from.as_str()).or_else(|| from.starts_with(path).then_some(""))?;
            Some(format!("{to}{rest}"))
        }
        Some(Rewrite::Unknown) => None,
    }
}

/// A route that leads to a component, and how far from it one can stand.
struct Way<'a> {
    from: usize,
    proxy: &'a At<'a, Proxy>,
    route: &'a ProxyRoute,
    exposure: Exposure,
    /// The program that hands on may ask who calls: its settings do not say.
    may_ask: bool,
}

/// Applies it to all entry points. `only` are components that nothing but labels opens.
pub(crate) fn apply(drafts: &[Draft<'_>], ids: &[ComponentId], entries: &mut [EntryPoint], placing: &Placing<'_>, only: &BTreeSet<usize>) {
    let mut ways: BTreeMap<&ComponentId, (usize, Vec<Way<'_>>)> = BTreeMap::new();
    for (number, (proxy, readers)) in placing.said.proxies.iter().zip(placing.homes).enumerate() {
        for (place, route) in proxy.it.routes.iter().enumerate() {
            for key in placing.flows.by_route.get(&(number, place)).into_iter().flatten().filter(|key| readers.contains(&key.0)) {
                let from = key.0;
                let path = route.path.as_deref().unwrap_or("/");
                let known = of_path(drafts[from].exposure, placing.routes.get(&from), path);
                let exposure = if is_closed(route) && known == Exposure::Internet { Exposure::Internal } else { known };
                let may_ask = forwarded::is_one(&proxy.it.product) && forwarded::may_ask(&drafts[from]);
                ways.entry(&ids[key.1]).or_insert_with(|| (key.1, Vec::new())).1.push(Way { from, proxy, route, exposure, may_ask });
            }
        }
    }
    for (to, ways) in ways.values() {
        let closed = drafts[*to].exposure == Exposure::Internal || only.contains(to);
        let others = placing.flows.by_key.keys().any(|(from, target, _)| target == to && !ways.iter().any(|way| way.from == *from));
        let alone = closed && !others && !drafts[*to].descriptions.is_empty();
        for entry in entries.iter_mut().filter(|entry| entry.component == ids[*to] && entry.path.starts_with('/')) {
            if matches!(entry.kind, EntryPointKind::Http | EntryPointKind::Websocket | EntryPointKind::Grpc) {
                reach(entry, ways, alone);
            }
        }
    }
}

fn evidence(way: &Way<'_>, mark: threatline_facts::Mark) -> Evidence {
    Evidence::new(way.proxy.path.clone(), Some(mark), EvidenceSource::Infrastructure, &way.proxy.it.product)
}

/// What the ways to an entry point say of it.
fn reach(entry: &mut EntryPoint, ways: &[Way<'_>], alone: bool) {
    let through: Vec<(&Way<'_>, Through)> = ways.iter().map(|way| (way, lets_through(way.route, entry))).collect();
    let sure = || through.iter().filter(|(_, through)| *through == Through::Yes).map(|(way, _)| *way);
    if matches!(entry.exposure, Exposure::Internal | Exposure::Unknown)
        && let Some(way) = sure().find(|way| way.exposure == Exposure::Internet)
    {
        entry.exposure = Exposure::Internet;
        // whom the program in front lets through is not known
        if entry.authenticated == Some(false) && sure().all(|way| way.may_ask) {
            (entry.authenticated, entry.authenticated_proof) = (None, None);
        }
        let item = evidence(way, way.route.mark);
        if !entry.evidence.contains(&item) {
            entry.evidence.insert(0, item);
        }
    }
    let possible: Vec<&Way<'_>> = through.iter().filter(|(_, through)| *through != Through::No).map(|(way, _)| *way).collect();
    if !alone || possible.is_empty() {
        return;
    }
    let proof = |mut evidence: Vec<Evidence>| {
        let mut seen: Vec<Evidence> = Vec::new();
        evidence.retain(|item| {
            let is_new = !seen.contains(item) && seen.len() < 8;
            if is_new {
                seen.push(item.clone());
            }
            is_new
        });
        Proof { grade: Grade::X, confidence: 850, evidence }
    };
    let demanded: Vec<Evidence> = possible.iter().filter_map(|way| Some(evidence(way, way.route.demands.as_ref()?.1))).collect();
    if entry.authenticated != Some(true) && demanded.len() == possible.len() {
        entry.authenticated = Some(true);
        entry.authenticated_proof = Some(proof(demanded));
    }
    let limited: Vec<Evidence> = possible.iter().filter_map(|way| Some(evidence(way, way.route.limited?))).collect();
    if limited.len() == possible.len() && entry.properties.get(Property::RateLimited).is_none() {
        entry.properties.set(Property::RateLimited, Value::Flag(true), proof(limited));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Through {
    Yes,
    No,
    /// Nobody can say.
    Perhaps,
}

/// Whether a route lets a request to the entry point through.
fn lets_through(route: &ProxyRoute, entry: &EntryPoint) -> Through {
    let other_method = entry.method.as_ref().is_some_and(|method| !route.methods.is_empty() && !route.methods.contains(method));
    if other_method {
        return Through::No;
    }
    let Some(behind) = behind(route) else { return Through::Perhaps };
    let path = entry.path.as_str();
    if same(&behind, path) {
        return Through::Yes;
    }
    let (head, varies) = head(&behind);
    let (own, has_parameters) = self::head(path);
    let starts = path.starts_with(head) || (!varies && path == head.trim_end_matches('/'));
    match (starts, varies) {
        // `/a/*` is all that begins so
        (true, true) if behind.len() == head.len() + 1 => Through::Yes,
        (true, true) => Through::Perhaps,
        (true, false) if !route.exact || path == head => Through::Yes,
        // a parameter of the entry point may be what the route writes out
        _ if has_parameters && head.starts_with(own) => Through::Perhaps,
        _ => Through::No,
    }
}

/// Part for part the same, whatever parameters are called.
fn same(one: &str, other: &str) -> bool {
    let parts =
        |path: &str| path.trim_matches('/').split('/').map(|part| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() }).collect::<Vec<_>>();
    parts(one) == parts(other)
}

/// What a path begins with before anything varies, and whether anything does.
fn head(path: &str) -> (&str, bool) {
    path.find(['*', '{', ':']).map_or((path, false), |at| (&path[..at], true))
}
