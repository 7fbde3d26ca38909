//! `irrecoverable-data-store`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "irrecoverable-data-store",
    title: "What is deleted from {} is gone",
    guidance: "Turn on backups and deletion protection.",
    page: include_str!("irrecoverable_data_store.md"),
    stride: &[Stride::DenialOfService, Stride::Tampering],
    cwe: &[],
    techniques: &["T1485"],
    exploitability: 200,
    start: Start::Attacker,
    step: "write(c) => deny(c)",
    grades: &[Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| {
        Case::component(c)
            .is(c.kind == ComponentKind::DataStore && !c.roles.contains(&Role::Cache) && c.environment != Environment::Staging)
            .flag(Property::DeletionProtection, false)
            .flag(Property::Backup, false)
            .attribute("data", at_least(2, c.data.as_ref()))
    };
    view.components().filter(|c| c.properties.flag(Property::Backup) == Some(false)).map(case).collect()
}
