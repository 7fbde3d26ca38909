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
            let mark = out.mark(number, number);
            out.facts.gaps.push(Gap { mark: Some(mark), reason: "a line that sets no variable".to_owned(), whole: false });
            continue;
        }
        let mut end = number;
        let value = written.map_or(VariableValue::Inherited, |written| {
            let mut more = || lines.next().map(|(number, line)| (end = number, line).1);
            VariableValue::Text(value(written, &mut more))
        });
        let mark = out.mark(number, end);
        variables.push(secret::variable(Variable { name: name.to_owned(), value, mark }));
    }
    if !variables.is_empty() {
        out.say(InfraFact::EnvFile(EnvFile { variables }));
    }
    out
}

/// Single quotes keep every letter, double quotes know escapes, and both may go over lines; without
/// quotes a ` #` ends the value.
fn value<'a>(written: &str, more: &mut dyn FnMut() -> Option<&'a str>) -> Text {
    let Some(quote) = written.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else {
        let comment = written.find(" #").or_else(|| written.find("\t#"));
        let end = if written.starts_with('#') { 0 } else { comment.unwrap_or(written.len()) };
        return text::variables(written[..end].trim_end());
    };
    let mut whole = written[1..].to_owned();
    loop {
        if let Some(end) = closing(&whole, quote) {
            let inner = &whole[..end];
            return if quote == '\'' { Text::literal(inner) } else { text::variables(&unescape(inner)) };
        }
        match more() {
            Some(line) => {
                whole.push('\n');
                whole.push_str(line);
            }
            // It was no quote after all.
            None => return Text::Unknown,
        }
    }
}

fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let at = text.char_indices().find(|(_, letter)| {
        let closes = *letter == quote && !escaped;
        escaped = quote == '"' && *letter == '\\' && !escaped;
        closes
    });
    at.map(|(at, _)| at)
}

fn unescape(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\")
}
