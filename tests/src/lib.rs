//! What only the whole can show, and what several of its tests share.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "for tests only")]

pub mod foreign;
pub mod frameworks;
pub mod samples;
