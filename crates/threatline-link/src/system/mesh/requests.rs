//! What policies of Istio ask of requests before they get to a workload, or through a gateway: a token that was verified, or
//! another's word. That tokens are verified where there are any (RequestAuthentication) lets those without one pass.

use crate::system::draft::{Description, Draft};
use crate::system::said::{At, Said};
use std::collections::BTreeSet;
use threatline_facts::infra::{Ingress, MeshOperation, MeshPolicy, MeshRule, Platform};
use threatline_model::{ComponentId, EntryPoint, EntryPointKind, Evidence, Grade, Proof};

/// What is asked for.
pub(crate) struct Asked<'p> {
    /// None is anything.
    path: Option<&'p str>,
    /// All that begins with the path.
    begins: bool,
    method: Option<&'p str>,
}

/// What says that whoever asks for this has shown who they are.
fn demanded(policies: &[&At<'_, MeshPolicy>], asked: &Asked<'_>) -> Option<Evidence> {
    let rules = |action: &str| {
        let of_action: Vec<_> = policies.iter().filter(|policy| policy.it.action.as_deref() == Some(action)).collect();
        of_action.into_iter().flat_map(|policy| policy.it.rules.iter().map(move |rule| (policy, rule)))
    };
    let turned_away = rules("DENY").find(|(_, rule)| rule.without_token && !rule.narrowed && is_for_all(rule, asked));
    let asks = || rules("CUSTOM").find(|(_, rule)| !rule.narrowed && is_for_all(rule, asked));
    if let Some((policy, _)) = turned_away.or_else(asks) {
        return Some(super::place(policy));
    }
    let mut letting_in = rules("ALLOW").filter(|(_, rule)| may_be_for(rule, asked));
    let first = letting_in.next()?;
    (first.1.with_token && letting_in.all(|(_, rule)| rule.with_token)).then(|| super::place(first.0))
}

fn is_for_all(rule: &MeshRule, asked: &Asked<'_>) -> bool {
    let is_sure = |operation: &MeshOperation| {
        let methods =
            operation.not_methods.is_empty() && (operation.methods.is_empty() || asked.method.is_some_and(|method| named(&operation.methods, method)));
        let paths = operation.not_paths.is_empty() && (operation.paths.is_empty() || operation.paths.iter().any(|pattern| covers(pattern, asked)));
        !operation.narrowed && methods && paths
    };
    rule.operations.is_empty() || rule.operations.iter().any(is_sure)
}

fn may_be_for(rule: &MeshRule, asked: &Asked<'_>) -> bool {
    let may = |operation: &MeshOperation| {
        let methods =
            asked.method.is_none_or(|method| (operation.methods.is_empty() || named(&operation.methods, method)) && !named(&operation.not_methods, method));
        let paths = operation.paths.is_empty() || operation.paths.iter().any(|pattern| touches(pattern, asked));
        methods && paths && !operation.not_paths.iter().any(|pattern| covers(pattern, asked))
    };
    rule.operations.is_empty() || rule.operations.iter().any(may)
}

fn named(methods: &[String], method: &str) -> bool {
    methods.iter().any(|one| one == "*" || one.eq_ignore_ascii_case(method))
}

/// The part of a path that is written to the letter.
fn literal(path: &str) -> &str {
    path.split(['{', '*']).next().unwrap_or(path)
}

/// Whether a pattern holds for all that is asked for.
fn covers(pattern: &str, asked: &Asked<'_>) -> bool {
    if pattern == "*" || pattern == "/*" || pattern == "/{**}" {
        return true;
    }
    let Some(path) = asked.path else { return false };
    match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
        (Some(stem), None) if !stem.contains(['{', '*']) => literal(path).starts_with(stem),
        (None, Some(end)) => !asked.begins && path.rsplit(['}', '*']).next().unwrap_or_default().ends_with(end),
        (None, None) => !asked.begins && !path.contains(['{', '*']) && path == pattern,
        _ => false,
    }
}

/// Whether a pattern may hold for some of what is asked for.
fn touches(pattern: &str, asked: &Asked<'_>) -> bool {
    let Some(path) = asked.path else { return true };
    let open = asked.begins || literal(path).len() < path.len();
    let (mine, theirs) = (literal(path), literal(pattern));
    let varies = theirs.len() < pattern.len();
    match (varies, open) {
        (false, false) => mine == theirs,
        (true, false) => mine.starts_with(theirs),
        (false, true) => theirs.starts_with(mine),
        (true, true) => mine.starts_with(theirs) || theirs.starts_with(mine),
    }
}

/// Tells ways in what policies ask of every request that gets to their component.
pub(crate) fn apply(entries: &mut [EntryPoint], drafts: &[Draft<'_>], ids: &[ComponentId], said: &Said<'_>) {
    let policies: Vec<&At<'_, MeshPolicy>> = said.mesh.iter().filter(|policy| policy.it.action.is_some()).collect();
    if policies.is_empty() {
        return;
    }
    let with_entries: BTreeSet<&ComponentId> = entries.iter().map(|entry| &entry.component).collect();
    let mut told: Vec<(ComponentId, Vec<Vec<&At<'_, MeshPolicy>>>)> = Vec::new();
    for (at, draft) in drafts.iter().enumerate().filter(|(at, _)| with_entries.contains(&ids[*at])) {
        let pods = draft.descriptions.iter().filter(|description| description.workload.platform == Platform::Kubernetes);
        let each: Vec<Vec<_>> =
            pods.map(|pod| policies.iter().filter(|policy| is_member(pod) && super::is_for_pod(policy.it, pod)).copied().collect()).collect();
        if !each.is_empty() && each.iter().all(|policies| !policies.is_empty()) {
            told.push((ids[at].clone(), each));
        }
    }
    told.sort_by(|a, b| a.0.cmp(&b.0));
    for entry in entries.iter_mut() {
        let asked = match entry.kind {
            EntryPointKind::Http | EntryPointKind::Websocket => Asked { path: Some(&entry.path), begins: false, method: entry.method.as_deref() },
            EntryPointKind::Grpc => Asked { path: Some(&entry.path), begins: false, method: Some("POST") },
            EntryPointKind::Graphql => Asked { path: None, begins: true, method: None },
            _ => continue,
        };
        let Ok(found) = told.binary_search_by(|(id, _)| id.cmp(&entry.component)) else { continue };
        let proofs: Option<Vec<Evidence>> = told[found].1.iter().map(|policies| demanded(policies, &asked)).collect();
        let Some(evidence) = proofs else { continue };
        let evidence: BTreeSet<Evidence> = evidence.into_iter().collect();
        let proof = Proof { grade: Grade::X, confidence: 900, evidence: evidence.into_iter().take(4).collect() };
        match entry.authenticated {
            None => (entry.authenticated, entry.authenticated_proof) = (Some(true), Some(proof)),
            Some(false) => (entry.authenticated, entry.authenticated_proof) = (None, None),
            Some(true) => {}
        }
    }
}

/// A pod without the proxy of the mesh is asked nothing.
fn is_member(pod: &Description<'_>) -> bool {
    let told = |words: &std::collections::BTreeMap<String, String>| words.get("sidecar.istio.io/inject").is_some_and(|value| value == "false");
    !told(&pod.workload.labels) && !told(&pod.workload.annotations)
}

/// What policies ask of requests that come by a gateway for a path and all below it.
pub(crate) fn at_gateway(gateway: &Ingress, policies: &[&At<'_, MeshPolicy>], path: Option<&str>, method: Option<&str>) -> Option<Evidence> {
    let its: Vec<&At<'_, MeshPolicy>> = policies.iter().filter(|policy| stands_at(policy.it, gateway)).copied().collect();
    demanded(&its, &Asked { path, begins: true, method })
}

fn stands_at(policy: &MeshPolicy, gateway: &Ingress) -> bool {
    if policy.targets.iter().any(|(kind, name)| kind == "Gateway" && *name == gateway.name) {
        return policy.namespace.is_none() || gateway.namespace.is_none() || policy.namespace == gateway.namespace;
    }
    let Some(class) = gateway.class.as_deref().filter(|_| policy.targets.is_empty()) else { return false };
    // the installation of Istio labels its gateway `istio: ingressgateway` and `app: istio-ingressgateway`
    let is_its = |(key, value): (&String, &String)| (key == "istio" && value == class) || (key == "app" && value.strip_prefix("istio-") == Some(class));
    !policy.selector.is_empty() && policy.selector.iter().all(is_its)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_or_touch_what_is_asked_for() {
        let one = |path| Asked { path: Some(path), begins: false, method: None };
        let all = |path| Asked { path: Some(path), begins: true, method: None };
        assert!(covers("/api/*", &one("/api/{id}")) && covers("*", &all("/")) && covers("/a", &one("/a")) && covers("*/info", &one("/x/info")));
        assert!(!covers("/api/*", &all("/")) && !covers("/a", &all("/a")) && !covers("/api/v1", &one("/api/{id}")) && !covers("/a/{*}", &one("/a/b")));
        assert!(touches("/api/v1", &one("/api/{id}")) && touches("/api/*", &all("/")) && touches("*/info", &one("/x")) && touches("/a/{*}/c", &one("/a/b/c")));
        assert!(!touches("/health", &one("/api/{id}")) && !touches("/health*", &all("/api")) && !touches("/a", &one("/a/b")));
    }
}
