//! `missing-object-authorization`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "missing-object-authorization",
    title: "{} gives any signed-in caller the record that it names",
    guidance: "Filter by the caller in the query or check ownership before use.",
    page: include_str!("missing_object_authorization.md"),
    stride: &[Stride::ElevationOfPrivilege, Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[639],
    techniques: &["T1190"],
    exploitability: 900,
    start: Start::Attacker,
    step: "call(e) => read(e.returns) + write(e.parameters)",
    grades: &[Grade::C, Grade::S, Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(e, c): (&'m EntryPoint, &'m Component)| {
        let selects = e.parameters.iter().any(|p| p.place == "path" || p.name.to_ascii_lowercase().ends_with("id"));
        Case::entry_point(e)
            .is(selects)
            .flag(Property::OwnerCheck, false)
            .attribute("authenticated", e.authenticated)
            .attribute("data", handles(2, e))
            .affects([(&c.id).into()])
    };
    view.entry_points().filter(|(e, _)| e.properties.get(Property::OwnerCheck).is_some()).map(case).collect()
}
