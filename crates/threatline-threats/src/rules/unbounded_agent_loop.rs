//! `unbounded-agent-loop`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unbounded-agent-loop",
    title: "{} may go on without end",
    guidance: "Cap steps, tokens and spend per request.",
    page: include_str!("unbounded_agent_loop.md"),
    stride: &[Stride::DenialOfService],
    cwe: &[834],
    techniques: &["AML.T0034"],
    exploitability: 400,
    start: Start::Attacker,
    step: "inject(c) => deny(c)",
    grades: &[Grade::X, Grade::C],
    over: &["no-limit-on-costly-entry-point"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let reached = |c: &Component| c.exposure == Exposure::Internet || view.ask.entry_points(&c.id).iter().any(|e| e.exposure == Exposure::Internet);
    let case = |c: &'m Component| Case::component(c).is(reached(c)).flag(Property::IterationLimit, false).flag(Property::BudgetLimit, false);
    view.components().filter(|c| c.roles.contains(&Role::Agent) && c.properties.flag(Property::IterationLimit) == Some(false)).map(case).collect()
}
