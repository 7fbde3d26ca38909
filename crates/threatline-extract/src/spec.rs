//! API definitions: one file per kind.

pub mod protobuf;

use crate::node::Node;
use threatline_facts::Extracted;

/// Reads YAML or JSON documents if they are an API definition; says whether they were.
pub fn read_documents(_documents: &[Node], _out: &mut Extracted) -> bool {
    false
}
