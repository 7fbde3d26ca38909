//! Docker Compose.
//!
//! Each service is a workload with one container. Names and paths take the defaults of their variables;
//! images, values and ports keep the variables as holes, because a `.env` file may fill them.

mod container;
mod ports;
mod service;

use super::text;
use super::traefik::labels::{self, Labelled};
use crate::node::{Entry, Node};
use threatline_facts::Extracted;
use threatline_facts::infra::{ComposeFile, ComposeNetwork, InfraFact, Workload};

const TOP: &[&str] = &["version", "name", "services", "networks", "volumes", "configs", "secrets", "include", "models"];

const SERVICE: &[&str] = &[
    "annotations",
    "attach",
    "blkio_config",
    "build",
    "cap_add",
    "cap_drop",
    "cgroup",
    "cgroup_parent",
    "command",
    "configs",
    "container_name",
    "cpu_count",
    "cpu_percent",
    "cpu_shares",
    "cpus",
    "cpuset",
    "credential_spec",
    "depends_on",
    "deploy",
    "develop",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "entrypoint",
    "env_file",
    "environment",
    "expose",
    "extends",
    "external_links",
    "extra_hosts",
    "gpus",
    "group_add",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "ipc",
    "isolation",
    "label_file",
    "labels",
    "links",
    "logging",
    "mac_address",
    "mem_limit",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "models",
    "network_mode",
    "networks",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "ports",
    "post_start",
    "pre_stop",
    "privileged",
    "profiles",
    "provider",
    "pull_policy",
    "read_only",
    "restart",
    "runtime",
    "scale",
    "secrets",
    "security_opt",
    "shm_size",
    "stdin_open",
    "stop_grace_period",
    "stop_signal",
    "storage_opt",
    "sysctls",
    "tmpfs",
    "tty",
    "ulimits",
    "user",
    "userns_mode",
    "uts",
    "volumes",
    "volumes_from",
    "working_dir",
];

/// Reads a document if it is a Compose file; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    if !is_compose(document) {
        return false;
    }
    let services = if is_bare(document) { document.entries() } else { document.get("services").map_or(&[][..], Node::entries) };
    let file = file(document, services, out);
    out.say(InfraFact::ComposeFile(file));
    let mut workloads: Vec<Workload> = services.iter().map(|entry| service::read(entry, out)).collect();
    service::name_links(services, &mut workloads);
    let labelled: Vec<Labelled> = services.iter().zip(&workloads).map(|(entry, workload)| labelled(entry, workload)).collect();
    workloads.into_iter().for_each(|workload| out.say(InfraFact::Workload(workload)));
    labels::read(&labelled, out);
    true
}

/// The labels of a service with their lines.
fn labelled(entry: &Entry, workload: &Workload) -> Labelled {
    let written = [entry.value.at(&["deploy", "labels"]), entry.value.get("labels")].into_iter().flat_map(pairs);
    let labels = written.filter_map(|(key, value, lines)| Some((known(&key), known(&value?), lines))).filter(|(key, ..)| key.starts_with("traefik."));
    Labelled {
        service: workload.name.clone(),
        port: workload.containers.iter().flat_map(|container| &container.ports).find_map(|port| port.container),
        labels: labels.collect(),
    }
}

/// Top-level keys of build pipelines, which have services as well.
const PIPELINE: &[&str] = &["steps", "pipeline", "jobs", "stages", "workflows", "when"];

/// A service that says what it runs, mostly in Compose's words, is enough; a file that only adds to
/// others must hold nothing that Compose does not know.
fn is_compose(document: &Node) -> bool {
    if is_bare(document) {
        return true;
    }
    let known = |entry: &Entry, words: &[&str]| words.contains(&entry.key.as_str()) || entry.key.starts_with("x-");
    let only_compose = document.entries().iter().all(|entry| known(entry, TOP));
    let Some(services) = document.get("services").filter(|services| services.is_mapping()) else {
        return only_compose && document.get("services").is_none() && document.get("include").is_some_and(Node::is_sequence);
    };
    let pipeline = PIPELINE.iter().any(|key| document.get(key).is_some());
    if pipeline || services.entries().is_empty() || !services.entries().iter().all(|entry| entry.value.is_mapping() || entry.value.is_null()) {
        return false;
    }
    let service_known = |entry: &Entry| entry.value.entries().iter().all(|entry| known(entry, SERVICE));
    let mostly_known = |entry: &Entry| {
        let keys = entry.value.entries();
        keys.iter().filter(|entry| known(entry, SERVICE)).count() * 2 > keys.len()
    };
    let runs = |entry: &Entry| ["image", "build", "extends"].iter().any(|key| entry.value.get(key).is_some()) && mostly_known(entry);
    let described = services.entries().iter().any(|entry| !entry.value.entries().is_empty());
    services.entries().iter().any(runs) || (only_compose && described && services.entries().iter().all(service_known))
}

/// The first form of Compose files: services stand at the top, and nothing else.
pub(super) fn is_bare(document: &Node) -> bool {
    let services = document.entries();
    let is_service = |entry: &Entry| {
        let keys = entry.value.entries();
        let runs = keys.iter().any(|key| (key.key == "image" && key.value.as_str().is_some()) || key.key == "build");
        runs && keys.iter().all(|key| SERVICE.contains(&key.key.as_str()) || FORMERLY.contains(&key.key.as_str()))
    };
    !services.is_empty() && services.iter().all(is_service)
}

/// Words that only the first form has.
const FORMERLY: [&str; 6] = ["dockerfile", "log_driver", "log_opt", "net", "volume_driver", "memswap_limit"];

fn file(document: &Node, services: &[Entry], out: &mut Extracted) -> ComposeFile {
    let first = services.first().map_or(document.line, |entry| entry.line);
    let at = out.mark(first, first);
    let networks = document.get("networks").map_or(&[][..], Node::entries);
    let includes = document.get("include").map_or(&[][..], Node::one_or_many);
    ComposeFile {
        name: document.str_at(&["name"]).map(known),
        networks: networks.iter().map(|entry| network(entry, out)).collect(),
        includes: includes.iter().flat_map(|include| include.get("path").unwrap_or(include).one_or_many()).filter_map(Node::as_str).map(known).collect(),
        mark: at,
    }
}

fn network(entry: &Entry, out: &mut Extracted) -> ComposeNetwork {
    let external = entry.value.get("external");
    ComposeNetwork {
        name: entry.key.clone(),
        internal: entry.value.get("internal").and_then(Node::as_bool).unwrap_or(false),
        external: external.is_some_and(|external| external.is_mapping() || external.as_bool() == Some(true)),
        mark: out.mark(entry.line, entry.end_line()),
    }
}

/// A name or path, with the defaults of its variables; those without stay as `${NAME}`.
fn known(written: &str) -> String {
    text::spelled(&text::compose(written))
}

/// Key and value of a mapping, or of a list of `key=value`; no value where none is written.
fn pairs(node: Option<&Node>) -> Vec<(String, Option<String>, (u32, u32))> {
    let Some(node) = node else { return Vec::new() };
    let scalars = node.entries().iter().filter(|entry| !entry.value.is_mapping() && !entry.value.is_sequence());
    let mapped = scalars.map(|entry| (entry.key.clone(), entry.value.as_str().map(str::to_owned), (entry.line, entry.end_line())));
    let listed = node.items().iter().filter_map(|item| {
        let written = item.as_str()?;
        let (key, value) = written.split_once('=').map_or((written, None), |(key, value)| (key, Some(value.to_owned())));
        Some((key.trim().to_owned(), value, (item.line, item.end_line)))
    });
    mapped.chain(listed).collect()
}
