//! Conditions of HAProxy's rules: `if api !{ method POST } or { path /x }`, `unless logged_in`.

use super::super::nginx::pattern;
use std::collections::BTreeMap;

/// Ways of one condition, and paths of one way.
const MANY: usize = 64;

/// One way in which a condition holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Way {
    /// A path, and whether it is the whole; empty is any.
    pub(super) paths: Vec<(String, bool)>,
    pub(super) methods: Vec<String>,
    /// Addresses from which one comes, or does not come.
    pub(super) from: Vec<String>,
    pub(super) not_from: Vec<String>,
    /// Somebody asks too often.
    pub(super) counts: bool,
    /// Something that is not understood must hold as well.
    pub(super) more: bool,
}

impl Way {
    /// What its paths begin with; empty is any.
    pub(super) fn begins(&self) -> Vec<String> {
        self.paths.iter().map(|(path, _)| path.split('*').next().unwrap_or_default().to_owned()).collect()
    }
}

/// What one test asks.
#[derive(Clone, Debug)]
enum Asks {
    Paths(Vec<(String, bool)>),
    Methods(Vec<String>),
    From(Vec<String>),
    /// A password that is right.
    Password,
    Counts,
    /// The host, which is left out everywhere.
    Host,
    Other,
}

/// The tests that a section gives names to; a name that is given twice holds if either does.
pub(super) struct Conditions<'s> {
    named: BTreeMap<&'s str, Vec<Asks>>,
}

impl<'s> Conditions<'s> {
    pub(super) fn of(lines: &'s [(u32, Vec<String>)]) -> Self {
        let mut named: BTreeMap<&str, Vec<Asks>> = BTreeMap::new();
        for (_, words) in lines.iter().filter(|(_, words)| words[0] == "acl" && words.len() > 2) {
            named.entry(&words[1]).or_default().push(asks(&words[2..]));
        }
        Conditions { named }
    }

    /// The ways in which the condition at the end of a rule holds; one that asks for nothing where there is none.
    pub(super) fn of_rule(&self, words: &[String]) -> Vec<Way> {
        let Some(at) = words.iter().position(|word| word == "if" || word == "unless") else { return vec![Way::default()] };
        let unless = words[at] == "unless";
        let mut ways = Vec::new();
        for part in parts(&words[at + 1..]).into_iter().take(MANY) {
            ways.push(self.way(&part, unless));
        }
        // none of several must hold: what each asks for is asked for at once
        if unless && ways.len() > 1 {
            return vec![Way { more: true, ..Way::default() }];
        }
        ways
    }

    fn way(&self, tests: &[(bool, Vec<String>)], unless: bool) -> Way {
        let mut way = Way { more: unless && tests.len() > 1, ..Way::default() };
        for (negated, words) in tests {
            let negated = *negated != unless;
            let anonymous = words.len() > 1 || !self.named.contains_key(words.first().map_or("", String::as_str));
            let all = if anonymous { vec![asks(words)] } else { self.named[words[0].as_str()].clone() };
            let several = all.len() > 1;
            for asked in all {
                match (asked, negated) {
                    (Asks::Paths(paths), false) => way.paths.extend(paths.into_iter().take(MANY)),
                    (Asks::Methods(methods), false) => way.methods.extend(methods),
                    (Asks::From(ranges), false) if !several => way.from.extend(ranges),
                    (Asks::From(ranges), true) => way.not_from.extend(ranges),
                    (Asks::Counts, false) => way.counts = true,
                    // who gave none is asked for one
                    (Asks::Password, true) | (Asks::Host, false) => {}
                    _ => way.more = true,
                }
            }
        }
        way
    }
}

/// Tests that must hold at once, by ways: each negated or not, with its words.
fn parts(words: &[String]) -> Vec<Vec<(bool, Vec<String>)>> {
    let mut ways = vec![Vec::new()];
    let mut at = 0;
    let mut negated = false;
    while at < words.len() {
        let word = words[at].as_str();
        at += 1;
        match word {
            "or" | "||" => ways.push(Vec::new()),
            "and" | "&&" => {}
            "!" => negated = !negated,
            "{" | "!{" => {
                let length = words[at..].iter().position(|word| word == "}").unwrap_or(words.len() - at);
                ways.last_mut().expect("it begins with one").push((negated != (word == "!{"), words[at..at + length].to_vec()));
                at += length + 1;
                negated = false;
            }
            word => {
                let (not, name) = word.strip_prefix('!').map_or((false, word), |name| (true, name));
                ways.last_mut().expect("it begins with one").push((negated != not, vec![name.to_owned()]));
                negated = false;
            }
        }
    }
    ways
}

fn asks(words: &[String]) -> Asks {
    let Some((fetch, rest)) = words.split_first() else { return Asks::Other };
    let mut how = None;
    let mut values: Vec<&str> = Vec::new();
    let mut rest = rest.iter().map(String::as_str);
    while let Some(word) = rest.next() {
        match word {
            "-i" | "-n" | "--" => {}
            "-m" => how = rest.next(),
            // values of a file are not here
            "-f" | "-M" => return Asks::Other,
            word => values.push(word),
        }
    }
    let (name, converted) = fetch.split_once(',').map_or((fetch.as_str(), ""), |(name, rest)| (name, rest));
    let plain = converted.is_empty() || converted == "lower";
    let name = name.split('(').next().unwrap_or(name);
    let whole = |exact: bool| Asks::Paths(values.iter().filter(|path| path.starts_with('/')).take(MANY).map(|path| ((*path).to_owned(), exact)).collect());
    match (name, how) {
        ("path" | "url", None | Some("str")) if plain => whole(true),
        ("path_beg" | "path_dir" | "url_beg" | "url_dir", None) | ("path" | "url", Some("beg" | "dir")) if plain => whole(false),
        ("path_reg" | "url_reg", None) | ("path" | "url", Some("reg")) if plain => {
            let found: Vec<(String, bool)> =
                values.iter().flat_map(|value| pattern::paths(value).into_iter().map(|path| (path, value.ends_with('$')))).take(MANY).collect();
            if found.is_empty() { Asks::Other } else { Asks::Paths(found) }
        }
        ("method", None) => Asks::Methods(values.iter().map(|method| method.to_ascii_uppercase()).take(16).collect()),
        ("src", None) => Asks::From(values.iter().map(|range| (*range).to_owned()).take(MANY).collect()),
        ("http_auth", None) => Asks::Password,
        ("hdr" | "hdr_beg" | "hdr_end" | "hdr_dom" | "hdr_reg" | "req.hdr" | "req_hdr", _) if fetch.to_ascii_lowercase().contains("(host") => Asks::Host,
        ("ssl_fc_sni" | "req_ssl_sni" | "req.ssl_sni", _) => Asks::Host,
        (name, _) if name.starts_with("sc") && name.contains("_rate") => Asks::Counts,
        _ => Asks::Other,
    }
}
