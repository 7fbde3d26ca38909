//! The data flow diagram as a Mermaid flowchart: boundaries as nested frames, processes, stores and
//! external entities by shape, flows with their protocol.
//!
//! Readers stop at 50,000 characters or 500 lines between shapes and show an error instead, so a large
//! model is drawn by its boundaries.

use crate::{Report, escape};
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::{Boundary, BoundaryId, Component, ComponentId, ComponentKind, Environment, Flow, Model};

const CHARACTERS: usize = 30_000;
const FLOWS: usize = 200;
/// Boundaries nest in a handful of levels; a ring of parents must not be followed for ever.
const DEPTH: usize = 16;

/// The diagram of a model; what belongs to tests is left out.
pub fn model(report: &Report<'_>) -> String {
    let drawing = Drawing::new(report.model);
    let whole = drawing.whole();
    if drawing.flows.len() <= FLOWS && whole.len() <= CHARACTERS { whole } else { drawing.by_boundary() }
}

struct Drawing<'m> {
    components: Vec<&'m Component>,
    flows: Vec<&'m Flow>,
    boundaries: BTreeMap<&'m BoundaryId, &'m Boundary>,
    names: BTreeMap<&'m str, String>,
}

impl<'m> Drawing<'m> {
    fn new(model: &'m Model) -> Self {
        let components: Vec<&Component> = model.components.iter().filter(|c| c.environment != Environment::Test).collect();
        let shown: BTreeSet<&ComponentId> = components.iter().map(|c| &c.id).collect();
        let flows = model.flows.iter().filter(|f| shown.contains(&f.source) && shown.contains(&f.target)).collect();
        let boundaries = model.boundaries.iter().map(|b| (&b.id, b)).collect();
        let ids = components.iter().map(|c| c.id.as_str()).chain(model.boundaries.iter().map(|b| b.id.as_str()));
        let names = names(ids);
        Self { components, flows, boundaries, names }
    }

    fn name(&self, id: &str) -> &str {
        self.names.get(id).map_or("n_unknown", String::as_str)
    }

    fn whole(&self) -> String {
        let mut inside: BTreeMap<Option<&BoundaryId>, Vec<&Component>> = BTreeMap::new();
        for component in &self.components {
            inside.entry(self.home(component)).or_default().push(component);
        }
        let mut out = String::from("flowchart LR\n");
        for component in inside.get(&None).into_iter().flatten() {
            self.shape(&mut out, component, 1);
        }
        for id in self.children(None) {
            self.frame(&mut out, &inside, id, 1);
        }
        for flow in &self.flows {
            let arrow = if flow.authenticated == Some(false) || flow.encrypted == Some(false) { "-.->" } else { "-->" };
            let label = flow.protocol.as_ref().map(|protocol| format!("|\"{}\"|", label(protocol))).unwrap_or_default();
            out.push_str(&format!("  {} {arrow}{label} {}\n", self.name(flow.source.as_str()), self.name(flow.target.as_str())));
        }
        out
    }

    /// The boundary a component stands in, if it is one that can be drawn.
    fn home(&self, component: &'m Component) -> Option<&'m BoundaryId> {
        component.boundary.as_ref().filter(|id| self.boundaries.contains_key(id) && self.outermost(id).is_some())
    }

    /// The frame around all others around a boundary; none in a ring of parents.
    fn outermost(&self, id: &'m BoundaryId) -> Option<&'m BoundaryId> {
        let mut at = id;
        for _ in 0..DEPTH {
            match self.boundaries.get(at)?.parent.as_ref().filter(|parent| self.boundaries.contains_key(parent)) {
                Some(parent) => at = parent,
                None => return Some(at),
            }
        }
        None
    }

    fn children(&self, of: Option<&BoundaryId>) -> Vec<&'m BoundaryId> {
        let parent = |b: &Boundary| b.parent.as_ref().filter(|parent| self.boundaries.contains_key(parent)).cloned();
        self.boundaries.iter().filter(|(_, b)| parent(b).as_ref() == of).map(|(id, _)| *id).collect()
    }

    fn is_empty(&self, inside: &BTreeMap<Option<&BoundaryId>, Vec<&Component>>, id: &'m BoundaryId, depth: usize) -> bool {
        depth > DEPTH || (!inside.contains_key(&Some(id)) && self.children(Some(id)).into_iter().all(|child| self.is_empty(inside, child, depth + 1)))
    }

    fn frame(&self, out: &mut String, inside: &BTreeMap<Option<&BoundaryId>, Vec<&Component>>, id: &'m BoundaryId, depth: usize) {
        let Some(boundary) = self.boundaries.get(id).filter(|_| !self.is_empty(inside, id, depth)) else { return };
        let (indent, kind) = ("  ".repeat(depth), boundary.kind.name().replace('_', " "));
        let title = if boundary.name == kind { label(&kind) } else { format!("{} {}", kind, label(&boundary.name)) };
        out.push_str(&format!("{indent}subgraph {}[\"{title}\"]\n", self.name(id.as_str())));
        for component in inside.get(&Some(id)).into_iter().flatten() {
            self.shape(out, component, depth + 1);
        }
        for child in self.children(Some(id)) {
            self.frame(out, inside, child, depth + 1);
        }
        out.push_str(&format!("{indent}end\n"));
    }

    fn shape(&self, out: &mut String, component: &Component, depth: usize) {
        let (open, close) = match component.kind {
            ComponentKind::Process => ("(", ")"),
            ComponentKind::DataStore => ("[(", ")]"),
            ComponentKind::ExternalEntity => ("[", "]"),
        };
        let name = self.name(component.id.as_str());
        out.push_str(&format!("{}{name}{open}\"{}\"{close}\n", "  ".repeat(depth), label(&component.name)));
    }

    /// One shape for each outermost boundary with something in it, one line for all flows of a pair.
    fn by_boundary(&self) -> String {
        let ends: BTreeMap<&ComponentId, Option<&BoundaryId>> =
            self.components.iter().map(|c| (&c.id, self.home(c).and_then(|id| self.outermost(id)))).collect();
        let mut members: BTreeMap<Option<&BoundaryId>, usize> = BTreeMap::new();
        for home in ends.values() {
            *members.entry(*home).or_default() += 1;
        }
        let name = |id: Option<&BoundaryId>| id.map_or("n_elsewhere", |id| self.name(id.as_str())).to_owned();
        let mut out = String::from("flowchart LR\n  %% drawn by boundary: the whole is too large for one diagram\n");
        for (id, many) in members.iter().take(FLOWS) {
            let title = id.and_then(|id| self.boundaries.get(id)).map_or_else(|| "elsewhere".to_owned(), |b| label(&b.name));
            out.push_str(&format!("  {}[\"{title}<br/>{}\"]\n", name(*id), crate::words::count(*many, "component", "components")));
        }
        let mut pairs: BTreeMap<(Option<&BoundaryId>, Option<&BoundaryId>), usize> = BTreeMap::new();
        for flow in &self.flows {
            let (source, target) = (ends.get(&flow.source).copied().flatten(), ends.get(&flow.target).copied().flatten());
            if source != target {
                *pairs.entry((source, target)).or_default() += 1;
            }
        }
        for ((source, target), many) in pairs.iter().take(FLOWS) {
            out.push_str(&format!("  {} -->|\"{}\"| {}\n", name(*source), crate::words::count(*many, "flow", "flows"), name(*target)));
        }
        if pairs.len() > FLOWS || members.len() > FLOWS {
            out.push_str("  %% not all of it is drawn\n");
        }
        out
    }
}

/// Names of letters, digits and underscores only; a prefix keeps `end`, `o` and `x` from meaning
/// something, a number keeps names apart that become the same.
fn names<'m>(ids: impl Iterator<Item = &'m str>) -> BTreeMap<&'m str, String> {
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut names = BTreeMap::new();
    let sorted: BTreeSet<&str> = ids.collect();
    for id in sorted {
        let plain: String = id.chars().take(80).map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let mut name = format!("n_{plain}");
        let mut number = 2;
        while !used.insert(name.clone()) {
            name = format!("n_{plain}__{number}");
            number += 1;
        }
        names.insert(id, name);
    }
    names
}

/// Text within the quotes of a label.
fn label(text: &str) -> String {
    let text = escape::terminal(&escape::shorten(text, 60));
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | ';' | '\\' | '|' | '[' | ']' | '{' | '}' | '%' => out.push_str(&format!("#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
