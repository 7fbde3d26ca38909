//! Secrets do not leave the reader.
//!
//! That a literal secret is written is a fact; the secret is none. A value under a name that speaks of
//! a secret becomes `***`; in a URL or connection string only the password does, because the address
//! is what flows are drawn from. Whether it is a default that everybody knows or waits to be replaced
//! is a fact as well, and stands in the mask.

use threatline_facts::infra::{Variable, VariableValue};
use threatline_facts::{Hidden, Text};

/// Passwords and keys that are tried first: defaults of products and what examples say.
const DEFAULTS: &[&str] = &[
    "password",
    "passw0rd",
    "p@ssw0rd",
    "pass",
    "pass123",
    "password1",
    "password123",
    "admin",
    "admin123",
    "administrator",
    "root",
    "toor",
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "redis",
    "guest",
    "user",
    "username",
    "test",
    "testing",
    "test123",
    "secret",
    "secretkey",
    "secret-key",
    "secret_key",
    "supersecret",
    "super-secret",
    "super_secret",
    "mysecret",
    "my-secret",
    "my_secret",
    "minioadmin",
    "minio",
    "minio123",
    "rabbitmq",
    "rabbit",
    "elastic",
    "grafana",
    "keycloak",
    "sa",
    "oracle",
    "demo",
    "default",
    "dev",
    "development",
    "local",
    "letmein",
    "welcome",
    "qwerty",
    "123",
    "1234",
    "12345",
    "123456",
    "12345678",
    "123456789",
    "1234567890",
    "0000",
    "abc",
    "abc123",
    "foo",
    "bar",
    "hello",
    "token",
    "key",
    "apikey",
    "changeit",
    "postgrespassword",
    "rootpassword",
    "mypassword",
    "example",
    "nacos",
    "neo4j",
];

/// Parts of values that somebody meant to replace and that work until then.
const DEFAULT_PARTS: &[&str] = &["changeme", "change-me", "change_me", "change me", "changethis", "insecure", "strong(!)password", "strong@passw0rd"];

/// Parts of values that are none yet.
const PLACEHOLDER_PARTS: &[&str] = &["your", "<", "replace", "todo", "placeholder", "insert", "dummy", "fixme", "redacted", "enter-", "xxx", "...", "{{"];

/// What stands for a secret.
fn mask(secret: &str) -> &'static str {
    let secret = secret.trim().to_ascii_lowercase();
    // what was hidden before stays as it is
    if let Some(hidden) = [Hidden::Secret, Hidden::Default, Hidden::Placeholder].into_iter().find(|hidden| secret == hidden.mask()) {
        return hidden.mask();
    }
    let has = |parts: &[&str]| parts.iter().any(|part| secret.contains(part));
    let first = secret.chars().next();
    let one_letter = secret.len() > 2 && secret.chars().all(|letter| Some(letter) == first);
    let hidden = if DEFAULTS.contains(&secret.as_str()) || has(DEFAULT_PARTS) {
        Hidden::Default
    } else if one_letter || has(PLACEHOLDER_PARTS) {
        Hidden::Placeholder
    } else {
        Hidden::Secret
    };
    hidden.mask()
}

const SECRET: &[&str] = &[
    "password",
    "passwd",
    "passwords",
    "pwd",
    "pass",
    "passphrase",
    "secret",
    "secrets",
    "token",
    "tokens",
    "key",
    "keys",
    "apikey",
    "credential",
    "credentials",
    "accesskey",
    "secretkey",
    "privatekey",
    "requirepass",
    "userpass",
    "pat",
];

/// A name that ends so speaks about a secret but does not hold one.
const ABOUT: &[&str] = &[
    "file",
    "path",
    "dir",
    "url",
    "uri",
    "host",
    "port",
    "name",
    "names",
    "ttl",
    "expiry",
    "expiration",
    "expires",
    "lifetime",
    "enabled",
    "disabled",
    "serializer",
    "deserializer",
    "issuer",
    "audience",
    "endpoint",
    "addr",
    "address",
    "type",
    "algorithm",
    "alg",
    "length",
    "size",
    "seconds",
    "minutes",
    "hours",
    "days",
    "timeout",
    "interval",
    "prefix",
    "header",
    "location",
    "provider",
    "rotation",
    "limit",
    "count",
    "store",
    "ref",
    "version",
    "pub",
    "public",
    "crt",
    "cert",
    "required",
    "policy",
    "min",
    "max",
    "validity",
    "alias",
    "usage",
    "budget",
    "class",
    "service",
    "server",
    "user",
    "username",
];

/// A name before it (`public_key`, `primary_key`) that makes a key none.
const HARMLESS: &[&str] =
    &["public", "primary", "partition", "foreign", "sort", "routing", "cache", "publishable", "shard", "idempotency", "max", "pub", "api_public"];

/// What is looked at of an address.
const MAX_ADDRESS: usize = 2048;

/// The name of a variable, setting or option speaks of a secret that is its value.
pub fn is_secret(name: &str) -> bool {
    let words = words(name);
    let Some(at) = words.iter().rposition(|word| SECRET.contains(&word.as_str())) else {
        let last = words.last().map_or("", String::as_str);
        return ["password", "passwd", "secret", "token", "apikey", "accesskey", "accountkey", "secretkey", "privatekey"].iter().any(|end| last.ends_with(end));
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
        Text::Literal(text) if secret && is_kept_elsewhere(&text) => Text::Unknown,
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

/// What may be kept of a value in a place that is there for secrets: addresses without passwords, and
/// that there is a secret where its name says so.
pub fn stored(key: &str, value: Option<&str>, address: impl FnOnce(&str) -> Text) -> Text {
    match value.map_or(Text::Unknown, address) {
        Text::Unknown if is_secret(key) && value != Some("") => match value {
            Some(value) if is_kept_elsewhere(value) => Text::Unknown,
            value => Text::literal(value.map_or(Hidden::Secret.mask(), mask)),
        },
        known => known,
    }
}

/// Encrypted, or the name of a secret in a store.
fn is_kept_elsewhere(text: &str) -> bool {
    ["ENC[", "{cipher}", "$ANSIBLE_VAULT", "vault:", "ref+", "op://", "arn:", "@Microsoft.KeyVault(", "projects/", "secretref:"]
        .iter()
        .any(|begin| text.starts_with(begin))
}

fn literal(text: &str, secret: bool) -> String {
    if text.contains("PRIVATE KEY-----") {
        return Hidden::Secret.mask().to_owned();
    }
    let plain = ["", "true", "false", "yes", "no", "null", "none"].contains(&text.to_ascii_lowercase().as_str());
    if secret && !plain && !text.contains("://") && !is_path(text) {
        return mask(text).to_owned();
    }
    let address = assignments(&url(text));
    if secret { to_host(address) } else { address }
}

/// The path of a web address under a secret's name is the secret (`https://hooks…/services/T0/x`).
fn to_host(address: String) -> String {
    let start = address.find("://").map_or(0, |at| at + 3);
    let path = address[start..].find('/').map(|at| start + at).filter(|at| address.starts_with("http") && *at + 1 < address.len());
    match path {
        Some(at) => format!("{}/{}", &address[..at], Hidden::Secret.mask()),
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
                out.push_str(mask(&word[colon + 1..at]));
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
            Some((name, value))
                if !value.is_empty()
                    && !value.starts_with(['$', '{'])
                    && is_secret(name.rsplit(['?', '&', ',', '/']).next().unwrap_or(name))
                    && !value.contains("://") =>
            {
                out.push_str(name);
                out.push('=');
                out.push_str(mask(value));
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
