//! `.properties` files.
//!
//! The configuration of a Java framework says all its keys. Any other file (messages, build settings)
//! says only those whose value is an address, a placeholder or a path.

use super::settings::{is_java_key, say};
use super::text;
use threatline_facts::Extracted;

/// A key and its value, with the lines they stand on.
struct Pair {
    key: String,
    value: String,
    lines: (u32, u32),
    profile: Option<String>,
}

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let pairs = pairs(text);
    let java = pairs.iter().any(|pair| is_java_key(&pair.key));
    let mut out = Extracted::default();
    for pair in pairs {
        let is_path = pair.value.starts_with('/') && (pair.key.contains("path") || pair.key.contains("Path") || pair.key.contains("url"));
        let telling = pair.key.contains('.') && (is_path || pair.value.contains("://") || pair.value.contains("${"));
        if java || telling {
            say(&pair.key, text::spring(&pair.value), pair.profile, pair.lines, &mut out);
        }
    }
    out
}

fn pairs(text: &str) -> Vec<Pair> {
    let mut out: Vec<Pair> = Vec::new();
    let mut document = 0;
    let mut lines = (1u32..).zip(text.lines()).peekable();
    while let Some((number, line)) = lines.next() {
        let line = line.trim_start();
        if matches!(line.trim_end(), "#---" | "!---") {
            give_profile(&mut out[document..]);
            document = out.len();
        }
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let (mut whole, mut end) = (line.to_owned(), number);
        while continues(&whole) {
            whole.pop();
            let Some((number, more)) = lines.next() else { break };
            whole.push_str(more.trim_start());
            end = number;
        }
        let (key, value) = cut(&whole);
        let (profile, key) = match key.strip_prefix('%').and_then(|rest| rest.split_once('.')) {
            // Quarkus writes the profile before the key.
            Some((profile, key)) => (Some(profile.to_owned()), key.to_owned()),
            None => (None, key),
        };
        out.push(Pair { key, value, lines: (number, end), profile });
    }
    give_profile(&mut out[document..]);
    out
}

/// An odd number of backslashes at the end.
fn continues(line: &str) -> bool {
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}

/// Cuts at the first `=`, `:` or white space that is not escaped.
fn cut(line: &str) -> (String, String) {
    let mut escaped = false;
    let at = line.char_indices().find(|(_, letter)| {
        let cuts = !escaped && (matches!(letter, '=' | ':') || letter.is_whitespace());
        escaped = !escaped && *letter == '\\';
        cuts
    });
    let at = at.map_or(line.len(), |(at, _)| at);
    let (key, rest) = line.split_at(at);
    let rest = rest.trim_start();
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (plain(key), plain(value.trim()))
}

fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('u') => {
                    let digits: String = letters.by_ref().take(4).collect();
                    out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
                }
                Some(other) => out.push(other),
                None => {}
            },
            _ => out.push(letter),
        }
    }
    out
}

/// The profile that a document of the file names holds for all of it.
fn give_profile(document: &mut [Pair]) {
    let named = document.iter().find(|pair| pair.key == "spring.config.activate.on-profile" && pair.value.len() <= 512).map(|pair| pair.value.clone());
    if let Some(profile) = named {
        document.iter_mut().for_each(|pair| pair.profile = Some(profile.clone()));
    }
}
