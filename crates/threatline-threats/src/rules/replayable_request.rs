//! `replayable-request`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "replayable-request",
    title: "{} accepts a signed request again and again",
    guidance: "Check timestamp and remember the request id.",
    page: include_str!("replayable_request.md"),
    stride: &[Stride::Spoofing, Stride::Tampering],
    cwe: &[294],
    techniques: &["T1550"],
    exploitability: 300,
    start: Start::Attacker,
    step: "read(e.component.logs) => call(e) + write(e.parameters)",
    grades: &[Grade::C, Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(e, c): (&'m EntryPoint, &'m Component)| {
        let properties = &e.properties;
        Case::entry_point(e)
            .is(properties.flag(Property::SignatureVerified) == Some(true) && properties.flag(Property::StateChanging) == Some(true))
            .flag(Property::ReplayProtected, false)
            .attribute("data", handles(2, e))
            .affects([(&c.id).into()])
    };
    view.entry_points().filter(|(e, _)| e.properties.get(Property::ReplayProtected).is_some()).map(case).collect()
}
