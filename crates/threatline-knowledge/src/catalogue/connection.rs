//! What frameworks connect to by their configuration, and where they look without any.

use super::load;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// One thing that a framework connects to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Where its address is set, [canonical](setting); the first that is set counts.
    pub keys: Vec<String>,
    /// Variables that the library reads by itself; the first that is set counts, where no key is.
    #[serde(default)]
    pub variables: Vec<String>,
    /// The address where nothing is set.
    #[serde(default)]
    pub default: Option<String>,
    /// What answers there, by its name in the catalogue of products.
    #[serde(default)]
    pub product: Option<String>,
    /// Packages with which the framework connects by itself.
    pub packages: Vec<String>,
    /// It connects only where one of these packages is on board as well.
    #[serde(default)]
    pub with: Vec<String>,
    /// And where none of these is.
    #[serde(default)]
    pub but: Vec<String>,
    /// Settings (`key=value`) that stop it: one of these lines, all of it.
    #[serde(default)]
    pub unless: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    variables: BTreeSet<String>,
    addresses: Addresses,
    connection: Vec<Connection>,
}

/// Settings that hold addresses, by their keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Addresses {
    below: Vec<String>,
    words: Vec<String>,
    ends: Vec<String>,
    own: Vec<String>,
    spoken: std::collections::BTreeMap<String, String>,
}

fn all() -> &'static Written {
    static ALL: OnceLock<Written> = OnceLock::new();
    ALL.get_or_init(|| load(data!("settings")))
}

/// All of them.
pub fn connections() -> &'static [Connection] {
    &all().connection
}

/// Whether a library on board reads that environment variable by itself and connects to the address in it.
pub fn is_read_by_libraries(variable: &str) -> bool {
    all().variables.contains(variable)
}

/// Whether frameworks keep an address of what they connect to under a key.
pub fn is_address_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let addresses = &all().addresses;
    let last = key.rsplit(['.', ':', '[']).next().unwrap_or(&key);
    let is_own = addresses.own.iter().any(|own| key.starts_with(own.as_str()));
    let owned = || !is_own && addresses.below.iter().any(|below| key.starts_with(below.as_str()));
    let named = || addresses.words.iter().any(|word| last.contains(word.as_str()));
    addresses.ends.iter().any(|end| key.ends_with(end.as_str())) || owned() && (named() || key.starts_with("connectionstrings"))
}

/// The scheme of addresses that frameworks keep under a key, where they do not tell one themselves.
pub fn scheme_of_key(key: &str) -> Option<&'static str> {
    let key = key.to_ascii_lowercase();
    all().addresses.spoken.iter().find(|(below, _)| key.starts_with(below.as_str())).map(|(_, scheme)| scheme.as_str())
}

/// A key of a setting in the one spelling in which its others are compared: Spring takes `service-url`, `serviceUrl`
/// and `service_url` for the same.
pub fn setting(key: &str) -> String {
    key.chars().filter(|letter| !matches!(letter, '-' | '_')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_canonical_and_products_are_known() {
        for connection in connections() {
            for key in connection.keys.iter().chain(connection.unless.iter().flatten()) {
                assert_eq!(setting(key), *key);
            }
            let known = |name: &str| super::super::technology(name).is_some();
            assert!(connection.product.as_deref().is_none_or(known), "{connection:?}");
            assert!(!connection.packages.is_empty());
        }
        assert_eq!(setting("eureka.client.service-url.defaultZone"), "eureka.client.serviceurl.defaultzone");
    }
}
