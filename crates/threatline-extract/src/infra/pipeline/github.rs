//! Workflows of GitHub Actions.

use super::{LETTERS, MANY, agents, commands, expressions, images, kept};
use crate::node::{Entry, Node};
use threatline_facts::Extracted;
use threatline_facts::infra::{BuiltImage, InfraFact, Pipeline, PipelineJob, PipelinePlatform, PipelineStep, Trigger};
use threatline_knowledge::catalogue::pipeline;

/// The token that every job has; what it may, `permissions` say.
const OWN_TOKEN: &str = "GITHUB_TOKEN";

/// Words of conditions that ask who or what started a job.
const ASKED: [&str; 9] =
    ["author_association", "github.actor", "head.repo", "event.label", "labels", "sender", "permission", "github.repository ", "workflow_run.event"];

/// Keys under a trigger that narrow it.
const FILTERS: [&str; 4] = ["branches", "tags", "branches-ignore", "workflows"];

/// Reads a document if it is a workflow; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let (Some(on), Some(jobs)) = (document.entry("on").or_else(|| document.entry("true")), document.get("jobs")) else { return false };
    let is_job = |entry: &Entry| entry.value.get("runs-on").is_some() || entry.value.str_at(&["uses"]).is_some();
    if !jobs.entries().iter().any(is_job) {
        return false;
    }
    let triggers = triggers(on, out);
    let shared = secrets_of(document.get("env"));
    let jobs = jobs.entries().iter().filter(|entry| is_job(entry)).take(MANY).map(|entry| job(entry, document, &shared, out)).collect();
    let mark = out.mark(document.line, on.end_line());
    out.say(InfraFact::Pipeline(Pipeline { platform: PipelinePlatform::GithubActions, triggers, includes: Vec::new(), jobs, mark }));
    true
}

fn triggers(on: &Entry, out: &mut Extracted) -> Vec<Trigger> {
    let written = on.value.entries().iter().map(|entry| {
        let filtered = FILTERS.iter().any(|key| entry.value.get(key).is_some()) || types(&entry.value).eq(["labeled"]);
        (entry.key.clone(), filtered, entry.line, entry.end_line())
    });
    let named = on.value.one_or_many().iter().filter_map(|event| Some((event.as_str()?.to_owned(), false, event.line, event.end_line)));
    let all: Vec<_> = written.chain(named).take(MANY).collect();
    all.into_iter().map(|(event, filtered, line, end)| Trigger { event, filtered, mark: out.mark(line, end) }).collect()
}

fn types(trigger: &Node) -> impl Iterator<Item = &str> {
    trigger.get("types").map_or(&[][..], Node::one_or_many).iter().filter_map(Node::as_str)
}

fn job(entry: &Entry, document: &Node, shared: &[(String, String)], out: &mut Extracted) -> PipelineJob {
    let node = &entry.value;
    let permissions = node.get("permissions").or_else(|| document.get("permissions"));
    let may = |what: &str| permissions.is_some_and(|all| all.as_str() == Some("write-all") || all.str_at(&[what]) == Some("write"));
    let condition = node.str_at(&["if"]).unwrap_or_default();
    let secrets = shared.iter().cloned().chain(secrets_of(node.get("env"))).chain(secrets_of(node.get("secrets"))).collect();
    let steps = node.get("steps").map_or(&[][..], Node::items);
    PipelineJob {
        name: entry.key.clone(),
        environment: node.str_at(&["environment"]).or_else(|| node.str_at(&["environment", "name"])).map(str::to_owned),
        identity: may("id-token"),
        writes: ["contents", "packages", "deployments", "pull-requests", "issues", "actions", "pages"].iter().any(|what| may(what)),
        conditional: ASKED.iter().any(|word| condition.contains(word)),
        calls: node.str_at(&["uses"]).and_then(|uses| uses.strip_prefix("./")).map(str::to_owned),
        secrets,
        steps: steps.iter().take(MANY).map(|step| self::step(step, out)).collect(),
        mark: out.mark(entry.line, entry.line),
    }
}

fn step(node: &Node, out: &mut Extracted) -> PipelineStep {
    let script = node.str_at(&["run"]).unwrap_or_default();
    let with = node.get("with").map_or(&[][..], Node::entries);
    // the one action whose input is a script
    let inline = with.iter().filter(|entry| entry.key == "script" && node.str_at(&["uses"]).is_some_and(|uses| uses.starts_with("actions/github-script")));
    let scripts: Vec<&str> = std::iter::once(script).chain(inline.filter_map(|entry| entry.value.as_str())).collect();
    let mut secrets = secrets_of(node.get("env"));
    secrets.extend(secrets_of(node.get("with")));
    secrets.extend(expressions(script).flat_map(secrets_in).map(|name| (String::new(), name)));
    let (mut effects, prompts) = agents::of_action(node.str_at(&["uses"]).unwrap_or_default(), with);
    effects.extend(agents::of_script(script));
    PipelineStep {
        uses: node.str_at(&["uses"]).filter(|uses| uses.len() <= LETTERS).map(str::to_owned),
        with: with.iter().take(MANY).filter_map(|entry| kept(&entry.key, &entry.value)).collect(),
        runs: commands(script),
        secrets,
        images: if node.get("working-directory").is_some() { Vec::new() } else { images_of(node, script) },
        expands: scripts.into_iter().flat_map(expressions).filter(|inside| pipeline::is_filled_by_outsiders(inside)).map(str::to_owned).collect(),
        prompts,
        effects,
        mark: out.mark(node.line, node.end_line),
    }
}

/// Images that a step builds from folders of the repository.
fn images_of(step: &Node, script: &str) -> Vec<BuiltImage> {
    let mut built = images::of_action(step.str_at(&["uses"]).unwrap_or_default(), step.get("with"));
    built.extend(images::of_script(script));
    built
}

/// Secrets among the values of a mapping, each with its key; the repository's own token is none.
fn secrets_of(mapping: Option<&Node>) -> Vec<(String, String)> {
    let entries = mapping.map_or(&[][..], Node::entries).iter().take(MANY);
    let of = |entry: &Entry| {
        let names: Vec<String> = entry.value.as_str().into_iter().flat_map(expressions).flat_map(secrets_in).collect();
        let key = entry.key.clone();
        names.into_iter().map(move |name| (key.clone(), name))
    };
    entries.flat_map(of).collect()
}

/// `secrets.NAME` in an expression.
fn secrets_in(expression: &str) -> impl Iterator<Item = String> {
    let name = |rest: &str| rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect::<String>();
    expression.split("secrets.").skip(1).map(name).filter(|name| !name.is_empty() && name != OWN_TOKEN)
}
