//! `no-limit-on-costly-entry-point`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "no-limit-on-costly-entry-point",
    title: "{} can be made to spend without limit",
    guidance: "Limit per client and in total.",
    page: include_str!("no_limit_on_costly_entry_point.md"),
    stride: &[Stride::DenialOfService],
    cwe: &[770],
    techniques: &["T1499"],
    exploitability: 600,
    start: Start::Attacker,
    step: "reach(e) => deny(e.component)",
    grades: &[Grade::C, Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(e, c): (&'m EntryPoint, &'m Component)| {
        Case::entry_point(e)
            .is(on_internet(e.exposure) == Some(true) && e.authenticated == Some(false) && e.properties.flag(Property::Costly) == Some(true))
            .read("authenticated", false)
            .read("costly", true)
            .flag(Property::RateLimited, false)
            .affects([(&c.id).into()])
    };
    view.entry_points().map(case).collect()
}
