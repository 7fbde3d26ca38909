//! `missing-identity-propagation`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "missing-identity-propagation",
    title: "{} does not say for whom it asks",
    guidance: "Pass the user's identity (token exchange or signed context) and authorise on it in the target.",
    page: include_str!("missing_identity_propagation.md"),
    stride: &[Stride::ElevationOfPrivilege, Stride::Repudiation],
    cwe: &[441],
    techniques: &["T1078"],
    exploitability: 500,
    start: Start::Attacker,
    step: "control(f.source) => read(f.target) + write(f.target)",
    grades: &[Grade::P, Grade::C],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, source, target): (&'m Flow, &'m Component, &'m Component)| {
        Case::flow(f)
            .is(target.kind == ComponentKind::Process && !view.ask.entry_points(&source.id).is_empty())
            .flag(Property::PropagatesIdentity, false)
            .attribute_of(&target.id, "data", at_least(2, target.data.as_ref()))
    };
    view.flows().filter(|(f, ..)| f.properties.flag(Property::PropagatesIdentity) == Some(false)).map(case).collect()
}
