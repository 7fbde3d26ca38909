//! Words and shapes that guards are told by.

use super::*;

/// Whether a call is given the function that goes on.
pub(super) fn hands_on(call: &Call, prover: &Prover) -> bool {
    const ON: [&str; 4] = ["next", "done", "cb", "callback"];
    let is_it = |argument: &Argument| matches!(&argument.value, Value::Name(name) if ON.contains(&name.as_str()) && prover.parameters.contains(name));
    call.arguments.iter().any(is_it)
}

/// Whether a call of the function that goes on hands it an error instead, which ends the request: `next(new Forbidden())`.
pub(super) fn hands_error(call: &Call) -> bool {
    const ON: [&str; 4] = ["next", "done", "cb", "callback"];
    let goes_on = matches!(&call.callee, Value::Name(name) if ON.contains(&name.as_str()));
    goes_on && call.arguments.first().is_some_and(|argument| is_error(&argument.value, 0))
}

/// Whether a value is an error, by what it is called: `err`, `new ApiError(401)`, `createError.Unauthorized()`.
fn is_error(value: &Value, depth: usize) -> bool {
    if depth > 4 {
        return false;
    }
    let named = |name: &str| {
        let words = words_of(name);
        words.iter().any(|word| matches!(word.as_str(), "err" | "error" | "errors" | "exception" | "boom")) || status_of(name).is_some() || names_failure(name)
    };
    match value {
        Value::Name(name) => named(name) || matches!(name.as_str(), "e" | "ex"),
        Value::Member(object, name) => named(name) || is_error(object, depth + 1),
        Value::Call(call) => is_error(&call.callee, depth + 1),
        _ => false,
    }
}

/// A branch with nothing in it goes on.
pub(super) fn leaves_nothing(steps: &[Step]) -> bool {
    steps.is_empty()
}

/// The one test that a loop's body is, where what it holds for leaves the function.
pub(super) fn only_test(body: &[Step]) -> Option<(&Value, &[Step])> {
    match body {
        [Step::If { condition, then, otherwise }] if otherwise.is_empty() && then.last().is_some_and(leaves) => Some((condition, then)),
        _ => None,
    }
}

/// Whether a block of Ruby leaves the method around.
pub(super) fn leaves_around(steps: &[Step]) -> bool {
    let mut calls = Vec::new();
    steps.iter().for_each(|step| calls_in_step(step, &mut calls));
    calls.iter().any(|call| matches!(&call.callee, Value::Name(name) if name == "return"))
}

pub(super) fn lambdas_of(call: &Call) -> Vec<u32> {
    let one = |argument: &Argument| if let Value::Function(index) = &argument.value { Some(*index) } else { None };
    call.arguments.iter().filter_map(one).collect()
}

/// What a request, or what holds it, is called where it is handed on.
const REQUESTS: [&str; 9] = ["request", "req", "ctx", "context", "c", "r", "event", "conn", "exchange"];

/// Whether a call is given the request as the function around has it, by its own parameter.
pub(super) fn hands_request(call: &Call, parameters: &BTreeSet<String>) -> bool {
    let is_request = |value: &Value| matches!(value, Value::Name(name) if REQUESTS.contains(&name.as_str()) && parameters.contains(name));
    call.arguments.iter().any(|argument| is_request(&argument.value))
}

/// Functions that are written in place in a step, and bound, given back or handed on.
pub(super) fn functions_made(step: &Step, out: &mut Vec<u32>) {
    match step {
        Step::Bind { value, .. } | Step::Return(value) | Step::Throw(value) => value.iter().for_each(|value| functions_in(value, out)),
        Step::Do(value) => functions_in(value, out),
        Step::If { then, otherwise, .. } => then.iter().chain(otherwise).for_each(|step| functions_made(step, out)),
        Step::Loop { body, .. } | Step::Block(body) => body.iter().for_each(|step| functions_made(step, out)),
        Step::Try { body, handlers, finally } => body.iter().chain(handlers.iter().flatten()).chain(finally).for_each(|step| functions_made(step, out)),
        Step::Function(_) | Step::Class(_) => {}
    }
}

fn functions_in(value: &Value, out: &mut Vec<u32>) {
    if let Value::Function(index) = value {
        out.push(*index);
    }
    parts_of(value, &mut |part| functions_in(part, out));
}

pub(in crate::compose) fn calls_in_step<'a>(step: &'a Step, out: &mut Vec<&'a Call>) {
    match step {
        Step::Bind { value, .. } | Step::Return(value) | Step::Throw(value) => value.iter().for_each(|value| calls_in(value, out)),
        Step::Do(value) => calls_in(value, out),
        Step::If { condition, then, otherwise } => {
            calls_in(condition, out);
            then.iter().chain(otherwise).for_each(|step| calls_in_step(step, out));
        }
        Step::Loop { body, .. } | Step::Block(body) => body.iter().for_each(|step| calls_in_step(step, out)),
        Step::Try { body, handlers, finally } => {
            body.iter().chain(handlers.iter().flatten()).chain(finally).for_each(|step| calls_in_step(step, out));
        }
        Step::Function(_) | Step::Class(_) => {}
    }
}

/// Visits the values that a value is made of.
pub(super) fn parts_of<'a>(value: &'a Value, visit: &mut dyn FnMut(&'a Value)) {
    match value {
        Value::Call(call) => {
            visit(&call.callee);
            call.arguments.iter().for_each(|argument| visit(&argument.value));
        }
        Value::Member(object, _) | Value::Not(object) => visit(object),
        Value::Index(object, index) => {
            visit(object);
            visit(index);
        }
        Value::List(parts) | Value::Join(parts) | Value::Either(parts) | Value::Operator(_, parts) | Value::Unknown(parts) => parts.iter().for_each(visit),
        Value::Map(entries) => entries.iter().for_each(|(key, value)| {
            visit(key);
            visit(value);
        }),
        _ => {}
    }
}

pub(in crate::compose) fn calls_in<'a>(value: &'a Value, out: &mut Vec<&'a Call>) {
    parts_of(value, &mut |part| calls_in(part, out));
    if let Value::Call(call) = value {
        out.push(call);
    }
}

/// The value that a name is bound to in these steps, the last one.
pub(super) fn binding_of<'a>(steps: &'a [Step], name: &str, found: &mut Option<&'a Value>) {
    for step in steps {
        match step {
            Step::Bind { target, value: Some(value), .. } => {
                let is_it = match target {
                    Value::Name(target) => target == name,
                    Value::List(targets) => targets.iter().any(|target| matches!(target, Value::Name(target) if target == name)),
                    Value::Map(entries) => entries.iter().any(|(_, target)| matches!(target, Value::Name(target) if target == name)),
                    _ => false,
                };
                if is_it {
                    *found = Some(value);
                }
            }
            Step::If { then, otherwise, .. } => {
                binding_of(then, name, found);
                binding_of(otherwise, name, found);
            }
            Step::Loop { body, .. } | Step::Block(body) => binding_of(body, name, found),
            Step::Try { body, handlers, finally } => {
                binding_of(body, name, found);
                handlers.iter().for_each(|handler| binding_of(handler, name, found));
                binding_of(finally, name, found);
            }
            _ => {}
        }
    }
}

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
fn names_failure(name: &str) -> bool {
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

pub(super) fn words_of(name: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut before_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before_lower) {
            out.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(last) = out.last_mut()
        {
            last.extend(c.to_lowercase());
        }
        before_lower = c.is_lowercase();
    }
    out
}

/// Words for who somebody is, as opposed to what was sent.
pub(super) fn is_identity(name: &str) -> bool {
    let words = words_of(name);
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    any(&[
        "user",
        "principal",
        "identity",
        "session",
        "claims",
        "claim",
        "subject",
        "sub",
        "role",
        "roles",
        "permission",
        "permissions",
        "scope",
        "scopes",
        "account",
        "authenticated",
        "member",
        "tenant",
        "uid",
        "userid",
    ]) && !any(&["agent", "header", "headers"])
}

/// Words in a type's name for who calls.
pub(super) fn suggests_caller(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let words = ["auth", "authenticated", "authorization", "bearer", "jwt", "token", "admin", "guard", "key", "credentials"];
    is_identity(last) || words_of(last).iter().any(|word| words.contains(&word.as_str()))
}

/// Names for who is logged in, which the server holds and no request says.
pub(super) fn is_held(name: &str) -> bool {
    let words = words_of(name);
    words.iter().any(|word| word == "session") || name == "current_user" || name == "currentUser"
}

/// Words for somebody who is not known yet: a session holds them before a login is through.
pub(super) fn is_unfinished(name: &str) -> bool {
    words_of(name).iter().any(|word| matches!(word.as_str(), "pending" | "unverified" | "guest" | "anonymous" | "csrf" | "captcha" | "flash"))
}

/// Words for what was sent, which prove nothing by being there.
pub(super) fn is_raw(name: &str) -> bool {
    let words = words_of(name);
    words
        .iter()
        .any(|word| matches!(word.as_str(), "header" | "headers" | "authorization" | "cookie" | "cookies" | "query" | "params" | "body" | "token" | "bearer"))
}

pub(super) fn is_password(name: &str) -> bool {
    words_of(name).iter().any(|word| matches!(word.as_str(), "password" | "passwd" | "passphrase" | "pwd"))
}

pub(super) fn is_secret(name: &str) -> bool {
    let words = words_of(name);
    words.iter().any(|word| matches!(word.as_str(), "secret" | "apikey" | "password" | "signature" | "digest" | "hmac" | "token"))
        || name.to_ascii_lowercase().contains("api_key")
        || name.contains("apiKey")
}

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

pub(super) fn last_word(value: &Value) -> Option<String> {
    match value {
        Value::Name(name) | Value::Member(_, name) => Some(name.clone()),
        _ => None,
    }
}

pub(super) fn mentions_raw(value: &Value) -> bool {
    match value {
        Value::Name(name) => is_raw(name),
        Value::Member(object, name) => is_raw(name) || mentions_raw(object),
        Value::Call(call) => mentions_raw(&call.callee) || call.arguments.iter().any(|argument| mentions_raw(&argument.value)),
        Value::Index(object, _) => mentions_raw(object),
        Value::Text(text) => is_raw(text),
        _ => false,
    }
}

/// Either side names what was sent, or a local that may hold it.
pub(super) fn mentions_raw_any(parts: &[Value]) -> bool {
    parts.iter().any(|part| mentions_raw(part) || matches!(part, Value::Name(name) if is_secret(name)))
}

/// What a function answers, on all its ways.
pub(super) fn answers_of<'a>(steps: &'a [Step], out: &mut Vec<&'a Value>) {
    for step in steps {
        match step {
            Step::Return(Some(value)) => out.push(value),
            Step::If { then, otherwise, .. } => {
                answers_of(then, out);
                answers_of(otherwise, out);
            }
            Step::Loop { body, .. } | Step::Block(body) => answers_of(body, out),
            Step::Try { body, handlers, finally } => {
                answers_of(body, out);
                handlers.iter().for_each(|handler| answers_of(handler, out));
                answers_of(finally, out);
            }
            _ => {}
        }
    }
}

/// What is asked in `bool(x)`.
pub(super) fn unwrapped(value: &Value) -> &Value {
    match value {
        Value::Call(call) if matches!(&call.callee, Value::Name(name) if name == "bool" || name == "Boolean") => {
            call.arguments.first().map_or(value, |argument| &argument.value)
        }
        value => value,
    }
}
