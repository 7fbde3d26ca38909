//! Functions that choose, order and put together.

use super::tree::Place;
use super::value::{Shared, Value, either, elements, joined, under};
use std::collections::BTreeMap;
use std::rc::Rc;
use threatline_facts::Text;

/// Elements of one list.
const WIDEST: usize = 10_000;

/// What a function comes to.
pub(super) fn call(name: &str, arguments: &[Shared], place: Option<Place>) -> Shared {
    match (name, arguments) {
        ("merge", all) => merged(all),
        ("concat" | "flatten", all) => Rc::new(Value::List(flat(all, 0))),
        ("compact", [list]) => match &**list {
            Value::List(items) => Rc::new(Value::List(items.iter().filter(|item| !item.is_empty()).cloned().collect())),
            _ => Rc::clone(list),
        },
        ("distinct" | "sort" | "reverse" | "slice", [list, ..]) => Rc::clone(list),
        ("element", [list, number]) => match &**list {
            Value::List(_) => under(list, &[&format!("[{}]", number.as_literal().unwrap_or("*each*"))]),
            _ => Rc::clone(list),
        },
        ("one", [list]) => match &**list {
            Value::List(items) if items.len() == 1 => Rc::clone(&items[0]),
            Value::List(_) => Value::unknown(),
            _ => Rc::clone(list),
        },
        ("lookup", [map, key, rest @ ..]) => match (&**map, key.as_literal()) {
            (Value::Map(fields), Some(key)) => fields.get(key).or(rest.first()).cloned().unwrap_or_else(Value::unknown),
            (Value::Map(fields), None) => fields.values().chain(rest.first()).cloned().reduce(|a, b| either(&a, &b)).unwrap_or_else(Value::unknown),
            _ => Value::unknown(),
        },
        ("coalesce", all) => all.iter().find(|value| !value.is_empty()).cloned().unwrap_or_else(Value::unknown),
        ("try", all) => all.iter().find(|value| !value.is_unknown()).cloned().unwrap_or_else(Value::unknown),
        ("length", [value]) => match &**value {
            Value::List(_) | Value::Map(_) => Value::literal(elements(value).len().to_string(), place),
            _ => Value::unknown(),
        },
        ("keys", [map]) => Rc::new(Value::List(elements(map).into_iter().map(|(key, _)| Value::literal(key, place)).collect())),
        ("values", [map]) => Rc::new(Value::List(elements(map).into_iter().map(|(_, value)| value).collect())),
        ("lower" | "upper", [text]) => match (&**text, name) {
            (Value::Leaf(text, place), "lower") => Rc::new(Value::Leaf(in_letters(text, str::to_lowercase), *place)),
            (Value::Leaf(text, place), _) => Rc::new(Value::Leaf(in_letters(text, str::to_uppercase), *place)),
            _ => Value::unknown(),
        },
        ("join", [between, list]) => match &**list {
            Value::List(items) => {
                let apart = items.iter().enumerate().flat_map(|(at, item)| (at > 0).then(|| Rc::clone(between)).into_iter().chain([Rc::clone(item)]));
                joined(&apart.collect::<Vec<_>>())
            }
            _ => Rc::clone(list),
        },
        ("contains", [list, wanted]) => match (&**list, wanted.as_literal()) {
            (Value::List(items), Some(wanted)) if items.iter().all(|item| item.as_literal().is_some()) => {
                Value::flag(Some(items.iter().any(|item| item.as_literal() == Some(wanted))), place)
            }
            _ => Value::unknown(),
        },
        _ => Value::unknown(),
    }
}

/// Whether a comparison of numbers holds.
pub(super) fn compare(name: &str, a: &Value, b: &Value) -> Option<bool> {
    let number = |value: &Value| value.as_literal()?.parse::<i64>().ok();
    let order = number(a)?.cmp(&number(b)?);
    Some(match name {
        "?lt" => order.is_lt(),
        "?le" => order.is_le(),
        "?gt" => order.is_gt(),
        _ => order.is_ge(),
    })
}

fn merged(all: &[Shared]) -> Shared {
    let mut fields: BTreeMap<String, Shared> = BTreeMap::new();
    for value in all {
        if let Value::Map(more) = &**value {
            fields.extend(more.iter().map(|(key, value)| (key.clone(), Rc::clone(value))));
        }
    }
    if fields.is_empty() && all.iter().any(|value| value.is_unknown()) { Value::unknown() } else { Rc::new(Value::Map(fields)) }
}

fn flat(all: &[Shared], depth: u8) -> Vec<Shared> {
    let mut found = Vec::new();
    for value in all {
        match &**value {
            Value::List(items) if depth < 8 => found.extend(flat(items, depth + 1)),
            Value::Null => {}
            _ => found.push(Rc::clone(value)),
        }
        if found.len() > WIDEST {
            found.truncate(WIDEST);
            break;
        }
    }
    found
}

fn in_letters(text: &Text, change: fn(&str) -> String) -> Text {
    Text::join(text.parts().iter().map(|part| if let Text::Literal(text) = part { Text::literal(change(text)) } else { part.clone() }))
}
