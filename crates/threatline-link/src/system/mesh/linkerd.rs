//! Linkerd: whether pods let only callers in that the mesh knows.

use super::is_beside;
use crate::system::draft::{Description, Draft};
use crate::system::said::{At, Said};
use std::collections::BTreeMap;
use threatline_facts::infra::{MeshGrant, MeshServer, Namespace, Platform};
use threatline_model::{Evidence, EvidenceSource};

/// The annotation of pods and namespaces that says whom a pod lets in of which no Server tells.
const DEFAULT: &str = "config.linkerd.io/default-inbound-policy";

/// Of these only members of the mesh get in, or nobody.
const IDENTIFIED: &[&str] = &["all-authenticated", "cluster-authenticated", "deny"];

/// What is said of who gets in.
pub(super) struct Asking<'s, 'a> {
    servers: &'s [At<'a, MeshServer>],
    grants: &'s [At<'a, MeshGrant>],
    namespaces: BTreeMap<&'s str, &'s At<'a, Namespace>>,
}

impl<'s, 'a> Asking<'s, 'a> {
    pub(super) fn new(said: &'s Said<'a>) -> Self {
        let told = said.namespaces.iter().filter(|space| space.it.labels.contains_key(DEFAULT));
        Asking { servers: &said.mesh_servers, grants: &said.mesh_grants, namespaces: told.map(|space| (space.it.name.as_str(), space)).collect() }
    }

    /// Where it is said that all pods of a component ask who calls.
    pub(super) fn who(&self, draft: &Draft<'_>) -> Option<Evidence> {
        let mut first = None;
        for pod in draft.descriptions.iter().filter(|description| description.workload.platform == Platform::Kubernetes) {
            let place = self.of_pod(pod)?;
            first.get_or_insert(place);
        }
        first
    }

    fn of_pod(&self, pod: &Description<'_>) -> Option<Evidence> {
        let at = |path: &std::sync::Arc<str>, mark| Evidence::new(path.clone(), Some(mark), EvidenceSource::Infrastructure, "kubernetes");
        let own = pod.workload.annotations.get(DEFAULT).map(|policy| (policy, at(&pod.path, pod.workload.mark)));
        let of_namespace =
            || self.namespaces.get(pod.namespace.as_deref()?).and_then(|space| Some((space.it.labels.get(DEFAULT)?, at(&space.path, space.it.mark))));
        let default = own.or_else(of_namespace).filter(|(policy, _)| IDENTIFIED.contains(&policy.as_str())).map(|(_, place)| place);
        let chosen = |server: &&At<'a, MeshServer>| {
            let labels = server.it.selector.iter().all(|(key, value)| pod.workload.labels.get(key) == Some(value));
            labels && is_beside(server.it.namespace.as_deref(), pod)
        };
        let servers: Vec<&At<'a, MeshServer>> = self.servers.iter().filter(chosen).collect();
        if servers.is_empty() {
            return default;
        }
        let ports = pod.workload.containers.iter().filter(|container| !container.init).map(|container| container.ports.len()).sum::<usize>();
        // a port of which no Server tells is as the default has it
        let covered = default.is_some() || ports <= servers.len();
        let mut places = Vec::new();
        for server in servers {
            places.push(self.grant(server)?);
        }
        covered.then(|| places.into_iter().next()).flatten()
    }

    /// The place where only known callers are let in to a Server; none where anybody is.
    fn grant(&self, server: &At<'a, MeshServer>) -> Option<Evidence> {
        if server.it.lets_in.as_deref().is_some_and(|policy| !IDENTIFIED.contains(&policy)) {
            return None;
        }
        let beside = |grant: &&At<'a, MeshGrant>| grant.it.namespace.is_none() || server.it.namespace.is_none() || grant.it.namespace == server.it.namespace;
        let is_for = |grant: &&At<'a, MeshGrant>| match grant.it.kind.as_str() {
            "Server" => grant.it.name.as_ref().is_none_or(|name| *name == server.it.name),
            // of a namespace all are meant; of a route it is not known whose it is
            _ => true,
        };
        let mut grants = self.grants.iter().filter(beside).filter(is_for);
        let first = grants.next()?;
        let all = first.it.identified && grants.all(|grant| grant.it.identified);
        all.then(|| Evidence::new(first.path.clone(), Some(first.it.mark), EvidenceSource::Infrastructure, "kubernetes"))
    }
}
