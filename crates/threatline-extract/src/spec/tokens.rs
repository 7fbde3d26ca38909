//! Words of languages in which interfaces are written (Smithy, TypeSpec, goctl): names, texts and marks.

/// Tokens of one file; more is no definition that a person keeps.
const MANY: usize = 400_000;

/// A token and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) line: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind<'t> {
    /// A name or a number, with dots.
    Word(&'t str),
    /// What stands between quotes.
    Text(&'t str),
    Sign(char),
}

/// All tokens of a text without comments.
pub(super) fn of(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let (mut rest, mut line) = (text, 1u32);
    while let Some(letter) = rest.chars().next().filter(|_| out.len() < MANY) {
        let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.');
        let (kind, length) = if rest.starts_with("//") {
            (None, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (None, rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if let Some(inner) = rest.strip_prefix("\"\"\"") {
            let end = inner.find("\"\"\"").unwrap_or(inner.len());
            (Some(Kind::Text(&inner[..end])), (end + 6).min(rest.len()))
        } else if matches!(letter, '"' | '`') {
            let end = end_of(&rest[1..], letter);
            let inner = &rest[1..1 + end];
            (Some(if letter == '"' { Kind::Text(inner) } else { Kind::Word(inner) }), (end + 2).min(rest.len()))
        } else if rest.starts_with("...") {
            (Some(Kind::Word("...")), 3)
        } else if is_word(letter) {
            let end = rest.find(|letter: char| !is_word(letter)).unwrap_or(rest.len());
            (Some(Kind::Word(&rest[..end])), end)
        } else if letter.is_whitespace() {
            (None, letter.len_utf8())
        } else {
            (Some(Kind::Sign(letter)), letter.len_utf8())
        };
        out.extend(kind.map(|kind| Token { kind, line }));
        line += rest.as_bytes()[..length].iter().filter(|byte| **byte == b'\n').count() as u32;
        rest = &rest[length..];
    }
    out
}

/// Bytes before the quote that closes.
fn end_of(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return at,
            _ => {}
        }
    }
    text.len()
}

/// A look at tokens, one after the other.
pub(super) struct Cursor<'a, 't> {
    pub(super) tokens: &'a [Token<'t>],
    pub(super) at: usize,
}

impl<'t> Cursor<'_, 't> {
    pub(super) fn peek(&self) -> Option<&Kind<'t>> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    pub(super) fn line(&self) -> u32 {
        self.tokens.get(self.at.min(self.tokens.len().saturating_sub(1))).map_or(1, |token| token.line)
    }

    pub(super) fn sign(&mut self, sign: char) -> bool {
        let is = self.peek() == Some(&Kind::Sign(sign));
        self.at += usize::from(is);
        is
    }

    pub(super) fn word(&mut self) -> Option<&'t str> {
        match self.peek() {
            Some(Kind::Word(word)) => {
                let word = *word;
                self.at += 1;
                Some(word)
            }
            _ => None,
        }
    }

    /// Passes over brackets and what stands in them, if one stands here; says where they end.
    pub(super) fn group(&mut self) -> usize {
        let mut depth = 0_usize;
        while let Some(kind) = self.peek() {
            match kind {
                Kind::Sign('{' | '(' | '[') => depth += 1,
                Kind::Sign('}' | ')' | ']') => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        self.at
    }

    /// What stands between the brackets that open here.
    pub(super) fn inside(&mut self) -> std::ops::Range<usize> {
        let begin = self.at + 1;
        let end = self.group();
        begin..end.saturating_sub(1).max(begin)
    }
}
