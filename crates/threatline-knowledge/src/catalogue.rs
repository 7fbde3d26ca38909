//! The catalogue: products, services of others, addresses, packages, cloud resources, classes of data.
//!
//! All of it is data, in `data/*.toml`, embedded as JSON and read once when it is first asked for. Whatever is not in there
//! is not known; nothing is guessed from a likeness.

/// A file of the catalogue by its name, as the build script embeds it.
macro_rules! data {
    ($name:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/", $name, ".json"))
    };
}

mod address;
pub mod agent;
mod automation;
pub mod bazel;
mod bicep_module;
mod caller;
mod chart_library;
pub mod cloud;
mod command;
mod connection;
mod data_class;
mod dial;
mod held;
mod kinds;
mod operator;
mod package;
mod page;
pub mod pipeline;
mod privilege;
mod service;
mod sidecar;
mod technology;
mod terraform_module;
mod third_party;
mod webhook;
pub mod workloads;

pub use address::{Scheme, encryption, port, scheme};
pub use automation::{Way, automation_node};
pub use bicep_module::{BicepModule, bicep_module};
pub use caller::{asks_session, finds_records, keeps_records, names_caller};
pub use chart_library::chart_library;
pub use command::{is_client, is_errand_name, is_server, starts_no_server};
pub use connection::{Connection, connections, is_address_key, is_read_by_libraries, scheme_of_key, setting};
pub use data_class::{data_class, is_setting, record_classes};
pub use dial::{DialFile, Models, dial_files};
pub use held::{holds_others, names_configuration, reads_configuration};
pub use kinds::{kind_of_letters, letters};
pub use operator::{Operator, operator};
pub use package::{CAPABILITIES, Package, package};
pub use page::{PageWords, is_page_size, limit_of, page_words};
pub use privilege::{is_hiding, is_privileged, stores_records};
pub use service::{Service, is_provider, service};
pub use sidecar::{asked_of_sidecar, behind_sidecar, is_asked_of_sidecar, sidecar_annotation, sidecar_header};
pub use technology::{Access, Resource, Setting, Technology, chart, image, resource, technology};
pub use terraform_module::terraform_module;
pub use third_party::{ThirdParty, host, third_party};
pub use webhook::is_signature_header;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The three kinds of components; the model has the same words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words are the model's own")]
pub enum Kind {
    Process,
    DataStore,
    ExternalEntity,
}

impl Kind {
    /// The model's word.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Process => "process",
            Kind::DataStore => "data_store",
            Kind::ExternalEntity => "external_entity",
        }
    }
}

fn load<T: DeserializeOwned>(data: &'static str) -> T {
    serde_json::from_str(data).expect("the data is part of the program, and a test parses all of it")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The model's roles; the crate that has them stands above this one.
    pub(super) const ROLES: &[&str] = &[
        "api",
        "web_ui",
        "gateway",
        "load_balancer",
        "worker",
        "function",
        "scheduled_job",
        "message_broker",
        "queue",
        "database",
        "cache",
        "object_store",
        "search_engine",
        "auth_server",
        "secrets_manager",
        "service_discovery",
        "configuration_server",
        "monitoring",
        "tracing",
        "logging",
        "llm",
        "agent",
        "mcp_server",
        "ci",
        "user",
        "third_party",
        "library",
        "other",
    ];

    #[test]
    fn every_role_is_a_word_of_the_model() {
        let roles = technology::all().iter().flat_map(|technology| &technology.roles);
        let roles = roles.chain(third_party::all().iter().flat_map(|party| &party.roles));
        let roles = roles.chain(technology::resources().values().flat_map(|resource| &resource.roles));
        let roles = roles.chain(address::schemes().flat_map(|scheme| &scheme.roles));
        let strange: Vec<&String> = roles.filter(|role| !ROLES.contains(&role.as_str())).collect();
        assert!(strange.is_empty(), "{strange:?}");
    }

    #[test]
    fn every_name_is_written_in_one_way() {
        let names = technology::all().iter().map(|technology| &technology.name).chain(third_party::all().iter().map(|party| &party.name));
        let strange: Vec<&String> = names.filter(|name| name.is_empty() || name.contains([' ', '_']) || name.to_lowercase() != **name).collect();
        assert!(strange.is_empty(), "{strange:?}");
    }
}
