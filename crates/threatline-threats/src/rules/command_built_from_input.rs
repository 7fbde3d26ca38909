//! `command-built-from-input`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "command-built-from-input",
    title: "{} starts programs with words from its callers",
    guidance: "Avoid the shell; pass fixed arguments.",
    page: include_str!("command_built_from_input.md"),
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[78],
    techniques: &["T1059"],
    exploitability: 1000,
    start: Start::Attacker,
    step: "inject(c) => exec(c)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    Case::of_programs(view, Property::CommandFromInput)
}
