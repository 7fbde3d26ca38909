//! Builds of Google's Cloud Build. Each runs as a service account of the project.

use super::{MANY, commands, images};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, Pipeline, PipelineJob, PipelinePlatform, PipelineStep};

/// Reads a document if it is a build; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let steps = document.get("steps").map_or(&[][..], Node::items);
    let is_step = |step: &Node| {
        let image = step.str_at(&["name"]).is_some_and(|name| name.contains('/') || name.contains(':') || matches!(name, "docker" | "gcloud" | "bash"));
        image && ["args", "entrypoint", "script", "dir"].iter().any(|key| step.get(key).is_some())
    };
    if document.get("jobs").is_some() || steps.is_empty() || !steps.iter().all(|step| step.str_at(&["name"]).is_some()) || !steps.iter().any(is_step) {
        return false;
    }
    let secrets = secrets(document);
    let steps = steps.iter().take(MANY).map(|node| step(node, &secrets, out)).collect();
    let mark = out.mark(document.line, document.line);
    let job = PipelineJob { name: "build".to_owned(), identity: true, steps, mark, ..PipelineJob::default() };
    out.say(InfraFact::Pipeline(Pipeline { platform: PipelinePlatform::CloudBuild, triggers: Vec::new(), includes: Vec::new(), jobs: vec![job], mark }));
    true
}

/// Variables that hold secrets, with the secrets' names.
fn secrets(document: &Node) -> Vec<(String, String)> {
    let managed = document.at(&["availableSecrets", "secretManager"]).map_or(&[][..], Node::items);
    let of = |node: &Node| {
        let name = node.str_at(&["versionName"])?.split("/secrets/").nth(1)?.split('/').next()?.to_owned();
        Some((node.str_at(&["env"])?.to_owned(), name))
    };
    managed.iter().take(MANY).filter_map(of).collect()
}

fn step(node: &Node, secrets: &[(String, String)], out: &mut Extracted) -> PipelineStep {
    let arguments: Vec<&str> = node.get("args").map_or(&[][..], Node::one_or_many).iter().filter_map(Node::as_str).collect();
    let image = node.str_at(&["name"]).unwrap_or_default();
    let tool = image.split('@').next().unwrap_or(image).rsplit('/').next().unwrap_or(image).split(':').next().unwrap_or_default();
    let entry = node.str_at(&["entrypoint"]);
    let script = match (node.str_at(&["script"]), entry) {
        (Some(script), _) => script.to_owned(),
        (None, Some("bash" | "sh" | "/bin/bash" | "/bin/sh")) => arguments.last().copied().unwrap_or_default().to_owned(),
        (None, entry) => {
            let tool = entry.unwrap_or(if tool == "cloud-sdk" || tool == "gcloud-slim" { "gcloud" } else { tool });
            std::iter::once(tool).chain(arguments.iter().copied()).collect::<Vec<_>>().join(" ")
        }
    };
    let handed = node.get("secretEnv").map_or(&[][..], Node::items).iter().filter_map(Node::as_str);
    let handed = handed.filter_map(|variable| secrets.iter().find(|(known, _)| known == variable).cloned());
    PipelineStep {
        runs: commands(&script),
        secrets: handed.take(MANY).collect(),
        images: if node.get("dir").is_some() { Vec::new() } else { images::of_script(&script) },
        mark: out.mark(node.line, node.end_line),
        ..PipelineStep::default()
    }
}
