//! `cors-any-origin-with-credentials`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "cors-any-origin-with-credentials",
    title: "{} lets any website act for its signed-in visitors",
    guidance: "List the origins that may send credentials.",
    page: include_str!("cors_any_origin_with_credentials.md"),
    stride: &[Stride::Spoofing, Stride::InformationDisclosure],
    cwe: &[942],
    techniques: &["T1185"],
    exploitability: 500,
    start: Start::Attacker,
    step: "lure(c.users) => act_as(c.users)",
    grades: &[Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let known = |c: &&Component| c.properties.get(Property::Cors).is_some();
    view.components().filter(known).map(|c| Case::component(c).word(Property::Cors, &["any_with_credentials"])).collect()
}
