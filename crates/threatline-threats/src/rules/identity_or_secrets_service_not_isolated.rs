//! `identity-or-secrets-service-not-isolated`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "identity-or-secrets-service-not-isolated",
    title: "{} shares its runtime with other components",
    guidance: "Run it in its own boundary with its own store.",
    page: include_str!("identity_or_secrets_service_not_isolated.md"),
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[653],
    techniques: &["T1552"],
    exploitability: 400,
    start: Start::Attacker,
    step: "control(c.neighbours) => read(c)",
    grades: &[Grade::P],
    over: &["missing-network-segmentation"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let mut cases = Vec::new();
    for c in view.components().filter(|c| meets(c, &[Role::AuthServer, Role::SecretsManager, Role::ServiceDiscovery])) {
        let Some(place) = view.innermost(c, &[Host, Container, BoundaryKind::Process]) else { continue };
        let own = |other: &Component| is_store(other) && view.ask.incoming(&other.id).iter().all(|f| f.source == c.id);
        let beside = |other: &&Component| other.id != c.id && view.ask.around(&other.id).iter().any(|b| b.id == place.id) && !own(other) && other.roles != c.roles;
        let neighbours: Vec<&Component> = view.components().filter(beside).collect();
        cases.push(Case::component(c).is(!neighbours.is_empty()).read("boundary", &place.id).present().affects(neighbours.iter().map(|n| (&n.id).into())));
    }
    cases
}
