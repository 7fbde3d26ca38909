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
    let mut public: BTreeMap<&BoundaryId, Vec<&Component>> = BTreeMap::new();
    for c in view.components().filter(|c| c.exposure == Exposure::Internet) {
        if let Some(net) = view.innermost(c, &[Network, Namespace]) {
            public.entry(&net.id).or_default().push(c);
        }
    }
    let mut cases = Vec::new();
    for c in view.components().filter(|c| c.kind != ComponentKind::ExternalEntity && is_worth_keeping(c)) {
        let Some(net) = view.innermost(c, &[Network, Namespace]) else { continue };
        let joined: BTreeSet<&ComponentId> =
            view.ask.incoming(&c.id).iter().map(|f| &f.source).chain(view.ask.outgoing(&c.id).iter().map(|f| &f.target)).collect();
        let beside = public.get(&net.id).into_iter().flatten();
        if beside.into_iter().any(|other| other.id != c.id && !joined.contains(&other.id)) {
            let (deny, proofs) = (net.properties.flag(Property::DefaultDeny), &net.properties.proofs);
            cases.push(
                Case::component(c)
                    .attribute_of(&net.id, "default_deny", deny.map(|deny| !deny))
                    .read("default_deny", false)
                    .by(proofs.get(&Property::DefaultDeny)),
            );
        }
    }
    cases
}

fn is_worth_keeping(c: &Component) -> bool {
    (is_store(c) && at_least(3, c.data.as_ref()) == Some(true)) || meets(c, &[Role::SecretsManager, Role::AuthServer])
}
