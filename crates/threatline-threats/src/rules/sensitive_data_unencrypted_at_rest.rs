//! `sensitive-data-unencrypted-at-rest`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "sensitive-data-unencrypted-at-rest",
    title: "{} keeps its data in plain text on disk",
    guidance: "Turn on encryption at rest with a managed key.",
    page: include_str!("sensitive_data_unencrypted_at_rest.md"),
    stride: &[Stride::InformationDisclosure],
    cwe: &[311],
    techniques: &["T1005"],
    exploitability: 300,
    start: Start::Attacker,
    step: "read(c.disk) => read(c)",
    grades: &[Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| Case::component(c).is(is_store(c)).flag(Property::EncryptedAtRest, false).attribute("data", at_least(2, c.data.as_ref()));
    view.components().filter(|c| c.properties.get(Property::EncryptedAtRest).is_some()).map(case).collect()
}
