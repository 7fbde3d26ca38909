//! `mass-assignment`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "mass-assignment",
    title: "{} lets callers set fields that are not theirs",
    guidance: "Bind to an input type that lists the fields a caller may set.",
    page: include_str!("mass_assignment.md"),
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[915],
    techniques: &["T1190"],
    exploitability: 600,
    start: Start::Attacker,
    step: "call(e) => write(e.component)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let bound = |(e, _): &(&EntryPoint, &Component)| e.properties.get(Property::MassBinding).is_some();
    view.entry_points().filter(bound).map(|(e, c)| Case::entry_point(e).flag(Property::MassBinding, true).affects([(&c.id).into()])).collect()
}
