//! `privilege-escalation-grant`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "privilege-escalation-grant",
    title: "The identity of {} can give itself more rights",
    guidance: "Remove the primitive or limit it to named roles.",
    page: include_str!("privilege_escalation_grant.md"),
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[269],
    techniques: &["T1098"],
    exploitability: 600,
    start: Start::Attacker,
    step: "act_as(c) => control(c.platform)",
    grades: &[Grade::P],
    over: &["over-privileged-identity"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    const PRIMITIVES: &[&str] = &["pass_role", "attach_policy", "create_key", "bind", "escalate", "impersonate", "sign_certificates", "edit_admission"];
    let known = |c: &&Component| c.properties.get(Property::IdentityGrants).is_some();
    view.components().filter(known).map(|c| Case::component(c).listed(Property::IdentityGrants, PRIMITIVES)).collect()
}
