//! What a condition compares: a credential proves who asks and no more, an owner is asked for one record, and anything else that
//! forbids decides who may.

use super::*;

/// What is compared before somebody is forbidden to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// Something that was sent and a secret, and nothing else.
    Credential,
    /// Who asks, and whose record it is.
    Owner,
    Other,
}

impl<'a> Evaluator<'a> {
    pub(super) fn compared_by(&mut self, condition: &'a Value, prover: &Prover, depth: usize) -> Compared {
        if depth > 6 {
            return Compared::Other;
        }
        match condition {
            Value::Not(inner) => self.compared_by(inner, prover, depth + 1),
            Value::Operator(operator, parts) => match operator.as_str() {
                "and" | "or" | "&&" | "||" => self.compared_by_all(parts, prover, depth),
                "==" | "!=" | "===" | "!==" | "is" | "is not" | "in" | "not in" => match parts.as_slice() {
                    [left, right] if is_owner_and_caller(left, right) || is_owner_and_caller(right, left) => Compared::Owner,
                    [left, right] if (is_sent(left) || is_sent(right)) && !names_who(left) && !names_who(right) => Compared::Credential,
                    _ => Compared::Other,
                },
                _ => Compared::Other,
            },
            Value::Either(parts) => self.compared_by_all(parts, prover, depth),
            Value::Call(call) => match &call.callee {
                Value::Name(name) | Value::Member(_, name) if is_constant_time(name) => Compared::Credential,
                _ => Compared::Other,
            },
            Value::Name(name) => match self.bound(name, &prover.within) {
                Some(value @ (Value::Call(_) | Value::Operator(..) | Value::Not(_))) => self.compared_by(value, prover, depth + 1),
                _ => Compared::Other,
            },
            _ => Compared::Other,
        }
    }

    /// Of several what all are, beside those that only ask whether something is there.
    fn compared_by_all(&mut self, parts: &'a [Value], prover: &Prover, depth: usize) -> Compared {
        let asks = |part: &&Value| !tests_absence(part, 0) && !matches!(part, Value::Not(inner) if matches!(**inner, Value::Name(_)));
        let all: Vec<Compared> = parts.iter().filter(asks).map(|part| self.compared_by(part, prover, depth + 1)).collect();
        match all.split_first() {
            Some((first, rest)) if rest.iter().all(|one| one == first) => *first,
            _ => Compared::Other,
        }
    }
}

/// Words for what somebody may rather than who he is.
fn is_rank(name: &str) -> bool {
    let ranks = ["role", "roles", "permission", "permissions", "scope", "scopes", "group", "groups", "admin", "staff", "superuser", "level", "plan", "tier"];
    words_of(name).iter().any(|word| ranks.contains(&word.as_str()))
}

/// `order.owner_id` and `user.id`: whose record it is, and who asks.
fn is_owner_and_caller(owner: &Value, caller: &Value) -> bool {
    let Value::Member(record, field) = owner else { return false };
    let words = words_of(field);
    let owns = |word: &String| matches!(word.as_str(), "owner" | "user" | "author" | "creator" | "customer" | "account" | "member" | "seller" | "buyer");
    let names_owner = words.iter().any(owns) || words.first().is_some_and(|word| word == "created") && words.len() > 2;
    let of = |value: &Value| root_word(value).unwrap_or_default();
    let (record, who) = (of(record), of(caller));
    let holds_caller = matches!(who.as_str(), "req" | "request" | "ctx" | "context" | "g" | "self" | "this" | "info" | "conn" | "socket");
    let is_caller = is_identity(&who) || holds_caller && caller_word(caller).is_some_and(|word| is_identity(&word));
    let is_ranked = is_rank(field) || last_word(caller).is_some_and(|word| is_rank(&word));
    names_owner && is_caller && record != who && !is_ranked && !mentions_raw(caller) && !mentions_raw(owner)
}

/// The first name of a chain of members and calls.
fn root_word(value: &Value) -> Option<String> {
    match value {
        Value::Name(name) => Some(name.clone()),
        Value::Member(object, _) | Value::Index(object, _) => root_word(object),
        Value::Call(call) => root_word(&call.callee),
        _ => None,
    }
}

/// Behind the request: `request.user`, `req.user.id`.
fn caller_word(value: &Value) -> Option<String> {
    match value {
        Value::Member(object, name) => match &**object {
            Value::Name(_) => Some(name.clone()),
            object => caller_word(object),
        },
        Value::Index(object, _) => caller_word(object),
        _ => None,
    }
}

/// Whether any name in a chain says who somebody is, or what he may.
fn names_who(value: &Value) -> bool {
    let says = |word: &str| is_identity(word) || is_rank(word);
    match value {
        Value::Name(name) => says(name),
        Value::Member(object, name) => says(name) || names_who(object),
        Value::Index(object, key) => names_who(object) || matches!(&**key, Value::Text(key) if says(key)),
        Value::Call(call) => names_who(&call.callee),
        _ => false,
    }
}

/// Something whose name says that it is a credential.
fn is_sent(value: &Value) -> bool {
    mentions_raw(value) || last_word(value).is_some_and(|word| is_secret(&word) || words_of(&word).iter().any(|word| word == "key" || word == "token"))
}

/// Functions that compare without telling by time how much is alike.
pub(super) fn is_constant_time(name: &str) -> bool {
    matches!(
        name,
        "compare_digest"
            | "timingSafeEqual"
            | "ConstantTimeCompare"
            | "constant_time_eq"
            | "hash_equals"
            | "secure_compare"
            | "fixed_length_secure_compare"
            | "FixedTimeEquals"
            | "isEqual"
    )
}
