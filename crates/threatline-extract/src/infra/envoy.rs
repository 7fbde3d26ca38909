//! Envoy: listeners, the routes of their virtual hosts, the clusters behind, and the filters in front.
//!
//! A whole bootstrap is read, and what its parts are when they come in files of their own: a route configuration, or
//! resources of a discovery service. A cluster that another file names has no address here.

mod guard;

use super::proxy::{MANY, replaces, replaces_by_pattern};
use super::{nginx::pattern, secret, text};
use crate::node::Node;
use guard::Guards;
use std::collections::BTreeMap;
use threatline_facts::infra::{InfraFact, Proxy, ProxyRoute, Rewrite};
use threatline_facts::{Extracted, Text};

/// Reads a document if it is Envoy's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let fixed = document.get("static_resources").filter(|fixed| fixed.get("listeners").or_else(|| fixed.get("clusters")).is_some());
    let listed = document.get("resources").map_or(&[][..], Node::items);
    let of_type = |end: &'static str| {
        listed.iter().filter(move |one| one.str_at(&["@type"]).is_some_and(|kind| kind.starts_with("type.googleapis.com/envoy.") && kind.ends_with(end)))
    };
    let alone = [document.get("route_config"), Some(document)].into_iter().flatten().find(|one| one.get("virtual_hosts").is_some_and(Node::is_sequence));
    if fixed.is_none() && alone.is_none() && ["Listener", "RouteConfiguration", "Cluster"].iter().all(|kind| of_type(kind).next().is_none()) {
        return false;
    }
    let mark = out.mark(document.line, document.line);
    let items = |key: &str| fixed.and_then(|fixed| fixed.get(key)).map_or(&[][..], Node::items);
    let clusters = items("clusters").iter().chain(of_type("Cluster")).take(MANY).filter_map(cluster).collect();
    let mut reader = Reader { clusters, routes: Vec::new() };
    for listener in items("listeners").iter().chain(of_type("Listener")) {
        let chains = listener.get("filter_chains").map_or(&[][..], Node::items).iter().chain(listener.get("default_filter_chain"));
        for filter in chains.flat_map(|chain| chain.get("filters").map_or(&[][..], Node::items)) {
            reader.filter(filter, out);
        }
    }
    for configuration in of_type("RouteConfiguration").chain(alone) {
        reader.hosts(configuration, &Guards::default(), out);
    }
    let mut routes = reader.routes;
    routes.truncate(MANY);
    out.say(InfraFact::Proxy(Proxy { product: "envoy".to_owned(), config: None, told_by_labels: false, routes, mark }));
    true
}

/// A cluster's name and the addresses of its endpoints.
fn cluster(node: &Node) -> Option<(String, Vec<Text>)> {
    let name = node.str_at(&["name"])?;
    let secure = node.get("transport_socket").or_else(|| node.get("tls_context")).is_some();
    let groups = node.at(&["load_assignment", "endpoints"]).map_or(&[][..], Node::items).iter();
    let endpoints = groups.flat_map(|group| group.get("lb_endpoints").map_or(&[][..], Node::items)).filter_map(|one| one.at(&["endpoint", "address"]));
    let hosts = node.get("hosts").map_or(&[][..], Node::one_or_many).iter();
    let addresses = endpoints.chain(hosts).filter_map(|address| {
        let socket = address.get("socket_address")?;
        let host = text::kubernetes(socket.str_at(&["address"])?);
        let port = socket.str_at(&["port_value"]).map_or(Text::literal(""), |port| Text::join([Text::literal(":"), text::kubernetes(port)]));
        Some(secret::hide_in(Text::join([Text::literal(if secure { "https://" } else { "http://" }), host, port])))
    });
    Some((name.to_owned(), addresses.take(MANY).collect()))
}

struct Reader {
    clusters: BTreeMap<String, Vec<Text>>,
    routes: Vec<ProxyRoute>,
}

impl Reader {
    /// A filter of a listener: one that speaks HTTP, or one that hands connections on as they are.
    fn filter(&mut self, filter: &Node, out: &mut Extracted) {
        let Some(config) = filter.get("typed_config").or_else(|| filter.get("config")) else { return };
        if let Some(routes) = config.get("route_config") {
            let guards = Guards::of(config.get("http_filters").map_or(&[][..], Node::items), out);
            self.hosts(routes, &guards, out);
            for asking in config.get("http_filters").map_or(&[][..], Node::items).iter().take(64) {
                self.asking(asking, out);
            }
        } else if filter.str_at(&["name"]).is_some_and(|name| name.ends_with("tcp_proxy")) {
            let mark = super::mark(filter, out);
            let plain = |text: Text| match text {
                Text::Literal(text) => Text::literal(text.split_once("://").map_or(text.as_str(), |(_, rest)| rest)),
                other => other,
            };
            let targets: Vec<Text> = self.targets(config).into_iter().map(plain).collect();
            if !targets.is_empty() {
                self.routes.push(ProxyRoute { targets, mark, ..ProxyRoute::default() });
            }
        }
    }

    /// Whom a filter asks.
    fn asking(&mut self, filter: &Node, out: &mut Extracted) {
        let Some(config) = filter.get("typed_config").or_else(|| filter.get("config")) else { return };
        let name = config.str_at(&["http_service", "server_uri", "cluster"]).or_else(|| config.str_at(&["grpc_service", "envoy_grpc", "cluster_name"]));
        let targets = name.and_then(|name| self.clusters.get(name)).cloned().unwrap_or_default();
        if !targets.is_empty() {
            let mark = super::mark(filter, out);
            self.routes.push(ProxyRoute { targets, mark, ..ProxyRoute::default() });
        }
    }

    fn hosts(&mut self, configuration: &Node, guards: &Guards, out: &mut Extracted) {
        let shared = guards.narrowed(configuration);
        for host in configuration.get("virtual_hosts").map_or(&[][..], Node::items).iter().take(MANY) {
            let guards = shared.narrowed(host);
            for route in host.get("routes").map_or(&[][..], Node::items).iter().take(MANY) {
                self.route(route, &guards.narrowed(route), out);
            }
        }
    }

    fn route(&mut self, route: &Node, guards: &Guards, out: &mut Extracted) {
        let Some(matched) = route.get("match") else { return };
        let same_place = |redirect: &Node| redirect.get("https_redirect").or_else(|| redirect.get("scheme_redirect")).is_some();
        if self.routes.len() >= MANY || route.get("redirect").is_some_and(same_place) {
            return;
        }
        let mark = super::mark(route, out);
        let action = route.get("route");
        let targets = action.map(|action| self.targets(action)).unwrap_or_default();
        for (path, exact) in paths(matched) {
            self.routes.push(ProxyRoute {
                rewrite: action.and_then(|action| rewrite(action, &path)),
                exact,
                methods: methods(matched),
                targets: targets.clone(),
                demands: guards.demands(&path),
                limited: guards.limited,
                allowed: Vec::new(),
                mark,
                path: Some(path),
            });
        }
    }

    /// The addresses of the clusters that an action names.
    fn targets(&self, action: &Node) -> Vec<Text> {
        let weighted = action.at(&["weighted_clusters", "clusters"]).map_or(&[][..], Node::items).iter().filter_map(|one| one.str_at(&["name"]));
        let names = action.str_at(&["cluster"]).into_iter().chain(weighted);
        let mut targets: Vec<Text> = names.filter_map(|name| self.clusters.get(name)).flatten().take(MANY).cloned().collect();
        targets.sort();
        targets.dedup();
        targets
    }
}

/// What a match asks for, and whether it is the whole path.
fn paths(matched: &Node) -> Vec<(String, bool)> {
    let text = |keys: &[&str]| matched.str_at(keys).map(str::to_owned);
    if let Some(prefix) = text(&["prefix"]).or_else(|| text(&["path_separated_prefix"])) {
        return vec![(prefix, false)];
    }
    if let Some(whole) = text(&["path"]) {
        return vec![(whole, true)];
    }
    if let Some(template) = text(&["path_match_policy", "typed_config", "path_template"]) {
        return vec![(template.replace("**", "*"), true)];
    }
    // a pattern stands for the whole path, with or without its ends marked
    let pattern = matched.str_at(&["safe_regex", "regex"]).or_else(|| matched.str_at(&["regex"])).unwrap_or_default();
    pattern::paths(pattern).into_iter().map(|path| (path, true)).collect()
}

fn methods(matched: &Node) -> Vec<String> {
    let headers = matched.get("headers").map_or(&[][..], Node::items).iter().filter(|header| header.str_at(&["name"]) == Some(":method"));
    let exact = headers.filter(|header| header.get("invert_match").and_then(Node::as_bool) != Some(true));
    let words = exact.filter_map(|header| header.str_at(&["exact_match"]).or_else(|| header.str_at(&["string_match", "exact"])));
    words.map(str::to_ascii_uppercase).take(16).collect()
}

fn rewrite(action: &Node, path: &str) -> Option<Rewrite> {
    if let Some(to) = action.str_at(&["prefix_rewrite"]) {
        return replaces(path, to);
    }
    if let Some(by) = action.get("regex_rewrite") {
        let pattern = by.str_at(&["pattern", "regex"]).unwrap_or_default();
        return Some(replaces_by_pattern(pattern, by.str_at(&["substitution"]).unwrap_or_default()));
    }
    action.get("path_rewrite_policy").map(|_| Rewrite::Unknown)
}
