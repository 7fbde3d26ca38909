//! Pipelines of Drone and of Woodpecker, which was Drone once.

use super::{MANY, commands, images, kept};
use crate::node::{Entry, Node};
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, Pipeline, PipelineJob, PipelinePlatform, PipelineStep};

/// Reads a document if it is a pipeline of one of them; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let of_drone = document.str_at(&["kind"]) == Some("pipeline") && document.get("apiVersion").is_none();
    let steps = steps(document);
    let is_sure = |(_, step): &(Option<&str>, &Node)| step.str_at(&["image"]).is_some() && (step.get("commands").is_some() || step.get("settings").is_some());
    if document.get("jobs").is_some() || document.get("services").is_some_and(|services| !of_drone && steps.is_empty() && services.is_mapping()) {
        return false;
    }
    if !steps.iter().any(is_sure) || (!of_drone && document.get("apiVersion").or_else(|| document.get("phases")).is_some()) {
        return false;
    }
    let platform = if of_drone { PipelinePlatform::Drone } else { PipelinePlatform::Woodpecker };
    let name = document.str_at(&["name"]).unwrap_or("pipeline").to_owned();
    let steps = steps.into_iter().take(MANY).map(|(_, node)| step(node, out)).collect();
    let mark = out.mark(document.line, document.line);
    let job = PipelineJob { name, steps, mark, ..PipelineJob::default() };
    out.say(InfraFact::Pipeline(Pipeline { platform, triggers: Vec::new(), includes: Vec::new(), jobs: vec![job], mark }));
    true
}

/// Steps as a list, or by their names.
fn steps(document: &Node) -> Vec<(Option<&str>, &Node)> {
    let Some(node) = document.get("steps").or_else(|| document.get("pipeline")) else { return Vec::new() };
    let named = node.entries().iter().map(|entry| (Some(entry.key.as_str()), &entry.value));
    node.items().iter().map(|step| (None, step)).chain(named).collect()
}

fn step(node: &Node, out: &mut Extracted) -> PipelineStep {
    let lines: Vec<&str> = node.get("commands").map_or(&[][..], Node::one_or_many).iter().filter_map(Node::as_str).collect();
    let script = lines.join("\n");
    let settings = node.get("settings").map_or(&[][..], Node::entries);
    let environment = node.get("environment").map_or(&[][..], Node::entries);
    let secret = |entry: &Entry| Some((entry.key.to_ascii_lowercase(), entry.value.str_at(&["from_secret"])?.to_owned()));
    let mut secrets: Vec<(String, String)> = settings.iter().take(MANY).filter_map(secret).collect();
    secrets.extend(environment.iter().take(MANY).filter_map(|entry| Some((entry.key.clone(), entry.value.str_at(&["from_secret"])?.to_owned()))));
    // Woodpecker hands secrets over by their names alone
    let handed = node.get("secrets").map_or(&[][..], Node::items).iter().take(MANY);
    secrets.extend(handed.filter_map(|item| {
        let name = item.as_str().or_else(|| item.str_at(&["source"]))?;
        Some((item.str_at(&["target"]).unwrap_or(name).to_ascii_uppercase(), name.to_owned()))
    }));
    let plugin = node.str_at(&["image"]).filter(|_| lines.is_empty());
    PipelineStep {
        uses: plugin.map(plugin_name),
        with: settings.iter().take(MANY).filter_map(|entry| kept(&entry.key, &entry.value)).collect(),
        runs: commands(&script),
        secrets,
        images: images::of_script(&script),
        expands: Vec::new(),
        mark: out.mark(node.line, node.end_line),
        ..PipelineStep::default()
    }
}

/// The image of a plugin without its registry and tag.
fn plugin_name(image: &str) -> String {
    let name = image.split('@').next().unwrap_or(image);
    let name = name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(name, |(name, _)| name);
    let parts: Vec<&str> = name.rsplitn(3, '/').collect();
    match parts.as_slice() {
        [last, owner, ..] => format!("{owner}/{last}"),
        _ => name.to_owned(),
    }
}
