//! Pipelines of GitLab.

use super::{MANY, commands, images};
use crate::node::{Entry, Node};
use threatline_facts::Extracted;
use threatline_facts::infra::{InfraFact, Pipeline, PipelineJob, PipelinePlatform, PipelineStep};

/// Keys at the top that are no jobs.
const KEYWORDS: [&str; 14] = [
    "stages",
    "variables",
    "include",
    "workflow",
    "default",
    "image",
    "services",
    "before_script",
    "after_script",
    "cache",
    "spec",
    "types",
    "pages:deploy",
    "retry",
];

/// Scripts of a job, in the order in which they run.
const SCRIPTS: [&str; 3] = ["before_script", "script", "after_script"];

/// `extends` is followed so many times.
const DEEPEST: usize = 11;

/// Reads a document if it is a pipeline; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let is_job = |entry: &Entry| !KEYWORDS.contains(&entry.key.as_str()) && entry.value.is_mapping();
    let all: Vec<&Entry> = document.entries().iter().filter(|entry| is_job(entry)).collect();
    let has = |entry: &Entry, keys: &[&str]| keys.iter().any(|key| entry.value.get(key).is_some());
    // a job is known by its script, and by a word that no other format has beside one
    let is_sure = |entry: &&Entry| {
        has(entry, &["script", "extends"]) && has(entry, &["stage", "rules", "only", "extends", "needs", "artifacts", "tags", "image", "environment"])
    };
    let told = document.get("stages").is_some() || document.get("include").is_some() || all.iter().copied().filter(is_sure).count() >= 2;
    let has_jobs = all.iter().any(is_sure) || document.get("stages").is_some() && !includes(document).is_empty();
    if document.get("jobs").is_some() || !told || !has_jobs {
        return false;
    }
    let jobs = all.iter().filter(|entry| !entry.key.starts_with('.')).take(MANY).map(|entry| job(entry, document, out)).collect();
    let mark = out.mark(document.line, document.line);
    out.say(InfraFact::Pipeline(Pipeline { platform: PipelinePlatform::GitlabCi, triggers: Vec::new(), includes: includes(document), jobs, mark }));
    true
}

/// `include: /ci/deploy.yml`, `include: [{ local: ci/deploy.yml }]`; others lie elsewhere.
fn includes(document: &Node) -> Vec<String> {
    let all = document.get("include").map_or(&[][..], Node::one_or_many).iter().take(MANY);
    let local = all.filter_map(|item| item.as_str().filter(|path| !path.contains("://")).or_else(|| item.str_at(&["local"])));
    local.map(|path| path.trim_start_matches("./").trim_start_matches('/').to_owned()).collect()
}

fn job(entry: &Entry, document: &Node, out: &mut Extracted) -> PipelineJob {
    let line = line(&entry.value, document);
    let said = |key: &str| line.iter().find_map(|node| node.get(key));
    let script: Vec<&str> =
        SCRIPTS.iter().filter_map(|key| said(key).or_else(|| document.at(&["default", key])).or_else(|| document.get(key))).flat_map(texts).collect();
    let environment = said("environment").and_then(|node| node.as_str().or_else(|| node.str_at(&["name"])));
    let script = script.join("\n");
    let step =
        PipelineStep { runs: commands(&script), images: images::of_script(&script), mark: out.mark(entry.line, entry.end_line()), ..PipelineStep::default() };
    PipelineJob {
        name: entry.key.clone(),
        environment: environment.map(str::to_owned),
        identity: said("id_tokens").is_some(),
        conditional: said("rules").is_some() || said("only").is_some(),
        steps: vec![step],
        mark: out.mark(entry.line, entry.line),
        ..PipelineJob::default()
    }
}

/// A job and what it extends, the nearest first.
fn line<'n>(job: &'n Node, document: &'n Node) -> Vec<&'n Node> {
    let mut line = vec![job];
    let mut next = 0;
    while let Some(node) = line.get(next).copied().filter(|_| line.len() < DEEPEST) {
        let bases = node.get("extends").map_or(&[][..], Node::one_or_many).iter().rev();
        line.extend(bases.filter_map(|base| document.get(base.as_str()?)));
        next += 1;
    }
    line.truncate(DEEPEST);
    line
}

/// The lines of a script, lists in lists included.
fn texts(node: &Node) -> Vec<&str> {
    node.one_or_many().iter().flat_map(|item| item.one_or_many().iter().filter_map(Node::as_str)).collect()
}
