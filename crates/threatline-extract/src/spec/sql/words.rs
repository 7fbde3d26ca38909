//! Words of SQL: names, texts and signs, without comments and without data.
//!
//! Every product has quotes of its own. They are told apart by how they are written, so that no script
//! has to say whose it is; a text that is understood wrongly would hide what stands behind it.

/// Tokens of one script; more is data, not a design.
const MANY: usize = 600_000;
/// So often is the end of a quote of one's own (`$body$`) looked for in vain.
const TRIES: usize = 16;

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) line: u32,
    /// Nothing stands before it on its line.
    pub(super) first: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind<'t> {
    /// A word without quotes: a keyword, a name or a number.
    Word(&'t str),
    /// A name in quotes.
    Name(&'t str),
    /// A text in quotes.
    Text(&'t str),
    Sign(char),
}

/// Comments that tools begin the way back with, and the way on.
const DOWN: &[&str] = &["+goose down", "+migrate down", "migrate:down", "+micrate down", "//@undo"];
const UP: &[&str] = &["+goose up", "+migrate up", "migrate:up", "+micrate up"];

/// All tokens of a script; what a tool runs only to go back is left out.
pub(super) fn of(text: &str) -> Vec<Token<'_>> {
    let escapes = text.contains('`') || text.contains("ENGINE=") || text.contains("engine=");
    let mut words = Words { text, at: 0, line: 1, first: true, escapes, back: false, copies: false, tries: 0, out: Vec::new() };
    while words.at < text.len() && words.out.len() < MANY {
        words.step();
    }
    words.out
}

struct Words<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    first: bool,
    /// A backslash in a text takes away the meaning of a quote.
    escapes: bool,
    /// In the way back.
    back: bool,
    /// Data follow behind the statement.
    copies: bool,
    tries: usize,
    out: Vec<Token<'t>>,
}

impl<'t> Words<'t> {
    fn step(&mut self) {
        let rest = &self.text[self.at..];
        let Some(letter) = rest.chars().next() else { return };
        let (kind, length) = match letter {
            '\n' => {
                self.first = true;
                (None, 1)
            }
            _ if letter.is_whitespace() => (None, letter.len_utf8()),
            '-' if rest.starts_with("--") => self.comment(rest),
            '#' if self.escapes => self.comment(rest),
            '/' if rest.starts_with("/*!") => (None, 3 + rest[3..].bytes().take_while(u8::is_ascii_digit).count()),
            '/' if rest.starts_with("/*") => (None, rest.find("*/").map_or(rest.len(), |end| end + 2)),
            '\'' => self.quoted(rest, 1, '\'', self.escapes, Kind::Text),
            'e' | 'E' if rest[1..].starts_with('\'') => self.quoted(rest, 2, '\'', true, Kind::Text),
            '"' => self.quoted(rest, 1, '"', false, Kind::Name),
            '`' => self.quoted(rest, 1, '`', false, Kind::Name),
            '[' => self.bracket(rest),
            '$' => self.dollar(rest),
            _ if is_word(letter) => self.word(rest),
            ';' => (Some(Kind::Sign(';')), self.data(rest)),
            _ => (Some(Kind::Sign(letter)), letter.len_utf8()),
        };
        if let Some(kind) = kind {
            let first = std::mem::replace(&mut self.first, false);
            if !self.back {
                self.out.push(Token { kind, line: self.line, first });
            }
        }
        self.line += rest.as_bytes()[..length].iter().filter(|byte| **byte == b'\n').count() as u32;
        self.at += length;
    }

    fn comment(&mut self, rest: &'t str) -> (Option<Kind<'t>>, usize) {
        let line = rest.lines().next().unwrap_or_default();
        let said = line.trim_start_matches(['-', '#', ' ']).trim_end();
        let is = |list: &[&str]| list.iter().any(|word| said.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word)));
        if is(DOWN) || is(UP) {
            self.back = is(DOWN);
        }
        (None, line.len())
    }

    /// Up to the quote that closes; two of them are one inside. What never ends is the rest.
    fn quoted(&self, rest: &'t str, begin: usize, quote: char, escapes: bool, kind: fn(&'t str) -> Kind<'t>) -> (Option<Kind<'t>>, usize) {
        let bytes = rest.as_bytes();
        let mut at = begin;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if escapes => at += 2,
                byte if byte == quote as u8 => {
                    if bytes.get(at + 1) != Some(&(quote as u8)) {
                        return (Some(kind(&rest[begin..at])), at + 1);
                    }
                    at += 2;
                }
                _ => at += 1,
            }
        }
        (Some(kind(rest.get(begin..).unwrap_or_default())), rest.len())
    }

    /// `[name]`; elsewhere it is a list.
    fn bracket(&self, rest: &'t str) -> (Option<Kind<'t>>, usize) {
        let behind = self.text[..self.at].chars().next_back().is_some_and(|before| is_word(before) || matches!(before, ']' | ')' | '"' | '`'));
        let end = rest[1..].find(|letter: char| !(is_word(letter) || matches!(letter, ' ' | '-'))).filter(|end| *end > 0 && rest[1 + end..].starts_with(']'));
        match end.filter(|_| !behind) {
            Some(end) => (Some(Kind::Name(&rest[1..1 + end])), end + 2),
            None => (Some(Kind::Sign('[')), 1),
        }
    }

    /// A text between quotes of one's own, `$$` or `$body$`.
    fn dollar(&mut self, rest: &'t str) -> (Option<Kind<'t>>, usize) {
        let end = rest[1..].find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).map_or(rest.len(), |end| end + 1);
        if self.tries < TRIES && rest[end..].starts_with('$') {
            let quote = &rest[..=end];
            if let Some(close) = rest[end + 1..].find(quote) {
                return (Some(Kind::Text(&rest[end + 1..end + 1 + close])), 2 * quote.len() + close);
            }
            self.tries += 1;
        }
        (Some(Kind::Sign('$')), 1)
    }

    fn word(&mut self, rest: &'t str) -> (Option<Kind<'t>>, usize) {
        let end = rest.find(|letter: char| !(is_word(letter) || letter == '$')).unwrap_or(rest.len());
        let word = &rest[..end];
        let after_from = || matches!(self.out.last(), Some(Token { kind: Kind::Word(last), .. }) if last.eq_ignore_ascii_case("from"));
        if word.eq_ignore_ascii_case("stdin") && after_from() {
            self.copies = true;
        }
        (Some(Kind::Word(word)), end)
    }

    /// The end of a statement, and the lines of data behind it.
    fn data(&mut self, rest: &str) -> usize {
        if std::mem::take(&mut self.copies) { rest.find("\n\\.").map_or(rest.len(), |end| end + 3) } else { 1 }
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '#' | '@')
}
