//! Shapes of conditions: what is asked of nobody, and who is refused under them.

use super::*;

/// Whether a condition only asks if something was sent at all: `header == ""`, `!r.Header.Get("X")`.
pub(super) fn tests_absence(condition: &Value, depth: usize) -> bool {
    if depth > 6 {
        return false;
    }
    let empty = |value: &Value| {
        matches!(value, Value::Null) || matches!(value, Value::Text(text) if text.is_empty()) || matches!(value, Value::Number(text) if text == "0")
    };
    match condition {
        Value::Not(inner) => tests_absence(inner, depth + 1),
        Value::Either(parts) => parts.iter().all(|part| tests_absence(part, depth + 1)),
        Value::Operator(operator, parts) if matches!(operator.as_str(), "and" | "&&") => parts.iter().all(|part| tests_absence(part, depth + 1)),
        Value::Operator(_, parts) => parts.iter().any(empty) && parts.iter().all(|part| empty(part) || tests_absence(part, depth + 1)),
        Value::Name(name) => !is_identity(name),
        Value::Member(object, name) => !is_identity(name) && tests_absence(object, depth + 1),
        Value::Index(object, _) => tests_absence(object, depth + 1),
        Value::Call(call) => match &call.callee {
            Value::Name(name) => matches!(name.as_str(), "len" | "bool" | "str"),
            Value::Member(object, name) => {
                let reads = [
                    "get",
                    "header",
                    "cookie",
                    "getheader",
                    "getcookie",
                    "cookies",
                    "headers",
                    "len",
                    "isempty",
                    "is_empty",
                    "isblank",
                    "formvalue",
                    "query",
                    "trim",
                    "strip",
                ];
                reads.contains(&name.to_ascii_lowercase().as_str()) && tests_absence(object, depth + 1)
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether a condition asks that something is not there that a caller sends, and says so: `!token`, `header == ""`.
pub(super) fn asks_for_nothing(condition: &Value) -> bool {
    let is_bare = matches!(condition, Value::Name(_) | Value::Member(..) | Value::Call(_) | Value::Index(..));
    let names_request = |value: &Value| match value {
        Value::Not(inner) => mentions_sent(inner, 0),
        value => mentions_sent(value, 0),
    };
    !is_bare && tests_absence(condition, 0) && names_request(condition)
}

/// Whether a value names something that is sent to say who asks.
fn mentions_sent(value: &Value, depth: usize) -> bool {
    if depth > 6 {
        return false;
    }
    let sent = |name: &str| {
        is_raw(name)
            || is_secret(name)
            || is_identity(name)
            || words_of(name).iter().any(|word| matches!(word.as_str(), "auth" | "key" | "jwt" | "credentials"))
    };
    match value {
        Value::Name(name) => sent(name),
        Value::Member(object, name) => sent(name) || mentions_sent(object, depth + 1),
        Value::Index(object, key) => mentions_sent(object, depth + 1) || matches!(&**key, Value::Text(key) if sent(key)),
        Value::Text(text) => sent(text),
        Value::Call(call) => mentions_sent(&call.callee, depth + 1) || call.arguments.iter().any(|argument| mentions_sent(&argument.value, depth + 1)),
        Value::Operator(_, parts) | Value::Either(parts) => parts.iter().any(|part| mentions_sent(part, depth + 1)),
        Value::Not(inner) => mentions_sent(inner, depth + 1),
        _ => false,
    }
}

/// Whether who is refused under a condition may be somebody of whom nothing is known; `if (user.email === BLOCKED) refuse()` refuses one and
/// lets all others past.
pub(super) fn refuses_others(condition: &Value, depth: usize) -> bool {
    const NOBODY: [&str; 8] = ["anon", "guest", "unauth", "none", "null", "undefined", "public", "invalid"];
    let says_nobody = |name: &str| name.is_empty() || NOBODY.iter().any(|word| name.to_ascii_lowercase().contains(word));
    let is_nobody = |value: &Value| match value {
        Value::Null | Value::Boolean(_) | Value::Number(_) => true,
        Value::Text(text) => says_nobody(text),
        Value::Call(call) => last_word(&call.callee).is_some_and(|word| says_nobody(&word)),
        value => last_word(value).is_some_and(|word| says_nobody(&word)),
    };
    match condition {
        Value::Operator(operator, parts) if matches!(operator.as_str(), "==" | "===" | "is") => parts.iter().any(is_nobody),
        Value::Operator(operator, parts) if matches!(operator.as_str(), "or" | "||") && depth < 6 => parts.iter().any(|part| refuses_others(part, depth + 1)),
        Value::Either(parts) if depth < 6 => parts.iter().any(|part| refuses_others(part, depth + 1)),
        _ => true,
    }
}

/// `req.method !== "OPTIONS"`: what browsers ask before the request itself.
pub(super) fn is_preflight(condition: &Value) -> bool {
    matches!(condition, Value::Operator(operator, parts) if operator.starts_with("!=") && parts.iter().any(|part| matches!(part, Value::Text(text) if text.eq_ignore_ascii_case("options"))))
}
