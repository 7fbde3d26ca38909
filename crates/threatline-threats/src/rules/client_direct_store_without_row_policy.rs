//! `client-direct-store-without-row-policy`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "client-direct-store-without-row-policy",
    title: "Clients address {} themselves and no policy limits the rows they get",
    guidance: "Enable row policies for each exposed table and write them from the caller's identity.",
    page: include_str!("client_direct_store_without_row_policy.md"),
    stride: &[Stride::InformationDisclosure, Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[862, 284],
    techniques: &["T1190", "T1530"],
    exploitability: 1000,
    start: Start::Attacker,
    step: "reach(c) => read(c) + write(c)",
    grades: &[Grade::X, Grade::C],
    over: &["data-store-exposed", "missing-object-authorization"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| {
        Case::component(c)
            .is(is_store(c) && at_least(1, c.data.as_ref()) != Some(false))
            .flag(Property::ClientDirect, true)
            .flag(Property::RowPolicy, false)
    };
    view.components().filter(|c| c.properties.flag(Property::ClientDirect) == Some(true)).map(case).collect()
}
