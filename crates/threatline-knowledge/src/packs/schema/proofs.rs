//! Who may: what guards, verifies and turns away.

use super::*;

/// What standing on a route's chain does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum Effect {
    Authenticates,
    Authorizes,
    Optional,
    Exempts,
    RateLimits,
    VerifiesSignature,
    Harmless,
    Contained,
}

/// A guard known by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct GuardRule {
    pub names: Vec<String>,
    pub effect: Effect,
    #[serde(default)]
    pub call: bool,
    /// On a method it stands in place of its class's.
    #[serde(default)]
    pub replaces: bool,
    /// It is meant of annotated routes of these packs only.
    #[serde(default)]
    pub routes_of: Vec<String>,
    /// `contained`: the arguments that are the guards.
    #[serde(default)]
    pub of: Option<Selectors>,
    /// `contained`: a constant of the program that holds the guards…
    #[serde(default)]
    pub setting: Option<String>,
    /// … unless one of these stands on the way, too.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Only these methods come through.
    #[serde(default)]
    pub methods: Vec<String>,
    #[serde(default)]
    pub methods_from: Option<Selectors>,
    /// Requests that only read are let through.
    #[serde(default)]
    pub reads_pass: bool,
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Members that must be spoken of somewhere, else it is not known whether it guards…
    #[serde(default)]
    pub mapped_by: Vec<String>,
    /// … and members that, spoken of anywhere, leave that open.
    #[serde(default)]
    pub clouded_by: Vec<String>,
}

/// Calls that fail unless a credential is valid.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct VerifyRule {
    pub names: Vec<String>,
    /// It gives an error back instead of throwing.
    #[serde(default)]
    pub returns_error: bool,
    /// A guard that calls it checks who asks; a handler that calls it logs somebody in.
    #[serde(default)]
    pub only_guards: bool,
    /// It fails as well for who is known and may not.
    #[serde(default)]
    pub authorizes: bool,
    #[serde(default)]
    pub when: Vec<Condition>,
}

/// Calls that turn a request away.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct RejectRule {
    pub names: Vec<String>,
    #[serde(default)]
    pub status: Option<Selectors>,
    #[serde(default)]
    pub code: Option<u16>,
    /// It ends a guard only; a handler answers so, too.
    #[serde(default)]
    pub only_guards: bool,
    /// Only where an error was caught.
    #[serde(default)]
    pub caught: bool,
    /// The argument whose outcome decides whether it turns anybody away: `abort_if($locked, 403)`.
    #[serde(default)]
    pub condition: Option<usize>,
}
