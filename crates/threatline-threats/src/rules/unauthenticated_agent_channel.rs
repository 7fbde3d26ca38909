//! `unauthenticated-agent-channel`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unauthenticated-agent-channel",
    title: "Agents on {} do not know each other",
    guidance: "Authenticate agents to each other and sign messages.",
    page: include_str!("unauthenticated_agent_channel.md"),
    stride: &[Stride::Spoofing, Stride::Tampering],
    cwe: &[306],
    techniques: &["T1210"],
    exploitability: 600,
    start: Start::Attacker,
    step: "reach(f.target) => inject(f.target)",
    grades: &[Grade::X, Grade::C],
    over: &["unauthenticated-service-call", "unsigned-message-across-trust"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, source, target): (&'m Flow, &'m Component, &'m Component)| {
        Case::flow(f)
            .is(source.roles.contains(&Role::Agent) && target.roles.contains(&Role::Agent))
            .proven("authenticated", f.authenticated, false, f.authenticated_proof.as_ref())
    };
    view.flows().map(case).collect()
}
