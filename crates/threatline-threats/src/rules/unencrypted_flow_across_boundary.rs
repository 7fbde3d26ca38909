//! `unencrypted-flow-across-boundary`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unencrypted-flow-across-boundary",
    title: "{} crosses a boundary in plain text",
    guidance: "Use TLS on this connection.",
    page: include_str!("unencrypted_flow_across_boundary.md"),
    stride: &[Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[319],
    techniques: &["T1557"],
    exploitability: 1000,
    start: Start::Attacker,
    step: "on_path(f) => read(f.data) + write(f.data)",
    grades: &[Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let apart = |f: &Flow| view.crosses(f, &[Internet, ThirdParty, Account, Network, Cluster]);
    let case = |(f, ..): (&'m Flow, &'m Component, &'m Component)| {
        Case::flow(f).is(apart(f)).proven("encrypted", f.encrypted, false, f.encrypted_proof.as_ref())
    };
    view.flows().map(case).collect()
}
