//! What all artifacts say, joined into one model.
//!
//! Two steps: [`compose`] joins the facts of source files into entry points and outbound calls with
//! their full paths, guards and targets; [`system`] joins these with deployments, definitions and
//! manifests into components, flows, boundaries and exposure.

pub mod compose;
pub mod declared;
pub mod modules;
pub mod system;

use declared::Declared;
use std::sync::Arc;
use threatline_facts::Facts;
use threatline_knowledge::packs::Shelf;
use threatline_model::Model;

/// The facts of one artifact and where it lies.
#[derive(Clone, Debug)]
pub struct Artifact<'a> {
    /// Path from the root of the repository, with `/`.
    pub path: Arc<str>,
    /// What it says.
    pub facts: &'a Facts,
}

/// What linking depends on besides facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LinkConfig {
    /// The folder that is looked at as if it were the repository (`--part`), with `/` at its end;
    /// empty for the whole. Whether a path is a test's or an example's is judged below it.
    pub prefix: String,
    /// Facts that a person declares.
    pub declared: Declared,
    /// The path of the file that declares them, for evidence.
    pub declared_in: Option<String>,
    /// The packs that source is composed with.
    pub packs: Shelf,
}

/// Joins artifacts (sorted by path) into one model. A plain function: equal artifacts and
/// configuration give an equal model.
pub fn link(artifacts: &[Artifact<'_>], composed: &compose::Composed, config: &LinkConfig) -> Model {
    system::link(artifacts, composed, config)
}

/// Sentences about declarations that mean nothing in this model, because what they name is not there.
pub fn unplaced(model: &Model, declared: &Declared) -> Vec<String> {
    system::unplaced(model, declared)
}
