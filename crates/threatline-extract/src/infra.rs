//! Deployments, containers and infrastructure: one file per kind.

pub mod dockerfile;
pub mod env_file;
pub mod properties;
pub mod terraform;

use crate::node::Node;
use threatline_facts::Extracted;

/// Reads YAML or JSON documents as whatever kind they are.
pub fn read_documents(_documents: &[Node], _out: &mut Extracted) {}
