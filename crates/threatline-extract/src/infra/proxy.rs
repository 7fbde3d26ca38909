//! What the readers of proxies' configuration share: what a ConfigMap holds, and what becomes of a path.

use super::{caddy, conf, envoy, haproxy, kong, krakend, traefik};
use crate::node::{self, Node};
use threatline_facts::infra::{InfraFact, Proxy, Rewrite};
use threatline_facts::{ArtifactKind, Extracted, Fact, Mark};

/// Nothing that a person writes has more routes, or servers behind one name.
pub(super) const MANY: usize = 2000;

/// Words of which one stands in every document that a proxy is configured with; others need not be parsed.
const WORDS: &[&str] = &["static_resources", "virtual_hosts", "_format_version", "routers", "reverse_proxy", "endpoints"];

/// Readers of documents that configure a proxy.
const READERS: &[fn(&Node, &mut Extracted) -> bool] = &[traefik::read, envoy::read, kong::read, caddy::json::read, krakend::read];

/// Reads what a ConfigMap of that name holds under a key that is a file's name; all of it stands at one place.
pub(super) fn embedded(key: &str, text: &str, config: &str, mark: Mark) -> Vec<Proxy> {
    let found = match ArtifactKind::of(key) {
        Some(kind @ (ArtifactKind::Yaml | ArtifactKind::Json | ArtifactKind::Toml)) if WORDS.iter().any(|word| text.contains(word)) => {
            let mut found = Extracted::default();
            let documents = node::parse(kind, text).unwrap_or_default();
            for document in &documents {
                READERS.iter().any(|read| read(document, &mut found));
            }
            found
        }
        Some(ArtifactKind::Nginx) => conf::read(text),
        Some(ArtifactKind::Caddyfile) => caddy::read(text),
        Some(ArtifactKind::Haproxy) => haproxy::read(text),
        None if key.contains(".conf") => conf::read(text),
        _ => return Vec::new(),
    };
    let proxies = found.facts.facts.into_iter().filter_map(|fact| if let Fact::Infra(InfraFact::Proxy(proxy)) = fact { Some(proxy) } else { None });
    let placed = |mut proxy: Proxy| {
        (proxy.config, proxy.mark) = (Some(config.to_owned()), mark);
        for route in &mut proxy.routes {
            route.mark = mark;
            route.demands.iter_mut().for_each(|(_, place)| *place = mark);
            route.limited.iter_mut().for_each(|place| *place = mark);
        }
        proxy
    };
    proxies.map(placed).collect()
}

/// A beginning that is replaced, unless it is replaced by itself.
pub(super) fn replaces(from: &str, to: &str) -> Option<Rewrite> {
    (from != to).then(|| Rewrite::Begins { from: from.to_owned(), to: to.to_owned() })
}

/// `^/api/(.*)$` replaced by `/$1`: what stands before the rest is replaced; of other patterns nobody knows.
pub(super) fn replaces_by_pattern(pattern: &str, replacement: &str) -> Rewrite {
    let plain = |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '-' | '_'));
    let cut = || {
        let from = pattern.strip_prefix('^').unwrap_or(pattern).trim_end_matches('$').strip_suffix("(.*)")?;
        let from = from.strip_suffix("/?").unwrap_or(from);
        let to = ["$1", "${1}", "\\1"].iter().find_map(|rest| replacement.strip_suffix(rest))?;
        (plain(from) && plain(to)).then(|| Rewrite::Begins { from: from.to_owned(), to: to.to_owned() })
    };
    cut().unwrap_or(Rewrite::Unknown)
}

/// One change after the other.
pub(super) fn then(first: Option<Rewrite>, second: Option<Rewrite>) -> Option<Rewrite> {
    match (first, second) {
        (Some(Rewrite::Begins { from, to }), Some(Rewrite::Begins { from: cut, to: put })) => match to.strip_prefix(cut.as_str()) {
            Some(rest) => replaces(&from, &format!("{put}{rest}")),
            None => Some(Rewrite::Unknown),
        },
        (Some(_), Some(_)) => Some(Rewrite::Unknown),
        (first, second) => first.or(second),
    }
}
