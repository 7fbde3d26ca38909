//! Texts of several lines: scripts and documents. What a script says beside the names in it is not kept, and of a document
//! no secret.

use super::flatten::is_secret;
use threatline_facts::Text;

/// The text as it may stand in a fact.
pub(super) fn kept(text: Text) -> Text {
    let lines = |part: &Text| part.as_literal().is_some_and(|text| text.contains('\n'));
    if !text.parts().iter().any(lines) {
        return text;
    }
    let is_document = text.parts().first().and_then(Text::as_literal).is_some_and(|text| text.trim_start().starts_with(['{', '[']));
    let mut pairs = Pairs::default();
    let mut parts: Vec<Text> = Vec::new();
    for part in text.parts() {
        let part = match part {
            Text::Literal(text) if is_document => Text::literal(pairs.without_secrets(text)),
            Text::Literal(_) => Text::Unknown,
            part => part.clone(),
        };
        if part != Text::Unknown || parts.last() != Some(&Text::Unknown) {
            parts.push(part);
        }
    }
    if parts.len() == 1 { parts.swap_remove(0) } else { Text::Joined(parts) }
}

/// Keys and values of a document as they come.
#[derive(Default)]
struct Pairs {
    /// The key before a value that comes next.
    key: Option<String>,
    /// What `name` is in the object that is being read.
    named: Option<String>,
    /// A string goes on behind a hole; whether it is secret.
    open: Option<bool>,
}

impl Pairs {
    /// The letters, with `***` for values under a secret's name, or beside one: `{"name": "DB_PASSWORD", "value": "…"}`.
    fn without_secrets(&mut self, text: &str) -> String {
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        if let Some(secret) = self.open {
            let end = closing(rest);
            out.push_str(if secret { "" } else { &rest[..end.unwrap_or(rest.len())] });
            let Some(end) = end else { return out };
            (self.open, self.key) = (None, None);
            out.push('"');
            rest = &rest[end + 1..];
        }
        while let Some(at) = rest.find(['"', '{', '}']) {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            if before.contains(',') {
                self.key = None;
            }
            if !from.starts_with('"') {
                (self.key, self.named) = (None, None);
                out.push_str(&from[..1]);
                rest = &from[1..];
                continue;
            }
            let end = closing(&from[1..]);
            let Some(end) = end else {
                let secret = self.is_secret();
                self.open = Some(secret);
                out.push_str(if secret { "\"***" } else { from });
                return out;
            };
            let (string, behind) = (&from[1..=end], &from[end + 2..]);
            if behind.trim_start().starts_with(':') && self.key.is_none() {
                self.key = Some(string.to_owned());
                out.push_str(&from[..end + 2]);
            } else {
                let secret = self.is_secret();
                if let Some("name" | "Name") = self.key.take().as_deref() {
                    self.named = Some(string.to_owned());
                }
                out.push_str(if secret { "\"***\"" } else { &from[..end + 2] });
            }
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    fn is_secret(&self) -> bool {
        let beside = matches!(self.key.as_deref(), Some("value" | "Value")) && self.named.as_deref().is_some_and(is_secret);
        beside || self.key.as_deref().is_some_and(is_secret)
    }
}

/// Where a string ends.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, letter)| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends.then_some(at)
    })
}
