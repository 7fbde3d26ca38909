//! Apache httpd as a proxy: what is handed on under which path, and who must say who they are there.
//!
//! `<Location>` holds for whatever begins with its path, wherever it is written; of several the later one wins. Folders and
//! files are not looked at: what they guard is no way to anything behind.

use super::proxy::{MANY, replaces, replaces_by_pattern};
use super::{nginx::pattern, secret, text};
use std::collections::BTreeMap;
use threatline_facts::infra::{InfraFact, Proxy, ProxyRoute, Rewrite};
use threatline_facts::{Extracted, Gap, Mark, Text};

/// Letters of a word that names were filled into.
const MAX_WORD: usize = 4096;

/// Sections in sections.
const MAX_DEPTH: usize = 24;

/// Whether a text is Apache's: what only it writes.
pub(super) fn is_ours(text: &str) -> bool {
    let begins = |line: &str| {
        let line = line.trim_start().to_ascii_lowercase();
        ["<virtualhost", "<location", "<proxy ", "proxypass ", "proxypass\t", "proxypassmatch ", "documentroot ", "<ifmodule", "rewriterule "]
            .iter()
            .any(|word| line.starts_with(word))
    };
    text.lines().any(begins)
}

/// Reads one file.
pub(super) fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let Some(root) = parse(text) else {
        out.facts.gaps.push(Gap { mark: None, reason: "not valid Apache configuration".to_owned(), whole: true });
        return out;
    };
    let mut balancers = BTreeMap::new();
    collect(&root, &mut balancers);
    let mut reader = Reader { balancers, routes: Vec::new(), first: None, out };
    reader.server(&root, &[]);
    let Reader { mut routes, first, mut out, .. } = reader;
    routes.truncate(MANY);
    if let Some(mark) = first {
        out.say(InfraFact::Proxy(Proxy { product: "apache".to_owned(), config: None, told_by_labels: false, routes, mark }));
    }
    out
}

/// A directive, or a section with what stands in it.
struct Item {
    name: String,
    words: Vec<String>,
    inner: Option<Vec<Item>>,
    line: u32,
    end_line: u32,
}

impl Item {
    fn word(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    fn inner(&self) -> &[Item] {
        self.inner.as_deref().unwrap_or_default()
    }
}

fn parse(text: &str) -> Option<Vec<Item>> {
    let mut open: Vec<(Option<Item>, Vec<Item>)> = vec![(None, Vec::new())];
    let mut lines = text.lines().zip(1u32..);
    let mut defined = BTreeMap::new();
    while let Some((line, number)) = lines.next() {
        let mut whole = line.trim().to_owned();
        let mut end_line = number;
        while whole.ends_with('\\') && whole.len() < 16_384 {
            whole.pop();
            let Some((next, number)) = lines.next() else { break };
            whole.push_str(next.trim());
            end_line = number;
        }
        if whole.is_empty() || whole.starts_with('#') {
            continue;
        }
        if let Some(name) = whole.strip_prefix("</") {
            let (section, inner) = open.pop()?;
            let mut section = section?;
            if !name.trim_end_matches('>').trim().eq_ignore_ascii_case(&section.name) {
                return None;
            }
            (section.inner, section.end_line) = (Some(inner), end_line);
            open.last_mut()?.1.push(section);
            continue;
        }
        let section = whole.strip_prefix('<').map(|inner| inner.trim_end().trim_end_matches('>'));
        let mut words = words(section.unwrap_or(&whole)).into_iter().map(|word| filled(word, &defined)).collect::<Vec<_>>().into_iter();
        let item = Item { name: words.next().unwrap_or_default().to_ascii_lowercase(), words: words.collect(), inner: None, line: number, end_line };
        // what is defined in a section, too, holds for all that follows
        if let ("define", [name, value]) = (item.name.as_str(), item.words.as_slice()) {
            defined.insert(name.clone(), value.clone());
        }
        if section.is_some() {
            open.push((Some(item), Vec::new()));
        } else {
            open.last_mut()?.1.push(item);
        }
        if open.len() > MAX_DEPTH {
            return None;
        }
    }
    let (section, items) = open.pop()?;
    (section.is_none() && open.is_empty()).then_some(items)
}

/// A word with what `Define` gave names to in its place; other names, and what would grow without end, stay.
fn filled(mut word: String, defined: &BTreeMap<String, String>) -> String {
    let mut from = 0;
    while let Some((start, end)) = word[from..].find("${").and_then(|start| Some((from + start, from + start + word[from + start..].find('}')?))) {
        match defined.get(&word[start + 2..end]).filter(|value| word.len() + value.len() < MAX_WORD) {
            Some(value) => {
                word.replace_range(start..=end, value);
                from = start + value.len();
            }
            None => from = end + 1,
        }
    }
    word
}

/// Words of a line; quotes group, and a backslash before a quote is the quote.
fn words(line: &str) -> Vec<String> {
    let (mut out, mut word, mut started, mut quote) = (Vec::new(), String::new(), false, None);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'') if !started => (quote, started) = (Some(letter), true),
            (_, '\\') if letters.peek().is_some_and(|next| matches!(next, '"' | '\'')) => word.extend(letters.next()),
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

/// Members of balancers by their address.
fn collect<'t>(items: &'t [Item], balancers: &mut BTreeMap<String, Vec<&'t str>>) {
    for item in items {
        if item.name == "proxy" && item.word().starts_with("balancer://") {
            let members = item.inner().iter().filter(|one| one.name == "balancermember").map(Item::word).take(MANY);
            balancers.entry(item.word().trim_end_matches('/').to_owned()).or_default().extend(members);
        }
        collect(item.inner(), balancers);
    }
}

/// What a `<Location>` demands of whoever comes to it.
struct Place {
    /// What it begins with; none for one that a pattern picks.
    path: Option<String>,
    demands: Option<Option<Mark>>,
    allowed: Option<Vec<String>>,
}

struct Reader<'t> {
    balancers: BTreeMap<String, Vec<&'t str>>,
    routes: Vec<ProxyRoute>,
    first: Option<Mark>,
    out: Extracted,
}

impl Reader<'_> {
    /// A server, or the whole file: `above` is what holds for all servers.
    fn server(&mut self, items: &[Item], above: &[&Item]) {
        let flat = flat(items);
        let mut places: Vec<&Item> = above.to_vec();
        places.extend(flat.iter().filter(|item| matches!(item.name.as_str(), "location" | "locationmatch")));
        let known: Vec<Place> = places.iter().map(|item| self.place(item)).collect();
        let client = flat.iter().find(|item| item.name == "sslverifyclient" && item.word() == "require");
        let certificate = client.map(|item| self.out.mark(item.line, item.end_line));
        for item in &flat {
            match item.name.as_str() {
                "virtualhost" => {
                    self.seen(item);
                    self.server(item.inner(), &places);
                }
                "proxypass" if item.words.len() > 1 => {
                    let path = item.word().to_owned();
                    self.route(Some((path.clone(), false)), &item.words[1], begins(&path, &item.words[1]), item, &known, certificate);
                }
                "proxypassmatch" if item.words.len() > 1 => {
                    for path in patterns(item.word()) {
                        self.route(path, &item.words[1], Some(Rewrite::Unknown), item, &known, certificate);
                    }
                }
                "rewriterule"
                    if item.words.get(2).is_some_and(|flags| flags.trim_matches(['[', ']']).split(',').any(|flag| matches!(flag.trim(), "P" | "proxy"))) =>
                {
                    let to = &item.words[1];
                    let change = replaces_by_pattern(
                        item.word(),
                        to.find("://").and_then(|at| to[at + 3..].find('/').map(|slash| &to[at + 3 + slash..])).unwrap_or("/"),
                    );
                    for path in patterns(item.word()) {
                        self.route(path, to, Some(change.clone()), item, &known, certificate);
                    }
                }
                "location" | "locationmatch" => {
                    let inner = self::flat(item.inner());
                    for passed in inner.iter().filter(|one| one.name == "proxypass" && !one.words.is_empty()) {
                        if item.name == "location" && item.word() != "~" {
                            let path = item.word().to_owned();
                            self.route(Some((path.clone(), false)), passed.word(), begins(&path, passed.word()), item, &known, certificate);
                        } else {
                            for path in patterns(item.words.last().map_or("", String::as_str)) {
                                self.route(path, passed.word(), Some(Rewrite::Unknown), item, &known, certificate);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn seen(&mut self, item: &Item) {
        if self.first.is_none() {
            self.first = Some(self.out.mark(item.line, item.line));
        }
    }

    fn place(&mut self, item: &Item) -> Place {
        let path = (item.name == "location" && item.word() != "~").then(|| item.word().to_owned());
        let inner = flat(item.inner());
        let requires: Vec<&&Item> = inner.iter().filter(|one| one.name == "require").collect();
        let of_all = inner.iter().any(|one| one.name == "requireall");
        let any = inner
            .iter()
            .any(|one| (one.name == "satisfy" && one.word().eq_ignore_ascii_case("any")) || matches!(one.name.as_str(), "requireany" | "requirenone"));
        let (mut demands, mut allowed) = (None, None);
        let is_person = |one: &Item| !matches!(one.word(), "all" | "ip" | "host" | "local" | "not" | "method" | "env" | "expr");
        let nested: Vec<&Item> = inner.iter().filter(|one| one.name == "requireall").flat_map(|one| one.inner()).filter(|one| one.name == "require").collect();
        if let Some(person) = nested.iter().find(|one| is_person(one)).filter(|_| of_all && !any && requires.is_empty()) {
            demands = Some(Some(self.out.mark(person.line, person.end_line)));
        } else if let Some(first) = requires.first().filter(|_| !any && nested.is_empty()) {
            // one of several is enough
            let all_persons = requires.iter().all(|one| is_person(one));
            demands = Some(all_persons.then(|| self.out.mark(first.line, first.end_line)));
            let ranges = requires.iter().filter(|one| one.word() == "ip").flat_map(|one| one.words[1..].iter().cloned());
            allowed = requires.iter().all(|one| one.word() == "ip").then(|| ranges.take(64).collect());
        } else if any || !requires.is_empty() || !nested.is_empty() {
            demands = Some(None);
        }
        Place { path, demands, allowed }
    }

    fn route(&mut self, place: Option<(String, bool)>, to: &str, rewrite: Option<Rewrite>, item: &Item, known: &[Place], certificate: Option<Mark>) {
        self.seen(item);
        if to == "!" || self.routes.len() >= MANY {
            return;
        }
        let mark = self.out.mark(item.line, item.end_line);
        let (path, exact) = place.map_or((None, false), |(path, exact)| (Some(path), exact));
        let (mut demands, mut allowed) = (certificate.map(|mark| ("SSLVerifyClient".to_owned(), mark)), Vec::new());
        for other in known {
            let covers = match (&other.path, &path) {
                (Some(begins), Some(path)) => path.starts_with(begins.as_str()),
                _ => false,
            };
            if covers {
                if let Some(said) = other.demands {
                    demands = said.map(|mark| ("Require".to_owned(), mark)).or_else(|| certificate.map(|mark| ("SSLVerifyClient".to_owned(), mark)));
                }
                if let Some(ranges) = &other.allowed {
                    allowed.clone_from(ranges);
                }
            }
        }
        self.routes.push(ProxyRoute { path, exact, targets: self.targets(to), rewrite, demands, allowed, mark, ..ProxyRoute::default() });
    }

    fn targets(&self, to: &str) -> Vec<Text> {
        // what stands behind a bar is asked inside of a socket
        let to = if to.starts_with("unix:") { return Vec::new() } else { to };
        let scheme = to.find("://").map_or(0, |at| at + 3);
        let host = to[scheme..].find('/').map_or(to, |slash| &to[..scheme + slash]);
        let addresses = self.balancers.get(host).filter(|members| !members.is_empty()).cloned().unwrap_or_else(|| vec![to]);
        let read = |address: &str| secret::hide_in(text::braces(address.split('$').next().filter(|_| !address.contains("${")).unwrap_or(address)));
        let mut targets: Vec<Text> = addresses.into_iter().map(read).collect();
        targets.sort();
        targets.dedup();
        targets
    }
}

/// Items with those of sections that only ask whether a module is there.
fn flat(items: &[Item]) -> Vec<&Item> {
    let mut all = Vec::new();
    for item in items {
        if matches!(item.name.as_str(), "ifmodule" | "ifdefine" | "ifversion" | "ifdirective") {
            all.extend(flat(item.inner()));
        } else {
            all.push(item);
        }
    }
    all
}

/// What an address with a path puts in place of what it is asked for.
fn begins(path: &str, to: &str) -> Option<Rewrite> {
    let rest = to.find("://").map_or(to, |at| &to[at + 3..]);
    replaces(path, rest.find('/').map_or("", |slash| &rest[slash..]))
}

/// The paths of a pattern, or one that nobody knows.
fn patterns(pattern: &str) -> Vec<Option<(String, bool)>> {
    // below a server patterns may leave out the slash that all paths begin with
    let with_slash = if pattern.starts_with("^/") { pattern.to_owned() } else { format!("^/{}", pattern.trim_start_matches('^').trim_start_matches('/')) };
    let found: Vec<Option<(String, bool)>> = pattern::paths(&with_slash).into_iter().map(|path| Some((path, pattern.ends_with('$')))).collect();
    if found.is_empty() || !pattern.starts_with(['^', '/', '(']) { vec![None] } else { found }
}
