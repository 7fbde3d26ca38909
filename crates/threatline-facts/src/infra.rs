//! What deployments, containers and infrastructure say.
//!
//! The words are neutral: a Compose service and a Kubernetes Deployment are both a [`Workload`].
//! Values that a file only refers to stay symbolic.

mod agents;
mod bazel;
mod kubernetes;
mod pipeline;
mod terraform;

pub use crate::chart::{Chart, ChartDependency, ChartFile, ChartRelease, ChartTemplate, ChartValues};
use crate::{Mark, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use agents::*;
pub use bazel::*;
pub use kubernetes::*;
pub use pipeline::*;
pub use terraform::*;

/// One thing that an infrastructure file says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant carries the documented struct of its name")]
pub enum InfraFact {
    ComposeFile(ComposeFile),
    Workload(Workload),
    Service(Service),
    Ingress(Ingress),
    Config(Config),
    NetworkPolicy(NetworkPolicy),
    Namespace(Namespace),
    Kustomization(Kustomization),
    /// A JSON patch that lies in a file of its own; what it is for its kustomization says.
    Patch(Patch),
    Replacements(Replacements),
    Dockerfile(Dockerfile),
    ImageSource(ImageSource),
    EnvFile(EnvFile),
    Resource(Resource),
    Stack(Stack),
    TerraformModule(TerraformModule),
    TerraformVariable(TerraformVariable),
    TerraformLocal(TerraformLocal),
    TerraformOutput(TerraformOutput),
    TerraformTemplate(TerraformTemplate),
    Setting(Setting),
    Proxy(Proxy),
    Dials(Dials),
    OwnAddresses(OwnAddresses),
    Backing(Backing),
    SidecarNames(SidecarNames),
    Worker(Worker),
    Hosted(Hosted),
    StoreRules(StoreRules),
    ToolServer(ToolServer),
    ToolOffer(ToolOffer),
    AgentRights(AgentRights),
    Automation(Automation),
    Pipeline(Pipeline),
    BuildTarget(BuildTarget),
    RouteGrant(RouteGrant),
    Chart(Chart),
    ChartValues(ChartValues),
    ChartTemplate(ChartTemplate),
    ChartFile(ChartFile),
    ChartRelease(ChartRelease),
    Role(Role),
    RoleBinding(RoleBinding),
    MeshPolicy(MeshPolicy),
    MeshServer(MeshServer),
    MeshGrant(MeshGrant),
    Middleware(Middleware),
}

/// Whose vocabulary a workload is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Platform {
    Compose,
    Kubernetes,
    /// A program that starts others, as an application's host does; what it declares is a project as that of Compose is.
    Program,
}

impl Platform {
    /// Whether services of one folder are a project of their own, which know each other by their names.
    pub fn is_project(self) -> bool {
        matches!(self, Platform::Compose | Platform::Program)
    }
}

/// A Compose file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ComposeFile {
    /// `name:` at the top.
    pub name: Option<String>,
    /// Top-level networks: name, `internal: true`, `external: true`.
    pub networks: Vec<ComposeNetwork>,
    /// Paths under `include:`, relative to the file.
    pub includes: Vec<String>,
    /// The first line of the file's services.
    pub mark: Mark,
}

/// A network declared in a Compose file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the keys are Compose's own")]
pub struct ComposeNetwork {
    pub name: String,
    pub internal: bool,
    pub external: bool,
    pub mark: Mark,
}

/// Something that runs: a Compose service; a Kubernetes Deployment, StatefulSet, DaemonSet, Job,
/// CronJob, ReplicaSet, Pod, or a custom resource that carries a pod template.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Workload {
    /// Whose vocabulary.
    pub platform: Platform,
    /// `service` in Compose, the resource's kind in Kubernetes, of a program's the pack that knows it.
    pub kind: String,
    /// The key or `metadata.name`; may hold holes where a template makes it.
    pub name: String,
    /// `metadata.namespace`, if written.
    pub namespace: Option<String>,
    /// Labels of the pod template (Kubernetes) or of the service (Compose).
    pub labels: BTreeMap<String, String>,
    /// Labels of the resource itself (Kubernetes), by which others choose it.
    pub own_labels: BTreeMap<String, String>,
    /// Annotations of the workload and its pod template.
    pub annotations: BTreeMap<String, String>,
    /// One for a Compose service; several, init containers included, for a pod.
    pub containers: Vec<Container>,
    /// Number of copies, if written.
    pub replicas: Option<u32>,
    /// `schedule` of a CronJob.
    pub schedule: Option<String>,
    /// `serviceAccountName`.
    pub service_account: Option<String>,
    /// `host_network`, `host_pid`, `host_ipc`, and host paths that are mounted.
    pub host_access: Vec<String>,
    /// Compose: names of networks; `host`/`none`/`service:x` as `network_mode` are kept as `mode:<x>`.
    pub networks: Vec<String>,
    /// Further names on networks, `hostname`, `container_name`, `links` aliases.
    pub aliases: Vec<String>,
    /// Compose `links`: services that it is to reach. (`depends_on` only orders the start.)
    pub links: Vec<Link>,
    /// Compose profiles; empty means always on.
    pub profiles: Vec<String>,
    /// Compose `extends`: file (relative to this one, none is this file) and service.
    pub extends: Option<(Option<String>, String)>,
    /// Where it begins and ends.
    pub mark: Mark,
}

impl Workload {
    /// One of which nothing is said yet.
    pub fn new(platform: Platform, kind: String, name: String, mark: Mark) -> Self {
        Workload {
            platform,
            kind,
            name,
            namespace: None,
            labels: BTreeMap::new(),
            own_labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            containers: Vec::new(),
            replicas: None,
            schedule: None,
            service_account: None,
            host_access: Vec::new(),
            networks: Vec::new(),
            aliases: Vec::new(),
            links: Vec::new(),
            profiles: Vec::new(),
            extends: None,
            mark,
        }
    }
}

/// A service that another one is to reach by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    /// Key of the service.
    pub service: String,
    /// Where it is written.
    pub mark: Mark,
}

/// One container of a workload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Container {
    /// The container's name; the service key in Compose.
    pub name: String,
    /// Image reference.
    pub image: Option<Text>,
    /// Where `image` stands.
    pub image_mark: Option<Mark>,
    /// What it is, by its name in the catalogue, where that is said and no image.
    pub product: Option<String>,
    /// Compose `build`.
    pub build: Option<Build>,
    /// `entrypoint`/`command` and `command`/`args`, word by word.
    pub command: Vec<Text>,
    /// Ports it listens on or publishes.
    pub ports: Vec<Port>,
    /// Variables in the order written.
    pub environment: Vec<Variable>,
    /// ConfigMaps and Secrets whose every key becomes a variable (`envFrom`).
    pub env_from: Vec<ConfigRef>,
    /// Compose `env_file` paths, relative to the file.
    pub env_files: Vec<String>,
    /// Volumes: named, host paths, ConfigMaps, Secrets.
    pub mounts: Vec<Mount>,
    /// Runs before the others and ends.
    pub init: bool,
    /// `privileged`.
    pub privileged: Option<bool>,
    /// `user`, `runAsUser`, `runAsNonRoot: true` as `nonroot`.
    pub user: Option<String>,
    /// Capabilities that are added.
    pub capabilities: Vec<String>,
    /// A liveness, readiness or health check is written, with its path where it is HTTP.
    pub health_paths: Vec<String>,
    /// Where the platform sends what it prints (Compose's `logging`), seen from the machine that runs it.
    pub logs_to: Option<Text>,
    /// Where it begins and ends.
    pub mark: Mark,
}

/// How an image is made from source.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the keys are Compose's own")]
pub struct Build {
    /// Folder, relative to the file that says it. As everywhere in Compose, a variable without a
    /// default stays as `${NAME}`.
    pub context: String,
    /// Relative to the context.
    pub dockerfile: Option<String>,
    pub target: Option<String>,
    pub args: Vec<(String, Text)>,
    pub mark: Mark,
}

/// A port of a container.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Port {
    /// The port inside, if known; a default counts as known.
    pub container: Option<u16>,
    /// What the port inside is computed from, where variables stand in it.
    pub container_from: Option<Text>,
    /// The port outside: Compose `ports:` or Kubernetes `hostPort`. `Some(Unknown)` is published at
    /// a port that is not known.
    pub published: Option<Text>,
    /// The address it is bound to; `127.0.0.1` keeps it local.
    pub host_ip: Option<String>,
    /// `tcp` or `udp`.
    pub protocol: Option<String>,
    /// Its name, to which Services refer.
    pub name: Option<String>,
    /// Where.
    pub mark: Mark,
}

/// An environment variable that a deployment sets. Secrets never leave a reader: a literal under a name
/// that speaks of one is [`crate::Hidden`], as is the password in a URL or connection string.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct Variable {
    pub name: String,
    pub value: VariableValue,
    pub mark: Mark,
}

/// Where a variable's value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum VariableValue {
    /// Written here, perhaps with holes (`$(OTHER)`, `${VAR:-x}`).
    Text(Text),
    /// A key of a ConfigMap.
    Config {
        /// Its name.
        config: String,
        /// The key in it.
        key: String,
    },
    /// A key of a Secret.
    Secret {
        /// Its name.
        secret: String,
        /// The key in it.
        key: String,
    },
    /// Handed through from the environment of whoever starts it.
    Inherited,
}

/// A reference to a ConfigMap or Secret as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct ConfigRef {
    pub name: String,
    pub secret: bool,
    pub prefix: String,
    pub mark: Mark,
}

/// Something mounted into a container.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mount {
    /// A named volume, a path on the host or in the repository, a ConfigMap or Secret name.
    pub source: String,
    /// What `source` names.
    pub kind: MountKind,
    /// Path in the container.
    pub target: String,
    /// `ro`.
    pub read_only: bool,
    /// Where.
    pub mark: Mark,
}

/// What the source of a [`Mount`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum MountKind {
    Volume,
    Path,
    Config,
    Secret,
    Claim,
    Empty,
}

/// A Kubernetes Service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Service {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`; `None` when not written.
    pub kind: Option<String>,
    /// Labels that choose the pods behind it.
    pub selector: BTreeMap<String, String>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// `externalName`.
    pub external_name: Option<String>,
    /// `externalIPs` and `loadBalancerIP`.
    pub external_ips: Vec<String>,
    /// `metadata.annotations`; an internal load balancer is told by one.
    pub annotations: BTreeMap<String, String>,
    /// Where.
    pub mark: Mark,
    /// Where `type` stands.
    pub kind_mark: Option<Mark>,
}

/// A port of a Service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the keys are Kubernetes' own")]
pub struct ServicePort {
    pub name: Option<String>,
    pub port: Option<u16>,
    pub target: Option<String>,
    pub node_port: Option<u16>,
    pub app_protocol: Option<String>,
}

/// A rule set that lets requests in: Ingress, Gateway API HTTPRoute/GRPCRoute, OpenShift Route,
/// Traefik IngressRoute, Istio VirtualService bound to a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ingress {
    /// The resource's kind.
    pub kind: String,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// Class or gateway.
    pub class: Option<String>,
    /// Further gateways by which one gets there.
    pub other_gateways: Vec<String>,
    /// What goes where.
    pub rules: Vec<IngressRule>,
    /// TLS is configured on it.
    pub tls: bool,
    /// `metadata.annotations`.
    pub annotations: BTreeMap<String, String>,
    /// Where.
    pub mark: Mark,
}

/// One rule of an [`Ingress`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct IngressRule {
    pub host: Option<String>,
    pub path: Option<String>,
    /// The one method that it is for, if one is written.
    pub method: Option<String>,
    /// Path handed on, where a rewrite is configured.
    pub rewrite: Option<String>,
    /// What stands behind it; empty where another file tells.
    pub service: String,
    pub service_namespace: Option<String>,
    pub port: Option<String>,
    /// Middlewares of Traefik that requests pass, `name` or `namespace/name`.
    pub middlewares: Vec<String>,
    pub mark: Mark,
}

/// Configuration of a web server that hands requests on (nginx, Traefik, Caddy, Envoy, …), or a part of it that others
/// include.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Proxy {
    /// `nginx`, as the catalogue of technologies names it.
    pub product: String,
    /// The ConfigMap that it stands in; none for a file of its own.
    pub config: Option<String>,
    /// Who stands behind tells the routes by labels that the server looks for; the server itself may be anywhere.
    pub told_by_labels: bool,
    /// All servers' routes, in the order written.
    pub routes: Vec<ProxyRoute>,
    /// Where the first server begins.
    pub mark: Mark,
}

/// What a [`Proxy`] does with a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProxyRoute {
    /// What is asked for, `*` for what varies; none where nobody asks from outside.
    pub path: Option<String>,
    /// Only this path, and none that begins with it.
    pub exact: bool,
    /// Methods that are let through; empty is all.
    pub methods: Vec<String>,
    /// Addresses that requests are handed to, with a scheme; what is set elsewhere stays a hole.
    pub targets: Vec<Text>,
    /// What becomes of the path on the way there; none leaves it as it is.
    pub rewrite: Option<Rewrite>,
    /// A credential is demanded before anything is answered, and what demands it.
    pub demands: Option<(String, Mark)>,
    /// How often somebody may ask is limited, and where that stands.
    pub limited: Option<Mark>,
    /// Only these addresses are let in; empty is all.
    pub allowed: Vec<String>,
    /// Where.
    pub mark: Mark,
}

/// How a [`ProxyRoute`] changes a path that it hands on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rewrite {
    /// What it begins with is replaced.
    Begins {
        /// What it begins with outside; empty puts something in front.
        from: String,
        /// What it begins with behind.
        to: String,
    },
    /// By a pattern or a program; what comes out is not known.
    Unknown,
}

/// A function at a content delivery network's edge (Cloudflare Workers).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Worker {
    /// Its name.
    pub name: Option<String>,
    /// The file that it begins with, relative.
    pub main: Option<String>,
    /// Patterns of host and path that it answers, as written.
    pub routes: Vec<(String, Mark)>,
    /// Where.
    pub mark: Mark,
}

/// What a hosting platform runs, as its own file says (Fly, Render, Heroku, Vercel, Netlify, Firebase, Supabase).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hosted {
    /// `fly`, `render`, `procfile`, …
    pub platform: String,
    /// What it is.
    pub kind: HostedKind,
    /// Its name, if one is written.
    pub name: Option<String>,
    /// The folder of its source, relative to the file; empty is the file's own.
    pub folder: String,
    /// An image that is run instead of source.
    pub image: Option<Text>,
    /// Variables in the order written.
    pub environment: Vec<Variable>,
    /// When it is called, if by the clock.
    pub schedule: Option<String>,
    /// Where.
    pub mark: Mark,
}

/// What a [`Hosted`] is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HostedKind {
    /// A program that requests from everywhere are sent to.
    Web,
    /// Pages that everybody can read, perhaps with functions beside them.
    Pages,
    /// A program that only its neighbours reach.
    Private,
    /// A program that nothing is sent to.
    Worker,
    /// A program that the clock starts.
    Job,
    /// A function with an address of its own.
    Function,
    /// A folder of functions; which of them have addresses, their code says.
    Functions,
    /// A path of a program, or a function of it, that the clock calls.
    Call,
    /// A store that the platform keeps, by its product.
    Store(String),
}

/// Rules of a store that clients address themselves (Firestore, Firebase Storage and its database).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StoreRules {
    /// The store's product.
    pub product: String,
    /// Statements that let everybody read or write.
    pub open: Vec<Mark>,
    /// Where.
    pub mark: Mark,
}

/// A ConfigMap or Secret. A Secret's values are never kept: only keys, with `Text::Unknown`, except
/// addresses without their password, and [`crate::Hidden`] under a name that speaks of a secret. In a generator's values a key `@path` names an env file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct Config {
    pub name: String,
    pub namespace: Option<String>,
    pub secret: bool,
    pub values: Vec<(String, Text, Mark)>,
    pub mark: Mark,
}

/// A Dockerfile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dockerfile {
    /// In order; the last one is what runs unless a target is named.
    pub stages: Vec<Stage>,
}

/// One stage of a [`Dockerfile`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the instructions are Docker's own")]
pub struct Stage {
    pub name: Option<String>,
    /// Image, or the name of an earlier stage.
    pub base: Text,
    pub expose: Vec<u16>,
    pub user: Option<String>,
    pub environment: Vec<Variable>,
    pub arguments: Vec<(String, Option<Text>)>,
    pub entrypoint: Vec<Text>,
    pub command: Vec<Text>,
    /// COPY/ADD from the context: source, target.
    pub copies: Vec<(String, String)>,
    /// COPY --from: stage or image.
    pub copies_from: Vec<String>,
    /// Programs that are compiled in it, in order.
    pub compiles: Vec<Compiled>,
    pub mark: Mark,
}

/// A program that a stage compiles of the source that it was given.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Compiled {
    /// Path of the package in the stage, or its full name; `...` at its end stands for all below.
    pub package: Text,
    /// What the program is called then, where that is told.
    pub output: Option<Text>,
}

/// Which folder an image is made from, said by a build tool (Skaffold).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ImageSource {
    /// Name of the image, without tag.
    pub image: String,
    /// Folder, relative to the file that says it.
    pub context: String,
    /// Relative to the context.
    pub dockerfile: Option<String>,
    /// Where.
    pub mark: Mark,
}

/// A `.env` file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct EnvFile {
    pub variables: Vec<Variable>,
}

/// What a product connects to, as a file that configures it says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dials {
    /// Whose file it is, by its name in the catalogue.
    pub product: String,
    /// Addresses, each with its place.
    pub addresses: Vec<(Text, Mark)>,
    /// Who offers models that it asks for, by their names among third parties, whether a credential is sent along, and the place.
    pub providers: Vec<(String, bool, Mark)>,
    /// Where the file begins.
    pub mark: Mark,
}

/// Addresses of hosts inside in a file of configuration that no product and no framework known here reads: a program's own, if one
/// opens it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OwnAddresses {
    /// Dotted key, address, place.
    pub addresses: Vec<(String, Text, Mark)>,
}

/// What a sidecar puts behind a name for the programs beside it (a component of Dapr).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Backing {
    /// How programs call it.
    pub name: String,
    /// `state.redis`, `pubsub.kafka`, `bindings.postgresql`.
    pub kind: String,
    /// Where it is, as far as that is told; the first that leads somewhere counts.
    pub addresses: Vec<Text>,
    /// Programs that may use it, by their names among sidecars; none is all.
    pub scopes: Vec<String>,
    /// Programs that it delivers a topic to (a subscription); then `kind` is empty and `name` that of the broker.
    pub topic: Option<String>,
    /// Where.
    pub mark: Mark,
}

/// What programs are called among sidecars, where they are started from a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SidecarNames {
    /// Name, and the program's folder, relative to the file.
    pub names: Vec<(String, String)>,
    /// Where.
    pub mark: Mark,
}

/// A key of a framework's configuration file (application.yml, application.properties,
/// appsettings.json): flattened with dots.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "obvious fields")]
pub struct Setting {
    pub key: String,
    pub value: Text,
    /// Spring profile document, ASP.NET environment, when the file says one inside.
    pub profile: Option<String>,
    pub mark: Mark,
}

/// What a template (CloudFormation, SAM, Serverless Framework) is handed and hands on. Its resources are
/// facts of their own; names in them are valid in the template only.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stack {
    /// `service` of the Serverless Framework.
    pub name: Option<Text>,
    /// In the order written.
    pub parameters: Vec<StackParameter>,
    /// In the order written.
    pub outputs: Vec<StackOutput>,
    /// Where.
    pub mark: Mark,
}

/// A parameter of a [`Stack`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StackParameter {
    /// What refers to it.
    pub name: String,
    /// `String`, `AWS::SSM::Parameter::Value<String>`.
    pub kind: String,
    /// Its default, if one is written and may be kept.
    pub value: Option<Text>,
    /// Where.
    pub mark: Mark,
}

/// An output of a [`Stack`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StackOutput {
    /// What the stack around it calls it.
    pub name: String,
    /// What it is.
    pub value: Text,
    /// What other stacks import it as.
    pub export: Option<Text>,
    /// Where.
    pub mark: Mark,
}

/// A resource of a cloud, whoever's vocabulary it is written in, or a data source of Terraform.
///
/// What a vocabulary nests in another resource and the cloud has as one of its own (the events of a SAM or
/// Serverless function, the operations of a gateway's definition) is a resource with a reference to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Resource {
    /// `aws_db_instance`, `AWS::RDS::DBInstance`, `Serverless::Function`.
    pub kind: String,
    /// The label after it, the logical id, the key.
    pub name: String,
    /// `data` instead of `resource`.
    pub data_source: bool,
    /// Attributes, nested blocks flattened with dots (`ingress.0.cidr_blocks.0`); references stay
    /// `Text::Name("aws_vpc.main.id")`, variables `Text::Name("var.x")`; in templates `Table.Arn`,
    /// parameters and `AWS::Region` by their names. What Terraform must decide or put together is kept in parts under
    /// keys with a `?`: `count.?if`, `tags.?merge.0`.
    pub attributes: Vec<(String, Text, Mark)>,
    /// Where.
    pub mark: Mark,
}
