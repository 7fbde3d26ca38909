//! The threat model of a repository, kept alive in git.
//!
//! The program is one call of [`run`]; people's own maintenance tools can call it too.


#[allow(dead_code, reason = "the commands come with the report")]
mod args;
