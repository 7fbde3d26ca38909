//! `secret-in-image`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "secret-in-image",
    title: "The image of {} carries a secret",
    guidance: "Pass it at run time or by a build secret mount.",
    page: include_str!("secret_in_image.md"),
    stride: &[Stride::InformationDisclosure],
    cwe: &[522],
    techniques: &["T1552.001"],
    exploitability: 500,
    start: Start::Attacker,
    step: "read(registry) => cred(c.targets)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let known = |c: &&Component| c.properties.get(Property::SecretInImage).is_some();
    view.components().filter(known).map(|c| Case::component(c).flag(Property::SecretInImage, true)).collect()
}
