//! Sidecars that call others on a program's behalf: how whom they are asked for is named.

use super::load;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sidecars {
    named: String,
    header: String,
    asked: Vec<String>,
    behind: Vec<String>,
    none: Vec<String>,
    kinds: BTreeMap<String, String>,
}

fn all() -> &'static Sidecars {
    static ALL: OnceLock<Sidecars> = OnceLock::new();
    ALL.get_or_init(|| load(data!("sidecars")))
}

/// The annotation by which a workload is named among sidecars.
pub fn sidecar_annotation() -> &'static str {
    &all().named
}

/// The header that names the program for which a sidecar is asked, and the path that says the same.
pub fn sidecar_header() -> (&'static str, &'static str) {
    (&all().header, all().asked.first().map_or("", String::as_str))
}

/// Whom a path that a sidecar answers names, and whether that is a program (and not what stands behind the sidecar).
pub fn asked_of_sidecar(path: &str) -> Option<(&str, bool)> {
    let named = |beginnings: &[String]| {
        let rest = beginnings.iter().filter_map(|beginning| path.strip_prefix(beginning.as_str())).min_by_key(|rest| rest.len())?;
        rest.split(['/', '?']).next().filter(|name| !name.is_empty() && !name.contains('*'))
    };
    named(&all().asked).map(|name| (name, true)).or_else(|| named(&all().behind).map(|name| (name, false)))
}

/// Whether only a sidecar answers a path.
pub fn is_asked_of_sidecar(path: &str) -> bool {
    all().asked.iter().chain(&all().behind).any(|beginning| path.starts_with(beginning.as_str()))
}

/// The product or the service that a kind of what stands behind a sidecar is called by: `state.azure.cosmosdb`; none for those that lead nowhere.
pub fn behind_sidecar(kind: &str) -> Option<&str> {
    let (_, word) = kind.split_once('.')?;
    let is_none = all().none.iter().any(|none| none == word);
    (!is_none).then(|| all().kinds.get(word).map_or(word, String::as_str))
}

#[cfg(test)]
mod tests {
    use super::super::{technology, third_party};
    use super::*;

    #[test]
    fn paths_name_programs_and_stores() {
        assert_eq!(asked_of_sidecar("/v1.0/invoke/orders/method/list"), Some(("orders", true)));
        assert_eq!(asked_of_sidecar("/v1.0/publish/bulk/queue/topic"), Some(("queue", false)));
        assert_eq!(asked_of_sidecar("/v1.0/state/*"), None);
        assert_eq!(asked_of_sidecar("/health"), None);
    }

    #[test]
    fn all_that_stands_behind_is_known_by_its_name() {
        for name in all().kinds.values() {
            assert!(technology(name).is_some() || third_party(name).is_some(), "{name}");
        }
        assert_eq!(behind_sidecar("state.redis"), Some("redis"));
        assert_eq!(behind_sidecar("bindings.cron"), None);
    }
}
