//! `unauthenticated-admin-interface`: see its page beside it.
//!
//! Replaces what is said of the console's single routes.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unauthenticated-admin-interface",
    title: "The administration of {} is open to whoever reaches it",
    guidance: "Put the console behind single sign-on or remove its public route.",
    page: include_str!("unauthenticated_admin_interface.md"),
    stride: &[Stride::Spoofing, Stride::InformationDisclosure, Stride::ElevationOfPrivilege],
    cwe: &[306],
    techniques: &["T1133"],
    exploitability: 1000,
    start: Start::Attacker,
    step: "reach(c) => act_as(c.admins)",
    grades: &[Grade::X, Grade::C, Grade::P],
    over: &["unauthenticated-entry-point"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| {
        Case::component(c)
            .flag(Property::AdminInterface, true)
            .flag(Property::AuthenticatesClients, false)
            .attribute("exposure", on_network(c.exposure)).read("exposure", c.exposure.name())
            .affects(view.entries_of(c))
    };
    view.components().filter(|c| c.properties.flag(Property::AdminInterface) == Some(true)).map(case).collect()
}
