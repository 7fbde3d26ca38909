//! API definitions: one file per kind.

pub mod graphql;
pub mod openapi;
pub mod protobuf;

use crate::node::Node;
use threatline_facts::Extracted;

/// Reads YAML or JSON documents if they are an API definition; says whether they were.
pub fn read_documents(documents: &[Node], out: &mut Extracted) -> bool {
    let definitions: Vec<&Node> = documents.iter().filter(|document| openapi::is_definition(document)).collect();
    definitions.iter().for_each(|document| openapi::read(document, out));
    let items = definitions.is_empty() && matches!(documents, [document] if openapi::read_path_items(document, out));
    !definitions.is_empty() || items
}
