//! What it is worth to hold something: thousandths of the most that can be lost.

use crate::place::{At, Place, Power};
use crate::system::System;
use std::collections::BTreeSet;
use threatline_model::{DataClass, Property, Role};

const UNKNOWN: u32 = 400;
const FLOOR: u32 = 800;

/// A worth, and whether it had to be assumed. Of equals the assumed one is the smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Worth {
    pub(crate) value: u32,
    pub(crate) sure: bool,
}

impl Worth {
    fn known(value: u32) -> Self {
        Self { value, sure: true }
    }

    fn assumed(value: u32) -> Self {
        Self { value, sure: false }
    }

    fn at_least(self, floor: u32) -> Self {
        if self.value < floor { Self::assumed(floor) } else { self }
    }
}

/// The worth of every element, computed once.
pub(crate) struct Worths {
    component: Vec<Worth>,
    people: Vec<Worth>,
    flow: Vec<Worth>,
    returns: Vec<Worth>,
    parameters: Vec<Worth>,
    floor: Vec<bool>,
}

impl Worths {
    pub(crate) fn new(system: &System<'_>) -> Self {
        let flow: Vec<Worth> = (0..system.ends.len()).map(|at| of_data(system.flow(at).data.as_ref())).collect();
        let floor = system.model.components.iter().map(|c| has_floor(&c.roles)).collect();
        let returns = (0..system.home.len()).map(|at| of_names(system, at, Property::Returns, false)).collect();
        let parameters = (0..system.home.len()).map(|at| parameters(system, at)).collect();
        let mut worths = Self { component: Vec::new(), people: Vec::new(), flow, returns, parameters, floor };
        worths.component = (0..system.net.len()).map(|at| worths.of_component(system, at)).collect();
        worths.people = (0..system.net.len()).map(|at| worths.of_people(system, at)).collect();
        worths
    }

    fn of_component(&self, system: &System<'_>, at: usize) -> Worth {
        let component = system.component(at);
        if let Some(value) = component.value {
            return Worth::known(u32::from(value.min(1000)));
        }
        let worth = match (&component.data, system.external(at)) {
            (None, true) => self.seen_by(system, at),
            (data, _) => of_data(data.as_ref()),
        };
        if self.floor[at] { worth.at_least(FLOOR) } else { worth }
    }

    /// What an external party learns from its flows, where nothing else is known of it.
    fn seen_by(&self, system: &System<'_>, at: usize) -> Worth {
        let flows = || system.incoming[at].iter().chain(&system.outgoing[at]);
        let unknown = flows().any(|flow| system.flow(*flow).data.is_none());
        flows().map(|flow| self.flow[*flow]).max().filter(|_| !unknown).unwrap_or(Worth::assumed(UNKNOWN))
    }

    fn of_people(&self, system: &System<'_>, at: usize) -> Worth {
        let entries = system.entries[at].iter().flat_map(|entry| [self.returns[*entry], self.parameters[*entry]]);
        entries.chain([self.component[at]]).max().unwrap_or_default()
    }

    /// What holding it is worth, and whose loss that is. Footholds are worth nothing here.
    pub(crate) fn stake(&self, system: &System<'_>, at: At) -> (Worth, Option<usize>) {
        match (at.power, at.place) {
            (Power::Read, Place::Entry(e)) => (self.returns[e], Some(system.home[e])),
            (Power::Write, Place::Entry(e)) => (self.parameters[e], Some(system.home[e])),
            (Power::Read | Power::Write, Place::Flow(f)) => {
                let (source, target) = system.ends[f];
                (self.flow[f], Some(if system.external(target) { source } else { target }))
            }
            (Power::Read | Power::Write | Power::ActAs | Power::Cred, Place::Component(c)) => (self.component[c], Some(c)),
            (Power::ActAs | Power::Cred, Place::Users(c)) => (self.people[c], Some(c)),
            (Power::ActAs | Power::Cred, Place::Admins(c)) => (self.component[c].max(Worth::assumed(FLOOR)), Some(c)),
            (Power::Exec | Power::Control, Place::Component(c)) => {
                let free = system.component(c).value.is_none() && !system.store(c);
                (if free { self.component[c].at_least(FLOOR) } else { self.component[c] }, Some(c))
            }
            (Power::Exec | Power::Control, Place::Boundary(_)) => (Worth::assumed(FLOOR), None),
            (Power::Deny, Place::Component(c)) => (self.of_outage(system, c), Some(c)),
            _ => (Worth { value: 0, sure: true }, None),
        }
    }

    fn of_outage(&self, system: &System<'_>, at: usize) -> Worth {
        match system.component(at).value {
            Some(value) => Worth::known(u32::from(value.min(1000))),
            None => Worth::assumed(if self.floor[at] { FLOOR } else { UNKNOWN }),
        }
    }

    /// The worth of an element itself, for harm that needs no attacker.
    pub(crate) fn of_element(&self, place: Option<Place>) -> Worth {
        match place {
            Some(Place::Entry(e)) => self.returns[e].max(self.parameters[e]),
            Some(Place::Flow(f)) => self.flow[f],
            Some(Place::Component(c)) => self.component[c],
            _ => Worth::assumed(UNKNOWN),
        }
    }
}

fn has_floor(roles: &BTreeSet<Role>) -> bool {
    [Role::AuthServer, Role::SecretsManager, Role::Ci, Role::Gateway].iter().any(|role| roles.contains(role))
}

fn tier_value(tier: u8) -> u32 {
    match tier {
        0 => 50,
        1 => 250,
        2 => 600,
        _ => 900,
    }
}

fn of_data(data: Option<&BTreeSet<DataClass>>) -> Worth {
    match data {
        None => Worth::assumed(UNKNOWN),
        Some(classes) => Worth::known(classes.iter().map(|class| tier_value(class.tier())).max().unwrap_or(tier_value(0))),
    }
}

/// Classes named in a property of an entry point. A name that is no class counts as internal.
fn of_names(system: &System<'_>, entry: usize, property: Property, but_own_secrets: bool) -> Worth {
    let Some(names) = system.entry(entry).properties.get(property).and_then(|value| value.as_list()) else {
        return Worth::assumed(UNKNOWN);
    };
    let own = |name: &&String| but_own_secrets && matches!(name.as_str(), "password" | "credential" | "token");
    let tier = |name: &String| DataClass::from_name(name).map_or(1, DataClass::tier);
    Worth::known(names.iter().filter(|name| !own(name)).map(|name| tier_value(tier(name))).max().unwrap_or(tier_value(0)))
}

/// What a caller can change through an entry point; its own password is its own affair.
fn parameters(system: &System<'_>, entry: usize) -> Worth {
    if system.entry(entry).properties.flag(Property::StateChanging) != Some(true) {
        return Worth::known(0);
    }
    of_names(system, entry, Property::Takes, true)
}
