//! What an ingress demands before a request gets through to a component: that someone says who they are,
//! or that they do not ask too often.
//!
//! It counts for a way in only if every route from outside that leads there demands it, and it never makes
//! a claim of the code true: where the code is known to let everyone in, nothing is known any more.

use super::exposure::{OutsideRoute, matches};
use super::said::{At, Said};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{Ingress, IngressRule, MeshPolicy, Middleware, Service};
use threatline_model::{ComponentId, EntryPoint, EntryPointKind, Evidence, EvidenceSource, Exposure, Grade, Proof, Property, Value};

/// Annotations that make an ingress ask who calls: end of the key, and the values that do, none being any but an empty one.
const DEMANDING: &[(&str, Option<&[&str]>)] = &[
    ("nginx.ingress.kubernetes.io/auth-url", None),
    ("nginx.ingress.kubernetes.io/auth-type", Some(&["basic", "digest"])),
    ("nginx.ingress.kubernetes.io/auth-tls-secret", None),
    ("haproxy-ingress.github.io/auth-url", None),
    ("haproxy-ingress.github.io/auth-secret", None),
    ("haproxy.org/auth-type", Some(&["basic-auth"])),
    ("ingress.kubernetes.io/auth-type", Some(&["basic", "digest", "forward"])),
    ("nginx.org/basic-auth-secret", None),
    ("nginx.org/jwt-key", None),
    ("nginx.com/jwt-key", None),
    ("alb.ingress.kubernetes.io/auth-type", Some(&["oidc", "cognito"])),
];

/// What takes that back.
const ALLOWING: &[(&str, &[&str])] = &[
    ("nginx.ingress.kubernetes.io/auth-tls-verify-client", &["off", "optional", "optional_no_ca"]),
    ("nginx.ingress.kubernetes.io/satisfy", &["any"]),
    ("alb.ingress.kubernetes.io/auth-on-unauthenticated-request", &["allow"]),
];

/// Annotations that limit how often one may ask.
const LIMITING: &[&str] = &["nginx.ingress.kubernetes.io/limit-rps", "nginx.ingress.kubernetes.io/limit-rpm", "haproxy-ingress.github.io/limit-rps"];

/// Middlewares and plugins that an annotation names: its key, and whether a namespace and a dash stand before each name.
const NAMING: &[(&str, bool)] = &[("traefik.ingress.kubernetes.io/router.middlewares", true), ("konghq.com/plugins", false)];

/// Annotations in which a Service names what stands before it, in JSON.
const BACKENDS: &[&str] = &["cloud.google.com/backend-config", "beta.cloud.google.com/backend-config"];

/// What stands before a rule.
#[derive(Default)]
pub(super) struct Before {
    pub(super) demands: bool,
    pub(super) limits: bool,
    pub(super) rewrites: bool,
    /// What every gateway demands by which one gets there.
    pub(super) at_gateway: Option<Evidence>,
}

/// What may stand before rules, by how it is named.
pub(super) struct Guards<'s, 'a> {
    by_name: BTreeMap<&'s str, Vec<&'s Middleware>>,
    by_target: BTreeMap<(&'s str, &'s str), Vec<&'s Middleware>>,
    gateways: BTreeMap<&'s str, Vec<&'s Ingress>>,
    policies: Vec<&'s At<'a, MeshPolicy>>,
}

impl<'s, 'a> Guards<'s, 'a> {
    pub(super) fn new(said: &'s Said<'a>) -> Self {
        let mut guards = Guards {
            by_name: BTreeMap::new(),
            by_target: BTreeMap::new(),
            gateways: BTreeMap::new(),
            policies: said.mesh.iter().filter(|policy| policy.it.action.is_some()).collect(),
        };
        for middleware in said.middlewares.iter().map(|middleware| middleware.it) {
            if middleware.targets.is_empty() {
                guards.by_name.entry(&middleware.name).or_default().push(middleware);
            }
            for (kind, name) in &middleware.targets {
                guards.by_target.entry((kind, name)).or_default().push(middleware);
            }
        }
        for ingress in said.ingresses.iter().map(|ingress| ingress.it).filter(|ingress| ingress.kind == "Gateway") {
            guards.gateways.entry(&ingress.name).or_default().push(ingress);
        }
        guards
    }

    /// What an ingress does with requests for one of its rules, and what the Service behind it asks the ingress to do.
    pub(super) fn before(&self, ingress: &At<'_, Ingress>, rule: &IngressRule, service: &Service) -> Before {
        let annotations = &ingress.it.annotations;
        let says = |key: &str, values: Option<&[&str]>| {
            let value = annotations.get(key).map(|value| value.trim());
            value.is_some_and(|value| !value.is_empty() && !value.contains("{{") && values.is_none_or(|values| values.contains(&value)))
        };
        let allowed = ALLOWING.iter().any(|(key, values)| says(key, Some(values)));
        // a piece of configuration that is written by hand may do anything
        let snippet = annotations.keys().any(|key| key.ends_with("-snippet"));
        let mut before = Before {
            demands: DEMANDING.iter().any(|(key, values)| says(key, *values)) && !allowed && !snippet,
            limits: LIMITING.iter().any(|key| says(key, None)),
            rewrites: rule.rewrite.is_some(),
            at_gateway: self.at_gateways(ingress.it, rule),
        };
        for middleware in self.named(ingress.it, rule, service).into_iter().chain(self.aimed(ingress.it)) {
            before.demands |= middleware.demands.is_some();
            before.limits |= middleware.limits;
            before.rewrites |= middleware.rewrites;
        }
        before
    }

    /// Those that the rule, its ingress or its Service names.
    fn named(&self, ingress: &Ingress, rule: &IngressRule, service: &Service) -> Vec<&'s Middleware> {
        let own = ingress.namespace.as_deref();
        let fits =
            |middleware: &&&'s Middleware, space: Option<&str>| middleware.namespace.is_none() || space.is_none() || middleware.namespace.as_deref() == space;
        let of = |name: &str| self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let mut found: Vec<&'s Middleware> = Vec::new();
        for named in &rule.middlewares {
            let (space, name) = named.split_once('/').map_or((own, named.as_str()), |(space, name)| (Some(space), name));
            found.extend(of(name).iter().filter(|middleware| fits(middleware, space)));
        }
        for (key, with_space) in NAMING {
            for named in
                [&ingress.annotations, &service.annotations].into_iter().filter_map(|annotations| annotations.get(*key)).flat_map(|text| text.split(','))
            {
                let named = named.trim();
                if !with_space {
                    found.extend(of(named).iter().filter(|middleware| fits(middleware, own)));
                    continue;
                }
                // where namespaces and names have dashes in them, any may be the one between
                let Some(named) = named.strip_suffix("@kubernetescrd") else { continue };
                for (dash, _) in named.match_indices('-').take(32) {
                    let (space, name) = (&named[..dash], &named[dash + 1..]);
                    let is_it = |middleware: &&&'s Middleware| middleware.namespace.as_deref().or(own).unwrap_or("default") == space;
                    found.extend(of(name).iter().filter(is_it));
                }
            }
        }
        for text in BACKENDS.iter().filter_map(|key| service.annotations.get(*key)) {
            let names = text.split('"').skip(1).step_by(2);
            found.extend(names.flat_map(of).filter(|middleware| fits(middleware, service.namespace.as_deref())));
        }
        found
    }

    /// Those that name the ingress, or every gateway by which one gets to it. What is said of a route counts instead of what is said of
    /// its gateway.
    fn aimed(&self, ingress: &Ingress) -> Vec<&'s Middleware> {
        let at = |kind: &str, name: &str| {
            let all = self.by_target.get(&(kind, name)).map_or(&[][..], Vec::as_slice);
            let beside = |middleware: &&&'s Middleware| {
                middleware.namespace.is_none() || ingress.namespace.is_none() || kind == "Gateway" || middleware.namespace == ingress.namespace
            };
            all.iter().filter(beside).copied().collect::<Vec<_>>()
        };
        let own = at(&ingress.kind, &ingress.name);
        let asks = |all: &[&'s Middleware]| all.iter().any(|middleware| !middleware.limits);
        if asks(&own) {
            return own;
        }
        let gateways: Vec<&str> = gateways(ingress).collect();
        match gateways.as_slice() {
            [gateway] => [own, at("Gateway", gateway)].concat(),
            _ => own,
        }
    }

    /// What all gateways demand by which one gets to a rule.
    fn at_gateways(&self, ingress: &Ingress, rule: &IngressRule) -> Option<Evidence> {
        if self.policies.is_empty() || !matches!(ingress.kind.as_str(), "VirtualService" | "HTTPRoute" | "GRPCRoute") {
            return None;
        }
        let mut first = None;
        for gateway in gateways(ingress) {
            let name = gateway.rsplit('/').next().unwrap_or(gateway);
            for gateway in self.gateways.get(name)? {
                let place = super::mesh::at_gateway(gateway, &self.policies, rule.path.as_deref(), rule.method.as_deref())?;
                first.get_or_insert(place);
            }
        }
        first
    }
}

/// The gateways by which one gets to an ingress.
fn gateways(ingress: &Ingress) -> impl Iterator<Item = &str> {
    ingress.class.iter().chain(&ingress.other_gateways).map(String::as_str)
}

/// The place of a rule.
pub(super) fn evidence(ingress: &At<'_, Ingress>, rule: &IngressRule) -> Evidence {
    Evidence::new(ingress.path.clone(), Some(rule.mark), EvidenceSource::Infrastructure, "kubernetes")
}

/// Tells ways in from outside what stands before them.
pub(crate) fn apply(entries: &mut [EntryPoint], ids: &[ComponentId], routes: &BTreeMap<usize, Vec<OutsideRoute>>) {
    let routes: BTreeMap<&ComponentId, &Vec<OutsideRoute>> = routes.iter().filter_map(|(at, routes)| Some((ids.get(*at)?, routes))).collect();
    let web = |entry: &&mut EntryPoint| entry.kind == EntryPointKind::Http || entry.kind == EntryPointKind::Graphql || entry.kind == EntryPointKind::Websocket;
    for entry in entries.iter_mut().filter(|entry| entry.exposure == Exposure::Internet).filter(web) {
        let Some(routes) = routes.get(&entry.component) else { continue };
        let leading: Vec<&OutsideRoute> = routes.iter().filter(|route| matches(route, &entry.path)).collect();
        let all = |what: fn(&OutsideRoute) -> &Option<Evidence>| -> Option<Proof> {
            let found: BTreeSet<Evidence> = leading.iter().map(|route| what(route).clone()).collect::<Option<_>>()?;
            (!found.is_empty()).then(|| Proof { grade: Grade::X, confidence: 900, evidence: found.into_iter().take(4).collect() })
        };
        if let Some(proof) = all(|route| &route.demands) {
            match entry.authenticated {
                None => (entry.authenticated, entry.authenticated_proof) = (Some(true), Some(proof)),
                Some(false) => (entry.authenticated, entry.authenticated_proof) = (None, None),
                Some(true) => {}
            }
        }
        if let Some(proof) = all(|route| &route.limits)
            && entry.properties.get(Property::RateLimited).is_none()
        {
            entry.properties.set(Property::RateLimited, Value::Flag(true), proof);
        }
    }
}
