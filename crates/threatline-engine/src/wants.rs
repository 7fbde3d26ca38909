//! Names that facts refer to and their own file does not define.
//!
//! Source without any framework's word in it says nothing, and most of it never matters. Some of it
//! does: a file of path constants, a guard of one's own. Facts that refer to such a module *want* it; a
//! folder answers the wants of what lies below it, so the answer is a function of the folder alone, and
//! hands up what it cannot answer.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use threatline_facts::{ArtifactKind, Extracted, Facts};

/// Reads an artifact without passing over source that no framework's word points at.
pub(crate) fn extract_all(kind: ArtifactKind, bytes: &[u8]) -> Extracted {
    threatline_extract::extract(kind, bytes)
}

/// A wish for a module, by the file that imports it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Want {
    /// The importing file, relative to the folder that holds the wish.
    pub(crate) importer: String,
    /// The module as written.
    pub(crate) module: String,
}

impl Want {
    /// The same wish seen from the folder above.
    pub(crate) fn seen_from_above(&self, folder: &str) -> Self {
        Self { importer: format!("{folder}/{}", self.importer), module: self.module.clone() }
    }
}

/// What a file wants.
pub(crate) fn of(_importer: &str, _facts: &Facts) -> BTreeSet<Want> {
    BTreeSet::new()
}

/// Paths at which a wanted module may lie, relative to the folder that is asked.
#[allow(dead_code, reason = "asked once readers say what they want")]
pub(crate) fn candidates(_want: &Want) -> Vec<String> {
    Vec::new()
}
