//! `sensitive-data-to-model-provider`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "sensitive-data-to-model-provider",
    title: "{} gives personal data to a model's provider",
    guidance: "Redact or tokenise first, or declare the processor and purpose.",
    page: include_str!("sensitive_data_to_model_provider.md"),
    stride: &[Stride::InformationDisclosure],
    cwe: &[201],
    techniques: &["AML.T0057"],
    exploitability: 300,
    start: Start::Nobody,
    step: "none",
    grades: &[Grade::P],
    over: &["sensitive-data-to-third-party"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let case = |(f, _, target): (&'m Flow, &'m Component, &'m Component)| {
        let outside = is_third_party(target) || view.crosses(f, &[ThirdParty]);
        Case::flow(f)
            .is(target.roles.contains(&Role::Llm) && outside && at_least(2, f.data.as_ref()) == Some(true))
            .read("data", words(f.data.as_ref()))
            .present().also(witness(f))
    };
    view.flows().map(case).collect()
}
