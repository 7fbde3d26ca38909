//! What a directive of a Caddyfile is for: a path, or a name under which more is asked.

use super::super::nginx::pattern;
use super::super::nginx::syntax::Directive;

/// Paths of one matcher.
const MANY: usize = 64;

/// What is asked of a request; empty is nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Matcher {
    pub(super) paths: Vec<String>,
    pub(super) methods: Vec<String>,
    /// Addresses from which one must come.
    pub(super) from: Vec<String>,
    /// Addresses from which one must not come, where nothing else is asked.
    pub(super) not_from: Vec<String>,
    /// Something is asked that is not understood.
    pub(super) more: bool,
}

impl Matcher {
    /// What a word asks that stands where a matcher may.
    pub(super) fn of(word: &str) -> Self {
        let mut matcher = Matcher::default();
        matcher.add("path", &[word.to_owned()]);
        matcher
    }

    /// A matcher that is defined under a name.
    pub(super) fn defined(directive: &Directive) -> Self {
        let mut matcher = Matcher::default();
        if let Some((kind, words)) = directive.words.split_first() {
            matcher.add(kind, words);
        }
        for inner in directive.inner().iter().take(MANY) {
            matcher.add(&inner.name, &inner.words);
        }
        matcher
    }

    fn add(&mut self, kind: &str, words: &[String]) {
        let ranges = |words: &[String]| -> Vec<String> {
            let spelled = words.iter().filter(|word| *word != "forwarded");
            spelled
                .flat_map(|word| {
                    if word == "private_ranges" { ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(str::to_owned).to_vec() } else { vec![word.clone()] }
                })
                .take(MANY)
                .collect()
        };
        match (kind, words) {
            // an ending alone picks files out, wherever they lie
            ("path", words) => {
                let known = words.iter().filter(|word| word.starts_with('/')).take(MANY).cloned();
                self.paths.extend(known);
                self.more |= words.iter().any(|word| !word.starts_with('/') && word != "*");
            }
            ("path_regexp", words) => {
                let found = words.last().map(|pattern| pattern::paths(pattern)).unwrap_or_default();
                self.more |= found.is_empty();
                self.paths.extend(found);
            }
            ("method", words) => self.methods.extend(words.iter().map(|word| word.to_ascii_uppercase()).take(16)),
            ("remote_ip" | "client_ip", words) => self.from.extend(ranges(words)),
            ("not", [kind, words @ ..]) if matches!(kind.as_str(), "remote_ip" | "client_ip") => self.not_from.extend(ranges(words)),
            ("host", _) => {}
            _ => self.more = true,
        }
    }

    /// Nothing but an address is asked for that one must not come from.
    pub(super) fn is_stranger(&self) -> bool {
        !self.not_from.is_empty() && self.paths.is_empty() && self.methods.is_empty() && self.from.is_empty() && !self.more
    }

    /// All requests.
    pub(super) fn is_all(&self) -> bool {
        self.paths.is_empty() && self.methods.is_empty() && self.from.is_empty() && self.not_from.is_empty() && !self.more
    }
}
