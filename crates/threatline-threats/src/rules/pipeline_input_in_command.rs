//! `pipeline-input-in-command`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "pipeline-input-in-command",
    title: "{} puts the words of outsiders into a script",
    guidance: "Pass it by environment variable and quote it.",
    page: include_str!("pipeline_input_in_command.md"),
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[77],
    techniques: &["T1059"],
    exploitability: 900,
    start: Start::Attacker,
    step: "reach(e) => exec(e.component)",
    grades: &[Grade::P],
    over: &["untrusted-code-in-privileged-pipeline"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(e, c): (&'m EntryPoint, &'m Component)| Case::entry_point(e).is(meets(c, &[Role::Ci])).flag(Property::CommandFromInput, true).affects([(&c.id).into()]);
    view.entry_points().filter(|(e, _)| e.properties.get(Property::CommandFromInput).is_some()).map(case).collect()
}
