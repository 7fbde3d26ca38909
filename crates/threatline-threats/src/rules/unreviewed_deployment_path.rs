//! `unreviewed-deployment-path`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unreviewed-deployment-path",
    title: "{} deploys what anybody who may push sends",
    guidance: "Deploy from protected branches or environments only.",
    page: include_str!("unreviewed_deployment_path.md"),
    stride: &[Stride::Tampering],
    cwe: &[284],
    techniques: &["T1195.002"],
    exploitability: 400,
    start: Start::Attacker,
    step: "write(repository) => exec(f.target)",
    grades: &[Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, _, target): (&'m Flow, &'m Component, &'m Component)| Case::flow(f).flag(Property::ReviewedDeployment, false).affects([(&target.id).into()]);
    let known = |f: &Flow| f.properties.get(Property::ReviewedDeployment).is_some();
    view.flows().filter(|(f, source, _)| meets(source, &[Role::Ci]) && known(f)).map(case).collect()
}
