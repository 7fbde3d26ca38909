//! Labels of containers that tell Traefik how they are reached.

use super::{Change, Found, Middleware, Router, Service, say};
use crate::infra::{secret, text};
use std::collections::BTreeMap;
use threatline_facts::{Extracted, Mark, Text};

/// Labels of one service: its name, the port that it listens on, and its labels with their lines.
pub(in crate::infra) struct Labelled {
    pub(in crate::infra) service: String,
    pub(in crate::infra) port: Option<u16>,
    pub(in crate::infra) labels: Vec<(String, String, (u32, u32))>,
}

/// Says what the labels of all services of a file tell.
pub(in crate::infra) fn read(services: &[Labelled], out: &mut Extracted) {
    let mut found = Found::default();
    for service in services.iter().filter(|service| !is_off(service)) {
        add(service, &mut found, out);
    }
    if let Some(first) = found.routers.first() {
        let mark = first.mark;
        let routes = found.routes(out);
        say(routes, true, mark, out);
    }
}

fn is_off(service: &Labelled) -> bool {
    service.labels.iter().any(|(key, value, _)| key.eq_ignore_ascii_case("traefik.enable") && value.eq_ignore_ascii_case("false"))
}

/// A router as labels tell it, piece by piece.
#[derive(Default)]
struct Pieces {
    rule: Option<(String, Mark)>,
    service: Option<String>,
    middlewares: Vec<String>,
}

fn add(service: &Labelled, found: &mut Found, out: &mut Extracted) {
    let mut routers: BTreeMap<String, Pieces> = BTreeMap::new();
    let mut servers: BTreeMap<String, (Option<String>, String)> = BTreeMap::new();
    for (key, value, lines) in &service.labels {
        let words: Vec<&str> = key.split('.').collect();
        let ["traefik", "http", kind, name, option @ ..] = words.as_slice() else { continue };
        let option: String = option.join(".").to_ascii_lowercase();
        match (*kind, option.as_str()) {
            ("routers", "rule") => routers.entry((*name).to_owned()).or_default().rule = Some((value.clone(), out.mark(lines.0, lines.1))),
            ("routers", "service") => routers.entry((*name).to_owned()).or_default().service = Some(value.clone()),
            ("routers", "middlewares") => routers.entry((*name).to_owned()).or_default().middlewares = list(value),
            ("services", "loadbalancer.server.port") => servers.entry((*name).to_owned()).or_default().0 = Some(value.clone()),
            ("services", "loadbalancer.server.scheme") => servers.entry((*name).to_owned()).or_default().1.clone_from(value),
            ("middlewares", option) => {
                let one = found.middlewares.entry((*name).to_owned()).or_default();
                middleware(one, option, value, *lines, out);
            }
            _ => {}
        }
    }
    let own: Vec<String> = servers.keys().cloned().collect();
    for (name, (port, scheme)) in servers {
        let scheme = if scheme.is_empty() { "http" } else { &scheme };
        let port = port.map_or_else(
            || service.port.map_or(Text::literal(""), |port| Text::literal(format!(":{port}"))),
            |port| Text::join([Text::literal(":"), text::compose(&port)]),
        );
        let target = Text::join([Text::literal(format!("{scheme}://{}", service.service)), port]);
        found.services.insert(name, Service { targets: vec![target], names: Vec::new() });
    }
    for (name, pieces) in routers {
        let Some((rule, mark)) = pieces.rule else { continue };
        // without a word on it a router leads to its container's only service
        let behind = pieces.service.or_else(|| own.first().filter(|_| own.len() == 1).cloned()).unwrap_or_else(|| {
            let port = service.port.map_or(String::new(), |port| format!(":{port}"));
            let target = Text::literal(format!("http://{}{port}", service.service));
            let implied = format!("{name} of {}", service.service);
            found.services.insert(implied.clone(), Service { targets: vec![target], names: Vec::new() });
            implied
        });
        found.routers.push(Router { rule, service: behind, middlewares: pieces.middlewares, mark });
    }
}

fn list(value: &str) -> Vec<String> {
    value.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).take(64).collect()
}

fn middleware(one: &mut Middleware, option: &str, value: &str, lines: (u32, u32), out: &mut Extracted) {
    let kind = option.split('.').next().unwrap_or_default();
    match (kind, option) {
        ("forwardauth", "forwardauth.address") => {
            one.demands = Some(("forwardAuth".to_owned(), out.mark(lines.0, lines.1)));
            one.asks = Some(secret::hide_in(text::compose(value)));
        }
        ("basicauth", "basicauth.users" | "basicauth.usersfile") => one.demands = Some(("basicAuth".to_owned(), out.mark(lines.0, lines.1))),
        ("digestauth", "digestauth.users" | "digestauth.usersfile") => one.demands = Some(("digestAuth".to_owned(), out.mark(lines.0, lines.1))),
        ("ratelimit", "ratelimit.average") => one.limited = Some(out.mark(lines.0, lines.1)),
        ("ipallowlist" | "ipwhitelist", "ipallowlist.sourcerange" | "ipwhitelist.sourcerange") => one.allowed = list(value),
        ("stripprefix", "stripprefix.prefixes") => one.change = Change::Strip(list(value)),
        ("addprefix", "addprefix.prefix") => one.change = Change::Add(value.to_owned()),
        ("replacepath", "replacepath.path") => one.change = Change::Replace(value.to_owned()),
        ("replacepathregex" | "stripprefixregex", _) => one.change = Change::Other(threatline_facts::infra::Rewrite::Unknown),
        ("redirectscheme", "redirectscheme.scheme") => one.sends_away = true,
        ("chain", "chain.middlewares") => one.chain = list(value),
        _ => {}
    }
}
