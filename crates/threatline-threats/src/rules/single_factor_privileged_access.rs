//! `single-factor-privileged-access`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "single-factor-privileged-access",
    title: "Administrators of {} sign in with one factor",
    guidance: "Require a phishing-resistant second factor for administrators.",
    page: include_str!("single_factor_privileged_access.md"),
    stride: &[Stride::Spoofing],
    cwe: &[308],
    techniques: &["T1078"],
    exploitability: 500,
    start: Start::Attacker,
    step: "lure(c.admins) => act_as(c.admins)",
    grades: &[Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let privileged = |c: &Component| c.roles.contains(&Role::AuthServer) || c.properties.flag(Property::AdminInterface) == Some(true);
    let known = |c: &&Component| c.properties.get(Property::Mfa).is_some();
    view.components().filter(known).map(|c| Case::component(c).is(privileged(c)).flag(Property::Mfa, false)).collect()
}
