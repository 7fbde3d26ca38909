//! `agent-executes-code-unsandboxed`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "agent-executes-code-unsandboxed",
    title: "{} runs code that a model writes, with all its own rights",
    guidance: "Run generated code in a throwaway sandbox without credentials or network.",
    page: include_str!("agent_executes_code_unsandboxed.md"),
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[94, 250],
    techniques: &["T1059"],
    exploitability: 900,
    start: Start::Attacker,
    step: "inject(c) => exec(c)",
    grades: &[Grade::P, Grade::X],
    over: &["model-output-to-dangerous-sink"],
    run,
};

fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    let executes = |c: &&Component| c.properties.get(Property::ToolEffects).and_then(Value::as_list).is_some_and(|all| all.iter().any(|effect| effect == "execute"));
    let case = |c: &'m Component| Case::component(c).listed(Property::ToolEffects, &["execute"]).flag(Property::Sandboxed, false);
    view.components().filter(|c| c.roles.contains(&Role::Agent)).filter(executes).map(case).collect()
}
