//! HAProxy: frontends, the conditions by which they choose a backend, and the servers of backends.
//!
//! A condition is one of several ways, each of which asks for all of its parts. Paths and methods are understood, and
//! whether somebody has given a password; what else is asked makes a condition one that only some requests meet.

mod condition;

use super::proxy::{MANY, replaces, replaces_by_pattern, then};
use super::{secret, text};
use condition::{Conditions, Way};
use std::collections::BTreeMap;
use threatline_facts::infra::{InfraFact, Proxy, ProxyRoute, Rewrite};
use threatline_facts::{Extracted, Mark, Text};

const SECTIONS: &[&str] = &[
    "global",
    "defaults",
    "frontend",
    "backend",
    "listen",
    "userlist",
    "resolvers",
    "peers",
    "program",
    "cache",
    "mailers",
    "ring",
    "http-errors",
    "crt-store",
    "log-forward",
    "fcgi-app",
];

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let sections = sections(text);
    let backends: BTreeMap<&str, &Section> = sections.iter().filter(|one| one.kind == "backend").map(|one| (one.name, one)).collect();
    let defaults = sections.iter().filter(|one| one.kind == "defaults").find_map(|one| one.mode());
    let fronts: Vec<&Section> = sections.iter().filter(|one| matches!(one.kind, "frontend" | "listen")).collect();
    let Some(first) = fronts.first() else { return out };
    let mark = out.mark(first.line, first.line);
    let mut routes = Vec::new();
    for front in fronts {
        let plain = front.mode().or(defaults) != Some("http");
        front_routes(front, &backends, plain, &mut routes, &mut out);
    }
    routes.truncate(MANY);
    out.say(InfraFact::Proxy(Proxy { product: "haproxy".to_owned(), config: None, told_by_labels: false, routes, mark }));
    out
}

/// A section and the words of its lines.
struct Section<'t> {
    kind: &'t str,
    name: &'t str,
    line: u32,
    lines: Vec<(u32, Vec<String>)>,
}

impl Section<'_> {
    fn mode(&self) -> Option<&str> {
        self.lines.iter().find(|(_, words)| words[0] == "mode").and_then(|(_, words)| words.get(1)).map(String::as_str)
    }

    fn servers(&self) -> Vec<(Text, bool)> {
        let servers = self.lines.iter().filter(|(_, words)| words[0] == "server").filter_map(|(_, words)| {
            let address = words.get(2).filter(|address| !address.starts_with(['/', '@']) && !address.starts_with("unix@"))?;
            Some((text::variables(address), words[3..].iter().any(|word| word == "ssl")))
        });
        servers.take(MANY).collect()
    }
}

fn sections(text: &str) -> Vec<Section<'_>> {
    let mut found: Vec<Section<'_>> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let number = number as u32 + 1;
        let mut plain = line.split_whitespace();
        match plain.next() {
            Some(kind) if SECTIONS.contains(&kind) => found.push(Section { kind, name: plain.next().unwrap_or_default(), line: number, lines: Vec::new() }),
            Some(word) if !word.starts_with('#') => {
                let words = words(line);
                if let Some(section) = found.last_mut().filter(|_| !words.is_empty()) {
                    section.lines.push((number, words));
                }
            }
            _ => {}
        }
    }
    found
}

/// Words as HAProxy cuts them: quotes group, a backslash escapes, `#` begins a comment.
fn words(line: &str) -> Vec<String> {
    let (mut out, mut word, mut started, mut quote) = (Vec::new(), String::new(), false, None);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'') => (quote, started) = (Some(letter), true),
            (None, '\\') => {
                // patterns keep theirs
                let next = letters.next().unwrap_or_default();
                if next.is_ascii_alphanumeric() || matches!(next, '.' | '/') {
                    word.push('\\');
                }
                word.push(next);
                started = true;
            }
            (None, '#') => break,
            (None, _) if letter.is_whitespace() => {
                if started {
                    out.push(std::mem::take(&mut word));
                }
                started = false;
            }
            _ => {
                word.push(letter);
                started = true;
            }
        }
    }
    if started {
        out.push(word);
    }
    out
}

/// What rules of a section do for requests that meet a condition.
#[derive(Clone, Default)]
struct Rules {
    /// Who demands a password, on which paths; none is all.
    demands: Vec<(Vec<String>, Mark)>,
    allowed: Vec<(Vec<String>, Vec<String>)>,
    limited: Option<Mark>,
    changes: Vec<(Vec<String>, Rewrite)>,
}

impl Rules {
    fn of(section: &Section<'_>, out: &mut Extracted) -> Self {
        let conditions = Conditions::of(&section.lines);
        let mut rules = Rules::default();
        for (line, words) in &section.lines {
            let rule: Vec<&str> = words.iter().map(String::as_str).collect();
            let ways = conditions.of_rule(words);
            match rule.as_slice() {
                ["http-request", "auth", ..] => {
                    for way in ways.iter().filter(|way| !way.more && way.methods.is_empty() && way.from.is_empty() && way.not_from.is_empty()) {
                        rules.demands.push((way.begins(), out.mark(*line, *line)));
                    }
                }
                ["http-request", "deny" | "reject" | "tarpit" | "silent-drop", ..] | ["tcp-request", "connection" | "content", "reject", ..] => {
                    for way in &ways {
                        if way.counts {
                            rules.limited = Some(out.mark(*line, *line));
                        } else if !way.not_from.is_empty() && !way.more && way.methods.is_empty() {
                            rules.allowed.push((way.begins(), way.not_from.clone()));
                        }
                    }
                }
                ["http-request", "replace-path" | "replace-uri" | "replace-pathq", pattern, replacement, ..] => {
                    let change = replaces_by_pattern(pattern, replacement);
                    rules.changes.extend(ways.iter().map(|way| (way.begins(), if way.more { Rewrite::Unknown } else { change.clone() })));
                }
                ["http-request", "set-path" | "set-uri" | "set-pathq", to, ..] => {
                    let change = to.strip_suffix("%[path]").and_then(|before| replaces("", before)).unwrap_or(Rewrite::Unknown);
                    rules.changes.extend(ways.iter().map(|way| (way.begins(), if way.more { Rewrite::Unknown } else { change.clone() })));
                }
                ["reqrep" | "reqirep" | "http-request", "normalize-uri", ..] | ["reqrep" | "reqirep", ..] => rules.changes.push((Vec::new(), Rewrite::Unknown)),
                _ => {}
            }
        }
        rules
    }

    /// Puts on a route what holds for its path.
    fn apply(&self, route: &mut ProxyRoute) {
        let path = route.path.as_deref().unwrap_or("/");
        let covers = |paths: &[String]| paths.is_empty() || paths.iter().any(|begins| path.starts_with(begins.as_str()));
        if let Some((_, mark)) = self.demands.iter().find(|(paths, _)| covers(paths)) {
            route.demands = Some(("http_auth".to_owned(), *mark));
        }
        if let Some((_, ranges)) = self.allowed.iter().find(|(paths, _)| covers(paths)) {
            route.allowed.clone_from(ranges);
        }
        route.limited = route.limited.or(self.limited);
        for (_, change) in self.changes.iter().filter(|(paths, _)| covers(paths)) {
            route.rewrite = then(route.rewrite.take(), Some(change.clone()));
        }
    }
}

fn front_routes(front: &Section<'_>, backends: &BTreeMap<&str, &Section<'_>>, plain: bool, routes: &mut Vec<ProxyRoute>, out: &mut Extracted) {
    let conditions = Conditions::of(&front.lines);
    let rules = Rules::of(front, out);
    let mut chosen: Vec<(Vec<Way>, &Section<'_>, u32)> = Vec::new();
    for (line, words) in &front.lines {
        let named = words.get(1).and_then(|name| backends.get(name.as_str()).copied());
        match (words[0].as_str(), named) {
            ("use_backend", Some(backend)) => chosen.push((conditions.of_rule(words), backend, *line)),
            ("default_backend", Some(backend)) => chosen.push((vec![Way::default()], backend, *line)),
            _ => {}
        }
    }
    if front.kind == "listen" && chosen.is_empty() {
        chosen.push((vec![Way::default()], front, front.line));
    }
    for (ways, backend, line) in chosen {
        let servers = backend.servers();
        if servers.is_empty() {
            continue;
        }
        let mark = out.mark(line, line);
        let own = if std::ptr::eq(backend, front) { Rules::default() } else { Rules::of(backend, out) };
        let target = |(server, secure): &(Text, bool)| {
            let scheme = if plain {
                ""
            } else if *secure {
                "https://"
            } else {
                "http://"
            };
            secret::hide_in(Text::join([Text::literal(scheme), server.clone()]))
        };
        let mut targets: Vec<Text> = servers.iter().map(target).collect();
        targets.sort();
        targets.dedup();
        for way in ways {
            let paths: Vec<Option<(String, bool)>> = match (plain, way.paths.is_empty()) {
                (true, _) => vec![None],
                // whoever asks for something that is not understood comes from anywhere
                (false, true) if way.more => vec![None],
                (false, true) => vec![Some(("/".to_owned(), false))],
                (false, false) => way.paths.iter().cloned().map(Some).collect(),
            };
            for place in paths {
                if routes.len() >= MANY {
                    return;
                }
                let (path, exact) = place.map_or((None, false), |(path, exact)| (Some(path), exact));
                let mut route = ProxyRoute {
                    path,
                    exact,
                    methods: way.methods.clone(),
                    targets: targets.clone(),
                    allowed: way.from.clone(),
                    mark,
                    ..ProxyRoute::default()
                };
                rules.apply(&mut route);
                own.apply(&mut route);
                routes.push(route);
            }
        }
    }
}
