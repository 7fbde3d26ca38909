//! Words, texts and brackets of a program in Groovy; comments are left out.

/// More of them are generated.
const MANY: usize = 100_000;

/// What a piece is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    /// A name with its dots: `docker.build`.
    Name(String),
    /// A text in any of the quotes, unescaped; expressions in it stay.
    Text(String),
    Open(char),
    Close(char),
    Other(char),
}

/// A piece of the program.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) word: Word,
    pub(super) line: u32,
    pub(super) end_line: u32,
}

/// All pieces of a program, in order.
pub(super) fn of(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let (mut rest, mut line) = (text, 1u32);
    while let Some(first) = rest.chars().next() {
        let length = if let Some(length) = comment(rest) {
            length
        } else if let Some((inside, length)) = quoted(rest) {
            let lines = rest[..length].matches('\n').count() as u32;
            out.push(Token { word: Word::Text(inside), line, end_line: line + lines });
            length
        } else if first.is_alphabetic() || first == '_' {
            let length = rest.find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '.')).unwrap_or(rest.len());
            let name = rest[..length].trim_end_matches('.');
            out.push(Token { word: Word::Name(name.to_owned()), line, end_line: line });
            name.len()
        } else {
            let word = match first {
                '(' | '[' | '{' => Some(Word::Open(first)),
                ')' | ']' | '}' => Some(Word::Close(first)),
                _ if first.is_whitespace() => None,
                _ => Some(Word::Other(first)),
            };
            out.extend(word.map(|word| Token { word, line, end_line: line }));
            first.len_utf8()
        };
        line += rest[..length].matches('\n').count() as u32;
        rest = &rest[length..];
        if out.len() >= MANY {
            break;
        }
    }
    out
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    rest.strip_prefix("/*").map(|inside| inside.find("*/").map_or(rest.len(), |end| end + 4))
}

/// A text at the beginning, and how long it is with its quotes.
fn quoted(rest: &str) -> Option<(String, usize)> {
    let quote = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| rest.starts_with(quote))?;
    let (mut out, mut at) = (String::new(), quote.len());
    while let Some(letter) = rest[at..].chars().next() {
        if rest[at..].starts_with(quote) {
            return Some((out, at + quote.len()));
        }
        // a text of one line that does not close in it is none
        if letter == '\n' && quote.len() == 1 {
            return Some((out, at));
        }
        at += letter.len_utf8();
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        let Some(escaped) = rest[at..].chars().next() else { break };
        at += escaped.len_utf8();
        match escaped {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            '\n' => out.push_str("\\\n"),
            other => out.push(other),
        }
    }
    Some((out, rest.len()))
}
