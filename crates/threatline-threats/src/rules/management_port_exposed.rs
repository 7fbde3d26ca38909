//! `management-port-exposed`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "management-port-exposed",
    title: "{} publishes a management port to the internet",
    guidance: "Close it to the internet; use a bastion or the provider's session service.",
    page: include_str!("management_port_exposed.md"),
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[1327],
    techniques: &["T1133"],
    exploitability: 500,
    start: Start::Attacker,
    step: "reach(c) => exec(c)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| {
        let properties = &c.properties;
        let present = match properties.get(Property::ManagementPort) {
            Some(Value::Flag(open)) => *open,
            Some(Value::Text(protocol)) => !protocol.is_empty(),
            Some(Value::List(protocols)) => !protocols.is_empty(),
            _ => false,
        };
        Case::component(c).is(present && c.exposure == Exposure::Internet).read("management_port", true).by(properties.proofs.get(&Property::ManagementPort))
    };
    view.components().map(case).collect()
}
