//! Development only: Markdown specifications and in-memory sources.
