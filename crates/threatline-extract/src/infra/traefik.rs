//! Traefik: routers, what they ask for on the way, and the services behind them.
//!
//! The dynamic configuration is read, as a document or told by labels of containers ([`labels`]); of the static one it
//! is only known that there is one. What a router names and another provider tells stays unknown.

pub(super) mod labels;
mod rule;

use super::proxy::{MANY, replaces, replaces_by_pattern, then};
use super::{secret, text};
use crate::node::{Entry, Node};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{InfraFact, Proxy, ProxyRoute, Rewrite};
use threatline_facts::{Extracted, Gap, Mark, Text};

/// Services name services, and chains of middlewares chains.
const MAX_DEPTH: u8 = 4;

/// Reads a document if it is Traefik's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let kinds: Vec<&Node> = ["http", "tcp", "udp"].iter().filter_map(|kind| document.get(kind)).collect();
    let is_dynamic = kinds.iter().any(|kind| ["routers", "services", "middlewares"].iter().any(|part| kind.get(part).is_some_and(Node::is_mapping)));
    if !is_dynamic {
        return is_static(document) && {
            let mark = super::mark(document, out);
            say(Vec::new(), false, mark, out);
            true
        };
    }
    let mark = out.mark(document.line, document.line);
    let mut found = Found::default();
    if let Some(http) = document.get("http") {
        let entries = |part: &str| http.get(part).map_or(&[][..], Node::entries);
        entries("middlewares").iter().take(MANY).for_each(|entry| {
            let middleware = middleware(&entry.value, out);
            found.middlewares.insert(entry.key.clone(), middleware);
        });
        entries("services").iter().take(MANY).for_each(|entry| drop(found.services.insert(entry.key.clone(), service(&entry.value))));
        found.routers = entries("routers").iter().take(MANY).map(|entry| router(entry, out)).collect();
    }
    let mut routes = found.routes(out);
    for kind in ["tcp", "udp"] {
        let Some(kind) = document.get(kind) else { continue };
        let services = kind.get("services").map_or(&[][..], Node::entries);
        for entry in kind.get("routers").map_or(&[][..], Node::entries).iter().take(MANY) {
            let named = services.iter().find(|service| Some(service.key.as_str()) == entry.value.str_at(&["service"]));
            let targets = named.map(|entry| service(&entry.value).targets).unwrap_or_default();
            let mark = out.mark(entry.line, entry.end_line());
            routes.extend((!targets.is_empty()).then(|| ProxyRoute { targets, mark, ..ProxyRoute::default() }));
        }
    }
    say(routes, false, mark, out);
    true
}

fn say(mut routes: Vec<ProxyRoute>, told_by_labels: bool, mark: Mark, out: &mut Extracted) {
    routes.truncate(MANY);
    out.say(InfraFact::Proxy(Proxy { product: "traefik".to_owned(), config: None, told_by_labels, routes, mark }));
}

/// Entry points with addresses, which only the static configuration has.
fn is_static(document: &Node) -> bool {
    let points = document.get("entryPoints").map_or(&[][..], Node::entries);
    !points.is_empty() && points.iter().all(|point| point.value.get("address").is_some())
}

/// What one source of configuration tells.
#[derive(Default)]
struct Found {
    routers: Vec<Router>,
    services: BTreeMap<String, Service>,
    middlewares: BTreeMap<String, Middleware>,
}

struct Router {
    rule: String,
    service: String,
    middlewares: Vec<String>,
    mark: Mark,
}

#[derive(Default)]
struct Service {
    targets: Vec<Text>,
    /// Services that it hands on to.
    names: Vec<String>,
}

#[derive(Default)]
struct Middleware {
    demands: Option<(String, Mark)>,
    /// Whom it asks.
    asks: Option<Text>,
    limited: Option<Mark>,
    allowed: Vec<String>,
    change: Change,
    /// Whoever comes is sent to the same place under another scheme.
    sends_away: bool,
    chain: Vec<String>,
}

#[derive(Default)]
enum Change {
    #[default]
    None,
    Strip(Vec<String>),
    Add(String),
    Replace(String),
    Other(Rewrite),
}

fn router(entry: &Entry, out: &mut Extracted) -> Router {
    let text = |key: &str| entry.value.str_at(&[key]).unwrap_or_default().to_owned();
    Router { rule: text("rule"), service: text("service"), middlewares: texts(entry.value.get("middlewares")), mark: out.mark(entry.line, entry.end_line()) }
}

fn service(node: &Node) -> Service {
    let servers = node.at(&["loadBalancer", "servers"]).map_or(&[][..], Node::items).iter();
    let addresses = servers.filter_map(|server| server.str_at(&["url"]).or_else(|| server.str_at(&["address"])));
    let targets = addresses.take(MANY).map(|address| secret::hide_in(text::kubernetes(address))).collect();
    let weighted = node.at(&["weighted", "services"]).map_or(&[][..], Node::items).iter().filter_map(|one| one.str_at(&["name"]));
    let others = [&["mirroring", "service"][..], &["failover", "service"], &["failover", "fallback"]].into_iter().filter_map(|path| node.str_at(path));
    Service { targets, names: weighted.chain(others).map(str::to_owned).collect() }
}

fn middleware(node: &Node, out: &mut Extracted) -> Middleware {
    let mut known = Middleware::default();
    for entry in node.entries() {
        let value = &entry.value;
        let mut mark = || out.mark(entry.line, entry.end_line());
        let text = |key: &str| value.str_at(&[key]).unwrap_or_default().to_owned();
        match entry.key.as_str() {
            "forwardAuth" | "basicAuth" | "digestAuth" => {
                known.demands = Some((entry.key.clone(), mark()));
                known.asks = value.str_at(&["address"]).map(|address| secret::hide_in(text::kubernetes(address)));
            }
            "rateLimit" => known.limited = Some(mark()),
            "ipAllowList" | "ipWhiteList" => known.allowed = texts(value.get("sourceRange")),
            "stripPrefix" => known.change = Change::Strip(texts(value.get("prefixes"))),
            "addPrefix" => known.change = Change::Add(text("prefix")),
            "replacePath" => known.change = Change::Replace(text("path")),
            "replacePathRegex" => known.change = Change::Other(replaces_by_pattern(&text("regex"), &text("replacement"))),
            "stripPrefixRegex" => known.change = Change::Other(Rewrite::Unknown),
            "redirectScheme" => known.sends_away = true,
            "chain" => known.chain = texts(value.get("middlewares")),
            _ => {}
        }
    }
    known
}

fn texts(node: Option<&Node>) -> Vec<String> {
    node.map_or(&[][..], Node::one_or_many).iter().filter_map(Node::as_str).map(str::to_owned).take(MANY).collect()
}

impl Found {
    fn routes(&self, out: &mut Extracted) -> Vec<ProxyRoute> {
        let all = self.routers.iter().flat_map(|router| {
            let places = rule::places(&router.rule);
            if places.is_none() {
                out.facts.gaps.push(Gap { mark: Some(router.mark), reason: "a router's rule is not understood".to_owned(), whole: false });
            }
            self.route(router, places.unwrap_or_default())
        });
        let mut routes: Vec<ProxyRoute> = all.take(MANY).collect();
        let asking = self.middlewares.values().filter_map(|one| {
            let (_, mark) = one.demands.as_ref()?;
            Some(ProxyRoute { targets: vec![one.asks.clone()?], mark: *mark, ..ProxyRoute::default() })
        });
        routes.extend(asking.take(MANY));
        routes
    }

    fn route(&self, router: &Router, places: Vec<rule::Place>) -> Vec<ProxyRoute> {
        let mut names = Vec::new();
        self.unchain(&router.middlewares, 0, &mut names);
        let known: Vec<Option<&Middleware>> = names.iter().map(|name| self.middlewares.get(bare(name))).collect();
        if known.iter().flatten().any(|one| one.sends_away) {
            return Vec::new();
        }
        let targets: BTreeSet<Text> = self.targets(&router.service, 0).into_iter().collect();
        let targets: Vec<Text> = targets.into_iter().collect();
        let allowed = known.iter().flatten().map(|one| &one.allowed).find(|allowed| !allowed.is_empty()).cloned().unwrap_or_default();
        let route = |place: rule::Place| {
            let path = place.path.clone().unwrap_or_else(|| "/".to_owned());
            ProxyRoute {
                rewrite: rewrite(&path, &known),
                exact: place.exact,
                // what a template or a variable makes is not known
                path: (path.starts_with('/') && !path.contains("{{")).then_some(path),
                methods: place.methods,
                targets: targets.clone(),
                demands: known.iter().flatten().find_map(|one| one.demands.clone()),
                limited: known.iter().flatten().find_map(|one| one.limited),
                allowed: allowed.clone(),
                mark: router.mark,
            }
        };
        places.into_iter().map(route).collect()
    }

    /// Middlewares in their order, chains put in.
    fn unchain(&self, names: &[String], depth: u8, out: &mut Vec<String>) {
        for name in names.iter().take(MANY) {
            if out.len() >= 64 {
                return;
            }
            match self.middlewares.get(bare(name)) {
                Some(one) if !one.chain.is_empty() && depth < MAX_DEPTH => self.unchain(&one.chain, depth + 1, out),
                _ => out.push(name.clone()),
            }
        }
    }

    fn targets(&self, name: &str, depth: u8) -> Vec<Text> {
        let (short, provider) = name.split_once('@').unwrap_or((name, ""));
        match self.services.get(short) {
            Some(service) if depth < MAX_DEPTH => {
                let below = service.names.iter().take(16).flat_map(|name| self.targets(name, depth + 1));
                service.targets.iter().cloned().chain(below).take(MANY).collect()
            }
            // Docker's provider calls a service as Compose does
            None if provider == "docker" => vec![Text::literal(format!("http://{short}"))],
            _ => Vec::new(),
        }
    }
}

/// A name without its provider.
fn bare(name: &str) -> &str {
    name.split('@').next().unwrap_or(name)
}

/// What middlewares make of a path, one after the other; what is told elsewhere may change it.
fn rewrite(path: &str, middlewares: &[Option<&Middleware>]) -> Option<Rewrite> {
    let mut done = None;
    for middleware in middlewares {
        let next = match middleware.map(|one| &one.change) {
            None => Some(Rewrite::Unknown),
            Some(Change::None) => None,
            Some(Change::Strip(prefixes)) => prefixes.iter().find(|prefix| path.starts_with(prefix.as_str())).and_then(|prefix| replaces(prefix, "")),
            Some(Change::Add(prefix)) => replaces("", prefix),
            Some(Change::Replace(to)) => replaces(path, to),
            Some(Change::Other(rewrite)) => Some(rewrite.clone()),
        };
        done = then(done, next);
    }
    done
}
