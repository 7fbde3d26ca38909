//! By which words code speaks of how many records a caller asks for, and of what bounds that number.

use super::{letters, load};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sizes: BTreeSet<String>,
    limits: BTreeMap<String, usize>,
    limits_of_stores: BTreeMap<String, usize>,
    words: PageWords,
}

/// Words around the number of records that a caller asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageWords {
    /// Keys of what a store's client is told.
    pub keys: BTreeSet<String>,
    /// What makes a number of a text.
    pub numbers: BTreeSet<String>,
    /// What gives the smaller of two.
    pub least: BTreeSet<String>,
    /// What gives the larger of two.
    pub most: BTreeSet<String>,
    /// Arguments that say the largest number …
    pub bounds: BTreeSet<String>,
    /// … annotations and functions that do …
    pub bounding: BTreeSet<String>,
    /// … those that say both ends …
    pub ranges: BTreeSet<String>,
    /// … and numbers that are no bound.
    pub unbounded: BTreeSet<String>,
}

fn all() -> &'static Written {
    static ALL: OnceLock<Written> = OnceLock::new();
    ALL.get_or_init(|| {
        let written: Written = load(data!("pages"));
        Written { sizes: written.sizes.iter().map(|size| letters(size)).collect(), ..written }
    })
}

/// Whether a parameter, in any spelling of its name, says how many records its caller wants.
pub fn is_page_size(name: &str) -> bool {
    all().sizes.contains(&letters(name))
}

/// Which argument of a method is the number of records at most; `of` is the class that it is a method of, and the second
/// value whether it means that for stores only.
pub fn limit_of(of: Option<&str>, method: &str) -> Option<(usize, bool)> {
    let of_class = of.and_then(|of| all().limits.get(&format!("{of}.{method}")));
    let plainly = of_class.or_else(|| all().limits.get(method)).map(|at| (*at, false));
    plainly.or_else(|| all().limits_of_stores.get(method).map(|at| (*at, true)))
}

/// The words.
pub fn page_words() -> &'static PageWords {
    &all().words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_known_in_any_spelling() {
        assert!(["limit", "pageSize", "per_page", "perPage"].iter().all(|name| is_page_size(name)));
        assert!(!["page", "offset", "id", "limitless"].iter().any(|name| is_page_size(name)));
    }

    #[test]
    fn a_method_of_many_things_limits_stores_only() {
        assert_eq!(limit_of(None, "limit"), Some((0, false)));
        assert_eq!(limit_of(Some("PageRequest"), "of"), Some((1, false)));
        assert_eq!(limit_of(Some("List"), "of"), None);
        assert_eq!(limit_of(None, "take"), Some((0, true)));
    }
}
