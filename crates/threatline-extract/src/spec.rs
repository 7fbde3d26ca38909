//! API definitions: one file per kind.

mod amplify;
pub mod asyncapi;
pub mod goctl;
pub mod graphql;
pub mod openapi;
pub mod protobuf;
pub mod raml;
pub mod smithy;
pub mod sql;
mod tokens;
pub mod typespec;
pub mod wsdl;

use crate::node::Node;
use threatline_facts::Extracted;

/// Reads YAML or JSON documents if they are an API definition; says whether they were.
pub fn read_documents(documents: &[Node], out: &mut Extracted) -> bool {
    let definitions: Vec<&Node> = documents.iter().filter(|document| openapi::is_definition(document)).collect();
    definitions.iter().for_each(|document| openapi::read(document, out));
    let messages: Vec<&Node> = documents.iter().filter(|document| asyncapi::is_definition(document)).collect();
    messages.iter().for_each(|document| asyncapi::read(document, out));
    let items = definitions.is_empty() && messages.is_empty() && matches!(documents, [document] if openapi::read_path_items(document, out));
    !definitions.is_empty() || !messages.is_empty() || items
}
