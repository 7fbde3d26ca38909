//! Trust boundaries, and which flows cross them.

use super::cloud::Network;
use super::deployed::CLUSTER;
use super::draft::Draft;
use super::said::Said;
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::Platform;
use threatline_model::{Boundary, BoundaryId, BoundaryKind, ComponentKind, Evidence, EvidenceSource, Grade, Proof, Properties, Property, Value};

/// All boundaries and the innermost one of each component.
pub(crate) struct Boundaries {
    pub(crate) all: BTreeMap<BoundaryId, Boundary>,
    pub(crate) of: Vec<Option<BoundaryId>>,
}

pub(crate) const INTERNET: &str = "internet";
pub(crate) const THIRD_PARTY: &str = "third_party";

pub(crate) fn draw(drafts: &[Draft<'_>], projects: &[String], said: &Said<'_>, networks: &[Network]) -> Boundaries {
    let mut boundaries = Boundaries { all: BTreeMap::new(), of: vec![None; drafts.len()] };
    for (at, draft) in drafts.iter().enumerate() {
        boundaries.of[at] = if draft.kind == ComponentKind::ExternalEntity {
            boundaries.add(INTERNET, INTERNET, BoundaryKind::Internet, None, None);
            Some(boundaries.add(THIRD_PARTY, "third parties", BoundaryKind::ThirdParty, Some(BoundaryId::new(INTERNET)), draft.evidence.first().cloned()))
        } else {
            boundaries.place(draft, projects)
        };
    }
    if drafts.iter().any(|draft| draft.exposure == threatline_model::Exposure::Internet) {
        boundaries.add(INTERNET, INTERNET, BoundaryKind::Internet, None, None);
    }
    for namespace in &said.namespaces {
        let evidence = Evidence::new(namespace.path.clone(), Some(namespace.it.mark), EvidenceSource::Infrastructure, "kubernetes");
        boundaries.namespace(&namespace.it.name, Some(evidence));
    }
    boundaries.networks(networks);
    boundaries.deny(said);
    boundaries
}

impl Boundaries {
    fn add(&mut self, id: &str, name: &str, kind: BoundaryKind, parent: Option<BoundaryId>, evidence: Option<Evidence>) -> BoundaryId {
        let id = BoundaryId::new(id);
        let boundary = self.all.entry(id.clone()).or_insert_with(|| Boundary {
            id: id.clone(),
            name: name.to_owned(),
            kind,
            parent,
            properties: Properties::default(),
            evidence: Vec::new(),
        });
        if let Some(evidence) = evidence.filter(|evidence| boundary.evidence.len() < 8 && !boundary.evidence.contains(evidence)) {
            boundary.evidence.push(evidence);
        }
        id
    }

    fn namespace(&mut self, name: &str, evidence: Option<Evidence>) -> BoundaryId {
        let cluster = self.add("cluster/default", "default", BoundaryKind::Cluster, None, evidence.clone());
        self.add(&format!("namespace/{name}"), name, BoundaryKind::Namespace, Some(cluster), evidence)
    }

    fn place(&mut self, draft: &Draft<'_>, projects: &[String]) -> Option<BoundaryId> {
        if draft.only_tried {
            return None;
        }
        // production is Kubernetes where there is both
        let description = draft.descriptions.iter().min_by_key(|d| (d.group != CLUSTER, d.namespace.is_none()))?;
        let evidence = super::deployed::evidence(&description.path, description.workload);
        if description.workload.platform == Platform::Kubernetes {
            return Some(match &description.namespace {
                Some(namespace) => self.namespace(namespace, Some(evidence)),
                None => self.add("cluster/default", "default", BoundaryKind::Cluster, None, Some(evidence)),
            });
        }
        let project = projects.get(description.group.checked_sub(1)?).map(|folder| folder.trim_end_matches('/')).unwrap_or_default();
        let networks: Vec<&String> = draft.descriptions.iter().filter(|d| d.group == description.group).flat_map(|d| &d.workload.networks).collect();
        let several = projects.len() > 1;
        let named = |network: &str| {
            if several && !project.is_empty() { format!("network/{project}/{network}") } else { format!("network/{network}") }
        };
        let innermost = networks.iter().filter(|network| !network.starts_with("mode:")).min();
        match innermost {
            Some(network) => Some(self.add(&named(network), network, BoundaryKind::Network, None, Some(evidence))),
            None => match networks.iter().find_map(|network| network.strip_prefix("mode:")) {
                Some("host") => Some(self.add("host/default", "default", BoundaryKind::Host, None, Some(evidence))),
                Some(_) => None,
                None => Some(self.add(&named("default"), "default", BoundaryKind::Network, None, Some(evidence))),
            },
        }
    }

    /// Networks of a cloud around what no deployment places elsewhere.
    fn networks(&mut self, networks: &[Network]) {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        networks.iter().for_each(|network| *times.entry(&network.name).or_default() += 1);
        for network in networks {
            let own = if times[&*network.name] > 1 { &network.address } else { &network.name };
            let id = self.add(&format!("network/{own}"), &network.name, BoundaryKind::Network, None, Some(network.evidence.clone()));
            for at in network.members.iter().filter(|at| self.of[**at].is_none()).copied().collect::<Vec<_>>() {
                self.of[at] = Some(id.clone());
            }
        }
    }

    /// A namespace denies by default when a policy for all of its pods lets nothing in.
    fn deny(&mut self, said: &Said<'_>) {
        for policy in said.policies.iter().filter(|policy| policy.it.selector.is_empty() && policy.it.ingress.as_ref().is_some_and(Vec::is_empty)) {
            let Some(namespace) = &policy.it.namespace else {
                continue;
            };
            let Some(boundary) = self.all.get_mut(&BoundaryId::new(format!("namespace/{namespace}"))) else {
                continue;
            };
            let evidence = Evidence::new(policy.path.clone(), Some(policy.it.mark), EvidenceSource::Infrastructure, "kubernetes");
            let proof = Proof { grade: Grade::X, confidence: 950, evidence: vec![evidence] };
            boundary.properties.set(Property::DefaultDeny, Value::Flag(true), proof);
        }
    }

    /// Boundaries around one end of a flow and not around the other.
    pub(crate) fn crossed(&self, from: usize, to: usize) -> BTreeSet<BoundaryId> {
        let (a, b) = (self.around(from), self.around(to));
        // of an unknown place nothing can be said
        if self.of[from].is_none() || self.of[to].is_none() {
            return a.symmetric_difference(&b).filter(|id| id.rest() == INTERNET || id.rest() == THIRD_PARTY).cloned().collect();
        }
        a.symmetric_difference(&b).cloned().collect()
    }

    /// Boundaries that are crossed on the way from the internet to a component.
    pub(crate) fn crossed_on_the_way_in(&self, at: usize) -> BTreeSet<BoundaryId> {
        let mut crossed = self.around(at);
        crossed.extend([BoundaryId::new(INTERNET)].into_iter().filter(|id| self.all.contains_key(id)));
        crossed
    }

    fn around(&self, at: usize) -> BTreeSet<BoundaryId> {
        let mut found = BTreeSet::new();
        let mut next = self.of[at].clone();
        while let Some(id) = next {
            next = self.all.get(&id).and_then(|boundary| boundary.parent.clone());
            if !found.insert(id) {
                break;
            }
        }
        found
    }
}
