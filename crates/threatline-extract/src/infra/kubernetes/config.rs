//! ConfigMaps and Secrets.

use super::super::{mark, proxy, secret, text};
use super::Resource;
use crate::node::{Entry, Node};
use threatline_facts::infra::{Config, InfraFact};
use threatline_facts::{Extracted, Text};

/// A longer value is a file, which nobody compares with an address.
const MAX_VALUE: usize = 2048;

/// Reads a ConfigMap or Secret.
pub(super) fn read(resource: &Resource<'_>, out: &mut Extracted) {
    let at = mark(resource.node, out);
    let is_secret = resource.kind == "Secret";
    let mut values = Vec::new();
    let mut proxies = Vec::new();
    for key in ["data", "stringData", "binaryData"] {
        for entry in resource.node.get(key).map_or(&[][..], Node::entries) {
            let mark = out.mark(entry.line, entry.end_line());
            let value = match (is_secret, key) {
                (_, "binaryData") => Text::Unknown,
                (true, _) if super::known(entry.value.as_str()).is_none() => Text::Unknown,
                (true, "data") => secret::stored(&entry.key, entry.value.as_str().and_then(decode).as_deref(), address),
                (true, _) => secret::stored(&entry.key, entry.value.as_str(), address),
                (false, _) => plain(entry),
            };
            if !is_secret && key == "data" {
                proxies.extend(entry.value.as_str().into_iter().flat_map(|text| proxy::embedded(&entry.key, text, &resource.name(), mark)));
            }
            values.push((entry.key.clone(), value, mark));
        }
    }
    let config = Config { name: resource.name(), namespace: resource.namespace(), secret: is_secret, values, mark: at };
    out.say(InfraFact::Config(config));
    proxies.into_iter().for_each(|proxy| out.say(InfraFact::Proxy(proxy)));
}

fn plain(entry: &Entry) -> Text {
    let written = entry.value.as_str().unwrap_or_default();
    let file = written.len() > MAX_VALUE || written.trim_end().contains('\n');
    if file { addresses(written) } else { secret::hide(&entry.key, text::kubernetes(written)) }
}

/// So much of a file is read for addresses, and so many are kept.
const MAX_FILE: usize = 64 * 1024;
const MAX_ADDRESSES: usize = 64;

/// What is kept of a file: the addresses in it, one a line. Whoever finds it mounted may connect to them.
fn addresses(file: &str) -> Text {
    let Some(file) = file.get(..file.len().min(MAX_FILE)) else { return Text::Unknown };
    let lines = file.lines().filter(|line| !line.trim_start().starts_with(['#', ';']));
    let words = lines.flat_map(|line| line.split([' ', '\t', ',', ';', '"', '\'', '(', ')', '[', ']', '{', '}', '=']));
    let told =
        words.filter(|word| word.contains("://") || word.split_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())));
    let mut kept: Vec<String> = Vec::new();
    for word in told.take(MAX_ADDRESSES * 4) {
        if let Text::Literal(address) = address(word)
            && !kept.contains(&address)
            && kept.len() < MAX_ADDRESSES
        {
            kept.push(address);
        }
    }
    if kept.is_empty() { Text::Unknown } else { Text::Literal(kept.join("\n")) }
}

/// What may be kept of a Secret's value: a URL without its password, a host, nothing else.
pub(in crate::infra) fn address(value: &str) -> Text {
    let value = value.trim();
    let one_word = !value.is_empty() && value.len() <= MAX_VALUE && !value.contains(char::is_whitespace);
    let url = value
        .split_once("://")
        .is_some_and(|(scheme, rest)| !rest.is_empty() && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.:".contains(letter)));
    // A token in a path or query is a credential as well: only what leads to the host is kept.
    if one_word && url {
        return secret::hide_in(Text::Literal(to_database(value)));
    }
    if one_word && is_host(value) { Text::Literal(value.to_owned()) } else { Text::Unknown }
}

/// `scheme://user:password@host:port/path` up to the path, which is kept for databases only.
fn to_database(value: &str) -> String {
    let cut = value.find(['?', '#']).unwrap_or(value.len());
    let value = &value[..cut];
    let start = value.find("://").map_or(0, |at| at + 3);
    let web = value.starts_with("http");
    let end = value[start..].find('/').map_or(value.len(), |at| start + at);
    if web { value[..end].to_owned() } else { value.to_owned() }
}

/// `name.of.host` or `name:port`; a single word may as well be a password.
fn is_host(value: &str) -> bool {
    let (host, port) = value.split_once(':').map_or((value, None), |(host, port)| (host, Some(port)));
    let letters = host.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-' || letter == '.');
    let labels = host.split('.').all(|label| !label.is_empty() && label.len() < 40);
    let known_end = [".local", ".internal", ".com", ".net", ".org", ".io", ".svc", ".cloud", ".dev"].iter().any(|end| host.ends_with(end));
    letters && labels && (port.is_some_and(|port| port.parse::<u16>().is_ok()) || (port.is_none() && known_end))
}

/// Base64, standard alphabet.
fn decode(text: &str) -> Option<String> {
    let (mut out, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    String::from_utf8(out).ok()
}
