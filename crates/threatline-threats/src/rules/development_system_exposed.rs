//! `development-system-exposed`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "development-system-exposed",
    title: "{}, where software is made, is open to the internet",
    guidance: "Put it behind the access proxy.",
    page: include_str!("development_system_exposed.md"),
    stride: &[Stride::Tampering, Stride::InformationDisclosure],
    cwe: &[912],
    techniques: &["T1133"],
    exploitability: 600,
    start: Start::Attacker,
    step: "reach(c) => inject(c)",
    grades: &[Grade::P],
    over: &["unauthenticated-admin-interface"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    const PRODUCTS: &[&str] = &["jenkins", "gitea", "gogs", "nexus", "artifactory", "harbor", "argocd", "sonarqube", "registry", "gitlab", "teamcity", "drone"];
    let case = |c: &'m Component| {
        Case::component(c)
            .is(c.kind != ComponentKind::ExternalEntity && c.exposure == Exposure::Internet)
            .unless(c.properties.flag(Property::AuthenticatesClients))
            .read("exposure", "internet")
            .present()
    };
    let made_here = |c: &&Component| PRODUCTS.iter().any(|product| c.technologies.contains(*product));
    view.components().filter(made_here).map(case).collect()
}
