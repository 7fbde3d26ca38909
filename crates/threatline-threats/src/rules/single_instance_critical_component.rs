//! `single-instance-critical-component`: see its page beside it.
//!
//! A component is critical if without it some public component reaches fewer stores of personal data.

use super::prelude::*;
use petgraph::algo::dominators::simple_fast;
use petgraph::graph::{DiGraph, NodeIndex};

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
    if !view.components().any(|c| replicas(c).is_some_and(|count| count > 1)) {
        return Vec::new();
    }
    let critical = critical(view);
    let case = |c: &'m Component| {
        let alone = !is_store(c) && critical.contains(&c.id);
        Case::component(c).is(alone).read("replicas", 1).by(c.properties.proofs.get(&Property::Replicas))
    };
    view.components().filter(|c| replicas(c) == Some(1)).map(case).collect()
}

/// Components that every way from outside to some store of personal data leads through: its dominators.
fn critical<'m>(view: &View<'m>) -> BTreeSet<&'m ComponentId> {
    let mut graph = DiGraph::<Option<&'m Component>, ()>::new();
    let outside = graph.add_node(None);
    let at: BTreeMap<&ComponentId, NodeIndex> = view.components().map(|c| (&c.id, graph.add_node(Some(c)))).collect();
    for c in view.components().filter(|c| c.exposure == Exposure::Internet) {
        graph.add_edge(outside, at[&c.id], ());
    }
    for (f, ..) in view.flows() {
        graph.add_edge(at[&f.source], at[&f.target], ());
    }
    let dominators = simple_fast(&graph, outside);
    let mut critical = BTreeSet::new();
    for c in view.components().filter(|c| is_store(c) && at_least(2, c.data.as_ref()) == Some(true)) {
        let mut above = dominators.immediate_dominator(at[&c.id]);
        while let Some(node) = above {
            // What is above one that was seen was seen with it.
            if !graph[node].is_some_and(|c| critical.insert(&c.id)) {
                break;
            }
            above = dominators.immediate_dominator(node);
        }
    }
    critical
}
