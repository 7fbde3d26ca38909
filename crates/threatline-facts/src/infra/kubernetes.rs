//! What manifests of Kubernetes declare beside workloads: who reaches whom, who may what, how they are laid over each other.

use super::*;

/// A NetworkPolicy.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NetworkPolicy {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// Pods it applies to; empty is all of the namespace.
    pub selector: BTreeMap<String, String>,
    /// `None`: incoming traffic is not restricted. `Some([])`: none is let in.
    pub ingress: Option<Vec<PolicyPeer>>,
    /// `None`: outgoing traffic is not restricted. `Some([])`: none is let out.
    pub egress: Option<Vec<PolicyPeer>>,
    /// Where.
    pub mark: Mark,
}

/// One peer that a [`NetworkPolicy`] lets through; all empty is anyone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the keys are Kubernetes' own")]
pub struct PolicyPeer {
    pub pods: Option<BTreeMap<String, String>>,
    pub namespaces: Option<BTreeMap<String, String>>,
    pub cidr: Option<String>,
    pub ports: Vec<String>,
}

/// A Role or ClusterRole of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Role {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// `ClusterRole`.
    pub cluster: bool,
    /// What it allows that gives away more than single objects, in the words of `identity_grants`, and where.
    pub grants: Vec<(String, Mark)>,
    /// Where.
    pub mark: Mark,
}

/// A RoleBinding or ClusterRoleBinding.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RoleBinding {
    /// The role's name.
    pub role: String,
    /// It is a ClusterRole.
    pub of_cluster: bool,
    /// It holds in every namespace.
    pub everywhere: bool,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// Service accounts that it is given to, with their namespaces.
    pub accounts: Vec<(String, Option<String>)>,
    /// Where.
    pub mark: Mark,
}

/// What a mesh demands of those who speak to pods: PeerAuthentication and AuthorizationPolicy of Istio.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MeshPolicy {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// Pods that it is for; empty is all of the namespace.
    pub selector: BTreeMap<String, String>,
    /// Kinds and names of what it is for instead.
    pub targets: Vec<(String, String)>,
    /// `mtls.mode` is `STRICT` (and no port is excepted), or it is another.
    pub strict: Option<bool>,
    /// Callers that it lets in, by identity; empty is anybody. None: it is no policy of that kind.
    pub callers: Option<Vec<String>>,
    /// `ALLOW`, `DENY` or `CUSTOM`, where it is for requests.
    pub action: Option<String>,
    /// Requests that it is for; without any it is for none.
    pub rules: Vec<MeshRule>,
    /// Where.
    pub mark: Mark,
}

/// Requests that a [`MeshPolicy`] lets in, turns away or asks another about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MeshRule {
    /// Only such with a token that was verified.
    pub with_token: bool,
    /// All such without one.
    pub without_token: bool,
    /// Further conditions narrow it.
    pub narrowed: bool,
    /// What is asked for; empty is anything.
    pub operations: Vec<MeshOperation>,
}

/// What is asked for; empty lists are anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the keys are Istio's own")]
pub struct MeshOperation {
    pub paths: Vec<String>,
    pub not_paths: Vec<String>,
    pub methods: Vec<String>,
    pub not_methods: Vec<String>,
    /// It is for some hosts or ports only.
    pub narrowed: bool,
}

/// Ports of pods in a mesh that only those reach who are let in: a Server of Linkerd.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MeshServer {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// Pods that it is for.
    pub selector: BTreeMap<String, String>,
    /// Name or number of the port.
    pub port: Option<String>,
    /// Whom it lets in without being told (`accessPolicy`).
    pub lets_in: Option<String>,
    /// Where.
    pub mark: Mark,
}

/// Who is let in to something in a mesh: a ServerAuthorization or AuthorizationPolicy of Linkerd.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MeshGrant {
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// Kind of what it is for.
    pub kind: String,
    /// Its name; none where labels tell.
    pub name: Option<String>,
    /// Callers show who they are by the mesh's own certificates.
    pub identified: bool,
    /// Where.
    pub mark: Mark,
}

/// What stands before routes: a Middleware of Traefik, a plugin of Kong, a policy of a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Middleware {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// Kinds and names of the gateways and routes that it is for; else they name it.
    pub targets: Vec<(String, String)>,
    /// It asks who calls: `forwardAuth`, `basicAuth`, `digestAuth`.
    pub demands: Option<String>,
    /// It changes the path that is handed on.
    pub rewrites: bool,
    /// It limits how often one may ask.
    pub limits: bool,
    /// Where.
    pub mark: Mark,
}

/// A Namespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct Namespace {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub mark: Mark,
}

/// A kustomization.yaml.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Kustomization {
    /// `kind: Component`.
    pub component: bool,
    /// `resources` and `bases`, relative paths (remote ones are kept and resolve to nothing).
    pub resources: Vec<(String, Mark)>,
    /// `components`.
    pub components: Vec<(String, Mark)>,
    /// `namespace`.
    pub namespace: Option<String>,
    /// `namePrefix`.
    pub name_prefix: Option<String>,
    /// `nameSuffix`.
    pub name_suffix: Option<String>,
    /// Patches: path of a file, or what an inline patch says, with its target.
    pub patches: Vec<Patch>,
    /// `images`: name, new name.
    pub images: Vec<(String, Option<String>)>,
    /// `replicas`: name and count.
    pub replicas: Vec<(String, u32)>,
    /// `configMapGenerator` and `secretGenerator`.
    pub generators: Vec<Config>,
    /// Files that generators of ConfigMaps put whole under a key: the generator's name, the key, the path.
    pub generated_files: Vec<(String, String, String)>,
    /// Generators that change what another kustomization generates: name, whether it is a Secret, and whether all of it is
    /// replaced (`behavior`).
    pub amends: Vec<(String, bool, bool)>,
    /// `commonLabels` and `labels`, and whether selectors get them too.
    pub labels: Vec<(String, String, bool)>,
    /// `replacements` and `vars`.
    pub replacements: Vec<Replacement>,
    /// `replacements` that another file tells, relative to this one.
    pub replacement_files: Vec<(String, Mark)>,
    /// Where.
    pub mark: Mark,
}

/// A Kustomize patch.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Patch {
    /// The file, relative to the kustomization; none when inline.
    pub path: Option<String>,
    /// Kind and name it is aimed at; empty is taken from the patch itself.
    pub target: (Option<String>, Option<String>),
    /// The selector of labels by which it is aimed.
    pub labels: Option<String>,
    /// The same of annotations.
    pub annotations: Option<String>,
    /// `$patch: delete` or a JSON patch that removes the resource.
    pub deletes: bool,
    /// What an inline strategic merge patch says of workloads and services.
    pub inline: Vec<InfraFact>,
    /// Where.
    pub mark: Mark,
}

impl Patch {
    /// Whether labels or annotations choose what it is aimed at.
    pub fn selects(&self) -> bool {
        self.labels.is_some() || self.annotations.is_some()
    }
}

/// Replacements of Kustomize in a file of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct Replacements {
    pub all: Vec<Replacement>,
    pub mark: Mark,
}

/// A value of one resource that Kustomize writes into others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Replacement {
    /// Where the value stands.
    pub source: Chosen,
    /// The field that holds it, `metadata.name` if none is named.
    pub field: String,
    /// The value itself, where it is written.
    pub value: Option<String>,
    /// The part of it that is meant, of those that a delimiter parts.
    pub part: Option<(String, i32)>,
    /// Where it is written to.
    pub targets: Vec<ReplacementTarget>,
    /// The name of a `var`, which stands for the value wherever `$(NAME)` is written.
    pub variable: Option<String>,
}

/// Resources and the fields of them that a [`Replacement`] writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReplacementTarget {
    /// Those that get it.
    pub select: Chosen,
    /// Those of them that do not.
    pub reject: Vec<Chosen>,
    /// Paths of fields.
    pub fields: Vec<String>,
    /// The part of the field that is written.
    pub part: Option<(String, i32)>,
    /// A field that is not there is made.
    pub creates: bool,
}

/// Resources by kind, name and namespace; none is any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the keys are Kustomize's own")]
pub struct Chosen {
    pub kind: Option<String>,
    pub name: Option<String>,
    pub namespace: Option<String>,
    /// It chooses by labels or annotations as well.
    pub narrowed: bool,
}

/// A `ReferenceGrant` of the Gateway API: who elsewhere may send to a namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RouteGrant {
    /// The namespace that is opened.
    pub namespace: Option<String>,
    /// Kinds of routes and the namespaces that they may stand in.
    pub from: Vec<(String, String)>,
    /// Services that may be sent to; empty means all.
    pub services: Vec<String>,
    /// Where.
    pub mark: Mark,
}
