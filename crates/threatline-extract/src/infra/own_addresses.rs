//! Addresses in files of configuration that are nobody's known here: a program opens them by its own means.
//!
//! Only addresses of hosts inside are kept, each under the key by which code asks for it; whether any code does is known when
//! everything is joined.

use super::kubernetes::address;
use crate::node::{Kind, Node};
use threatline_facts::infra::{InfraFact, OwnAddresses};
use threatline_facts::{Extracted, Mark, Text};

/// Addresses of one file that are kept.
const MANY: usize = 200;
/// Values of one file that are looked at.
const MOST_VALUES: usize = 5_000;
/// Letters of an address, and of a key.
const MOST_LETTERS: usize = 256;

/// Keys at the top of files that are something else, whatever they hold.
const OTHERS: [&str; 8] = ["apiVersion", "openapi", "swagger", "asyncapi", "$schema", "jobs", "stages", "AWSTemplateFormatVersion"];
/// Keys under which `name:number` is no address.
const NUMBERED: [&str; 3] = ["image", "tag", "version"];

/// Reads a document that no other reader knew, if it holds any; says whether it did.
pub(super) fn read(document: &Node, out: &mut Extracted) -> bool {
    if OTHERS.iter().any(|key| document.get(key).is_some()) {
        return false;
    }
    let mut look = Look { addresses: Vec::new(), looked: 0 };
    look.node(document, "", out);
    let found = !look.addresses.is_empty();
    if found {
        out.say(InfraFact::OwnAddresses(OwnAddresses { addresses: look.addresses }));
    }
    found
}

struct Look {
    addresses: Vec<(String, Text, Mark)>,
    looked: usize,
}

impl Look {
    fn node(&mut self, node: &Node, key: &str, out: &mut Extracted) {
        if self.looked >= MOST_VALUES || self.addresses.len() >= MANY || key.len() > MOST_LETTERS {
            return;
        }
        match &node.kind {
            Kind::Scalar { text, .. } => {
                self.looked += 1;
                if let Some(found) = found(key, text) {
                    self.addresses.push((key.to_owned(), found, out.mark(node.line, node.end_line)));
                }
            }
            // several under one key are asked for by that key
            Kind::Sequence(items) => items.iter().for_each(|item| self.node(item, key, out)),
            Kind::Mapping(entries) => {
                for entry in entries {
                    let below = if key.is_empty() { entry.key.clone() } else { format!("{key}.{}", entry.key) };
                    self.node(&entry.value, &below, out);
                }
            }
            Kind::Lost(_) => {}
        }
    }
}

/// An address of a host inside: one with a scheme or a port, or a host alone where the key says that it is one.
fn found(key: &str, written: &str) -> Option<Text> {
    let text = written.trim();
    let plain = !key.is_empty() && !text.is_empty() && text.len() <= MOST_LETTERS && !text.contains([' ', '\n', '{', '$', '<']);
    if !plain {
        return None;
    }
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let first = rest[..end].split(',').next().unwrap_or_default();
    let authority = first.rsplit_once('@').map_or(first, |(_, host)| host);
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let is_name =
        host.starts_with(|letter: char| letter.is_ascii_alphabetic()) && host.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter));
    let is_inside = host != "localhost" && (!host.contains('.') || host.ends_with(".svc") || host.contains(".svc."));
    let has_port = port.is_some_and(|port| (2..=5).contains(&port.len()) && port.bytes().all(|digit| digit.is_ascii_digit()));
    let last = key.rsplit('.').next().unwrap_or(key);
    if !is_name || !is_inside || port.is_some() && !has_port || NUMBERED.contains(&last) {
        return None;
    }
    match (scheme, has_port) {
        (Some(_), _) => Some(address(text)).filter(|address| *address != Text::Unknown),
        (None, true) => Some(Text::literal(first)),
        (None, false) => (end == rest.len() && names_a_host(key)).then(|| Text::literal(host)),
    }
}

fn names_a_host(key: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key).to_ascii_lowercase();
    ["host", "hostname", "server", "addr", "address"].iter().any(|word| last.ends_with(word))
}
