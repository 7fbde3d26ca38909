//! `data-store-exposed`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "data-store-exposed",
    title: "{} can be read by anybody",
    guidance: "Make it private and reach it through the component that owns it.",
    page: include_str!("data_store_exposed.md"),
    stride: &[Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[668],
    techniques: &["T1530"],
    exploitability: 1000,
    start: Start::Attacker,
    step: "reach(c) => read(c)",
    grades: &[Grade::X, Grade::P],
    over: &["direct-store-access-across-boundary"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| {
        let assets = c.data.as_ref().map(|classes| !classes.is_empty() && classes.iter().all(|class| class.tier() == 0));
        Case::component(c).is(is_store(c)).unless(assets).flag(Property::Public, true).affects(view.flows_into(c))
    };
    view.components().filter(|c| c.properties.get(Property::Public).is_some()).map(case).collect()
}
