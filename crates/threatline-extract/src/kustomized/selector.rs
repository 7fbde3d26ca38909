//! Selectors of Kubernetes (`app=web,tier!=db,env in (a,b)`) and the patterns with which Kustomize chooses names.

use regex::RegexBuilder;
use std::collections::BTreeMap;

/// Patterns of people are short; what one becomes is bounded too.
const MAX_LETTERS: usize = 500;
const MAX_SIZE: usize = 1 << 18;

/// Whether a pattern stands for the whole of a text; what is no pattern matches nothing.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    if pattern == text {
        return true;
    }
    let whole = || RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(MAX_SIZE).build().ok();
    pattern.len() <= MAX_LETTERS && whole().is_some_and(|whole| whole.is_match(text))
}

/// Whether labels are what a selector asks for; what is not understood chooses nothing.
pub(super) fn selects(selector: &str, labels: &BTreeMap<String, String>) -> bool {
    let asked = requirements(selector);
    !asked.is_empty() && asked.iter().all(|one| requirement(one, labels).unwrap_or(false))
}

/// The parts between commas outside of brackets.
fn requirements(selector: &str) -> Vec<&str> {
    let (mut out, mut from, mut inside) = (Vec::new(), 0, false);
    for (at, letter) in selector.char_indices() {
        match letter {
            '(' => inside = true,
            ')' => inside = false,
            ',' if !inside => {
                out.push(&selector[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(&selector[from..]);
    out.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn requirement(one: &str, labels: &BTreeMap<String, String>) -> Option<bool> {
    let value = |key: &str| labels.get(key.trim()).map(String::as_str);
    if let Some((key, wanted)) = one.split_once("!=") {
        return Some(value(key) != Some(wanted.trim()));
    }
    if let Some((key, wanted)) = one.split_once('=') {
        return Some(value(key) == Some(wanted.trim_start_matches('=').trim()));
    }
    if let Some((head, list)) = one.split_once('(') {
        let listed = list.strip_suffix(')')?.split(',').any(|item| value(head.split_whitespace().next().unwrap_or_default()) == Some(item.trim()));
        return match head.split_whitespace().collect::<Vec<_>>().as_slice() {
            [_, "in"] => Some(listed),
            [_, "notin"] => Some(!listed),
            _ => None,
        };
    }
    let is_key = |key: &str| !key.contains(char::is_whitespace);
    match one.strip_prefix('!') {
        Some(key) if is_key(key) => Some(value(key).is_none()),
        None if is_key(one) => Some(value(one).is_some()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_choose_by_labels() {
        let labels = BTreeMap::from([("app".to_owned(), "web".to_owned()), ("tier".to_owned(), "front".to_owned())]);
        for selector in ["app=web", "app == web, tier!=db", "tier in (front, back)", "tier notin (db)", "app", "!gone", "gone!=x"] {
            assert!(selects(selector, &labels), "{selector}");
        }
        for selector in ["", "app=api", "app=web,tier=db", "tier in (db)", "gone", "!app", "app ~ web"] {
            assert!(!selects(selector, &labels), "{selector}");
        }
    }

    #[test]
    fn patterns_stand_for_whole_names() {
        for (pattern, text) in [("web", "web"), ("web|api", "api"), ("^w.*$", "worker"), ("(web|api)-v[0-9]+", "web-v2"), ("shop-.+", "shop-a")] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("web", "web2"), ("web|api", "apis"), ("[", "["), ("(a{1000}){1000}", "a")] {
            assert!(pattern == text || !matches(pattern, text), "{pattern} {text}");
        }
    }
}
