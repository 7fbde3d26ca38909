//! Git revisions, index, work tree, notes and hooks, as sources for the engine.
