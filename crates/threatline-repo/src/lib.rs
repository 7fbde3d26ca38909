//! Git revisions, index, work tree, notes and hooks, as sources for the engine.

mod disk;
mod error;
mod hooks;
pub mod note;
mod notes;
mod overlay;
mod record;
mod source;
mod staged;
mod workspace;

pub use error::{RepoError, Result};
pub use hooks::{HOOKS, HookState, HookStatus, Hooks, Manager};
pub use notes::{NOTES_REF, Noted, Notes};
pub use record::{NotedError, noted};
pub use workspace::{OpenOptions, Workspace};
