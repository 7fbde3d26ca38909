//! What products connect to by the files that configure them.

use super::load;
use serde::Deserialize;
use std::sync::OnceLock;

/// A kind of such files.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DialFile {
    /// Whose it is, by its name in the catalogue of products.
    pub product: String,
    /// Keys at the top, all of them.
    pub has: Vec<String>,
    /// Where addresses stand: keys from the top, joined by dots; `*` is any one. `scheme:` before them is that of a host and port alone.
    pub at: Vec<String>,
    /// Values (`key=value`) with which nothing is known of the scheme.
    #[serde(default)]
    pub but: Vec<String>,
    /// Of the keys below the first only those count whose names stand at the second.
    #[serde(default)]
    pub used: Vec<(String, String)>,
    /// Where it names models.
    #[serde(default)]
    pub models: Option<Models>,
}

/// Where a file names models with who offers them: `anthropic/claude-sonnet-4`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Keys from the top to what describes a model.
    pub at: Vec<String>,
    /// Its key for the name.
    pub name: String,
    /// Its key for the credential.
    pub credential: String,
    /// A key with which it is asked for elsewhere.
    pub unless: String,
}

/// All of them; the first that fits is the one.
pub fn dial_files() -> &'static [DialFile] {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Written {
        file: Vec<DialFile>,
    }
    static ALL: OnceLock<Vec<DialFile>> = OnceLock::new();
    ALL.get_or_init(|| load::<Written>(data!("dials")).file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_known_and_places_are_told() {
        for file in dial_files() {
            assert!(super::super::technology(&file.product).is_some(), "{file:?}");
            assert!(!file.has.is_empty() && !file.at.is_empty(), "{file:?}");
            assert!(
                file.used
                    .iter()
                    .all(|(what, _)| file.at.iter().any(|at| at.split_once(':').map_or(at.as_str(), |(_, keys)| keys).starts_with(&format!("{what}.")))),
                "{file:?}"
            );
        }
    }
}
