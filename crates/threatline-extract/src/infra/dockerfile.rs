//! Dockerfiles.

use threatline_facts::Extracted;

/// Reads one file.
pub fn read(_text: &str) -> Extracted {
    Extracted::default()
}
