//! Agents that people develop with, as the repository configures them: what they may do without anybody being asked, and what
//! shuts them in. They are of development: nothing of the system is reached through them.

use super::draft::Draft;
use super::flows::push_new;
use super::said::{At, Said};
use std::collections::BTreeMap;
use threatline_facts::Mark;
use threatline_facts::infra::AgentRights;
use threatline_knowledge::catalogue::agent::developers_agent;
use threatline_model::{ComponentKind, Environment, Evidence, EvidenceSource, Exposure, Grade, Proof, Property, Role, Value};

/// What people's own agents are called here, whichever they use.
const AGENT: &str = "coding-agent";

/// The agent of whoever develops here.
pub(crate) fn of_developers(drafts: &mut Vec<Draft<'_>>, product: &str, place: Evidence) -> usize {
    let at = drafts.iter().position(|draft| draft.name == AGENT && draft.environment == Environment::Development).unwrap_or_else(|| {
        let mut draft = Draft::new(AGENT, "", ComponentKind::Process);
        draft.roles.insert(Role::Agent);
        draft.environment = Environment::Development;
        draft.exposure = Exposure::Local;
        drafts.push(draft);
        drafts.len() - 1
    });
    drafts[at].technologies.insert(product.to_owned());
    push_new(&mut drafts[at].evidence, place);
    at
}

/// Says of the agent what files let it do. Each may be another agent's: the freest of them counts.
pub(crate) fn apply(drafts: &mut Vec<Draft<'_>>, said: &Said<'_>, in_test: &dyn Fn(&str) -> bool) {
    let of_developers_here = |rights: &&At<'_, AgentRights>| !in_test(&rights.path);
    let mut effects: BTreeMap<String, Vec<Evidence>> = BTreeMap::new();
    let mut told: BTreeMap<(Property, bool), Vec<Evidence>> = BTreeMap::new();
    let mut agent = None;
    for rights in said.agent_rights.iter().filter(of_developers_here) {
        let Some(product) = developers_agent(&rights.path) else { continue };
        let place = |mark: Mark| Evidence::new(rights.path.clone(), Some(mark), EvidenceSource::Infrastructure, product);
        agent = Some(of_developers(drafts, product, place(rights.it.mark)));
        rights.it.effects.iter().for_each(|(effect, mark)| effects.entry(effect.clone()).or_default().push(place(*mark)));
        rights.it.unasked.iter().for_each(|mark| told.entry((Property::HumanApproval, false)).or_default().push(place(*mark)));
        rights.it.asked.iter().for_each(|mark| told.entry((Property::HumanApproval, true)).or_default().push(place(*mark)));
        rights.it.sandboxed.iter().for_each(|(holds, mark)| told.entry((Property::Sandboxed, *holds)).or_default().push(place(*mark)));
    }
    let Some(at) = agent else { return };
    let properties = &mut drafts[at].properties;
    if !effects.is_empty() {
        let evidence = effects.values().flatten().cloned().collect();
        properties.set(Property::ToolEffects, Value::List(effects.into_keys().collect()), Proof { grade: Grade::P, confidence: 900, evidence });
    }
    for property in [Property::HumanApproval, Property::Sandboxed] {
        if let Some((holds, evidence)) = [false, true].into_iter().find_map(|holds| Some((holds, told.remove(&(property, holds))?))) {
            properties.set(property, Value::Flag(holds), Proof { grade: Grade::X, confidence: 950, evidence });
        }
    }
}
