//! `shared-data-store`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "shared-data-store",
    title: "Components of different boundaries write {}",
    guidance: "Give each service its own schema or store, or a single writer.",
    page: include_str!("shared_data_store.md"),
    stride: &[Stride::Tampering],
    cwe: &[501],
    techniques: &["T1565.001"],
    exploitability: 300,
    start: Start::Attacker,
    step: "control(c.writers) => write(c)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |c: &'m Component| {
        let writes = |f: &&&Flow| f.properties.get(Property::Operations).and_then(Value::as_list).is_some_and(|all| all.iter().any(|op| op == "write"));
        let writers: Vec<&Component> = view.ask.incoming(&c.id).iter().filter(writes).filter_map(|f| view.component(&f.source)).collect();
        let apart = |a: &Component, b: &Component| a.boundary != b.boundary || (!a.owners.is_empty() && !b.owners.is_empty() && a.owners.is_disjoint(&b.owners));
        let shared = writers.iter().enumerate().any(|(at, a)| writers[at + 1..].iter().any(|b| a.id != b.id && apart(a, b)));
        Case::component(c).is(c.kind == ComponentKind::DataStore && !meets(c, &[Role::MessageBroker, Role::Queue]) && shared).present().affects(writers.iter().map(|w| (&w.id).into()))
    };
    view.components().map(case).collect()
}
