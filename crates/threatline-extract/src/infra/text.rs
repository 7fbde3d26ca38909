//! Placeholders in configuration, turned into [`Text`] with holes; and cutting such texts apart.

use threatline_facts::Text;

/// Placeholders nest in their defaults; deeper ones are not known.
const MAX_NESTING: usize = 8;

/// A placeholder is no longer. Without a bound, many that never end would each be searched to the end
/// of the text.
const MAX_PLACEHOLDER: usize = 1024;

/// Compose: `$VAR`, `${VAR}`, `${VAR:-x}`, `${VAR-x}`, `${VAR:?e}`, `${VAR:+x}`; `$$` is a dollar.
pub fn compose(text: &str) -> Text {
    shell(text, Options { bare: true, dollars: true }, 0)
}

/// Kubernetes: `$(VAR)`, and `${VAR}` as envsubst and the frameworks in the container fill it.
pub fn kubernetes(text: &str) -> Text {
    if text.contains("{{") {
        return template(text, kubernetes);
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("$(") {
        let Some(length) = rest[at + 2..].bytes().take(MAX_PLACEHOLDER).position(|byte| byte == b')') else {
            parts.push(braces(&rest[..at + 2]));
            rest = &rest[at + 2..];
            continue;
        };
        let name = &rest[at + 2..at + 2 + length];
        if is_name(name) && !rest[..at].ends_with('$') {
            parts.push(braces(&rest[..at]));
            parts.push(environment(name, None));
        } else {
            parts.push(Text::literal(&rest[..at + 3 + length]));
        }
        rest = &rest[at + 3 + length..];
    }
    parts.push(braces(rest));
    Text::join(parts)
}

/// What a template engine fills in (`{{ .Values.tag }}`) is not known; `read` reads what stands around.
fn template(text: &str, read: fn(&str) -> Text) -> Text {
    let mut parts = Vec::new();
    for (number, piece) in text.split("{{").enumerate() {
        match piece.split_once("}}").filter(|_| number > 0) {
            Some((_, after)) => parts.extend([Text::Unknown, read(after)]),
            None if number == 0 => parts.push(read(piece)),
            None => parts.push(Text::Unknown),
        }
    }
    Text::join(parts)
}

/// An image in a manifest: `${VAR}`, and what a template fills in.
pub fn image(text: &str) -> Text {
    if text.contains("{{") { template(text, braces) } else { braces(text) }
}

/// Only `${VAR}` with the shell's defaults; a lone dollar stands for itself.
pub fn braces(text: &str) -> Text {
    shell(text, Options { bare: false, dollars: false }, 0)
}

/// Dockerfile and `.env`: `$VAR` and `${VAR}` with the shell's defaults; `\$` is a dollar.
pub fn variables(text: &str) -> Text {
    shell(text, Options { bare: true, dollars: false }, 0)
}

/// Spring: `${a.b:default}`; a key in capitals is an environment variable.
pub fn spring(text: &str) -> Text {
    placeholders(text, 0)
}

/// A hole for an environment variable.
pub fn environment(variable: &str, default: Option<Text>) -> Text {
    Text::Environment { variable: variable.to_owned(), default: default.map(Box::new) }
}

/// The text with defaults put in; a variable without one stays as `${NAME}`.
pub fn spelled(text: &Text) -> String {
    match text {
        Text::Environment { default: Some(default), .. } => spelled(default),
        Text::Environment { variable, default: None } => format!("${{{variable}}}"),
        Text::Joined(parts) => parts.iter().map(spelled).collect(),
        other => other.with_defaults(),
    }
}

/// A name that an environment variable can have.
pub fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_') && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[derive(Clone, Copy)]
struct Options {
    /// `$VAR` without braces is a variable.
    bare: bool,
    /// `$$` is a dollar; otherwise `\$` is.
    dollars: bool,
}

fn shell(text: &str, options: Options, depth: usize) -> Text {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let after = &rest[at + 1..];
        let escaped = !options.dollars && rest[..at].ends_with('\\');
        if escaped {
            parts.push(Text::literal(&rest[..at - 1]));
            parts.push(Text::literal("$"));
            rest = after;
            continue;
        }
        parts.push(Text::literal(&rest[..at]));
        if options.dollars && after.starts_with('$') {
            parts.push(Text::literal("$"));
            rest = &after[1..];
        } else if let Some((hole, length)) = hole(after, options, depth) {
            parts.push(hole);
            rest = &after[length..];
        } else {
            parts.push(Text::literal("$"));
            rest = after;
        }
    }
    parts.push(Text::literal(rest));
    Text::join(parts)
}

/// What stands after a dollar, and how many bytes it takes.
fn hole(after: &str, options: Options, depth: usize) -> Option<(Text, usize)> {
    if let Some(inner) = after.strip_prefix('{') {
        let end = closing(inner)?;
        return Some((braced(&inner[..end], options, depth)?, end + 2));
    }
    let length = after.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(after.len());
    let known = options.bare && is_name(&after[..length]);
    known.then(|| (environment(&after[..length], None), length))
}

/// The inside of `${…}`.
fn braced(inner: &str, options: Options, depth: usize) -> Option<Text> {
    let length = inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(inner.len());
    let (name, operator) = inner.split_at(length);
    if !is_name(name) {
        return None;
    }
    let default = operator.strip_prefix(":-").or_else(|| operator.strip_prefix('-'));
    Some(match default {
        Some(_) if depth >= MAX_NESTING => Text::Unknown,
        Some(default) => environment(name, Some(shell(default, options, depth + 1))),
        None if operator.is_empty() || operator.starts_with(":?") || operator.starts_with('?') => environment(name, None),
        None if operator.starts_with(":+") || operator.starts_with('+') => Text::Unknown,
        // Not the shell's: `${VAR:default}` as Spring writes it in an environment variable's value.
        None => return None,
    })
}

/// Offset of the colon before a default, not one of a placeholder within.
fn colon(inner: &str) -> Option<usize> {
    let mut depth = 0usize;
    inner.bytes().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        byte == b':' && depth == 0
    })
}

/// Offset of the brace that closes, brackets within it skipped.
fn closing(inner: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in inner.bytes().take(MAX_PLACEHOLDER).enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            b'\n' => return None,
            _ => {}
        }
    }
    None
}

fn placeholders(text: &str, depth: usize) -> Text {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let inner = &rest[at + 2..];
        parts.push(Text::literal(&rest[..at]));
        let Some(end) = closing(inner) else {
            parts.push(Text::literal("${"));
            rest = inner;
            continue;
        };
        parts.push(placeholder(&inner[..end], depth));
        rest = &inner[end + 1..];
    }
    parts.push(Text::literal(rest));
    Text::join(parts)
}

fn placeholder(inner: &str, depth: usize) -> Text {
    if depth >= MAX_NESTING {
        return Text::Unknown;
    }
    let (key, default) = match colon(inner) {
        Some(at) => (inner[..at].trim(), Some(placeholders(&inner[at + 1..], depth + 1))),
        None => (inner.trim(), None),
    };
    // `${vcap.services.${PREFIX:}eureka.uri:http://localhost:8761}`: a key is made of others
    let made = key.contains("${").then(|| placeholders(key, depth + 1).with_defaults());
    let key = made.as_deref().unwrap_or(key);
    let capitals = is_name(key) && !key.chars().any(|letter| letter.is_ascii_lowercase());
    if capitals {
        return environment(key, default);
    }
    if key.is_empty() || key.contains("${") {
        return Text::Unknown;
    }
    Text::Setting { key: key.to_owned(), default: default.map(Box::new) }
}

/// Cuts a text at a letter that stands in its known parts, not in brackets (`[::1]:80`).
pub fn split(text: &Text, at: char) -> Vec<Text> {
    let mut out = vec![Vec::new()];
    let mut bracket = false;
    let parts = match text {
        Text::Joined(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    for part in parts {
        let Some(literal) = part.as_literal() else {
            out.last_mut().expect("it begins with one").push(part.clone());
            continue;
        };
        let mut word = String::new();
        for letter in literal.chars() {
            bracket = (bracket || letter == '[') && letter != ']';
            if letter == at && !bracket {
                out.last_mut().expect("it begins with one").push(Text::Literal(std::mem::take(&mut word)));
                out.push(Vec::new());
            } else {
                word.push(letter);
            }
        }
        out.last_mut().expect("it begins with one").push(Text::Literal(word));
    }
    out.into_iter().map(Text::join).collect()
}

/// Cuts a command line into words as a shell does; quotes group, a backslash escapes.
pub fn words(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let (mut word, mut started, mut quote) = (String::new(), false, None);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => (quote, started) = (Some(letter), true),
            (None | Some('"'), '\\') => {
                match letters.next() {
                    Some('\n') | None => {}
                    // Stays escaped for whoever fills in variables.
                    Some('$') => word.push_str("\\$"),
                    Some(next) => word.push(next),
                }
                started = true;
            }
            (None, _) if letter.is_whitespace() => {
                if started {
                    out.push(std::mem::take(&mut word));
                }
                started = false;
            }
            _ => {
                word.push(letter);
                started = true;
            }
        }
    }
    if started {
        out.push(word);
    }
    out
}
