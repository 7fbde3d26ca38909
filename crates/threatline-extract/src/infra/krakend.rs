//! KrakenD: endpoints, and the backends that each is put together from.

use super::proxy::{MANY, replaces};
use super::{secret, text};
use crate::node::Node;
use threatline_facts::infra::{InfraFact, Proxy, ProxyRoute};
use threatline_facts::{Extracted, Text};

/// Extensions that let nobody pass whom they do not know.
const ASKING: &[&str] = &["auth/validator", "auth/basic", "auth/api-keys", "github.com/devopsfaith/krakend-jose/validator"];
const COUNTING: &[&str] = &["qos/ratelimit/router", "qos/ratelimit/service", "github.com/devopsfaith/krakend-ratelimit/juju/router"];

/// Reads a document if it is KrakenD's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let endpoints = document.get("endpoints").map_or(&[][..], Node::items);
    let is_endpoint = |one: &Node| one.get("endpoint").is_some() && one.get("backend").is_some_and(Node::is_sequence);
    if document.get("version").is_none() || endpoints.is_empty() || !endpoints.iter().all(is_endpoint) {
        return false;
    }
    let mark = out.mark(document.line, document.line);
    let routes = endpoints.iter().take(MANY).filter_map(|one| route(one, document, out)).collect();
    out.say(InfraFact::Proxy(Proxy { product: "krakend".to_owned(), config: None, told_by_labels: false, routes, mark }));
    true
}

fn route(node: &Node, document: &Node, out: &mut Extracted) -> Option<ProxyRoute> {
    let path = node.str_at(&["endpoint"]).filter(|path| path.starts_with('/'))?;
    let backends = node.get("backend").map_or(&[][..], Node::items);
    let shared = document.get("host");
    let hosts = backends.iter().filter_map(|backend| backend.get("host").or(shared)).flat_map(Node::one_or_many).filter_map(Node::as_str);
    let mut targets: Vec<Text> = hosts.take(MANY).map(|host| secret::hide_in(text::kubernetes(host))).collect();
    targets.sort();
    targets.dedup();
    let behind = match backends {
        [only] => only.str_at(&["url_pattern"]).and_then(|pattern| replaces(path, pattern.split('?').next().unwrap_or(pattern))),
        _ => Some(threatline_facts::infra::Rewrite::Unknown),
    };
    let mut extension = |names: &[&str]| {
        let levels = [node.get("extra_config"), document.get("extra_config")].into_iter().flatten();
        let entry = levels.flat_map(Node::entries).find(|entry| names.contains(&entry.key.as_str()))?;
        Some((entry.key.clone(), out.mark(entry.line, entry.end_line())))
    };
    let (demands, limited) = (extension(ASKING), extension(COUNTING).map(|(_, mark)| mark));
    Some(ProxyRoute {
        path: Some(path.to_owned()),
        exact: true,
        methods: vec![node.str_at(&["method"]).unwrap_or("GET").to_ascii_uppercase()],
        targets,
        rewrite: behind,
        demands,
        limited,
        allowed: Vec::new(),
        mark: super::mark(node, out),
    })
}
