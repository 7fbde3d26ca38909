//! From the model to its threats.
//!
//! A rule is a constant and a pure function over the model, one file each under `rules/`, with its
//! page of Markdown beside it. [`find`] runs them all, keeps one threat per cause and turns what is
//! only unknown into questions.

pub mod step;
mod threat;

pub use threat::{Found, Question, Start, Status, Stride, Threat, ThreatId};
