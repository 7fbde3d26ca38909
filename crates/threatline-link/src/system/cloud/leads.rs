//! Who hands requests on to whom: listeners, target groups, backends, origins.

use super::super::draft::Draft;
use super::access::Told;
use super::{Cloud, MOST};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use threatline_facts::Mark;
use threatline_knowledge::catalogue::workloads::workloads as ways;
use threatline_model::ComponentKind;

/// What a resource leads to, with the place that says so.
pub(crate) struct Leads {
    to: BTreeMap<usize, BTreeMap<usize, (usize, Mark)>>,
}

impl Leads {
    pub(super) fn new(cloud: &Cloud<'_>) -> Self {
        let mut leads = Leads { to: BTreeMap::new() };
        for (at, item) in cloud.items.iter().enumerate() {
            let Some(way) = ways().lead.get(&item.kind) else { continue };
            for (from, mark) in cloud.references(at, &way.from).into_iter().filter(|(from, _)| *from != at) {
                leads.to.entry(from).or_default().entry(at).or_insert((at, mark));
            }
            for (to, mark) in cloud.references(at, &way.to).into_iter().filter(|(to, _)| *to != at) {
                leads.to.entry(at).or_default().entry(to).or_insert((at, mark));
            }
        }
        leads
    }

    /// The components behind a resource, with the place that leads to each.
    pub(super) fn behind(&self, cloud: &Cloud<'_>, at: usize) -> Vec<(usize, (usize, Mark))> {
        let (mut found, mut seen, mut queue) = (Vec::new(), BTreeSet::from([at]), VecDeque::from([at]));
        while let Some(next) = queue.pop_front() {
            for (to, by) in self.to.get(&next).into_iter().flatten() {
                if !seen.insert(*to) {
                    continue;
                }
                match cloud.items[*to].component {
                    Some(component) if Some(component) != cloud.items[at].component => found.push((component, *by)),
                    _ => queue.push_back(*to),
                }
            }
        }
        found
    }

    /// Flows from what stands before others to them.
    pub(super) fn flows(&self, cloud: &Cloud<'_>, drafts: &[Draft<'_>]) -> Vec<Told> {
        let mut told = Vec::new();
        for at in self.to.keys() {
            let Some(from) = cloud.items[*at].component.filter(|from| drafts[*from].kind == ComponentKind::Process) else { continue };
            for (to, by) in self.behind(cloud, *at) {
                if told.len() < MOST {
                    told.push(Told { from, to, evidence: vec![cloud.evidence(by.0, by.1)], authenticated: false, encrypted: false });
                }
            }
        }
        told
    }
}
