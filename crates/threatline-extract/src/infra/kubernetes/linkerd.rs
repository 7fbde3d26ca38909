//! Linkerd: which ports of pods ask who calls, and who is let in.

use super::super::mark;
use super::{Resource, guards, list, strings};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, MeshGrant, MeshServer};

/// Reads a resource of `policy.linkerd.io`.
pub(super) fn read(resource: &Resource<'_>, out: &mut Extracted) {
    let Some(spec) = resource.spec() else { return };
    let (namespace, at) = (resource.namespace(), mark(resource.node, out));
    match resource.kind {
        // what expressions choose is not known
        "Server" if spec.at(&["podSelector", "matchExpressions"]).is_none() => {
            let server = MeshServer {
                name: resource.name(),
                namespace,
                selector: strings(spec.at(&["podSelector", "matchLabels"])),
                port: spec.str_at(&["port"]).map(str::to_owned),
                lets_in: spec.str_at(&["accessPolicy"]).map(str::to_owned),
                mark: at,
            };
            out.say(InfraFact::MeshServer(server));
        }
        "ServerAuthorization" => {
            let client = spec.get("client");
            let says = |path: &[&str]| client.and_then(|client| client.at(path)).and_then(Node::as_bool) == Some(true);
            let tls = client.and_then(|client| client.get("meshTLS"));
            let named = ["identities", "serviceAccounts"].iter().any(|key| !list(tls, key).is_empty());
            let identified = named && !says(&["unauthenticated"]) && !says(&["meshTLS", "unauthenticatedTLS"]);
            let name = spec.str_at(&["server", "name"]).map(str::to_owned);
            out.say(InfraFact::MeshGrant(MeshGrant { namespace, kind: "Server".to_owned(), name, identified, mark: at }));
        }
        "AuthorizationPolicy" => {
            let required = list(Some(spec), "requiredAuthenticationRefs");
            let identified = required.iter().any(|one| matches!(one.str_at(&["kind"]), Some("MeshTLSAuthentication" | "ServiceAccount")));
            for (kind, name) in guards::targets(spec) {
                out.say(InfraFact::MeshGrant(MeshGrant { namespace: namespace.clone(), kind, name: Some(name), identified, mark: at }));
            }
        }
        _ => {}
    }
}
