//! The form of nginx's configuration: directives, some with a block.
//!
//! A text that does not have this form is something else under the same name; then there is nothing to read.

/// Blocks in blocks.
const MAX_DEPTH: usize = 24;
/// Directives of one file.
const MAX_DIRECTIVES: usize = 50_000;

/// A directive and what stands in its block.
#[derive(Debug, Default)]
pub(in crate::infra) struct Directive {
    pub(in crate::infra) name: String,
    pub(in crate::infra) words: Vec<String>,
    pub(in crate::infra) block: Option<Vec<Directive>>,
    pub(in crate::infra) line: u32,
    pub(in crate::infra) end_line: u32,
}

impl Directive {
    /// What stands in its block; nothing if it has none.
    pub(in crate::infra) fn inner(&self) -> &[Directive] {
        self.block.as_deref().unwrap_or_default()
    }

    /// The first word behind its name.
    pub(in crate::infra) fn word(&self) -> Option<&str> {
        self.words.first().map(String::as_str)
    }
}

enum Token {
    Word(String),
    End,
    Open,
    Close,
}

/// All directives of a text, if it has the form.
pub(super) fn parse(text: &str) -> Option<Vec<Directive>> {
    let mut reader = Reader { text, at: 0, line: 1 };
    // open blocks: the directive that each belongs to, and what stands in it so far
    let mut open: Vec<(Directive, Vec<Directive>)> = vec![(Directive::default(), Vec::new())];
    let mut pending: Option<Directive> = None;
    let mut count = 0;
    while let Some((token, line)) = reader.next()? {
        match token {
            Token::Word(word) => match &mut pending {
                Some(directive) => directive.words.push(word),
                None => {
                    count += 1;
                    pending = Some(Directive { name: word, line, ..Directive::default() });
                }
            },
            Token::End => {
                let mut directive = pending.take()?;
                directive.end_line = line;
                open.last_mut()?.1.push(directive);
            }
            Token::Open => {
                let directive = pending.take()?;
                if directive.name.ends_with("_by_lua_block") {
                    let end_line = reader.skip_program()?;
                    open.last_mut()?.1.push(Directive { end_line, ..directive });
                } else {
                    open.push((directive, Vec::new()));
                }
            }
            Token::Close => {
                let (mut directive, inner) = open.pop().filter(|_| !open.is_empty() && pending.is_none())?;
                (directive.block, directive.end_line) = (Some(inner), line);
                open.last_mut()?.1.push(directive);
            }
        }
        if open.len() > MAX_DEPTH || count > MAX_DIRECTIVES {
            return None;
        }
    }
    let (_, directives) = open.pop().filter(|_| open.is_empty() && pending.is_none())?;
    Some(directives)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl Reader<'_> {
    /// The next token and its line; an inner none at the end, an outer one where the form is broken.
    #[allow(clippy::option_option, reason = "the two have meanings of their own")]
    fn next(&mut self) -> Option<Option<(Token, u32)>> {
        loop {
            let rest = &self.text[self.at..];
            let Some(letter) = rest.chars().next() else { return Some(None) };
            let line = self.line;
            let token = match letter {
                _ if letter.is_whitespace() => {
                    self.step(letter.len_utf8());
                    continue;
                }
                '#' => {
                    self.step(rest.find('\n').unwrap_or(rest.len()));
                    continue;
                }
                // what a template engine decides
                '{' if rest.starts_with("{%") => {
                    self.step(rest.find("%}")? + 2);
                    continue;
                }
                ';' => Token::End,
                '{' if !rest.starts_with("{{") => Token::Open,
                '}' => Token::Close,
                '"' | '\'' => return self.quoted(letter).map(|word| Some((Token::Word(word), line))),
                _ => return self.word().map(|word| Some((Token::Word(word), line))),
            };
            self.step(1);
            return Some(Some((token, line)));
        }
    }

    fn step(&mut self, bytes: usize) {
        let passed = &self.text[self.at..self.at + bytes];
        self.line += passed.bytes().filter(|byte| *byte == b'\n').count() as u32;
        self.at += bytes;
    }

    fn quoted(&mut self, quote: char) -> Option<String> {
        let rest = &self.text[self.at + 1..];
        let mut word = String::new();
        let mut letters = rest.char_indices();
        while let Some((at, letter)) = letters.next() {
            if letter == quote {
                self.step(at + 2);
                return Some(word);
            }
            if letter == '\\' {
                let (_, next) = letters.next()?;
                // only what would end the text loses its backslash, patterns keep theirs
                if next != quote {
                    word.push('\\');
                }
                word.push(next);
            } else {
                word.push(letter);
            }
        }
        None
    }

    /// A word without quotes; `${NAME}` and `{{ name }}` are parts of it.
    fn word(&mut self) -> Option<String> {
        let rest = &self.text[self.at..];
        let mut at = 0;
        while let Some(letter) = rest[at..].chars().next() {
            let here = &rest[at..];
            at += match letter {
                '$' if here.starts_with("${") => here.find('}')? + 1,
                '{' if here.starts_with("{{") => here.find("}}")? + 2,
                '\\' => 1 + here[1..].chars().next().map_or(0, char::len_utf8),
                ';' | '{' | '}' => break,
                _ if letter.is_whitespace() => break,
                _ => letter.len_utf8(),
            };
        }
        let word = rest[..at].to_owned();
        self.step(at);
        (!word.is_empty()).then_some(word)
    }

    /// Passes over Lua up to the bracket that closes the block; the line of it.
    fn skip_program(&mut self) -> Option<u32> {
        let mut depth = 1_usize;
        while depth > 0 {
            let rest = &self.text[self.at..];
            let letter = rest.chars().next()?;
            let bytes = match letter {
                '{' => {
                    depth += 1;
                    1
                }
                '}' => {
                    depth -= 1;
                    1
                }
                '-' if rest.starts_with("--[[") => rest.find("]]")? + 2,
                '-' if rest.starts_with("--") => rest.find('\n')?,
                '[' if rest.starts_with("[[") => rest.find("]]")? + 2,
                '"' | '\'' => 1 + end_of_text(&rest[1..], letter)?,
                _ => letter.len_utf8(),
            };
            self.step(bytes);
        }
        Some(self.line)
    }
}

/// Bytes up to and with the quote that closes.
fn end_of_text(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in rest.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}
