//! What is made once for each element of something.

use super::super::tree::Node;
use super::super::value::{Shared, Value, either, elements};
use super::{Bound, Evaluator};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Elements that one expression goes through.
const WIDEST: usize = 1_000;

impl<'p, 'a> Evaluator<'p, 'a> {
    /// `each` of a block: the only element, or nothing that is known.
    pub(in super::super) fn each(&mut self, at: usize, node: &'p Node<'a>) -> Bound {
        let Some(all) = node.get("for_each") else { return Bound::new() };
        let all = self.node(at, all, &Bound::new());
        let mut found = elements(&all);
        let (key, value) = match found.len() {
            1 => found.swap_remove(0),
            // what all of them have in common
            2.. if found.len() <= WIDEST => {
                (String::new(), found.into_iter().map(|(_, value)| value).reduce(|a, b| either(&a, &b)).unwrap_or_else(Value::unknown))
            }
            _ => (String::new(), Value::unknown()),
        };
        let key = match &*value {
            _ if key.is_empty() => Value::unknown(),
            Value::Leaf(..) if matches!(&*all, Value::List(_)) => Rc::clone(&value),
            _ => Value::literal(key, None),
        };
        vec![("each".to_owned(), Rc::new(Value::Map(BTreeMap::from([("key".to_owned(), key), ("value".to_owned(), value)]))))]
    }

    /// Blocks, one for each element of something.
    pub(super) fn dynamic(&mut self, at: usize, node: &'p Node<'a>, bound: &Bound) -> Vec<Shared> {
        let Some(content) = node.get("do") else { return Vec::new() };
        let name = node.get("as").and_then(|name| name.leaf?.0.as_literal()).unwrap_or_default();
        let all = node.get("in").map_or_else(Value::unknown, |all| self.node(at, all, bound));
        let mut found = elements(&all);
        if !matches!(&*all, Value::List(_) | Value::Map(_) | Value::Null) {
            found.push((String::new(), Rc::clone(&all)));
        }
        let bind = |(key, value): (String, Shared)| {
            let fields = BTreeMap::from([("key".to_owned(), Value::literal(key, None)), ("value".to_owned(), value)]);
            Rc::new(Value::Map(fields))
        };
        found.truncate(WIDEST);
        let each: Vec<Bound> = found.into_iter().map(|element| with(bound, name, bind(element))).collect();
        each.iter().map(|bound| self.node(at, content, bound)).collect()
    }

    /// `[for k, v in … : …]`.
    pub(super) fn each_of(&mut self, at: usize, node: &'p Node<'a>, bound: &Bound) -> Shared {
        let word = |name: &str| node.get(name).and_then(|name| name.leaf?.0.as_literal());
        let (Some(all), Some(content), Some(value_name)) = (node.get("in"), node.get("do"), word("value")) else { return Value::unknown() };
        let all = self.node(at, all, bound);
        let mut found = elements(&all);
        let known = matches!(&*all, Value::List(_) | Value::Map(_) | Value::Null);
        if !known {
            found.push((String::new(), Rc::clone(&all)));
        }
        found.truncate(WIDEST);
        let (mut list, mut map) = (Vec::new(), BTreeMap::new());
        for (key, value) in found {
            let mut inner = with(bound, value_name, Rc::clone(&value));
            if let Some(name) = word("key") {
                inner.push((name.to_owned(), if known { Value::literal(key, None) } else { Value::unknown() }));
            }
            if node.get("when").is_some_and(|condition| self.node(at, condition, &inner).truth() == Some(false)) {
                continue;
            }
            let made = self.node(at, content, &inner);
            match node.get("as").map(|name| self.node(at, name, &inner)) {
                Some(name) => {
                    map.extend(name.as_literal().map(|name| (name.to_owned(), made)));
                }
                None => list.push(made),
            }
        }
        match node.get("as") {
            Some(_) if known => Rc::new(Value::Map(map)),
            Some(_) => Value::unknown(),
            None => Rc::new(Value::List(list)),
        }
    }
}

/// Names with one more.
fn with(bound: &Bound, name: &str, value: Shared) -> Bound {
    bound.iter().cloned().chain([(name.to_owned(), value)]).collect()
}
