//! What a person reads in a terminal.

use crate::{Comparison, Report};

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

/// The first screen of a scan.
pub fn scan(_report: &Report<'_>, _comparison: Option<&Comparison<'_>>, _style: &Style) -> String {
    String::new()
}

/// What moved, like a compiler; empty when nothing did.
pub fn diff(_comparison: &Comparison<'_>, _style: &Style) -> String {
    String::new()
}

/// What moved in ten lines at most; empty when nothing did.
pub fn hook(_comparison: &Comparison<'_>, _style: &Style) -> String {
    String::new()
}

/// One element, threat or path with all its evidence; the closest ids where there is none of that name.
pub fn show(_report: &Report<'_>, _id: &str) -> Result<String, Vec<String>> {
    Err(Vec::new())
}

/// How a score came about, term by term; the closest ids where there is none of that name.
pub fn explain(_report: &Report<'_>, _id: &str) -> Result<String, Vec<String>> {
    Err(Vec::new())
}
