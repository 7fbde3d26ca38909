//! `workload-controls-orchestrator`: see its page beside it.
//!
//! A mounted runtime socket is a way out of the container and told there.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "workload-controls-orchestrator",
    title: "{} can control the cluster that it runs in",
    guidance: "Give the workload its own account without those verbs.",
    page: include_str!("workload_controls_orchestrator.md"),
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[269],
    techniques: &["T1609"],
    exploitability: 600,
    start: Start::Attacker,
    step: "act_as(c) => control(c.platform)",
    grades: &[Grade::P],
    over: &["privilege-escalation-grant", "over-privileged-identity"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    const VERBS: &[&str] = &["pods_exec", "create_pods", "read_all_secrets", "cluster_admin"];
    let known = |c: &&Component| c.properties.get(Property::IdentityGrants).is_some();
    view.components().filter(known).map(|c| Case::component(c).listed(Property::IdentityGrants, VERBS)).collect()
}
