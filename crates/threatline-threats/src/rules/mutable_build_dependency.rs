//! `mutable-build-dependency`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "mutable-build-dependency",
    title: "{} is built from what others can exchange",
    guidance: "Pin by digest and update by a bot.",
    page: include_str!("mutable_build_dependency.md"),
    stride: &[Stride::Tampering],
    cwe: &[829, 494],
    techniques: &["T1195.001"],
    exploitability: 400,
    start: Start::Attacker,
    step: "control(publisher) => exec(c) | control(publisher) => exec(f.source)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| {
        let worthy = meets(c, &[Role::Ci]) || c.exposure == Exposure::Internet || at_least(3, c.data.as_ref()) == Some(true);
        Case::component(c).is(worthy).flag(Property::MutableImage, true)
    };
    view.components().filter(|c| c.properties.get(Property::MutableImage).is_some()).map(case).collect()
}
