//! By which words code speaks of whoever calls it, and of looking records up.

use super::data_class::words;
use super::load;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    callers: BTreeSet<String>,
    sessions: BTreeSet<String>,
    finds: BTreeSet<String>,
    stores: BTreeSet<String>,
}

fn all() -> &'static Written {
    static ALL: OnceLock<Written> = OnceLock::new();
    ALL.get_or_init(|| load(data!("callers")))
}

/// Whether a name (`currentUserId`, `check_access`) may stand for whoever calls, or for what that one may do.
pub fn names_caller(name: &str) -> bool {
    words(name).iter().any(|word| all().callers.contains(word))
}

/// Whether a query asks the database for whose session it runs in.
pub fn asks_session(query: &str) -> bool {
    let query = query.to_ascii_lowercase();
    all().sessions.iter().any(|word| query.contains(word.as_str()))
}

/// Whether a method of a store's client by this name looks records up, or changes those that it finds.
pub fn finds_records(method: &str) -> bool {
    words(method).first().is_some_and(|word| all().finds.contains(word))
}

/// Whether what speaks this protocol keeps records.
pub fn keeps_records(protocol: &str) -> bool {
    all().stores.contains(protocol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_known_in_any_spelling() {
        assert!(["currentUserId", "req.user", "SecurityContextHolder", "check_access", "isOwner"].iter().all(|name| names_caller(name)));
        assert!(!["order", "vehicleId", "findById", "ResponseEntity", "items"].iter().any(|name| names_caller(name)));
    }

    #[test]
    fn records_are_found_by_methods_of_stores() {
        assert!(["findById", "find_by", "getOne", "deleteById", "First"].iter().all(|name| finds_records(name)));
        assert!(!["save", "insertOne", "create", "connect"].iter().any(|name| finds_records(name)));
        assert!(keeps_records("sql") && !keeps_records("https"));
    }
}
