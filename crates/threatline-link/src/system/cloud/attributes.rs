//! Attributes of resources by the keys of the data.

use super::{Cloud, ITSELF};
use crate::compose::constructs::OPEN;
use crate::compose::constructs::kinds::{below_key, same_key};
use threatline_facts::{Mark, Text};

impl<'a> Cloud<'a> {
    /// Numbers of the resources of a kind.
    pub(crate) fn of_kind<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = usize> + 's {
        self.items.iter().enumerate().filter(move |(_, item)| item.kind == kind).map(|(at, _)| at)
    }

    /// Attributes under a key of the data: `*` stands for any one part of it.
    pub(crate) fn values_at<'s>(&'s self, at: usize, key: &'s str) -> impl Iterator<Item = (&'s str, &'a Text, Mark)> + 's {
        let item = &self.items[at];
        let is_meant = move |name: &str| fits(key, name) || item.resembles() && same_key(key, name);
        item.it.attributes.iter().filter(move |(name, ..)| is_meant(name)).map(|(name, text, mark)| (name.as_str(), text, *mark))
    }

    /// Attributes below a key of the data, by the rest of their names.
    pub(crate) fn below<'s>(&'s self, at: usize, key: &'s str) -> impl Iterator<Item = (&'s str, &'a Text, Mark)> + 's {
        self.entries(at, key).map(|(_, rest, text, mark)| (rest, text, mark))
    }

    /// The same with the beginning that is of the key.
    pub(crate) fn entries<'s>(&'s self, at: usize, key: &'s str) -> impl Iterator<Item = (&'s str, &'s str, &'a Text, Mark)> + 's {
        let item = &self.items[at];
        let rest = move |name: &'a str| if item.resembles() { below_key(key, name) } else { rest_of(key, name) };
        item.it.attributes.iter().filter_map(move |(name, text, mark)| {
            let rest = rest(name)?;
            Some((name[..name.len() - rest.len()].trim_end_matches('.'), rest, text, *mark))
        })
    }

    /// The resource that a name of another one stands for, and the attribute.
    pub(crate) fn named<'n>(&self, at: usize, name: &'n str) -> Option<(usize, &'n str)> {
        self.lookup(&self.items[at].scope, name)
    }

    /// The first of several attributes that is there.
    pub(crate) fn first(&self, at: usize, keys: &[String]) -> Option<(Mark, &'a Text)> {
        keys.iter().find_map(|key| self.values_at(at, key).next().map(|(_, text, mark)| (mark, text)))
    }

    /// Whether one of several conditions `key=value` holds; the place that says so.
    pub(crate) fn holds(&self, at: usize, conditions: &[String]) -> Option<Mark> {
        conditions.iter().filter_map(|condition| condition.split_once('=')).find_map(|(key, value)| {
            let found = self.values_at(at, key).find(|(_, text, _)| self.literal(&self.items[at].scope, text).is_some_and(|is| is.eq_ignore_ascii_case(value)));
            found.map(|(.., mark)| mark)
        })
    }

    /// Whether the resource says anything under one of these keys.
    pub(crate) fn speaks_of(&self, at: usize, keys: &[String]) -> bool {
        let of_code = self.items[at].resembles();
        let below = |name: &str, key: &str| name == key || name.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
        let is_said = |name: &str, key: &str| below(name, key) || of_code && (same_key(key, name) || below_key(key, name).is_some());
        self.items[at].it.attributes.iter().any(|(name, ..)| keys.iter().any(|key| is_said(name, key)))
    }

    /// Whether it may say more than is known.
    pub(crate) fn is_open(&self, at: usize) -> bool {
        self.items[at].it.attributes.iter().any(|(name, ..)| name == OPEN)
    }

    /// What all attributes under some keys lead to, each with its place.
    pub(crate) fn references(&self, at: usize, keys: &[String]) -> Vec<(usize, Mark)> {
        let mut found = Vec::new();
        for key in keys {
            if key == ITSELF {
                found.push((at, self.items[at].it.mark));
            }
            for (_, text, mark) in self.values_at(at, key) {
                found.extend(self.see(at, text).items.into_iter().map(|item| (item, mark)));
            }
        }
        found
    }
}

/// What follows in a key behind a pattern.
fn rest_of<'k>(pattern: &str, key: &'k str) -> Option<&'k str> {
    let mut rest = key;
    for wanted in pattern.split('.') {
        let (part, behind) = rest.split_once('.')?;
        if wanted != "*" && wanted != part {
            return None;
        }
        rest = behind;
    }
    Some(rest)
}

fn fits(pattern: &str, key: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == key;
    }
    let (mut wanted, mut parts) = (pattern.split('.'), key.split('.'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, None) | (Some("**"), Some(_)) => return true,
            (Some("*"), Some(_)) => {}
            (Some(a), Some(b)) if a == b => {}
            _ => return false,
        }
    }
}
