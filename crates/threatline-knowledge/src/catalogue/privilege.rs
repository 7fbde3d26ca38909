//! Fields that callers must not set by themselves.

use super::{letters, load};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    fields: BTreeSet<String>,
}

/// Whether a field of a stored record decides over rights, owners, money or what was approved.
pub fn is_privileged(field: &str) -> bool {
    static ALL: OnceLock<BTreeSet<String>> = OnceLock::new();
    let all = ALL.get_or_init(|| load::<Written>(include_str!("../../data/privileges.toml")).fields.iter().map(|field| letters(field)).collect());
    all.contains(&letters(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_known_in_any_spelling() {
        assert!(["isAdmin", "is_admin", "ownerId", "Role", "emailVerified"].iter().all(|field| is_privileged(field)));
    }

    #[test]
    fn other_fields_are_the_callers() {
        assert!(!["title", "state", "type", "price", "administration"].iter().any(|field| is_privileged(field)));
    }
}
