//! `over-privileged-identity`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "over-privileged-identity",
    title: "The identity of {} may do everything",
    guidance: "Grant the actions on the resources that its flows use, which the model lists.",
    page: include_str!("over_privileged_identity.md"),
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[250, 269],
    techniques: &["T1078.004"],
    exploitability: 600,
    start: Start::Attacker,
    step: "act_as(c) => control(c.grants)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let known = |c: &&Component| c.properties.get(Property::IdentityGrants).is_some();
    view.components().filter(known).map(|c| Case::component(c).listed(Property::IdentityGrants, &["wildcard_admin"])).collect()
}
