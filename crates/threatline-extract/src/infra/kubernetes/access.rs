//! Roles, and to whom they are given: what a service account may do to the cluster.

use super::super::mark;
use super::{MANY, Resource, list};
use crate::node::Node;
use std::collections::BTreeSet;
use threatline_facts::infra::{InfraFact, Role, RoleBinding};
use threatline_facts::{Extracted, Mark};

/// Resources that make pods.
const MAKERS: &[&str] = &["pods", "deployments", "daemonsets", "statefulsets", "replicasets", "jobs", "cronjobs", "replicationcontrollers"];

/// Reads a role or a binding.
pub(super) fn read(resource: &Resource<'_>, out: &mut Extracted) {
    match resource.kind {
        "Role" | "ClusterRole" => role(resource, out),
        "RoleBinding" | "ClusterRoleBinding" => binding(resource, out),
        _ => {}
    }
}

fn role(resource: &Resource<'_>, out: &mut Extracted) {
    let at = mark(resource.node, out);
    let mut grants: Vec<(String, Mark)> = Vec::new();
    for rule in list(Some(resource.node), "rules").iter().take(MANY) {
        let told = grants_of(rule);
        if !told.is_empty() {
            let mark = mark(rule, out);
            grants.extend(told.into_iter().map(|grant| (grant.to_owned(), mark)));
        }
    }
    let namespace = resource.namespace();
    out.say(InfraFact::Role(Role { name: resource.name(), namespace, cluster: resource.kind == "ClusterRole", grants, mark: at }));
}

/// What a rule allows that lets its holder control more than itself. Narrowed to single objects it allows none of it.
fn grants_of(rule: &Node) -> BTreeSet<&'static str> {
    let words = |key: &str| -> Vec<&str> { list(Some(rule), key).iter().filter_map(Node::as_str).collect() };
    let (groups, resources, verbs) = (words("apiGroups"), words("resources"), words("verbs"));
    let may = |wanted: &[&str]| verbs.iter().any(|verb| *verb == "*" || wanted.contains(verb));
    let on = |group: &str, names: &[&str]| {
        let grouped = groups.iter().any(|written| *written == "*" || *written == group);
        grouped && resources.iter().any(|written| *written == "*" || names.contains(written))
    };
    let mut out = BTreeSet::new();
    if !words("resourceNames").is_empty() {
        return out;
    }
    let all = |words: &[&str]| words.contains(&"*");
    if all(&groups) && all(&resources) && all(&verbs) {
        return BTreeSet::from(["cluster_admin", "wildcard_admin"]);
    }
    for (grant, holds) in [
        ("pods_exec", on("", &["pods/exec", "pods/attach"]) && may(&["create", "get"])),
        ("create_pods", (on("", MAKERS) || on("apps", MAKERS) || on("batch", MAKERS)) && may(&["create"])),
        ("read_all_secrets", on("", &["secrets"]) && may(&["get", "list", "watch"])),
        ("bind", on("rbac.authorization.k8s.io", &["clusterroles", "roles"]) && may(&["bind"])),
        ("escalate", on("rbac.authorization.k8s.io", &["clusterroles", "roles"]) && may(&["escalate"])),
        ("impersonate", on("", &["users", "groups", "serviceaccounts"]) && may(&["impersonate"])),
        ("create_key", on("", &["serviceaccounts/token"]) && may(&["create"])),
        ("sign_certificates", on("certificates.k8s.io", &["certificatesigningrequests/approval", "signers"]) && may(&["update", "approve", "sign"])),
        (
            "edit_admission",
            on("admissionregistration.k8s.io", &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"]) && may(&["create", "update", "patch"]),
        ),
    ] {
        if holds {
            out.insert(grant);
        }
    }
    out
}

fn binding(resource: &Resource<'_>, out: &mut Extracted) {
    let mark = mark(resource.node, out);
    let text = |path: &[&str]| resource.node.str_at(path).map(str::to_owned);
    let Some(role) = text(&["roleRef", "name"]) else { return };
    let accounts = list(Some(resource.node), "subjects").iter().filter(|subject| subject.str_at(&["kind"]) == Some("ServiceAccount"));
    let accounts =
        accounts.filter_map(|subject| Some((subject.str_at(&["name"])?.to_owned(), super::known(subject.str_at(&["namespace"])).map(str::to_owned))));
    out.say(InfraFact::RoleBinding(RoleBinding {
        role,
        of_cluster: text(&["roleRef", "kind"]).as_deref() == Some("ClusterRole"),
        everywhere: resource.kind == "ClusterRoleBinding",
        namespace: resource.namespace(),
        accounts: accounts.take(MANY).collect(),
        mark,
    }));
}
