//! What the account of a workload may do to its cluster.
//!
//! Only what is given for the whole cluster counts: in its own namespace a workload may need to make pods,
//! and that is no control of the cluster.

use super::draft::{Description, Draft};
use super::said::{At, Said};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{Platform, RoleBinding};
use threatline_model::{Evidence, EvidenceSource, Grade, Proof, Property, Value};

/// The account of a pod that names none.
const DEFAULT: &str = "default";

/// Roles that every cluster has.
const BUILT_IN: &[(&str, &[&str])] = &[
    ("cluster-admin", &["cluster_admin", "wildcard_admin"]),
    ("admin", &["create_pods", "pods_exec", "read_all_secrets"]),
    ("edit", &["create_pods", "pods_exec", "read_all_secrets"]),
];

/// Sets what the identity of every workload is granted.
pub(crate) fn apply(drafts: &mut [Draft<'_>], said: &Said<'_>) {
    for draft in drafts {
        let mut granted: BTreeMap<String, Evidence> = BTreeMap::new();
        for description in draft.descriptions.iter().filter(|description| description.workload.platform == Platform::Kubernetes) {
            for binding in said.bindings.iter().filter(|binding| binding.it.everywhere && names(binding.it, description)) {
                for (grant, evidence) in grants(binding, said) {
                    granted.entry(grant).or_insert(evidence);
                }
            }
        }
        if !granted.is_empty() {
            let evidence: BTreeSet<Evidence> = granted.values().cloned().collect();
            let proof = Proof { grade: Grade::P, confidence: 900, evidence: evidence.into_iter().take(8).collect() };
            draft.properties.set(Property::IdentityGrants, Value::List(granted.into_keys().collect()), proof);
        }
    }
}

/// Whether a binding is for the account of a workload; a namespace that is not written could be any.
fn names(binding: &RoleBinding, description: &Description<'_>) -> bool {
    let account = description.workload.service_account.as_deref().unwrap_or(DEFAULT);
    let same = |space: &Option<String>| match (space.as_ref().or(binding.namespace.as_ref()), &description.namespace) {
        (Some(a), Some(b)) => a == b,
        // of the accounts of that name in all namespaces nobody knows which one it is
        _ => account != DEFAULT,
    };
    binding.accounts.iter().any(|(name, space)| name == account && same(space))
}

/// What a binding gives, and where that is written.
fn grants(binding: &At<'_, RoleBinding>, said: &Said<'_>) -> Vec<(String, Evidence)> {
    let at = |path: &std::sync::Arc<str>, mark| Evidence::new(path.clone(), Some(mark), EvidenceSource::Infrastructure, "kubernetes");
    let mut out = Vec::new();
    for role in said.roles.iter().filter(|role| role.it.name == binding.it.role && role.it.cluster == binding.it.of_cluster) {
        out.extend(role.it.grants.iter().map(|(grant, mark)| (grant.clone(), at(&role.path, *mark))));
    }
    if let Some((_, grants)) = BUILT_IN.iter().find(|(name, _)| *name == binding.it.role && binding.it.of_cluster) {
        out.extend(grants.iter().map(|grant| ((*grant).to_owned(), at(&binding.path, binding.it.mark))));
    }
    out
}
