//! Ports that a service publishes or exposes.

use super::super::{mark, text};
use super::{Node, known};
use std::collections::BTreeSet;
use threatline_facts::infra::Port;
use threatline_facts::{Extracted, Mark, Text};

/// A longer range is one port whose numbers are not known.
const MAX_RANGE: u16 = 64;

/// No service has more.
const MAX_PORTS: usize = 1000;

/// Reads `ports` and `expose`.
pub(super) fn read(node: &Node, out: &mut Extracted) -> Vec<Port> {
    let mut ports = Vec::new();
    for port in node.get("ports").map_or(&[][..], Node::items).iter().take(MAX_PORTS) {
        let at = mark(port, out);
        match port.as_str() {
            Some(written) => ports.extend(short(written, at)),
            None => ports.extend(long(port, at)),
        }
    }
    let mut seen: BTreeSet<u16> = ports.iter().filter_map(|port| port.container).collect();
    for port in node.get("expose").map_or(&[][..], Node::items).iter().take(MAX_PORTS) {
        let at = mark(port, out);
        let (inside, protocol) = inside(text::compose(port.as_str().unwrap_or_default()));
        for container in numbers(&inside.with_defaults()) {
            if container.is_none_or(|port| seen.insert(port)) {
                ports.push(Port {
                    container,
                    container_from: symbolic(&inside),
                    published: None,
                    host_ip: None,
                    protocol: protocol.clone(),
                    name: None,
                    mark: at,
                });
            }
        }
    }
    ports
}

/// `[[ip:]published:]container[/protocol]`
fn short(written: &str, mark: Mark) -> Vec<Port> {
    let mut parts = text::split(&text::compose(written), ':');
    let (inside, protocol) = inside(parts.pop().unwrap_or(Text::Unknown));
    let outside = parts.pop();
    let host_ip = Text::join(parts.into_iter().enumerate().flat_map(|(n, part)| {
        // An IPv6 address without brackets was cut as well.
        let colon = (n > 0).then(|| Text::literal(":"));
        colon.into_iter().chain([part])
    }));
    let host_ip = Some(host_ip.with_defaults()).filter(|ip| !ip.is_empty()).map(|ip| ip.trim_matches(['[', ']']).to_owned());
    let containers = numbers(&inside.with_defaults());
    let published = published(outside, containers.len());
    let one = |(container, published)| Port {
        container,
        container_from: symbolic(&inside),
        published: Some(published),
        host_ip: host_ip.clone(),
        protocol: protocol.clone(),
        name: None,
        mark,
    };
    containers.into_iter().zip(published).map(one).collect()
}

fn long(port: &Node, mark: Mark) -> Vec<Port> {
    let target = text::compose(port.str_at(&["target"]).unwrap_or_default());
    let containers = numbers(&target.with_defaults());
    let published = published(port.str_at(&["published"]).map(text::compose), containers.len());
    let one = |(container, published)| Port {
        container,
        container_from: symbolic(&target),
        published: Some(published),
        host_ip: port.str_at(&["host_ip"]).map(known),
        protocol: port.str_at(&["protocol"]).map(str::to_ascii_lowercase),
        name: port.str_at(&["name"]).map(str::to_owned),
        mark,
    };
    containers.into_iter().zip(published).map(one).collect()
}

/// The port inside and the protocol after it.
fn inside(written: Text) -> (Text, Option<String>) {
    let mut parts = text::split(&written, '/').into_iter();
    let port = parts.next().unwrap_or(Text::Unknown);
    (port, parts.next().map(|protocol| protocol.with_defaults().to_ascii_lowercase()))
}

/// A text with variables in it.
fn symbolic(text: &Text) -> Option<Text> {
    matches!(text, Text::Environment { .. } | Text::Joined(_)).then(|| text.clone())
}

/// `80` or `80-82`, each number; one unknown if it cannot be told.
fn numbers(range: &str) -> Vec<Option<u16>> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    match (first.trim().parse::<u16>(), last.trim().parse::<u16>()) {
        (Ok(first), Ok(last)) if first <= last && last - first < MAX_RANGE => (first..=last).map(Some).collect(),
        _ => vec![None],
    }
}

/// As many published ports as there are container ports; unknown where they do not match, as when the
/// engine chooses one of a range.
fn published(written: Option<Text>, count: usize) -> Vec<Text> {
    let Some(written) = written.filter(|text| text.as_literal() != Some("")) else { return vec![Text::Unknown; count] };
    let Some(literal) = written.as_literal() else { return vec![if count == 1 { written } else { Text::Unknown }; count] };
    let numbers: Vec<u16> = numbers(literal).into_iter().flatten().collect();
    if numbers.len() == count { numbers.into_iter().map(|port| Text::Literal(port.to_string())).collect() } else { vec![Text::Unknown; count] }
}
