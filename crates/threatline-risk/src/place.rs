//! Positions in the attack graph: a power over a place, as one number.
//!
//! Numbers are dense, so that the search keeps its state in plain vectors, and they are ordered as
//! the written forms are (`act_as(…)` before `call(…)`, then by id), so that ties break by id.

use crate::system::System;

/// What an attacker holds. Beside the catalogue's powers: `Near` is `reach` gained from inside, `Open`
/// is a credential together with a way to where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Power {
    ActAs,
    Call,
    Control,
    Cred,
    Deny,
    Exec,
    Inject,
    Inside,
    Lure,
    Near,
    OnPath,
    Open,
    Reach,
    Read,
    Write,
}

const POWERS: [(Power, &str); 15] = [
    (Power::ActAs, "act_as"),
    (Power::Call, "call"),
    (Power::Control, "control"),
    (Power::Cred, "cred"),
    (Power::Deny, "deny"),
    (Power::Exec, "exec"),
    (Power::Inject, "inject"),
    (Power::Inside, "inside"),
    (Power::Lure, "lure"),
    (Power::Near, "reach"),
    (Power::OnPath, "on_path"),
    (Power::Open, "open"),
    (Power::Reach, "reach"),
    (Power::Read, "read"),
    (Power::Write, "write"),
];

/// Of what. `Taken` is any one of a boundary's members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Admins(usize),
    Boundary(usize),
    Component(usize),
    Disk(usize),
    Entry(usize),
    Flow(usize),
    Internet,
    Logs(usize),
    Publisher,
    Registry,
    Repository,
    Taken(usize),
    Users(usize),
}

/// A position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) power: Power,
    pub(crate) place: Place,
}

/// How positions and numbers correspond in one system.
pub(crate) struct Numbers {
    /// Where each kind of place begins, in the order of [`Place`], and the end.
    begins: [usize; 14],
}

impl Numbers {
    pub(crate) fn new(system: &System<'_>) -> Self {
        let (c, e, f, b) = (system.net.len(), system.home.len(), system.ends.len(), system.boundaries.len());
        let sizes = [c, b, c, c, e, f, 1, c, 1, 1, 1, b, c];
        let mut begins = [0; 14];
        for (at, size) in sizes.into_iter().enumerate() {
            begins[at + 1] = begins[at] + size;
        }
        Self { begins }
    }

    /// Positions have smaller numbers than this; joints of several needs come behind.
    pub(crate) fn end(&self) -> usize {
        POWERS.len() * self.begins[13]
    }

    pub(crate) fn of(&self, power: Power, place: Place) -> u32 {
        let (kind, at) = match place {
            Place::Admins(at) => (0, at),
            Place::Boundary(at) => (1, at),
            Place::Component(at) => (2, at),
            Place::Disk(at) => (3, at),
            Place::Entry(at) => (4, at),
            Place::Flow(at) => (5, at),
            Place::Internet => (6, 0),
            Place::Logs(at) => (7, at),
            Place::Publisher => (8, 0),
            Place::Registry => (9, 0),
            Place::Repository => (10, 0),
            Place::Taken(at) => (11, at),
            Place::Users(at) => (12, at),
        };
        (power as usize * self.begins[13] + self.begins[kind] + at) as u32
    }

    /// The position of that number; none for a joint.
    pub(crate) fn at(&self, number: u32) -> Option<At> {
        let number = number as usize;
        let (power, _) = *POWERS.get(number / self.begins[13].max(1))?;
        let rest = number % self.begins[13];
        let kind = (0..13).rfind(|kind| self.begins[*kind] <= rest)?;
        let at = rest - self.begins[kind];
        let place = match kind {
            0 => Place::Admins(at),
            1 => Place::Boundary(at),
            2 => Place::Component(at),
            3 => Place::Disk(at),
            4 => Place::Entry(at),
            5 => Place::Flow(at),
            6 => Place::Internet,
            7 => Place::Logs(at),
            8 => Place::Publisher,
            9 => Place::Registry,
            10 => Place::Repository,
            11 => Place::Taken(at),
            _ => Place::Users(at),
        };
        Some(At { power, place })
    }
}

impl At {
    /// As it is printed: `read(cmp:ledger)`, `act_as(users@cmp:web)`.
    pub(crate) fn text(self, system: &System<'_>) -> String {
        let name = POWERS.iter().find(|(power, _)| *power == self.power).map_or("", |(_, name)| name);
        let component = |at: usize| system.component(at).id.as_str();
        let place = match self.place {
            Place::Admins(c) => format!("admins@{}", component(c)),
            Place::Boundary(b) => system.boundaries[b].name.clone(),
            Place::Component(c) => component(c).to_owned(),
            Place::Disk(c) => format!("disk@{}", component(c)),
            Place::Entry(e) => system.entry(e).id.to_string(),
            Place::Flow(f) => system.flow(f).id.to_string(),
            Place::Internet => "internet".to_owned(),
            Place::Logs(c) => format!("logs@{}", component(c)),
            Place::Publisher => "publisher".to_owned(),
            Place::Registry => "registry".to_owned(),
            Place::Repository => "repository".to_owned(),
            Place::Taken(b) => format!("members of {}", system.boundaries[b].name),
            Place::Users(c) => format!("users@{}", component(c)),
        };
        format!("{name}({place})")
    }
}
