//! Networks of a cloud, and who stands in them.

use super::super::draft::Draft;
use super::Cloud;
use std::collections::{BTreeMap, BTreeSet};
use threatline_knowledge::catalogue::workloads::workloads as ways;
use threatline_model::Evidence;

/// Steps from a resource to its network.
const DEEPEST: usize = 8;

/// A network with what shows it, and the components in it.
pub(crate) struct Network {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) evidence: Evidence,
    pub(crate) members: BTreeSet<usize>,
}

/// All networks; a component that may stand in several stands in none.
pub(crate) fn networks(cloud: &Cloud<'_>, drafts: &[Draft<'_>]) -> Vec<Network> {
    let mut found: Vec<(BTreeSet<usize>, Network)> = Vec::new();
    let mut twins: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, item) in cloud.items.iter().enumerate().filter(|(_, item)| !item.it.data_source) {
        if ways().within.get(&item.kind).is_some_and(|way| way.network) {
            let twin = item.planned.and_then(|planned| planned.twin.as_ref()).map(|twin| twin.key.as_str());
            if let Some(known) = twin.and_then(|twin| twins.get(twin)) {
                found[*known].0.insert(at);
                continue;
            }
            twins.extend(twin.map(|twin| (twin, found.len())));
            let name = super::components::name(cloud, at);
            let address = item.planned.map_or_else(|| name.clone(), |planned| planned.address.clone());
            found.push((BTreeSet::from([at]), Network { name, address, evidence: cloud.evidence(at, item.it.mark), members: BTreeSet::new() }));
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    for (at, item) in cloud.items.iter().enumerate() {
        let Some(component) = item.component.filter(|component| drafts[*component].descriptions.is_empty()) else { continue };
        let around = around(cloud, at);
        let mut inside = found.iter_mut().filter(|(networks, _)| !networks.is_disjoint(&around));
        if let (Some((_, network)), None) = (inside.next(), inside.next()) {
            network.members.insert(component);
        }
    }
    found.into_iter().map(|(_, network)| network).collect()
}

/// The networks around a resource.
fn around(cloud: &Cloud<'_>, at: usize) -> BTreeSet<usize> {
    let (mut found, mut seen, mut next) = (BTreeSet::new(), BTreeSet::from([at]), vec![at]);
    for _ in 0..DEEPEST {
        let mut further = Vec::new();
        for item in next {
            let Some(way) = ways().within.get(&cloud.items[item].kind) else { continue };
            if way.network {
                found.insert(item);
            }
            further.extend(cloud.references(item, &way.r#in).into_iter().map(|(item, _)| item).filter(|item| seen.insert(*item)));
        }
        next = further;
    }
    found
}
