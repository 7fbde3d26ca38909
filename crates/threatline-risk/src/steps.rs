//! Threats as edges: each clause of a step, with its terms resolved to positions.

use crate::graph::{Draft, Edge, ONE, Way, millionths, times};
use crate::place::{Place, Power};
use crate::system::System;
use threatline_model::ElementId;
use threatline_threats::Threat;
use threatline_threats::step::{Capability, Clause, Power as Word, Selector, Term, Variable};

/// Adds one threat's ways to the draft; its gains become edges only if it counts.
pub(crate) fn add(draft: &mut Draft, system: &System<'_>, number: u32, threat: &Threat, counts: bool) -> Vec<Way> {
    let weight = times(millionths(threat.exploitability), millionths(threat.confidence));
    let mut ways = Vec::new();
    for clause in &threat.step.clauses {
        for element in elements(system, threat, clause) {
            let way = resolve(draft, system, threat, clause, element);
            if counts {
                let joint = join(draft, &way.needs);
                draft.edges.extend(way.gains.iter().map(|to| (joint, Edge { to: *to, weight, cap: ONE, threat: number })));
            }
            ways.push(way);
        }
    }
    ways
}

/// The place of an element; none if the model does not have it.
pub(crate) fn place(system: &System<'_>, element: &ElementId) -> Option<Place> {
    let id = element.as_str();
    match id.split(':').next()? {
        "cmp" => system.model.components.binary_search_by(|c| c.id.as_str().cmp(id)).ok().map(Place::Component),
        "ent" => system.entry_number(id).map(Place::Entry),
        "flw" => system.flow_number(id).map(Place::Flow),
        _ => system.boundary_number(id).map(Place::Boundary),
    }
}

/// The elements that a clause is about: the threat's own where it fits the clause's variable; for a
/// component-wide threat of a rule over entry points, those that are affected.
fn elements(system: &System<'_>, threat: &Threat, clause: &Clause) -> Vec<Place> {
    let Some(here) = place(system, &threat.element) else { return Vec::new() };
    match (clause.variable(), here) {
        (None, _)
        | (Some(Variable::Component), Place::Component(_))
        | (Some(Variable::EntryPoint), Place::Entry(_))
        | (Some(Variable::Flow), Place::Flow(_))
        | (Some(Variable::Boundary), Place::Boundary(_)) => vec![here],
        (Some(Variable::EntryPoint), Place::Component(c)) => {
            let affected: Vec<Place> = threat.affected.iter().filter_map(|id| place(system, id)).filter(|place| matches!(place, Place::Entry(_))).collect();
            if affected.is_empty() { system.entries[c].iter().copied().map(Place::Entry).collect() } else { affected }
        }
        _ => Vec::new(),
    }
}

fn resolve(draft: &mut Draft, system: &System<'_>, threat: &Threat, clause: &Clause, element: Place) -> Way {
    let positions = |draft: &Draft, capability: &Capability, need: bool| -> Vec<u32> {
        let places = places(system, threat, &capability.of, element, need);
        places.into_iter().map(|place| draft.at(power(capability.power, place, need), place)).collect()
    };
    let mut needs = Vec::new();
    for capability in &clause.needs {
        let any = positions(draft, capability, true);
        needs.push(match any[..] {
            [one] => one,
            _ => {
                let joint = draft.joint();
                any.into_iter().for_each(|one| draft.edge(one, joint, ONE));
                joint
            }
        });
    }
    let gains = clause.gains.iter().flat_map(|capability| positions(draft, capability, false)).collect();
    Way { needs, gains }
}

/// Several needs as one position.
fn join(draft: &mut Draft, needs: &[u32]) -> u32 {
    let mut needs = needs.iter().copied();
    let first = needs.next().unwrap_or_else(|| draft.joint());
    needs.fold(first, |held, other| {
        let joint = draft.joint();
        draft.pair(held, other, joint);
        joint
    })
}

fn power(word: Word, place: Place, need: bool) -> Power {
    match word {
        // What is gained by a step is gained from inside, so internal entry points come with it.
        Word::Reach if !need && matches!(place, Place::Component(_)) => Power::Near,
        Word::Reach => Power::Reach,
        Word::Inside => Power::Inside,
        Word::Call => Power::Call,
        Word::ActAs => Power::ActAs,
        Word::Cred => Power::Cred,
        Word::Inject => Power::Inject,
        Word::OnPath => Power::OnPath,
        Word::Lure => Power::Lure,
        Word::Exec => Power::Exec,
        Word::Control => Power::Control,
        Word::Read => Power::Read,
        Word::Write => Power::Write,
        Word::Deny => Power::Deny,
    }
}

fn places(system: &System<'_>, threat: &Threat, term: &Term, element: Place, need: bool) -> Vec<Place> {
    let selectors = match term {
        Term::Internet => return vec![Place::Internet],
        Term::Repository => return vec![Place::Repository],
        Term::Registry => return vec![Place::Registry],
        Term::Publisher => return vec![Place::Publisher],
        Term::Of(_, selectors) => selectors,
    };
    let mut here = vec![element];
    for selector in selectors {
        here = here.into_iter().flat_map(|place| select(system, threat, *selector, place, need)).collect();
    }
    here
}

fn select(system: &System<'_>, threat: &Threat, selector: Selector, from: Place, need: bool) -> Vec<Place> {
    use Selector::*;
    match (selector, from) {
        (Component, Place::Entry(e)) => vec![Place::Component(system.home[e])],
        (Returns | Parameters, Place::Entry(_)) | (Data, Place::Flow(_)) => vec![from],
        (Source, Place::Flow(f)) => vec![Place::Component(system.ends[f].0)],
        (Target, Place::Flow(f)) => vec![Place::Component(system.ends[f].1)],
        (Peers, Place::Flow(_)) => named(system, &threat.peers),
        (Members, Place::Boundary(b)) => members(system, b, None, need),
        (_, Place::Component(c)) => of_component(system, threat, selector, c, need),
        _ => Vec::new(),
    }
}

fn of_component(system: &System<'_>, threat: &Threat, selector: Selector, c: usize, need: bool) -> Vec<Place> {
    let components = |all: Vec<usize>| all.into_iter().map(Place::Component).collect();
    match selector {
        Selector::Users => {
            let homes = if system.store(c) { system.callers(c) } else { Vec::new() };
            if homes.is_empty() { vec![Place::Users(c)] } else { homes.into_iter().map(Place::Users).collect() }
        }
        Selector::Admins => vec![Place::Admins(c)],
        Selector::Targets => components(system.targets(c)),
        Selector::Callers | Selector::Readers | Selector::Writers => components(system.callers(c)),
        Selector::Neighbours => members(system, system.net[c], Some(c), need),
        Selector::Boundary => vec![Place::Boundary(system.net[c])],
        Selector::Host => vec![Place::Boundary(system.host(c))],
        Selector::Platform => vec![Place::Boundary(system.platform(c))],
        Selector::Grants => {
            let grants = named(system, &threat.grants);
            if grants.is_empty() { vec![Place::Boundary(system.platform(c))] } else { grants }
        }
        Selector::Secrets => named(system, &threat.secrets),
        Selector::Logs => vec![Place::Logs(c)],
        Selector::Disk => vec![Place::Disk(c)],
        _ => Vec::new(),
    }
}

fn members(system: &System<'_>, boundary: usize, but: Option<usize>, need: bool) -> Vec<Place> {
    if need {
        return vec![Place::Taken(boundary)];
    }
    system.members[boundary].iter().filter(|member| Some(**member) != but).map(|member| Place::Component(*member)).collect()
}

fn named(system: &System<'_>, ids: &[threatline_model::ComponentId]) -> Vec<Place> {
    let mut found: Vec<usize> = ids.iter().filter_map(|id| system.component_at(id)).collect();
    found.sort_unstable();
    found.into_iter().map(Place::Component).collect()
}
