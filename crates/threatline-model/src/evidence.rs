//! Why an element is in the model.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use threatline_facts::Mark;

/// One place in the repository that shows something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// Path from the root of the repository, with `/`.
    pub path: Arc<str>,
    /// The place in that artifact; its lines are looked up when it is printed. None for the whole file.
    pub mark: Option<Mark>,
    /// What kind of artifact says it.
    pub source: EvidenceSource,
    /// What recognised it: a reader, a pack, a rule (`compose`, `express`, `spring`).
    pub by: Arc<str>,
    /// In thousandths, 0..=1000.
    pub confidence: u16,
}

impl Evidence {
    /// Evidence with the full confidence of its source.
    pub fn new(path: Arc<str>, mark: Option<Mark>, source: EvidenceSource, by: &str) -> Self {
        Self { path, mark, source, by: Arc::from(by), confidence: 950 }
    }
}

/// What kind of artifact evidence stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the interface's own")]
pub enum EvidenceSource {
    Code,
    Infrastructure,
    Specification,
    Manifest,
    Document,
    Discussion,
    Declared,
}

/// How a control was found to be missing (or a danger to be there).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// Explicit: an artifact states the insecure value.
    X,
    /// Closed world: everything that could set the control was read, and nothing does.
    C,
    /// Sibling contrast: most peers have it and this one does not.
    S,
    /// Presence: the dangerous thing is there.
    P,
}
