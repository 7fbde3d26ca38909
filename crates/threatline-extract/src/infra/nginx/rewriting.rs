//! What becomes of a path that a location hands on.

use super::super::proxy::{replaces, replaces_by_pattern};
use super::PASSES;
use super::syntax::Directive;
use threatline_facts::infra::Rewrite;

/// What these directives of a location that compares by `begins` do to a path; none leaves it as it is.
pub(super) fn of(directives: &[Directive], begins: Option<&str>, filled: impl Fn(&str) -> String) -> Option<Rewrite> {
    let mut rewrites = directives.iter().filter(|one| one.name == "rewrite");
    if let Some(first) = rewrites.next() {
        return match (first.words.as_slice(), rewrites.next()) {
            ([pattern, replacement, ..], None) => Some(replaces_by_pattern(pattern, replacement)),
            _ => Some(Rewrite::Unknown),
        };
    }
    let passed = directives.iter().find(|one| PASSES.iter().any(|(name, _)| *name == one.name))?;
    let address = filled(passed.word()?);
    let rest = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
    // an address without a path leaves the path alone; one with a path puts it in place of what the location compares
    let to = &rest[rest.find('/')?..];
    match begins {
        Some(from) if !to.contains('$') && !from.contains(['$', '{']) => replaces(from, to),
        _ => Some(Rewrite::Unknown),
    }
}
