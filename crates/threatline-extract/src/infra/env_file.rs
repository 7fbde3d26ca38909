//! `.env` files.

use super::{secret, text};
use threatline_facts::infra::{EnvFile, InfraFact, Variable, VariableValue};
use threatline_facts::{Extracted, Gap, Text};

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let mut variables = Vec::new();
    let mut lines = (1u32..).zip(text.lines());
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, written) = match line.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (line, None),
        };
        if !name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter)) || name.is_empty() {
            if out.facts.gaps.is_empty() {
                let mark = out.mark(number, number);
                out.facts.gaps.push(Gap { mark: Some(mark), reason: "a line that sets no variable".to_owned(), whole: false });
            }
            continue;
        }
        let mut end = number;
        let value = written.map_or(VariableValue::Inherited, |written| {
            let (value, further) = value(written, lines.clone().map(|(_, line)| line));
            end += further as u32;
            lines.by_ref().take(further).for_each(drop);
            VariableValue::Text(value)
        });
        let mark = out.mark(number, end);
        variables.push(secret::variable(Variable { name: name.to_owned(), value, mark }));
    }
    if !variables.is_empty() {
        out.say(InfraFact::EnvFile(EnvFile { variables }));
    }
    out
}

/// A value in quotes goes over no more lines.
const MAX_LINES: usize = 100;

/// The value, and how many further lines it takes. Single quotes keep every letter, double quotes know
/// escapes, and both may go over lines; without quotes a ` #` ends the value.
fn value<'a>(written: &'a str, further: impl Iterator<Item = &'a str>) -> (Text, usize) {
    let Some(quote) = written.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else {
        return (unquoted(written), 0);
    };
    let mut inner = String::new();
    for (count, line) in std::iter::once(&written[1..]).chain(further).take(MAX_LINES).enumerate() {
        if let Some(end) = closing(line, quote) {
            inner.push_str(&line[..end]);
            let value = if quote == '\'' { Text::Literal(inner) } else { text::variables(&unescape(&inner)) };
            return (value, count);
        }
        inner.push_str(line);
        inner.push('\n');
    }
    // It was no quote after all.
    (unquoted(written), 0)
}

fn unquoted(written: &str) -> Text {
    let comment = written.find(" #").or_else(|| written.find("\t#"));
    let end = if written.starts_with('#') { 0 } else { comment.unwrap_or(written.len()) };
    text::variables(written[..end].trim_end())
}

fn closing(line: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let at = line.char_indices().find(|(_, letter)| {
        let closes = *letter == quote && !escaped;
        escaped = quote == '"' && *letter == '\\' && !escaped;
        closes
    });
    at.map(|(at, _)| at)
}

fn unescape(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\")
}
