//! YARP: routes and clusters of a reverse proxy on ASP.NET, which stand among the program's settings.

use super::proxy::{MANY, replaces};
use super::{secret, text};
use crate::node::{Entry, Node};
use threatline_facts::infra::{InfraFact, Proxy, ProxyRoute, Rewrite};
use threatline_facts::{Extracted, Text};

/// Policies of authorization with a meaning of their own: everybody may come.
const OPEN: &str = "anonymous";

/// Reads what a document of settings holds of it; whether there was anything.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let Some(section) = document.entry("ReverseProxy") else { return false };
    let routes = section.value.get("Routes").map_or(&[][..], Node::entries);
    if routes.is_empty() {
        return false;
    }
    let clusters = section.value.get("Clusters").map_or(&[][..], Node::entries);
    let mark = out.mark(section.line, section.line);
    let routes = routes.iter().take(MANY).filter_map(|entry| route(entry, clusters, out)).collect();
    out.say(InfraFact::Proxy(Proxy { product: "yarp".to_owned(), config: None, told_by_labels: false, routes, mark }));
    true
}

fn route(entry: &Entry, clusters: &[Entry], out: &mut Extracted) -> Option<ProxyRoute> {
    let node = &entry.value;
    // a route that is told by its host alone takes every path
    let pattern = node.str_at(&["Match", "Path"]).unwrap_or("/{**all}");
    let pattern = if pattern.starts_with('/') { pattern.to_owned() } else { format!("/{pattern}") };
    let cluster = node.str_at(&["ClusterId"]).and_then(|name| clusters.iter().find(|cluster| cluster.key == name))?;
    let destinations = cluster.value.get("Destinations").map_or(&[][..], Node::entries).iter();
    let addresses = destinations.filter_map(|destination| destination.value.str_at(&["Address"]));
    let mut targets: Vec<Text> = addresses.take(MANY).map(|address| secret::hide_in(text::braces(address))).collect();
    targets.sort();
    targets.dedup();
    let methods = node.at(&["Match", "Methods"]).map_or(&[][..], Node::one_or_many).iter().filter_map(Node::as_str);
    let methods = methods.map(str::to_ascii_uppercase).collect();
    let (path, all) = cut(&pattern);
    let mut policy = |name: &str, open: &str| {
        let entry = node.entry(name)?;
        let told = entry.value.as_str().filter(|told| !told.is_empty() && !told.eq_ignore_ascii_case(open))?;
        Some((format!("{name} {told}"), out.mark(entry.line, entry.end_line())))
    };
    let demands = policy("AuthorizationPolicy", OPEN);
    let limited = policy("RateLimiterPolicy", "disable").map(|(_, mark)| mark);
    let rewrite = rewrite(&pattern, node.get("Transforms").map_or(&[][..], Node::items));
    let mark = out.mark(entry.line, entry.end_line());
    Some(ProxyRoute { path: Some(path.to_owned()), exact: !all, methods, targets, rewrite, demands, limited, allowed: Vec::new(), mark })
}

/// A pattern without the `/{**rest}` at its end, and whether there was one.
fn cut(pattern: &str) -> (&str, bool) {
    match pattern.rsplit_once('/').filter(|(_, last)| last.starts_with("{**") && last.ends_with('}')) {
        Some(("", _)) => ("/", true),
        Some((before, _)) => (before, true),
        None => (pattern, false),
    }
}

/// What the transforms make of a path: of several that change it nobody knows.
fn rewrite(pattern: &str, transforms: &[Node]) -> Option<Rewrite> {
    let mut found: Option<Rewrite> = None;
    for transform in transforms.iter().take(MANY) {
        let own = transform.entries().iter().find_map(|entry| {
            let value = entry.value.as_str().unwrap_or_default();
            match entry.key.as_str() {
                "PathRemovePrefix" => Some(replaces(value.trim_end_matches('/'), "")),
                "PathPrefix" => Some(replaces("", value.trim_end_matches('/'))),
                "PathPattern" => Some(by_pattern(pattern, value)),
                "PathSet" | "PathRouteValues" => Some(Some(Rewrite::Unknown)),
                _ => None,
            }
        });
        if let Some(own) = own {
            found = if found.is_some() { Some(Rewrite::Unknown) } else { own };
        }
    }
    found
}

/// `/shop/{**rest}` that becomes `/api/{**rest}`.
fn by_pattern(pattern: &str, target: &str) -> Option<Rewrite> {
    let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
    let head = |path: &str| path.find("/{").unwrap_or(path.len());
    let plain = |rest: &str| rest.replace("**", "");
    let (from, to) = (&pattern[..head(pattern)], &target[..head(&target)]);
    if plain(&pattern[from.len()..]) == plain(&target[to.len()..]) { replaces(from, to) } else { Some(Rewrite::Unknown) }
}
