//! Whether a pattern of a rule is for a route: yes, no, or not to be told.

use crate::compose::CodeEntry;
use serde::{Deserialize, Serialize};

/// Whether something matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::compose) enum Fit {
    Yes,
    No,
    /// For some requests of the route, or nobody knows.
    Maybe,
}

/// Requests that a rule is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Requests {
    /// Upper case; none is any.
    pub(super) method: Option<String>,
    pub(super) path: PathTest,
}

/// Which paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum PathTest {
    /// All.
    All,
    /// An Ant pattern: `?`, `*`, `**`, `{name}`, `{*rest}`.
    Pattern(String),
    /// Nobody knows.
    Unknown,
    /// None that code serves.
    None,
    /// All but those that one of these is for.
    Not(Vec<Requests>),
}

impl Requests {
    /// Any method.
    pub(super) fn of(path: PathTest) -> Self {
        Requests { method: None, path }
    }
}

/// The best fit of several alternatives.
pub(super) fn fit_any(tests: &[Requests], entry: &CodeEntry) -> Fit {
    either(tests.iter().map(|test| fit(test, entry)))
}

fn either(fits: impl Iterator<Item = Fit>) -> Fit {
    let mut best = Fit::No;
    for fit in fits {
        match fit {
            Fit::Yes => return Fit::Yes,
            Fit::Maybe => best = Fit::Maybe,
            Fit::No => {}
        }
    }
    best
}

fn both(left: Fit, right: Fit) -> Fit {
    match (left, right) {
        (Fit::No, _) | (_, Fit::No) => Fit::No,
        (Fit::Yes, Fit::Yes) => Fit::Yes,
        _ => Fit::Maybe,
    }
}

fn fit(test: &Requests, entry: &CodeEntry) -> Fit {
    let method = match (&test.method, &entry.method) {
        (None, _) => Fit::Yes,
        (Some(wanted), Some(method)) if wanted == method => Fit::Yes,
        (Some(_), Some(_)) => Fit::No,
        (Some(_), None) => Fit::Maybe,
    };
    let path = match &test.path {
        PathTest::All => Fit::Yes,
        PathTest::None => Fit::No,
        PathTest::Unknown => Fit::Maybe,
        PathTest::Pattern(pattern) => fit_path(pattern, &entry.path),
        PathTest::Not(others) => match fit_any(others, entry) {
            Fit::Yes => Fit::No,
            Fit::No => Fit::Yes,
            Fit::Maybe => Fit::Maybe,
        },
    };
    both(method, path)
}

/// Whether a pattern is for a route's path; parameters in the path stand for one part each.
pub(in crate::compose) fn fit_path(pattern: &str, path: &str) -> Fit {
    let Some(pattern) = pattern.strip_prefix('/') else { return Fit::Maybe };
    let pattern: Vec<&str> = split(pattern);
    let path: Vec<&str> = split(path.trim_matches('/'));
    if pattern.len() > 64 || path.len() > 64 {
        return Fit::Maybe;
    }
    fit_parts(&pattern, &path, 0)
}

fn split(path: &str) -> Vec<&str> {
    if path.is_empty() { Vec::new() } else { path.split('/').collect() }
}

fn fit_parts(pattern: &[&str], path: &[&str], depth: usize) -> Fit {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => Fit::Yes,
        (None, Some(_)) => Fit::No,
        (Some((first, rest)), _) if is_rest(first) => {
            if rest.is_empty() {
                return Fit::Yes;
            }
            // Two of these in the middle of one pattern are rare; more are not worked out.
            if depth > 2 {
                return Fit::Maybe;
            }
            either((0..=path.len()).map(|skipped| fit_parts(rest, &path[skipped..], depth + 1)))
        }
        // `/x/` is another path than `/x`, but for some settings.
        (Some((&"", [])), None) => Fit::Maybe,
        (Some(_), None) => Fit::No,
        (Some((first, rest)), Some((part, parts))) => match fit_part(first, part) {
            Fit::No => Fit::No,
            fit => both(fit, fit_parts(rest, parts, depth)),
        },
    }
}

/// `**` and `{*rest}` stand for any number of parts.
fn is_rest(part: &str) -> bool {
    part == "**" || part.starts_with("{*")
}

fn fit_part(pattern: &str, part: &str) -> Fit {
    if pattern == "*" || is_variable(pattern) {
        return Fit::Yes;
    }
    if pattern == part {
        return Fit::Yes;
    }
    if part.contains(['{', '*']) || pattern.contains('{') {
        return Fit::Maybe;
    }
    if pattern.contains(['*', '?']) {
        return if glob(pattern.as_bytes(), part.as_bytes()) { Fit::Yes } else { Fit::No };
    }
    Fit::No
}

/// `{name}` without an expression.
fn is_variable(part: &str) -> bool {
    part.starts_with('{') && part.ends_with('}') && !part.contains(':')
}

/// `*` any run, `?` one letter. Bounded by the product of the lengths.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at, read));
                at += 1;
            }
            Some(letter) if *letter == b'?' || *letter == text[read] => {
                at += 1;
                read += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    at = star + 1;
                    read = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}
