//! `peer-not-verified`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "peer-not-verified",
    title: "{} is encrypted to whoever answers",
    guidance: "Verify the certificate; add the private authority to the trust store.",
    page: include_str!("peer_not_verified.md"),
    stride: &[Stride::Spoofing, Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[295],
    techniques: &["T1557"],
    exploitability: 600,
    start: Start::Attacker,
    step: "on_path(f) => read(f.data) + write(f.data)",
    grades: &[Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, ..): (&'m Flow, &'m Component, &'m Component)| Case::flow(f).attribute("encrypted", f.encrypted).flag(Property::VerifiesPeer, false);
    view.flows().filter(|(f, ..)| f.properties.flag(Property::VerifiesPeer) == Some(false)).map(case).collect()
}
