//! What rules of Bazel make.

use super::load;
use serde::Deserialize;
use std::sync::OnceLock;

/// What a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Makes {
    Binary,
    Image,
    Library,
    Test,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    binary: Rules,
    image: Rules,
    library: Rules,
    test: Rules,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    ends: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    hosts: Vec<String>,
}

fn all() -> &'static Written {
    static ALL: OnceLock<Written> = OnceLock::new();
    ALL.get_or_init(|| load(data!("bazel")))
}

/// What a rule of that name makes.
pub fn makes(rule: &str) -> Option<Makes> {
    let all = all();
    let kinds = [(&all.test, Makes::Test), (&all.image, Makes::Image), (&all.binary, Makes::Binary), (&all.library, Makes::Library)];
    kinds.into_iter().find(|(rules, _)| rules.ends.iter().any(|end| rule.ends_with(end.as_str()))).map(|(_, makes)| makes)
}

/// Whether the reference of an image stands under an attribute.
pub fn names_image(attribute: &str) -> bool {
    all().image.names.iter().any(|name| name == attribute)
}

/// Whether the registry of an image does.
pub fn names_registry(attribute: &str) -> bool {
    all().image.hosts.iter().any(|name| name == attribute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_by_how_its_name_ends() {
        assert_eq!(makes("go_binary"), Some(Makes::Binary));
        assert_eq!(makes("acme_service_image"), Some(Makes::Image));
        assert_eq!(makes("py_test"), Some(Makes::Test));
        assert_eq!(makes("genrule"), None);
    }
}
