//! `standing-production-access-in-ci`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "standing-production-access-in-ci",
    title: "{} deploys with a credential that never expires",
    guidance: "Deploy by pull, or use a federated identity with the deploy rights only.",
    page: include_str!("standing_production_access_in_ci.md"),
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[250],
    techniques: &["T1072"],
    exploitability: 500,
    start: Start::Attacker,
    step: "control(f.source) => control(f.target)",
    grades: &[Grade::P],
    over: &["long-lived-cloud-key", "over-privileged-identity"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, _, target): (&'m Flow, &'m Component, &'m Component)| {
        Case::flow(f).word(Property::Credential, &["static_key"]).listed(Property::Operations, &["deploy"]).affects([(&target.id).into()])
    };
    // what a pipeline publishes or only reads is no access to production
    let deploys = |f: &Flow| f.properties.get(Property::Operations).is_some();
    view.flows().filter(|(f, source, _)| meets(source, &[Role::Ci]) && deploys(f)).map(case).collect()
}
