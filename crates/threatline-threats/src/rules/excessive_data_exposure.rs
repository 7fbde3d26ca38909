//! `excessive-data-exposure`: see its page beside it.
//!
//! Tokens are left out: giving them back is what logins are for.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "excessive-data-exposure",
    title: "{} gives back passwords or keys",
    guidance: "Return a response type with only what the client needs.",
    page: include_str!("excessive_data_exposure.md"),
    stride: &[Stride::InformationDisclosure],
    cwe: &[213],
    techniques: &["T1213"],
    exploitability: 600,
    start: Start::Attacker,
    step: "call(e) => read(e.returns)",
    grades: &[Grade::P, Grade::C],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(e, c): (&'m EntryPoint, &'m Component)| {
        let told = classes(e, Property::Returns).map(|returns| returns.contains(&DataClass::Password) || returns.contains(&DataClass::PrivateKey));
        Case::entry_point(e).is(told == Some(true)).read("returns", "password or key").by(e.properties.proofs.get(&Property::Returns)).affects([(&c.id).into()])
    };
    view.entry_points().map(case).collect()
}
