//! `untrusted-deserialization`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "untrusted-deserialization",
    title: "{} rebuilds objects from what its callers send",
    guidance: "Use a data-only format with a fixed schema.",
    page: include_str!("untrusted_deserialization.md"),
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[502],
    techniques: &["T1190"],
    exploitability: 900,
    start: Start::Attacker,
    step: "inject(c) => exec(c)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    Case::of_programs(view, Property::Deserializes)
}
