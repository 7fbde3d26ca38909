//! `single-instance-critical-component`: see its page beside it.
//!
//! A component is critical if without it some public component reaches fewer stores of personal data.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "single-instance-critical-component",
    title: "Everything stands still without {}",
    guidance: "Run two instances behind the balancer.",
    page: include_str!("single_instance_critical_component.md"),
    stride: &[Stride::DenialOfService],
    cwe: &[],
    techniques: &["T1498"],
    exploitability: 200,
    start: Start::Attacker,
    step: "deny(c) => deny(c.callers)",
    grades: &[Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let replicas = |c: &Component| match c.properties.get(Property::Replicas) {
        Some(Value::Number(count)) => Some(*count),
        _ => None,
    };
    let several = view.components().any(|c| replicas(c).is_some_and(|count| count > 1));
    let mut cases = Vec::new();
    for c in view.components().filter(|c| several && replicas(c) == Some(1)) {
        let critical = kept_stores(view, None).difference(&kept_stores(view, Some(&c.id))).next().is_some();
        cases.push(Case::component(c).is(critical && !is_store(c)).read("replicas", 1).by(c.properties.proofs.get(&Property::Replicas)));
    }
    cases
}

/// Stores of personal data that something public leads to.
fn kept_stores<'m>(view: &View<'m>, without: Option<&ComponentId>) -> BTreeSet<&'m ComponentId> {
    let mut seen: BTreeSet<&ComponentId> = BTreeSet::new();
    let mut todo: Vec<&'m ComponentId> = view.components().filter(|c| c.exposure == Exposure::Internet).map(|c| &c.id).collect();
    while let Some(id) = todo.pop() {
        if Some(id) != without && seen.insert(id) {
            todo.extend(view.ask.outgoing(id).iter().map(|f| &f.target));
        }
    }
    seen.retain(|id| view.component(id).is_some_and(|c| is_store(c) && at_least(2, c.data.as_ref()) == Some(true)));
    seen
}
