//! What an ingress demands before a request gets through to a component: that someone says who they are,
//! or that they do not ask too often.
//!
//! It counts for a way in only if every route from outside that leads there demands it, and it never makes
//! a claim of the code true: where the code is known to let everyone in, nothing is known any more.

use super::exposure::{OutsideRoute, matches};
use super::said::{At, Said};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{Ingress, IngressRule};
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

/// Middlewares of Traefik that an ingress names, `namespace-name@kubernetescrd` each.
const MIDDLEWARES: &str = "traefik.ingress.kubernetes.io/router.middlewares";

/// What stands before a rule.
#[derive(Default)]
pub(super) struct Before {
    pub(super) demands: bool,
    pub(super) limits: bool,
    pub(super) rewrites: bool,
}

/// What an ingress does with requests for one of its rules.
pub(super) fn before(ingress: &At<'_, Ingress>, rule: &IngressRule, said: &Said<'_>) -> Before {
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
    };
    let namespace = ingress.it.namespace.as_deref();
    for middleware in &said.middlewares {
        let own = middleware.it.namespace.as_deref().or(namespace);
        let by_rule = rule.middlewares.iter().any(|named| {
            let (space, name) = named.split_once('/').map_or((namespace, named.as_str()), |(space, name)| (Some(space), name));
            name == middleware.it.name && (space.is_none() || own.is_none() || space == own)
        });
        let by_name = format!("{}-{}@kubernetescrd", own.unwrap_or("default"), middleware.it.name);
        let by_annotation = annotations.get(MIDDLEWARES).is_some_and(|named| named.split(',').any(|named| named.trim() == by_name));
        if by_rule || by_annotation {
            before.demands |= middleware.it.demands.is_some();
            before.limits |= middleware.it.limits;
            before.rewrites |= middleware.it.rewrites;
        }
    }
    before
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
