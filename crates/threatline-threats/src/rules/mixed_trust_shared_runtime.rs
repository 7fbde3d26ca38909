//! `mixed-trust-shared-runtime`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "mixed-trust-shared-runtime",
    title: "{} holds what the internet reaches and what must be kept",
    guidance: "Split them into separate runtimes.",
    page: include_str!("mixed_trust_shared_runtime.md"),
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[653],
    techniques: &["T1611"],
    exploitability: 300,
    start: Start::Attacker,
    step: "control(b.members) => control(b)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let mut placed: BTreeMap<&BoundaryId, Vec<&Component>> = BTreeMap::new();
    for c in view.components() {
        if let Some(boundary) = &c.boundary {
            placed.entry(boundary).or_default().push(c);
        }
    }
    let mut cases = Vec::new();
    for b in view.model().boundaries.iter().filter(|b| matches!(b.kind, Host | Container | BoundaryKind::Process)) {
        let inside = placed.get(&b.id).map_or(&[][..], Vec::as_slice);
        let kept = |c: &&Component| (is_store(c) || c.roles.contains(&Role::Worker)) && at_least(3, c.data.as_ref()) == Some(true);
        let mixed = inside.iter().any(|a| a.exposure == Exposure::Internet && inside.iter().any(|k| k.id != a.id && kept(k)));
        cases.push(Case::boundary(b).is(mixed).present().affects(inside.iter().map(|c| (&c.id).into())));
    }
    cases
}
