//! nginx: what is asked for at which path, who demands a credential there, and where requests go.
//!
//! A file counts by what it says, whatever its name: a `server`, a `location` or an `upstream` with a block, in nginx's
//! form. `${NAME}` stays a hole, as it does where a template is filled in when the container starts; nginx's own
//! variables are followed where `set` gives them a value, else they are not known.

pub(super) mod pattern;
mod rewriting;
pub(super) mod syntax;

use super::{secret, text};
use pattern::Matching;
use std::collections::BTreeMap;
use syntax::Directive;
use threatline_facts::infra::{InfraFact, Proxy, ProxyRoute};
use threatline_facts::{Extracted, Gap, Mark, Text};

/// Nothing that a person writes has more routes, or servers behind one name.
const MANY: usize = 2000;
/// Longer words are not searched for variables, nor are longer values put in.
const MAX_WORD: usize = 512;
/// Directives that hand a request on, and the scheme of the addresses where none is written.
const PASSES: [(&str, &str); 5] = [("proxy_pass", ""), ("grpc_pass", "grpc"), ("fastcgi_pass", "fastcgi"), ("uwsgi_pass", "uwsgi"), ("scgi_pass", "scgi")];

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let Some(directives) = syntax::parse(text) else {
        if text.contains("proxy_pass") && text.contains("location") {
            out.facts.gaps.push(Gap { mark: None, reason: "not valid nginx configuration".to_owned(), whole: true });
        }
        return out;
    };
    let mut reader = Reader { upstreams: BTreeMap::new(), routes: Vec::new(), first: None, out };
    reader.collect_upstreams(&directives);
    reader.level(&directives, &State::default(), false);
    let Reader { routes, first, mut out, .. } = reader;
    if let Some(mark) = first {
        out.say(InfraFact::Proxy(Proxy { product: "nginx".to_owned(), config: None, told_by_labels: false, routes, mark }));
    }
    out
}

/// What holds from here on downwards.
#[derive(Clone, Default)]
struct State {
    variables: BTreeMap<String, String>,
    /// `auth_basic`, unless it is off.
    realm: Option<Mark>,
    users: bool,
    asks: Option<Mark>,
    certificate: Option<Mark>,
    limited: Option<Mark>,
    /// One of several conditions is enough.
    any: bool,
    allowed: Vec<String>,
    denied: bool,
}

struct Reader<'t> {
    upstreams: BTreeMap<&'t str, Vec<&'t str>>,
    routes: Vec<ProxyRoute>,
    first: Option<Mark>,
    out: Extracted,
}

impl<'t> Reader<'t> {
    fn collect_upstreams(&mut self, directives: &'t [Directive]) {
        for directive in directives {
            match (directive.name.as_str(), directive.word()) {
                ("upstream", Some(name)) => {
                    let servers = directive.inner().iter().filter(|server| server.name == "server").filter_map(Directive::word).take(MANY);
                    self.upstreams.insert(name, servers.collect());
                }
                ("http" | "stream", _) => self.collect_upstreams(directive.inner()),
                _ => {}
            }
        }
    }

    /// A level of the file: the top, `http`, `stream`, `server`, `location`. `plain` says that connections are handed
    /// on as they are.
    fn level(&mut self, directives: &'t [Directive], above: &State, plain: bool) {
        let state = self.state(directives, above);
        self.walk(directives, &state, plain);
    }

    fn walk(&mut self, directives: &'t [Directive], state: &State, plain: bool) {
        let pages: Vec<&str> = directives.iter().filter(|one| one.name == "error_page").filter_map(|one| one.words.last()).map(String::as_str).collect();
        for directive in directives {
            match directive.name.as_str() {
                "http" if directive.block.is_some() => self.level(directive.inner(), state, false),
                "stream" if directive.block.is_some() => self.level(directive.inner(), state, true),
                "upstream" if directive.block.is_some() => self.seen(directive),
                "server" if directive.block.is_some() => {
                    self.seen(directive);
                    if plain {
                        self.connection(directive, state);
                    } else if !leads_away(directive.inner()) {
                        self.level(directive.inner(), state, false);
                    }
                }
                "location" if directive.block.is_some() => {
                    self.seen(directive);
                    self.location(directive, state, &pages);
                }
                _ => {}
            }
        }
    }

    fn seen(&mut self, directive: &Directive) {
        if self.first.is_none() {
            self.first = Some(self.out.mark(directive.line, directive.line));
        }
    }

    /// What the directives of a level change.
    fn state(&mut self, directives: &[Directive], above: &State) -> State {
        let mut state = above.clone();
        // addresses are taken over from above only where none are written
        if directives.iter().any(|one| matches!(one.name.as_str(), "allow" | "deny")) {
            (state.allowed, state.denied) = (Vec::new(), false);
        }
        for directive in directives {
            let mark = |out: &mut Extracted| Some(out.mark(directive.line, directive.end_line));
            match (directive.name.as_str(), directive.word()) {
                ("set", Some(name)) if directive.words.len() == 2 && state.variables.len() < MANY => {
                    state.variables.insert(name.trim_start_matches('$').to_owned(), directive.words[1].clone());
                }
                ("auth_basic", Some(realm)) => state.realm = if realm == "off" { None } else { mark(&mut self.out) },
                ("auth_basic_user_file", Some(_)) => state.users = true,
                ("auth_request", Some(path)) => state.asks = if path == "off" { None } else { mark(&mut self.out) },
                ("ssl_verify_client", Some(word)) => state.certificate = if word == "on" { mark(&mut self.out) } else { None },
                ("limit_req", Some(_)) => state.limited = mark(&mut self.out),
                ("satisfy", Some(word)) => state.any = word == "any",
                ("allow", Some("all")) => state.denied = false,
                ("allow", Some(range)) if !state.denied => state.allowed.push(range.to_owned()),
                ("deny", Some("all")) => state.denied = true,
                _ => {}
            }
        }
        state
    }

    fn location(&mut self, location: &'t Directive, above: &State, pages: &[&str]) {
        let inner = location.inner();
        let mark = self.out.mark(location.line, location.end_line);
        let state = self.state(inner, above);
        let targets = self.targets(inner, &state, 0);
        let inside = inner.iter().any(|one| one.name == "internal");
        let (mut paths, mut is_page, mut exact, mut begins) = (Vec::new(), false, false, None);
        if let Some((matching, written)) = pattern::split(&location.words) {
            is_page = pages.contains(&written);
            exact = matching == Matching::Exact || (matching == Matching::Pattern && written.ends_with('$'));
            match matching {
                Matching::Plain | Matching::Exact => {
                    begins = Some(written);
                    paths.push(path(written));
                }
                Matching::Pattern => paths.extend(pattern::paths(written)),
            }
        }
        let rewrite = rewriting::of(inner, begins, |word| filled(word, &state.variables, 0));
        let shut = state.denied && state.allowed.is_empty() && !state.any;
        if inside || is_page || shut || refuses(inner) {
            paths.clear();
        }
        // what is answered at once is answered before anybody is asked who it is
        let demands = state.demands().filter(|_| !inner.iter().any(|one| one.name == "return"));
        let route = |path| ProxyRoute {
            path,
            exact,
            methods: methods(inner),
            targets: targets.clone(),
            rewrite: rewrite.clone(),
            demands: demands.clone(),
            limited: state.limited,
            allowed: if state.denied { state.allowed.clone() } else { Vec::new() },
            mark,
        };
        if paths.is_empty() && !targets.is_empty() {
            self.push(route(None));
        }
        for path in paths {
            self.push(route(Some(path)));
        }
        self.walk(inner, &state, false);
    }

    /// A server of `stream` has no paths.
    fn connection(&mut self, server: &'t Directive, above: &State) {
        let state = self.state(server.inner(), above);
        let targets = self.targets(server.inner(), &state, 0);
        let mark = self.out.mark(server.line, server.end_line);
        if !targets.is_empty() {
            self.push(ProxyRoute { targets, mark, ..ProxyRoute::default() });
        }
    }

    fn push(&mut self, route: ProxyRoute) {
        if self.routes.len() < MANY {
            self.routes.push(route);
        }
    }

    /// Where these directives hand requests on to.
    fn targets(&self, directives: &[Directive], state: &State, depth: u8) -> Vec<Text> {
        let mut found: Vec<Text> = Vec::new();
        for directive in directives {
            if matches!(directive.name.as_str(), "if" | "limit_except") && depth < 4 {
                found.extend(self.targets(directive.inner(), state, depth + 1));
            }
            let Some(scheme) = PASSES.iter().find(|(name, _)| *name == directive.name).map(|(_, scheme)| *scheme) else { continue };
            let Some(word) = directive.word() else { continue };
            found.extend(self.addresses(&filled(word, &state.variables, 0), scheme));
        }
        found.sort();
        found.dedup();
        found.truncate(MANY);
        found
    }

    /// The servers behind an address, if its host names several.
    fn addresses(&self, written: &str, scheme: &str) -> Vec<Text> {
        let (scheme, rest) = written.split_once("://").map_or((scheme, written), |(scheme, rest)| (scheme, rest));
        let host = rest.split('/').next().unwrap_or_default();
        let servers = self.upstreams.get(host).cloned().unwrap_or_else(|| vec![rest]);
        let whole = |server: &str| if scheme.is_empty() { server.to_owned() } else { format!("{scheme}://{server}") };
        servers.into_iter().filter(|server| !server.starts_with("unix:")).map(|server| secret::hide_in(holes(&whole(server)))).collect()
    }
}

impl State {
    /// What demands a credential of everybody.
    fn demands(&self) -> Option<(String, Mark)> {
        let certificate = self.certificate.map(|mark| ("ssl_verify_client".to_owned(), mark));
        // without a file of users nginx asks nobody, and where any condition is enough an address may do
        let by_address = self.any && !self.allowed.is_empty();
        let basic = self.realm.filter(|_| self.users && !by_address).map(|mark| ("auth_basic".to_owned(), mark));
        let asked = self.asks.filter(|_| !by_address).map(|mark| ("auth_request".to_owned(), mark));
        certificate.or(basic).or(asked)
    }
}

/// The server only sends elsewhere, or hangs up.
fn leads_away(directives: &[Directive]) -> bool {
    directives.iter().any(|one| one.name == "return")
}

/// Whoever comes here is turned away, or sent to the same path under another address.
fn refuses(directives: &[Directive]) -> bool {
    let returned = directives.iter().find(|one| one.name == "return");
    returned.is_some_and(|one| match one.word() {
        Some(code) if code.starts_with(['4', '5']) => true,
        Some(code) if code.starts_with('3') => one.words.get(1).is_some_and(|url| url.contains("$request_uri") || url.contains("$uri")),
        _ => false,
    })
}

/// Methods that `limit_except` leaves when it denies all others; empty is all.
fn methods(directives: &[Directive]) -> Vec<String> {
    let Some(limit) = directives.iter().find(|one| one.name == "limit_except") else { return Vec::new() };
    let denies = limit.inner().iter().any(|one| one.name == "deny" && one.word() == Some("all"));
    let opens = limit.inner().iter().any(|one| one.name == "allow");
    let mut methods: Vec<String> = if denies && !opens { limit.words.iter().map(|word| word.to_ascii_uppercase()).collect() } else { Vec::new() };
    methods.truncate(16);
    methods
}

/// A path with `*` for what a template or a variable holds.
fn path(written: &str) -> String {
    holes(written).with_defaults()
}

/// nginx's own variables where `set` tells them.
fn filled(word: &str, variables: &BTreeMap<String, String>, depth: u8) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let (name, length) = name(&rest[at..]);
        match variables.get(name).filter(|value| depth < 2 && value.len() <= MAX_WORD && word.len() <= MAX_WORD) {
            Some(value) => out.push_str(&filled(value, variables, depth + 1)),
            None => out.push_str(&rest[at..at + length]),
        }
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}

/// The name behind a dollar, and the bytes of both.
fn name(text: &str) -> (&str, usize) {
    let (inner, around) = text.strip_prefix("${").map_or((&text[1..], 1), |inner| (inner, 2));
    let length = inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(inner.len());
    let closes = around == 2 && inner[length..].starts_with('}');
    (&inner[..length], around + length + usize::from(closes))
}

/// Names in capitals come from the environment; nginx's own variables and what a template engine fills in are not known.
fn holes(text: &str) -> Text {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '{']) {
        parts.push(Text::literal(&rest[..at]));
        let here = &rest[at..];
        let length = if here.starts_with('$') {
            let (name, length) = name(here);
            let capitals = text::is_name(name) && !name.chars().any(|letter| letter.is_ascii_lowercase());
            parts.push(if capitals { text::environment(name, None) } else { Text::Unknown });
            length
        } else if here.starts_with("{{") {
            parts.push(Text::Unknown);
            here.find("}}").map_or(here.len(), |end| end + 2)
        } else {
            parts.push(Text::literal("{"));
            1
        };
        rest = &rest[at + length..];
    }
    parts.push(Text::literal(rest));
    Text::join(parts)
}
