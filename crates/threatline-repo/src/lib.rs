//! Git revisions, index, work tree, notes and hooks, as sources for the engine.

mod disk;
mod error;
mod overlay;
mod source;
mod staged;
mod workspace;

pub use error::{RepoError, Result};
pub use workspace::{OpenOptions, Workspace};
