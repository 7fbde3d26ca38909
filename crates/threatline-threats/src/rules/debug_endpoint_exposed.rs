//! `debug-endpoint-exposed`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "debug-endpoint-exposed",
    title: "{} shows the inside of the program to the internet",
    guidance: "Turn it off in production or bind it to an internal port.",
    page: include_str!("debug_endpoint_exposed.md"),
    stride: &[Stride::InformationDisclosure, Stride::ElevationOfPrivilege],
    cwe: &[489],
    techniques: &["T1190"],
    exploitability: 700,
    start: Start::Attacker,
    step: "reach(e) => read(e.component) + cred(e.component.targets)",
    grades: &[Grade::P, Grade::X],
    over: &["unauthenticated-entry-point"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(e, c): (&'m EntryPoint, &'m Component)| {
        Case::entry_point(e)
            .unless(e.authenticated)
            .flag(Property::Debug, true)
            .attribute("exposure", on_internet(e.exposure)).read("exposure", e.exposure.name())
            .affects([(&c.id).into()])
    };
    view.entry_points().filter(|(e, _)| e.properties.flag(Property::Debug) == Some(true)).map(case).collect()
}
