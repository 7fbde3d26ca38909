//! Schemes, ports and parameters of addresses.

use super::load;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// What a URL's scheme, or a port, tells.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// The product, where only one speaks it.
    pub technology: Option<String>,
    /// How it is spoken to; the model's word.
    pub protocol: String,
    /// The port when none is written.
    pub port: Option<u16>,
    /// What the scheme by itself says of TLS.
    pub encrypted: Option<bool>,
    /// The model's words, where no single product tells them.
    #[serde(default)]
    pub roles: Vec<String>,
}

#[derive(Deserialize)]
struct Encryption {
    on: BTreeSet<String>,
    off: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Addresses {
    scheme: BTreeMap<String, Scheme>,
    encryption: Encryption,
    port: BTreeMap<String, Scheme>,
}

fn all() -> &'static Addresses {
    static ALL: OnceLock<Addresses> = OnceLock::new();
    ALL.get_or_init(|| load(data!("addresses")))
}

/// All schemes and ports.
#[cfg(test)]
pub(super) fn schemes() -> impl Iterator<Item = &'static Scheme> {
    all().scheme.values().chain(all().port.values())
}

/// What a URL's scheme tells. A driver's name in it is left aside: `jdbc:postgresql`,
/// `postgresql+psycopg` and `mongodb+srv` are known.
pub fn scheme(scheme: &str) -> Option<&'static Scheme> {
    let lower = scheme.trim_end_matches("://").trim_end_matches(':').to_ascii_lowercase();
    let name = lower.strip_prefix("jdbc:").or_else(|| lower.strip_prefix("r2dbc:")).unwrap_or(&lower);
    let known = &all().scheme;
    known.get(name).or_else(|| known.get(name.split(['+', ':']).next().unwrap_or(name)))
}

/// What a port by itself suggests; none for ports that many things use.
pub fn port(port: u16) -> Option<&'static Scheme> {
    all().port.get(&port.to_string())
}

/// What the parameters of an address say of TLS (`?sslmode=require&x=1`, `;encrypt=true`).
pub fn encryption(parameters: &str) -> Option<bool> {
    let rules = &all().encryption;
    let lower = parameters.to_ascii_lowercase();
    let mut said = lower.split(['?', '&', ';']).map(str::trim);
    said.find_map(|parameter| match parameter {
        parameter if rules.on.contains(parameter) => Some(true),
        parameter if rules.off.contains(parameter) => Some(false),
        _ => None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn schemes_in_their_forms() {
        let technology = |text: &str| scheme(text).and_then(|scheme| scheme.technology.as_deref()).unwrap_or("-");
        let forms = ["jdbc:postgresql", "postgresql+psycopg", "mongodb+srv", "REDISS", "neo4j+s", "jdbc:oracle:thin", "https", "shop"];
        assert_eq!(forms.map(technology), ["postgresql", "postgresql", "mongodb", "redis", "neo4j", "oracle", "-", "-"]);
        assert_eq!(scheme("neo4j+s").and_then(|scheme| scheme.encrypted), Some(true));
        assert_eq!(scheme("postgres").and_then(|scheme| scheme.encrypted), None);
    }

    #[test]
    fn parameters_settle_encryption_or_leave_it() {
        assert_eq!(encryption("/db?x=1&sslmode=verify-full"), Some(true));
        assert_eq!(encryption("?sslmode=disable"), Some(false));
        assert_eq!(encryption(";Encrypt=true;x=y"), Some(true));
        assert_eq!(encryption("?sslmode=prefer"), None);
        assert_eq!(encryption(""), None);
    }

    #[test]
    fn ports_of_many_uses_tell_nothing() {
        assert_eq!(port(5432).and_then(|port| port.technology.as_deref()), Some("postgresql"));
        assert_eq!([80, 3000, 8000, 8080, 9000].map(port), [None; 5]);
    }

    #[test]
    fn every_technology_and_port_is_known() {
        for (name, scheme) in &all().scheme {
            assert!(name.to_lowercase() == *name && !scheme.protocol.is_empty());
        }
        assert!(all().port.keys().all(|port| port.parse::<u16>().is_ok()));
    }
}
