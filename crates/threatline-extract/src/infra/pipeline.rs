//! Pipelines: what builds and deploys the system, with which secrets, and who can start it.
//!
//! Of a script only commands are kept that the catalogue knows, and expressions that become a part of its text.

mod agents;
mod azure;
mod bitbucket;
mod circleci;
mod codebuild;
mod drone;
mod github;
mod gitlab;
mod google;
mod images;
mod jenkins;
pub(super) mod tekton;

pub use azure::read as read_azure;
pub use bitbucket::read as read_bitbucket;
pub use circleci::read as read_circleci;
pub use codebuild::read as read_codebuild;
pub use drone::read as read_drone;
pub use github::read as read_github;
pub use gitlab::read as read_gitlab;
pub use google::read as read_google;
pub use jenkins::read as jenkins;

use super::{secret, text};
use crate::node::Node;
use std::collections::BTreeSet;
use threatline_facts::Text;
use threatline_knowledge::catalogue::pipeline;

/// Jobs of a pipeline, steps of a job, inputs of a step: more is generated.
const MANY: usize = 200;
/// Lines of a script that are looked at, and words of each.
const LINES: usize = 400;
const WORDS: usize = 40;
/// Longer texts are none that say where or with what.
const LETTERS: usize = 400;

/// Words before a command that run it.
const BEFORE: [&str; 16] = ["sudo", "exec", "time", "then", "do", "else", "if", "!", "npx", "bunx", "pnpx", "pnpm", "yarn", "env", "uvx", "dlx"];

/// Commands of a script that the catalogue knows, each once, in order.
fn commands(script: &str) -> Vec<String> {
    let mut known = BTreeSet::new();
    parts(&joined(script)).filter_map(command).filter(|name| known.insert(*name)).map(str::to_owned).collect()
}

/// A script with the lines together that a backslash holds together.
fn joined(script: &str) -> String {
    script.replace("\\\n", " ")
}

/// The commands of such a script.
fn parts(joined: &str) -> impl Iterator<Item = &str> {
    let lines = joined.lines().take(LINES).filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(|line| line.split(['|', ';']).flat_map(|part| part.split("&&"))).map(str::trim)
}

fn command(part: &str) -> Option<&'static str> {
    let words: Vec<&str> = part.split_whitespace().map(|word| word.trim_matches(['"', '\'', '(', ')', '$', '`'])).take(WORDS).collect();
    let is_before = |word: &&&str| BEFORE.contains(*word) || word.split_once('=').is_some_and(|(name, _)| text::is_name(name));
    let at = words.iter().take_while(is_before).count();
    // `pnpm publish` is a command, `pnpm wrangler deploy` runs another one
    (0..=at).rev().find_map(|at| pipeline::command_of(&words[at..]))
}

/// What is inside each `${{ … }}` of a text.
fn expressions(text: &str) -> impl Iterator<Item = &str> {
    text.split("${{").skip(1).filter_map(|part| part.split_once("}}")).map(|(inside, _)| inside.trim())
}

/// A value as it may be kept.
fn kept(key: &str, value: &Node) -> Option<(String, Text)> {
    let value = value.as_str().filter(|value| value.len() <= LETTERS)?;
    Some((key.to_ascii_lowercase(), secret::hide(key, Text::literal(value))))
}
