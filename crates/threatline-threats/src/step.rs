//! The closed language of capabilities and steps: what an attacker must hold, and what a weakness
//! yields.

mod text;

pub use text::{NotAStep, Sort};

use serde::{Deserialize, Serialize};

/// A rule's edge in the attack graph; empty for `none`. Clauses are alternatives of which those apply
/// whose variable fits the element's kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Step {
    /// `needs => gains`, in the order of the catalogue.
    pub clauses: Vec<Clause>,
}

/// One `needs => gains`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Clause {
    /// All must be held; the weakest counts.
    pub needs: Vec<Capability>,
    /// All are yielded.
    pub gains: Vec<Capability>,
}

/// `name(term)`
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Capability {
    /// Which of the closed list.
    pub power: Power,
    /// Of what.
    pub of: Term,
}

/// What an attacker can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the catalogue's own words")]
pub enum Power {
    Reach,
    Inside,
    Call,
    ActAs,
    Cred,
    Inject,
    OnPath,
    Lure,
    Exec,
    Control,
    Read,
    Write,
    Deny,
}

/// `variable *( "." selector )` or a constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the catalogue's own words")]
pub enum Term {
    Internet,
    Repository,
    Registry,
    Publisher,
    Of(Variable, Vec<Selector>),
}

/// The kind of element a term begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the catalogue's own words")]
pub enum Variable {
    Component,
    EntryPoint,
    Flow,
    Boundary,
}

/// A way from one thing to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the catalogue's own words")]
pub enum Selector {
    Component,
    Returns,
    Parameters,
    Source,
    Target,
    Data,
    Peers,
    Users,
    Admins,
    Targets,
    Callers,
    Readers,
    Writers,
    Neighbours,
    Boundary,
    Host,
    Platform,
    Grants,
    Secrets,
    Logs,
    Disk,
    Members,
}

macro_rules! named {
    ($name:ident { $($variant:ident $word:literal),* $(,)? }) => {
        impl $name {
            /// Every word of the list.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// The word of the catalogue.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            /// What that word means.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.name() == name)
            }
        }
    };
}

named!(Power {
    Reach "reach", Inside "inside", Call "call", ActAs "act_as", Cred "cred", Inject "inject", OnPath "on_path",
    Lure "lure", Exec "exec", Control "control", Read "read", Write "write", Deny "deny",
});

named!(Selector {
    Component "component", Returns "returns", Parameters "parameters", Source "source", Target "target", Data "data",
    Peers "peers", Users "users", Admins "admins", Targets "targets", Callers "callers", Readers "readers",
    Writers "writers", Neighbours "neighbours", Boundary "boundary", Host "host", Platform "platform", Grants "grants",
    Secrets "secrets", Logs "logs", Disk "disk", Members "members",
});

named!(Variable { Component "c", EntryPoint "e", Flow "f", Boundary "b" });
