//! `unverified-webhook`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unverified-webhook",
    title: "{} believes a webhook without checking its signature",
    guidance: "Verify the provider's signature over the raw body before acting on it.",
    page: include_str!("unverified_webhook.md"),
    stride: &[Stride::Spoofing, Stride::Tampering],
    cwe: &[345, 347],
    techniques: &["T1190"],
    exploitability: 900,
    start: Start::Attacker,
    step: "reach(e) => write(e.parameters) + inject(e.component)",
    grades: &[Grade::X, Grade::C, Grade::S],
    over: &["unauthenticated-entry-point"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let hooks: Vec<(&EntryPoint, &Component)> = view.entry_points().filter(|(e, _)| e.properties.flag(Property::Webhook) == Some(true)).collect();
    let mut cases = Vec::new();
    for (e, c) in &hooks {
        let case = || Case::entry_point(e).read("webhook", true).affects([(&c.id).into()]);
        cases.push(case().flag(Property::SignatureVerified, false));
        let others: Vec<&EntryPoint> = hooks.iter().map(|(other, _)| *other).filter(|other| other.id != e.id).collect();
        let verified: Vec<Option<bool>> = others.iter().map(|other| other.properties.flag(Property::SignatureVerified)).collect();
        if e.properties.flag(Property::SignatureVerified).is_none() && stands_out(&verified) {
            cases.push(case().contrast("signature_verified", &others.iter().map(|other| other.evidence.as_slice()).collect::<Vec<_>>()));
        }
    }
    cases
}
