//! `sensitive-data-to-third-party`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "sensitive-data-to-third-party",
    title: "{} gives personal data away",
    guidance: "Send what the purpose needs, and record the recipient.",
    page: include_str!("sensitive_data_to_third_party.md"),
    stride: &[Stride::InformationDisclosure],
    cwe: &[201, 359],
    techniques: &["T1537"],
    exploitability: 200,
    start: Start::Nobody,
    step: "none",
    grades: &[Grade::P],
    over: &[],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, _, target): (&'m Flow, &'m Component, &'m Component)| {
        let outside = is_third_party(target) || view.crosses(f, &[ThirdParty]);
        Case::flow(f).is(outside && at_least(2, f.data.as_ref()) == Some(true)).read("data", words(f.data.as_ref())).present().also(witness(f))
    };
    view.flows().map(case).collect()
}
