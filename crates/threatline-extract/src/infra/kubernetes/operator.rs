//! Products that an operator runs: one resource says database or broker, the operator makes the rest.

use super::super::mark;
use super::{Resource, strings};
use crate::node::Node;
use std::collections::BTreeMap;
use threatline_facts::infra::{Config, ConfigRef, Container, InfraFact, Platform, Port, Service, ServicePort, Workload};
use threatline_facts::{Extracted, Text};
use threatline_knowledge::catalogue;

/// The label by which the Services find it; no manifest has it.
const LABEL: &str = "operator/instance";

/// Reads a resource if an operator makes a product of it; says whether it does.
pub(super) fn read(resource: &Resource<'_>, out: &mut Extracted) -> bool {
    let Some((operator, product)) = catalogue::operator(resource.group, resource.kind).and_then(|operator| Some((operator, operator.product()?))) else {
        return false;
    };
    let (at, name) = (mark(resource.node, out), resource.name());
    let labels = BTreeMap::from([(LABEL.to_owned(), format!("{}/{name}", resource.kind))]);
    let port = |number: &u16| Port { container: Some(*number), container_from: None, published: None, host_ip: None, protocol: None, name: None, mark: at };
    let container = Container {
        name: name.clone(),
        // the operator chooses the version and how it is set up
        image: Some(Text::join([Text::literal(format!("{}:", product.images.first().unwrap_or(&product.name))), Text::Unknown])),
        ports: product.ports.iter().map(port).collect(),
        env_from: vec![ConfigRef { name: format!("operator of {name}"), secret: true, prefix: String::new(), mark: at }],
        mark: at,
        ..Container::default()
    };
    let replicas = operator.replicas().and_then(|path| resource.node.at(&path)?.as_int()?.try_into().ok());
    out.say(InfraFact::Workload(Workload {
        namespace: resource.namespace(),
        labels: labels.clone(),
        own_labels: resource.labels(),
        annotations: strings(resource.node.at(&["metadata", "annotations"])),
        containers: vec![container],
        replicas,
        ..Workload::new(Platform::Kubernetes, resource.kind.to_owned(), name.clone(), at)
    }));
    for (secret, holds) in operator.secrets(&name) {
        let values = holds.into_iter().map(|(key, value)| (key, Text::literal(value), at)).collect();
        out.say(InfraFact::Config(Config { name: secret, namespace: resource.namespace(), secret: true, values, mark: at }));
    }
    let is_open = operator.outside().any(|(path, value)| holds(resource.node, &path, value));
    for service in operator.services(&name) {
        let ports = product.ports.iter().map(|port| ServicePort { name: None, port: Some(*port), target: None, node_port: None, app_protocol: None });
        out.say(InfraFact::Service(Service {
            name: service,
            namespace: resource.namespace(),
            kind: is_open.then(|| "LoadBalancer".to_owned()),
            selector: labels.clone(),
            ports: ports.collect(),
            external_name: None,
            external_ips: Vec::new(),
            annotations: BTreeMap::new(),
            mark: at,
            kind_mark: None,
        }));
    }
    true
}

/// Whether a value stands at the end of a path, `*` being any element of a list.
fn holds(node: &Node, path: &[&str], value: &str) -> bool {
    match path {
        [] => node.as_str().is_some_and(|text| text.eq_ignore_ascii_case(value)),
        ["*", rest @ ..] => node.items().iter().any(|item| holds(item, rest, value)),
        [key, rest @ ..] => node.get(key).is_some_and(|inner| holds(inner, rest, value)),
    }
}
