//! `no-login-throttling`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "no-login-throttling",
    title: "{} can be asked for as many passwords as one likes",
    guidance: "Limit attempts per account and per source, and slow down after failures.",
    page: include_str!("no_login_throttling.md"),
    stride: &[Stride::Spoofing],
    cwe: &[307],
    techniques: &["T1110"],
    exploitability: 600,
    start: Start::Attacker,
    step: "reach(e) => act_as(e.component.users)",
    grades: &[Grade::X, Grade::C],
    over: &["no-limit-on-costly-entry-point"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(e, c): (&'m EntryPoint, &'m Component)| {
        Case::entry_point(e)
            .is(is_login(&e.path) && on_internet(e.exposure) == Some(true))
            .unless(c.properties.flag(Property::Lockout))
            .flag(Property::RateLimited, false)
            .attribute_of(&c.id, "lockout", c.properties.flag(Property::Lockout).map(|locked| !locked))
            .by(c.properties.proofs.get(&Property::Lockout))
            .read("lockout", false)
    };
    view.entry_points().filter(|(e, _)| e.properties.get(Property::RateLimited).is_some()).map(case).collect()
}

fn is_login(path: &str) -> bool {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    ["login", "signin", "sign-in", "token", "otp", "authenticate"].contains(&last.as_str())
}
