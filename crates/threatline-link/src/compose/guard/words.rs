//! Words and shapes that guards are told by.

use super::*;
use threatline_knowledge::catalogue::names_caller;

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

/// `PUBLIC.some(path => …)`: what the function gives back is for the list to look at, and no way out of the function around.
pub(super) fn asks_each(call: &Call) -> bool {
    const ASKING: [&str; 9] = ["some", "every", "find", "findIndex", "filter", "map", "flatMap", "reduce", "sort"];
    matches!(&call.callee, Value::Member(_, name) if ASKING.contains(&name.as_str()))
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
    step.value().into_iter().for_each(|value| functions_in(value, out));
    step.bodies().flatten().for_each(|step| functions_made(step, out));
}

fn functions_in(value: &Value, out: &mut Vec<u32>) {
    if let Value::Function(index) = value {
        out.push(*index);
    }
    value.parts(&mut |part| functions_in(part, out));
}

pub(in crate::compose) fn calls_in_step<'a>(step: &'a Step, out: &mut Vec<&'a Call>) {
    step.value().into_iter().for_each(|value| calls_in(value, out));
    step.bodies().flatten().for_each(|step| calls_in_step(step, out));
}

pub(in crate::compose) fn calls_in<'a>(value: &'a Value, out: &mut Vec<&'a Call>) {
    value.parts(&mut |part| calls_in(part, out));
    if let Value::Call(call) = value {
        out.push(call);
    }
}

/// Whether steps take from a request who calls, `request.state.user`: it is there only where something before them has put it there.
pub(super) fn takes_told_caller(steps: &[Step]) -> bool {
    fn told(value: &Value) -> bool {
        let mut inside = false;
        value.parts(&mut |part| inside |= told(part));
        inside || matches!(value, Value::Member(object, name) if names_caller(name) && matches!(&**object, Value::Member(_, state) if state == "state"))
    }
    steps.iter().any(|step| step.value().into_iter().any(told) || step.bodies().any(takes_told_caller))
}

/// The value that a name is bound to in these steps, the last one.
pub(super) fn binding_of<'a>(steps: &'a [Step], name: &str, found: &mut Option<&'a Value>) {
    for step in steps {
        match step {
            Step::Bind { target, value: Some(value), .. } if binds(target, name, 0) => *found = Some(value),
            step => step.bodies().for_each(|body| binding_of(body, name, found)),
        }
    }
}

/// Whether a pattern binds a name: `user`, `{ user }`, `{ data: { user } }`, `[user, error]`.
fn binds(target: &Value, name: &str, depth: usize) -> bool {
    match target {
        Value::Name(target) => target == name,
        Value::List(targets) if depth < 6 => targets.iter().any(|target| binds(target, name, depth + 1)),
        Value::Map(entries) if depth < 6 => entries.iter().any(|(_, target)| binds(target, name, depth + 1)),
        _ => false,
    }
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

/// Names for whether somebody is asked for at all: `needsUser`, `requiresSession`, `skipSession`.
pub(super) fn is_demand(name: &str) -> bool {
    const DEMANDS: [&str; 12] = ["need", "needs", "require", "requires", "required", "should", "must", "allow", "allows", "skip", "public", "protected"];
    words_of(name).iter().find(|word| !word.is_empty()).is_some_and(|word| DEMANDS.contains(&word.as_str()))
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

/// Whether any part of a value is called a password.
pub(super) fn names_password(value: &Value, depth: usize) -> bool {
    if depth > 6 {
        return false;
    }
    if last_word(value).is_some_and(|word| is_password(&word)) {
        return true;
    }
    let mut found = false;
    value.parts(&mut |part| found = found || names_password(part, depth + 1));
    found
}

pub(super) fn is_secret(name: &str) -> bool {
    let words = words_of(name);
    words.iter().any(|word| matches!(word.as_str(), "secret" | "apikey" | "password" | "signature" | "digest" | "hmac" | "token"))
        || name.to_ascii_lowercase().contains("api_key")
        || name.contains("apiKey")
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
            step => step.bodies().for_each(|body| answers_of(body, out)),
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
