//! `code-or-template-from-input`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "code-or-template-from-input",
    title: "{} runs code or templates that its callers write",
    guidance: "Never compile input; pass it as data.",
    page: include_str!("code_or_template_from_input.md"),
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[94, 1336],
    techniques: &["T1059"],
    exploitability: 1000,
    start: Start::Attacker,
    step: "inject(c) => exec(c)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    Case::of_programs(view, Property::CodeFromInput)
}
