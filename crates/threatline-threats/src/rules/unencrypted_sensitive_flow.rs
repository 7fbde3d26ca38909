//! `unencrypted-sensitive-flow`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unencrypted-sensitive-flow",
    title: "{} carries what must be kept in plain text",
    guidance: "Turn on TLS or the mesh for this pair.",
    page: include_str!("unencrypted_sensitive_flow.md"),
    stride: &[Stride::InformationDisclosure],
    cwe: &[319],
    techniques: &["T1040"],
    exploitability: 1000,
    start: Start::Attacker,
    step: "on_path(f) => read(f.data)",
    grades: &[Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, source, target): (&'m Flow, &'m Component, &'m Component)| {
        let within = !view.crosses(f, &[Internet, ThirdParty, Account, Network, Cluster]);
        let place = |c: &Component| view.innermost(c, &[Host, Container, BoundaryKind::Process]).map(|b| &b.id);
        let together = place(source).is_some() && place(source) == place(target);
        Case::flow(f)
            .is(within && !together && f.encrypted == Some(false) && at_least(3, f.data.as_ref()) == Some(true))
            .read("data", words(f.data.as_ref()))
            .proven("encrypted", f.encrypted, false, f.encrypted_proof.as_ref())
    };
    view.flows().map(case).collect()
}
