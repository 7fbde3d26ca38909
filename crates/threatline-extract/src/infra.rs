//! Deployments, containers and infrastructure: one file per kind.
//!
//! A YAML or JSON document is recognised by what it says, never by the name of its file.

pub mod compose;
pub mod dockerfile;
pub mod env_file;
pub mod kubernetes;
pub mod properties;
pub mod secret;
pub mod terraform;
pub mod text;

use crate::node::{Kind, Node};
use threatline_facts::{Extracted, Gap, Mark};

/// Reads YAML or JSON documents as whatever kind they are.
pub fn read_documents(documents: &[Node], out: &mut Extracted) {
    for document in documents {
        if let Kind::Lost(reason) = &document.kind {
            gap(document, reason.clone(), out);
        } else if !kubernetes::read(document, out) {
            compose::read(document, out);
        }
    }
}

/// The mark of a node.
fn mark(node: &Node, out: &mut Extracted) -> Mark {
    out.mark(node.line, node.end_line)
}

/// Says that a part could not be understood.
fn gap(node: &Node, reason: impl Into<String>, out: &mut Extracted) {
    let mark = mark(node, out);
    out.facts.gaps.push(Gap { mark: Some(mark), reason: reason.into(), whole: false });
}
