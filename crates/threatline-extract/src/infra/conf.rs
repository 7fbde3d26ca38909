//! Files called `*.conf`: what they are read by, their content says.

use super::nginx;
use threatline_facts::Extracted;

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    nginx::read(text)
}
