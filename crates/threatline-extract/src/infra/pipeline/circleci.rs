//! Pipelines of CircleCI.

use super::{MANY, commands};
use crate::node::{Entry, Node};
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, Pipeline, PipelineJob, PipelinePlatform, PipelineStep};

/// Where a job runs; no other format has one of these beside steps.
const EXECUTORS: [&str; 5] = ["docker", "machine", "macos", "executor", "resource_class"];

/// Reads a document if it is such a configuration; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let is_job = |entry: &Entry| entry.value.get("steps").is_some() && EXECUTORS.iter().any(|key| entry.value.get(key).is_some());
    let all = document.get("jobs").map_or(&[][..], Node::entries);
    if document.get("version").is_none() || !all.iter().any(is_job) {
        return false;
    }
    let jobs = all.iter().filter(|entry| is_job(entry)).take(MANY).map(|entry| job(entry, out)).collect();
    let mark = out.mark(document.line, document.line);
    out.say(InfraFact::Pipeline(Pipeline { platform: PipelinePlatform::CircleCi, triggers: Vec::new(), includes: Vec::new(), jobs, mark }));
    true
}

fn job(entry: &Entry, out: &mut Extracted) -> PipelineJob {
    let steps = entry.value.get("steps").map_or(&[][..], Node::items).iter().take(MANY);
    let script = |step: &Node| step.str_at(&["run"]).or_else(|| step.str_at(&["run", "command"])).map(str::to_owned);
    let steps =
        steps.filter_map(|step| Some(PipelineStep { runs: commands(&script(step)?), mark: out.mark(step.line, step.end_line), ..PipelineStep::default() }));
    let steps = steps.collect();
    PipelineJob { name: entry.key.clone(), steps, mark: out.mark(entry.line, entry.line), ..PipelineJob::default() }
}
