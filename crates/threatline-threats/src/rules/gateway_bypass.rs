//! `gateway-bypass`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "gateway-bypass",
    title: "{} can be reached from the internet past the gateway that authenticates for it",
    guidance: "Remove the direct route or enforce the same policy on it.",
    page: include_str!("gateway_bypass.md"),
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[288],
    techniques: &["T1190"],
    exploitability: 900,
    start: Start::Attacker,
    step: "reach(c) => act_as(c.users)",
    grades: &[Grade::P, Grade::C],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let mut cases = Vec::new();
    for c in view.components().filter(|c| c.kind == ComponentKind::Process && !meets(c, &[Role::Gateway, Role::LoadBalancer])) {
        let guards = view.ask.incoming(&c.id).iter().filter(|f| !f.stated_only).filter_map(|f| view.component(&f.source));
        let guard = guards.filter(|g| meets(g, &[Role::Gateway, Role::LoadBalancer])).find(|g| g.properties.flag(Property::AuthenticatesClients) == Some(true));
        let Some(guard) = guard else { continue };
        let entries = view.ask.entry_points(&c.id);
        let same = !entries.is_empty() && entries.iter().all(|e| e.authenticated == Some(true));
        cases.push(
            Case::component(c)
                .unless(c.properties.flag(Property::AuthenticatesClients))
                .is(!same)
                .attribute("exposure", on_internet(c.exposure))
                .read("exposure", c.exposure.name())
                .read("gateway", &guard.id)
                .present()
                .also(&guard.evidence)
                .affects(view.entries_of(c)),
        );
    }
    cases
}
