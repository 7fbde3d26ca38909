//! What templates may call: functions of texts, lists and mappings. Of any other nothing is known.

use super::value::{Value, json};
use crate::infra::chart::{HOLE, STAR};
use crate::node;
use threatline_facts::ArtifactKind;

/// A text that is put together is no longer.
const MAX_TEXT: usize = 1 << 20;

/// Calls a function; what is not known stays so.
pub(super) fn call(name: &str, values: &[Value]) -> Value {
    match (name, values) {
        ("default", [default, value]) => defaulted(value, default),
        ("coalesce" | "ternary" | "default" | "required" | "fail" | "empty" | "not" | "eq" | "ne" | "lt" | "le" | "gt" | "ge", _) => choice(name, values),
        ("quote" | "squote", values) => Value::text(values.iter().map(|value| format!("\"{}\"", escaped(&value.printed()))).collect::<Vec<_>>().join(" ")),
        ("printf", [Value::Text(format), rest @ ..]) => printf(format, rest),
        ("print", values) => joined(values, ""),
        ("cat", values) => joined(values, " "),
        ("dict", values) => dict(values),
        ("list" | "tuple", values) => Value::list(values.to_vec()),
        ("merge" | "mergeOverwrite" | "mustMerge" | "mustMergeOverwrite", values) => merged(name.ends_with("Overwrite"), values),
        ("lookup", _) => Value::map([]),
        (_, values) if values.contains(&Value::Unknown) => Value::Unknown,
        (
            "hasKey" | "get" | "index" | "dig" | "keys" | "values" | "pick" | "omit" | "deepCopy" | "first" | "last" | "rest" | "has" | "concat" | "append"
            | "uniq" | "compact" | "until" | "len" | "sortAlpha" | "join" | "splitList" | "split" | "kindIs" | "typeOf" | "kindOf" | "toStrings" | "typeIs"
            | "initial" | "reverse" | "prepend" | "without" | "slice" | "all" | "any" | "pluck",
            _,
        ) => collection(name, values),
        _ => text(name, values),
    }
}

/// A text between quotes, where quotes may stand in it, too.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn defaulted(value: &Value, default: &Value) -> Value {
    match value.holds() {
        Some(false) => default.clone(),
        Some(true) => value.clone(),
        None => Value::Unknown,
    }
}

fn choice(name: &str, values: &[Value]) -> Value {
    let truth = |known: Option<bool>| known.map_or(Value::Unknown, Value::Bool);
    match (name, values) {
        ("default", [only]) => only.clone(),
        ("coalesce", values) => values.iter().find(|value| value.holds() != Some(false)).cloned().unwrap_or(Value::Nil),
        ("ternary", [yes, no, condition]) => match condition.holds() {
            Some(true) => yes.clone(),
            Some(false) => no.clone(),
            None => Value::Unknown,
        },
        ("required", [_, value]) => value.clone(),
        ("fail", _) => Value::text(""),
        ("empty", [value]) => truth(value.holds().map(|holds| !holds)),
        ("not", [value]) => truth(value.holds().map(|holds| !holds)),
        ("eq", [value, others @ ..]) => {
            let known = value.is_known() && others.iter().all(Value::is_known);
            truth(known.then(|| others.iter().any(|other| same(value, other))))
        }
        ("ne", [a, b]) => truth((a.is_known() && b.is_known()).then(|| !same(a, b))),
        ("lt" | "le" | "gt" | "ge", [Value::Int(a), Value::Int(b)]) => Value::Bool(match name {
            "lt" => a < b,
            "le" => a <= b,
            "gt" => a > b,
            _ => a >= b,
        }),
        _ => Value::Unknown,
    }
}

/// Nothing is not equal to an empty text, but a number may be written as one.
fn same(a: &Value, b: &Value) -> bool {
    a == b || (!matches!(a, Value::Nil) && !matches!(b, Value::Nil) && a.printed() == b.printed())
}

fn joined(values: &[Value], between: &str) -> Value {
    bounded(values.iter().map(Value::printed).collect::<Vec<_>>().join(between))
}

fn bounded(text: String) -> Value {
    if text.len() > MAX_TEXT { Value::Unknown } else { Value::text(text) }
}

fn printf(format: &str, values: &[Value]) -> Value {
    let (mut out, mut values, mut letters) = (String::new(), values.iter(), format.chars());
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let verb = letters.by_ref().find(|letter| letter.is_ascii_alphabetic() || *letter == '%');
        match (verb, verb.filter(|verb| *verb != '%').and_then(|_| values.next())) {
            (Some('%'), _) => out.push('%'),
            (Some('q'), Some(value)) => out.push_str(&json(&value.printed())),
            (_, Some(value)) => out.push_str(&value.printed()),
            _ => out.push(HOLE),
        }
        if out.len() > MAX_TEXT {
            return Value::Unknown;
        }
    }
    Value::text(out)
}

fn dict(values: &[Value]) -> Value {
    let pairs = values.chunks(2).filter_map(|pair| match pair {
        [Value::Text(key), value] => Some((key.to_string(), value.clone())),
        _ => None,
    });
    Value::map(pairs)
}

/// Of `merge` the first one counts, of `mergeOverwrite` the last.
fn merged(overwrite: bool, values: &[Value]) -> Value {
    let known = || values.iter().filter(|value| value.entries().is_some());
    if values.contains(&Value::Unknown) && known().next().is_none() {
        return Value::Unknown;
    }
    if overwrite { known().fold(Value::map([]), |all, value| all.under(value)) } else { known().rev().fold(Value::map([]), |all, value| all.under(value)) }
}

fn collection(name: &str, values: &[Value]) -> Value {
    match (name, values) {
        ("hasKey", [Value::Map(map), Value::Text(key)]) => Value::Bool(map.contains_key(&**key)),
        ("get", [map, Value::Text(key)]) => match map.get(key) {
            Value::Nil => Value::text(""),
            value => value,
        },
        ("index", [value, path @ ..]) => path.iter().fold(value.clone(), |value, step| match (value, step) {
            (Value::List(items), Value::Int(at)) => usize::try_from(*at).ok().and_then(|at| items.get(at).cloned()).unwrap_or(Value::Nil),
            (value, Value::Text(key)) => value.get(key),
            _ => Value::Unknown,
        }),
        ("dig", [path @ .., default, map]) => {
            let found = path.iter().fold(map.clone(), |value, step| if let Value::Text(key) = step { value.get(key) } else { Value::Unknown });
            if found == Value::Nil { default.clone() } else { found }
        }
        ("keys", [Value::Map(map)]) => Value::list(map.keys().map(Value::text).collect()),
        ("values", [Value::Map(map)]) => Value::list(map.values().cloned().collect()),
        ("pick" | "omit", [Value::Map(map), keys @ ..]) => {
            let named = |key: &String| keys.iter().any(|wanted| matches!(wanted, Value::Text(wanted) if **wanted == **key));
            Value::map(map.iter().filter(|(key, _)| named(key) == (name == "pick")).map(|(key, value)| (key.clone(), value.clone())))
        }
        ("deepCopy", [value]) => value.clone(),
        ("first", [Value::List(items)]) => items.first().cloned().unwrap_or(Value::Nil),
        ("last", [Value::List(items)]) => items.last().cloned().unwrap_or(Value::Nil),
        ("rest", [Value::List(items)]) => Value::list(items.iter().skip(1).cloned().collect()),
        ("has", [value, Value::List(items)]) => Value::Bool(items.iter().any(|item| same(item, value))),
        ("concat", values) => Value::list(values.iter().flat_map(items).take(4096).collect()),
        ("append", [list, value]) => Value::list(items(list).into_iter().chain([value.clone()]).collect()),
        ("uniq" | "sortAlpha" | "toStrings", [list]) => list.clone(),
        ("compact", [list]) => Value::list(items(list).into_iter().filter(|item| item.holds() != Some(false)).collect()),
        ("until", [Value::Int(count)]) => Value::list((0..(*count).clamp(0, 256)).map(Value::Int).collect()),
        ("len", [Value::List(items)]) => Value::Int(items.len() as i64),
        ("len", [Value::Map(map)]) => Value::Int(map.len() as i64),
        ("len", [Value::Text(text)]) => Value::Int(text.len() as i64),
        ("join", [Value::Text(between), list]) => bounded(items(list).iter().map(Value::printed).collect::<Vec<_>>().join(between)),
        ("splitList", [Value::Text(at), Value::Text(text)]) => Value::list(text.split(&**at).take(4096).map(Value::text).collect()),
        ("split", [Value::Text(at), Value::Text(text)]) => {
            Value::map((0..).zip(text.split(&**at).take(4096)).map(|(at, part)| (format!("_{at}"), Value::text(part))))
        }
        ("initial", [Value::List(items)]) => Value::list(items[..items.len().saturating_sub(1)].to_vec()),
        ("reverse", [Value::List(items)]) => Value::list(items.iter().rev().cloned().collect()),
        ("prepend", [list, value]) => Value::list([value.clone()].into_iter().chain(items(list)).collect()),
        ("without", [list, others @ ..]) => Value::list(items(list).into_iter().filter(|item| !others.iter().any(|other| same(item, other))).collect()),
        ("slice", [Value::List(items), Value::Int(from)]) => Value::list(items.iter().skip(usize::try_from(*from).unwrap_or_default()).cloned().collect()),
        ("all" | "any", values) => {
            let known: Option<Vec<bool>> = values.iter().map(Value::holds).collect();
            known.map_or(Value::Unknown, |known| Value::Bool(if name == "all" { known.iter().all(|holds| *holds) } else { known.contains(&true) }))
        }
        ("pluck", [Value::Text(key), maps @ ..]) => {
            let has = |map: &&Value| map.entries().is_some_and(|entries| entries.contains_key(&**key));
            Value::list(maps.iter().filter(has).map(|map| map.get(key)).collect())
        }
        ("kindIs" | "typeIs", [Value::Text(kind), value]) => Value::Bool(kind_of(value) == &**kind),
        ("typeOf" | "kindOf", [value]) => Value::text(kind_of(value)),
        _ => Value::Unknown,
    }
}

fn items(value: &Value) -> Vec<Value> {
    if let Value::List(items) = value { items.to_vec() } else { Vec::new() }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Nil | Value::Unknown => "invalid",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Text(_) => "string",
        Value::List(_) => "slice",
        Value::Map(_) => "map",
    }
}

fn text(name: &str, values: &[Value]) -> Value {
    let Some((last, before)) = values.split_last() else { return Value::Unknown };
    let printed = last.printed();
    let word = |at: usize| before.get(at).map(Value::printed).unwrap_or_default();
    let number = |at: usize| if let Some(Value::Int(number)) = before.get(at) { Some(*number) } else { None };
    match name {
        "toYaml" | "mustToYaml" => match last {
            Value::Nil => Value::text("null"),
            value => Value::text(value.yaml()),
        },
        "toPrettyJson" | "toRawJson" | "toJson" | "mustToJson" => Value::text(last.json()),
        "fromYaml" | "fromJson" | "mustFromJson" | "fromYamlArray" | "fromJsonArray" => match node::parse(ArtifactKind::Yaml, &printed) {
            Ok(documents) => documents.first().map_or_else(|| Value::map([]), Value::of),
            Err(_) => Value::Unknown,
        },
        "indent" | "nindent" => {
            let Some(width) = number(0).and_then(|width| usize::try_from(width).ok()).filter(|width| *width <= 128) else { return Value::Unknown };
            if *last == Value::Nil {
                return Value::Unknown;
            }
            let pad = " ".repeat(width);
            let lines: Vec<String> = printed.split('\n').map(|line| format!("{pad}{line}")).collect();
            bounded(format!("{}{}", if name == "nindent" { "\n" } else { "" }, lines.join("\n")))
        }
        _ if *last == Value::Nil => match name {
            "int" | "int64" => Value::Int(0),
            "contains" | "hasPrefix" | "hasSuffix" => Value::Bool(false),
            _ => Value::Unknown,
        },
        "toString" | "quote" => Value::text(printed),
        "trim" => Value::text(printed.trim()),
        "nospace" => Value::text(printed.replace(char::is_whitespace, "")),
        "upper" => Value::text(printed.to_uppercase()),
        "base" => Value::text(printed.rsplit('/').next().unwrap_or_default()),
        "dir" => Value::text(printed.rsplit_once('/').map_or(".", |(folder, _)| folder)),
        "ext" => Value::text(printed.rfind('.').filter(|at| !printed[*at..].contains('/')).map_or("", |at| &printed[at..])),
        "title" => Value::text(titled(&printed)),
        "snakecase" => Value::text(printed.to_lowercase().replace(['-', ' ', '.'], "_")),
        "substr" => match (number(0).map(usize::try_from), number(1).map(usize::try_from)) {
            (Some(Ok(from)), Some(Ok(to))) => Value::text(printed.chars().skip(from).take(to.saturating_sub(from)).collect::<String>()),
            _ => Value::Unknown,
        },
        "lower" | "kebabcase" => Value::text(printed.to_lowercase()),
        "trimSuffix" => Value::text(printed.strip_suffix(word(0).as_str()).unwrap_or(&printed)),
        "trimPrefix" => Value::text(printed.strip_prefix(word(0).as_str()).unwrap_or(&printed)),
        "trimAll" => Value::text(printed.trim_matches(|letter| word(0).contains(letter))),
        "trunc" => match number(0) {
            Some(length) if length >= 0 => Value::text(printed.chars().take(length as usize).collect::<String>()),
            _ => Value::Unknown,
        },
        "replace" => bounded(printed.replace(word(0).as_str(), &word(1))),
        "contains" | "hasPrefix" | "hasSuffix" if !last.is_known() => Value::Unknown,
        "contains" => Value::Bool(printed.contains(word(0).as_str())),
        "hasPrefix" => Value::Bool(printed.starts_with(word(0).as_str())),
        "hasSuffix" => Value::Bool(printed.ends_with(word(0).as_str())),
        "int" | "int64" | "atoi" => printed.trim_matches('"').parse().map_or(Value::Unknown, Value::Int),
        "add" | "add1" | "sub" | "mul" | "div" | "mod" | "max" | "min" => arithmetic(name, values),
        "b64enc" => Value::text(encoded(&printed)),
        _ => Value::Unknown,
    }
}

/// A text with the first letter of each word large.
fn titled(text: &str) -> String {
    let mut begins = true;
    let large = |letter: char| if std::mem::replace(&mut begins, !letter.is_alphanumeric()) { letter.to_ascii_uppercase() } else { letter };
    text.chars().map(large).collect()
}

fn arithmetic(name: &str, values: &[Value]) -> Value {
    let numbers: Option<Vec<i64>> = values.iter().map(|value| if let Value::Int(number) = value { Some(*number) } else { None }).collect();
    let Some([first, rest @ ..]) = numbers.as_deref() else { return Value::Unknown };
    let fold = |step: fn(i64, i64) -> Option<i64>| rest.iter().try_fold(*first, |sum, number| step(sum, *number)).map_or(Value::Unknown, Value::Int);
    match name {
        "add1" => first.checked_add(1).map_or(Value::Unknown, Value::Int),
        "add" => fold(i64::checked_add),
        "sub" => fold(i64::checked_sub),
        "mul" => fold(i64::checked_mul),
        "div" => fold(i64::checked_div),
        "mod" => fold(i64::checked_rem),
        "max" => fold(|a, b| Some(a.max(b))),
        _ => fold(|a, b| Some(a.min(b))),
    }
}

/// Base64, standard alphabet; of what is not known nothing.
pub(super) fn encoded(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if text.contains(HOLE) {
        return HOLE.to_string();
    }
    let text = text.replace(STAR, "*");
    let mut out = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits = group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63];
            out.push(if at <= group.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
