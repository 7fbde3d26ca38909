//! `missing-network-segmentation`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "missing-network-segmentation",
    title: "Nothing separates {} from what the internet reaches beside it",
    guidance: "Deny by default in the boundary and allow the flows that the model lists.",
    page: include_str!("missing_network_segmentation.md"),
    stride: &[Stride::ElevationOfPrivilege, Stride::InformationDisclosure],
    cwe: &[653],
    techniques: &["T1210"],
    exploitability: 400,
    start: Start::Attacker,
    step: "inside(c.boundary) => reach(c)",
    grades: &[Grade::C],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let mut cases = Vec::new();
    for c in view.components().filter(|c| c.kind != ComponentKind::ExternalEntity) {
        let Some(net) = view.innermost(c, &[Network, Namespace]) else { continue };
        let worthy = (is_store(c) && at_least(3, c.data.as_ref()) == Some(true)) || meets(c, &[Role::SecretsManager, Role::AuthServer]);
        let joined = |other: &Component| view.ask.incoming(&c.id).iter().any(|f| f.source == other.id) || view.ask.outgoing(&c.id).iter().any(|f| f.target == other.id);
        let beside = |other: &&Component| other.id != c.id && other.exposure == Exposure::Internet && view.innermost(other, &[Network, Namespace]).is_some_and(|b| b.id == net.id);
        if worthy && view.components().filter(beside).any(|other| !joined(other)) {
            let (deny, proofs) = (net.properties.flag(Property::DefaultDeny), &net.properties.proofs);
            cases.push(Case::component(c).attribute_of(&net.id, "default_deny", deny.map(|deny| !deny)).read("default_deny", false).by(proofs.get(&Property::DefaultDeny)));
        }
    }
    cases
}
