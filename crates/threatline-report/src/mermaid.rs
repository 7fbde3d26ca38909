//! The data flow diagram as a Mermaid flowchart.

use crate::Report;

/// The diagram of a model.
pub fn model(_report: &Report<'_>) -> String {
    String::new()
}
