//! `direct-store-access-across-boundary`: see its page beside it.
//!
//! The owner is a user of the store inside the store's own boundary.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "direct-store-access-across-boundary",
    title: "{} goes past the component that owns the store",
    guidance: "Go through the owning service's interface.",
    page: include_str!("direct_store_access_across_boundary.md"),
    stride: &[Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[501],
    techniques: &["T1213"],
    exploitability: 500,
    start: Start::Attacker,
    step: "control(f.source) => read(f.target) + write(f.target)",
    grades: &[Grade::P],
    over: &["shared-data-store"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, source, target): (&'m Flow, &'m Component, &'m Component)| {
        let owners = || view.ask.incoming(&target.id).iter().filter_map(|other| view.component(&other.source));
        let owned = owners().any(|owner| owner.id != source.id && owner.boundary.is_some() && owner.boundary == target.boundary);
        Case::flow(f)
            .is(target.kind == ComponentKind::DataStore && source.boundary != target.boundary && owned)
            .is(view.crosses(f, &[Network, Namespace, Cluster, Account]))
            .attribute_of(&target.id, "data", at_least(2, target.data.as_ref()))
            .read("data", words(target.data.as_ref()))
            .present()
    };
    view.flows().map(case).collect()
}
