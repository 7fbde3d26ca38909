//! `query-built-from-input`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "query-built-from-input",
    title: "{} sends queries that callers can rewrite",
    guidance: "Use bound parameters or a typed query builder.",
    page: include_str!("query_built_from_input.md"),
    stride: &[Stride::Tampering, Stride::InformationDisclosure, Stride::ElevationOfPrivilege],
    cwe: &[89, 943, 90],
    techniques: &["T1190"],
    exploitability: 900,
    start: Start::Attacker,
    step: "inject(f) => read(f.target) + write(f.target)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, _, target): (&'m Flow, &'m Component, &'m Component)| {
        let ldap = f.protocol.as_deref().is_some_and(|protocol| matches!(protocol, "ldap" | "ldaps"));
        Case::flow(f).is(is_store(target) || ldap).flag(Property::QueryFromInput, true)
    };
    view.flows().filter(|(f, ..)| f.properties.get(Property::QueryFromInput).is_some()).map(case).collect()
}
