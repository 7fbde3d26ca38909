//! Istio: gateways, virtual services bound to them, and hosts outside the mesh.

use super::super::mark;
use super::routes::{or_none, say, say_for};
use super::{MANY, Resource, guards, list, strings};
use crate::node::Node;
use std::collections::BTreeMap;
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, IngressRule, MeshOperation, MeshPolicy, MeshRule, Service, ServicePort};

/// Reads a resource of `networking.istio.io`.
pub(super) fn istio(resource: &Resource<'_>, out: &mut Extracted) {
    match resource.kind {
        "Gateway" => gateway(resource, out),
        "VirtualService" => virtual_service(resource, out),
        "ServiceEntry" => service_entry(resource, out),
        _ => {}
    }
}

fn gateway(resource: &Resource<'_>, out: &mut Extracted) {
    let secure = |server: &Node| server.str_at(&["tls", "mode"]).is_some();
    let tls = resource.list("servers").iter().any(secure);
    say(resource, resource.node.str_at(&["spec", "selector", "istio"]), tls, Vec::new(), out);
}

fn virtual_service(resource: &Resource<'_>, out: &mut Extracted) {
    let mut gateways = resource.list("gateways").iter().filter_map(Node::as_str).filter(|gateway| *gateway != "mesh");
    // Without a gateway it steers traffic inside the mesh only.
    let gateway = gateways.next().unwrap_or("mesh");
    let others = gateways.filter(|other| *other != gateway).take(MANY).map(str::to_owned).collect();
    let hosts = or_none(resource.list("hosts").iter().filter_map(Node::as_str).filter(|host| *host != "*" && host.len() <= 253).map(str::to_owned).collect());
    let mut rules = Vec::new();
    for key in ["http", "tls", "tcp"] {
        for route in resource.list(key) {
            let at = mark(route, out);
            let places =
                or_none(list(Some(route), "match").iter().filter_map(|one| Some((uri(one)?, one.str_at(&["method", "exact"]).map(str::to_owned)))).collect());
            let rewrite = route.str_at(&["rewrite", "uri"]).map(str::to_owned);
            for destination in list(Some(route), "route").iter().filter_map(|target| target.get("destination")) {
                let Some(host) = destination.str_at(&["host"]) else { continue };
                let (service, namespace) = short(host);
                rules.extend(hosts.iter().flat_map(|host| places.iter().map(move |place| (host, place))).take(MANY).map(|(host, place)| IngressRule {
                    host: host.clone(),
                    path: place.as_ref().map(|(path, _)| path.clone()),
                    method: place.as_ref().and_then(|(_, method)| method.clone()),
                    rewrite: rewrite.clone(),
                    service: service.clone(),
                    service_namespace: namespace.clone(),
                    port: destination.str_at(&["port", "number"]).map(str::to_owned),
                    middlewares: Vec::new(),
                    mark: at,
                }));
                rules.truncate(MANY);
            }
        }
    }
    say_for(resource, Some(gateway), others, false, rules, out);
}

fn uri(node: &Node) -> Option<String> {
    let uri = node.get("uri")?;
    ["prefix", "exact", "regex"].iter().find_map(|key| uri.str_at(&[key])).map(str::to_owned)
}

/// `name.namespace.svc.cluster.local` cut into name and namespace; other names stay whole.
fn short(host: &str) -> (String, Option<String>) {
    let mut parts = host.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), Some(namespace), Some("svc") | None) => (name.to_owned(), Some(namespace.to_owned())),
        _ => (host.to_owned(), None),
    }
}

/// A host outside the mesh, by its own name.
fn service_entry(resource: &Resource<'_>, out: &mut Extracted) {
    if resource.node.str_at(&["spec", "location"]) == Some("MESH_INTERNAL") {
        return;
    }
    let at = mark(resource.node, out);
    for host in resource.list("hosts").iter().filter_map(Node::as_str).take(MANY) {
        let ports = resource.list("ports").iter().take(64).map(|port| ServicePort {
            name: port.str_at(&["name"]).map(str::to_owned),
            port: port.get("number").and_then(Node::as_port),
            target: None,
            node_port: None,
            app_protocol: port.str_at(&["protocol"]).map(str::to_ascii_lowercase),
        });
        let service = Service {
            name: host.to_owned(),
            namespace: resource.namespace(),
            kind: Some("ExternalName".to_owned()),
            selector: BTreeMap::new(),
            ports: ports.collect(),
            external_name: Some(host.to_owned()),
            external_ips: Vec::new(),
            annotations: resource.annotations(),
            mark: at,
            kind_mark: None,
        };
        out.say(InfraFact::Service(service));
    }
}

/// Reads a resource of `security.istio.io`.
pub(super) fn security(resource: &Resource<'_>, out: &mut Extracted) {
    let spec = resource.spec();
    let text = |path: &[&str]| spec.and_then(|spec| spec.str_at(path));
    let selector = strings(spec.and_then(|spec| spec.at(&["selector", "matchLabels"])));
    let aimed = spec.is_some_and(|spec| spec.get("targetRefs").is_some() || spec.get("targetRef").is_some());
    let mut policy = MeshPolicy {
        name: resource.name(),
        namespace: resource.namespace(),
        selector,
        targets: spec.map(guards::targets).unwrap_or_default(),
        strict: None,
        callers: None,
        action: None,
        rules: Vec::new(),
        mark: mark(resource.node, out),
    };
    match resource.kind {
        "PeerAuthentication" => {
            let ports = spec.and_then(|spec| spec.get("portLevelMtls")).map_or(&[][..], Node::entries);
            let excepted = ports.iter().any(|port| port.value.str_at(&["mode"]) != Some("STRICT"));
            policy.strict = text(&["mtls", "mode"]).filter(|mode| *mode != "UNSET").map(|mode| mode == "STRICT" && !excepted);
        }
        // what is for a part of something is not told by its name
        "AuthorizationPolicy" if aimed != policy.targets.is_empty() => {
            let action = text(&["action"]).unwrap_or("ALLOW");
            policy.callers = (action == "ALLOW").then(|| principals(resource));
            policy.rules = resource.list("rules").iter().take(MANY).map(|rule| requests(rule, action)).collect();
            policy.action = matches!(action, "ALLOW" | "DENY" | "CUSTOM").then(|| action.to_owned());
        }
        _ => return,
    }
    if policy.strict.is_some() || policy.action.is_some() {
        out.say(InfraFact::MeshPolicy(policy));
    }
}

/// What requests a rule is for.
fn requests(rule: &Node, action: &str) -> MeshRule {
    let sources: Vec<&Node> = list(Some(rule), "from").iter().take(MANY).filter_map(|from| from.get("source")).collect();
    let conditions = list(Some(rule), "when");
    let demands = |source: &&Node| !list(Some(source), "requestPrincipals").is_empty();
    let lacks = |source: &&Node| source.entries().len() == 1 && list(Some(source), "notRequestPrincipals").iter().any(|name| name.as_str() == Some("*"));
    let token =
        |condition: &Node| condition.str_at(&["key"]).is_some_and(|key| key.starts_with("request.auth.")) && !list(Some(condition), "values").is_empty();
    let with_token = !sources.is_empty() && sources.iter().all(demands) || conditions.iter().any(token);
    let without_token = action == "DENY" && sources.iter().any(lacks);
    let operations = list(Some(rule), "to").iter().take(MANY).filter_map(|to| to.get("operation")).map(|operation| {
        let texts = |key: &str| list(Some(operation), key).iter().take(MANY).filter_map(Node::as_str).map(str::to_owned).collect();
        MeshOperation {
            paths: texts("paths"),
            not_paths: texts("notPaths"),
            methods: texts("methods"),
            not_methods: texts("notMethods"),
            narrowed: ["hosts", "notHosts", "ports", "notPorts"].iter().any(|key| operation.get(key).is_some()),
        }
    });
    MeshRule { with_token, without_token, narrowed: !conditions.is_empty() || !(without_token || sources.is_empty()), operations: operations.collect() }
}

/// The identities that a policy lets in, if every rule of it names some.
fn principals(resource: &Resource<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for rule in resource.list("rules") {
        let from = list(Some(rule), "from");
        if from.is_empty() {
            return Vec::new();
        }
        for source in from {
            let named = list(source.get("source"), "principals").iter().filter_map(Node::as_str);
            let before = out.len();
            out.extend(named.filter(|name| *name != "*").take(MANY).map(str::to_owned));
            if out.len() == before {
                return Vec::new();
            }
        }
    }
    out
}
