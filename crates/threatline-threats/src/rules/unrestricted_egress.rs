//! `unrestricted-egress`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unrestricted-egress",
    title: "{} may send what it holds anywhere",
    guidance: "Allow the destinations that its flows list.",
    page: include_str!("unrestricted_egress.md"),
    stride: &[Stride::InformationDisclosure],
    cwe: &[923],
    techniques: &["T1567"],
    exploitability: 400,
    start: Start::Attacker,
    step: "control(c) => read(c)",
    grades: &[Grade::X, Grade::C],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| {
        let addressed = view.ask.outgoing(&c.id).iter().any(|f| f.properties.flag(Property::UrlFromInput) == Some(true));
        let special = meets(c, &[Role::Agent, Role::Llm, Role::Function]) || addressed;
        Case::component(c).flag(Property::EgressRestricted, false).attribute("data", any([Some(special), at_least(3, c.data.as_ref())]))
    };
    view.components().filter(|c| c.properties.get(Property::EgressRestricted).is_some()).map(case).collect()
}
