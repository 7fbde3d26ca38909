//! Elements of the diagram.

use crate::{BoundaryId, ComponentId, DataClass, ElementId, EntryPointId, Evidence, EvidenceSource, FlowId, Grade, Property, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "the words are the interface's own")]
        pub enum $name { $($variant),* }

        impl $name {
            /// Every word of the list.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// The word used in the interface.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            /// What that word means.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.name() == name)
            }
        }
    )*};
}

words! {
    /// The three kinds of node in a data flow diagram.
    ComponentKind { Process "process", DataStore "data_store", ExternalEntity "external_entity" }

    /// What a component is there for.
    Role {
        Api "api", WebUi "web_ui", Gateway "gateway", LoadBalancer "load_balancer", Worker "worker", Function "function",
        ScheduledJob "scheduled_job", MessageBroker "message_broker", Queue "queue", Database "database", Cache "cache",
        ObjectStore "object_store", SearchEngine "search_engine", AuthServer "auth_server", SecretsManager "secrets_manager",
        ServiceDiscovery "service_discovery", ConfigurationServer "configuration_server", Monitoring "monitoring",
        Tracing "tracing", Logging "logging", Llm "llm", Agent "agent", McpServer "mcp_server", Ci "ci", User "user",
        ThirdParty "third_party", Library "library", Other "other",
    }

    /// Who can send to it.
    Exposure { Internet "internet", Internal "internal", Local "local", Unknown "unknown" }

    /// Which environment it belongs to.
    Environment { Production "production", Staging "staging", Test "test", Development "development", Unknown "unknown" }

    /// What a trust boundary is made by.
    BoundaryKind {
        Internet "internet", ThirdParty "third_party", Account "account", Network "network", Cluster "cluster",
        Namespace "namespace", Host "host", Container "container", Process "process",
    }

    /// What one uses to come in.
    EntryPointKind {
        Http "http", Grpc "grpc", Graphql "graphql", Websocket "websocket", Message "message", Cli "cli", Schedule "schedule",
        Function "function", McpTool "mcp_tool",
    }

    /// Which two descriptions disagree.
    DriftKind { DocumentedOnly "documented_only", ImplementedOnly "implemented_only", Contradiction "contradiction" }
}

/// Properties of an element, and how a `false` among them was concluded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Properties {
    /// Known values only.
    pub values: BTreeMap<Property, Value>,
    /// Where each value was seen and with which grade, for those that rules conclude from.
    pub proofs: BTreeMap<Property, Proof>,
}

impl Properties {
    /// The value, none if unknown.
    pub fn get(&self, property: Property) -> Option<&Value> {
        self.values.get(&property)
    }

    /// The flag; none if unknown.
    pub fn flag(&self, property: Property) -> Option<bool> {
        self.get(property).and_then(Value::as_flag)
    }

    /// The word; none if unknown.
    pub fn text(&self, property: Property) -> Option<&str> {
        self.get(property).and_then(Value::as_text)
    }

    /// Sets a value with its proof.
    pub fn set(&mut self, property: Property, value: Value, proof: Proof) {
        self.values.insert(property, value);
        self.proofs.insert(property, proof);
    }
}

/// How an attribute's value is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Proof {
    /// How strong.
    pub grade: Grade,
    /// Thousandths.
    pub confidence: u16,
    /// The places that show it; for [`Grade::C`] the scope that was read, for [`Grade::S`] the peers.
    pub evidence: Vec<Evidence>,
}

/// A process, data store or external entity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Component {
    /// Stable across commits.
    pub id: ComponentId,
    /// The name that people use.
    pub name: String,
    /// Its other names, sorted.
    pub aliases: BTreeSet<String>,
    /// Which of the three.
    pub kind: ComponentKind,
    /// What it is there for.
    pub roles: BTreeSet<Role>,
    /// Lower-case product names.
    pub technologies: BTreeSet<String>,
    /// Packages that bring a capability (network, auth, parser, llm, payment, …), and where a manifest names them.
    pub dependencies: BTreeMap<String, Option<Evidence>>,
    /// The innermost boundary it stands in.
    pub boundary: Option<BoundaryId>,
    /// Who can send to it.
    pub exposure: Exposure,
    /// Which environment it belongs to.
    pub environment: Environment,
    /// Data classes it handles; `None` is unknown, empty is known to hold none.
    pub data: Option<BTreeSet<DataClass>>,
    /// From CODEOWNERS.
    pub owners: BTreeSet<String>,
    /// A person's statement of its worth, thousandths.
    pub value: Option<u16>,
    /// See [`Property`].
    pub properties: Properties,
    /// Why it is here.
    pub evidence: Vec<Evidence>,
}

impl Component {
    /// Stands for the people outside, as they are drawn wherever something is open to them. That it is open, and what may be
    /// done there, is said of what they come to: the drawing says nothing of its own.
    pub fn is_drawn_user(&self) -> bool {
        let declared = || self.evidence.iter().any(|evidence| evidence.source == EvidenceSource::Declared);
        self.kind == ComponentKind::ExternalEntity && self.roles.contains(&Role::User) && !declared()
    }
}

/// A data flow. One per pair and protocol.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flow {
    /// `flw:web>payments:https`
    pub id: FlowId,
    /// The side that opens the connection.
    pub source: ComponentId,
    /// The side that is connected to.
    pub target: ComponentId,
    /// `https`, `grpc`, `sql`, `kafka`, …
    pub protocol: Option<String>,
    /// The target knows who the source is.
    pub authenticated: Option<bool>,
    /// How `authenticated` is known, when it is.
    pub authenticated_proof: Option<Proof>,
    /// The target decides what the source may do.
    pub authorized: Option<bool>,
    /// Nobody under way can read it.
    pub encrypted: Option<bool>,
    /// How `encrypted` is known, when it is.
    pub encrypted_proof: Option<Proof>,
    /// Boundaries between its ends.
    pub crosses: BTreeSet<BoundaryId>,
    /// Data classes it carries; `None` is unknown.
    pub data: Option<BTreeSet<DataClass>>,
    /// How `data` is known, when it is.
    pub data_proof: Option<Proof>,
    /// Only text tells of it.
    pub stated_only: bool,
    /// See [`Property`].
    pub properties: Properties,
    /// Why it is here.
    pub evidence: Vec<Evidence>,
}

/// A trust boundary.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Boundary {
    /// `bnd:namespace/shop`
    pub id: BoundaryId,
    /// `shop`
    pub name: String,
    /// What makes it.
    pub kind: BoundaryKind,
    /// The boundary around it.
    pub parent: Option<BoundaryId>,
    /// See [`Property`].
    pub properties: Properties,
    /// Why it is here.
    pub evidence: Vec<Evidence>,
}

/// A way into a component.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EntryPoint {
    /// `ent:payments:POST /refunds/{id}`
    pub id: EntryPointId,
    /// Whose.
    pub component: ComponentId,
    /// What one uses.
    pub kind: EntryPointKind,
    /// Upper case; none when any will do.
    pub method: Option<String>,
    /// Full path with every prefix, parameters as `{name}`; see the interface for other kinds.
    pub path: String,
    /// Name and place (path, query, body, form, header, cookie).
    pub parameters: Vec<Parameter>,
    /// A caller must prove who it is.
    pub authenticated: Option<bool>,
    /// How `authenticated` is known, when it is.
    pub authenticated_proof: Option<Proof>,
    /// A caller must be entitled.
    pub authorized: Option<bool>,
    /// Declared public by a person.
    pub public: Option<bool>,
    /// Who can send to it.
    pub exposure: Exposure,
    /// The function that serves it.
    pub handler: Option<String>,
    /// Flows that its handler opens; `None` is unknown.
    pub flows: Option<BTreeSet<FlowId>>,
    /// Components downstream of it.
    pub reaches: BTreeSet<ComponentId>,
    /// See [`Property`].
    pub properties: Properties,
    /// Why it is here; the last is the route itself, earlier ones are its prefixes.
    pub evidence: Vec<Evidence>,
}

/// A parameter of an entry point.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `path`, `query`, `body`, `form`, `header` or `cookie`.
    pub place: String,
}

/// Two descriptions of the system that disagree.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Drift {
    /// `TD-` and 12 hexadecimal digits.
    pub id: String,
    /// How they disagree.
    pub kind: DriftKind,
    /// What they disagree about.
    pub element: ElementId,
    /// Statement and place of each side.
    pub claims: Vec<(String, Evidence)>,
}
