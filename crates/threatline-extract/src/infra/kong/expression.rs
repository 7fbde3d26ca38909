//! Expressions of Kong's routes: `http.path ^= "/api" && (http.method == "GET" || http.method == "POST")`.
//!
//! What is asked for is what remains after all conditions on anything else (hosts, headers, networks) are taken for met; a
//! negation takes something away and is taken for met too.

use super::super::nginx::pattern;

/// No expression that a person writes is longer, deeper or has more alternatives.
const LONG: usize = 16 * 1024;
const DEEP: usize = 32;
const MANY: usize = 128;

/// One way in that an expression describes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Way {
    pub(super) path: String,
    pub(super) exact: bool,
    pub(super) by_pattern: bool,
    pub(super) methods: Vec<String>,
}

/// One alternative while it is put together.
#[derive(Clone, Default)]
struct Terms {
    path: Option<(String, bool, bool)>,
    methods: Vec<String>,
}

/// Reads an expression; none of one that is not understood.
pub(super) fn read(text: &str) -> Option<Vec<Way>> {
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens: &tokens, at: 0 };
    let all = reader.any(0)?;
    if reader.at != tokens.len() {
        return None;
    }
    let way = |terms: Terms| {
        let (path, exact, by_pattern) = terms.path.unwrap_or_else(|| ("/".to_owned(), false, false));
        Way { path, exact, by_pattern, methods: terms.methods }
    };
    let mut ways: Vec<Way> = Vec::new();
    for way in all.into_iter().map(way) {
        // methods of one path stand together
        let same = |known: &&mut Way| known.path == way.path && known.exact == way.exact && !known.methods.is_empty() && !way.methods.is_empty();
        if let Some(known) = ways.iter_mut().find(same) {
            known.methods.extend(way.methods);
        } else if !ways.contains(&way) {
            ways.push(way);
        }
    }
    Some(ways)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// Fields, functions, numbers, networks.
    Word(String),
    Text(String),
    Sign(&'static str),
}

const SIGNS: &[&str] = &["&&", "||", "==", "!=", "^=", "=^", ">=", "<=", "!", "~", "(", ")", ">", "<", ","];

fn tokens(text: &str) -> Option<Vec<Token>> {
    if text.len() > LONG {
        return None;
    }
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(raw) = rest.strip_prefix("r#\"") {
            let end = raw.find("\"#")?;
            tokens.push(Token::Text(raw[..end].to_owned()));
            rest = &raw[end + 2..];
        } else if first == '"' {
            let (written, after) = quoted(&rest[1..])?;
            tokens.push(Token::Text(written));
            rest = after;
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            let end = rest.find(|letter: char| letter.is_whitespace() || "&|=!^~()<>,\"".contains(letter)).unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Some(tokens)
}

/// A text up to its closing quote, and what follows.
fn quoted(rest: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut letters = rest.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((out, &rest[at + 1..])),
            '\\' => match letters.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                other => out.push(other),
            },
            other => out.push(other),
        }
    }
    None
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
}

impl Reader<'_> {
    fn takes(&mut self, sign: &str) -> bool {
        let is_it = matches!(self.tokens.get(self.at), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(is_it);
        is_it
    }

    fn any(&mut self, depth: usize) -> Option<Vec<Terms>> {
        let mut all = self.every(depth)?;
        while self.takes("||") {
            all.extend(self.every(depth)?);
            if all.len() > MANY {
                return None;
            }
        }
        Some(all)
    }

    fn every(&mut self, depth: usize) -> Option<Vec<Terms>> {
        let mut all = self.one(depth)?;
        while self.takes("&&") {
            let more = self.one(depth)?;
            all = all.iter().flat_map(|left| more.iter().map(move |right| both(left, right))).take(MANY + 1).collect();
            if all.len() > MANY {
                return None;
            }
        }
        Some(all)
    }

    fn one(&mut self, depth: usize) -> Option<Vec<Terms>> {
        if depth > DEEP {
            return None;
        }
        if self.takes("!") {
            self.one(depth + 1)?;
            return Some(vec![Terms::default()]);
        }
        if self.takes("(") {
            let inner = self.any(depth + 1)?;
            return self.takes(")").then_some(inner);
        }
        self.condition()
    }

    /// A field, an operator and a value.
    fn condition(&mut self) -> Option<Vec<Terms>> {
        let Some(Token::Word(field)) = self.tokens.get(self.at) else { return None };
        self.at += 1;
        // a function of the field, `lower(http.path)`
        let field = if self.takes("(") {
            let Some(Token::Word(inner)) = self.tokens.get(self.at) else { return None };
            self.at += 1;
            if !self.takes(")") {
                return None;
            }
            inner
        } else {
            field
        };
        let operator = match self.tokens.get(self.at)? {
            Token::Sign(sign @ ("==" | "!=" | "^=" | "=^" | "~" | ">=" | "<=" | ">" | "<")) => *sign,
            Token::Word(word) if word == "in" || word == "contains" => "",
            Token::Word(word) if word == "not" => {
                self.at += 1;
                ""
            }
            _ => return None,
        };
        self.at += 1;
        let Some(Token::Text(value) | Token::Word(value)) = self.tokens.get(self.at) else { return None };
        self.at += 1;
        let path = |path: &str, exact: bool, by_pattern: bool| Terms { path: Some((path.to_owned(), exact, by_pattern)), methods: Vec::new() };
        Some(match (field.as_str(), operator) {
            ("http.path", "==") => vec![path(value, true, false)],
            ("http.path", "^=") => vec![path(value, false, false)],
            ("http.path", "~") => {
                let exact = value.ends_with('$');
                pattern::paths(value).into_iter().take(MANY).map(|found| path(&found, exact, true)).collect()
            }
            ("http.method", "==") => vec![Terms { path: None, methods: vec![value.to_ascii_uppercase()] }],
            _ => vec![Terms::default()],
        })
    }
}

/// Both at once; of two conditions on the path the first tells where.
fn both(left: &Terms, right: &Terms) -> Terms {
    let methods = if left.methods.is_empty() { &right.methods } else { &left.methods };
    Terms { path: left.path.clone().or_else(|| right.path.clone()), methods: methods.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_the_ways_that_it_describes() {
        let ways = |text: &str| {
            read(text).map(|ways| {
                ways.into_iter().map(|way| format!("{} {}{}", way.methods.join("|"), way.path, if way.exact { "$" } else { "" })).collect::<Vec<_>>()
            })
        };
        assert_eq!(ways(r#"http.path ^= "/api" && (http.method == "GET" || http.method == "POST")"#), Some(["GET|POST /api"].map(str::to_owned).to_vec()));
        assert_eq!(
            ways(r#"(http.path == "/a" || http.path ^= "/b") && http.host == "x.test" && !(net.src.ip in 10.0.0.0/8)"#),
            Some([" /a$", " /b"].map(str::to_owned).to_vec())
        );
        assert_eq!(ways("lower(http.path) == r#\"/x\"# && http.headers.x_a != \"1\""), Some([" /x$"].map(str::to_owned).to_vec()));
        assert_eq!(ways(r#"http.host == "x""#), Some([" /"].map(str::to_owned).to_vec()));
        assert!(ways("http.path ^=").is_none() && ways("((((").is_none() && ways("http.path ^= \"/a").is_none() && ways("a b").is_none());
        assert!(read(&"!".repeat(10_000)).is_none());
    }
}
