//! The model by numbers: neighbourhoods and places as the attack graph asks for them.
//!
//! Components, entry points, flows and boundaries are known by their rank in the order of ids, so
//! that comparing numbers is comparing ids. What refers to an element that does not exist is left out.

use std::collections::BTreeMap;
use threatline_model::{BoundaryKind, Component, ComponentId, ComponentKind, Environment, Exposure, Model, Property, Role};

/// Boundaries inside of which an attacker can stand.
const NETS: &[BoundaryKind] = &[BoundaryKind::Network, BoundaryKind::Namespace, BoundaryKind::Cluster, BoundaryKind::Host, BoundaryKind::Container];

/// Boundaries nested deeper than this are not looked at; a cycle of parents ends here too.
const DEPTH: usize = 32;

/// A trust boundary, or the one that a component without any is alone in.
pub(crate) struct Around {
    pub(crate) name: String,
    pub(crate) kind: BoundaryKind,
    pub(crate) default_deny: bool,
    parent: Option<usize>,
}

/// The model with its neighbourhoods.
pub(crate) struct System<'m> {
    pub(crate) model: &'m Model,
    /// Sorted by name; the model's boundaries and those made up for lonely components.
    pub(crate) boundaries: Vec<Around>,
    /// Entry points of each component.
    pub(crate) entries: Vec<Vec<usize>>,
    /// Flows that each component opens.
    pub(crate) outgoing: Vec<Vec<usize>>,
    /// Flows opened to each component.
    pub(crate) incoming: Vec<Vec<usize>>,
    /// Source and target of each flow.
    pub(crate) ends: Vec<(usize, usize)>,
    /// Component of each entry point.
    pub(crate) home: Vec<usize>,
    /// The innermost boundary of each component inside of which one can stand.
    pub(crate) net: Vec<usize>,
    /// Components in each boundary, nested ones too; external ones never.
    pub(crate) members: Vec<Vec<usize>>,
    /// The model's entry points and flows whose ends exist.
    pub(crate) entry_at: Vec<usize>,
    pub(crate) flow_at: Vec<usize>,
}

impl<'m> System<'m> {
    pub(crate) fn new(model: &'m Model) -> Self {
        let count = model.components.len();
        let mut system = Self {
            model,
            boundaries: Vec::new(),
            entries: vec![Vec::new(); count],
            outgoing: vec![Vec::new(); count],
            incoming: vec![Vec::new(); count],
            ends: Vec::new(),
            home: Vec::new(),
            net: Vec::new(),
            members: Vec::new(),
            entry_at: Vec::new(),
            flow_at: Vec::new(),
        };
        system.place_entry_points();
        system.place_flows();
        system.place_boundaries();
        system
    }

    fn place_entry_points(&mut self) {
        for (at, entry) in self.model.entry_points.iter().enumerate() {
            let Some(home) = self.component_at(&entry.component) else { continue };
            self.entries[home].push(self.home.len());
            self.home.push(home);
            self.entry_at.push(at);
        }
    }

    fn place_flows(&mut self) {
        for (at, flow) in self.model.flows.iter().enumerate() {
            let (Some(source), Some(target)) = (self.component_at(&flow.source), self.component_at(&flow.target)) else { continue };
            // an attacker from the internet starts there without it
            if self.component(source).is_drawn_user() {
                continue;
            }
            self.outgoing[source].push(self.ends.len());
            self.incoming[target].push(self.ends.len());
            self.ends.push((source, target));
            self.flow_at.push(at);
        }
    }

    fn place_boundaries(&mut self) {
        let mut rows: BTreeMap<String, (BoundaryKind, bool, Option<String>)> = BTreeMap::new();
        for boundary in &self.model.boundaries {
            let deny = boundary.properties.flag(Property::DefaultDeny) == Some(true);
            rows.insert(boundary.id.to_string(), (boundary.kind, deny, boundary.parent.as_ref().map(ToString::to_string)));
        }
        let mut nets = Vec::with_capacity(self.model.components.len());
        let mut chains = Vec::with_capacity(self.model.components.len());
        for component in &self.model.components {
            let chain = chain(&rows, component);
            let net = chain.iter().find(|name| NETS.contains(&rows[*name].0)).cloned();
            nets.push(net.unwrap_or_else(|| format!("bnd:~{}", component.id)));
            chains.push(chain);
        }
        for net in &nets {
            rows.entry(net.clone()).or_insert((BoundaryKind::Network, false, None));
        }
        let number: BTreeMap<String, usize> = rows.keys().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        self.boundaries = rows
            .into_iter()
            .map(|(name, (kind, default_deny, parent))| Around { name, kind, default_deny, parent: parent.and_then(|p| number.get(&p).copied()) })
            .collect();
        self.net = nets.iter().map(|net| number[net]).collect();
        self.members = vec![Vec::new(); self.boundaries.len()];
        for (component, chain) in chains.iter().enumerate() {
            if self.external(component) {
                continue;
            }
            let net = self.net[component];
            let around = chain.iter().map(|name| number[name]);
            for boundary in around.clone().chain((!around.clone().any(|b| b == net)).then_some(net)) {
                self.members[boundary].push(component);
            }
        }
    }

    pub(crate) fn component_at(&self, id: &ComponentId) -> Option<usize> {
        self.model.components.binary_search_by(|c| c.id.cmp(id)).ok()
    }

    pub(crate) fn entry_number(&self, id: &str) -> Option<usize> {
        self.entry_at.binary_search_by(|at| self.model.entry_points[*at].id.as_str().cmp(id)).ok()
    }

    pub(crate) fn flow_number(&self, id: &str) -> Option<usize> {
        self.flow_at.binary_search_by(|at| self.model.flows[*at].id.as_str().cmp(id)).ok()
    }

    pub(crate) fn boundary_number(&self, id: &str) -> Option<usize> {
        self.boundaries.binary_search_by(|b| b.name.as_str().cmp(id)).ok()
    }

    pub(crate) fn component(&self, at: usize) -> &'m Component {
        &self.model.components[at]
    }

    pub(crate) fn entry(&self, at: usize) -> &'m threatline_model::EntryPoint {
        &self.model.entry_points[self.entry_at[at]]
    }

    pub(crate) fn flow(&self, at: usize) -> &'m threatline_model::Flow {
        &self.model.flows[self.flow_at[at]]
    }

    pub(crate) fn external(&self, at: usize) -> bool {
        self.component(at).kind == ComponentKind::ExternalEntity
    }

    /// What others leave things in for yet others to read.
    pub(crate) fn store(&self, at: usize) -> bool {
        use Role::*;
        let component = self.component(at);
        let roles = [Database, Cache, ObjectStore, SearchEngine, MessageBroker, Queue, ServiceDiscovery, ConfigurationServer];
        component.kind == ComponentKind::DataStore || roles.iter().any(|role| component.roles.contains(role))
    }

    /// A loss there is a loss to the owner of this repository.
    pub(crate) fn ours(&self, at: usize) -> bool {
        !self.external(at) && !self.rehearsal(at)
    }

    /// Stands outside production.
    pub(crate) fn rehearsal(&self, at: usize) -> bool {
        matches!(self.component(at).environment, Environment::Development | Environment::Test | Environment::Staging)
    }

    /// Everybody inside the same net can send to it.
    pub(crate) fn open_inside(&self, at: usize) -> bool {
        !self.boundaries[self.net[at]].default_deny && !self.external(at) && self.component(at).exposure != Exposure::Local
    }

    /// The innermost host around it, else its net.
    pub(crate) fn host(&self, at: usize) -> usize {
        self.innermost(at, BoundaryKind::Host).unwrap_or(self.net[at])
    }

    /// Its cluster, else its account, else its net.
    pub(crate) fn platform(&self, at: usize) -> usize {
        self.innermost(at, BoundaryKind::Cluster).or_else(|| self.innermost(at, BoundaryKind::Account)).unwrap_or(self.net[at])
    }

    fn innermost(&self, at: usize, kind: BoundaryKind) -> Option<usize> {
        let mut next = self.component(at).boundary.as_ref().and_then(|id| self.boundary_number(id.as_str()));
        for _ in 0..DEPTH {
            let boundary = next?;
            if self.boundaries[boundary].kind == kind {
                return Some(boundary);
            }
            next = self.boundaries[boundary].parent;
        }
        None
    }

    /// Sources of the flows opened to a component, each once.
    pub(crate) fn callers(&self, at: usize) -> Vec<usize> {
        once(self.incoming[at].iter().map(|flow| self.ends[*flow].0))
    }

    /// Targets of the flows that a component opens, each once.
    pub(crate) fn targets(&self, at: usize) -> Vec<usize> {
        once(self.outgoing[at].iter().map(|flow| self.ends[*flow].1))
    }
}

fn once(all: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut all: Vec<usize> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Names of the boundaries around a component that exist, innermost first, each once.
fn chain(rows: &BTreeMap<String, (BoundaryKind, bool, Option<String>)>, component: &Component) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut next = component.boundary.as_ref().map(ToString::to_string);
    while let Some(name) = next.filter(|name| found.len() < DEPTH && !found.contains(name)) {
        let Some((_, _, parent)) = rows.get(&name) else { break };
        next = parent.clone();
        found.push(name);
    }
    found
}
