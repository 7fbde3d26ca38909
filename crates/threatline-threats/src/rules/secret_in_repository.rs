//! `secret-in-repository`: see its page beside it.
//!
//! Never the value: only the beginning of its hash tells two of them apart.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "secret-in-repository",
    title: "A credential for {} stands in the repository",
    guidance: "Rotate it, load it from the secret manager, and remove it from history.",
    page: include_str!("secret_in_repository.md"),
    stride: &[Stride::InformationDisclosure, Stride::ElevationOfPrivilege],
    cwe: &[798],
    techniques: &["T1552.001"],
    exploitability: 700,
    start: Start::Attacker,
    step: "read(repository) => cred(f.target) | read(repository) => cred(c)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let mut cases = Vec::new();
    for c in view.components() {
        cases.extend(prints(&c.properties).into_iter().map(|print| told(Case::component(c), &c.properties, print)));
    }
    for (f, ..) in view.flows() {
        cases.extend(prints(&f.properties).into_iter().map(|print| told(Case::flow(f), &f.properties, print)));
    }
    cases
}

/// Beginnings of the credentials' hashes; one empty where only their presence is known.
fn prints(properties: &Properties) -> Vec<&str> {
    match properties.get(Property::SecretInRepository) {
        Some(Value::Flag(true)) => vec![""],
        Some(Value::Text(print)) => vec![print],
        Some(Value::List(prints)) => prints.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn told<'m>(case: Case<'m>, properties: &'m Properties, print: &str) -> Case<'m> {
    let mut case = case.read("secret_in_repository", if print.is_empty() { "true" } else { print }).by(properties.proofs.get(&Property::SecretInRepository));
    case.discriminator = print.to_owned();
    case
}
