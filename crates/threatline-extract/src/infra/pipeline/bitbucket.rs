//! Pipelines of Bitbucket.

use super::{MANY, commands};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, Pipeline, PipelineJob, PipelinePlatform, PipelineStep};

/// What starts a pipeline.
const STARTS: [&str; 5] = ["default", "branches", "pull-requests", "tags", "custom"];

/// Steps stand in steps so deep at most.
const DEEPEST: usize = 8;

/// Reads a document if it is such a configuration; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let Some(pipelines) = document.get("pipelines").filter(|pipelines| STARTS.iter().any(|key| pipelines.get(key).is_some())) else { return false };
    let mut steps = Vec::new();
    STARTS.iter().filter_map(|key| pipelines.get(key)).for_each(|node| collect(node, &mut steps, DEEPEST));
    if steps.is_empty() {
        return false;
    }
    let jobs = steps.iter().map(|step| job(step, out)).collect();
    let mark = out.mark(document.line, document.line);
    out.say(InfraFact::Pipeline(Pipeline { platform: PipelinePlatform::BitbucketPipelines, triggers: Vec::new(), includes: Vec::new(), jobs, mark }));
    true
}

/// Every `step` below a node.
fn collect<'n>(node: &'n Node, out: &mut Vec<&'n Node>, depth: usize) {
    if depth == 0 || out.len() >= MANY {
        return;
    }
    for entry in node.entries() {
        if entry.key == "step" && entry.value.get("script").is_some() { out.push(&entry.value) } else { collect(&entry.value, out, depth - 1) }
    }
    node.items().iter().for_each(|item| collect(item, out, depth - 1));
}

fn job(step: &Node, out: &mut Extracted) -> PipelineJob {
    let script: Vec<&str> = step.get("script").map_or(&[][..], Node::one_or_many).iter().filter_map(Node::as_str).collect();
    let mark = out.mark(step.line, step.end_line);
    PipelineJob {
        name: step.str_at(&["name"]).unwrap_or("step").to_owned(),
        environment: step.str_at(&["deployment"]).map(str::to_owned),
        identity: step.get("oidc").and_then(Node::as_bool) == Some(true),
        steps: vec![PipelineStep { runs: commands(&script.join("\n")), mark, ..PipelineStep::default() }],
        mark,
        ..PipelineJob::default()
    }
}
