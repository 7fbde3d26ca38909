//! `unauthenticated-backing-service`: see its page beside it.
//!
//! Replaces what is said of single flows into the service.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unauthenticated-backing-service",
    title: "{} lets in anybody without a credential",
    guidance: "Turn on authentication for the service and give each client its own credential.",
    page: include_str!("unauthenticated_backing_service.md"),
    stride: &[Stride::Spoofing, Stride::Tampering, Stride::InformationDisclosure],
    cwe: &[306],
    techniques: &["T1210"],
    exploitability: 900,
    start: Start::Attacker,
    step: "reach(c) => read(c) + write(c)",
    grades: &[Grade::X, Grade::C],
    over: &["unauthenticated-service-call"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    use Role::*;
    let roles = [MessageBroker, Queue, Cache, SearchEngine, Database, ObjectStore, ServiceDiscovery, ConfigurationServer, Llm];
    let case = |c: &'m Component| {
        Case::component(c)
            .is(c.kind == ComponentKind::DataStore || meets(c, &roles))
            .is(c.kind != ComponentKind::ExternalEntity)
            .is(c.exposure != Exposure::Local)
            .flag(Property::AnonymousAccess, true)
            .affects(view.flows_into(c))
    };
    view.components().map(case).collect()
}
