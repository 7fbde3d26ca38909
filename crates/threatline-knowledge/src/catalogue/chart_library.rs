//! Library charts of Helm that are known by their names.

use super::load;
use serde::Deserialize;
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    library: Vec<Library>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Library {
    name: String,
    publisher: String,
    templates: String,
}

/// The named templates of a library chart from that repository.
pub fn chart_library(name: &str, repository: &str) -> Option<&'static str> {
    static ALL: OnceLock<Vec<Library>> = OnceLock::new();
    let all = ALL.get_or_init(|| load::<Written>(data!("chart_libraries")).library);
    all.iter().find(|library| library.name == name && repository.contains(&library.publisher)).map(|library| library.templates.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_known_by_who_publishes_it() {
        assert!(chart_library("common", "oci://registry-1.docker.io/bitnamicharts").is_some());
        assert!(chart_library("common", "https://charts.acme.io").is_none());
        assert!(chart_library("shared", "https://charts.bitnami.com/bitnami").is_none());
    }
}
