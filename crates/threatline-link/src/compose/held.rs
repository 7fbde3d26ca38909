//! Addresses that stand in code, and the names by which code asks a file of configuration for some.
//!
//! Whoever writes `"http://orders:8080"` into a program means somebody of that name, even where the call that uses it was not
//! understood. Who that is, and whether there is such a file, is known when everything is joined.

use super::program::{File, Program};
use super::{Composed, Place};
use std::collections::BTreeSet;
use std::sync::Arc;
use threatline_facts::Mark;
use threatline_facts::code::{Call, Step, Value};
use threatline_knowledge::catalogue::{holds_others, names_configuration, reads_configuration};

/// Addresses, and names, of one file that are kept.
const MANY: usize = 256;
/// A name by which configuration is asked for is no longer.
const LONGEST_NAME: usize = 64;
/// A scheme is no longer.
const LONGEST_SCHEME: usize = 16;

/// Adds what the program's own files hold.
pub(super) fn collect(program: &Program<'_>, out: &mut Composed) {
    for file in program.own_files().map(|file| &program.files[file]) {
        let mut look = Look { mark: Mark::default(), addresses: Vec::new(), names: Vec::new(), asks: false };
        look.file(file);
        let place = |mark: Mark| Place { path: file.path.clone(), mark, by: Arc::from("code") };
        out.held.extend(look.addresses.into_iter().map(|(address, variable, mark)| (address, variable, place(mark))));
        if look.asks {
            let mut seen = BTreeSet::new();
            let first = look.names.into_iter().filter(|(name, _)| seen.insert(name.clone())).take(MANY);
            out.named.extend(first.map(|(name, mark)| (name, place(mark))));
        }
    }
}

/// What is found on the way through a file.
struct Look {
    mark: Mark,
    /// Each with the variable in whose place it stands.
    addresses: Vec<(String, Option<String>, Mark)>,
    names: Vec<(String, Mark)>,
    /// The file opens a file of configuration, or a library does for it.
    asks: bool,
}

impl Look {
    fn file(&mut self, file: &File<'_>) {
        let source = file.source;
        self.asks = source.imports.iter().any(|import| reads_configuration(&import.module) || names_configuration(&import.module));
        for import in source.imports.iter().filter(|import| names_configuration(&import.module)) {
            self.names.push((import.module.clone(), import.mark));
        }
        for function in &source.functions {
            self.mark = function.mark;
            self.steps(&function.steps, false);
        }
        for field in source.classes.iter().flat_map(|class| &class.fields) {
            self.mark = field.mark;
            self.name(&field.name);
            for tag in &field.annotations {
                tag.arguments.iter().for_each(|argument| self.tag(&argument.value));
            }
            field.value.iter().for_each(|value| self.value(value, holds_others(&field.name)));
        }
        source.exports.iter().filter_map(|export| Some((&export.name, export.value.as_ref()?))).for_each(|(name, value)| self.value(value, holds_others(name)));
    }

    fn steps(&mut self, steps: &[Step], quiet: bool) {
        for step in steps {
            let mut inside = quiet;
            if let Step::Bind { target, mark, .. } = step {
                self.mark = *mark;
                inside |= last_name(target).is_some_and(holds_others);
            }
            step.value().iter().for_each(|value| self.value(value, inside));
            step.bodies().for_each(|body| self.steps(body, quiet));
        }
    }

    fn value(&mut self, value: &Value, quiet: bool) {
        match value {
            Value::Text(text) => {
                self.name(text);
                self.asks |= names_configuration(text);
                if !quiet {
                    self.address(text, None);
                }
            }
            Value::Call(call) => self.call(call, quiet),
            Value::Either(parts) => {
                let stands_in = parts.iter().any(|part| !matches!(part, Value::Text(_)));
                parts.iter().for_each(|part| self.value(part, quiet || stands_in));
                if let Some(variable) = parts.iter().find_map(variable_of).filter(|_| !quiet) {
                    parts.iter().for_each(|part| self.instead(part, variable));
                }
            }
            Value::Map(entries) => {
                for (key, value) in entries {
                    let name = last_name(key);
                    name.iter().for_each(|name| self.name(name));
                    self.value(value, quiet || name.is_some_and(holds_others));
                }
            }
            Value::Member(object, name) => {
                self.name(name);
                self.value(object, quiet);
            }
            value => value.parts(&mut |part| self.value(part, quiet)),
        }
    }

    fn call(&mut self, call: &Call, quiet: bool) {
        let before = std::mem::replace(&mut self.mark, call.mark);
        let named = last_name(&call.callee).is_some_and(holds_others);
        // `getEnv("ORDERS_URL", "http://orders")`: the second stands in for the first
        let variable = call.arguments.iter().find_map(|argument| variable_of(&argument.value));
        self.value(&call.callee, quiet);
        for argument in &call.arguments {
            let told = argument.name.as_deref().is_some_and(holds_others);
            argument.name.iter().for_each(|name| self.name(name));
            self.value(&argument.value, quiet || named || variable.is_some() || told);
            if let Some(variable) = variable.filter(|_| !(quiet || named || told)) {
                self.instead(&argument.value, variable);
            }
        }
        self.mark = before;
    }

    fn address(&mut self, text: &str, variable: Option<&str>) {
        if self.addresses.len() < MANY
            && let Some(address) = address(text)
            && !self.addresses.iter().any(|(known, of, _)| *known == address && of.as_deref() == variable)
        {
            self.addresses.push((address, variable.map(str::to_owned), self.mark));
        }
    }

    /// An address that counts where a variable is not set.
    fn instead(&mut self, value: &Value, variable: &str) {
        if let Value::Text(text) = value {
            self.address(text, Some(variable));
        }
    }

    fn name(&mut self, text: &str) {
        let is_name = |letter: u8| letter.is_ascii_alphanumeric() || b"._-:/".contains(&letter);
        if self.names.len() < MANY * 4 && !text.is_empty() && text.len() <= LONGEST_NAME && text.bytes().all(is_name) {
            self.names.push((text.to_owned(), self.mark));
        }
    }

    /// Names in a tag of Go: `json:"orders_url,omitempty"`.
    fn tag(&mut self, value: &Value) {
        if let Value::Text(text) = value {
            text.split('"').skip(1).step_by(2).filter_map(|told| told.split(',').next()).for_each(|name| self.name(name));
        }
    }
}

/// The last name of what is called or assigned to, or a key.
fn last_name(value: &Value) -> Option<&str> {
    match value {
        Value::Name(name) | Value::Member(_, name) | Value::Text(name) => Some(name),
        Value::Index(_, index) => last_name(index),
        _ => None,
    }
}

/// The variable that is read there, by how they are spelt: `process.env.X`, `ENV["X"]`, `getenv("X")`, or the name alone.
fn variable_of(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text.as_str()).filter(|text| is_variable(text)),
        Value::Member(_, name) => Some(name.as_str()).filter(|name| is_variable(name)),
        Value::Index(_, index) => variable_of(index),
        Value::Call(call) => call.arguments.first().and_then(|argument| variable_of(&argument.value)),
        _ => None,
    }
}

/// How variables of the environment are spelt.
fn is_variable(text: &str) -> bool {
    text.len() > 2 && text.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b'_')
}

/// Scheme, host and port of an address whose host is a name on a network inside: `http://orders:8080/list` is `http://orders:8080`. What
/// is put together behind the host (`http://orders%s`) is a domain, if anything.
fn address(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://").filter(|(scheme, _)| !scheme.is_empty() && scheme.len() <= LONGEST_SCHEME)?;
    if !scheme.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'+') || text.contains([' ', '\n']) {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest[..end].rsplit_once('@').map_or(&rest[..end], |(_, host)| host);
    let authority = authority.strip_suffix("%s").unwrap_or(authority);
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let is_name =
        host.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter)) && host.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_inside = !host.contains('.') || host.ends_with(".svc") || host.contains(".svc.");
    let port = port.filter(|port| !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()));
    (is_name && is_inside).then(|| port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn hosts_inside_are_kept_and_nothing_behind_them() {
        assert_eq!(address("http://orders:8080/list?token=x").as_deref(), Some("http://orders:8080"));
        assert_eq!(address("http://catalogue%s/tags").as_deref(), Some("http://catalogue"));
        assert_eq!(address("amqp://guest:guest@queue:5672/").as_deref(), Some("amqp://queue:5672"));
        assert_eq!(address("http://orders.shop.svc.cluster.local/x").as_deref(), Some("http://orders.shop.svc.cluster.local"));
    }

    #[test]
    fn others_are_not() {
        assert_eq!(address("https://api.example.com/x"), None);
        assert_eq!(address("http://%s:%d/x"), None);
        assert_eq!(address("see http://orders for more"), None);
        assert_eq!(address("http://node%d/x"), None);
        assert_eq!(address("http://127.0.0.1:80"), None);
    }
}
