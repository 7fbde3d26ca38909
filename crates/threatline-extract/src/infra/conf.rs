//! Files called `*.conf`: what they are read by, their content says.

use super::{apache, nginx};
use threatline_facts::Extracted;

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    if apache::is_ours(text) { apache::read(text) } else { nginx::read(text) }
}
