//! `tenant-isolation-missing`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "tenant-isolation-missing",
    title: "{} does not keep tenants apart",
    guidance: "Enforce the tenant key in the store, not in each query.",
    page: include_str!("tenant_isolation_missing.md"),
    stride: &[Stride::InformationDisclosure, Stride::ElevationOfPrivilege],
    cwe: &[653, 639],
    techniques: &["T1213"],
    exploitability: 900,
    start: Start::Attacker,
    step: "inject(f) => read(f.target) + write(f.target)",
    grades: &[Grade::C, Grade::S],
    over: &["missing-object-authorization"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, source, target): (&'m Flow, &'m Component, &'m Component)| {
        Case::flow(f)
            .is(is_store(target))
            .unless(target.properties.flag(Property::RowPolicy))
            .flag(Property::TenantFilter, false)
            .attribute_of(&source.id, "multi_tenant", source.properties.flag(Property::MultiTenant))
    };
    view.flows().filter(|(f, ..)| f.properties.get(Property::TenantFilter).is_some()).map(case).collect()
}
