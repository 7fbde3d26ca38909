//! The threat model of a repository, kept alive in git.
