//! Who can send to a component, with the route that proves it.

use super::deployed::{CLUSTER, reader};
use super::draft::{Description, Draft, folder_of};
use super::guarded;
use super::hardening::is_for_development;
use super::names::Backends;
use super::said::Said;
use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_facts::Mark;
use threatline_facts::infra::{Ingress, IngressRule, RouteGrant, Service};
use threatline_model::{ComponentKind, Evidence, EvidenceSource, Exposure};

/// A way in from outside through an ingress or gateway.
#[derive(Clone, Debug, Default)]
pub(crate) struct OutsideRoute {
    /// Path prefix outside; none is everything.
    pub(crate) path: Option<String>,
    /// Who calls is asked on the way, and where that is said.
    pub(crate) demands: Option<Evidence>,
    /// How often one may ask is limited on the way.
    pub(crate) limits: Option<Evidence>,
}

/// Decides the exposure of every component; returns routes from outside by component, where all ways
/// in are limited to paths.
pub(crate) fn decide(drafts: &mut [Draft<'_>], said: &Said<'_>) -> BTreeMap<usize, Vec<OutsideRoute>> {
    let backends = Backends::new(drafts);
    let mut routes: BTreeMap<usize, Vec<OutsideRoute>> = BTreeMap::new();
    for draft in drafts.iter_mut() {
        draft.exposure = match draft.kind {
            ComponentKind::ExternalEntity => Exposure::Internet,
            _ if draft.descriptions.is_empty() || draft.only_tried => draft.exposure,
            _ => Exposure::Internal,
        };
    }
    publish_ports(drafts, &mut routes);
    let main = main_folders(said);
    for service in &said.services {
        // where folders disagree, the one that describes most of the system speaks for it
        let stands = main.get(service.it.name.as_str()).is_none_or(|folder| *folder == folder_of(&service.path));
        if let Some(mark) = opens(service.it).filter(|_| stands) {
            for at in backends.of(service.it) {
                expose(&mut drafts[at], &service.path, mark, "kubernetes");
                routes.entry(at).or_default().push(OutsideRoute::default());
            }
        }
    }
    let by_name = services_by_name(said);
    let guards = guarded::Guards::new(said);
    let gateways: BTreeMap<&str, &Ingress> = said.ingresses.iter().filter(|it| it.it.kind == "Gateway").map(|it| (it.it.name.as_str(), it.it)).collect();
    for ingress in &said.ingresses {
        if is_mesh_only(ingress.it.kind.as_str(), ingress.it.class.as_deref()) || is_inside(ingress.it, &gateways) {
            continue;
        }
        for rule in ingress.it.rules.iter().filter(|rule| !rule.service.is_empty() && may_send(ingress.it, rule, said)) {
            let namespace = rule.service_namespace.as_deref().or(ingress.it.namespace.as_deref());
            for service in by_name.get(rule.service.split('.').next().unwrap_or_default()).into_iter().flatten() {
                let fits = namespace.is_none() || service.namespace.is_none() || service.namespace.as_deref() == namespace;
                for at in fits.then(|| backends.of(service)).into_iter().flatten() {
                    expose(&mut drafts[at], &ingress.path, rule.mark, "kubernetes");
                    let before = guards.before(ingress, rule, service);
                    let evidence = || guarded::evidence(ingress, rule);
                    let demands = before.at_gateway.clone().or_else(|| before.demands.then(evidence));
                    routes.entry(at).or_default().push(OutsideRoute {
                        path: rule.path.clone().filter(|_| !before.rewrites),
                        demands,
                        limits: before.limits.then(evidence),
                    });
                }
            }
        }
    }
    routes
}

/// For a Service that several folders describe, the one with the most Services in it, the first of
/// equals.
fn main_folders<'a>(said: &'a Said<'_>) -> BTreeMap<&'a str, &'a str> {
    let mut size: BTreeMap<&str, usize> = BTreeMap::new();
    said.services.iter().for_each(|service| *size.entry(folder_of(&service.path)).or_default() += 1);
    let mut main: BTreeMap<&str, &str> = BTreeMap::new();
    for service in &said.services {
        let folder = folder_of(&service.path);
        let known = main.entry(&service.it.name).or_insert(folder);
        if size[folder] > size[*known] {
            *known = folder;
        }
    }
    main
}

fn services_by_name<'a>(said: &Said<'a>) -> BTreeMap<&'a str, Vec<&'a Service>> {
    let mut by_name: BTreeMap<&str, Vec<&Service>> = BTreeMap::new();
    for service in &said.services {
        by_name.entry(&service.it.name).or_default().push(service.it);
    }
    by_name
}

/// A VirtualService without a gateway only routes inside the mesh.
pub(crate) fn is_mesh_only(kind: &str, class: Option<&str>) -> bool {
    kind == "VirtualService" && class.is_none_or(|class| class == "mesh")
}

/// Annotations by which a load balancer is one of a private network, and what they say then.
const PRIVATE: [(&str, &str); 4] = [
    ("alb.ingress.kubernetes.io/scheme", "internal"),
    ("kubernetes.io/ingress.class", "gce-internal"),
    ("appgw.ingress.kubernetes.io/use-private-ip", "true"),
    ("networking.gke.io/load-balancer-type", "Internal"),
];

/// Whether an ingress, or every gateway that a route names, is reached from a private network alone.
fn is_inside(ingress: &Ingress, gateways: &BTreeMap<&str, &Ingress>) -> bool {
    let annotated = |it: &Ingress| PRIVATE.iter().any(|(key, value)| it.annotations.get(*key).is_some_and(|written| written == value));
    let classed = |class: Option<&str>| class.is_some_and(|class| class.split(['-', '.', '_']).any(|word| matches!(word, "internal" | "private" | "rilb")));
    let own = |it: &Ingress| annotated(it) || classed(it.class.as_deref());
    let mut named = ingress.class.iter().chain(&ingress.other_gateways).peekable();
    match ingress.kind.as_str() {
        "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "TLSRoute" | "UDPRoute" => {
            named.peek().is_some() && named.all(|name| gateways.get(name.as_str()).is_some_and(|gateway| own(gateway)))
        }
        _ => own(ingress),
    }
}

/// Whether a route may send to a service of another namespace: where the repository holds grants one must name it.
fn may_send(ingress: &Ingress, rule: &IngressRule, said: &Said<'_>) -> bool {
    let (Some(from), Some(to)) = (ingress.namespace.as_deref(), rule.service_namespace.as_deref()) else { return true };
    let is_asked = ingress.kind.ends_with("Route") && from != to && !matches!(ingress.kind.as_str(), "IngressRoute" | "Route" | "KongRoute");
    let grants = |grant: &RouteGrant| {
        grant.namespace.as_deref() == Some(to)
            && grant.from.iter().any(|(kind, namespace)| *kind == ingress.kind && namespace == from)
            && (grant.services.is_empty() || grant.services.contains(&rule.service))
    };
    !is_asked || said.grants.is_empty() || said.grants.iter().any(|grant| grants(grant.it))
}

/// The mark of what opens a Service to the outside.
fn opens(service: &Service) -> Option<Mark> {
    let mark = service.kind_mark.unwrap_or(service.mark);
    let internal = service.annotations.iter().any(|(key, value)| {
        let key = key.to_ascii_lowercase();
        let named = key.contains("load-balancer-internal")
            || key.contains("load-balancer-type")
            || key.contains("load-balancer-scheme")
            || key.contains("internal-load-balancer");
        named && (value.eq_ignore_ascii_case("internal") || value == "true" || value.starts_with("0.0.0.0/0"))
    });
    let private_range = |ip: &String| ip.starts_with("10.") || ip.starts_with("192.168.") || ip.starts_with("127.");
    match service.kind.as_deref() {
        Some("LoadBalancer") if !internal => Some(mark),
        Some("NodePort") => Some(mark),
        _ if !service.external_ips.is_empty() && !service.external_ips.iter().all(private_range) => Some(mark),
        _ => None,
    }
}

fn publish_ports(drafts: &mut [Draft<'_>], routes: &mut BTreeMap<usize, Vec<OutsideRoute>>) {
    for (at, draft) in drafts.iter_mut().enumerate().filter(|(_, draft)| !draft.only_tried) {
        let mut open: Vec<(Arc<str>, Mark, &str)> = Vec::new();
        let for_use = |d: &Description<'_>| !is_for_development(&d.path);
        let used = draft.descriptions.iter().any(for_use);
        let deployed_in_cluster = draft.descriptions.iter().any(|d| d.group == CLUSTER);
        for description in &draft.descriptions {
            let workload = description.workload;
            let host_network = workload.networks.iter().any(|network| network == "mode:host");
            for port in workload.containers.iter().flat_map(|container| &container.ports) {
                let loopback = port.host_ip.as_deref().is_some_and(|ip| ip.starts_with("127.") || ip == "localhost" || ip == "::1");
                // a project that only repeats a cluster for development opens nothing of production, nor does a file of
                // its own for development
                let development = workload.platform.is_project() && deployed_in_cluster || used && !for_use(description);
                if (port.published.is_some() || host_network) && !loopback && !development {
                    open.push((description.path.clone(), port.mark, reader(workload)));
                }
            }
        }
        for (path, mark, by) in open {
            expose(draft, &path, mark, by);
            routes.entry(at).or_default().push(OutsideRoute::default());
        }
    }
}

pub(crate) fn expose(draft: &mut Draft<'_>, path: &Arc<str>, mark: Mark, by: &str) {
    if draft.kind == ComponentKind::ExternalEntity {
        return;
    }
    let place = Evidence::new(path.clone(), Some(mark), EvidenceSource::Infrastructure, by);
    draft.evidence.push(place.clone());
    draft.open(place);
}

/// The exposure of an entry point on that path of a component.
pub(crate) fn of_path(component: Exposure, routes: Option<&Vec<OutsideRoute>>, path: &str) -> Exposure {
    if component != Exposure::Internet {
        return component;
    }
    let Some(routes) = routes.filter(|routes| !routes.is_empty()) else {
        return component;
    };
    if routes.iter().any(|route| matches(route, path)) { Exposure::Internet } else { Exposure::Internal }
}

/// Whether requests for a path come by a route.
pub(crate) fn matches(route: &OutsideRoute, path: &str) -> bool {
    let Some(prefix) = route.path.as_deref() else { return true };
    let prefix = prefix.split(['(', '*', '{']).next().unwrap_or_default().trim_end_matches('/');
    prefix.is_empty() || path == prefix || path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
}
