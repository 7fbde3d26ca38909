//! Kong's declarative configuration: services, their routes, and the plugins in front.

mod expression;

use super::proxy::{MANY, replaces};
use super::{nginx::pattern, secret, text};
use crate::node::Node;
use threatline_facts::infra::{InfraFact, Proxy, ProxyRoute, Rewrite};
use threatline_facts::{Extracted, Mark, Text};

/// Plugins that let nobody pass whom they do not know.
pub(super) const ASKING: &[&str] = &[
    "key-auth",
    "key-auth-enc",
    "jwt",
    "jwt-signer",
    "basic-auth",
    "oauth2",
    "oauth2-introspection",
    "openid-connect",
    "hmac-auth",
    "ldap-auth",
    "ldap-auth-advanced",
    "mtls-auth",
];
/// Plugins that limit how often one may ask.
pub(super) const COUNTING: &[&str] = &["rate-limiting", "rate-limiting-advanced"];

/// Reads a document if it is Kong's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let is_kong =
        document.get("_format_version").is_some() && ["services", "routes", "upstreams", "plugins", "consumers"].iter().any(|key| document.get(key).is_some());
    if !is_kong {
        return false;
    }
    let mark = out.mark(document.line, document.line);
    let everywhere =
        Plugins::default().with(document, |plugin| plugin.get("service").or_else(|| plugin.get("route")).or_else(|| plugin.get("consumer")).is_none(), out);
    let mut routes = Vec::new();
    for service in items(document, "services") {
        let plugins = everywhere.with(service, |_| true, out).with(document, |plugin| names(plugin.get("service"), service), out);
        let own = items(service, "routes").iter();
        let apart = items(document, "routes").iter().filter(|route| names(route.get("service"), service));
        for route in own.chain(apart) {
            let plugins = plugins.with(route, |_| true, out).with(document, |plugin| names(plugin.get("route"), route), out);
            routes.extend(read_route(route, service, &plugins, document, out));
            routes.truncate(MANY);
        }
    }
    out.say(InfraFact::Proxy(Proxy { product: "kong".to_owned(), config: None, told_by_labels: false, routes, mark }));
    true
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    let items = node.get(key).map_or(&[][..], Node::items);
    &items[..items.len().min(MANY)]
}

/// A reference by name names that node.
fn names(reference: Option<&Node>, node: &Node) -> bool {
    let name = reference.and_then(|reference| reference.as_str().or_else(|| reference.str_at(&["name"])));
    name.is_some() && name == node.str_at(&["name"])
}

/// What plugins do for a route.
#[derive(Clone, Default)]
struct Plugins {
    demands: Option<(String, Mark)>,
    limited: Option<Mark>,
    allowed: Vec<String>,
    refuses: bool,
    rewrites: bool,
}

impl Plugins {
    /// With those of a level that are meant.
    fn with(&self, level: &Node, meant: impl Fn(&Node) -> bool, out: &mut Extracted) -> Self {
        let mut all = self.clone();
        for plugin in items(level, "plugins").iter().filter(|plugin| meant(plugin)).take(64) {
            let Some(name) = plugin.str_at(&["name"]) else { continue };
            let off = plugin.get("enabled").and_then(Node::as_bool) == Some(false);
            // somebody unknown goes on as somebody without a name
            let anonymous = plugin.at(&["config", "anonymous"]).is_some_and(|anonymous| anonymous.as_str().is_some_and(|text| !text.is_empty()));
            if ASKING.contains(&name) {
                all.demands = (!off && !anonymous).then(|| (name.to_owned(), super::mark(plugin, out)));
            } else if COUNTING.contains(&name) {
                all.limited = (!off).then(|| super::mark(plugin, out));
            } else if !off {
                match name {
                    "ip-restriction" => {
                        all.allowed = items(plugin.get("config").unwrap_or(plugin), "allow").iter().filter_map(Node::as_str).map(str::to_owned).collect()
                    }
                    "request-termination" => all.refuses = true,
                    "request-transformer" | "request-transformer-advanced" => all.rewrites |= plugin.at(&["config", "replace", "uri"]).is_some(),
                    _ => {}
                }
            }
        }
        all
    }
}

fn read_route(route: &Node, service: &Node, plugins: &Plugins, document: &Node, out: &mut Extracted) -> Vec<ProxyRoute> {
    if plugins.refuses {
        return Vec::new();
    }
    let mark = super::mark(route, out);
    if let Some(expression) = route.get("expression") {
        let Some(ways) = expression.as_str().and_then(expression::read) else {
            super::gap(expression, "an expression that is not understood", out);
            return Vec::new();
        };
        let of_way = |way: expression::Way| of_paths(vec![(way.path, way.exact, way.by_pattern)], way.methods, route, service, plugins, document, mark);
        return ways.into_iter().flat_map(of_way).collect();
    }
    let written: Vec<&str> = items(route, "paths").iter().filter_map(Node::as_str).collect();
    let paths: Vec<(String, bool, bool)> = match written.as_slice() {
        [] => vec![("/".to_owned(), false, false)],
        paths => paths
            .iter()
            .flat_map(|path| match path.strip_prefix('~') {
                Some(pattern) => pattern::paths(pattern).into_iter().map(|path| (path, pattern.ends_with('$'), true)).collect(),
                None => vec![((*path).to_owned(), false, false)],
            })
            .take(64)
            .collect(),
    };
    let methods: Vec<String> = items(route, "methods").iter().filter_map(Node::as_str).map(str::to_ascii_uppercase).take(16).collect();
    of_paths(paths, methods, route, service, plugins, document, mark)
}

/// Routes for paths: each with whether it is the whole path, and whether a pattern tells it.
fn of_paths(
    paths: Vec<(String, bool, bool)>,
    methods: Vec<String>,
    route: &Node,
    service: &Node,
    plugins: &Plugins,
    document: &Node,
    mark: Mark,
) -> Vec<ProxyRoute> {
    let strips = route.get("strip_path").and_then(Node::as_bool) != Some(false);
    let base = base(service);
    let base = base.trim_end_matches('/');
    let targets = targets(service, document);
    let one = |(path, exact, by_pattern): (String, bool, bool)| {
        let rewrite = match (by_pattern && strips) || plugins.rewrites {
            true => Some(Rewrite::Unknown),
            // of a whole path that is cut off a slash is left
            false if strips => replaces(path.trim_end_matches('/'), base),
            false => replaces("", base),
        };
        ProxyRoute {
            path: Some(path),
            exact,
            methods: methods.clone(),
            targets: targets.clone(),
            rewrite,
            demands: plugins.demands.clone(),
            limited: plugins.limited,
            allowed: plugins.allowed.clone(),
            mark,
        }
    };
    paths.into_iter().map(one).collect()
}

/// The path that a service adds in front.
fn base(service: &Node) -> String {
    let url = service.str_at(&["url"]).unwrap_or_default();
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let own = rest.find('/').map(|slash| &rest[slash..]);
    service.str_at(&["path"]).or(own).unwrap_or_default().to_owned()
}

/// Addresses of a service; a host may be the name of several.
fn targets(service: &Node, document: &Node) -> Vec<Text> {
    let whole = |text: String| secret::hide_in(text::kubernetes(&text));
    let (scheme, host, port) = match service.str_at(&["url"]) {
        Some(url) => {
            let Some((scheme, rest)) = url.split_once("://") else { return vec![whole(url.to_owned())] };
            let place = rest.split('/').next().unwrap_or(rest);
            let (host, port) = place.rsplit_once(':').map_or((place, None), |(host, port)| (host, Some(port)));
            (scheme, host, port)
        }
        None => {
            let Some(host) = service.str_at(&["host"]) else { return Vec::new() };
            (service.str_at(&["protocol"]).unwrap_or("http"), host, service.str_at(&["port"]))
        }
    };
    let upstream = items(document, "upstreams").iter().find(|upstream| upstream.str_at(&["name"]) == Some(host));
    let servers: Vec<&str> =
        upstream.map_or(Vec::new(), |upstream| items(upstream, "targets").iter().filter_map(|one| one.str_at(&["target"]).or_else(|| one.as_str())).collect());
    if !servers.is_empty() {
        return servers.into_iter().map(|server| whole(format!("{scheme}://{server}"))).collect();
    }
    vec![whole(port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}")))]
}
