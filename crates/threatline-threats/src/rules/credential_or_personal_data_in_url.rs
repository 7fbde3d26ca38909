//! `credential-or-personal-data-in-url`: see its page beside it.
//!
//! Names are taken only where they leave no doubt.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "credential-or-personal-data-in-url",
    title: "{} takes a credential or personal data in its address",
    guidance: "Move the value into a header or the body.",
    page: include_str!("credential_or_personal_data_in_url.md"),
    stride: &[Stride::InformationDisclosure],
    cwe: &[598],
    techniques: &["T1552"],
    exploitability: 400,
    start: Start::Attacker,
    step: "read(e.component.logs) => cred(e.component.users)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(e, _): (&'m EntryPoint, &'m Component)| {
        let told: Vec<&str> = e.parameters.iter().filter(|p| is_telling(&p.name, &p.place)).map(|p| p.name.as_str()).collect();
        Case::entry_point(e).is(!told.is_empty() && !is_link(&e.path)).read("parameters", told.join(",")).present()
    };
    view.entry_points().map(case).collect()
}

fn is_telling(name: &str, place: &str) -> bool {
    let name: String = name.chars().filter(|c| *c != '_' && *c != '-').collect::<String>().to_ascii_lowercase();
    let secret = ["token", "accesstoken", "authtoken", "apikey", "password", "passwd", "secret", "clientsecret"].contains(&name.as_str());
    let personal = ["email", "emailaddress", "phonenumber", "ssn", "cardnumber", "iban"].contains(&name.as_str());
    (place == "query" && (secret || personal)) || (place == "path" && personal)
}

/// Links that are sent once and expire.
fn is_link(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    ["reset", "verif", "confirm", "invit", "unsubscribe", "activat"].iter().any(|word| path.contains(word))
}
