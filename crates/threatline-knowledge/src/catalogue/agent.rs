//! Agents that people develop with: where they are configured, and what their words for tools mean.

use super::load;
use serde::Deserialize;
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Agent {
    name: String,
    #[serde(default)]
    folders: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tool {
    effect: String,
    names: Vec<String>,
    #[serde(default)]
    commands: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    effect: String,
    begins: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    libraries: Vec<String>,
    everything: Vec<String>,
    agent: Vec<Agent>,
    tool: Vec<Tool>,
    command: Vec<Command>,
}

fn all() -> &'static Written {
    static ALL: OnceLock<Written> = OnceLock::new();
    ALL.get_or_init(|| load(data!("agents")))
}

/// What a tool does that needs no approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// `execute`, `write`, …
    pub effect: &'static str,
    /// Whatever it is asked to do: nothing narrows it.
    pub wide: bool,
}

/// The agent of people who develop that a file configures, by where it lies.
pub fn developers_agent(path: &str) -> Option<&'static str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_of = |agent: &&Agent| agent.files.iter().any(|file| file == name) || folder.split('/').any(|part| agent.folders.iter().any(|own| own == part));
    all().agent.iter().find(is_of).map(|agent| agent.name.as_str())
}

/// Whether programs that are made with a technology are agents.
pub fn is_library(technology: &str) -> bool {
    all().libraries.iter().any(|library| library == technology)
}

/// Whether a word stands for every tool, or for all that a tool can do.
pub fn is_everything(word: &str) -> bool {
    all().everything.iter().any(|every| every == word)
}

/// What a word in a list of what needs no approval lets an agent do: `Bash(npm run test:*)`, `Edit`.
pub fn allowed(word: &str) -> Option<Allowed> {
    let (name, narrowed) = match word.split_once('(') {
        Some((name, rest)) => (name.trim(), Some(rest.trim_end().trim_end_matches(')').trim()).filter(|inside| !inside.is_empty() && !is_everything(inside))),
        None => (word.trim(), None),
    };
    let lower = name.to_ascii_lowercase();
    let tool = all().tool.iter().find(|tool| tool.names.contains(&lower))?;
    match narrowed {
        None => Some(Allowed { effect: &tool.effect, wide: true }),
        Some(command) if tool.commands => command_effect(command).map(|effect| Allowed { effect, wide: false }),
        Some(_) => Some(Allowed { effect: &tool.effect, wide: false }),
    }
}

/// What a command does that may be run, by its first words: as far as they stand for something that counts.
pub fn command_effect(command: &str) -> Option<&'static str> {
    let command = command.trim();
    let stands = |begins: &&String| command.strip_prefix(begins.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ':', '*']));
    let longest = |known: &'static Command| known.begins.iter().filter(stands).map(String::len).max().map(|length| (length, known.effect.as_str()));
    all().command.iter().filter_map(longest).max_by_key(|(length, _)| *length).map(|(_, effect)| effect)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(word: &str) -> String {
        allowed(word).map_or("-".to_owned(), |allowed| format!("{}{}", allowed.effect, if allowed.wide { "!" } else { "" }))
    }

    #[test]
    fn what_is_allowed_without_asking_is_told_by_its_effect() {
        let words =
            ["Bash", "Bash(*)", "Bash(npm run test:*)", "Bash(ls:*)", "Bash(git push:*)", "Bash(gh issue comment:*)", "Bash(gh issue view:*)", "Edit(src/**)"];
        assert_eq!(words.map(shown), ["execute!", "execute!", "execute", "-", "write", "message", "-", "write"]);
        assert_eq!(
            ["Shell(rm)", "run_shell_command(make)", "WebFetch(domain:x.org)", "mcp__github__get", "Skill", "", "("].map(shown),
            ["delete", "execute", "network", "-", "-", "-", "-"]
        );
    }

    #[test]
    fn the_place_of_a_file_says_whose_it_is() {
        assert_eq!(developers_agent(".claude/settings.json"), Some("claude-code"));
        assert_eq!(developers_agent("plugins/x/.mcp.json"), Some("claude-code"));
        assert_eq!(developers_agent("app/.codex/config.toml"), Some("codex"));
        assert_eq!(developers_agent("app/settings.json"), None);
        assert_eq!(developers_agent("claude/settings.json"), None);
    }

    #[test]
    fn each_effect_is_one_that_models_know() {
        let effects = all().tool.iter().map(|tool| &tool.effect).chain(all().command.iter().map(|command| &command.effect));
        for effect in effects {
            assert!(["read", "write", "delete", "execute", "network", "message", "spend", "deploy"].contains(&effect.as_str()), "{effect}");
        }
    }
}
