//! `no-timeout-on-dependency`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "no-timeout-on-dependency",
    title: "{} waits for ever",
    guidance: "Set a timeout and a breaker.",
    page: include_str!("no_timeout_on_dependency.md"),
    stride: &[Stride::DenialOfService],
    cwe: &[1088],
    techniques: &["T1499"],
    exploitability: 300,
    start: Start::Attacker,
    step: "deny(f.target) => deny(f.source)",
    grades: &[Grade::X, Grade::C],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, source, _): (&'m Flow, &'m Component, &'m Component)| {
        Case::flow(f)
            .is(source.exposure == Exposure::Internet)
            .unless(f.properties.flag(Property::CircuitBreaker))
            .flag(Property::Timeout, false)
            .flag(Property::CircuitBreaker, false)
    };
    view.flows().filter(|(f, ..)| f.properties.flag(Property::Timeout) == Some(false)).map(case).collect()
}
