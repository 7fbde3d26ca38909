//! Routes in the words of single ingress controllers: NGINX's VirtualServer, Contour's HTTPProxy, Emissary's Mapping, Kong's
//! KongRoute.

use super::super::mark;
use super::routes::{or_none, say};
use super::{MANY, Resource, host, list};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::IngressRule;

/// Reads a VirtualServer or VirtualServerRoute of NGINX.
pub(super) fn nginx(resource: &Resource<'_>, out: &mut Extracted) {
    let Some(spec) = resource.spec() else { return };
    let upstreams = list(Some(spec), "upstreams");
    let policies = |node: &Node| list(Some(node), "policies").iter().take(64).filter_map(named).collect::<Vec<_>>();
    let everywhere = policies(spec);
    let mut rules = Vec::new();
    for route in list(Some(spec), if resource.kind == "VirtualServer" { "routes" } else { "subroutes" }).iter().take(MANY) {
        let at = mark(route, out);
        let mut middlewares = policies(route);
        middlewares.extend(everywhere.iter().cloned());
        let conditional = list(Some(route), "matches").iter().flat_map(|one| one.get("action").into_iter().chain(list(Some(one), "splits")));
        let actions = route.get("action").into_iter().chain(list(Some(route), "splits")).chain(conditional);
        let actions = actions.map(|action| action.get("action").unwrap_or(action));
        for action in actions.take(64) {
            let rewrite = action.str_at(&["proxy", "rewritePath"]).map(str::to_owned);
            let Some(name) = action.str_at(&["pass"]).or_else(|| action.str_at(&["proxy", "upstream"])) else { continue };
            let Some(upstream) = upstreams.iter().find(|upstream| upstream.str_at(&["name"]) == Some(name)) else { continue };
            let Some(service) = upstream.str_at(&["service"]) else { continue };
            rules.push(IngressRule {
                host: host(spec.str_at(&["host"])),
                path: route.str_at(&["path"]).map(prefix),
                rewrite,
                service: service.to_owned(),
                port: upstream.str_at(&["port"]).map(str::to_owned),
                middlewares: middlewares.clone(),
                mark: at,
                ..IngressRule::default()
            });
        }
        rules.truncate(MANY);
    }
    say(resource, spec.str_at(&["ingressClassName"]), spec.get("tls").is_some(), rules, out);
}

/// A path as it is written, without the sign that it is a pattern or the whole.
fn prefix(path: &str) -> String {
    path.trim_start_matches(['=', '~', '*', ' ']).trim_start_matches('^').to_owned()
}

fn named(node: &Node) -> Option<String> {
    let name = node.str_at(&["name"])?;
    Some(node.str_at(&["namespace"]).map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}")))
}

/// Reads an HTTPProxy of Contour. What it includes is told where it lies, and only a root is asked from outside.
pub(super) fn contour(resource: &Resource<'_>, out: &mut Extracted) {
    let Some(spec) = resource.spec() else { return };
    let mut rules = Vec::new();
    for route in list(Some(spec), "routes").iter().take(MANY) {
        let at = mark(route, out);
        let condition = |key: &str| list(Some(route), "conditions").iter().find_map(|condition| condition.str_at(&[key])).map(str::to_owned);
        let rewrite = list(route.get("pathRewritePolicy"), "replacePrefix").iter().find_map(|replaced| replaced.str_at(&["replacement"])).map(str::to_owned);
        for service in list(Some(route), "services").iter().take(64) {
            let Some(name) = service.str_at(&["name"]) else { continue };
            rules.push(IngressRule {
                host: host(spec.str_at(&["virtualhost", "fqdn"])),
                path: condition("prefix").or_else(|| condition("exact")),
                rewrite: rewrite.clone(),
                service: name.to_owned(),
                port: service.str_at(&["port"]).map(str::to_owned),
                mark: at,
                ..IngressRule::default()
            });
        }
        rules.truncate(MANY);
    }
    let class = spec.str_at(&["ingressClassName"]).unwrap_or("contour");
    say(resource, Some(class), spec.at(&["virtualhost", "tls"]).is_some(), rules, out);
}

/// Reads a Mapping of Emissary. The path is replaced by `/` unless another rewriting is written.
pub(super) fn emissary(resource: &Resource<'_>, out: &mut Extracted) {
    let Some(spec) = resource.spec() else { return };
    let at = mark(spec, out);
    let Some(address) = spec.str_at(&["service"]) else { return };
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (name, port) = address.split_once(':').map_or((address, None), |(name, port)| (name, Some(port.to_owned())));
    let mut parts = name.split('.');
    let service = parts.next().unwrap_or_default().to_owned();
    let rewrite = match spec.str_at(&["rewrite"]) {
        Some("") => None,
        Some(path) => Some(path.to_owned()),
        None => Some("/".to_owned()),
    };
    let rule = IngressRule {
        host: host(spec.str_at(&["hostname"]).or_else(|| spec.str_at(&["host"])).filter(|host| *host != "*")),
        path: spec.str_at(&["prefix"]).map(str::to_owned),
        method: spec.str_at(&["method"]).map(str::to_owned),
        rewrite,
        service,
        service_namespace: parts.next().map(str::to_owned),
        port,
        middlewares: Vec::new(),
        mark: at,
    };
    say(resource, Some("emissary"), false, vec![rule], out);
}

/// Reads a KongRoute. The service is an entity of Kong's own, which names what stands behind elsewhere.
pub(super) fn kong(resource: &Resource<'_>, out: &mut Extracted) {
    let Some(spec) = resource.spec() else { return };
    let at = mark(spec, out);
    let texts = |key: &str| list(Some(spec), key).iter().take(64).filter_map(Node::as_str).map(str::to_owned).collect::<Vec<_>>();
    let (hosts, paths, methods) = (or_none(texts("hosts")), or_none(texts("paths")), or_none(texts("methods")));
    let places = hosts.iter().flat_map(|host| paths.iter().map(move |path| (host, path)));
    let rules = places.flat_map(|(host, path)| methods.iter().map(move |method| (host, path, method))).take(MANY).map(|(host, path, method)| IngressRule {
        host: super::host(host.as_deref()),
        path: path.as_deref().map(|path| path.trim_start_matches('~').to_owned()),
        method: method.as_deref().map(str::to_ascii_uppercase),
        mark: at,
        ..IngressRule::default()
    });
    let rules = rules.collect();
    say(resource, Some("kong"), false, rules, out);
}
