//! `missing-function-authorization`: see its page beside it.
//!
//! Siblings are the operations on the same resource: the same first part of the path.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "missing-function-authorization",
    title: "{} demands no role where it should",
    guidance: "Require the role or permission that its siblings require.",
    page: include_str!("missing_function_authorization.md"),
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[862],
    techniques: &["T1190"],
    exploitability: 900,
    start: Start::Attacker,
    step: "call(e) => read(e.returns) + write(e.parameters)",
    grades: &[Grade::X, Grade::C, Grade::S],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let mut cases = Vec::new();
    for (e, c) in view.entry_points() {
        let siblings: Vec<&EntryPoint> = view.ask.entry_points(&c.id).iter().copied().filter(|other| other.id != e.id && resource(other) == resource(e)).collect();
        let roles: Vec<Option<bool>> = siblings.iter().map(|other| other.authorized).collect();
        let case = || Case::entry_point(e).is(e.public != Some(true) && e.authenticated == Some(true)).read("authenticated", true).affects([(&c.id).into()]);
        if e.authorized == Some(false) && (is_administrative(&e.path) || roles.contains(&Some(true))) {
            let properties = &e.properties;
            let proof = properties.proofs.get(&Property::RoleCheck).or(e.authenticated_proof.as_ref());
            cases.push(case().read("authorized", false).by(proof));
        } else if e.authorized.is_none() && stands_out(&roles) {
            cases.push(case().contrast("authorized", &siblings.iter().map(|other| other.evidence.as_slice()).collect::<Vec<_>>()));
        }
    }
    cases
}

fn resource(e: &EntryPoint) -> &str {
    e.path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

fn is_administrative(path: &str) -> bool {
    path.split('/').any(|part| ["admin", "administration", "backoffice", "internal-admin"].contains(&part.to_ascii_lowercase().as_str()))
}
