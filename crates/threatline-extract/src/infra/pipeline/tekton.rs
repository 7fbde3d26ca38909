//! Tasks and pipelines of Tekton.

use super::{MANY, commands, images, kept};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, Pipeline, PipelineJob, PipelinePlatform, PipelineStep};

/// Reads a resource of Tekton's.
pub(in crate::infra) fn read(document: &Node, kind: &str, out: &mut Extracted) {
    let Some(spec) = document.get("spec") else { return };
    let name = document.str_at(&["metadata", "name"]).or_else(|| document.str_at(&["metadata", "generateName"])).unwrap_or(kind).to_owned();
    let jobs: Vec<PipelineJob> = match kind {
        "Task" | "ClusterTask" => vec![task(name, spec, document, out)],
        "TaskRun" => spec.get("taskSpec").map(|own| task(name, own, document, out)).into_iter().collect(),
        "Pipeline" | "PipelineRun" => {
            let spec = if kind == "Pipeline" { Some(spec) } else { spec.get("pipelineSpec") };
            let all = ["tasks", "finally"].iter().filter_map(|key| spec?.get(key)).flat_map(Node::items).take(MANY);
            all.map(|node| {
                let name = node.str_at(&["name"]).unwrap_or_default().to_owned();
                match node.get("taskSpec") {
                    Some(own) => task(name, own, node, out),
                    None => called(name, node, out),
                }
            })
            .collect()
        }
        _ => return,
    };
    if !jobs.is_empty() {
        let mark = out.mark(document.line, document.line);
        out.say(InfraFact::Pipeline(Pipeline { platform: PipelinePlatform::Tekton, triggers: Vec::new(), includes: Vec::new(), jobs, mark }));
    }
}

/// A task of the catalogue, or one that is read where it lies.
fn called(name: String, node: &Node, out: &mut Extracted) -> PipelineJob {
    let mark = out.mark(node.line, node.end_line);
    let parameters = node.get("params").map_or(&[][..], Node::items).iter().take(MANY);
    let with = parameters.filter_map(|parameter| kept(parameter.str_at(&["name"])?, parameter.get("value")?)).collect();
    let uses = node.str_at(&["taskRef", "name"]).map(str::to_owned);
    PipelineJob { name, steps: vec![PipelineStep { uses, with, mark, ..PipelineStep::default() }], mark, ..PipelineJob::default() }
}

fn task(name: String, spec: &Node, place: &Node, out: &mut Extracted) -> PipelineJob {
    let steps = spec.get("steps").map_or(&[][..], Node::items);
    let template = spec.at(&["stepTemplate", "env"]).map_or(&[][..], Node::items);
    PipelineJob {
        name,
        secrets: secrets(template),
        steps: steps.iter().take(MANY).map(|node| step(node, out)).collect(),
        mark: out.mark(place.line, place.line),
        ..PipelineJob::default()
    }
}

fn step(node: &Node, out: &mut Extracted) -> PipelineStep {
    let words = ["command", "args"].iter().filter_map(|key| node.get(key)).flat_map(Node::one_or_many).filter_map(Node::as_str);
    let script = node.str_at(&["script"]).map_or_else(|| words.collect::<Vec<_>>().join(" "), str::to_owned);
    PipelineStep {
        runs: commands(&script),
        secrets: secrets(node.get("env").map_or(&[][..], Node::items)),
        images: images::of_script(&script),
        mark: out.mark(node.line, node.end_line),
        ..PipelineStep::default()
    }
}

/// Variables that are filled from Secrets.
fn secrets(variables: &[Node]) -> Vec<(String, String)> {
    let of = |node: &Node| Some((node.str_at(&["name"])?.to_owned(), node.str_at(&["valueFrom", "secretKeyRef", "name"])?.to_owned()));
    variables.iter().take(MANY).filter_map(of).collect()
}
