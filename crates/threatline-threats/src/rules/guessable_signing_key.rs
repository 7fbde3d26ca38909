//! `guessable-signing-key`: see its page beside it.
//!
//! Nobody asks about it: an unknown key is no news.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "guessable-signing-key",
    title: "{} signs tokens with a key that can be guessed",
    guidance: "Take the key from the secret manager and refuse to start without it.",
    page: include_str!("guessable_signing_key.md"),
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[321, 1394],
    techniques: &["T1606"],
    exploitability: 900,
    start: Start::Attacker,
    step: "reach(c) => act_as(c.users)",
    grades: &[Grade::X, Grade::P],
    over: &["secret-in-repository"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| Case::component(c).flag(Property::GuessableSigningKey, true).affects(view.entries_of(c));
    view.components().filter(|c| c.properties.get(Property::GuessableSigningKey).is_some()).map(case).collect()
}
