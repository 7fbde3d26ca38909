//! Text from a repository is data: one helper per place where it is shown.

use std::fmt::Write as _;

/// For a terminal: nothing that moves the cursor, changes colours or the direction of writing.
pub(crate) fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push(' '),
            c if is_unsafe(c) => {
                // writing to a string cannot fail
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Controls, line breaks of every kind, marks of direction, and what has no width.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// As a basic string of TOML, with its quotes; safe for a terminal too.
pub(crate) fn toml(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_unsafe(c) => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// For running text in Markdown: no markup, no HTML, no link, no mention, no reference.
pub(crate) fn markdown(text: &str) -> String {
    entities(text, true)
}

/// For Markdown as a span of code. GitHub and GitLab look for mentions outside of code only, so what
/// would break copying (characters without width) is not needed here.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", entities(text, false))
}

fn entities(text: &str, apart: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let text = terminal(text);
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' | '#' | '!' | ':' | '`' | '|' | '*' | '_' | '[' | ']' | '~' | '$' | '\\' | '"' | '\'' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
        // Mentions and references are looked for after entities were resolved, and so are addresses.
        let address = c == ':' || (c == '.' && before.eq_ignore_ascii_case(&'w'));
        if apart && (matches!(c, '@' | '#' | '!') || address) {
            out.push_str("&#8203;");
        }
        before = c;
    }
    out
}

/// At most so many characters, the last an ellipsis where something was left out.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(most.saturating_sub(1)).collect();
    out.push('…');
    out
}
