//! Caddy's own form of its configuration, in JSON.

use super::super::proxy::{MANY, replaces, then};
use super::change_of_uri;
use crate::infra::secret;
use crate::node::Node;
use threatline_facts::infra::{InfraFact, Proxy, ProxyRoute, Rewrite};
use threatline_facts::{Extracted, Mark, Text};

/// Routes in routes.
const MAX_DEPTH: u8 = 12;

/// Reads a document if it is Caddy's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let Some(servers) = document.at(&["apps", "http", "servers"]).filter(|servers| servers.is_mapping()) else { return false };
    let mark = out.mark(document.line, document.line);
    let mut routes = Vec::new();
    for server in servers.entries().iter().take(MANY) {
        level(items(&server.value, "routes"), &Above::default(), 0, &mut routes, out);
    }
    out.say(InfraFact::Proxy(Proxy { product: "caddy".to_owned(), config: None, told_by_labels: false, routes, mark }));
    true
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).map_or(&[][..], Node::items)
}

#[derive(Clone, Default)]
struct Above {
    paths: Vec<String>,
    methods: Vec<String>,
    rewrite: Option<Rewrite>,
    demands: Option<(String, Mark)>,
}

fn level(routes: &[Node], above: &Above, depth: u8, found: &mut Vec<ProxyRoute>, out: &mut Extracted) {
    for route in routes.iter().take(MANY) {
        let mut here = above.clone();
        let texts = |key: &str| -> Vec<String> {
            let matchers = items(route, "match").iter().flat_map(|one| items(one, key));
            matchers.filter_map(Node::as_str).map(str::to_owned).take(64).collect()
        };
        let (paths, methods) = (texts("path"), texts("method"));
        if !paths.is_empty() {
            here.paths = paths;
        }
        if !methods.is_empty() {
            here.methods = methods;
        }
        let begins = found.len();
        let (mut targets, mut answers) = (Vec::new(), false);
        for handler in items(route, "handle") {
            match handler.str_at(&["handler"]).unwrap_or_default() {
                "authentication" if handler.get("providers").is_some_and(|providers| !providers.entries().is_empty()) => {
                    here.demands = Some(("authentication".to_owned(), super::super::mark(handler, out)));
                }
                "rewrite" => here.rewrite = then(here.rewrite, change(handler)),
                "subroute" if depth < MAX_DEPTH => level(items(handler, "routes"), &here, depth + 1, found, out),
                "reverse_proxy" => {
                    here.rewrite = then(here.rewrite, handler.get("rewrite").and_then(change));
                    targets.extend(addresses(handler));
                }
                "static_response" | "file_server" => {
                    answers = !here.paths.is_empty() && !handler.str_at(&["status_code"]).is_some_and(|code| code.starts_with(['4', '5']))
                }
                _ => {}
            }
        }
        if targets.is_empty() && (!answers || found.len() > begins) {
            continue;
        }
        let mark = super::super::mark(route, out);
        let all = if here.paths.is_empty() { vec!["/".to_owned()] } else { here.paths };
        for path in all.into_iter().filter(|path| path.starts_with('/')) {
            if found.len() >= MANY {
                return;
            }
            found.push(ProxyRoute {
                exact: path != "/" && !path.contains('*'),
                path: Some(path),
                methods: here.methods.clone(),
                targets: targets.clone(),
                rewrite: here.rewrite.clone(),
                demands: here.demands.clone(),
                mark,
                ..ProxyRoute::default()
            });
        }
    }
}

fn change(handler: &Node) -> Option<Rewrite> {
    let cut = handler.str_at(&["strip_path_prefix"]).and_then(|prefix| replaces(prefix, ""));
    let put = handler.str_at(&["uri"]).and_then(change_of_uri);
    let other = ["strip_path_suffix", "uri_substring", "path_regexp"].iter().any(|key| handler.get(key).is_some());
    if other { Some(Rewrite::Unknown) } else { then(cut, put) }
}

fn addresses(handler: &Node) -> Vec<Text> {
    let secure = handler.at(&["transport", "tls"]).is_some();
    let dials = items(handler, "upstreams").iter().filter_map(|one| one.str_at(&["dial"]));
    let mut found: Vec<Text> = dials.filter_map(|dial| super::address(dial, "http", secure)).map(secret::hide_in).take(MANY).collect();
    found.sort();
    found.dedup();
    found
}
