//! `data-store-reachable-from-internet`: see its page beside it.
//!
//! Unknown exposure is not asked about here: the same question stands with what the store holds.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "data-store-reachable-from-internet",
    title: "{} can be reached from the internet",
    guidance: "Give it a private address and reach it through the component that owns it.",
    page: include_str!("data_store_reachable_from_internet.md"),
    stride: &[Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[668, 1327],
    techniques: &["T1133"],
    exploitability: 400,
    start: Start::Attacker,
    step: "reach(c) => read(c) + write(c)",
    grades: &[Grade::X, Grade::P],
    over: &["direct-store-access-across-boundary"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| {
        Case::component(c)
            .is(c.kind == ComponentKind::DataStore && c.exposure == Exposure::Internet)
            .unless(c.properties.flag(Property::Public))
            .unless(c.properties.flag(Property::ClientDirect))
            .is(!c.roles.contains(&Role::ObjectStore))
            .read("exposure", "internet")
            .present()
            .affects(view.flows_into(c))
    };
    view.components().map(case).collect()
}
