//! The lines of a template that say something, without secrets.

use super::{HOLE, hidden, stored};
use crate::infra::secret;

/// Lines with their numbers, from 1. Comments and empty lines are left out, so that they change nothing.
pub(super) fn kept(text: &str) -> Vec<(u32, String)> {
    let text = without_comments(text);
    let mut keeper = Keeper::default();
    let mut out = Vec::new();
    let mut of_secret = Vec::new();
    for document in text.split_inclusive('\n').collect::<Vec<_>>().chunk_by(|_, next| !next.starts_with("---")) {
        let secret = document.iter().any(|line| line.trim_end() == "kind: Secret");
        of_secret.extend(document.iter().map(|_| secret));
    }
    for ((number, line), of_secret) in (1..).zip(text.lines()).zip(of_secret) {
        let bare = line.trim();
        // an action in a comment is one all the same
        if bare.is_empty() || (bare.starts_with('#') && !bare.contains("{{")) {
            continue;
        }
        out.push((number, keeper.keep(&line.replace(HOLE, ""), of_secret)));
    }
    out
}

/// A text of several lines, such as a file of configuration, without secrets.
pub(super) fn without_secrets(text: &str) -> String {
    let mut keeper = Keeper::default();
    let lines: Vec<String> = text.lines().map(|line| keeper.keep(&line.replace(HOLE, ""), false)).collect();
    lines.join("\n")
}

/// The text with `{{/* … */}}` blanked, line ends kept; trimming dashes stay.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let after = &rest[at + 2..];
        let trims = after.starts_with('-');
        let body = after.strip_prefix('-').unwrap_or(after).trim_start();
        let Some(comment) = body.strip_prefix("/*") else {
            out.push_str(&rest[..at + 2]);
            rest = after;
            continue;
        };
        let Some(end) = comment.find("*/") else { break };
        let tail = comment[end + 2..].trim_start();
        let (trims_after, tail) = (tail.starts_with('-'), tail.strip_prefix('-').unwrap_or(tail));
        let Some(tail) = tail.strip_prefix("}}") else { break };
        out.push_str(&rest[..at]);
        let lines = rest[at..rest.len() - tail.len()].matches('\n').count();
        // alone on its line it is nothing; else an empty text with the same dashes stands for it
        let alone = rest[..at].rsplit('\n').next().unwrap_or_default().trim().is_empty() && tail.split('\n').next().unwrap_or_default().trim().is_empty();
        if !alone && (trims || trims_after) {
            out.push_str(match (trims, trims_after) {
                (true, true) => "{{- \"\" -}}",
                (true, false) => "{{- \"\" }}",
                _ => "{{ \"\" -}}",
            });
        }
        out.extend(std::iter::repeat_n('\n', lines));
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// What is remembered from line to line.
#[derive(Default)]
struct Keeper {
    /// The name whose `value` may follow.
    name: String,
    /// A private key goes on.
    key: bool,
    /// How far the data of a Secret is moved in, and whether it is encoded.
    data: Option<(usize, bool)>,
}

impl Keeper {
    fn keep(&mut self, line: &str, of_secret: bool) -> String {
        if line.contains("-----BEGIN") && line.contains("PRIVATE KEY") {
            self.key = true;
        }
        let indent = line.len() - line.trim_start().len();
        if self.key {
            self.key = !line.contains("-----END");
            return format!("{}{}", &line[..indent], HOLE);
        }
        let Some((head, key, value)) = parts(line) else {
            let secret = self.data.is_some_and(|(data, _)| indent > data) && !line.contains("{{");
            return if secret { format!("{}{HOLE}", &line[..indent]) } else { hidden("", line) };
        };
        if self.data.is_some_and(|(data, _)| indent <= data) {
            self.data = None;
        }
        if of_secret && value.is_empty() && matches!(key, "data" | "stringData") {
            self.data = Some((indent, key == "data"));
        }
        let bare = value.trim().trim_matches(['"', '\'']);
        let name = if key == "value" && !self.name.is_empty() { std::mem::take(&mut self.name) } else { key.to_owned() };
        if key == "name" {
            self.name = bare.to_owned();
        }
        if value.contains("{{") {
            return format!("{head}{}", without_defaults(&name, value));
        }
        let opens = bare.is_empty() || matches!(bare.chars().next(), Some('|' | '>' | '{' | '[' | '&' | '*'));
        let is_data = self.data.is_some_and(|(data, _)| indent > data);
        let kept = match self.data {
            _ if opens => return if bare.starts_with(['{', '[']) { format!("{head}{}", hidden("", value)) } else { line.to_owned() },
            Some((_, encoded)) if is_data => stored(&name, bare, encoded),
            _ if name.to_ascii_lowercase().contains("existing") => return line.to_owned(),
            _ => hidden(&name, bare),
        };
        if kept == bare { line.to_owned() } else { format!("{head}\"{kept}\"") }
    }
}

/// What stands before the value, the key, and the value of `key: value`, `- key: value`, `key=value`.
fn parts(line: &str) -> Option<(&str, &str, &str)> {
    let start = line.len() - line.trim_start_matches([' ', '\t', '-']).len();
    let body = &line[start..];
    let end = body.find([':', '='])?;
    let key = body[..end].trim().trim_matches(['"', '\'']);
    let word = !key.is_empty() && key.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-/$".contains(letter));
    let rest = &body[end + 1..];
    let separated = body[end..].starts_with('=') || rest.is_empty() || rest.starts_with(' ');
    if !word || !separated {
        return None;
    }
    let value = rest.trim_start();
    Some((&line[..line.len() - value.len()], key, value))
}

/// A value that a template makes, under the name of a secret without the defaults that stand in it. Quotes around actions are
/// YAML's, those within are texts of the action: `"{{ .Values.password | default "" }}"`.
fn without_defaults(name: &str, value: &str) -> String {
    if !secret::is_secret(name) || !value.contains("default") {
        return hidden("", value);
    }
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, (action, after))) = rest.split_once("{{").and_then(|(before, inside)| Some((before, inside.split_once("}}")?))) {
        out.push_str(&outside(before));
        out.push_str("{{");
        let mut inside = false;
        for piece in action.split_inclusive('"') {
            let text = piece.trim_end_matches('"');
            let keep = !inside || text.contains(['%', '.', '/']) || text.is_empty();
            out.push_str(if keep { piece } else { "***\"" });
            inside = piece.ends_with('"') && !inside;
        }
        out.push_str("}}");
        rest = after;
    }
    out.push_str(&outside(rest));
    out
}

/// What is written beside actions.
fn outside(text: &str) -> String {
    let kept = text.contains(['%', '.', '/']) || !text.contains(char::is_alphanumeric);
    if kept { hidden("", text) } else { "***".to_owned() }
}
