//! `sensitive-data-in-logs`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "sensitive-data-in-logs",
    title: "{} writes personal data into logs",
    guidance: "Mask or drop the field before it is written.",
    page: include_str!("sensitive_data_in_logs.md"),
    stride: &[Stride::InformationDisclosure],
    cwe: &[532],
    techniques: &["T1213"],
    exploitability: 400,
    start: Start::Attacker,
    step: "read(f.source.logs) => read(f.data)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, _, target): (&'m Flow, &'m Component, &'m Component)| {
        Case::flow(f)
            .is(meets(target, &[Role::Logging, Role::Tracing, Role::Monitoring]) && at_least(2, f.data.as_ref()) == Some(true))
            .read("data", words(f.data.as_ref()))
            .present().also(witness(f))
    };
    view.flows().map(case).collect()
}
