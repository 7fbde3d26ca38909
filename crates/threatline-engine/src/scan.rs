//! What a scan gives back.

use crate::marks::Marks;
use crate::{Config, Decided, Revision};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_model::Model;
use threatline_risk::Assessment;
use threatline_threats::{Found, Judged};

/// Everything that is known of one state.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The state.
    pub revision: Revision,
    /// The design.
    pub model: Arc<Model>,
    /// Where its places stand in their files.
    pub(crate) marks: Arc<Marks>,
    /// Its threats.
    pub found: Arc<Found>,
    /// What people decided of them.
    pub judged: Judged,
    /// How bad it all is; with choke points, but for states that are compared.
    pub assessment: Assessment,
    /// How much was looked at.
    pub coverage: Coverage,
    /// The project's configuration in this state.
    pub config: Arc<Config>,
    /// The decisions in this state.
    pub decided: Arc<Decided>,
    /// Digest of everything that was said, without lines. States that have it in common and are read
    /// with the same configuration have the same design.
    pub said: String,
    /// A reader panicked: the run is complete but for these artifacts, and exits 3.
    pub internal_errors: usize,
}

impl Scan {
    /// Sentences about declarations that name what is not in this state.
    pub fn unplaced(&self) -> Vec<String> {
        threatline_link::unplaced(&self.model, &self.config.declared())
    }
}

/// How much was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Files in the state.
    pub artifacts: u64,
    /// Files that were read and understood at least in part.
    pub analysed: u64,
    /// Files by what they are read as.
    pub by_kind: BTreeMap<String, u64>,
    /// Files that were lost as a whole, sorted by path.
    pub skipped: Vec<Skipped>,
}

/// A file that was lost.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    /// From the root of the repository.
    pub path: String,
    /// One clause.
    pub reason: String,
}

/// Why a state could not be scanned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// A file that people write has a mistake in it.
    #[error(transparent)]
    Config(#[from] Box<crate::ConfigError>),
    /// The state itself is not there.
    #[error("the tree {tree} cannot be read: {reason}")]
    Missing {
        /// Its id.
        tree: String,
        /// Why.
        reason: String,
    },
    /// Folders in folders in folders.
    #[error("folders are nested more than a thousand deep")]
    TooDeep,
    /// It took longer than was allowed; what was read so far is remembered.
    #[error("it takes too long for now; the next run goes on from here")]
    Stopped,
    /// No thread could be started.
    #[error("no thread could be started: {0}")]
    Threads(String),
}
