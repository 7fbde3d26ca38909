//! `environment-mixing`: see its page beside it.
//!
//! The one rule that looks at test and development.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "environment-mixing",
    title: "{} joins a rehearsal with production data",
    guidance: "Give non-production its own data and identities.",
    page: include_str!("environment_mixing.md"),
    stride: &[Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[668],
    techniques: &["T1213"],
    exploitability: 500,
    start: Start::Attacker,
    step: "control(f.source) => read(f.target) + write(f.target)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, source, target): (&'m Flow, &'m Component, &'m Component)| {
        let rehearsal = matches!(source.environment, Environment::Development | Environment::Test | Environment::Staging);
        Case::flow(f)
            .is(rehearsal && is_store(target) && target.environment == Environment::Production)
            .read("source environment", source.environment.name())
            .read("target environment", target.environment.name())
            .present()
    };
    view.all_flows().map(case).collect()
}
