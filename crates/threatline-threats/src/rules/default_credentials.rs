//! `default-credentials`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "default-credentials",
    title: "{} runs with the credentials that its product documents",
    guidance: "Generate the credential at deployment and store it in the secret manager.",
    page: include_str!("default_credentials.md"),
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[1392],
    techniques: &["T1078.001"],
    exploitability: 1000,
    start: Start::Attacker,
    step: "reach(c) => act_as(c.admins)",
    grades: &[Grade::X],
    over: &["secret-in-repository"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| Case::component(c).is(c.exposure != Exposure::Local).flag(Property::DefaultCredentials, true);
    view.components().filter(|c| c.properties.get(Property::DefaultCredentials).is_some()).map(case).collect()
}
