//! Headers by which providers prove that it is they who call.

use super::load;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    headers: BTreeSet<String>,
}

/// Whether a header, in any spelling of its name, is one in which a provider signs what it sends.
pub fn is_signature_header(name: &str) -> bool {
    static ALL: OnceLock<BTreeSet<String>> = OnceLock::new();
    let all = ALL.get_or_init(|| load::<Written>(data!("webhooks")).headers);
    all.contains(&name.replace('_', "-").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_known_in_any_spelling() {
        assert!(is_signature_header("Stripe-Signature"));
        assert!(is_signature_header("X_HUB_SIGNATURE_256"));
    }

    #[test]
    fn what_anybody_may_call_so_is_nobodys() {
        assert!(!is_signature_header("x-signature"));
        assert!(!is_signature_header("authorization"));
    }
}
