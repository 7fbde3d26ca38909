//! Charts of somebody else's that are installed with one's own: products that we know by name.

use super::tree::Foreign;
use super::value::Value;
use crate::infra::chart::HOLE;
use std::collections::BTreeMap;
use threatline_facts::infra::{ConfigRef, Container, InfraFact, Platform, Port, Service, ServicePort, Workload};
use threatline_facts::{Extracted, Facts, Text};
use threatline_knowledge::catalogue;

/// What charts put behind their name for the Service that clients use.
const SUFFIXES: &[&str] = &["", "-master", "-primary", "-headless", "-hl", "-client", "-http", "-svc", "-server"];

/// What an instance of the product says as a workload; nothing of a product that is not known.
pub(super) fn say(foreign: &Foreign, release: &Value) -> Facts {
    let Some(product) = catalogue::chart(&foreign.name) else { return Facts::default() };
    let (mark, mut out) = (foreign.mark, Extracted::with_given_marks());
    let name = foreign.alias.as_ref().unwrap_or(&foreign.name);
    let full = full_name(name, &foreign.values, release);
    let labels = BTreeMap::from([("app.kubernetes.io/instance".to_owned(), full.clone())]);
    let port = |number: &u16| Port { container: Some(*number), container_from: None, published: None, host_ip: None, protocol: None, name: None, mark };
    let container = Container {
        name: name.clone(),
        // which version it is the chart knows, and so which settings it has
        image: Some(Text::join([Text::literal(format!("{}:", product.images.first().unwrap_or(&product.name))), Text::Unknown])),
        ports: product.ports.iter().map(port).collect(),
        env_from: vec![ConfigRef { name: format!("values of {name}"), secret: true, prefix: String::new(), mark }],
        mark,
        ..Container::default()
    };
    let workload = Workload {
        labels: labels.clone(),
        containers: vec![container],
        aliases: vec![full.clone()],
        ..Workload::new(Platform::Kubernetes, "HelmChart".to_owned(), name.clone(), mark)
    };
    out.say(InfraFact::Workload(workload));
    for suffix in SUFFIXES {
        let ports = product.ports.iter().map(|port| ServicePort { name: None, port: Some(*port), target: None, node_port: None, app_protocol: None });
        out.say(InfraFact::Service(Service {
            name: format!("{full}{suffix}"),
            namespace: None,
            kind: None,
            selector: labels.clone(),
            ports: ports.collect(),
            external_name: None,
            external_ips: Vec::new(),
            annotations: BTreeMap::new(),
            mark,
            kind_mark: None,
        }));
    }
    out.facts
}

/// What charts call what they make: the name of the release, then their own unless it holds it already.
fn full_name(name: &str, values: &Value, release: &Value) -> String {
    let text = |key: &str| match values.get(key) {
        Value::Text(text) if !text.is_empty() && !text.contains(HOLE) => Some(text.to_string()),
        _ => None,
    };
    let release = release.get("Name").printed().replace(super::render::RELEASE, "");
    text("fullnameOverride").unwrap_or_else(|| {
        let name = text("nameOverride").unwrap_or_else(|| name.to_owned());
        if release.contains(&name) { release } else { format!("{release}-{name}") }
    })
}
