//! What a person reads in a terminal.
//!
//! The first screen says how things stand and what to do first; a delta reads like a compiler's
//! message; a hook is silent when nothing moved.

mod diff;
mod explain;
mod paint;
mod scan;
mod show;

pub(crate) use diff::{added, closed, is_still, opened, reassessed, removed, standing};
pub use diff::{diff, hook};
pub use explain::explain;
pub use scan::scan;
pub use show::show;

use crate::Report;
use std::cmp::Reverse;

/// How to print for a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Use escape codes for colour.
    pub color: bool,
    /// Columns.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 100 }
    }
}

/// Ids that look most like one that does not exist.
fn closest(report: &Report<'_>, wanted: &str) -> Vec<String> {
    let model = report.model;
    let components = model.components.iter().map(|c| c.id.as_str());
    let flows = model.flows.iter().map(|f| f.id.as_str());
    let boundaries = model.boundaries.iter().map(|b| b.id.as_str());
    let entries = model.entry_points.iter().map(|e| e.id.as_str());
    let threats = report.found.threats.iter().map(|threat| threat.id.0.as_str());
    let paths = report.assessment.attack_paths.iter().map(|path| path.id.0.as_str());
    let all = components.chain(flows).chain(boundaries).chain(entries).chain(threats).chain(paths);
    let mut ranked: Vec<(Reverse<usize>, &str)> = all.map(|id| (Reverse(likeness(id, wanted)), id)).filter(|(rank, _)| rank.0 > 0).collect();
    ranked.sort_unstable();
    ranked.into_iter().take(3).map(|(_, id)| crate::escape::terminal(id)).collect()
}

/// How many pairs of neighbouring letters two ids share, in thousandths; nothing below a third.
fn likeness(id: &str, wanted: &str) -> usize {
    let pairs = |text: &str| -> Vec<(char, char)> {
        let letters: Vec<char> = text.chars().take(200).flat_map(char::to_lowercase).collect();
        letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let (mut left, right) = (pairs(id), pairs(wanted));
    let total = left.len() + right.len();
    let mut shared = 0usize;
    for pair in &right {
        if let Some(at) = left.iter().position(|other| other == pair) {
            left.swap_remove(at);
            shared += 1;
        }
    }
    let likeness = (2000 * shared).checked_div(total).unwrap_or(0);
    if likeness >= 333 { likeness } else { 0 }
}
