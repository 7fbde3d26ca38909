//! Words by which addresses in code, and files of configuration that code reads, are told from others.

use super::load;
use serde::Deserialize;
use std::sync::OnceLock;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    elsewhere: Vec<String>,
    endings: Vec<String>,
    readers: Vec<String>,
}

fn all() -> &'static Held {
    static ALL: OnceLock<Held> = OnceLock::new();
    ALL.get_or_init(|| load(data!("held")))
}

/// Whether what bears that name takes addresses of others than those who are connected to.
pub fn holds_others(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    all().elsewhere.iter().any(|word| name.contains(word.as_str()))
}

/// Whether a text names a file of configuration: `config.json`, `./conf/app.yaml`.
pub fn names_configuration(text: &str) -> bool {
    let is_plain = text.len() <= 128 && !text.contains([' ', '\n', '*', '{', '%']) && !text.contains("://");
    is_plain && text.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && all().endings.iter().any(|known| known == ending))
}

/// Whether a module reads a program's configuration under names of the program's choice.
pub fn reads_configuration(module: &str) -> bool {
    let begins = |known: &String| module.strip_prefix(known.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    all().readers.iter().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_configuration_are_known_by_their_ending() {
        assert!(names_configuration("config.json") && names_configuration("./conf/app.yaml"));
        assert!(!names_configuration("all of config.json") && !names_configuration("http://orders/list.json") && !names_configuration(".json"));
    }

    #[test]
    fn who_may_come_is_nobody_that_is_connected_to() {
        assert!(holds_others("AllowedOrigins") && holds_others("jwtIssuer"));
        assert!(!holds_others("ordersUrl"));
    }
}
