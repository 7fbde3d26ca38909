//! Fields that callers must not set by themselves.

use super::{letters, load};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    fields: BTreeSet<String>,
    stores: BTreeSet<String>,
    hidden: BTreeSet<String>,
}

fn all() -> &'static Written {
    static ALL: OnceLock<Written> = OnceLock::new();
    ALL.get_or_init(|| {
        let plain = |names: &BTreeSet<String>| names.iter().map(|name| letters(name)).collect();
        let written: Written = load(data!("privileges"));
        Written { fields: plain(&written.fields), stores: plain(&written.stores), hidden: written.hidden }
    })
}

/// Whether a field of a stored record decides over rights, owners, money or what was approved.
pub fn is_privileged(field: &str) -> bool {
    all().fields.contains(&letters(field))
}

/// Whether a method of a store by this name writes a record as it is handed to it.
pub fn stores_records(method: &str) -> bool {
    all().stores.contains(&letters(method))
}

/// Whether an annotation of a field keeps requests from filling it.
pub fn is_hiding(annotation: &str) -> bool {
    all().hidden.contains(annotation)
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
