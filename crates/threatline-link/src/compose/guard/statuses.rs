//! Statuses: what refuses, what fails, and how libraries write it.

use super::*;

/// Names, numbers and texts in a value that may say a status.
pub(super) fn status_words<'a>(value: &'a Value, out: &mut Vec<&'a str>, depth: usize) {
    if depth > 12 {
        return;
    }
    match value {
        Value::Number(text) => out.push(text),
        Value::Name(name) => out.push(name),
        Value::Member(object, name) => {
            out.push(name);
            status_words(object, out, depth + 1);
        }
        Value::Call(call) => {
            status_words(&call.callee, out, depth + 1);
            call.arguments.iter().for_each(|argument| status_words(&argument.value, out, depth + 1));
            let redirects = matches!(&call.callee, Value::Name(name) | Value::Member(_, name) if name.to_ascii_lowercase().contains("redirect"));
            if redirects && call.arguments.iter().any(|argument| mentions_login(&argument.value)) {
                out.push("401");
            }
        }
        Value::List(parts) | Value::Unknown(parts) | Value::Either(parts) => parts.iter().for_each(|part| status_words(part, out, depth + 1)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| match value {
            // `{ code: "UNAUTHORIZED" }`
            Value::Text(text) if !text.is_empty() && text.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_') => out.push(text),
            value => status_words(value, out, depth + 1),
        }),
        _ => {}
    }
}

pub(super) fn mentions_login(value: &Value) -> bool {
    match value {
        Value::Text(text) => {
            let text = text.to_ascii_lowercase();
            text.contains("login") || text.contains("signin") || text.contains("sign-in")
        }
        Value::Call(call) => call.arguments.iter().any(|argument| mentions_login(&argument.value)),
        Value::Join(parts) => parts.iter().any(mentions_login),
        Value::Name(name) | Value::Member(_, name) => name.to_ascii_lowercase().contains("login"),
        _ => false,
    }
}

pub(super) fn status_of(word: &str) -> Option<u16> {
    match word {
        "401" => return Some(401),
        "403" => return Some(403),
        _ => {}
    }
    let plain: String = word.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    let any = |words: &[&str]| words.iter().any(|word| plain.contains(word));
    if any(&["unauthorized", "unauthenticated", "http401", "status401", "challenge", "notauthenticated", "authenticationfailed", "authenticationerror"]) {
        Some(401)
    } else if any(&["forbidden", "permissiondenied", "accessdenied", "http403", "status403", "notauthorized"]) {
        Some(403)
    } else {
        None
    }
}

/// Whether an answer says that it is an error, by a status of 400 and above where a status stands.
pub(super) fn says_failure(value: &Value, depth: usize) -> bool {
    if depth > 8 {
        return false;
    }
    let number = |value: &Value| matches!(value, Value::Number(text) if text.parse().is_ok_and(|status: u16| (400..600).contains(&status)));
    let named = |value: &Value| last_word(value).is_some_and(|word| names_failure(&word));
    let status = |value: &Value| number(value) || named(value);
    match value {
        // `return {"error": "gone"}, 404`
        Value::List(parts) => parts.len() > 1 && parts.iter().skip(1).any(status),
        Value::Name(name) => names_failure(name),
        Value::Member(object, name) => names_failure(name) || says_failure(object, depth + 1),
        Value::Map(entries) => entries.iter().any(|(key, value)| matches!(key, Value::Text(key) if is_status_key(key)) && status(value)),
        Value::Call(call) => {
            let name = last_word(&call.callee).unwrap_or_default();
            says_failure(&call.callee, depth + 1)
                || call.arguments.iter().any(|argument| {
                    let keyed = argument.name.as_deref().is_some_and(is_status_key);
                    named(&argument.value)
                        || (keyed || takes_status(&name)) && number(&argument.value)
                        || matches!(argument.value, Value::Map(_)) && says_failure(&argument.value, depth + 1)
                })
        }
        _ => false,
    }
}

/// Whether all that steps do is to answer with a status that is bound beside the answer, and is one of failure where the error has none.
pub(super) fn answers_with_failure(steps: &[Step]) -> bool {
    let Some(Step::Return(Some(Value::Call(answer)))) = steps.last() else { return false };
    let is_failure = |value: &Value| matches!(value, Value::Number(text) if text.parse().is_ok_and(|status: u16| (400..600).contains(&status)));
    let falls_back = |value: &Value| matches!(value, Value::Either(parts) | Value::Operator(_, parts) if parts.iter().any(is_failure));
    let is_bound = |name: &str| {
        let mut found = None;
        binding_of(steps, name, &mut found);
        found.is_some_and(falls_back)
    };
    let says = |(key, value): &(Value, Value)| {
        matches!(key, Value::Text(key) if is_status_key(key)) && (falls_back(value) || matches!(value, Value::Name(name) if is_bound(name)))
    };
    answer.arguments.iter().any(|argument| matches!(&argument.value, Value::Map(entries) if entries.iter().any(says)))
}

/// Whether a call of Elixir sets a status of 400 and above that refuses nobody: `put_status(conn, :not_found)`.
pub(super) fn answers_otherwise(call: &Call) -> bool {
    let sets = last_word(&call.callee).is_some_and(|name| matches!(name.as_str(), "put_status" | "send_resp" | "resp"));
    let is_other = |value: &Value| match value {
        Value::Number(text) => text.parse().is_ok_and(|status: u16| (400..600).contains(&status) && !matches!(status, 401 | 403)),
        Value::Text(text) => names_failure(text),
        _ => false,
    };
    sets && call.arguments.iter().take(2).any(|argument| is_other(&argument.value))
}

fn is_status_key(key: &str) -> bool {
    matches!(key, "status" | "status_code" | "statusCode" | "code" | "StatusCode")
}

/// Calls whose number is the status of what they answer.
fn takes_status(name: &str) -> bool {
    matches!(
        name,
        "status"
            | "Status"
            | "sendStatus"
            | "SendStatus"
            | "StatusCode"
            | "sendError"
            | "send_error"
            | "send_response"
            | "WriteHeader"
            | "setStatus"
            | "setStatusCode"
            | "JSON"
            | "JSONP"
            | "IndentedJSON"
            | "AbortWithStatus"
            | "AbortWithStatusJSON"
            | "abort"
            | "halt"
            | "createError"
            | "Error"
            | "HTTPException"
            | "HttpException"
            | "ResponseStatusException"
            | "NewHTTPError"
            | "NewError"
    )
}

/// The names of the statuses of 400 and above, as libraries write them: `HTTP_400_BAD_REQUEST`,
/// `StatusBadRequest`, `badRequest()`, `HttpResponseNotFound`, `INTERNAL_SERVER_ERROR`.
pub(super) fn names_failure(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_ascii_alphabetic()).map(|c| c.to_ascii_lowercase()).collect();
    let rest = ["httpresponse", "httpstatus", "http", "status", "response"].iter().find_map(|before| plain.strip_prefix(before)).unwrap_or(&plain);
    let rest = ["objectresult", "result", "response", "exception", "error"].iter().find_map(|after| rest.strip_suffix(after)).unwrap_or(rest);
    matches!(
        rest,
        "badrequest"
            | "notfound"
            | "methodnotallowed"
            | "notallowed"
            | "notacceptable"
            | "requesttimeout"
            | "conflict"
            | "preconditionfailed"
            | "payloadtoolarge"
            | "unsupportedmediatype"
            | "unprocessableentity"
            | "unprocessablecontent"
            | "toomanyrequests"
            | "internalserver"
            | "server"
            | "notimplemented"
            | "badgateway"
            | "serviceunavailable"
            | "gatewaytimeout"
    ) && (rest != "server" || plain.ends_with("error"))
}
