//! Agents that pipelines start: a model says what they do, with the rights of the job and nobody to ask.
//!
//! Each is a component of its own, because it has the rights of its jobs and not of all others of the platform, and because
//! what people outside write comes to it as its task.

use super::super::draft::{Draft, third_party};
use super::super::flows::{Flows, Key, Proved, push_new};
use super::{Reader, credential, is_open};
use threatline_facts::infra::{PipelineJob, PipelineStep};
use threatline_knowledge::catalogue;
use threatline_knowledge::catalogue::pipeline::{Agent, Task};
use threatline_model::{ComponentKind, Grade, Proof, Properties, Property, Role, Value};

/// The service that keeps the repository, where a job's own token may write.
const KEEPER: &str = "github";

/// Adds the agent that a step starts, whom it asks and what it may; says what people can reach who may start the pipeline.
pub(super) fn start(
    reader: &Reader<'_, '_>,
    (job, step, task): (&PipelineJob, &PipelineStep, &Task),
    agent: &Agent,
    drafts: &mut Vec<Draft<'_>>,
    flows: &mut Flows,
) -> Option<Key> {
    let folder = format!("{}/", reader.by);
    let at = drafts.iter().position(|draft| draft.name == agent.name && draft.folder == folder).unwrap_or_else(|| {
        let mut draft = Draft::new(&agent.name, &folder, ComponentKind::Process);
        draft.roles.insert(Role::Agent);
        draft.technologies.insert(agent.name.clone());
        drafts.push(draft);
        drafts.len() - 1
    });
    push_new(&mut drafts[at].evidence, reader.evidence(step.mark));
    let key = (reader.at, at, None);
    push_new(&mut flows.by_key.entry(key.clone()).or_default().evidence, reader.evidence(step.mark));
    let proof = |grade| reader.proof(grade, [step.mark]);
    if !step.effects.is_empty() {
        may(&mut drafts[at].properties, &step.effects, &proof);
    }
    if let Some(opens) = &agent.shut_in {
        let opened = opens.iter().any(|(input, value)| told(step, input) == Some(value));
        let properties = &mut drafts[at].properties;
        if opened || properties.flag(Property::Sandboxed) != Some(false) {
            properties.set(Property::Sandboxed, Value::Flag(!opened), proof(Grade::X));
        }
    }
    asks(reader, (job, step, task), agent, at, drafts, flows);
    if job.writes && !step.effects.is_empty() {
        let target = third_party(drafts, KEEPER, catalogue::third_party(KEEPER));
        push_new(&mut drafts[target].evidence, reader.evidence(job.mark));
        let flow = flows.by_key.entry((at, target, Some("https".to_owned()))).or_default();
        push_new(&mut flow.evidence, reader.evidence(job.mark));
        let proof = || reader.proof(Grade::P, [job.mark]);
        flow.authenticated.get_or_insert_with(|| Proved { holds: true, proof: proof() });
        flow.encrypted.get_or_insert_with(|| Proved { holds: true, proof: proof() });
        flow.properties.set(Property::Credential, Value::Text("workload_identity".to_owned()), proof());
        flow.properties.set(Property::Operations, Value::List(vec!["write".to_owned()]), proof());
    }
    let everybody = agent.admits.as_ref().is_none_or(|inputs| inputs.iter().any(|input| told(step, input) == Some("*")));
    (everybody && is_open(job)).then_some(key)
}

/// Adds whom an agent asks what to do.
fn asks(
    reader: &Reader<'_, '_>,
    (job, step, task): (&PipelineJob, &PipelineStep, &Task),
    agent: &Agent,
    at: usize,
    drafts: &mut Vec<Draft<'_>>,
    flows: &mut Flows,
) {
    let instead = agent.instead.iter().find(|(input, _)| told(step, input) == Some("true")).map(|(_, provider)| provider.as_str());
    let Some(provider) = instead.or(task.to.as_deref()) else { return };
    let target = third_party(drafts, provider, catalogue::third_party(provider));
    push_new(&mut drafts[target].evidence, reader.evidence(step.mark));
    let flow = flows.by_key.entry((at, target, Some("https".to_owned()))).or_default();
    push_new(&mut flow.evidence, reader.evidence(step.mark));
    let proof = || reader.proof(Grade::P, [step.mark]);
    flow.encrypted.get_or_insert_with(|| Proved { holds: true, proof: proof() });
    let by = match instead {
        Some(_) => job.identity.then_some("workload_identity"),
        None => credential(job, step, task),
    };
    if let Some(by) = by {
        flow.authenticated.get_or_insert_with(|| Proved { holds: true, proof: proof() });
        flow.properties.set(Property::Credential, Value::Text(by.to_owned()), proof());
    }
    if !step.prompts.is_empty() {
        flow.properties.set(Property::PromptFromInput, Value::Flag(true), proof());
    }
}

/// What it may do: all that steps let it, and nobody is asked.
fn may(properties: &mut Properties, effects: &[String], proof: &dyn Fn(Grade) -> Proof) {
    let mut all = effects.to_vec();
    let mut seen = proof(Grade::P);
    if let (Some(Value::List(before)), Some(known)) = (properties.get(Property::ToolEffects), properties.proofs.get(&Property::ToolEffects)) {
        all.extend(before.iter().cloned());
        known.evidence.iter().for_each(|place| push_new(&mut seen.evidence, place.clone()));
    }
    all.sort();
    all.dedup();
    let unasked = Proof { evidence: seen.evidence.clone(), ..proof(Grade::X) };
    properties.set(Property::ToolEffects, Value::List(all), seen);
    properties.set(Property::HumanApproval, Value::Flag(false), unasked);
}

/// What an input of the step says.
fn told<'s>(step: &'s PipelineStep, input: &str) -> Option<&'s str> {
    step.with.iter().find(|(name, _)| name.eq_ignore_ascii_case(input))?.1.as_literal()
}
