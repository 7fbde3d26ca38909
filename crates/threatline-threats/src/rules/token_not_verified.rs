//! `token-not-verified`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "token-not-verified",
    title: "{} reads tokens without verifying their signature",
    guidance: "Verify signature, issuer, audience and expiry with the issuer's keys.",
    page: include_str!("token_not_verified.md"),
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[347],
    techniques: &["T1550.001"],
    exploitability: 1000,
    start: Start::Attacker,
    step: "reach(c) => act_as(c.users)",
    grades: &[Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| Case::component(c).is(c.properties.get(Property::TokenValidation).is_some()).word(Property::TokenValidation, &["none", "decode_only"]).affects(view.entries_of(c));
    view.components().map(case).collect()
}
