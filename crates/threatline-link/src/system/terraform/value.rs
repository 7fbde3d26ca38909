//! What an expression comes to, as far as it is known.

use super::tree::Place;
use std::collections::BTreeMap;
use std::rc::Rc;
use threatline_facts::Text;

/// A value that several may hold.
pub(super) type Shared = Rc<Value>;

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    /// A text, with resources as names that are valid everywhere, and where it is written.
    Leaf(Text, Option<Place>),
    List(Vec<Shared>),
    Map(BTreeMap<String, Shared>),
}

/// Letters that a text may have; no name, address or document that is understood has more.
const LONGEST: usize = 1 << 16;

impl Value {
    pub(super) fn unknown() -> Shared {
        Rc::new(Value::Leaf(Text::Unknown, None))
    }

    pub(super) fn literal(text: impl Into<String>, place: Option<Place>) -> Shared {
        Rc::new(Value::Leaf(Text::literal(text), place))
    }

    pub(super) fn flag(holds: Option<bool>, place: Option<Place>) -> Shared {
        holds.map_or_else(Value::unknown, |holds| Value::literal(holds.to_string(), place))
    }

    pub(super) fn as_literal(&self) -> Option<&str> {
        if let Value::Leaf(text, _) = self { text.as_literal() } else { None }
    }

    /// The names of resources in it, where it is a text.
    pub(super) fn names(&self) -> Vec<Text> {
        let Value::Leaf(text, _) = self else { return Vec::new() };
        text.parts().iter().filter(|part| matches!(part, Text::Name(_))).cloned().collect()
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Value::Leaf(Text::Unknown, _))
    }

    /// Nothing at all: null, an empty text, list or object.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Leaf(text, _) => text.as_literal() == Some(""),
            Value::List(items) => items.is_empty(),
            Value::Map(fields) => fields.is_empty(),
        }
    }

    pub(super) fn truth(&self) -> Option<bool> {
        match self.as_literal() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        }
    }
}

/// The value under further parts of a name, none of them computed.
pub(super) fn under(value: &Shared, rest: &[&str]) -> Shared {
    let mut value = Rc::clone(value);
    for (at, part) in rest.iter().enumerate() {
        let key = part.trim_start_matches('[').trim_end_matches(']');
        value = match &*value {
            Value::Map(_) | Value::List(_) if key == "*" => {
                let items: Vec<Shared> = elements(&value).into_iter().map(|(_, item)| under(&item, &rest[at + 1..])).collect();
                return Rc::new(Value::List(items));
            }
            Value::Map(fields) => fields.get(key).cloned().unwrap_or_else(|| if part.starts_with('[') { Value::unknown() } else { Rc::new(Value::Null) }),
            Value::List(items) => match key.parse::<usize>() {
                Ok(number) => items.get(number).cloned().unwrap_or_else(Value::unknown),
                // any of them
                Err(_) if part.starts_with('[') => items.iter().cloned().reduce(|a, b| either(&a, &b)).unwrap_or_else(Value::unknown),
                Err(_) => Value::unknown(),
            },
            Value::Leaf(Text::Name(name), place) if name.len() < LONGEST => Rc::new(Value::Leaf(Text::Name(format!("{name}.{key}")), *place)),
            Value::Leaf(..) => Value::unknown(),
            Value::Null => Rc::new(Value::Null),
        };
    }
    value
}

/// Parts of a value, each as often as it stands there, counted up to a limit.
pub(super) fn size(value: &Value, limit: usize) -> usize {
    let mut counted = 0;
    let mut left = vec![value];
    while let Some(value) = left.pop().filter(|_| counted < limit) {
        counted += 1;
        match value {
            Value::List(items) => left.extend(items.iter().take(limit).map(|item| &**item)),
            Value::Map(fields) => left.extend(fields.values().take(limit).map(|field| &**field)),
            Value::Null | Value::Leaf(..) => {}
        }
    }
    counted
}

/// Elements with their keys, those of lists with numbers.
pub(super) fn elements(value: &Value) -> Vec<(String, Shared)> {
    match value {
        Value::List(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), Rc::clone(item))).collect(),
        Value::Map(fields) => fields.iter().map(|(key, item)| (key.clone(), Rc::clone(item))).collect(),
        _ => Vec::new(),
    }
}

/// One of two, and nobody knows which: what they have in common, and the resources that either names.
pub(super) fn either(a: &Shared, b: &Shared) -> Shared {
    either_within(a, b, 0)
}

fn either_within(a: &Shared, b: &Shared, depth: u8) -> Shared {
    if a == b {
        return Rc::clone(a);
    }
    if depth > 16 {
        return Value::unknown();
    }
    match (&**a, &**b) {
        (Value::Map(first), Value::Map(second)) => {
            let null: Shared = Rc::new(Value::Null);
            let keys: std::collections::BTreeSet<&String> = first.keys().chain(second.keys()).collect();
            let both = |key: &String| either_within(first.get(key).unwrap_or(&null), second.get(key).unwrap_or(&null), depth + 1);
            Rc::new(Value::Map(keys.into_iter().map(|key| (key.clone(), both(key))).collect()))
        }
        (Value::List(first), Value::List(second)) => {
            let longer = if first.len() >= second.len() { first } else { second };
            let both = |at: usize| match (first.get(at), second.get(at)) {
                (Some(a), Some(b)) => either_within(a, b, depth + 1),
                _ => Rc::clone(&longer[at]),
            };
            Rc::new(Value::List((0..longer.len()).map(both).collect()))
        }
        (Value::Map(_) | Value::List(_), other) if other.is_empty() || other.is_unknown() => Rc::clone(a),
        (other, Value::Map(_) | Value::List(_)) if other.is_empty() || other.is_unknown() => Rc::clone(b),
        (Value::Leaf(_, place), other) | (other, Value::Leaf(_, place)) => {
            let (mine, others) = if matches!(&**a, Value::Leaf(..)) && std::ptr::eq(other, &**b) { (a, b) } else { (b, a) };
            let names: Vec<Text> = mine.names().into_iter().chain(others.names()).collect();
            match names.len() {
                0 => Value::unknown(),
                1 if mine.is_empty() || mine.is_unknown() => Rc::clone(others),
                1 if others.is_empty() || others.is_unknown() => Rc::clone(mine),
                _ => Rc::new(Value::Leaf(Text::join(std::iter::once(Text::Unknown).chain(names)), *place)),
            }
        }
        _ => Value::unknown(),
    }
}

/// What is there, and what is said for the case that something is not.
pub(super) fn with_defaults(value: &Shared, defaults: &Shared, depth: u8) -> Shared {
    let (Value::Map(fields), Value::Map(others)) = (&**value, &**defaults) else { return Rc::clone(value) };
    let mut all = fields.clone();
    for (key, default) in others {
        let own = all.get(key).filter(|own| !matches!(***own, Value::Null)).cloned();
        let own = match own {
            Some(own) if depth < 16 => with_defaults(&own, default, depth + 1),
            Some(own) => own,
            None => Rc::clone(default),
        };
        all.insert(key.clone(), own);
    }
    Rc::new(Value::Map(all))
}

/// Texts put together; what is no text is not known.
pub(super) fn joined(items: &[Shared]) -> Shared {
    let place =
        items.iter().filter(|item| !item.names().is_empty()).chain(items).find_map(|item| if let Value::Leaf(_, place) = &**item { *place } else { None });
    let text = |item: &Shared| match &**item {
        Value::Leaf(text, _) => text.clone(),
        Value::Null => Text::literal(""),
        Value::List(_) | Value::Map(_) => Text::Unknown,
    };
    let text = Text::join(items.iter().map(text));
    let length: usize = text.parts().iter().map(|part| if let Text::Literal(text) | Text::Name(text) = part { text.len() } else { 1 }).sum();
    if length > LONGEST { Value::unknown() } else { Rc::new(Value::Leaf(text, place)) }
}

/// Whether two are equal, where that is known. What a resource will have is neither null nor empty.
pub(super) fn equal(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::Null, Value::Null) => Some(true),
        (Value::Null, other) | (other, Value::Null) if !other.is_unknown() => Some(false),
        (Value::Leaf(Text::Literal(a), _), Value::Leaf(Text::Literal(b), _)) => Some(a == b),
        (one, other) if one.is_empty() && !other.names().is_empty() || other.is_empty() && !one.names().is_empty() => Some(false),
        (Value::List(_) | Value::Map(_), Value::List(_) | Value::Map(_)) if a.is_empty() || b.is_empty() => Some(a.is_empty() == b.is_empty()),
        _ => None,
    }
}
