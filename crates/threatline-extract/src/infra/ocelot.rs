//! Ocelot: routes of a gateway on ASP.NET, each with the service that it is handed on to.
//!
//! A service is told by host and port, or by the name that it is registered under.

use super::proxy::{MANY, replaces};
use super::{secret, text};
use crate::node::Node;
use threatline_facts::infra::{InfraFact, Proxy, ProxyRoute, Rewrite};
use threatline_facts::{Extracted, Text};

/// What a parameter at the end is called that stands for all that follows.
const FOLLOWING: &[&str] = &["everything", "anything", "catchall", "all", "any", "url", "path", "rest", "remainder"];

/// Reads a document if it is Ocelot's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let routes = document.get("Routes").or_else(|| document.get("ReRoutes")).map_or(&[][..], Node::items);
    if routes.is_empty() || !routes.iter().all(|route| route.get("DownstreamPathTemplate").is_some()) {
        return false;
    }
    let mark = out.mark(document.line, document.line);
    let routes = routes.iter().take(MANY).filter_map(|one| route(one, out)).collect();
    out.say(InfraFact::Proxy(Proxy { product: "ocelot".to_owned(), config: None, told_by_labels: false, routes, mark }));
    true
}

fn route(node: &Node, out: &mut Extracted) -> Option<ProxyRoute> {
    let outside = node.str_at(&["UpstreamPathTemplate"]).filter(|path| path.starts_with('/'))?;
    let inside = node.str_at(&["DownstreamPathTemplate"])?;
    let scheme = node.str_at(&["DownstreamScheme"]).unwrap_or("http");
    let hosts = node.get("DownstreamHostAndPorts").map_or(&[][..], Node::items).iter().filter_map(|one| {
        let host = one.str_at(&["Host"])?;
        Some(one.str_at(&["Port"]).map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    });
    let named = node.str_at(&["ServiceName"]).map(str::to_owned);
    let mut targets: Vec<Text> = hosts.chain(named).take(MANY).map(|host| secret::hide_in(text::braces(&format!("{scheme}://{host}")))).collect();
    targets.sort();
    targets.dedup();
    let methods = node.get("UpstreamHttpMethod").map_or(&[][..], Node::one_or_many).iter().filter_map(Node::as_str);
    let methods: Vec<String> = methods.filter(|method| !method.is_empty()).map(str::to_ascii_uppercase).collect();
    let (path, tail) = cut(outside);
    let demands = node.entry("AuthenticationOptions").filter(|entry| asks(&entry.value)).map(|entry| {
        let mark = out.mark(entry.line, entry.end_line());
        ("AuthenticationOptions".to_owned(), mark)
    });
    let limited = node.entry("RateLimitOptions").filter(|entry| entry.value.get("EnableRateLimiting").and_then(Node::as_bool) == Some(true));
    let limited = limited.map(|entry| out.mark(entry.line, entry.end_line()));
    let allowed = node.at(&["SecurityOptions", "IPAllowedList"]).map_or(&[][..], Node::one_or_many).iter().filter_map(Node::as_str);
    Some(ProxyRoute {
        path: Some(path.to_owned()),
        exact: tail.is_none(),
        methods,
        targets,
        rewrite: rewrite(outside, inside),
        demands,
        limited,
        allowed: allowed.map(str::to_owned).collect(),
        mark: super::mark(node, out),
    })
}

/// A scheme of authentication is named: without one the options ask nobody.
fn asks(options: &Node) -> bool {
    let one = options.str_at(&["AuthenticationProviderKey"]).is_some_and(|key| !key.is_empty());
    let several = options.get("AuthenticationProviderKeys").map_or(&[][..], Node::items);
    one || several.iter().any(|key| key.as_str().is_some_and(|key| !key.is_empty()))
}

/// A path without a parameter at its end that stands for all that follows, and that.
fn cut(path: &str) -> (&str, Option<&str>) {
    let Some((before, last)) = path.rsplit_once('/') else { return (path, None) };
    let name = last.strip_prefix('{').and_then(|last| last.strip_suffix('}'));
    match name.filter(|name| FOLLOWING.contains(&name.to_ascii_lowercase().as_str())) {
        Some(name) => (&path[..=before.len()], Some(name)),
        None => (path, None),
    }
}

/// What becomes of the path, where both are the same from a parameter on.
fn rewrite(outside: &str, inside: &str) -> Option<Rewrite> {
    let head = |path: &str| path.find('{').map_or(path.len(), |at| at);
    let (from, to) = (&outside[..head(outside)], &inside[..head(inside)]);
    if outside[from.len()..] == inside[to.len()..] { replaces(from, to) } else { Some(Rewrite::Unknown) }
}
