//! `unauthenticated-entry-point`: see its page beside it.
//!
//! Whether the cause is the component's or the route's follows from the kind of evidence, never from a
//! count: where nothing in a component proves callers and all of its mechanism was read, the fix is in the
//! component's security configuration, so the threat is on the component.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unauthenticated-entry-point",
    title: "{} can be used without proving who one is",
    guidance: "Require authentication on this route, or declare it public with a reason so that the decision is on record.",
    page: include_str!("unauthenticated_entry_point.md"),
    stride: &[Stride::Spoofing, Stride::ElevationOfPrivilege],
    cwe: &[306],
    techniques: &["T1190"],
    exploitability: 1000,
    start: Start::Attacker,
    step: "call(e) => read(e.returns) + write(e.parameters)",
    grades: &[Grade::X, Grade::C, Grade::S],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let mut cases = Vec::new();
    for c in view.components() {
        let entries: Vec<&'m EntryPoint> = view.ask.entry_points(&c.id).iter().copied().filter(|e| is_asked_by_others(e)).collect();
        let guarded = entries.iter().any(|e| e.authenticated == Some(true)) || c.properties.flag(Property::AuthenticatesClients) == Some(true);
        let (wide, single): (Vec<&EntryPoint>, Vec<&EntryPoint>) = entries.iter().partition(|e| !guarded && is_closed_world(e));
        cases.extend(whole(view, c, &wide));
        for e in single {
            cases.push(route(view, c, e));
            let others: Vec<&EntryPoint> = entries.iter().copied().filter(|other| other.id != e.id && !is_public(other)).collect();
            cases.extend(odd_one_out(view, c, e, &others));
        }
    }
    cases
}

fn is_asked_by_others(e: &EntryPoint) -> bool {
    !matches!(e.kind, EntryPointKind::Cli | EntryPointKind::Schedule | EntryPointKind::Function | EntryPointKind::Message)
}

fn is_closed_world(e: &EntryPoint) -> bool {
    e.authenticated == Some(false) && e.authenticated_proof.as_ref().is_some_and(|proof| proof.grade == Grade::C)
}

fn is_public(e: &EntryPoint) -> bool {
    e.public == Some(true) || e.properties.flag(Property::PublicByDesign) == Some(true) || e.properties.flag(Property::Webhook) == Some(true)
}

/// What makes it worth an attacker's while: one of these must hold. What a route takes counts only where
/// it changes something, and then that is enough.
fn worth<'m>(view: &View<'m>, c: &Component, e: &EntryPoint) -> Vec<(ElementId, &'static str, Option<bool>)> {
    let here = || ElementId::from(&e.id);
    let mut all = vec![
        (here(), "state_changing", e.properties.flag(Property::StateChanging)),
        (here(), "returns", at_least(2, classes(e, Property::Returns).as_ref())),
    ];
    let targets = view.ask.outgoing(&c.id).iter().filter_map(|f| view.component(&f.target)).filter(|target| is_store(target));
    all.extend(targets.map(|store| ((&store.id).into(), "data", at_least(2, store.data.as_ref()))));
    all
}

fn is_worthwhile(view: &View<'_>, c: &Component, e: &EntryPoint) -> Option<bool> {
    any(worth(view, c, e).into_iter().map(|(.., value)| value))
}

fn whole<'m>(view: &View<'m>, c: &'m Component, wide: &[&'m EntryPoint]) -> Option<Case<'m>> {
    let open: Vec<&EntryPoint> = wide.iter().copied().filter(|e| !is_public(e)).collect();
    let first = open.first()?;
    let worthwhile: Vec<&EntryPoint> = open.iter().copied().filter(|e| is_worthwhile(view, c, e) == Some(true)).collect();
    let case = Case::component(c).proven("authenticated", Some(false), false, first.authenticated_proof.as_ref());
    // Which of the routes makes it worthwhile is not part of the condition: it changes with every route.
    let case = if worthwhile.is_empty() { case.any_of(&worth(view, c, first)) } else { case };
    Some(case.affects(worthwhile.iter().map(|e| (&e.id).into())))
}

fn route<'m>(view: &View<'m>, c: &'m Component, e: &'m EntryPoint) -> Case<'m> {
    Case::entry_point(e)
        .is(!is_public(e))
        .proven("authenticated", e.authenticated, false, e.authenticated_proof.as_ref())
        .any_of(&worth(view, c, e))
        .affects([(&c.id).into()])
}

fn odd_one_out<'m>(view: &View<'m>, c: &'m Component, e: &'m EntryPoint, others: &[&'m EntryPoint]) -> Option<Case<'m>> {
    let odd = e.authenticated.is_none() && !is_public(e) && stands_out(&others.iter().map(|other| other.authenticated).collect::<Vec<_>>());
    let peers: Vec<&[Evidence]> = others.iter().filter(|other| other.authenticated == Some(true)).map(|other| other.evidence.as_slice()).collect();
    odd.then(|| Case::entry_point(e).any_of(&worth(view, c, e)).contrast("authenticated", &peers).affects([(&c.id).into()]))
}
