//! `mcp-server-unauthenticated`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "mcp-server-unauthenticated",
    title: "The tools of {} are open to whoever reaches it",
    guidance: "Require OAuth or a token and bind to loopback for local use.",
    page: include_str!("mcp_server_unauthenticated.md"),
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[306],
    techniques: &["T1190"],
    exploitability: 900,
    start: Start::Attacker,
    step: "reach(c) => read(c) + read(c.targets) + write(c.targets)",
    grades: &[Grade::X, Grade::C],
    over: &["unauthenticated-entry-point", "unauthenticated-service-call"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| {
        Case::component(c)
            .is(c.exposure != Exposure::Local)
            .flag(Property::AuthenticatesClients, false)
            .affects(view.entries_of(c).into_iter().chain(view.flows_into(c)))
    };
    view.components().filter(|c| c.roles.contains(&Role::McpServer)).map(case).collect()
}
