//! From the model to its threats.
//!
//! A rule is a constant and a pure function over the model, one file each under `rules/`, with its
//! page of Markdown beside it. [`find`] runs them all, keeps one threat per cause and turns what is
//! only unknown into questions.

mod case;
pub mod decision;
mod find;
mod rule;
mod rules;
pub mod step;
mod threat;
mod view;

pub use decision::{Decision, DecisionKind, Judged, Judgement, Orphan, judge};
pub use find::find;
pub use rule::Rule;
pub use rules::catalogue;
pub use threat::{Found, Question, Start, Status, Stride, Threat, ThreatId};
