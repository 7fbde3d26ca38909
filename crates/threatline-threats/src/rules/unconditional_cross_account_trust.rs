//! `unconditional-cross-account-trust`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unconditional-cross-account-trust",
    title: "Anybody outside can take an identity in {}",
    guidance: "Name the principals and add the external id or subject condition.",
    page: include_str!("unconditional_cross_account_trust.md"),
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[284],
    techniques: &["T1199"],
    exploitability: 600,
    start: Start::Attacker,
    step: "reach(b) => act_as(b.members)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let known = |b: &&Boundary| b.properties.get(Property::TrustConditions).is_some();
    view.model().boundaries.iter().filter(known).map(|b| Case::boundary(b).flag(Property::TrustConditions, false)).collect()
}
