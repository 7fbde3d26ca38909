//! `untrusted-code-in-privileged-pipeline`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "untrusted-code-in-privileged-pipeline",
    title: "{} runs what outsiders send, with the rights of the pipeline",
    guidance: "Split into an unprivileged build and a privileged job that never runs outsiders' code.",
    page: include_str!("untrusted_code_in_privileged_pipeline.md"),
    stride: &[Stride::ElevationOfPrivilege, Stride::Tampering, Stride::InformationDisclosure],
    cwe: &[829],
    techniques: &["T1195.002"],
    exploitability: 900,
    start: Start::Attacker,
    step: "reach(e) => exec(e.component) + cred(e.component.targets)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(e, c): (&'m EntryPoint, &'m Component)| Case::entry_point(e).is(meets(c, &[Role::Ci])).flag(Property::RunsSentCode, true).affects([(&c.id).into()]);
    view.entry_points().filter(|(e, _)| e.properties.get(Property::RunsSentCode).is_some()).map(case).collect()
}
