//! Development only: Markdown specifications and in-memory sources.

pub use threatline_engine::{Held, MemorySource};
