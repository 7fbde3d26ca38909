//! From threats to attack paths, scores, choke points and posture.
//!
//! The graph has capabilities as positions (what an attacker holds of which element) and threats'
//! steps as edges. Everything is integers: probabilities in millionths, worths in thousandths, every
//! product rounded down, so that the same model gives the same bytes on every machine.

mod assess;
mod choke;
mod explain;
mod free;
mod graph;
mod paths;
mod place;
mod posture;
mod score;
mod search;
mod steps;
mod system;
mod worth;

pub use assess::{Assessment, Options, assess, rank};
pub use choke::ChokePoint;
pub use explain::{Decided, Explanation, Further, Hop, Need, explain};
pub use paths::{AttackPath, PathId, PathStep};
pub use posture::{Loss, Open, Posture, assessed};
pub use score::{Score, Severity};
