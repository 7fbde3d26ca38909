//! Where an attacker begins, and what follows without any weakness.

use crate::graph::{Draft, Edge, FREE, ONE};
use crate::place::{Place, Power};
use crate::system::System;
use threatline_model::{BoundaryId, BoundaryKind, EntryPoint, Exposure, Property, Role};

const UNKNOWN_EXPOSURE: u32 = 600_000;
const INSIDER: u32 = 200_000;
const THIRD_PARTY: u32 = 300_000;
const LURE: u32 = 500_000;
const PRIVATE_REPOSITORY: u32 = 500_000;
const PUBLISHER: u32 = 100_000;
const ON_PATH_INTERNET: u32 = 900_000;
const ON_PATH_BETWEEN: u32 = 300_000;
const ON_PATH_INSIDE: u32 = 300_000;
const AUTHENTICATION_UNKNOWN: u32 = 500_000;
const FLOWS_UNKNOWN: u32 = 700_000;
const HOP: u32 = 500_000;
const ACCOUNT_UNKNOWN: u32 = 700_000;
const ACCOUNT_STAFF: u32 = 300_000;

/// Adds every start and every free edge.
pub(crate) fn add(draft: &mut Draft, system: &System<'_>) {
    world(draft, system);
    for boundary in 0..system.boundaries.len() {
        of_boundary(draft, system, boundary);
    }
    for component in 0..system.net.len() {
        starts(draft, system, component);
        control(draft, system, component);
        people(draft, system, component);
        contents(draft, system, component);
        for entry in &system.entries[component] {
            entrance(draft, system, component, *entry);
        }
    }
    for flow in 0..system.ends.len() {
        of_flow(draft, system, flow);
    }
}

fn exposure(exposure: Exposure) -> u32 {
    match exposure {
        Exposure::Internet => ONE,
        Exposure::Unknown => UNKNOWN_EXPOSURE,
        Exposure::Internal => INSIDER,
        Exposure::Local => 0,
    }
}

fn world(draft: &mut Draft, system: &System<'_>) {
    let read = if system.model.repository_public { ONE } else { PRIVATE_REPOSITORY };
    for (power, place, weight) in [
        (Power::Reach, Place::Internet, ONE),
        (Power::Read, Place::Repository, read),
        (Power::Read, Place::Registry, read),
        (Power::Write, Place::Repository, INSIDER),
        (Power::Control, Place::Publisher, PUBLISHER),
    ] {
        draft.start(draft.at(power, place), weight);
    }
}

fn of_boundary(draft: &mut Draft, system: &System<'_>, b: usize) {
    let here = Place::Boundary(b);
    match system.boundaries[b].kind {
        BoundaryKind::Network | BoundaryKind::Namespace | BoundaryKind::Cluster | BoundaryKind::Host | BoundaryKind::Container => {
            draft.start(draft.at(Power::Inside, here), INSIDER);
        }
        BoundaryKind::Account => draft.start(draft.at(Power::Reach, here), ONE),
        BoundaryKind::Internet | BoundaryKind::ThirdParty | BoundaryKind::Process => {}
    }
    let (all, taken) = (draft.at(Power::Control, here), draft.at(Power::Control, Place::Taken(b)));
    for member in &system.members[b] {
        let member = draft.at(Power::Control, Place::Component(*member));
        draft.edge(all, member, ONE);
        draft.edge(member, taken, ONE);
    }
}

fn starts(draft: &mut Draft, system: &System<'_>, c: usize) {
    let component = system.component(c);
    let external = system.external(c);
    let reach = match component.exposure {
        _ if external => ONE,
        Exposure::Unknown if system.entries[c].is_empty() => INSIDER,
        known => exposure(known),
    };
    draft.start(draft.at(Power::Reach, Place::Component(c)), reach);
    let control = draft.at(Power::Control, Place::Component(c));
    if component.roles.contains(&Role::ThirdParty) {
        draft.start(control, THIRD_PARTY);
    }
    if system.rehearsal(c) {
        draft.start(control, INSIDER);
    }
    for place in [Place::Users(c), Place::Admins(c)] {
        draft.start(draft.at(Power::Lure, place), LURE);
    }
    for place in [Place::Logs(c), Place::Disk(c)] {
        draft.start(draft.at(Power::Read, place), INSIDER);
    }
    if external || system.store(c) {
        draft.start(draft.at(Power::Deny, Place::Component(c)), INSIDER);
    }
}

fn control(draft: &mut Draft, system: &System<'_>, c: usize) {
    let here = Place::Component(c);
    let inside = draft.at(Power::Inside, Place::Boundary(system.net[c]));
    let (near, control) = (draft.at(Power::Near, here), draft.at(Power::Control, here));
    draft.edge(near, draft.at(Power::Reach, here), ONE);
    if system.open_inside(c) {
        draft.edge(inside, near, ONE);
    }
    draft.edge(draft.at(Power::Exec, here), control, ONE);
    for power in [Power::ActAs, Power::Read, Power::Write, Power::Deny] {
        draft.edge(control, draft.at(power, here), ONE);
    }
    if !system.external(c) {
        draft.edge(control, inside, ONE);
    }
    for flow in &system.outgoing[c] {
        let target = Place::Component(system.ends[*flow].1);
        for to in [draft.at(Power::Inject, Place::Flow(*flow)), draft.at(Power::Near, target), draft.at(Power::Cred, target)] {
            draft.edge(control, to, ONE);
        }
    }
}

fn people(draft: &mut Draft, system: &System<'_>, c: usize) {
    let here = Place::Component(c);
    let users = draft.at(Power::ActAs, Place::Users(c));
    let (read, write) = (draft.at(Power::Read, here), draft.at(Power::Write, here));
    for to in [users, read, write] {
        draft.edge(draft.at(Power::ActAs, Place::Admins(c)), to, ONE);
    }
    let gains = if system.store(c) || system.external(c) { vec![read, write] } else { vec![users] };
    for (place, gains) in [(here, gains), (Place::Users(c), vec![users])] {
        let open = draft.at(Power::Open, place);
        draft.pair(draft.at(Power::Cred, place), draft.at(Power::Reach, here), open);
        for to in gains {
            draft.edge(open, to, ONE);
        }
    }
}

fn contents(draft: &mut Draft, system: &System<'_>, c: usize) {
    let here = Place::Component(c);
    if system.store(c) {
        for reader in system.callers(c) {
            let to = draft.at(Power::Inject, Place::Component(reader));
            draft.edge(draft.at(Power::Inject, here), to, HOP);
            draft.edge(draft.at(Power::Write, here), to, ONE);
        }
    }
    let roles = &system.component(c).roles;
    if [Role::Logging, Role::Tracing, Role::Monitoring].iter().any(|role| roles.contains(role)) {
        for sender in system.callers(c) {
            draft.edge(draft.at(Power::Read, here), draft.at(Power::Read, Place::Logs(sender)), ONE);
        }
    }
}

fn entrance(draft: &mut Draft, system: &System<'_>, c: usize, e: usize) {
    let entry = system.entry(e);
    let (here, there) = (Place::Component(c), Place::Entry(e));
    let (reach, call) = (draft.at(Power::Reach, there), draft.at(Power::Call, there));
    if entry.exposure != Exposure::Local {
        draft.edge(draft.at(Power::Near, here), reach, ONE);
        match entry.exposure {
            Exposure::Unknown => draft.edge(draft.at(Power::Reach, here), reach, ONE),
            known => draft.start(reach, exposure(known)),
        }
    }
    callable(draft, system, c, entry, (reach, call));
    draft.edge(draft.at(Power::Call, here), call, ONE);
    draft.edge(call, draft.at(Power::Inject, here), ONE);
    let (flows, weight) = opened(system, c, entry);
    for flow in flows {
        draft.edge(call, draft.at(Power::Inject, Place::Flow(flow)), weight);
    }
    for power in [Power::Call, Power::Read, Power::Write] {
        draft.edge(draft.at(Power::ActAs, Place::Users(c)), draft.at(power, there), ONE);
    }
}

/// Who can send to it can use it: everybody, or who has an account, or perhaps.
fn callable(draft: &mut Draft, system: &System<'_>, c: usize, entry: &EntryPoint, (reach, call): (u32, u32)) {
    match entry.authenticated {
        Some(false) => return draft.edge(reach, call, ONE),
        None => draft.edge(reach, call, AUTHENTICATION_UNKNOWN),
        Some(true) => {}
    }
    if entry.authorized != Some(true) {
        let cap = account(system, c);
        draft.edges.push((reach, Edge { to: call, weight: ONE, cap, threat: FREE }));
    }
}

/// How likely an attacker has an ordinary account.
fn account(system: &System<'_>, c: usize) -> u32 {
    let properties = &system.component(c).properties;
    match properties.flag(Property::SelfRegistration) {
        Some(true) => ONE,
        _ if properties.text(Property::IdentityProvider) == Some("staff") => ACCOUNT_STAFF,
        _ => ACCOUNT_UNKNOWN,
    }
}

/// The flows that an entry point's handler opens, and how likely a caller's content gets into them.
fn opened(system: &System<'_>, c: usize, entry: &EntryPoint) -> (Vec<usize>, u32) {
    match &entry.flows {
        None => (system.outgoing[c].clone(), FLOWS_UNKNOWN),
        Some(flows) => (flows.iter().filter_map(|flow| system.flow_number(flow.as_str())).collect(), ONE),
    }
}

fn of_flow(draft: &mut Draft, system: &System<'_>, f: usize) {
    let flow = system.flow(f);
    let (source, target) = system.ends[f];
    let on_path = draft.at(Power::OnPath, Place::Flow(f));
    draft.start(on_path, flow.crosses.iter().map(|id| on_path_across(system, id)).max().unwrap_or(0));
    let mut nets: Vec<usize> = [source, target].into_iter().filter(|end| !system.external(*end)).map(|end| system.net[end]).collect();
    nets.dedup();
    for net in nets {
        draft.edge(draft.at(Power::Inside, Place::Boundary(net)), on_path, ON_PATH_INSIDE);
    }
    draft.edge(draft.at(Power::Inject, Place::Flow(f)), draft.at(Power::Inject, Place::Component(target)), HOP);
    if flow.properties.text(Property::Credential) == Some("static_key") {
        draft.edge(draft.at(Power::Read, Place::Flow(f)), draft.at(Power::Cred, Place::Component(target)), ONE);
    }
}

/// How likely an attacker stands where that boundary is crossed. The id tells the kind of a boundary
/// that the model does not describe.
fn on_path_across(system: &System<'_>, id: &BoundaryId) -> u32 {
    let named = || id.rest().split('/').next().and_then(BoundaryKind::from_name);
    match system.model.boundary(id).map(|boundary| boundary.kind).or_else(named) {
        Some(BoundaryKind::Internet) => ON_PATH_INTERNET,
        Some(BoundaryKind::ThirdParty | BoundaryKind::Account | BoundaryKind::Network | BoundaryKind::Cluster) => ON_PATH_BETWEEN,
        _ => 0,
    }
}
