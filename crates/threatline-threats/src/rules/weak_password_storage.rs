//! `weak-password-storage`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "weak-password-storage",
    title: "{} keeps passwords in a form that can be undone",
    guidance: "Store a slow, salted hash.",
    page: include_str!("weak_password_storage.md"),
    stride: &[Stride::InformationDisclosure],
    cwe: &[916],
    techniques: &["T1110.002"],
    exploitability: 600,
    start: Start::Attacker,
    step: "read(c) => cred(c.users)",
    grades: &[Grade::X, Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let known = |c: &&Component| c.properties.get(Property::PasswordHash).is_some();
    view.components().filter(known).map(|c| Case::component(c).word(Property::PasswordHash, &["none", "encrypted", "fast_hash"])).collect()
}
