//! Caddy: sites, what they answer on which path, and where requests go.
//!
//! Directives of a site run in an order of Caddy's own: whoever demands a credential stands before whatever answers. In a
//! `route` they run as written. Snippets are put in where they are imported; `{$NAME:default}` is a hole.

pub mod json;
mod matcher;
mod syntax;

use super::nginx::syntax::Directive;
use super::proxy::{MANY, replaces, then};
use super::{secret, text};
use matcher::Matcher;
use std::collections::BTreeMap;
use threatline_facts::infra::{InfraFact, Proxy, ProxyRoute, Rewrite};
use threatline_facts::{Extracted, Gap, Mark, Text};

/// Snippets in snippets.
const MAX_IMPORTS: u8 = 4;

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let Some(directives) = syntax::parse(text) else {
        out.facts.gaps.push(Gap { mark: None, reason: "not a valid Caddyfile".to_owned(), whole: true });
        return out;
    };
    let is_snippet = |one: &&Directive| one.name.starts_with('(') || one.name.starts_with("&(");
    let snippets = directives.iter().filter(is_snippet).map(|one| (one.name.trim_matches(['&', '(', ')']), one.inner())).collect();
    let mut reader = Reader { snippets, routes: Vec::new(), out, budget: 50_000 };
    let sites: Vec<&Directive> = directives.iter().filter(|one| !is_snippet(one) && !one.name.is_empty()).collect();
    let Some(first) = sites.first() else { return reader.out };
    let mark = reader.out.mark(first.line, first.line);
    if first.block.is_none() && first.name != "import" {
        // one site needs no block
        let rest = directives.iter().skip_while(|one| !std::ptr::eq(*one, *first)).count();
        reader.level(&directives[directives.len() + 1 - rest..], &State::default(), first, false, 0);
    } else {
        for site in sites.iter().filter(|site| site.block.is_some()) {
            reader.level(site.inner(), &State::default(), site, false, 0);
        }
    }
    let Reader { routes, mut out, .. } = reader;
    out.say(InfraFact::Proxy(Proxy { product: "caddy".to_owned(), config: None, told_by_labels: false, routes, mark }));
    out
}

/// What holds from here on downwards.
#[derive(Clone, Default)]
struct State {
    /// Paths that lead here; empty is all.
    paths: Vec<String>,
    methods: Vec<String>,
    /// What becomes of which paths; of no path is of all.
    changes: Vec<(Vec<String>, Rewrite)>,
    /// Something is asked for that is not understood: only some requests come here.
    more: bool,
    guards: Vec<Guard>,
    limited: Option<Mark>,
    allowed: Vec<String>,
}

/// A credential is demanded of whoever asks for one of the paths; empty is all.
#[derive(Clone)]
struct Guard {
    paths: Vec<String>,
    by: &'static str,
    mark: Mark,
}

struct Reader<'t> {
    snippets: BTreeMap<&'t str, &'t [Directive]>,
    routes: Vec<ProxyRoute>,
    out: Extracted,
    budget: usize,
}

impl<'t> Reader<'t> {
    /// Directives with those of snippets in their place.
    fn expanded(&mut self, directives: &'t [Directive], depth: u8) -> Vec<&'t Directive> {
        let mut all = Vec::new();
        for directive in directives {
            if self.budget == 0 {
                break;
            }
            self.budget -= 1;
            let snippet = directive.word().filter(|_| matches!(directive.name.as_str(), "import" | "invoke")).and_then(|name| self.snippets.get(name).copied());
            match snippet.filter(|_| depth < MAX_IMPORTS) {
                Some(inner) => all.extend(self.expanded(inner, depth + 1)),
                None => all.push(directive),
            }
        }
        all
    }

    /// A site or a block in it; `ordered` where directives run as written.
    fn level(&mut self, directives: &'t [Directive], above: &State, whole: &Directive, ordered: bool, depth: u8) {
        if depth > 16 {
            return;
        }
        let directives = self.expanded(directives, 0);
        let matchers: BTreeMap<&str, Matcher> =
            directives.iter().filter(|one| one.name.starts_with('@')).map(|one| (one.name.as_str(), Matcher::defined(one))).collect();
        let mut state = above.clone();
        if !ordered {
            directives.iter().for_each(|directive| self.before(directive, &matchers, &mut state));
        }
        let begins = self.routes.len();
        let mut own: Vec<Text> = Vec::new();
        let mut refuses = false;
        for directive in directives {
            if ordered {
                self.before(directive, &matchers, &mut state);
            }
            let (matcher, words) = asked(directive, &matchers);
            let mut inner = narrowed(&state, &matcher);
            match directive.name.as_str() {
                "handle" | "route" | "handle_path" => {
                    let cut = matcher.paths.first().filter(|_| directive.name == "handle_path" && matcher.paths.len() == 1);
                    let cut = cut.and_then(|path| replaces(path.trim_end_matches('*').trim_end_matches('/'), ""));
                    inner.changes.extend(cut.map(|cut| (Vec::new(), cut)));
                    self.level(directive.inner(), &inner, directive, directive.name == "route", depth + 1);
                }
                "reverse_proxy" | "php_fastcgi" => {
                    let (targets, rewrite) = passes(directive, words);
                    if matcher.is_all() && rewrite.is_none() {
                        own.extend(targets);
                    } else {
                        inner.changes.extend(rewrite.map(|rewrite| (Vec::new(), rewrite)));
                        self.push(&inner, targets, directive);
                    }
                }
                "respond" | "redir" | "file_server" | "metrics" if !matcher.paths.is_empty() && !turns_away(directive, words) => {
                    self.push(&inner, Vec::new(), directive);
                }
                "respond" | "abort" | "error" if matcher.is_all() => refuses |= turns_away(directive, words),
                _ => {}
            }
        }
        // what only turns everybody away answers nothing
        let answered = self.routes[begins..].iter().any(|route| route.path.is_some());
        let is_place = depth > 0 && !above.paths.is_empty() && !refuses && !answered;
        if !own.is_empty() || is_place {
            self.push(&state, own, whole);
        }
    }

    /// What a directive demands or counts from here on.
    fn before(&mut self, directive: &Directive, matchers: &BTreeMap<&str, Matcher>, state: &mut State) {
        let (matcher, words) = asked(directive, matchers);
        let by = match directive.name.as_str() {
            "basic_auth" | "basicauth" => "basic_auth",
            "forward_auth" => "forward_auth",
            "tls" => {
                let mode = directive.inner().iter().find(|one| one.name == "client_auth").and_then(|one| one.inner().iter().find(|one| one.name == "mode"));
                if mode.and_then(Directive::word) == Some("require_and_verify") {
                    let mark = self.out.mark(directive.line, directive.end_line);
                    state.guards.push(Guard { paths: Vec::new(), by: "client_auth", mark });
                }
                return;
            }
            "rate_limit" if matcher.is_all() => {
                state.limited = Some(self.out.mark(directive.line, directive.end_line));
                return;
            }
            "uri" | "rewrite" => {
                let only_paths = matcher.methods.is_empty() && matcher.from.is_empty() && matcher.not_from.is_empty() && !matcher.more;
                let change = change(directive, words).map(|change| if only_paths { change } else { Rewrite::Unknown });
                state.changes.extend(change.map(|change| (matcher.paths, change)));
                return;
            }
            "abort" | "error" | "respond" if matcher.is_stranger() => {
                state.allowed = matcher.not_from;
                return;
            }
            _ => return,
        };
        // where more is asked than a path somebody comes past it
        let only_paths = matcher.methods.is_empty() && matcher.from.is_empty() && matcher.not_from.is_empty() && !matcher.more;
        if only_paths {
            let mark = self.out.mark(directive.line, directive.end_line);
            state.guards.push(Guard { paths: matcher.paths, by, mark });
        }
        if by == "forward_auth" {
            let (targets, _) = passes(directive, words);
            let mark = self.out.mark(directive.line, directive.end_line);
            let asking = ProxyRoute { targets, mark, ..ProxyRoute::default() };
            if !asking.targets.is_empty() && !self.routes.contains(&asking) {
                self.routes.push(asking);
            }
        }
    }

    fn push(&mut self, state: &State, mut targets: Vec<Text>, directive: &Directive) {
        targets.sort();
        targets.dedup();
        let mark = self.out.mark(directive.line, directive.end_line);
        let paths = if state.paths.is_empty() && !state.more { vec!["/".to_owned()] } else { state.paths.clone() };
        if paths.is_empty() && !targets.is_empty() && self.routes.len() < MANY {
            self.routes.push(ProxyRoute { targets: targets.clone(), mark, ..ProxyRoute::default() });
        }
        for path in paths {
            if self.routes.len() >= MANY {
                break;
            }
            let covers = |paths: &[String]| paths.is_empty() || paths.iter().any(|own| holds(own, &path));
            let changes = state.changes.iter().filter(|(paths, _)| covers(paths)).map(|(_, change)| change.clone());
            let rewrite = changes.fold(None, |done, change| then(done, Some(change)));
            let demands = state.guards.iter().find(|guard| covers(&guard.paths)).map(|guard| (guard.by.to_owned(), guard.mark));
            self.routes.push(ProxyRoute {
                // only a star at its end makes a path a beginning
                exact: path != "/" && !path.contains('*'),
                methods: state.methods.clone(),
                targets: targets.clone(),
                rewrite,
                demands,
                limited: state.limited,
                allowed: state.allowed.clone(),
                mark,
                path: Some(path),
            });
        }
    }
}

/// The state where a matcher leads to.
fn narrowed(state: &State, matcher: &Matcher) -> State {
    let mut inner = state.clone();
    if !matcher.paths.is_empty() {
        inner.paths.clone_from(&matcher.paths);
    }
    if !matcher.methods.is_empty() {
        inner.methods.clone_from(&matcher.methods);
    }
    if !matcher.from.is_empty() {
        inner.allowed.clone_from(&matcher.from);
    }
    inner.more |= matcher.more;
    inner
}

/// Whatever the second matches the first matches as well.
fn holds(wide: &str, narrow: &str) -> bool {
    match wide.strip_suffix('*') {
        Some(begins) => !begins.contains('*') && narrow.starts_with(begins),
        None => wide == narrow,
    }
}

/// The matcher of a directive, and the words behind it.
fn asked<'d>(directive: &'d Directive, matchers: &BTreeMap<&str, Matcher>) -> (Matcher, &'d [String]) {
    let words = directive.words.as_slice();
    match words.split_first() {
        Some((first, rest)) if first == "*" => (Matcher::default(), rest),
        Some((first, rest)) if first.starts_with('@') => (matchers.get(first.as_str()).cloned().unwrap_or(Matcher { more: true, ..Matcher::default() }), rest),
        // of a redirection the first word may be where it leads to
        Some((first, rest)) if first.starts_with('/') && !(directive.name == "redir" && rest.iter().all(|word| is_status(word))) => (Matcher::of(first), rest),
        _ => (Matcher::default(), words),
    }
}

fn is_status(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit()) || matches!(word, "permanent" | "temporary" | "html")
}

/// Whoever comes is sent away with an error.
fn turns_away(directive: &Directive, words: &[String]) -> bool {
    matches!(directive.name.as_str(), "abort" | "error") || words.iter().any(|word| word.len() == 3 && word.starts_with(['4', '5']) && is_status(word))
}

/// What `uri` and `rewrite` do to a path.
fn change(directive: &Directive, words: &[String]) -> Option<Rewrite> {
    match (directive.name.as_str(), words) {
        ("uri", [kind, prefix]) if kind == "strip_prefix" => replaces(prefix, ""),
        ("uri", [kind, ..]) if kind == "query" => None,
        ("rewrite", [to]) => change_of_uri(to),
        _ => Some(Rewrite::Unknown),
    }
}

/// `/v1{uri}` puts something in front; a path that is written out forgets the one that was asked for.
fn change_of_uri(to: &str) -> Option<Rewrite> {
    let before = ["{uri}", "{path}", "{http.request.uri}", "{http.request.uri.path}"].iter().find_map(|rest| to.strip_suffix(rest));
    match before {
        Some(before) if !before.contains('{') => replaces("", before),
        _ => Some(Rewrite::Unknown),
    }
}

/// Where a directive sends requests, and what it does to their path.
fn passes(directive: &Directive, words: &[String]) -> (Vec<Text>, Option<Rewrite>) {
    let inner = directive.inner();
    let secure = inner.iter().any(|one| one.name == "transport" && one.inner().iter().any(|one| one.name.starts_with("tls")));
    let to = inner.iter().filter(|one| one.name == "to").flat_map(|one| one.words.iter());
    let scheme = if directive.name == "php_fastcgi" { "fastcgi" } else { "http" };
    let targets = words.iter().chain(to).filter_map(|word| address(word, scheme, secure)).take(MANY).collect();
    let rewrite = inner.iter().find(|one| one.name == "rewrite" && directive.name == "reverse_proxy").and_then(|one| change(one, &one.words));
    (targets, rewrite)
}

/// An upstream as an address; none for a socket.
fn address(word: &str, scheme: &str, secure: bool) -> Option<Text> {
    if word.starts_with("unix/") || word.starts_with("srv+") || word.is_empty() || word.len() > 1024 {
        return None;
    }
    let written = if word.starts_with(':') { format!("localhost{word}") } else { word.to_owned() };
    let known = holes(&written);
    let begins = if secure { "https" } else { scheme };
    Some(secret::hide_in(match &known {
        _ if written.contains("://") => known,
        // what is filled in may have a scheme of its own
        Text::Environment { default: None, .. } | Text::Unknown => known,
        Text::Environment { default: Some(default), .. } if default.with_defaults().contains("://") => known,
        _ => Text::join([Text::literal(format!("{begins}://")), known]),
    }))
}

/// `{$NAME}`, `{$NAME:default}` and `{env.NAME}`; what is known only when somebody asks is unknown.
fn holes(written: &str) -> Text {
    let mut parts = Vec::new();
    let mut rest = written;
    while let Some(at) = rest.find('{') {
        parts.push(Text::literal(&rest[..at]));
        let Some(length) = rest[at..].find('}') else {
            rest = &rest[at..];
            break;
        };
        let inner = &rest[at + 1..at + length];
        let variable = inner.strip_prefix('$').map(|inner| inner.split_once(':').map_or((inner, None), |(name, default)| (name, Some(default))));
        parts.push(match variable.or_else(|| inner.strip_prefix("env.").map(|name| (name, None))) {
            Some((name, default)) if text::is_name(name) => text::environment(name, default.map(Text::literal)),
            _ => Text::Unknown,
        });
        rest = &rest[at + length + 1..];
    }
    parts.push(Text::literal(rest));
    Text::join(parts)
}
