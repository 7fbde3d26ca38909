//! `agent-action-without-approval`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "agent-action-without-approval",
    title: "{} acts without asking anybody",
    guidance: "Ask a person, or cap the effect, for irreversible tools.",
    page: include_str!("agent_action_without_approval.md"),
    stride: &[Stride::ElevationOfPrivilege, Stride::Tampering],
    cwe: &[285],
    techniques: &["AML.T0053"],
    exploitability: 600,
    start: Start::Attacker,
    step: "inject(c) => act_as(c) + write(c.targets)",
    grades: &[Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| Case::component(c).flag(Property::HumanApproval, false).listed(Property::ToolEffects, &["write", "delete", "spend", "message", "deploy"]);
    view.components().filter(|c| c.properties.flag(Property::HumanApproval) == Some(false)).map(case).collect()
}
