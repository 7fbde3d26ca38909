//! One program that several deployments run, each under a name of its own.
//!
//! What one deployment calls `orders-service` and another one `orders` is told to be one by what it is built from: where each of them
//! runs that source once, and starts it alike, they describe the same component. Where a deployment runs it twice (a server and its worker)
//! nobody knows which of the two is meant. Two deployments that run a program in common are of one system, so that a product
//! which both run under one name, or which each of them runs once, is one as well.

use super::deployed::CLUSTER;
use super::draft::{Description, Draft, plain};
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::ComponentKind;

/// A deployment: a Compose project, a chart, or the manifests of the repository.
type Deployment<'d> = (usize, &'d str);

/// Puts components together that are one.
pub(crate) fn join(drafts: &mut Vec<Draft<'_>>) {
    let mut into: Vec<usize> = (0..drafts.len()).collect();
    for same in by_source(drafts).into_values().filter(|same| same.len() > 1) {
        let first = commands(&drafts[same[0]]);
        let alike = same.iter().all(|at| !commands(&drafts[*at]).is_disjoint(&first) && drafts[*at].protocol == drafts[same[0]].protocol);
        if alike && are_apart(same.iter().map(|at| &drafts[*at])) {
            same.iter().for_each(|at| into[*at] = same[0]);
        }
    }
    let systems = Systems::new(drafts, &into);
    for same in systems.products(drafts) {
        same.iter().for_each(|at| into[*at] = same[0]);
    }
    let others: Vec<(usize, Draft<'_>)> = (0..drafts.len()).filter(|at| into[*at] != *at).map(|at| (into[at], drafts[at].clone())).collect();
    for (first, other) in others {
        let draft = &mut drafts[first];
        // `orders` is what `orders-deployment` runs
        let (own, name) = (plain(&draft.name), plain(&other.name));
        let part = own.strip_prefix(&name).is_some_and(|rest| rest.starts_with('-')) || own.strip_suffix(&name).is_some_and(|rest| rest.ends_with('-'));
        let alias = if part { std::mem::replace(&mut draft.name, other.name) } else { other.name };
        draft.aliases.extend(other.aliases.into_iter().chain([alias]));
        draft.roles.extend(other.roles);
        draft.technologies.extend(other.technologies);
        draft.descriptions.extend(other.descriptions);
        draft.ports.extend(other.ports);
        draft.evidence.extend(other.evidence);
    }
    let mut at = 0;
    drafts.retain(|_| {
        at += 1;
        into[at - 1] == at - 1
    });
}

/// Programs by the one folder that they are built from. All of a repository is what several components are built from.
fn by_source(drafts: &[Draft<'_>]) -> BTreeMap<String, Vec<usize>> {
    let mut by_source: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| draft.kind == ComponentKind::Process && !draft.descriptions.is_empty()) {
        if let [root] = draft.roots.as_slice()
            && !root.folder.is_empty()
        {
            by_source.entry(root.folder.clone()).or_default().push(at);
        }
    }
    by_source
}

/// Charts are deployed each by itself, whatever cluster they go to.
fn deployment<'d>(description: &'d Description<'_>) -> Deployment<'d> {
    let chart = description.path.split_once("/templates/").map_or("", |(chart, _)| chart);
    (description.group, if description.group == CLUSTER { chart } else { "" })
}

fn deployments<'d>(draft: &'d Draft<'_>) -> BTreeSet<Deployment<'d>> {
    draft.descriptions.iter().map(deployment).collect()
}

/// Whether no deployment runs two of them.
fn are_apart<'d>(drafts: impl Iterator<Item = &'d Draft<'d>>) -> bool {
    let mut seen = BTreeSet::new();
    let mut of_all = drafts.flat_map(deployments);
    of_all.all(|deployment| seen.insert(deployment))
}

/// What its descriptions tell it to run. One that first waits for others runs what its image says.
fn commands(draft: &Draft<'_>) -> BTreeSet<String> {
    const WAITS: [&str; 6] = ["wait-for", "wait_for", "dockerize ", "while ", "until ", "sleep "];
    let containers = draft.descriptions.iter().flat_map(|description| description.workload.containers.iter().find(|container| !container.init));
    let written = containers.map(|container| container.command.iter().map(|word| word.with_defaults()).collect::<Vec<_>>().join(" "));
    written.map(|command| if WAITS.iter().any(|word| command.contains(word)) { String::new() } else { command }).collect()
}

/// Deployments of one system.
struct Systems<'d> {
    /// By the first of them.
    of: BTreeMap<Deployment<'d>, Deployment<'d>>,
    /// Programs of their own, each by the first that it is one with.
    programs: BTreeMap<Deployment<'d>, BTreeSet<usize>>,
}

impl<'d> Systems<'d> {
    fn new(drafts: &'d [Draft<'_>], into: &[usize]) -> Self {
        let mut systems = Systems { of: BTreeMap::new(), programs: BTreeMap::new() };
        for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| draft.kind == ComponentKind::Process && !draft.roots.is_empty()) {
            deployments(draft).into_iter().for_each(|deployment| _ = systems.programs.entry(deployment).or_default().insert(into[at]));
        }
        let mut joined: BTreeMap<usize, BTreeSet<Deployment<'d>>> = BTreeMap::new();
        let mut times: BTreeMap<usize, usize> = BTreeMap::new();
        into.iter().for_each(|first| *times.entry(*first).or_default() += 1);
        for (at, first) in into.iter().enumerate().filter(|(_, first)| times[*first] > 1) {
            joined.entry(*first).or_default().extend(deployments(&drafts[at]));
        }
        for deployments in joined.into_values() {
            let Some(first) = deployments.iter().map(|deployment| systems.first(*deployment)).min() else { continue };
            let olds: BTreeSet<Deployment<'d>> = deployments.iter().map(|deployment| systems.first(*deployment)).collect();
            systems.of.values_mut().filter(|known| olds.contains(*known)).for_each(|known| *known = first);
            deployments.into_iter().for_each(|deployment| _ = systems.of.insert(deployment, first));
        }
        systems
    }

    fn first(&self, deployment: Deployment<'d>) -> Deployment<'d> {
        self.of.get(&deployment).copied().unwrap_or(deployment)
    }

    /// Whether at least half of the programs that either of two deployments runs are run by both.
    fn agree(&self, one: &Deployment<'_>, other: &Deployment<'_>) -> bool {
        let none = BTreeSet::new();
        let programs = |deployment| self.programs.get(deployment).unwrap_or(&none);
        let both = programs(one).intersection(programs(other)).count();
        both > 0 && both * 2 >= programs(one).len().max(programs(other).len())
    }

    /// Products that deployments of one system run under one name, and those that each of them runs once where they run much the same.
    fn products(&self, drafts: &[Draft<'_>]) -> Vec<Vec<usize>> {
        let mut named: BTreeMap<(Deployment<'_>, String), Vec<usize>> = BTreeMap::new();
        let mut alone: BTreeMap<(Deployment<'_>, &BTreeSet<String>), Vec<usize>> = BTreeMap::new();
        for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| draft.protocol.is_some() && draft.roots.is_empty()) {
            let systems: BTreeSet<Deployment<'_>> = deployments(draft).iter().filter_map(|deployment| self.of.get(deployment).copied()).collect();
            if let Some(system) = systems.into_iter().next().filter(|_| deployments(draft).iter().all(|deployment| self.of.contains_key(deployment))) {
                named.entry((system, plain(&draft.name))).or_default().push(at);
                alone.entry((system, &draft.technologies)).or_default().push(at);
            }
        }
        let alike = |same: &Vec<usize>| same.len() > 1 && same.iter().all(|at| drafts[*at].technologies == drafts[same[0]].technologies);
        let mut found: Vec<Vec<usize>> = named.into_values().filter(alike).collect();
        let known: BTreeSet<usize> = found.iter().flatten().copied().collect();
        let agree = |same: &Vec<usize>| {
            let all: Vec<Deployment<'_>> = same.iter().flat_map(|at| deployments(&drafts[*at])).collect();
            all.iter().all(|one| self.agree(one, &all[0]) || *one == all[0])
        };
        found.extend(alone.into_values().filter(|same| alike(same) && !same.iter().any(|at| known.contains(at)) && agree(same)));
        found.retain(|same| are_apart(same.iter().map(|at| &drafts[*at])));
        found
    }
}
