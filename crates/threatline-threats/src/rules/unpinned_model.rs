//! `unpinned-model`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unpinned-model",
    title: "{} loads a model that its publisher can exchange",
    guidance: "Pin the revision and load data-only formats.",
    page: include_str!("unpinned_model.md"),
    stride: &[Stride::Tampering],
    cwe: &[494],
    techniques: &["AML.T0010"],
    exploitability: 400,
    start: Start::Attacker,
    step: "control(publisher) => exec(c)",
    grades: &[Grade::P],
    over: &["mutable-build-dependency"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let known = |c: &&Component| c.properties.get(Property::UnpinnedModel).is_some();
    view.components().filter(known).map(|c| Case::component(c).flag(Property::UnpinnedModel, true)).collect()
}
