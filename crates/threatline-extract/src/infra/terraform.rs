//! Terraform and OpenTofu.

use threatline_facts::{ArtifactKind, Extracted};

/// Reads one file.
pub fn read(_kind: ArtifactKind, _text: &str) -> Extracted {
    Extracted::default()
}
