//! Routes of gateways that are programs of a framework, from their settings: Spring Cloud Gateway and Zuul.
//!
//! What a web server's own file would say, of the program whose settings they are. Whether such a program asks who calls stands in
//! its code: these routes demand nothing, and say nothing of that.

use super::documented::owner;
use super::draft::{Draft, folder_of, plain};
use crate::Artifact;
use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_facts::infra::{InfraFact, Proxy, ProxyRoute, Rewrite, Setting};
use threatline_facts::{Ecosystem, Fact, Mark, Text};
use threatline_knowledge::catalogue;

/// Products that forward requests, and what their routes stand below.
pub(crate) const GATEWAYS: [(&str, &[&str]); 2] = [
    (ZUUL, &["zuul.routes."]),
    (
        "spring-cloud-gateway",
        &[
            "spring.cloud.gateway.routes.",
            "spring.cloud.gateway.server.webflux.routes.",
            "spring.cloud.gateway.server.webmvc.routes.",
            "spring.cloud.gateway.mvc.routes.",
        ],
    ),
];

/// The one whose routes have names and no predicates.
const ZUUL: &str = "zuul";

/// Routes that are read of one file.
const MANY: usize = 500;

/// One route's settings by their keys below it.
type Fields<'s> = BTreeMap<String, &'s Setting>;

/// Whether these are routes of such a program.
pub(crate) fn is_one(product: &str) -> bool {
    GATEWAYS.iter().any(|(known, _)| *known == product)
}

/// The routes that each file of settings says, of those that hold in every environment.
pub(crate) fn proxies(artifacts: &[Artifact<'_>]) -> Vec<(Arc<str>, Proxy)> {
    artifacts.iter().flat_map(|artifact| of_file(artifact).into_iter().map(|proxy| (artifact.path.clone(), proxy))).collect()
}

fn of_file(artifact: &Artifact<'_>) -> Vec<Proxy> {
    let mut found: BTreeMap<&str, BTreeMap<String, Fields<'_>>> = BTreeMap::new();
    let mut prefix = None;
    for fact in &artifact.facts.facts {
        let Fact::Infra(InfraFact::Setting(setting)) = fact else { continue };
        if setting.profile.is_some() {
            continue;
        }
        let key = catalogue::setting(&setting.key);
        let below = |(product, prefixes): &(&'static str, &[&str])| prefixes.iter().find_map(|prefix| Some((*product, key.strip_prefix(prefix)?)));
        let Some((product, rest)) = GATEWAYS.iter().find_map(below) else {
            prefix = prefix.or_else(|| (key == "zuul.prefix").then(|| setting.value.as_literal()).flatten());
            continue;
        };
        let (route, field) = rest.split_once('.').unwrap_or((rest, ""));
        let routes = found.entry(product).or_default();
        if routes.len() < MANY || routes.contains_key(route) {
            routes.entry(route.to_owned()).or_default().insert(field.to_owned(), setting);
        }
    }
    let routes = |(product, routes): (&str, BTreeMap<String, Fields<'_>>)| {
        // in the order written: the first that fits is taken
        let mut routes: Vec<(&String, &Fields<'_>)> = routes.iter().collect();
        routes.sort_by_key(|(number, _)| number.parse::<usize>().unwrap_or(usize::MAX));
        let of_one =
            |(name, fields): (&String, &Fields<'_>)| if product == ZUUL { of_proxy(name, fields, prefix.unwrap_or_default()) } else { of_gateway(fields) };
        proxy(product, routes.into_iter().filter_map(of_one).collect())
    };
    found.into_iter().filter_map(routes).collect()
}

fn proxy(product: &str, routes: Vec<ProxyRoute>) -> Option<Proxy> {
    let mark = routes.first()?.mark;
    Some(Proxy { product: product.to_owned(), config: None, told_by_labels: false, routes, mark })
}

/// `Path=/shop/**` with filters that change the path.
fn of_gateway(fields: &Fields<'_>) -> Option<ProxyRoute> {
    let uri = fields.get("uri")?;
    let predicates = told(fields, "predicates");
    let paths = predicates.iter().find(|(name, _, _)| name == "path");
    let pattern = paths.map_or("/**", |(_, told, _)| told.split(',').next().unwrap_or_default().trim());
    let methods =
        predicates.iter().find(|(name, _, _)| name == "method").map(|(_, told, _)| told.split(',').map(|one| one.trim().to_ascii_uppercase()).collect());
    let (path, exact) = cut(pattern)?;
    let mut rewrite = None;
    let mut limited = None;
    for (name, told, mark) in told(fields, "filters") {
        let change = match name.as_str() {
            "stripprefix" => Some(stripped(&path, told.trim().parse().unwrap_or(1))),
            "prefixpath" => Some(Rewrite::Begins { from: String::new(), to: told.trim().trim_end_matches('/').to_owned() }),
            "rewritepath" => Some(rewritten(&told)),
            "setpath" => Some(Rewrite::Unknown),
            "requestratelimiter" => {
                limited = Some(mark);
                None
            }
            _ => None,
        };
        rewrite = match (rewrite, change) {
            (None, change) => change,
            (known, None) => known,
            // one change after the other: what becomes of it nobody looks into
            (Some(_), Some(_)) => Some(Rewrite::Unknown),
        };
    }
    let several = paths.is_some_and(|(_, told, _)| told.contains(','));
    let rewrite = if several && rewrite.is_some() { Some(Rewrite::Unknown) } else { rewrite };
    Some(ProxyRoute {
        path: Some(path),
        exact: exact && !several,
        methods: methods.unwrap_or_default(),
        targets: vec![uri.value.clone()],
        rewrite,
        demands: None,
        limited,
        allowed: Vec::new(),
        mark: uri.mark,
    })
}

/// `users: /users/**`, or the same in several settings; what stands before the stars is cut off unless told otherwise.
fn of_proxy(name: &str, fields: &Fields<'_>, prefix: &str) -> Option<ProxyRoute> {
    let path = fields.get("path").or_else(|| fields.get(""))?;
    let (own, exact) = cut(path.value.as_literal()?)?;
    let (target, mark) = match (fields.get("url"), fields.get("serviceid")) {
        (Some(url), _) => (url.value.clone(), url.mark),
        (None, Some(service)) => (Text::join([Text::literal("http://"), service.value.clone()]), service.mark),
        (None, None) => (Text::literal(format!("http://{name}")), path.mark),
    };
    let keeps = fields.get("stripprefix").is_some_and(|setting| setting.value.as_literal() == Some("false"));
    let prefix = prefix.trim_end_matches('/');
    let outside = format!("{prefix}{}", if own == "/" && !prefix.is_empty() { "" } else { &own });
    let from = match (keeps, own.as_str()) {
        (true, _) | (false, "/") => prefix.to_owned(),
        (false, own) => format!("{prefix}{own}"),
    };
    let rewrite = (!from.is_empty()).then(|| Rewrite::Begins { from, to: String::new() });
    Some(ProxyRoute {
        path: Some(outside),
        exact,
        methods: Vec::new(),
        targets: vec![target],
        rewrite,
        demands: None,
        limited: None,
        allowed: Vec::new(),
        mark,
    })
}

/// `Path=/shop/**`, or a name with its arguments; in order.
fn told(fields: &Fields<'_>, of: &str) -> Vec<(String, String, Mark)> {
    let mut found: BTreeMap<usize, (String, Vec<String>, Mark)> = BTreeMap::new();
    for (key, setting) in fields {
        let Some(rest) = key.strip_prefix(of).and_then(|rest| rest.strip_prefix('.')) else { continue };
        let (number, field) = rest.split_once('.').unwrap_or((rest, ""));
        let (Ok(number), value) = (number.parse::<usize>(), setting.value.with_defaults()) else { continue };
        let one = found.entry(number).or_insert_with(|| (String::new(), Vec::new(), setting.mark));
        match field {
            "" => {
                let (name, told) = value.split_once('=').unwrap_or((&value, ""));
                (one.0, one.1) = (name.trim().to_lowercase(), vec![told.trim().to_owned()]);
            }
            "name" => one.0 = value.trim().to_lowercase(),
            _ => one.1.push(value),
        }
    }
    found.into_values().map(|(name, told, mark)| (name, told.join(","), mark)).collect()
}

/// A pattern without the stars that stand for all that follows, and whether there were none; none where a setting stands in it.
fn cut(pattern: &str) -> Option<(String, bool)> {
    if !pattern.starts_with('/') || pattern.contains("${") {
        return None;
    }
    Some(match pattern.strip_suffix("/**") {
        Some("") => ("/".to_owned(), false),
        Some(before) => (before.to_owned(), false),
        None => (pattern.to_owned(), true),
    })
}

/// So many parts of a path are cut off.
fn stripped(path: &str, parts: usize) -> Rewrite {
    let ends = path.match_indices('/').skip(1).map(|(at, _)| at).chain([path.len()]);
    match ends.take(parts).last().map(|end| &path[..end]).filter(|from| !from.contains(['*', '{']) && from.matches('/').count() == parts) {
        Some(from) if from != "/" => Rewrite::Begins { from: from.to_owned(), to: String::new() },
        _ => Rewrite::Unknown,
    }
}

/// `/shop/(?<rest>.*), /$\{rest}`: what stands before the rest is replaced.
fn rewritten(told: &str) -> Rewrite {
    let known = || {
        let (pattern, replacement) = told.split_once(',')?;
        let (before, group) = pattern.trim().split_once("(?<")?;
        let name = group.strip_suffix(".*)")?.strip_suffix('>').or_else(|| group.strip_suffix("/?.*)")?.strip_suffix('>'))?;
        let from = before.strip_suffix("/?").unwrap_or(before);
        let to = replacement.trim().strip_suffix(&format!("$\\{{{name}}}")).or_else(|| replacement.trim().strip_suffix(&format!("${{{name}}}")))?;
        let plain = |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '-' | '_'));
        let (from, to) = (from.trim_end_matches('/'), to.trim_end_matches('/'));
        (plain(from) && plain(to)).then(|| Rewrite::Begins { from: from.to_owned(), to: to.to_owned() })
    };
    known().unwrap_or(Rewrite::Unknown)
}

/// Whether a library that asks who calls is on board of such a program.
pub(crate) fn may_ask(draft: &Draft<'_>) -> bool {
    let asks = |name: &String| {
        let known = [Ecosystem::Maven, Ecosystem::Gradle].iter().find_map(|ecosystem| catalogue::package(*ecosystem, name));
        known.is_some_and(|known| known.capabilities.iter().any(|word| word == "auth"))
    };
    draft.dependencies.keys().any(asks)
}

/// The gateway whose settings a file holds: the program in whose source it lies, or the one for which it is named.
pub(crate) fn readers(path: &str, product: &str, drafts: &[Draft<'_>]) -> Vec<usize> {
    let is_gateway = |at: &usize| drafts[*at].technologies.contains(product);
    if let Some(own) = owner(drafts, path).filter(is_gateway) {
        return vec![own];
    }
    let file = path.strip_prefix(folder_of(path)).unwrap_or(path);
    let stem = plain(file.rsplit_once('.').map_or(file, |(stem, _)| stem));
    (0..drafts.len()).filter(is_gateway).filter(|at| plain(&drafts[*at].name) == stem).collect()
}
