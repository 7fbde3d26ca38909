//! What agents may do that steps of pipelines start, and what outsiders tell them.
//!
//! Nobody sits at a pipeline: what an agent may not do without asking it does not do.

use super::{LETTERS, expressions, joined, parts};
use crate::node::{self, Entry, Node};
use std::collections::BTreeSet;
use threatline_facts::ArtifactKind;
use threatline_knowledge::catalogue::agent;
use threatline_knowledge::catalogue::pipeline::{self, Agent};

/// What an agent does that may do everything.
const ALL: [&str; 3] = ["execute", "network", "write"];

/// Options behind which a command or an input lists tools.
const LISTS: [&str; 4] = ["--allowedTools", "--allowed-tools", "--allow-tool", "--tools"];

/// Tools of one list.
const MANY: usize = 200;

/// What the agent may do that an action starts, and expressions in what it is told that outsiders fill.
pub(super) fn of_action(uses: &str, with: &[Entry]) -> (Vec<String>, Vec<String>) {
    let Some(agent) = pipeline::action(uses.split('@').next().unwrap_or(uses)).and_then(|task| task.agent.as_ref()) else {
        return (Vec::new(), Vec::new());
    };
    let told = |name: &str| with.iter().find(|entry| entry.key.eq_ignore_ascii_case(name)).and_then(|entry| entry.value.as_str());
    let texts = |names: &[String]| names.iter().filter_map(|name| told(name)).collect::<Vec<_>>();
    let prompts = texts(&agent.prompt).into_iter().flat_map(expressions).filter(|inside| pipeline::is_filled_by_outsiders(inside)).map(str::to_owned);
    let only_reads = agent.reads.iter().any(|(name, value)| told(name) == Some(value));
    let mut effects: BTreeSet<&str> = agent.effects.iter().map(String::as_str).filter(|_| !only_reads).collect();
    for settings in texts(&agent.confined) {
        if let Some(tools) = confined(settings) {
            effects = tools;
        }
    }
    for text in texts(&agent.tools) {
        // an input of arguments lists them behind an option
        let listed = if text.contains("--") { behind_options(text) } else { vec![text.to_owned()] };
        effects.extend(listed.iter().flat_map(|list| effects_of(list)));
        effects.extend(frees(agent, text));
    }
    (effects.into_iter().map(str::to_owned).collect(), prompts.collect())
}

/// The same of an agent that commands of a script start. What it is told is seen as a part of the script.
pub(super) fn of_script(script: &str) -> Vec<String> {
    let joined = joined(script);
    let mut effects = BTreeSet::new();
    for part in parts(&joined) {
        let Some(agent) = super::command(part).and_then(pipeline::command).and_then(|task| task.agent.as_ref()) else { continue };
        effects.extend(agent.effects.iter().map(String::as_str));
        effects.extend(behind_options(part).iter().flat_map(|list| effects_of(list)));
        effects.extend(frees(agent, part));
    }
    effects.into_iter().map(str::to_owned).collect()
}

fn frees(agent: &Agent, text: &str) -> impl Iterator<Item = &'static str> {
    let words = || text.split(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | ','));
    let freed = agent.frees.iter().any(|free| words().any(|word| word == free || word.split_once('=').is_some_and(|(_, value)| value == free)));
    ALL.into_iter().filter(move |_| freed)
}

/// What stands behind options that list tools, up to the next option.
fn behind_options(text: &str) -> Vec<String> {
    let mut lists: Vec<String> = Vec::new();
    for option in LISTS {
        for (at, _) in text.match_indices(option).take(MANY) {
            let rest = &text[at + option.len()..];
            if rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '-') {
                continue;
            }
            let end = rest.find(" --").or_else(|| rest.find("\n--")).unwrap_or(rest.len());
            lists.push(rest[..end].to_owned());
        }
    }
    lists
}

/// What the tools of a list do: they are parted by commas, spaces or lines, and what is in parentheses belongs together.
fn effects_of(list: &str) -> BTreeSet<&'static str> {
    let mut effects = BTreeSet::new();
    let (mut depth, mut word) = (0usize, String::new());
    for letter in list.chars().chain([',']).take(LETTERS * MANY) {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && (letter == ',' || letter.is_whitespace()) {
            let named = word.trim_matches(['"', '\'', '=', '[', ']']);
            match agent::allowed(named) {
                _ if named == "*" => effects.extend(ALL),
                Some(allowed) if allowed.effect != "read" => _ = effects.insert(allowed.effect),
                _ => {}
            }
            word.clear();
        } else {
            word.push(letter);
        }
    }
    effects
}

/// All that settings let an agent do, if they list it.
fn confined(settings: &str) -> Option<BTreeSet<&'static str>> {
    let document = node::parse(ArtifactKind::Json, settings).ok()?.into_iter().next()?;
    let listed = document.get("coreTools").or_else(|| document.at(&["tools", "core"])).filter(|list| list.is_sequence())?;
    Some(listed.items().iter().take(MANY).filter_map(Node::as_str).flat_map(effects_of).collect())
}
