//! What source code says; see `threatline-extract`'s `code` for how it is read.

use serde::{Deserialize, Serialize};

/// One thing that a source file says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CodeFact {
}
