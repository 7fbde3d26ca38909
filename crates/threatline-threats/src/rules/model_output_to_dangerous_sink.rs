//! `model-output-to-dangerous-sink`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "model-output-to-dangerous-sink",
    title: "{} does what a model answers",
    guidance: "Validate the answer against a schema and bind it as data.",
    page: include_str!("model_output_to_dangerous_sink.md"),
    stride: &[Stride::ElevationOfPrivilege, Stride::Tampering],
    cwe: &[1426],
    techniques: &["AML.T0053"],
    exploitability: 700,
    start: Start::Attacker,
    step: "inject(c) => control(c)",
    grades: &[Grade::P],
    over: &["query-built-from-input", "command-built-from-input", "code-or-template-from-input"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let known = |c: &&Component| c.properties.get(Property::OutputSinks).is_some();
    view.components().filter(known).map(|c| Case::component(c).listed(Property::OutputSinks, &["sql", "shell", "eval", "file"])).collect()
}
