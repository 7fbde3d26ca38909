//! Builds of AWS CodeBuild (`buildspec.yml`). Each runs with a role of the account.

use super::{MANY, commands, images};
use crate::node::{Entry, Node};
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, Pipeline, PipelineJob, PipelinePlatform, PipelineStep};

/// Reads a document if it is a build; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let phases = document.get("phases").map_or(&[][..], Node::entries);
    let is_phase = |entry: &Entry| matches!(entry.key.as_str(), "install" | "pre_build" | "build" | "post_build");
    if document.get("version").is_none() || phases.is_empty() || !phases.iter().all(is_phase) {
        return false;
    }
    let mut secrets = Vec::new();
    for store in ["secrets-manager", "parameter-store"] {
        let named = document.at(&["env", store]).map_or(&[][..], Node::entries).iter().take(MANY);
        secrets.extend(named.filter_map(|entry| Some((entry.key.clone(), entry.value.as_str()?.to_owned()))));
    }
    // all phases run in one place, one after the other
    let steps = phases.iter().map(|entry| step(entry, out)).collect();
    let mark = out.mark(document.line, document.line);
    let job = PipelineJob { name: "build".to_owned(), identity: true, secrets, steps, mark, ..PipelineJob::default() };
    out.say(InfraFact::Pipeline(Pipeline { platform: PipelinePlatform::CodeBuild, triggers: Vec::new(), includes: Vec::new(), jobs: vec![job], mark }));
    true
}

fn step(entry: &Entry, out: &mut Extracted) -> PipelineStep {
    let lines = ["commands", "finally"].iter().filter_map(|key| entry.value.get(key)).flat_map(Node::one_or_many).filter_map(Node::as_str);
    let script = lines.collect::<Vec<_>>().join("\n");
    PipelineStep { runs: commands(&script), images: images::of_script(&script), mark: out.mark(entry.line, entry.end_line()), ..PipelineStep::default() }
}
