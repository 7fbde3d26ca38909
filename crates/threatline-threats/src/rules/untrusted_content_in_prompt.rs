//! `untrusted-content-in-prompt`: see its page beside it.
//!
//! An answer that only its author reads harms nobody else: what is done by it has to be seen, too.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "untrusted-content-in-prompt",
    title: "{} asks a model with words that others chose, and acts on the answer",
    guidance: "Treat the answer as untrusted, fix its schema and keep authority outside the model.",
    page: include_str!("untrusted_content_in_prompt.md"),
    stride: &[Stride::Tampering, Stride::ElevationOfPrivilege],
    cwe: &[1427],
    techniques: &["AML.T0051"],
    exploitability: 500,
    start: Start::Attacker,
    step: "inject(f) => inject(f.source)",
    grades: &[Grade::P],
    over: &[],
    run,
};

/// What a tool does that changes something outside of the conversation.
const ACTS: &[&str] = &["write", "delete", "execute", "network", "message", "spend", "deploy"];

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let told = |c: &'m Component, property| c.properties.get(property).and_then(Value::as_list).unwrap_or_default();
    let known = |(f, ..): &(&'m Flow, &'m Component, &'m Component)| f.properties.get(Property::PromptFromInput).is_some();
    let case = |(f, source, target): (&'m Flow, &'m Component, &'m Component)| {
        let sinks = told(source, Property::OutputSinks);
        let acts: Vec<&str> = told(source, Property::ToolEffects).iter().map(String::as_str).filter(|effect| ACTS.contains(effect)).collect();
        let uses = if sinks.is_empty() { acts.join(",") } else { sinks.join(",") };
        let property = if sinks.is_empty() { Property::ToolEffects } else { Property::OutputSinks };
        Case::flow(f)
            .is(target.roles.contains(&Role::Llm) && !uses.is_empty())
            .flag(Property::PromptFromInput, true)
            .read(&format!("{} of {}", property.name(), source.id), uses)
            .by(source.properties.proofs.get(&property))
    };
    view.flows().filter(known).map(case).collect()
}
