//! Services and NetworkPolicies.

use super::super::{gap, mark};
use super::{MANY, Resource, list, strings};
use crate::node::Node;
use std::collections::BTreeMap;
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, NetworkPolicy, PolicyPeer, Service, ServicePort};

/// Reads a Service.
pub(super) fn service(resource: &Resource<'_>, out: &mut Extracted) {
    let spec = resource.spec();
    let at = mark(resource.node, out);
    let kind = spec.and_then(|spec| spec.entry("type"));
    let text = |key: &str| spec.and_then(|spec| spec.str_at(&[key])).map(str::to_owned);
    let service = Service {
        name: resource.name(),
        namespace: resource.namespace(),
        kind: text("type"),
        kind_mark: kind.map(|kind| out.mark(kind.line, kind.end_line())),
        selector: strings(spec.and_then(|spec| spec.get("selector"))),
        ports: resource.list("ports").iter().map(port).collect(),
        external_name: text("externalName"),
        external_ips: resource.list("externalIPs").iter().filter_map(Node::as_str).map(str::to_owned).chain(text("loadBalancerIP")).collect(),
        annotations: resource.annotations(),
        mark: at,
    };
    out.say(InfraFact::Service(service));
}

fn port(node: &Node) -> ServicePort {
    ServicePort {
        name: node.str_at(&["name"]).map(str::to_owned),
        port: node.get("port").and_then(Node::as_port),
        target: node.str_at(&["targetPort"]).map(str::to_owned),
        node_port: node.get("nodePort").and_then(Node::as_port),
        app_protocol: node.str_at(&["appProtocol"]).map(str::to_owned),
    }
}

/// Reads a NetworkPolicy.
pub(super) fn policy(resource: &Resource<'_>, out: &mut Extracted) {
    let spec = resource.spec();
    let at = mark(resource.node, out);
    let kinds: Vec<&str> = resource.list("policyTypes").iter().filter_map(Node::as_str).collect();
    // Without `policyTypes` incoming traffic is always restricted, outgoing if there are rules for it.
    let restricts = |kind: &str, key: &str| match kinds.as_slice() {
        [] => key == "ingress" || spec.is_some_and(|spec| spec.get(key).is_some()),
        kinds => kinds.contains(&kind),
    };
    let (ingress, egress) = (restricts("Ingress", "ingress"), restricts("Egress", "egress"));
    let policy = NetworkPolicy {
        name: resource.name(),
        namespace: resource.namespace(),
        selector: spec.and_then(|spec| spec.get("podSelector")).map(|selector| self::selector(selector, out)).unwrap_or_default(),
        ingress: ingress.then(|| peers(resource.list("ingress"), "from", out)),
        egress: egress.then(|| peers(resource.list("egress"), "to", out)),
        mark: at,
    };
    out.say(InfraFact::NetworkPolicy(policy));
}

fn peers(rules: &[Node], key: &str, out: &mut Extracted) -> Vec<PolicyPeer> {
    let mut peers = Vec::new();
    for rule in rules {
        let ports: Vec<String> = list(Some(rule), "ports").iter().take(MANY).map(policy_port).collect();
        let written = list(Some(rule), key);
        if written.is_empty() {
            peers.push(PolicyPeer { ports: ports.clone(), ..PolicyPeer::default() });
        }
        for peer in written.iter().take(MANY) {
            peers.push(PolicyPeer {
                pods: peer.get("podSelector").map(|labels| selector(labels, out)),
                namespaces: peer.get("namespaceSelector").map(|labels| selector(labels, out)),
                cidr: peer.str_at(&["ipBlock", "cidr"]).map(str::to_owned),
                ports: ports.clone(),
            });
        }
    }
    peers
}

fn policy_port(node: &Node) -> String {
    let port = node.str_at(&["port"]).unwrap_or("*");
    match node.str_at(&["endPort"]) {
        Some(end) => format!("{port}-{end}"),
        None => port.to_owned(),
    }
}

/// Labels that must match. An expression that is no plain equality becomes a label that nothing has, so
/// that no pod is taken for protected or let through by mistake, and a gap.
fn selector(node: &Node, out: &mut Extracted) -> BTreeMap<String, String> {
    let mut labels = strings(node.get("matchLabels"));
    for expression in list(Some(node), "matchExpressions") {
        let key = expression.str_at(&["key"]).unwrap_or_default().to_owned();
        let values = list(Some(expression), "values");
        match (expression.str_at(&["operator"]), values) {
            (Some("In"), [value]) => {
                labels.insert(key, value.as_str().unwrap_or_default().to_owned());
            }
            _ => {
                labels.insert(key, "?".to_owned());
                gap(expression, "a label expression of a network policy", out);
            }
        }
    }
    labels
}
