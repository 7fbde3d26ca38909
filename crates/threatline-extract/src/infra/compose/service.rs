//! A service as a workload.

use super::{Entry, Node, container, known, pairs};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{Link, MountKind, Platform, Workload};
use threatline_facts::{Extracted, Hidden};

/// Reads one service.
pub(super) fn read(entry: &Entry, out: &mut Extracted) -> Workload {
    let node = &entry.value;
    let mark = out.mark(entry.line, entry.end_line());
    let container = container::read(entry, out);
    let host_paths = container.mounts.iter().filter(|mount| mount.kind == MountKind::Path && mount.source.starts_with(['/', '~']));
    let mut host_access: Vec<String> = [("network_mode", "host_network"), ("pid", "host_pid"), ("ipc", "host_ipc")]
        .into_iter()
        .filter(|(key, _)| node.str_at(&[key]) == Some("host"))
        .map(|(_, says)| says.to_owned())
        .collect();
    host_access.extend(host_paths.map(|mount| mount.source.clone()));
    Workload {
        platform: Platform::Compose,
        kind: "service".to_owned(),
        name: entry.key.clone(),
        namespace: None,
        labels: labels(node),
        own_labels: BTreeMap::new(),
        annotations: texts(pairs(node.get("annotations"))),
        replicas: replicas(node),
        schedule: None,
        service_account: None,
        host_access,
        networks: networks(node),
        aliases: aliases(node),
        links: links(node, out),
        profiles: names(node.get("profiles")),
        extends: extends(node),
        containers: vec![container],
        mark,
    }
}

/// `links: ["db:database"]` gives the linked service a further name.
pub(super) fn name_links(services: &[Entry], workloads: &mut [Workload]) {
    let links: Vec<String> = services.iter().flat_map(|entry| names(entry.value.get("links"))).collect();
    let mut aliases: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (service, alias) in links.iter().filter_map(|link| link.split_once(':')) {
        aliases.entry(service).or_default().push(alias.to_owned());
    }
    for workload in workloads {
        let further = aliases.remove(workload.name.as_str()).unwrap_or_default();
        workload.aliases = unique(std::mem::take(&mut workload.aliases).into_iter().chain(further));
    }
}

/// The names in their order, each one once.
fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut known = BTreeSet::new();
    names.filter(|name| known.insert(name.clone())).collect()
}

fn labels(node: &Node) -> BTreeMap<String, String> {
    let mut labels = texts(pairs(node.at(&["deploy", "labels"])));
    labels.extend(texts(pairs(node.get("labels"))));
    // whom a proxy in front lets in
    for (_, users) in labels.iter_mut().filter(|(key, users)| key.ends_with("auth.users") && !users.starts_with("${")) {
        users.replace_range(.., Hidden::Secret.mask());
    }
    labels
}

fn texts(pairs: Vec<(String, Option<String>, (u32, u32))>) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(key, value, _)| (key, value.map_or_else(String::new, |value| known(&value)))).collect()
}

fn replicas(node: &Node) -> Option<u32> {
    let written = node.at(&["deploy", "replicas"]).or_else(|| node.get("scale"))?;
    known(written.as_str()?).parse().ok()
}

fn networks(node: &Node) -> Vec<String> {
    let mode = node.str_at(&["network_mode"]).map(|mode| format!("mode:{}", known(mode)));
    mode.into_iter().chain(names(node.get("networks"))).collect()
}

fn aliases(node: &Node) -> Vec<String> {
    let own = ["container_name", "hostname"].into_iter().filter_map(|key| node.str_at(&[key])).map(known);
    let networks = node.get("networks").map_or(&[][..], Node::entries);
    unique(own.chain(networks.iter().flat_map(|network| names(network.value.get("aliases")))))
}

/// `links: ["db", "cache:redis"]`.
fn links(node: &Node, out: &mut Extracted) -> Vec<Link> {
    let written = node.get("links").into_iter().flat_map(Node::items);
    let links = written.filter_map(|link| {
        let service = known(link.as_str()?.split(':').next()?);
        Some(Link { service, mark: out.mark(link.line, link.end_line) })
    });
    links.collect()
}

fn extends(node: &Node) -> Option<(Option<String>, String)> {
    let extends = node.get("extends")?;
    match extends.as_str() {
        Some(service) => Some((None, service.to_owned())),
        None => Some((extends.str_at(&["file"]).map(known), extends.str_at(&["service"])?.to_owned())),
    }
}

/// The keys of a mapping or the texts of a list.
fn names(node: Option<&Node>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    let keys = node.entries().iter().map(|entry| entry.key.clone());
    keys.chain(node.items().iter().filter_map(Node::as_str).map(known)).collect()
}
