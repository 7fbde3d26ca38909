//! Web servers that hand requests on, from their configuration: which component reads it, where it sends requests, and
//! what it answers.
//!
//! A container reads a file that is mounted into it or copied into its image. What no container reads makes a component
//! of its own, unless it lies among documentation. Labels are looked for by the server of the project, if there is one.

use super::address;
use super::documented::owner;
use super::draft::{Draft, folder_of, join};
use super::entries::meet;
use super::exposure::{OutsideRoute, of_path};
use super::flows::Flows;
use super::flows::Key;
use super::forwarded;
use super::hosted::is_host;
use super::said::{At, Said};
use super::source::{Folders, context_of};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::Text;
use threatline_facts::infra::{MountKind, Proxy, ProxyRoute};
use threatline_model::*;

/// Folders that are named for what lies in them, and not for a component.
const KINDS: &[&str] = &[
    "apache",
    "apache2",
    "base",
    "build",
    "caddy",
    "chart",
    "charts",
    "compose",
    "conf",
    "conf.d",
    "config",
    "configs",
    "configuration",
    "default.d",
    "deploy",
    "deployment",
    "dev",
    "docker",
    "docker-compose",
    "dynamic",
    "envoy",
    "etc",
    "files",
    "haproxy",
    "http.d",
    "httpd",
    "helm",
    "image",
    "images",
    "infra",
    "infrastructure",
    "k8s",
    "kong",
    "krakend",
    "kubernetes",
    "local",
    "manifests",
    "nginx",
    "ops",
    "prod",
    "production",
    "rootfs",
    "server",
    "servers",
    "sites-available",
    "sites-enabled",
    "snippets",
    "staging",
    "templates",
    "traefik",
    "usr",
    "vhosts",
];

/// Folders whose files nobody runs as they are.
const TOLD: &[&str] = &["doc", "docs", "documentation", "contrib", ".github", "vagrant"];

/// The components that read each configuration, in the order of [`Said::proxies`].
pub(crate) type Homes = Vec<Vec<usize>>;

/// Finds the components of every configuration, making those that are missing.
pub(crate) fn components(
    drafts: &mut Vec<Draft<'_>>,
    said: &Said<'_>,
    folders: &Folders,
    hosted: &super::hosted::Homes,
    in_test: &dyn Fn(&str) -> bool,
) -> Homes {
    let mut homes: Homes = said
        .proxies
        .iter()
        .map(|proxy| {
            if is_variation(proxy, said) {
                Vec::new()
            } else if forwarded::is_one(&proxy.it.product) {
                forwarded::readers(&proxy.path, &proxy.it.product, drafts)
            } else if is_host(proxy.it) {
                shown_by(proxy, drafts, said, hosted)
            } else {
                readers_of(proxy, drafts, said, folders)
            }
        })
        .collect();
    // what lies beside or below a file that is read is read with it
    let is_file = |proxy: &Proxy| proxy.config.is_none() && !proxy.told_by_labels && !forwarded::is_one(&proxy.product);
    let files = said.proxies.iter().zip(&homes).filter(|(proxy, readers)| is_file(proxy.it) && !readers.is_empty());
    let read: Vec<(String, Vec<usize>)> = files.map(|(proxy, readers)| (folder_of(&proxy.path).to_owned(), readers.clone())).collect();
    let mut made: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (proxy, readers) in said.proxies.iter().zip(&mut homes) {
        if readers.is_empty() && is_file(proxy.it) && !is_variation(proxy, said) {
            let above = read.iter().filter(|(folder, _)| !folder.is_empty() && proxy.path.starts_with(folder.as_str()));
            *readers = above.max_by_key(|(folder, _)| folder.len()).map(|(_, readers)| readers.clone()).unwrap_or_default();
        }
        if readers.is_empty() && is_file(proxy.it) && !in_test(&proxy.path) && stands_alone(proxy) && !is_variation(proxy, said) {
            let folder = component_folder(&proxy.path);
            let name = folder.trim_end_matches('/').rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(&proxy.it.product).to_owned();
            readers.push(*made.entry((folder.to_owned(), name.clone())).or_insert_with(|| {
                drafts.push(Draft::new(&name, folder, ComponentKind::Process));
                drafts.len() - 1
            }));
        }
        for at in readers.iter() {
            let evidence = Evidence::new(proxy.path.clone(), Some(proxy.it.mark), EvidenceSource::Infrastructure, &proxy.it.product);
            drafts[*at].evidence.push(evidence);
            if !is_host(proxy.it) {
                drafts[*at].technologies.insert(proxy.it.product.clone());
            }
            if !is_host(proxy.it) && proxy.it.routes.iter().any(|route| !route.targets.is_empty()) {
                drafts[*at].roles.insert(Role::Gateway);
            }
        }
    }
    homes
}

/// `ocelot.Development.json` beside `ocelot.json`: what another environment changes.
fn is_variation(proxy: &At<'_, Proxy>, said: &Said<'_>) -> bool {
    let Some((stem, _)) = proxy.path.strip_suffix(".json").and_then(|stem| stem.rsplit_once('.')) else { return false };
    let usual = format!("{stem}.json");
    !stem.ends_with('/') && said.proxies.iter().any(|other| *other.path == *usual && other.it.product == proxy.it.product)
}

/// It answers something, and is more than a sample among documentation.
fn stands_alone(proxy: &At<'_, Proxy>) -> bool {
    let told = proxy.path.split('/').any(|part| TOLD.contains(&part.to_ascii_lowercase().as_str()));
    !told && proxy.it.routes.iter().any(|route| route.path.is_some())
}

/// The nearest folder above that is named for more than what lies in it; empty if there is none.
fn component_folder(path: &str) -> &str {
    let mut folder = folder_of(path);
    while let Some(last) = folder.trim_end_matches('/').rsplit('/').next().filter(|last| !last.is_empty()) {
        if !KINDS.contains(&last.to_ascii_lowercase().as_str()) {
            break;
        }
        folder = &folder[..folder.len() - last.len() - 1];
    }
    folder
}

/// The component that a hosting platform shows by these rules.
fn shown_by(proxy: &At<'_, Proxy>, drafts: &[Draft<'_>], said: &Said<'_>, hosted: &super::hosted::Homes) -> Vec<usize> {
    let of_file = hosted.iter().find(|(number, _)| said.hosted[**number].path == proxy.path).map(|(_, at)| *at);
    let beside = || hosted.iter().find(|(number, _)| folder_of(&said.hosted[**number].path) == folder_of(&proxy.path)).map(|(_, at)| *at);
    let shows = || owner(drafts, &proxy.path).filter(|at| drafts[*at].has_role(Role::WebUi));
    of_file.or_else(beside).or_else(shows).into_iter().collect()
}

/// The components whose containers read the file.
fn readers_of(proxy: &At<'_, Proxy>, drafts: &[Draft<'_>], said: &Said<'_>, folders: &Folders) -> Vec<usize> {
    let all = |reads: &dyn Fn(&Draft<'_>) -> bool| (0..drafts.len()).filter(|at| reads(&drafts[*at])).collect::<Vec<usize>>();
    if let Some(config) = &proxy.it.config {
        return all(&|draft| mounts_config(draft, config));
    }
    let path = &proxy.path;
    if proxy.it.told_by_labels {
        return looking(proxy, drafts);
    }
    let found = given(path, &proxy.it.product, drafts, said, folders);
    if !found.is_empty() {
        return found;
    }
    let server = |draft: &Draft<'_>| draft.technologies.contains(&proxy.it.product) || draft.has_role(Role::Gateway);
    let beside = |draft: &Draft<'_>| draft.roots.iter().any(|root| root.folder == component_folder(path) && !root.folder.is_empty());
    let owned: Vec<usize> = owner(drafts, path).filter(|at| server(&drafts[*at]) || beside(&drafts[*at])).into_iter().collect();
    if !owned.is_empty() {
        return owned;
    }
    // what a host is given by hand lies beside the file that starts the one server of its kind
    let started = |draft: &Draft<'_>| draft.roots.is_empty() && draft.descriptions.iter().any(|description| folder_of(&description.path) == folder_of(path));
    let near = all(&|draft| draft.technologies.contains(&proxy.it.product) && started(draft));
    if near.len() == 1 { near } else { Vec::new() }
}

/// The components whose containers are given the file, a product's: by a mount, or else in their image.
pub(super) fn given(path: &str, product: &str, drafts: &[Draft<'_>], said: &Said<'_>, folders: &Folders) -> Vec<usize> {
    let all = |reads: &dyn Fn(&Draft<'_>) -> bool| (0..drafts.len()).filter(|at| reads(&drafts[*at])).collect::<Vec<usize>>();
    let mounting = all(&|draft| mounts(draft, path, product));
    if mounting.is_empty() { all(&|draft| copies(draft, path, product, said, folders)) } else { mounting }
}

fn mounts_config(draft: &Draft<'_>, config: &str) -> bool {
    let containers = draft.descriptions.iter().flat_map(|description| &description.workload.containers);
    containers.flat_map(|container| &container.mounts).any(|mount| mount.kind == MountKind::Config && mount.source == config)
}

/// The server that looks for labels there: that of the same project, else the only one.
fn looking(proxy: &At<'_, Proxy>, drafts: &[Draft<'_>]) -> Vec<usize> {
    let is_server = |at: &usize| drafts[*at].technologies.contains(&proxy.it.product) && !drafts[*at].descriptions.is_empty();
    let all: Vec<usize> = (0..drafts.len()).filter(is_server).collect();
    let beside = |at: &&usize| drafts[**at].descriptions.iter().any(|description| folder_of(&description.path) == folder_of(&proxy.path));
    let near: Vec<usize> = all.iter().filter(beside).copied().collect();
    match (near.is_empty(), all.len()) {
        (false, _) => near,
        (true, 1) => all,
        _ => Vec::new(),
    }
}

/// The product reads whatever lies in a folder with its name, and whatever a container of its own is given.
fn is_its_folder(target: &str, draft: &Draft<'_>, product: &str) -> bool {
    target.contains(product) || draft.technologies.contains(product)
}

fn mounts(draft: &Draft<'_>, path: &str, product: &str) -> bool {
    draft.descriptions.iter().any(|description| {
        let mounts = description.workload.containers.iter().flat_map(|container| &container.mounts);
        mounts.filter(|mount| mount.kind == MountKind::Path).any(|mount| {
            let source = join(folder_of(&description.path), &mount.source);
            source.is_some_and(|source| path == source || (is_its_folder(&mount.target, draft, product) && holds(&source, path)))
        })
    })
}

fn copies(draft: &Draft<'_>, path: &str, product: &str, said: &Said<'_>, folders: &Folders) -> bool {
    let containers =
        draft.descriptions.iter().flat_map(|description| description.workload.containers.iter().map(move |container| (container, &description.path)));
    let mut built = containers.filter_map(|(container, from)| context_of(container, from, said, folders));
    built.any(|(context, dockerfile)| {
        let copies = dockerfile.stages.iter().flat_map(|stage| &stage.copies);
        copies.filter_map(|(source, target)| Some((join(&context, source.trim_start_matches('/'))?, target))).any(|(source, target)| {
            let all = target.contains(product) && holds(source.trim_end_matches(['*', '/']), path);
            path == source || all || (source.contains('*') && globset::Glob::new(&source).is_ok_and(|glob| glob.compile_matcher().is_match(path)))
        })
    })
}

/// The folder of that name holds the file.
fn holds(folder: &str, path: &str) -> bool {
    !folder.is_empty() && path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The addresses that a target stands for once its variables are filled in. Where only the scheme is missing, HTTP is
/// meant, and nobody knows whether with TLS.
pub(crate) fn addresses(text: &Text) -> Vec<address::Address> {
    let text = text.with_defaults();
    match text.strip_prefix("*://") {
        Some(rest) => {
            let mut found = address::parse(&format!("http://{rest}"));
            found.iter_mut().for_each(|address| address.encrypted = None);
            found
        }
        None => address::parse(&text),
    }
}

/// What placing entry points needs.
pub(crate) struct Placing<'p> {
    pub(crate) said: &'p Said<'p>,
    pub(crate) homes: &'p Homes,
    pub(crate) flows: &'p Flows,
    pub(crate) flow_ids: &'p BTreeMap<Key, FlowId>,
    pub(crate) routes: &'p BTreeMap<usize, Vec<OutsideRoute>>,
}

impl Placing<'_> {
    /// The flows that a route opens; none if where it leads to is not known.
    fn leads_to(&self, at: usize, number: usize, place: usize, route: &ProxyRoute) -> Option<BTreeSet<FlowId>> {
        let keys = self.flows.by_route.get(&(number, place)).into_iter().flatten().filter(|key| key.0 == at);
        let ids: BTreeSet<FlowId> = keys.filter_map(|key| self.flow_ids.get(key)).cloned().collect();
        (!ids.is_empty() || route.targets.is_empty()).then_some(ids)
    }
}

/// Adds what the servers answer, except where code in the same container says it better.
pub(crate) fn entry_points(drafts: &[Draft<'_>], ids: &[ComponentId], entries: &mut Vec<EntryPoint>, placing: &Placing<'_>) {
    let web: BTreeSet<ComponentId> = entries.iter().filter(|entry| entry.kind == EntryPointKind::Http).map(|entry| entry.component.clone()).collect();
    let mut found: BTreeMap<EntryPointId, EntryPoint> = BTreeMap::new();
    // what labels tell stands behind in this very repository, and answers there
    let files = placing.said.proxies.iter().zip(placing.homes).enumerate().filter(|(_, (proxy, _))| !proxy.it.told_by_labels);
    for (number, (proxy, readers)) in files {
        for at in readers.iter().copied().filter(|at| !web.contains(&ids[*at])) {
            for (place, route) in proxy.it.routes.iter().enumerate() {
                let Some(path) = &route.path else { continue };
                let methods: Vec<Option<&String>> = if route.methods.is_empty() { vec![None] } else { route.methods.iter().map(Some).collect() };
                let leads = placing.leads_to(at, number, place, route);
                // of a program that hands requests on to others of this repository, theirs are the ways in
                if forwarded::is_one(&proxy.it.product) && leads.as_ref().is_some_and(|flows| !flows.is_empty()) {
                    continue;
                }
                for method in methods {
                    let exposure = of_path(drafts[at].exposure, placing.routes.get(&at), path);
                    let mut point = entry_point(path, method, route, proxy, &ids[at], exposure);
                    point.flows = leads.clone();
                    match found.get_mut(&point.id) {
                        Some(known) => meet(known, point),
                        None => {
                            found.insert(point.id.clone(), point);
                        }
                    }
                }
            }
        }
    }
    entries.extend(found.into_values());
}

fn entry_point(path: &str, method: Option<&String>, route: &ProxyRoute, proxy: &At<'_, Proxy>, id: &ComponentId, exposure: Exposure) -> EntryPoint {
    let evidence = |mark| Evidence::new(proxy.path.clone(), Some(mark), EvidenceSource::Infrastructure, &proxy.it.product);
    let demanded = route.demands.as_ref().map(|(_, mark)| Proof { grade: Grade::X, confidence: 950, evidence: vec![evidence(*mark)] });
    let mut properties = Properties::default();
    if let Some(method) = method {
        let changing = !matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS");
        let proof = Proof { grade: Grade::P, confidence: 800, evidence: vec![evidence(route.mark)] };
        properties.set(Property::StateChanging, Value::Flag(changing), proof);
    }
    if let Some(mark) = route.limited {
        properties.set(Property::RateLimited, Value::Flag(true), Proof { grade: Grade::X, confidence: 900, evidence: vec![evidence(mark)] });
    }
    EntryPoint {
        id: EntryPointId::new(format!("{}:{} {path}", id.rest(), method.map_or("ANY", String::as_str))),
        component: id.clone(),
        kind: EntryPointKind::Http,
        method: method.cloned(),
        path: path.to_owned(),
        parameters: Vec::new(),
        // what demands nothing may hand on to something that does
        authenticated: demanded.is_some().then_some(true),
        authenticated_proof: demanded,
        authorized: None,
        public: None,
        exposure: if is_closed(route) && exposure == Exposure::Internet { Exposure::Internal } else { exposure },
        handler: None,
        flows: None,
        reaches: BTreeSet::new(),
        properties,
        evidence: vec![evidence(route.mark)],
    }
}

/// Only addresses of private networks are let in.
pub(crate) fn is_closed(route: &ProxyRoute) -> bool {
    !route.allowed.is_empty() && route.allowed.iter().all(|range| is_private(range))
}

fn is_private(range: &str) -> bool {
    let second = range.split('.').nth(1).and_then(|part| part.parse::<u8>().ok());
    range.starts_with("10.")
        || range.starts_with("127.")
        || range.starts_with("192.168.")
        || (range.starts_with("172.") && second.is_some_and(|second| (16..32).contains(&second)))
        || range.starts_with("::1")
        || range.starts_with("fd")
}
