//! Kubernetes resources, and what mesh, gateway and platform add to them.
//!
//! Anything with a pod template is a workload, whatever its kind is called. Resources that say nothing
//! about traffic, configuration or rights (volumes, autoscalers) are passed over in silence.

mod access;
mod config;
mod container;
mod controllers;
mod guards;
mod ingress;
mod linkerd;
mod mesh;
mod network;
mod operator;
mod routes;
mod workload;

pub(super) use config::address;

use crate::node::Node;
use std::collections::BTreeMap;
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, Namespace};

/// Nothing that a person writes has more rules, ports or volumes; what one combines with the other
/// is bounded by it.
const MANY: usize = 1000;

/// A `List` in a `List` goes no deeper.
const MAX_LISTS: usize = 4;

/// Reads a document if it is a resource; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    read_list(document, 0, out)
}

fn read_list(document: &Node, depth: usize, out: &mut Extracted) -> bool {
    let (Some(version), Some(kind)) = (document.str_at(&["apiVersion"]), document.str_at(&["kind"])) else { return false };
    let items = document.get("items").filter(|_| kind.ends_with("List")).map_or(&[][..], Node::items);
    if depth < MAX_LISTS && !items.is_empty() {
        items.iter().for_each(|item| {
            read_list(item, depth + 1, out);
        });
        return true;
    }
    if document.str_at(&["metadata", "name"]).is_some_and(|name| name.contains("{{")) {
        super::gap(document, "a template", out);
        return true;
    }
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let resource = Resource { node: document, kind, group };
    match (group, kind) {
        ("", "Service") => network::service(&resource, out),
        ("", "ConfigMap" | "Secret") => config::read(&resource, out),
        ("", "Namespace") => namespace(&resource, out),
        ("networking.k8s.io", "NetworkPolicy") => network::policy(&resource, out),
        ("networking.k8s.io" | "extensions", "Ingress") => ingress::read(&resource, out),
        ("gateway.networking.k8s.io", _) => routes::gateway_api(&resource, out),
        ("networking.istio.io", _) => mesh::istio(&resource, out),
        ("route.openshift.io", "Route") => routes::openshift(&resource, out),
        ("security.istio.io", _) => mesh::security(&resource, out),
        ("policy.linkerd.io", _) => linkerd::read(&resource, out),
        ("gateway.envoyproxy.io", _) => guards::envoy(&resource, out),
        ("configuration.konghq.com", "KongPlugin" | "KongClusterPlugin") => guards::plugin(&resource, out),
        ("configuration.konghq.com", "KongRoute") => controllers::kong(&resource, out),
        ("k8s.nginx.org", "Policy") => guards::nginx(&resource, out),
        ("k8s.nginx.org", "VirtualServer" | "VirtualServerRoute") => controllers::nginx(&resource, out),
        ("projectcontour.io", "HTTPProxy") => controllers::contour(&resource, out),
        ("getambassador.io", "Mapping") => controllers::emissary(&resource, out),
        ("cloud.google.com", "BackendConfig") => guards::backend(&resource, out),
        ("rbac.authorization.k8s.io", _) => access::read(&resource, out),
        ("traefik.io" | "traefik.containo.us", "Middleware") => guards::middleware(&resource, out),
        ("traefik.io" | "traefik.containo.us", "IngressRoute" | "IngressRouteTCP" | "IngressRouteUDP") => routes::traefik(&resource, out),
        ("argoproj.io", "Application") => super::chart::release::argo(document, out),
        ("argoproj.io", "ApplicationSet") => super::chart::release::argo_set(document, out),
        ("helm.toolkit.fluxcd.io", "HelmRelease") => super::chart::release::flux(document, out),
        ("argoproj.io", "Workflow" | "WorkflowTemplate" | "ClusterWorkflowTemplate" | "CronWorkflow") => workload::steps(&resource, out),
        ("tekton.dev", kind) => super::pipeline::tekton::read(document, kind, out),
        ("dapr.io", kind) => super::sidecars::resource(document, kind, out),
        ("serving.knative.dev", "Service") => workload::knative(&resource, out),
        _ if operator::read(&resource, out) => {}
        _ => workload::read(&resource, out),
    }
    true
}

/// A resource and the two words that say what it is.
struct Resource<'a> {
    node: &'a Node,
    kind: &'a str,
    group: &'a str,
}

impl<'a> Resource<'a> {
    fn name(&self) -> String {
        let metadata = |key| self.node.str_at(&["metadata", key]);
        metadata("name").or_else(|| metadata("generateName")).unwrap_or_default().to_owned()
    }

    fn namespace(&self) -> Option<String> {
        known(self.node.str_at(&["metadata", "namespace"])).map(str::to_owned)
    }

    fn annotations(&self) -> BTreeMap<String, String> {
        strings(self.node.at(&["metadata", "annotations"]))
    }

    fn labels(&self) -> BTreeMap<String, String> {
        strings(self.node.at(&["metadata", "labels"]))
    }

    fn spec(&self) -> Option<&'a Node> {
        self.node.get("spec")
    }

    /// A list below `spec`.
    fn list(&self, key: &str) -> &'a [Node] {
        list(self.node.get("spec"), key)
    }
}

/// A list below a key, empty if there is none.
fn list<'a>(node: Option<&'a Node>, key: &str) -> &'a [Node] {
    node.and_then(|node| node.get(key)).map_or(&[], Node::items)
}

/// A text of which no template makes a part that is not known.
pub(super) fn known(written: Option<&str>) -> Option<&str> {
    written.filter(|text| !text.contains("{{"))
}

/// A host name, unless it is longer than one can be.
fn host(written: Option<&str>) -> Option<String> {
    known(written).filter(|host| host.len() <= 253).map(str::to_owned)
}

/// A mapping of texts; long annotations (`last-applied-configuration`) are left out.
fn strings(node: Option<&Node>) -> BTreeMap<String, String> {
    let entries = node.map_or(&[][..], Node::entries).iter();
    let texts = entries.map(|entry| (entry.key.clone(), entry.value.as_str().unwrap_or_default().to_owned()));
    texts.filter(|(_, text)| text.len() <= 4096).collect()
}

fn namespace(resource: &Resource<'_>, out: &mut Extracted) {
    let mark = super::mark(resource.node, out);
    let mut labels = resource.labels();
    // the mesh asks for an annotation where others ask for a label
    labels.extend(resource.annotations().into_iter().filter(|(key, _)| key == "linkerd.io/inject" || key == "config.linkerd.io/default-inbound-policy"));
    out.say(InfraFact::Namespace(Namespace { name: resource.name(), labels, mark }));
}
