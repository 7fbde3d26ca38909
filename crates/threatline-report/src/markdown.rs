//! Markdown for step summaries and comments on pull requests.

use crate::{Comparison, Report};

/// One state.
pub fn scan(_report: &Report<'_>) -> String {
    String::new()
}

/// What moved, as a comment on a pull request; empty when nothing did.
pub fn diff(_comparison: &Comparison<'_>) -> String {
    String::new()
}
