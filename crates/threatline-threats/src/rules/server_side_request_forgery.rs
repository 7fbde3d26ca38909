//! `server-side-request-forgery`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "server-side-request-forgery",
    title: "{} goes where its callers say",
    guidance: "Allow listed destinations only, through an egress proxy.",
    page: include_str!("server_side_request_forgery.md"),
    stride: &[Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[918],
    techniques: &["T1190"],
    exploitability: 700,
    start: Start::Attacker,
    step: "inject(f) => inside(f.source.boundary) + reach(f.source.targets) | inject(c) => inside(c.boundary) + reach(c.targets)",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let known = |(f, ..): &(&Flow, &Component, &Component)| f.properties.get(Property::UrlFromInput).is_some();
    let flows = view.flows().filter(known).map(|(f, source, _)| Case::flow(f).flag(Property::UrlFromInput, true).affects([(&source.id).into()]));
    // where callers choose the host, nobody knows where the flow goes
    flows.chain(Case::of_programs(view, Property::UrlFromInput)).collect()
}
