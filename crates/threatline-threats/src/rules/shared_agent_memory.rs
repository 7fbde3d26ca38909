//! `shared-agent-memory`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "shared-agent-memory",
    title: "{} remembers for everybody what one person said",
    guidance: "Key memory by user and tenant and expire it.",
    page: include_str!("shared_agent_memory.md"),
    stride: &[Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[488],
    techniques: &["AML.T0080"],
    exploitability: 500,
    start: Start::Attacker,
    step: "inject(c) => read(c) + write(c)",
    grades: &[Grade::P, Grade::X],
    over: &["poisonable-knowledge-base"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| Case::component(c).word(Property::MemoryScope, &["shared"]).attribute("data", at_least(2, c.data.as_ref()));
    view.components().filter(|c| c.properties.get(Property::MemoryScope).is_some()).map(case).collect()
}
