//! Agents: of people who develop, as their settings say; and of pipelines, which nobody watches.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::{Model, Property};

/// Agents with what they may do.
fn agents(model: &Model) -> Vec<String> {
    let verdict = |known: Option<bool>| known.map_or("?", |holds| if holds { "+" } else { "-" });
    let of = |c: &threatline_model::Component| {
        let effects = c.properties.get(Property::ToolEffects).and_then(|value| value.as_list()).unwrap_or_default().join(",");
        let [approval, sandbox] = [Property::HumanApproval, Property::Sandboxed].map(|property| verdict(c.properties.flag(property)));
        format!("{} {} {effects} approval{approval} sandbox{sandbox}", c.id.rest(), c.environment.name())
    };
    model.components.iter().filter(|c| c.roles.contains(&threatline_model::Role::Agent)).map(of).collect()
}

fn flows(model: &Model) -> Vec<String> {
    let of = |flow: &threatline_model::Flow| {
        let prompt = if flow.properties.flag(Property::PromptFromInput) == Some(true) { " prompt" } else { "" };
        format!("{} {}{prompt}", flow.id.rest(), flow.properties.text(Property::Credential).unwrap_or("?"))
    };
    model.flows.iter().map(of).collect()
}

fn reached(model: &Model) -> Vec<String> {
    let of = |entry: &threatline_model::EntryPoint| {
        let flows = entry.flows.iter().flatten().map(|flow| flow.rest().to_owned()).collect::<Vec<_>>().join(" ");
        format!("{} {flows}", entry.id.rest())
    };
    model.entry_points.iter().map(of).collect()
}

#[test]
fn the_freest_of_people_s_agents_counts() {
    let claude = r#"{"permissions": {"allow": ["Bash(npm test:*)", "Read"]}, "sandbox": {"enabled": true}}"#;
    let shown = agents(&model(&[(".claude/settings.json", claude)]));
    assert_eq!(shown, ["coding-agent development execute approval? sandbox+"]);
    let codex = "approval_policy = \"never\"\nsandbox_mode = \"danger-full-access\"\n";
    let shown = agents(&model(&[(".claude/settings.json", claude), (".codex/config.toml", codex)]));
    assert_eq!(shown, ["coding-agent development execute,write approval- sandbox-"]);
}

#[test]
fn settings_that_lie_elsewhere_configure_nobody_s_agent() {
    let settings = r#"{"permissions": {"allow": ["Bash(*)"]}}"#;
    assert!(model(&[("app/settings.json", settings), ("examples/.claude/settings.json", settings)]).components.is_empty());
    assert!(model(&[(".claude/settings.json", r#"{"model": "opus"}"#)]).components.is_empty());
}

fn workflow(job: &str, step: &str) -> Model {
    let text = format!("on: {{ issue_comment: {{ types: [created] }} }}\njobs:\n  answer:\n    runs-on: ubuntu-latest\n{job}    steps:\n{step}");
    model(&[(".github/workflows/answer.yml", &text)])
}

const GEMINI: &str = "      - uses: google-github-actions/run-gemini-cli@v0\n        with:\n          gemini_api_key: ${{ secrets.KEY }}\n          prompt: 'Answer ${{ github.event.comment.body }}'\n";

#[test]
fn an_agent_of_a_pipeline_does_what_outsiders_tell_it() {
    let model = workflow("    permissions: { issues: write }\n", GEMINI);
    assert_eq!(agents(&model), ["gemini-cli production execute,network,write approval- sandbox?"]);
    assert_eq!(
        flows(&model),
        ["gemini-cli>gemini:https static_key prompt", "gemini-cli>github:https workload_identity", "github-actions>gemini-cli:unknown ?"]
    );
    assert_eq!(reached(&model), ["github-actions:answer.yml/issue_comment github-actions>gemini-cli:unknown"]);
}

#[test]
fn where_the_author_is_asked_for_outsiders_do_not_reach_it() {
    let asked = workflow("    if: github.event.comment.author_association == 'OWNER'\n", GEMINI);
    assert_eq!(reached(&asked), ["github-actions:answer.yml/issue_comment "]);
    let claude = |more: &str| {
        let step = format!(
            "      - uses: anthropics/claude-code-action@v1\n        with:\n          anthropic_api_key: ${{{{ secrets.KEY }}}}\n          claude_args: --allowedTools Edit,Bash(make:*)\n{more}"
        );
        workflow("", &step)
    };
    assert_eq!(agents(&claude("")), ["claude-code production execute,write approval- sandbox?"]);
    assert_eq!(reached(&claude("")), ["github-actions:answer.yml/issue_comment "], "the action itself refuses them");
    assert_eq!(reached(&claude("          allowed_non_write_users: '*'\n")), ["github-actions:answer.yml/issue_comment github-actions>claude-code:unknown"]);
    assert_eq!(flows(&claude("          use_bedrock: true\n")), ["claude-code>bedrock:https ?", "github-actions>claude-code:unknown ?"]);
}

#[test]
fn an_agent_that_only_reads_acts_on_nothing() {
    let step = |sandbox: &str| {
        format!("      - uses: openai/codex-action@v1\n        with: {{ openai-api-key: '${{{{ secrets.KEY }}}}', prompt-file: review.md{sandbox} }}\n")
    };
    assert_eq!(agents(&workflow("", &step(", sandbox: read-only"))), ["codex production  approval? sandbox+"]);
    assert_eq!(agents(&workflow("", &step(""))), ["codex production execute,write approval- sandbox+"]);
    assert_eq!(agents(&workflow("", &step(", safety-strategy: unsafe"))), ["codex production execute,write approval- sandbox-"]);
}

const WORKFLOW: &str = r#"{"name": "Support", "active": true, "connections": {}, "nodes": [
  {"type": "n8n-nodes-base.webhook", "parameters": {"httpMethod": "POST", "path": "ask", "authentication": "headerAuth"}},
  {"type": "@n8n/n8n-nodes-langchain.chatTrigger", "webhookId": "5a1c", "parameters": {"public": true}},
  {"type": "@n8n/n8n-nodes-langchain.agent"},
  {"type": "@n8n/n8n-nodes-langchain.lmChatOllama", "credentials": {"ollamaApi": {"id": "1"}}},
  {"type": "@n8n/n8n-nodes-langchain.lmChatOpenAi", "credentials": {"openAiApi": {"id": "2"}}},
  {"type": "n8n-nodes-base.slackTool", "credentials": {"slackApi": {"id": "3"}}}]}"#;

#[test]
fn workflows_are_ways_in_of_what_runs_them() {
    let compose = "services:\n  n8n: {image: n8nio/n8n, ports: ['5678:5678']}\n  import: {image: n8nio/n8n, entrypoint: /bin/sh, command: [-c, 'n8n import:workflow --input=/data']}\n  ollama: {image: ollama/ollama}\n";
    let deployed = model(&[("docker-compose.yml", compose), ("data/support.json", WORKFLOW)]);
    let ways: Vec<String> = deployed.entry_points.iter().map(|e| format!("{} {:?} {}", e.id.rest(), e.authenticated, e.exposure.name())).collect();
    assert_eq!(ways, ["n8n:POST /webhook/5a1c/chat Some(false) internet", "n8n:POST /webhook/ask Some(true) internet"]);
    assert_eq!(flows(&deployed), ["n8n>ollama:http ?", "n8n>openai:https ?", "n8n>slack:https ?"]);
    assert_eq!(agents(&deployed), ["n8n production message approval? sandbox?"]);
    let off = WORKFLOW.replace("true, \"connections", "false, \"connections");
    assert!(model(&[("docker-compose.yml", compose), ("data/support.json", &off)]).entry_points.is_empty(), "it answers nobody");
    let elsewhere = model(&[("support.json", WORKFLOW), ("app/docker-compose.yml", "services:\n  ollama: {image: ollama/ollama}\n")]);
    assert_eq!(agents(&elsewhere), ["n8n production message approval? sandbox?"], "it runs somewhere");
    assert_eq!(flows(&elsewhere), ["n8n>openai:https ?", "n8n>slack:https ?"], "and asks what is there");
    assert!(model(&[("support.json", &off)]).components.is_empty());
}
