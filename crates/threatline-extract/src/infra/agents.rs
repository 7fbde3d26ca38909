//! What agents may do that people develop with, as their own files say: settings of Claude Code, Codex, Gemini CLI, opencode,
//! editors and their like. The same files list the servers of tools that they use.
//!
//! Whose agent it is says the place of the file. Only what runs without anybody being asked is told, and what shuts it in:
//! a tool that asks first does what somebody wants.

use super::tool_servers;
use crate::node::{Entry, Node};
use std::collections::BTreeSet;
use threatline_facts::infra::{AgentRights, InfraFact};
use threatline_facts::{Extracted, Mark};
use threatline_knowledge::catalogue::agent;

/// Rules of one file.
const MANY: usize = 400;

/// What a file that asks for nothing lets an agent do.
const ALL: [&str; 3] = ["execute", "network", "write"];

/// Reads a document if it configures an agent or lists servers of tools; says whether it did.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let servers = tool_servers::read(document, out);
    let mut found = Found::default();
    for reader in [claude, codex, gemini, opencode, editors, allow_lists] {
        reader(document, &mut found);
    }
    found.say(document, out) || servers
}

/// Lines of what was found.
#[derive(Default)]
struct Found {
    effects: Vec<(&'static str, u32)>,
    unasked: BTreeSet<u32>,
    asked: Option<u32>,
    sandboxed: Option<(bool, u32)>,
}

impl Found {
    fn is_free(&mut self, effects: &[&'static str], line: u32) {
        self.unasked.insert(line);
        self.effects.extend(effects.iter().map(|effect| (*effect, line)));
    }

    /// One word of a list of what needs no approval.
    fn allows(&mut self, word: &str, line: u32) {
        if agent::is_everything(word) {
            return self.is_free(&ALL, line);
        }
        let Some(allowed) = agent::allowed(word).filter(|allowed| allowed.effect != "read") else { return };
        self.effects.push((allowed.effect, line));
        // to change files of the work tree is what the agent is there for, and can be taken back
        if allowed.wide && !matches!(allowed.effect, "write" | "network") {
            self.unasked.insert(line);
        }
    }

    fn say(mut self, document: &Node, out: &mut Extracted) -> bool {
        self.effects.sort();
        self.effects.dedup_by_key(|(effect, _)| *effect);
        if self.effects.is_empty() && self.unasked.is_empty() && self.asked.is_none() && self.sandboxed.is_none() {
            return false;
        }
        let mut at = |line: u32| out.mark(line, line);
        let effects: Vec<(String, Mark)> = self.effects.iter().map(|(effect, line)| ((*effect).to_owned(), at(*line))).collect();
        let unasked = self.unasked.iter().map(|line| at(*line)).collect();
        let (asked, sandboxed) = (self.asked.map(&mut at), self.sandboxed.map(|(holds, line)| (holds, at(line))));
        let mark = super::mark(document, out);
        out.say(InfraFact::AgentRights(AgentRights { effects, unasked, asked, sandboxed, mark }));
        true
    }
}

fn words(list: Option<&Node>) -> impl Iterator<Item = (&str, u32)> {
    list.map_or(&[][..], Node::items).iter().take(MANY).filter_map(|item| Some((item.as_str()?, item.line)))
}

/// Claude Code and Cursor: `permissions`, `sandbox`.
fn claude(document: &Node, found: &mut Found) {
    if let Some(permissions) = document.get("permissions").filter(|node| node.is_mapping()) {
        let denied: BTreeSet<&str> = words(permissions.get("deny")).map(|(word, _)| word).collect();
        for (word, line) in words(permissions.get("allow")) {
            let tool = word.split('(').next().unwrap_or(word);
            if !denied.contains(word) && !denied.contains(tool) {
                found.allows(word, line);
            }
        }
        // in the other modes whoever sits there is asked, or nothing happens
        if let Some(mode) = permissions.entry("defaultMode").filter(|mode| mode.value.as_str() == Some("bypassPermissions")) {
            found.is_free(&ALL, mode.line);
        }
    }
    if let Some(switch) = document.get("sandbox").and_then(|sandbox| sandbox.entry("enabled"))
        && let Some(on) = switch.value.as_bool()
    {
        found.sandboxed = Some((on, switch.line));
    }
}

/// Codex: `approval_policy`, `sandbox_mode`.
fn codex(document: &Node, found: &mut Found) {
    let told = |key: &str| document.entry(key).and_then(|entry| Some((entry.value.as_str()?, entry.line)));
    let (policy, mode) = (told("approval_policy"), told("sandbox_mode"));
    match policy {
        Some(("never", line)) if mode.is_none_or(|(mode, _)| mode != "read-only") => found.is_free(&["execute", "write"], line),
        Some(("untrusted" | "on-request", line)) => found.asked = Some(line),
        _ => {}
    }
    match mode {
        Some(("danger-full-access", line)) => found.sandboxed = Some((false, line)),
        Some(("read-only" | "workspace-write", line)) => found.sandboxed = Some((true, line)),
        _ => {}
    }
}

/// Gemini CLI and what came of it: `tools.allowed`, `tools.sandbox`; both stood at the top before.
fn gemini(document: &Node, found: &mut Found) {
    let tools = document.get("tools").filter(|tools| tools.is_mapping());
    let lists = [tools.and_then(|tools| tools.get("allowed")), document.get("allowedTools").filter(|_| is_geminis(document))];
    lists.into_iter().for_each(|list| words(list).for_each(|(word, line)| found.allows(word, line)));
    if let Some(sandbox) = tools.and_then(|tools| tools.entry("sandbox")).or_else(|| document.entry("sandbox").filter(|_| is_geminis(document))) {
        let named = sandbox.value.as_str().is_some_and(|name| matches!(name, "docker" | "podman" | "sandbox-exec"));
        if let Some(on) = sandbox.value.as_bool().or(named.then_some(true)) {
            found.sandboxed = Some((on, sandbox.line));
        }
    }
}

/// Keys that only its old form has at the top.
fn is_geminis(document: &Node) -> bool {
    ["contextFileName", "coreTools", "excludeTools", "autoAccept", "selectedAuthType"].iter().any(|key| document.get(key).is_some())
}

/// opencode: `permission`, a word or a word for each tool, or for each of its uses.
fn opencode(document: &Node, found: &mut Found) {
    let Some(permission) = document.entry("permission") else { return };
    let mut rule = |tool: &str, use_of: Option<&str>, entry: &Entry| match entry.value.as_str() {
        Some("allow") if use_of.is_none_or(agent::is_everything) => found.allows(tool, entry.line),
        Some("allow") => found.allows(&format!("{tool}({})", use_of.unwrap_or_default()), entry.line),
        Some("ask") if agent::is_everything(tool) => found.asked = Some(entry.line),
        _ => {}
    };
    match permission.value.as_str() {
        Some(_) => rule("*", None, permission),
        None => permission.value.entries().iter().take(MANY).for_each(|tool| match tool.value.is_mapping() {
            true => tool.value.entries().iter().take(MANY).for_each(|pattern| rule(&tool.key, Some(&pattern.key), pattern)),
            false => rule(&tool.key, None, tool),
        }),
    }
}

/// Switches of editors and of small programs that let all tools run.
const SWITCHES: &[&[&str]] = &[
    &["chat.tools.autoApprove"],
    &["chat.tools.global.autoApprove"],
    &["agent", "always_allow_tool_actions"],
    &["yes-always"],
    &["dangerously-skip-permissions"],
];

fn editors(document: &Node, found: &mut Found) {
    for path in SWITCHES {
        let Some((last, folders)) = path.split_last() else { continue };
        let entry = document.at(folders).and_then(|node| node.entry(last));
        if let Some(entry) = entry.filter(|entry| entry.value.as_bool() == Some(true)) {
            found.is_free(&ALL, entry.line);
        }
    }
    if let Some(commands) = document.get("chat.tools.terminal.autoApprove") {
        for entry in commands.entries().iter().take(MANY).filter(|entry| entry.value.as_bool() == Some(true)) {
            // patterns stand between slashes, beginnings of commands as they are
            let command = entry.key.trim_matches('/').trim_start_matches('^').trim_end_matches('$');
            found.allows(&format!("shell({command})"), entry.line);
        }
    }
    words(document.get("kiroAgent.trustedCommands")).for_each(|(command, line)| found.allows(&format!("shell({command})"), line));
}

/// Lists of tools that other agents need not ask for: Amazon Q's and Kiro's agents, Crush.
fn allow_lists(document: &Node, found: &mut Found) {
    let is_agent = document.get("allowedTools").is_some() && document.get("tools").is_some_and(Node::is_sequence);
    words(document.get("allowedTools").filter(|_| is_agent)).for_each(|(word, line)| found.allows(word, line));
    words(document.at(&["permissions", "allowed_tools"])).for_each(|(word, line)| found.allows(word, line));
}
