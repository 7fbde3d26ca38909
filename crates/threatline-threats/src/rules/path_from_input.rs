//! `path-from-input`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "path-from-input",
    title: "{} opens the files that its callers name",
    guidance: "Map names to identifiers, or resolve and check the prefix.",
    page: include_str!("path_from_input.md"),
    stride: &[Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[22],
    techniques: &["T1005"],
    exploitability: 600,
    start: Start::Attacker,
    step: "inject(f) => read(f.target) | inject(c) => read(c)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let known = |(f, ..): &(&Flow, &Component, &Component)| f.properties.get(Property::PathFromInput).is_some();
    let flows = view.flows().filter(known).map(|(f, ..)| Case::flow(f).flag(Property::PathFromInput, true));
    // files of its own
    flows.chain(Case::of_programs(view, Property::PathFromInput)).collect()
}
