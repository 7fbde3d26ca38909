//! Gateway API, OpenShift Routes and Traefik's IngressRoute.

use super::super::mark;
use super::{MANY, Resource, list};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, Ingress, IngressRule, RouteGrant};

/// An ingress of this resource with these rules.
pub(super) fn say(resource: &Resource<'_>, class: Option<&str>, tls: bool, rules: Vec<IngressRule>, out: &mut Extracted) {
    say_for(resource, class, Vec::new(), tls, rules, out);
}

/// The same where further gateways lead there.
pub(super) fn say_for(resource: &Resource<'_>, class: Option<&str>, other_gateways: Vec<String>, tls: bool, rules: Vec<IngressRule>, out: &mut Extracted) {
    let at = mark(resource.node, out);
    let ingress = Ingress {
        other_gateways,
        kind: resource.kind.to_owned(),
        name: resource.name(),
        namespace: resource.namespace(),
        class: class.map(str::to_owned),
        rules,
        tls,
        annotations: resource.annotations(),
        mark: at,
    };
    out.say(InfraFact::Ingress(ingress));
}

/// Reads a Gateway or a route of the Gateway API.
pub(super) fn gateway_api(resource: &Resource<'_>, out: &mut Extracted) {
    if resource.kind == "Gateway" {
        let secure = |listener: &Node| listener.get("tls").is_some() || matches!(listener.str_at(&["protocol"]), Some("HTTPS" | "TLS"));
        let tls = resource.list("listeners").iter().any(secure);
        say(resource, resource.node.str_at(&["spec", "gatewayClassName"]), tls, Vec::new(), out);
    } else if resource.kind == "ReferenceGrant" {
        grant(resource, out);
    } else if resource.kind.ends_with("Route") {
        let parents = resource.list("parentRefs");
        // A route whose parents are Services steers traffic inside a mesh and lets nobody in.
        if !parents.is_empty() && parents.iter().all(|parent| parent.str_at(&["kind"]) == Some("Service")) {
            return;
        }
        let mut gateways = parents.iter().filter_map(|parent| parent.str_at(&["name"]));
        let gateway = gateways.next();
        let others = gateways.filter(|other| Some(*other) != gateway).take(MANY).map(str::to_owned).collect();
        let rules = resource.list("rules").iter().flat_map(|rule| gateway_rules(resource, rule, out)).take(MANY).collect();
        say_for(resource, gateway, others, false, rules, out);
    }
}

fn grant(resource: &Resource<'_>, out: &mut Extracted) {
    let from = resource.list("from").iter().filter_map(|from| Some((from.str_at(&["kind"])?.to_owned(), from.str_at(&["namespace"])?.to_owned())));
    let to: Vec<&Node> = resource.list("to").iter().filter(|to| to.str_at(&["kind"]) == Some("Service")).collect();
    if to.is_empty() {
        return;
    }
    // one without a name opens them all
    let services =
        if to.iter().any(|to| to.get("name").is_none()) { Vec::new() } else { to.iter().filter_map(|to| to.str_at(&["name"])).map(str::to_owned).collect() };
    let grant = RouteGrant { namespace: resource.namespace(), from: from.take(MANY).collect(), services, mark: mark(resource.node, out) };
    out.say(InfraFact::RouteGrant(grant));
}

fn gateway_rules(resource: &Resource<'_>, rule: &Node, out: &mut Extracted) -> Vec<IngressRule> {
    let at = mark(rule, out);
    let rewrite = list(Some(rule), "filters").iter().find_map(|filter| {
        let path = filter.at(&["urlRewrite", "path"])?;
        path.str_at(&["replacePrefixMatch"]).or_else(|| path.str_at(&["replaceFullPath"])).map(str::to_owned)
    });
    let all = list(Some(rule), "backendRefs");
    let is_service = |backend: &&Node| backend.str_at(&["kind"]).is_none_or(|kind| kind == "Service");
    let names = all.iter().filter(is_service).filter_map(|backend| Some((backend.str_at(&["name"])?, Some(backend))));
    let mut backends: Vec<(&str, Option<&Node>)> = names.take(MANY).collect();
    // what another file adds the backend to lets requests in all the same; what only redirects has no use for one
    let redirects = list(Some(rule), "filters").iter().any(|filter| filter.get("requestRedirect").is_some());
    let matches = list(Some(rule), "matches");
    if all.is_empty() && !redirects && !matches.is_empty() {
        backends.push(("", None));
    }
    let hosts = or_none(resource.list("hostnames").iter().filter_map(Node::as_str).filter(|host| host.len() <= 253).collect());
    let paths = or_none(matches.iter().filter_map(match_path).collect());
    let places = hosts.iter().flat_map(|host| paths.iter().map(move |path| (*host, path.clone())));
    let places: Vec<_> = places.take(MANY).collect();
    let one = |(service, backend): (&str, Option<&Node>), host: Option<&str>, place: Option<(String, Option<String>)>| {
        let text = |key| backend.and_then(|backend| backend.str_at(&[key])).map(str::to_owned);
        let (path, method) = place.map_or((None, None), |(path, method)| (Some(path), method));
        IngressRule {
            host: host.map(str::to_owned),
            path,
            method,
            rewrite: rewrite.clone(),
            service: service.to_owned(),
            service_namespace: text("namespace"),
            port: text("port"),
            middlewares: Vec::new(),
            mark: at,
        }
    };
    backends.into_iter().flat_map(|backend| places.iter().map(move |(host, place)| one(backend, *host, place.clone())).collect::<Vec<_>>()).take(MANY).collect()
}

/// A path and perhaps a method, or a gRPC method as a path.
fn match_path(node: &Node) -> Option<(String, Option<String>)> {
    let grpc = |service: &str| (format!("/{service}/{}", node.str_at(&["method", "method"]).unwrap_or("*")), None);
    let http = |path: &str| (path.to_owned(), node.str_at(&["method"]).map(str::to_owned));
    node.str_at(&["path", "value"]).map(http).or_else(|| node.str_at(&["method", "service"]).map(grpc))
}

/// One `None` stands for all when nothing is written.
pub(super) fn or_none<T>(written: Vec<T>) -> Vec<Option<T>> {
    if written.is_empty() { vec![None] } else { written.into_iter().map(Some).collect() }
}

/// Reads an OpenShift Route.
pub(super) fn openshift(resource: &Resource<'_>, out: &mut Extracted) {
    let Some(spec) = resource.spec() else { return };
    let at = mark(spec, out);
    let text = |path: &[&str]| spec.str_at(path).map(str::to_owned);
    let targets = spec.get("to").into_iter().chain(list(Some(spec), "alternateBackends")).filter_map(|to| to.str_at(&["name"]));
    let rules = targets.map(|service| IngressRule {
        host: super::host(spec.str_at(&["host"])),
        path: text(&["path"]),
        method: None,
        rewrite: None,
        service: service.to_owned(),
        service_namespace: None,
        port: text(&["port", "targetPort"]),
        middlewares: Vec::new(),
        mark: at,
    });
    let rules = rules.take(MANY).collect();
    say(resource, None, spec.get("tls").is_some_and(|tls| !tls.is_null()), rules, out);
}

/// Reads a Traefik IngressRoute.
pub(super) fn traefik(resource: &Resource<'_>, out: &mut Extracted) {
    let mut rules = Vec::new();
    for route in resource.list("routes") {
        let at = mark(route, out);
        let matched = route.str_at(&["match"]).unwrap_or_default();
        let hosts = or_none([arguments(matched, "Host("), arguments(matched, "HostSNI(")].concat());
        let paths = or_none([arguments(matched, "PathPrefix("), arguments(matched, "Path(")].concat());
        let middlewares: Vec<String> = list(Some(route), "middlewares")
            .iter()
            .take(64)
            .filter_map(|middleware| {
                let name = middleware.str_at(&["name"])?;
                Some(middleware.str_at(&["namespace"]).map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}")))
            })
            .collect();
        // Services of Traefik's own (`api@internal`) are none of the cluster's.
        let services = list(Some(route), "services").iter().filter(|service| service.str_at(&["kind"]) != Some("TraefikService"));
        for service in services {
            let Some(name) = service.str_at(&["name"]) else { continue };
            rules.extend(hosts.iter().flat_map(|host| paths.iter().map(move |path| (host, path))).take(MANY).map(|(host, path)| IngressRule {
                host: host.clone(),
                path: path.clone(),
                method: None,
                rewrite: None,
                service: name.to_owned(),
                service_namespace: service.str_at(&["namespace"]).map(str::to_owned),
                port: service.str_at(&["port"]).map(str::to_owned),
                middlewares: middlewares.clone(),
                mark: at,
            }));
            rules.truncate(MANY);
        }
    }
    let tls = resource.spec().is_some_and(|spec| spec.get("tls").is_some());
    let entry = resource.list("entryPoints").first().and_then(Node::as_str);
    say(resource, entry, tls, rules, out);
}

/// The quoted arguments of a matcher in a Traefik rule, `*` of a host being none.
fn arguments(rule: &str, matcher: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in rule.match_indices(matcher) {
        let before = rule[..at].chars().next_back();
        if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '!') {
            continue;
        }
        let inner = &rule[at + matcher.len()..];
        let inner = inner.split(')').next().unwrap_or_default();
        out.extend(inner.split(',').map(|word| word.trim().trim_matches(['`', '"', '\'']).to_owned()).filter(|word| word != "*" && !word.is_empty()));
    }
    out
}
