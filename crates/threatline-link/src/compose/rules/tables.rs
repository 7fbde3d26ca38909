//! Tables of rules that a configuration holds: for a path that a regular expression tells, and the roles that may.

use super::patterns::{PathTest, Requests};
use super::{Chain, Effect, Located, Rule, RuleSet};
use crate::compose::Place;
use std::sync::Arc;
use threatline_facts::Language;
use threatline_facts::code::{Call, Step, Value};

/// So many paths may one expression stand for; of one with more nothing is known.
const MAX_PATHS: usize = 32;
const MAX_DEPTH: usize = 6;

/// Roles that everybody has.
const EVERYBODY: [&str; 2] = ["PUBLIC_ACCESS", "IS_AUTHENTICATED_ANONYMOUSLY"];

/// The tables of all programs; each is for the folder around the configuration's.
pub(super) fn collect(sources: &[Located<'_>]) -> Vec<RuleSet> {
    sources.iter().filter(|(_, source)| source.language == Language::Php).filter_map(|(path, source)| table(path, &source.functions.first()?.steps)).collect()
}

fn table(path: &Arc<str>, steps: &[Step]) -> Option<RuleSet> {
    let by: Arc<str> = Arc::from("symfony");
    let calls = steps.iter().filter_map(|step| match step {
        Step::Do(Value::Call(call)) => Some((matches!(&call.callee, Value::Name(name) if name == "access.pass" || name == "access.rule"), call)),
        _ => None,
    });
    let calls: Vec<&Call> = calls.filter(|(is_rule, _)| *is_rule).map(|(_, call)| &**call).collect();
    let first = calls.first()?;
    // what holds in one environment only, or lies elsewhere, is not the program's
    let (folder, _) = path.rsplit_once('/')?;
    let root = ["config/packages", "app/config", "config"].iter().find_map(|place| folder.strip_suffix(place))?.to_owned();
    if !(root.is_empty() || root.ends_with('/')) {
        return None;
    }
    let place = Place { path: path.clone(), mark: first.mark, by: by.clone() };
    let mut set = RuleSet { root, ..RuleSet::default() };
    let mut chain = Chain { scope: None, rules: Vec::new(), order: 0, maybe: false, place };
    for call in calls {
        let place = Place { path: path.clone(), mark: call.mark, by: by.clone() };
        if matches!(&call.callee, Value::Name(name) if name == "access.pass") {
            set.first.push(Rule { requests: requests(call), effect: Effect::Exempts, maybe: false, place });
        } else {
            chain.rules.push(Rule { requests: requests(call), effect: effect(call), maybe: false, place });
        }
    }
    set.chains.push(chain);
    Some(set)
}

fn argument<'c>(call: &'c Call, name: &str) -> Option<&'c Value> {
    call.arguments.iter().find(|argument| argument.name.as_deref() == Some(name)).map(|argument| &argument.value)
}

fn texts<'c>(call: &'c Call, name: &str) -> Vec<&'c str> {
    match argument(call, name) {
        Some(Value::List(items)) => items.iter().filter_map(|item| if let Value::Text(text) = item { Some(text.as_str()) } else { None }).collect(),
        _ => Vec::new(),
    }
}

fn has_more(call: &Call) -> bool {
    matches!(argument(call, "other"), Some(Value::Boolean(true)))
}

fn effect(call: &Call) -> Effect {
    let roles = texts(call, "roles");
    if has_more(call) || roles.is_empty() {
        // Without a role it asks for a scheme, or by an expression.
        return Effect::Unknown;
    }
    if roles.iter().any(|role| EVERYBODY.contains(role)) {
        return Effect::Exempts;
    }
    // One of them is enough.
    if roles.iter().any(|role| role.starts_with("IS_AUTHENTICATED")) { Effect::Authenticates } else { Effect::Authorizes }
}

fn requests(call: &Call) -> Vec<Requests> {
    let paths = match argument(call, "path") {
        _ if has_more(call) => vec![PathTest::Unknown],
        Some(Value::Text(text)) => tests(text),
        _ => vec![PathTest::All],
    };
    let methods = texts(call, "methods");
    let each = |path: PathTest| match methods.is_empty() {
        true => vec![Requests::of(path)],
        false => methods.iter().map(|method| Requests { method: Some(method.to_ascii_uppercase()), path: path.clone() }).collect(),
    };
    paths.into_iter().flat_map(each).collect()
}

/// The paths that an expression is for, where it tells how they begin and in words; else nobody knows.
fn tests(expression: &str) -> Vec<PathTest> {
    let unknown = || vec![PathTest::Unknown];
    let Some(anchored) = expression.strip_prefix('^') else { return unknown() };
    let Some(paths) = spelt(anchored, 0) else { return unknown() };
    let mut out = Vec::new();
    for path in paths {
        let (path, whole) = match path.strip_suffix('$') {
            Some(path) => (path.trim_end_matches("/?"), true),
            None => (path.as_str(), false),
        };
        if !path.starts_with('/') || path.contains(['$', '?', '*', '+', '[', ']', '.', '\\', '{', '}', '%']) {
            return unknown();
        }
        let pattern = |end: &str| PathTest::Pattern(format!("{path}{end}"));
        match (whole, path) {
            (true, _) => out.push(pattern("")),
            (false, "/") => out.push(PathTest::All),
            // what goes on in the same part fits as well: `^/api` is for `/apis`
            (false, _) => out.extend([pattern("*"), pattern("*/**")]),
        }
    }
    out
}

/// An expression of letters and alternatives, each alternative written out.
fn spelt(expression: &str, depth: usize) -> Option<Vec<String>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut out = Vec::new();
    for one in split(expression)? {
        let Some(open) = one.find('(') else {
            out.push(one.to_owned());
            continue;
        };
        let close = closing(&one[open..])? + open;
        let inner = one[open + 1..close].trim_start_matches("?:");
        let rest = &one[close + 1..];
        if rest.starts_with(['?', '*', '+', '{']) || inner.starts_with('?') {
            return None;
        }
        for middle in spelt(inner, depth + 1)? {
            for end in spelt(rest, depth + 1)? {
                out.push(format!("{}{middle}{end}", &one[..open]));
                if out.len() > MAX_PATHS {
                    return None;
                }
            }
        }
    }
    (out.len() <= MAX_PATHS).then_some(out)
}

/// The alternatives at the top of an expression.
fn split(expression: &str) -> Option<Vec<&str>> {
    let (mut depth, mut from, mut out) = (0_usize, 0, Vec::new());
    for (at, letter) in expression.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            '|' if depth == 0 => {
                out.push(&expression[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(&expression[from..]);
    (depth == 0).then_some(out)
}

/// Where the bracket at the beginning is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests_of_paths {
    use super::*;

    fn shown(expression: &str) -> Vec<String> {
        let word = |test: PathTest| match test {
            PathTest::All => "all".to_owned(),
            PathTest::Pattern(pattern) => pattern,
            PathTest::Not(_) | PathTest::Unknown => "?".to_owned(),
            PathTest::None => "none".to_owned(),
        };
        tests(expression).into_iter().map(word).collect()
    }

    #[test]
    fn expressions_of_words_are_written_out() {
        assert_eq!(shown("^/api"), ["/api*", "/api*/**"]);
        assert_eq!(shown("^/login$"), ["/login"]);
        assert_eq!(shown("^/"), ["all"]);
        assert_eq!(shown("^/(login|register)$"), ["/login", "/register"]);
        assert_eq!(shown("^/(_(profiler|wdt)|css)/"), ["/_profiler/*", "/_profiler/*/**", "/_wdt/*", "/_wdt/*/**", "/css/*", "/css/*/**"]);
    }

    #[test]
    fn what_is_not_understood_is_not_judged() {
        for expression in ["/api", r"^/users/\d+", "^/(fr|en)?/admin", "^(", "^)", "%admin_path%", "^/a.b", "^/((((((((a))))))))"] {
            assert_eq!(shown(expression), ["?"], "{expression}");
        }
    }
}
