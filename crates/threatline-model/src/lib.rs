//! The data flow diagram of a system, as one revision of a repository shows it.
//!
//! Words and ids are those of the project's interface. A model holds no lines: evidence names an
//! artifact and a mark in it, and lines are looked up when something is printed. `None` is unknown,
//! never `false`.

mod ask;
pub mod delta;
mod element;
mod evidence;
mod id;
mod property;

pub use ask::Ask;
pub use element::*;
pub use evidence::{Evidence, EvidenceSource, Grade};
pub use id::{BoundaryId, ComponentId, ElementId, EntryPointId, FlowId};
pub use property::{Property, Value};
pub use threatline_facts::DataClass;

use serde::{Deserialize, Serialize};

/// Everything that is known of a system's design. Every list is sorted by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Processes, data stores, external entities.
    pub components: Vec<Component>,
    /// Data flows; the side that opens the connection is the source.
    pub flows: Vec<Flow>,
    /// Trust boundaries.
    pub boundaries: Vec<Boundary>,
    /// Ways into a component.
    pub entry_points: Vec<EntryPoint>,
    /// Places where two descriptions of the system disagree.
    pub drift: Vec<Drift>,
    /// The repository is declared public.
    pub repository_public: bool,
}

impl Model {
    /// Sorts every list by id, which is the order of all output.
    pub fn sort(&mut self) {
        self.components.sort_by(|a, b| a.id.cmp(&b.id));
        self.flows.sort_by(|a, b| a.id.cmp(&b.id));
        self.boundaries.sort_by(|a, b| a.id.cmp(&b.id));
        self.entry_points.sort_by(|a, b| a.id.cmp(&b.id));
        self.drift.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// The component of that id.
    pub fn component(&self, id: &ComponentId) -> Option<&Component> {
        self.components.binary_search_by(|c| c.id.cmp(id)).ok().map(|at| &self.components[at])
    }

    /// The flow of that id.
    pub fn flow(&self, id: &FlowId) -> Option<&Flow> {
        self.flows.binary_search_by(|f| f.id.cmp(id)).ok().map(|at| &self.flows[at])
    }

    /// The boundary of that id.
    pub fn boundary(&self, id: &BoundaryId) -> Option<&Boundary> {
        self.boundaries.binary_search_by(|b| b.id.cmp(id)).ok().map(|at| &self.boundaries[at])
    }

    /// The entry point of that id.
    pub fn entry_point(&self, id: &EntryPointId) -> Option<&EntryPoint> {
        self.entry_points.binary_search_by(|e| e.id.cmp(id)).ok().map(|at| &self.entry_points[at])
    }
}
