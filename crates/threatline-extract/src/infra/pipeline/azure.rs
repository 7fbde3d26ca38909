//! Pipelines of Azure DevOps.

use super::{MANY, commands, kept};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, Pipeline, PipelineJob, PipelinePlatform, PipelineStep};

/// Keys at the top of which a pipeline has one beside what it does.
const STARTS: [&str; 5] = ["trigger", "pr", "pool", "schedules", "variables"];

/// Scripts of a step.
const SCRIPTS: [&str; 4] = ["script", "bash", "pwsh", "powershell"];

/// Ways in which a deployment comes to its steps.
const STRATEGIES: [&[&str]; 3] =
    [&["strategy", "runOnce", "deploy", "steps"], &["strategy", "rolling", "deploy", "steps"], &["strategy", "canary", "deploy", "steps"]];

/// Reads a document if it is such a pipeline; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    if !STARTS.iter().any(|key| document.get(key).is_some()) {
        return false;
    }
    let of = |node: &'_ Node, key: &str| -> Vec<Node> { node.get(key).map_or(&[][..], Node::items).to_vec() };
    let mut jobs: Vec<Node> = of(document, "stages").iter().flat_map(|stage| of(stage, "jobs")).chain(of(document, "jobs")).collect();
    jobs.retain(|job| job.get("job").is_some() || job.get("deployment").is_some());
    let own = document.get("steps").is_some_and(|steps| steps.items().iter().any(is_step));
    if !own && !jobs.iter().any(|job| steps(job).iter().any(is_step)) {
        return false;
    }
    let all = jobs.iter().chain(own.then_some(document)).take(MANY);
    let jobs = all.map(|node| job(node, out)).collect();
    let mark = out.mark(document.line, document.line);
    out.say(InfraFact::Pipeline(Pipeline { platform: PipelinePlatform::AzurePipelines, triggers: Vec::new(), includes: Vec::new(), jobs, mark }));
    true
}

fn is_step(step: &Node) -> bool {
    step.get("task").is_some() || SCRIPTS.iter().any(|key| step.get(key).is_some())
}

fn steps(job: &Node) -> &[Node] {
    let deployed = || STRATEGIES.iter().find_map(|path| job.at(path));
    job.get("steps").or_else(deployed).map_or(&[][..], Node::items)
}

fn job(node: &Node, out: &mut Extracted) -> PipelineJob {
    let name = node.str_at(&["job"]).or_else(|| node.str_at(&["deployment"])).unwrap_or("steps");
    PipelineJob {
        name: name.to_owned(),
        environment: node.str_at(&["environment"]).or_else(|| node.str_at(&["environment", "name"])).map(str::to_owned),
        conditional: node.get("condition").is_some(),
        steps: steps(node).iter().filter(|step| is_step(step)).take(MANY).map(|node| step(node, out)).collect(),
        mark: out.mark(node.line, node.line),
        ..PipelineJob::default()
    }
}

fn step(node: &Node, out: &mut Extracted) -> PipelineStep {
    let inline = node.str_at(&["inputs", "inlineScript"]).or_else(|| node.str_at(&["inputs", "script"]));
    let script = SCRIPTS.iter().find_map(|key| node.str_at(&[key])).or(inline).unwrap_or_default();
    let inputs = node.get("inputs").map_or(&[][..], Node::entries).iter().take(MANY);
    PipelineStep {
        uses: node.str_at(&["task"]).map(str::to_owned),
        with: inputs.filter_map(|entry| kept(&entry.key, &entry.value)).collect(),
        runs: commands(script),
        mark: out.mark(node.line, node.end_line),
        ..PipelineStep::default()
    }
}
