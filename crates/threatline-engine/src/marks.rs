//! Places, counted by what a design rests on.
//!
//! A mark counts the places of a file, so a call that is added to a function shifts the mark of each place behind it, whether
//! or not anything of the design stands there. Therefore a design is drawn from places that are counted anew: of each source
//! file those that what it says rests on, and no others. The order stays, and so an edit that brings nothing to the
//! design leads to the very design that was drawn before. Where a line is asked for, [`Marks`] leads back.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use threatline_facts::Mark;
use threatline_link::compose::Composed;

/// The marks that were counted anew, by the path of their file; paths are sorted, and so are the marks of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marks(Vec<(Arc<str>, Vec<Mark>)>);

impl Marks {
    /// Counts the places in source anew.
    pub(crate) fn count(composed: &mut Composed) -> Self {
        let mut files = Files::default();
        composed.each_mark(|path, mark| files.of(path).into_iter().for_each(|marks| marks.push(*mark)));
        for (_, marks) in &mut files.all {
            marks.sort_unstable();
            marks.dedup();
        }
        composed.each_mark(|path, mark| {
            let counted = files.of(path).and_then(|marks| marks.binary_search(mark).ok());
            *mark = counted.map_or(*mark, |at| Mark(at as u32));
        });
        files.all.sort_unstable();
        Self(files.all)
    }

    /// The mark in its file, as anchors count; none if a design was never drawn from it.
    pub(crate) fn of(&self, path: &str, counted: Mark) -> Option<Mark> {
        match self.0.binary_search_by(|(other, _)| (**other).cmp(path)) {
            Ok(at) => self.0[at].1.get(counted.0 as usize).copied(),
            Err(_) => Some(counted),
        }
    }
}

/// Source files that were met, with their marks.
#[derive(Default)]
struct Files {
    all: Vec<(Arc<str>, Vec<Mark>)>,
    at: HashMap<Arc<str>, Option<usize>>,
    /// Places of one file come one after the other.
    last: Option<(Arc<str>, Option<usize>)>,
}

impl Files {
    /// The marks of a source file. What is no source is read whole when a design is drawn: its marks are those of its facts.
    fn of(&mut self, path: &Arc<str>) -> Option<&mut Vec<Mark>> {
        let at = match &self.last {
            Some((last, at)) if last == path => *at,
            _ => {
                let new = |all: &mut Vec<_>| {
                    all.push((path.clone(), Vec::new()));
                    all.len() - 1
                };
                let at = *self.at.entry(path.clone()).or_insert_with(|| crate::units::is_source(path).then(|| new(&mut self.all)));
                self.last = Some((path.clone(), at));
                at
            }
        };
        Some(&mut self.all[at?].1)
    }
}
