//! One spanned tree for YAML and JSON.

use threatline_facts::ArtifactKind;

/// A document.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// First line.
    pub line: u32,
}

/// Parses all documents of a text; an error is one clause for `coverage.skipped`.
pub fn parse(_kind: ArtifactKind, _text: &str) -> Result<Vec<Node>, String> {
    Ok(Vec::new())
}
