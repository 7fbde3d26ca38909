//! `shared-credential`: see its page beside it.
//!
//! Told where the less protected of the users takes it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "shared-credential",
    title: "{} uses a credential that another component uses too",
    guidance: "Give each component its own identity and rights.",
    page: include_str!("shared_credential.md"),
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege, Stride::Repudiation],
    cwe: &[653],
    techniques: &["T1078"],
    exploitability: 500,
    start: Start::Attacker,
    step: "control(f.source) => act_as(f.peers)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let mut users: BTreeMap<(&ComponentId, &str), Vec<(&'m Flow, &'m Component)>> = BTreeMap::new();
    for (f, source, _) in view.flows() {
        if let Some(name) = f.properties.text(Property::CredentialName) {
            users.entry((&f.target, name)).or_default().push((f, source));
        }
    }
    let mut cases = Vec::new();
    for ((_, name), users) in users {
        for (f, source) in &users {
            let peers: Vec<&Component> = users.iter().map(|(_, other)| *other).filter(|other| other.id != source.id && is_better_kept(source, other)).collect();
            let mut case = Case::flow(f).is(!peers.is_empty()).read("credential_name", name).by(f.properties.proofs.get(&Property::CredentialName));
            case.peers = peers.iter().map(|peer| peer.id.clone()).collect();
            cases.push(case.affects(peers.iter().map(|peer| (&peer.id).into())));
        }
    }
    cases
}

/// The other component is further from the internet or holds more.
fn is_better_kept(this: &Component, other: &Component) -> bool {
    let nearer = this.exposure == Exposure::Internet && other.exposure == Exposure::Internal;
    nearer || tier(this.data.as_ref()).zip(tier(other.data.as_ref())).is_some_and(|(this, other)| this < other && other >= 2)
}
