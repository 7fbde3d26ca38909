//! Whatever carries a pod template.

use super::super::mark;
use super::{MANY, Resource, container, list, strings};
use crate::node::Node;
use std::collections::BTreeMap;
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, Ingress, IngressRule, Platform, Service, Workload};

/// Where a pod template stands: Deployment and its like, CronJob, custom resources.
const TEMPLATES: &[&[&str]] =
    &[&["spec", "template"], &["spec", "jobTemplate", "spec", "template"], &["spec", "jobTargetRef", "template"], &["spec", "podTemplate"], &["template"]];

const LABEL: &str = "serving.knative.dev/service";

/// Reads a resource if it has pods.
pub(super) fn read(resource: &Resource<'_>, out: &mut Extracted) {
    if let Some(workload) = workload(resource, out) {
        out.say(InfraFact::Workload(workload));
    }
}

/// A Knative Service is a workload that the platform serves to the world, unless it is labelled
/// `cluster-local`.
pub(super) fn knative(resource: &Resource<'_>, out: &mut Extracted) {
    let Some(mut workload) = workload(resource, out) else { return };
    let name = workload.name.clone();
    workload.kind = "KnativeService".to_owned();
    workload.labels.insert(LABEL.to_owned(), name.clone());
    let at = workload.mark;
    let service = Service {
        name: name.clone(),
        namespace: resource.namespace(),
        kind: None,
        selector: BTreeMap::from([(LABEL.to_owned(), name.clone())]),
        ports: Vec::new(),
        external_name: None,
        external_ips: Vec::new(),
        annotations: resource.annotations(),
        mark: at,
        kind_mark: None,
    };
    let rule = IngressRule {
        host: None,
        path: None,
        method: None,
        rewrite: None,
        service: name.clone(),
        service_namespace: None,
        port: None,
        middlewares: Vec::new(),
        mark: at,
    };
    let local = ["networking.knative.dev/visibility", "serving.knative.dev/visibility"]
        .iter()
        .any(|key| resource.node.str_at(&["metadata", "labels", key]) == Some("cluster-local"));
    out.say(InfraFact::Workload(workload));
    out.say(InfraFact::Service(service));
    if !local {
        let ingress = Ingress {
            other_gateways: Vec::new(),
            kind: "KnativeService".to_owned(),
            name,
            namespace: resource.namespace(),
            class: None,
            rules: vec![rule],
            tls: false,
            annotations: resource.annotations(),
            mark: at,
        };
        out.say(InfraFact::Ingress(ingress));
    }
}

/// A workflow of Argo's runs containers one after the other; together they are one thing that runs.
pub(super) fn steps(resource: &Resource<'_>, out: &mut Extracted) {
    let scheduled = resource.node.at(&["spec", "workflowSpec"]);
    let Some(spec) = scheduled.or_else(|| resource.spec()) else { return };
    let volumes =
        container::Volumes::of(Some(spec), list(Some(spec), "volumeClaimTemplates").iter().filter_map(|claim| claim.str_at(&["metadata", "name"])).collect());
    let mut containers = Vec::new();
    for template in list(Some(spec), "templates").iter().take(MANY) {
        for node in template.get("container").into_iter().chain(template.get("script")).chain(list(template.get("containerSet"), "containers")) {
            containers.push(container::read(node, false, Some(spec), &volumes, out));
        }
    }
    if containers.is_empty() {
        return;
    }
    let at = mark(resource.node, out);
    out.say(InfraFact::Workload(Workload {
        platform: Platform::Kubernetes,
        kind: resource.kind.to_owned(),
        name: resource.name(),
        namespace: resource.namespace(),
        labels: strings(spec.at(&["podMetadata", "labels"])),
        own_labels: resource.labels(),
        annotations: resource.annotations(),
        containers,
        replicas: None,
        schedule: resource
            .node
            .str_at(&["spec", "schedule"])
            .or_else(|| resource.node.at(&["spec", "schedules"])?.items().first()?.as_str())
            .map(str::to_owned),
        service_account: spec.str_at(&["serviceAccountName"]).map(str::to_owned),
        host_access: host_access(Some(spec), &volumes),
        networks: Vec::new(),
        aliases: Vec::new(),
        links: Vec::new(),
        profiles: Vec::new(),
        extends: None,
        mark: at,
    }));
}

/// A workload if the resource has a pod template; a patch of one of the known kinds may say nothing of
/// its pods.
fn workload(resource: &Resource<'_>, out: &mut Extracted) -> Option<Workload> {
    let template = template(resource)?;
    let pod = template.get("spec");
    let at = mark(resource.node, out);
    let mut annotations = resource.annotations();
    annotations.extend(strings(template.at(&["metadata", "annotations"])));
    let claims = list(resource.spec(), "volumeClaimTemplates").iter().filter_map(|claim| claim.str_at(&["metadata", "name"])).collect();
    let volumes = container::Volumes::of(pod, claims);
    let mut containers = Vec::new();
    for (key, init) in [("initContainers", true), ("containers", false)] {
        for node in list(pod, key) {
            containers.push(container::read(node, init, pod, &volumes, out));
        }
    }
    Some(Workload {
        platform: Platform::Kubernetes,
        kind: resource.kind.to_owned(),
        name: resource.name(),
        namespace: resource.namespace(),
        labels: strings(template.at(&["metadata", "labels"])),
        own_labels: resource.labels(),
        annotations,
        containers,
        replicas: resource.spec().and_then(|spec| spec.get("replicas")).and_then(Node::as_int).and_then(|count| count.try_into().ok()),
        schedule: resource.node.str_at(&["spec", "schedule"]).map(str::to_owned),
        service_account: ["serviceAccountName", "serviceAccount"].iter().find_map(|key| pod?.str_at(&[key])).map(str::to_owned),
        host_access: host_access(pod, &volumes),
        networks: Vec::new(),
        aliases: aliases(pod),
        links: Vec::new(),
        profiles: Vec::new(),
        extends: None,
        mark: at,
    })
}

fn template<'a>(resource: &Resource<'a>) -> Option<&'a Node> {
    match (resource.group, resource.kind) {
        ("", "Pod") => Some(resource.node),
        ("", "PodTemplate") => resource.node.get("template"),
        ("apps" | "extensions", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") | ("", "ReplicationController") | ("batch", "Job") => {
            Some(resource.node.at(&["spec", "template"]).unwrap_or(resource.node.get("spec")?))
        }
        ("batch", "CronJob") => Some(resource.node.at(&["spec", "jobTemplate", "spec", "template"]).unwrap_or(resource.node.get("spec")?)),
        _ => TEMPLATES.iter().filter_map(|path| resource.node.at(path)).find(|template| {
            let containers = template.at(&["spec", "containers"]).map_or(&[][..], Node::items);
            containers.iter().any(|container| container.get("image").is_some())
        }),
    }
}

fn host_access(pod: Option<&Node>, volumes: &container::Volumes<'_>) -> Vec<String> {
    let set = |key: &str| pod.and_then(|pod| pod.get(key)).and_then(Node::as_bool) == Some(true);
    let says = [("hostNetwork", "host_network"), ("hostPID", "host_pid"), ("hostIPC", "host_ipc")];
    let flags = says.iter().filter(|(key, _)| set(key)).map(|(_, says)| (*says).to_owned());
    flags.chain(volumes.host_paths()).collect()
}

fn aliases(pod: Option<&Node>) -> Vec<String> {
    pod.and_then(|pod| pod.str_at(&["hostname"])).map(str::to_owned).into_iter().collect()
}
