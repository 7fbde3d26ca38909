//! What a service mesh does for flows between its members: it encrypts them, and it knows who calls.

mod linkerd;
mod requests;

pub(crate) use requests::{apply as apply_to_requests, at_gateway};

use super::draft::{Description, Draft};
use super::flows::{Flows, Proved};
use super::said::{At, Said};
use std::collections::BTreeMap;
use threatline_facts::infra::{MeshPolicy, Platform};
use threatline_model::{Evidence, EvidenceSource, Grade, Proof, Property, Value};

/// Namespaces whose policies are for the whole mesh.
const ROOTS: &[&str] = &["istio-system", "istio-config"];

/// The annotation that makes a pod a member of Linkerd's mesh.
const INJECT: &str = "linkerd.io/inject";

/// Applies what the mesh demands to flows that lead to its members.
pub(crate) fn apply(flows: &mut Flows, drafts: &[Draft<'_>], said: &Said<'_>) {
    let linkerd: Vec<Option<Evidence>> = drafts.iter().map(|draft| injected(draft, said)).collect();
    let asking = linkerd::Asking::new(said);
    let identified: Vec<Option<Evidence>> = drafts.iter().zip(&linkerd).map(|(draft, member)| member.as_ref().and_then(|_| asking.who(draft))).collect();
    for (key, flow) in &mut flows.by_key {
        let (from, to) = (&drafts[key.0], &drafts[key.1]);
        if !in_cluster(from) || !in_cluster(to) {
            continue;
        }
        let strict = strictest(to, said);
        let proof = match (strict, &linkerd[key.0], &linkerd[key.1]) {
            (Some(policy), ..) => proof(vec![place(policy)]),
            (None, Some(a), Some(b)) => proof(if a == b { vec![a.clone()] } else { vec![a.clone(), b.clone()] }),
            _ => continue,
        };
        flow.properties.set(Property::MutualTls, Value::Flag(true), proof.clone());
        flow.encrypted = Some(Proved { holds: true, proof });
        if let (Some(place), Some(_), Some(_)) = (&identified[key.1], &linkerd[key.0], &linkerd[key.1]) {
            flow.authenticated = Some(Proved { holds: true, proof: self::proof(vec![place.clone()]) });
            flow.unknown_credential = false;
        }
        if let Some(named) = strict.and_then(|_| only_named(to, said)) {
            flow.authenticated = Some(Proved { holds: true, proof: self::proof(vec![place(named)]) });
            // whatever a caller presents besides
            flow.unknown_credential = false;
        }
    }
}

/// A policy that lets only callers in that it names, where no other one lets anybody in.
fn only_named<'s, 'a>(draft: &Draft<'_>, said: &'s Said<'a>) -> Option<&'s At<'a, MeshPolicy>> {
    let mut all = said.mesh.iter().filter(|policy| policy.it.callers.is_some() && is_for(policy.it, draft));
    let first = all.next()?;
    let named = |policy: &At<'_, MeshPolicy>| policy.it.callers.as_ref().is_some_and(|callers| !callers.is_empty());
    (named(first) && all.all(named)).then_some(first)
}

fn proof(evidence: Vec<Evidence>) -> Proof {
    Proof { grade: Grade::X, confidence: 900, evidence }
}

fn place(policy: &At<'_, MeshPolicy>) -> Evidence {
    Evidence::new(policy.path.clone(), Some(policy.it.mark), EvidenceSource::Infrastructure, "kubernetes")
}

fn in_cluster(draft: &Draft<'_>) -> bool {
    draft.descriptions.iter().any(|description| description.workload.platform == Platform::Kubernetes)
}

/// The policy that lets only members of the mesh in: the narrowest one decides.
fn strictest<'s, 'a>(draft: &Draft<'_>, said: &'s Said<'a>) -> Option<&'s At<'a, MeshPolicy>> {
    let width = |policy: &MeshPolicy| match (&policy.selector, policy.namespace.as_deref()) {
        (selector, _) if !selector.is_empty() => 0,
        (_, Some(space)) if ROOTS.contains(&space) => 2,
        _ => 1,
    };
    let told = said.mesh.iter().filter(|policy| policy.it.strict.is_some() && is_for(policy.it, draft));
    let mut by_width: BTreeMap<u8, Vec<&At<'_, MeshPolicy>>> = BTreeMap::new();
    told.for_each(|policy| by_width.entry(width(policy.it)).or_default().push(policy));
    let narrowest = by_width.into_values().next()?;
    narrowest.iter().all(|policy| policy.it.strict == Some(true)).then(|| narrowest[0])
}

/// Whether a policy is for every pod of a component.
fn is_for(policy: &MeshPolicy, draft: &Draft<'_>) -> bool {
    draft.descriptions.iter().filter(|description| description.workload.platform == Platform::Kubernetes).all(|pod| is_for_pod(policy, pod))
}

/// Whether a policy is for a pod.
fn is_for_pod(policy: &MeshPolicy, pod: &Description<'_>) -> bool {
    let everywhere = policy.namespace.as_deref().is_some_and(|space| ROOTS.contains(&space));
    let chosen = policy.selector.iter().all(|(key, value)| pod.workload.labels.get(key) == Some(value));
    policy.targets.is_empty() && chosen && (everywhere || is_beside(policy.namespace.as_deref(), pod))
}

/// Whether something of a namespace, or of whichever it is put into, may be for a pod.
fn is_beside(namespace: Option<&str>, pod: &Description<'_>) -> bool {
    match (namespace, pod.namespace.as_deref()) {
        (Some(a), Some(b)) => a == b,
        // written for one namespace, and the pod may stand in any
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// Where it is said that all pods of a component are members of Linkerd's mesh.
fn injected(draft: &Draft<'_>, said: &Said<'_>) -> Option<Evidence> {
    let mut first = None;
    for description in draft.descriptions.iter().filter(|description| description.workload.platform == Platform::Kubernetes) {
        let own = description.workload.annotations.get(INJECT).map(String::as_str);
        let told = match own {
            Some("enabled" | "ingress") => Some(super::deployed::evidence(&description.path, description.workload)),
            Some(_) => None,
            None => {
                let space = said.namespaces.iter().find(|space| Some(&space.it.name) == description.namespace.as_ref());
                let enabled = space.filter(|space| space.it.labels.get(INJECT).is_some_and(|value| value == "enabled"));
                enabled.map(|space| Evidence::new(space.path.clone(), Some(space.it.mark), EvidenceSource::Infrastructure, "kubernetes"))
            }
        }?;
        first.get_or_insert(told);
    }
    first
}
