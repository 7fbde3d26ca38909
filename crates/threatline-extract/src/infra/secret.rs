//! Secrets do not leave the reader.
//!
//! That a literal secret is written is a fact; the secret is none. A value under a name that speaks of
//! a secret becomes `***`; in a URL or connection string only the password does, because the address
//! is what flows are drawn from.

use threatline_facts::{Text, infra::{Variable, VariableValue}};

/// What stands for a secret.
pub const HIDDEN: &str = "***";

const SECRET: &[&str] = &[
    "password", "passwd", "passwords", "pwd", "pass", "passphrase", "secret", "secrets", "token", "tokens", "key", "keys", "apikey", "credential",
    "credentials", "accesskey", "secretkey", "privatekey", "requirepass", "userpass", "pat",
];

/// A name that ends so speaks about a secret but does not hold one.
const ABOUT: &[&str] = &[
    "file", "path", "dir", "url", "uri", "host", "port", "name", "names", "ttl", "expiry", "expiration", "expires", "lifetime", "enabled", "disabled",
    "serializer", "deserializer", "issuer", "audience", "endpoint", "addr", "address", "type", "algorithm", "alg", "length", "size", "seconds",
    "minutes", "hours", "days", "timeout", "interval", "prefix", "header", "location", "provider", "rotation", "limit", "count", "store", "ref",
    "version", "required", "policy", "min", "max", "validity", "alias", "usage", "budget", "class", "service", "server", "user", "username",
];

/// A name before it (`public_key`, `primary_key`) that makes a key none.
const HARMLESS: &[&str] = &["public", "primary", "partition", "foreign", "sort", "routing", "cache", "publishable", "shard", "idempotency", "max", "pub", "api_public"];

/// What is looked at of an address.
const MAX_ADDRESS: usize = 2048;

/// The name of a variable, setting or option speaks of a secret that is its value.
pub fn is_secret(name: &str) -> bool {
    let words = words(name);
    let Some(at) = words.iter().rposition(|word| SECRET.contains(&word.as_str())) else {
        let last = words.last().map_or("", String::as_str);
        return ["password", "passwd", "secret"].iter().any(|end| last.ends_with(end));
    };
    let key = words[at].starts_with("key");
    let harmless = key && at > 0 && HARMLESS.contains(&words[at - 1].as_str());
    let about = words[at + 1..].last().is_some_and(|last| ABOUT.contains(&last.as_str()));
    !harmless && !about
}

/// `DB_PASSWORD`, `dbPassword`, `db.password`, `db-password`, all as `db password`.
fn words(name: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        let hump = letter.is_ascii_uppercase() && before.is_ascii_lowercase();
        if hump || !letter.is_ascii_alphanumeric() {
            out.push(String::new());
        }
        if letter.is_ascii_alphanumeric() {
            out.last_mut().expect("it begins with one").push(letter.to_ascii_lowercase());
        }
        before = letter;
    }
    out.retain(|word| !word.is_empty());
    out
}

/// What may be kept of the value of a name.
pub fn hide(name: &str, value: Text) -> Text {
    let secret = is_secret(name);
    value_of(value, secret)
}

/// What may be kept of a text that has no name.
pub fn hide_in(value: Text) -> Text {
    value_of(value, false)
}

fn value_of(value: Text, secret: bool) -> Text {
    match value {
        Text::Literal(text) => Text::Literal(literal(&text, secret)),
        Text::Joined(parts) => {
            // With the address known to be one, only its password goes.
            let address = parts.iter().any(|part| part.as_literal().is_some_and(|text| text.contains("://")));
            Text::join(parts.into_iter().map(|part| value_of(part, secret && !address)))
        }
        Text::Environment { variable, default } => {
            let secret = secret || is_secret(&variable);
            Text::Environment { variable, default: default.map(|text| Box::new(value_of(*text, secret))) }
        }
        Text::Setting { key, default } => {
            let secret = secret || is_secret(&key);
            Text::Setting { key, default: default.map(|text| Box::new(value_of(*text, secret))) }
        }
        other => other,
    }
}

fn literal(text: &str, secret: bool) -> String {
    if text.contains("PRIVATE KEY-----") {
        return HIDDEN.to_owned();
    }
    let plain = ["", "true", "false", "yes", "no", "null", "none"].contains(&text.to_ascii_lowercase().as_str());
    if secret && !plain && !text.contains("://") && !is_path(text) {
        return HIDDEN.to_owned();
    }
    let address = assignments(&url(text));
    if secret { to_host(address) } else { address }
}

/// The path of a web address under a secret's name is the secret (`https://hooks…/services/T0/x`).
fn to_host(address: String) -> String {
    let start = address.find("://").map_or(0, |at| at + 3);
    let path = address[start..].find('/').map(|at| start + at).filter(|at| address.starts_with("http") && *at + 1 < address.len());
    match path {
        Some(at) => format!("{}/{HIDDEN}", &address[..at]),
        None => address,
    }
}

fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.len() > 1 && !text.contains(char::is_whitespace) && text[1..].contains('/')
}

/// `scheme://user:password@host` without its password, wherever it stands in a text.
fn url(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let ends = |(at, letter): &(usize, char)| *at > MAX_ADDRESS || matches!(letter, '"' | '\'') || letter.is_whitespace();
        let word = after.char_indices().find(ends).map_or(after.len(), |(at, _)| at);
        let word = &after[..word];
        let end = word.find(['/', '?', '#']).unwrap_or(word.len());
        rest = match password(word, end) {
            Some((colon, at)) => {
                out.push_str(&word[..=colon]);
                out.push_str(HIDDEN);
                &after[at..]
            }
            None => {
                out.push_str(&word[..end]);
                &after[end..]
            }
        };
    }
    out.push_str(rest);
    out
}

/// Where the colon before a password and the `@` after it stand. A password that should have been
/// escaped may reach beyond the first slash; a port may not be taken for one.
fn password(word: &str, end: usize) -> Option<(usize, usize)> {
    let colon = word[..end].find(':')?;
    let at = word[..end].rfind('@').or_else(|| {
        let port = word[colon + 1..end].bytes().all(|byte| byte.is_ascii_digit());
        word.rfind('@').filter(|_| !port)
    })?;
    (at > colon + 1).then_some((colon, at))
}

/// `Password=x;` and `&password=x` in connection strings, `--password=x` in commands.
fn assignments(text: &str) -> String {
    if !text.contains('=') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    // A password in a connection string may hold spaces.
    let ends: &[char] = if text.contains(';') { &[';'] } else { &['&', ' ', '?', '\n', ','] };
    for piece in text.split_inclusive(ends) {
        let (body, end) = match piece.char_indices().last() {
            Some((at, last)) if ends.contains(&last) => piece.split_at(at),
            _ => (piece, ""),
        };
        match body.split_once('=') {
            Some((name, value)) if !value.is_empty() && !value.starts_with(['$', '{']) && is_secret(name.rsplit(['?', '&', ',', '/']).next().unwrap_or(name)) && !value.contains("://") => {
                out.push_str(name);
                out.push('=');
                out.push_str(HIDDEN);
            }
            _ => out.push_str(body),
        }
        out.push_str(end);
    }
    out
}

/// What may be kept of a command: the word after `--password` goes as well.
pub fn hide_words(words: Vec<Text>) -> Vec<Text> {
    let mut secret = false;
    words
        .into_iter()
        .map(|word| {
            let option = word.as_literal().filter(|text| text.starts_with('-') && !text.contains('=') && !text.contains(' '));
            let next = option.is_some_and(|text| is_secret(text.trim_start_matches('-')));
            let hidden = if secret && option.is_none() { value_of(word, true) } else { hide_in(word) };
            secret = next;
            hidden
        })
        .collect()
}

/// A variable as it may be kept.
pub fn variable(mut variable: Variable) -> Variable {
    if let VariableValue::Text(text) = variable.value {
        variable.value = VariableValue::Text(hide(&variable.name, text));
    }
    variable
}
