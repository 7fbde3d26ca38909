//! What all artifacts say, joined into one model.
//!
//! Two steps: [`compose`] joins the facts of source files into entry points and outbound calls with
//! their full paths, guards and targets; [`system`] joins these with deployments, definitions and
//! manifests into components, flows, boundaries and exposure.

pub mod compose;
