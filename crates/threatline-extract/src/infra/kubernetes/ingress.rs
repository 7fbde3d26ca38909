//! Ingress, in its present and its former shape.

use super::super::mark;
use super::{Resource, list};
use crate::node::Node;
use threatline_facts::infra::{InfraFact, Ingress, IngressRule};
use threatline_facts::{Extracted, Mark};

/// Reads an Ingress.
pub(super) fn read(resource: &Resource<'_>, out: &mut Extracted) {
    let at = mark(resource.node, out);
    let annotations = resource.annotations();
    let rewrite = annotations.iter().find(|(key, _)| key.ends_with("/rewrite-target")).map(|(_, path)| path.clone());
    let spec = resource.spec();
    let mut rules = Vec::new();
    for rule in resource.list("rules") {
        let host = super::host(rule.str_at(&["host"]));
        for path in list(rule.get("http"), "paths") {
            let mark = mark(path, out);
            let Some(backend) = path.get("backend") else { continue };
            let written = path.str_at(&["path"]).map(str::to_owned);
            rules.extend(self::rule(backend, host.clone(), written, rewrite.clone(), mark));
        }
    }
    if let Some(backend) = ["defaultBackend", "backend"].iter().find_map(|key| spec?.get(key)) {
        let mark = mark(backend, out);
        rules.extend(rule(backend, None, None, rewrite, mark));
    }
    let class = resource.node.str_at(&["spec", "ingressClassName"]).or_else(|| annotations.get("kubernetes.io/ingress.class").map(String::as_str));
    let ingress = Ingress {
        other_gateways: Vec::new(),
        kind: "Ingress".to_owned(),
        name: resource.name(),
        namespace: resource.namespace(),
        class: class.map(str::to_owned),
        rules,
        tls: !resource.list("tls").is_empty(),
        annotations,
        mark: at,
    };
    out.say(InfraFact::Ingress(ingress));
}

fn rule(backend: &Node, host: Option<String>, path: Option<String>, rewrite: Option<String>, mark: Mark) -> Option<IngressRule> {
    let service = backend.str_at(&["service", "name"]).or_else(|| backend.str_at(&["serviceName"]))?.to_owned();
    let ports: [&[&str]; 3] = [&["service", "port", "number"], &["service", "port", "name"], &["servicePort"]];
    let port = ports.iter().find_map(|path| backend.str_at(path)).map(str::to_owned);
    Some(IngressRule { host, path, method: None, rewrite, service, service_namespace: None, port, middlewares: Vec::new(), mark })
}
