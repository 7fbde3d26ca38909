//! `unauthenticated-service-call`: see its page beside it.
//!
//! Callers of one target are each other's siblings. What only collects traces, measures and logs is left
//! out: nothing can be used there.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unauthenticated-service-call",
    title: "The target of {} does not know who calls",
    guidance: "Authenticate the caller with a workload identity, mTLS or a signed token.",
    page: include_str!("unauthenticated_service_call.md"),
    stride: &[Stride::Spoofing, Stride::Tampering],
    cwe: &[306],
    techniques: &["T1210"],
    exploitability: 700,
    start: Start::Attacker,
    step: "reach(f.target) => call(f.target) + read(f.data) + write(f.data)",
    grades: &[Grade::X, Grade::C, Grade::S],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let mut cases = Vec::new();
    for (f, _, target) in view.flows() {
        let apart = view.crosses(f, &[Network, Namespace, Cluster, Account, ThirdParty]);
        let worthwhile = || any([Some(apart), at_least(3, target.data.as_ref())]);
        let collects = meets(target, &[Role::Tracing, Role::Monitoring, Role::Logging]);
        let case = || Case::flow(f).is(target.kind == ComponentKind::Process && !is_store(target) && !collects);
        cases.push(case().is(apart || at_least(3, target.data.as_ref()) == Some(true)).proven("authenticated", f.authenticated, false, f.authenticated_proof.as_ref()));
        let others: Vec<&Flow> = view.ask.incoming(&f.target).iter().copied().filter(|other| other.id != f.id).collect();
        if f.authenticated.is_none() && stands_out(&others.iter().map(|other| other.authenticated).collect::<Vec<_>>()) {
            let peers: Vec<&[Evidence]> = others.iter().map(|other| other.evidence.as_slice()).collect();
            cases.push(case().attribute_of(&target.id, "data", worthwhile()).contrast("authenticated", &peers));
        }
    }
    cases
}
