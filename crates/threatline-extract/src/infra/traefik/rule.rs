//! Rules of Traefik's routers: ``Host(`a`) && (PathPrefix(`/b`) || Path(`/c`)) && Method(`GET`)``.

use super::super::nginx::pattern;

/// Places of one rule.
const MANY: usize = 64;
/// Brackets in brackets.
const MAX_DEPTH: u8 = 16;

/// What one way through a rule asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// None is any path.
    pub(super) path: Option<String>,
    pub(super) exact: bool,
    /// Empty is any method.
    pub(super) methods: Vec<String>,
}

/// The places that a rule matches; none if it is not understood.
pub(super) fn places(rule: &str) -> Option<Vec<Place>> {
    let mut reader = Reader { rest: rule, depth: 0 };
    let places = reader.either().filter(|_| reader.rest.trim().is_empty())?;
    // a pattern without a beginning could be anywhere
    Some(places.into_iter().filter(|place| place.path.as_deref() != Some("")).collect())
}

struct Reader<'t> {
    rest: &'t str,
    depth: u8,
}

impl<'t> Reader<'t> {
    fn skip(&mut self, word: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn either(&mut self) -> Option<Vec<Place>> {
        let mut places = self.both()?;
        while self.skip("||") {
            places.extend(self.both()?);
            places.truncate(MANY);
        }
        Some(places)
    }

    fn both(&mut self) -> Option<Vec<Place>> {
        let mut places = self.one()?;
        while self.skip("&&") {
            let others = self.one()?;
            places = places.iter().flat_map(|place| others.iter().map(move |other| meet(place, other))).take(MANY).collect();
        }
        Some(places)
    }

    fn one(&mut self) -> Option<Vec<Place>> {
        let mut negated = false;
        while self.skip("!") {
            negated = true;
        }
        let places = self.plain()?;
        Some(if negated { vec![Place::default()] } else { places })
    }

    /// What stands behind all negations.
    fn plain(&mut self) -> Option<Vec<Place>> {
        if self.skip("(") {
            self.depth += 1;
            let inner = if self.depth < MAX_DEPTH { self.either() } else { None }?;
            self.depth -= 1;
            return self.skip(")").then_some(inner);
        }
        let (name, arguments) = self.matcher()?;
        let path = |path: &str, exact| Place { path: Some(path.to_owned()), exact, methods: Vec::new() };
        Some(match name {
            "PathPrefix" | "PathPrefixStrip" => arguments.iter().map(|prefix| path(prefix, false)).collect(),
            "Path" | "PathStrip" => arguments.iter().map(|whole| path(whole, true)).collect(),
            "PathRegexp" => {
                let all = arguments.iter().flat_map(|pattern| {
                    let found = pattern::paths(pattern);
                    let found = if found.is_empty() { vec![String::new()] } else { found };
                    found.into_iter().map(|found| path(&found, pattern.ends_with('$'))).collect::<Vec<_>>()
                });
                all.take(MANY).collect()
            }
            "Method" => vec![Place { methods: arguments.iter().map(|method| method.to_ascii_uppercase()).take(16).collect(), ..Place::default() }],
            _ => vec![Place::default()],
        })
    }

    /// A name and its arguments.
    fn matcher(&mut self) -> Option<(&'t str, Vec<&'t str>)> {
        self.rest = self.rest.trim_start();
        let length = self.rest.find(|letter: char| !letter.is_ascii_alphanumeric()).filter(|length| *length > 0)?;
        let name = &self.rest[..length];
        self.rest = &self.rest[length..];
        if !self.skip("(") {
            return None;
        }
        let mut arguments = Vec::new();
        while !self.skip(")") {
            let text = self.rest;
            let quote = text.chars().next().filter(|quote| matches!(quote, '`' | '"' | '\''))?;
            let end = text[1..].find(quote)?;
            if arguments.len() < MANY {
                arguments.push(&text[1..=end]);
            }
            self.rest = &text[end + 2..];
            self.skip(",");
        }
        Some((name, arguments))
    }
}

/// Both at once; of two paths the longer one tells more.
fn meet(one: &Place, other: &Place) -> Place {
    let longer = |place: &Place| place.path.as_ref().map(String::len);
    let path = if longer(one) >= longer(other) { one } else { other };
    let methods = if one.methods.is_empty() { &other.methods } else { &one.methods };
    Place { path: path.path.clone(), exact: path.exact, methods: methods.clone() }
}
