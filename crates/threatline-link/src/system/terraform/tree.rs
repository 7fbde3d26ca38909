//! Leaves as the tree that their dotted keys make.

use std::collections::BTreeMap;
use threatline_facts::{Mark, Text};

/// Parts of a key that are told apart; what is deeper stays in one.
const DEEPEST: usize = 48;

/// Where something is written: the number of the file, and the place in it.
pub(super) type Place = (usize, Mark);

/// A value, what lies below it, or both.
#[derive(Debug, Default)]
pub(super) struct Node<'a> {
    pub(super) leaf: Option<(&'a Text, Place)>,
    pub(super) below: BTreeMap<&'a str, Node<'a>>,
}

impl<'a> Node<'a> {
    /// Puts a leaf under its key; the last one of a key counts.
    pub(super) fn put(&mut self, key: &'a str, leaf: Option<(&'a Text, Place)>) {
        let mut node = self;
        for part in key.splitn(DEEPEST, '.') {
            node = node.below.entry(part).or_default();
        }
        node.leaf = leaf.or(node.leaf);
    }

    /// The node of one part of a key.
    pub(super) fn get(&self, part: &str) -> Option<&Node<'a>> {
        self.below.get(part)
    }

    /// Nodes below, numbers in their order; a list if all are numbers.
    pub(super) fn items(&self) -> Option<Vec<&Node<'a>>> {
        let numbered = self.below.iter().map(|(part, node)| Some((part.parse::<usize>().ok()?, node)));
        let mut items: Vec<(usize, &Node<'a>)> = numbered.collect::<Option<_>>()?;
        items.sort_by_key(|(number, _)| *number);
        (!items.is_empty()).then(|| items.into_iter().map(|(_, node)| node).collect())
    }
}

/// The parts of a name: `module.net[0].ids[var.at]` is `module`, `net`, `[0]`, `ids`, `[var.at]`.
pub(super) fn parts(name: &str) -> Vec<&str> {
    let (mut found, mut begin, mut depth) = (Vec::new(), 0, 0usize);
    for (at, letter) in name.char_indices() {
        match letter {
            '.' if depth == 0 => {
                found.push(&name[begin..at]);
                begin = at + 1;
            }
            '[' => {
                if depth == 0 {
                    found.push(&name[begin..at]);
                    begin = at;
                }
                depth += 1;
            }
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found.push(&name[begin..]);
    found.retain(|part| !part.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_parts() {
        assert_eq!(parts("module.net[0].ids[var.at].x"), ["module", "net", "[0]", "ids", "[var.at]", "x"]);
        assert_eq!(parts("a[b"), ["a", "[b"]);
        assert_eq!(parts("a]..b"), ["a]", "b"]);
    }

    #[test]
    fn numbers_are_in_their_order() {
        let (one, two) = (Text::literal("1"), Text::literal("2"));
        let mut node = Node::default();
        node.put("10", Some((&two, (0, Mark(0)))));
        node.put("9", Some((&one, (0, Mark(0)))));
        let found: Vec<&Text> = node.items().unwrap_or_default().into_iter().filter_map(|node| Some(node.leaf?.0)).collect();
        assert_eq!(found, [&one, &two]);
        node.put("x.y", None);
        assert!(node.items().is_none());
    }
}
