//! `unbounded-request-or-result`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unbounded-request-or-result",
    title: "{} takes or gives without measure",
    guidance: "Cap sizes and page lengths.",
    page: include_str!("unbounded_request_or_result.md"),
    stride: &[Stride::DenialOfService],
    cwe: &[770],
    techniques: &["T1499"],
    exploitability: 400,
    start: Start::Attacker,
    step: "call(e) => deny(e.component)",
    grades: &[Grade::X],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let mut cases = Vec::new();
    for (e, c) in view.entry_points() {
        let off = |property: &&Property| e.properties.flag(**property) == Some(false);
        if let Some(property) = [Property::RequestSizeLimited, Property::PaginationBounded].iter().find(off) {
            cases.push(Case::entry_point(e).flag(*property, false).affects([(&c.id).into()]));
        }
    }
    cases
}
