//! Questions asked of a model, answered from indexes that are built once.

use crate::*;
use std::collections::BTreeMap;

/// Boundaries nested deeper than this are not looked at.
const DEPTH: usize = 32;

/// A model with its neighbourhood indexes.
pub struct Ask<'m> {
    /// The model that is asked.
    pub model: &'m Model,
    entries: BTreeMap<&'m ComponentId, Vec<&'m EntryPoint>>,
    outgoing: BTreeMap<&'m ComponentId, Vec<&'m Flow>>,
    incoming: BTreeMap<&'m ComponentId, Vec<&'m Flow>>,
}

impl<'m> Ask<'m> {
    /// Builds the indexes; O(model).
    pub fn new(model: &'m Model) -> Self {
        let mut ask = Ask { model, entries: BTreeMap::new(), outgoing: BTreeMap::new(), incoming: BTreeMap::new() };
        for entry in &model.entry_points {
            ask.entries.entry(&entry.component).or_default().push(entry);
        }
        for flow in &model.flows {
            ask.outgoing.entry(&flow.source).or_default().push(flow);
            ask.incoming.entry(&flow.target).or_default().push(flow);
        }
        ask
    }

    /// Entry points of a component, by id.
    pub fn entry_points(&self, component: &ComponentId) -> &[&'m EntryPoint] {
        self.entries.get(component).map_or(&[], Vec::as_slice)
    }

    /// Flows that a component opens, by id.
    pub fn outgoing(&self, component: &ComponentId) -> &[&'m Flow] {
        self.outgoing.get(component).map_or(&[], Vec::as_slice)
    }

    /// Flows opened to a component, by id.
    pub fn incoming(&self, component: &ComponentId) -> &[&'m Flow] {
        self.incoming.get(component).map_or(&[], Vec::as_slice)
    }

    /// The boundaries around a component, innermost first. Cycles end the walk, and so does a depth that
    /// nobody builds.
    pub fn around(&self, component: &ComponentId) -> Vec<&'m Boundary> {
        let mut found: Vec<&Boundary> = Vec::new();
        let mut next = self.model.component(component).and_then(|c| c.boundary.as_ref());
        while let Some(boundary) = next.and_then(|id| self.model.boundary(id)) {
            if found.len() >= DEPTH || found.iter().any(|seen| seen.id == boundary.id) {
                break;
            }
            found.push(boundary);
            next = boundary.parent.as_ref();
        }
        found
    }
}
