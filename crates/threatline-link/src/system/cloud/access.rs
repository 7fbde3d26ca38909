//! Flows that resources tell of: grants, gateways that hand on, events that start functions, addresses in
//! variables that code reads.

use super::super::draft::Draft;
use super::super::flows::{Around, FlowDraft, Flows, Key, Proved, code, push_new};
use super::{Cloud, Grants, MOST, bicep, triggers, workloads};
use std::collections::{BTreeMap, BTreeSet};
use threatline_knowledge::catalogue::cloud::cloud as ways;
use threatline_model::{Evidence, Grade, Proof, Role};

/// A flow that is told of.
pub(super) struct Told {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) evidence: Vec<Evidence>,
    pub(super) authenticated: bool,
    pub(super) encrypted: bool,
}

/// Adds all of them.
pub(crate) fn flows(cloud: &Cloud<'_>, drafts: &[Draft<'_>], flows: &mut Flows, around: &Around<'_, '_>) {
    let grants = around.grants;
    let started: Vec<Told> = triggers::started(cloud, drafts);
    let pairs: BTreeSet<(usize, usize)> = started.iter().map(|told| (told.from, told.to)).collect();
    started.into_iter().for_each(|told| add(flows, drafts, told));
    for told in handed(cloud, drafts) {
        add(flows, drafts, told);
    }
    for grant in grants.all.iter().filter(|grant| !(grant.consumes && pairs.contains(&(grant.to, grant.from)))) {
        let (by, mark) = grant.by;
        let evidence = vec![cloud.evidence(by, mark)];
        let proved = !grant.bound || Grants::needed(&drafts[grant.to]);
        add(flows, drafts, Told { from: grant.from, to: grant.to, evidence, authenticated: proved, encrypted: proved });
    }
    for (gateway, target, place) in super::routes::integrated(cloud, around.said) {
        let by = (gateway, cloud.items[gateway].it.mark);
        if let Some(told) = triggers::started_by(cloud, drafts, (gateway, target), by) {
            add(flows, drafts, Told { evidence: vec![place], ..told });
        }
    }
    for told in read(cloud, drafts, around) {
        add(flows, drafts, told);
    }
    let handed_on = super::leads::Leads::new(cloud).flows(cloud, drafts);
    for told in workloads::used(cloud, drafts, grants).into_iter().chain(workloads::granted(cloud)).chain(handed_on) {
        add(flows, drafts, told);
    }
}

/// Routes that name what answers.
fn handed(cloud: &Cloud<'_>, drafts: &[Draft<'_>]) -> Vec<Told> {
    let mut told = Vec::new();
    for (at, item) in cloud.items.iter().enumerate() {
        let Some(way) = ways().route.get(&item.kind) else { continue };
        for from in super::routes::gateways(cloud, at, way) {
            let room = MOST.saturating_sub(told.len());
            for (to, mark) in super::routes::targets(cloud, at, way).into_iter().take(room) {
                told.extend(triggers::started_by(cloud, drafts, (from, to), (at, mark)));
            }
        }
    }
    told
}

/// Variables that hold another component's name or address, where the function's code reads them. What only
/// a grant opens is not open to a function of which all grants are known and this is none.
fn read(cloud: &Cloud<'_>, drafts: &[Draft<'_>], around: &Around<'_, '_>) -> Vec<Told> {
    let Around { composed, ownership, grants, in_test, .. } = *around;
    let mut told = Vec::new();
    let hosts = cloud.items.iter().enumerate().filter(|(_, item)| bicep::is_one(&item.path)).filter_map(|(at, item)| Some((item.component?, at)));
    let hosts: Vec<(usize, usize)> = hosts.chain(bicep::configured(cloud)).collect();
    let functions: BTreeMap<usize, usize> = cloud.items.iter().enumerate().filter_map(|(at, item)| Some((item.component?, at))).collect();
    for (variable, _, place) in composed.reads.iter().filter(|(.., place)| !in_test(&place.path)) {
        for &from in ownership.of(&place.path) {
            for (_, at) in hosts.iter().filter(|(component, _)| *component == from && workloads::is_asked(variable)) {
                for (by, text, mark) in bicep::settings(cloud, *at, variable) {
                    let is_asked = |to: &usize| *to != from && !drafts[*to].has_role(Role::Ci);
                    let named = cloud.see(by, text).items.into_iter().filter_map(|item| cloud.items[item].component).filter(is_asked);
                    let told_of = |to: usize| Told { from, to, evidence: vec![cloud.evidence(by, mark), code(place)], authenticated: false, encrypted: false };
                    told.extend(named.map(told_of).take(MOST.saturating_sub(told.len())).collect::<Vec<_>>());
                }
            }
            let Some((at, way)) = functions.get(&from).and_then(|at| Some((*at, ways().function.get(&cloud.items[*at].kind)?))) else { continue };
            let keys: Vec<String> = way.environment.iter().map(|prefix| format!("{prefix}.{variable}")).collect();
            for (named, mark) in cloud.references(at, &keys) {
                let Some(to) = cloud.items[named].component.filter(|to| *to != from) else { continue };
                let needed = Grants::needed(&drafts[to]);
                if needed && grants.allows(from, to) == Some(false) {
                    continue;
                }
                let evidence = vec![cloud.evidence(at, mark), code(place)];
                told.push(Told { from, to, evidence, authenticated: needed, encrypted: false });
            }
        }
    }
    told
}

/// Joins what is known of a pair, whatever its protocol, or adds it in the target's.
fn add(flows: &mut Flows, drafts: &[Draft<'_>], told: Told) {
    let pair = (told.from, told.to);
    let known: Option<Key> = flows.by_key.range((pair.0, pair.1, None)..).next().map(|(key, _)| key.clone()).filter(|key| (key.0, key.1) == pair);
    let key = known.unwrap_or_else(|| (pair.0, pair.1, drafts[told.to].protocol.clone()));
    let flow: &mut FlowDraft = flows.by_key.entry(key).or_default();
    let proved = |holds: bool, grade| holds.then(|| Proved { holds, proof: Proof { grade, confidence: 900, evidence: told.evidence.clone() } });
    if flow.authenticated.is_none() {
        flow.authenticated = proved(told.authenticated, Grade::X);
        // what a grant opens is signed by the provider's library, whatever the code shows of it
        flow.unknown_credential &= !told.authenticated;
    }
    if flow.encrypted.is_none() {
        flow.encrypted = proved(told.encrypted, Grade::P);
    }
    for item in &told.evidence {
        push_new(&mut flow.evidence, item.clone());
    }
}
