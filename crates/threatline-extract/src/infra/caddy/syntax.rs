//! The form of a Caddyfile: directives that end with their line, some with a block.

use super::super::nginx::syntax::Directive;

/// Blocks in blocks.
const MAX_DEPTH: usize = 24;
/// Directives of one file.
const MAX_DIRECTIVES: usize = 50_000;

enum Token {
    Word(String),
    Open,
    Close,
    Line,
}

/// All directives of a text, if it has the form. What begins with its block has no name.
pub(super) fn parse(text: &str) -> Option<Vec<Directive>> {
    let mut reader = Reader { rest: text, line: 1 };
    let mut open: Vec<(Directive, Vec<Directive>)> = vec![(Directive::default(), Vec::new())];
    let mut pending: Option<Directive> = None;
    let mut count = 0;
    while let Some((token, line)) = reader.next()? {
        match token {
            Token::Word(word) => match &mut pending {
                Some(directive) => {
                    directive.words.push(word);
                    directive.end_line = line;
                }
                None => {
                    count += 1;
                    pending = Some(Directive { name: word, line, end_line: line, ..Directive::default() });
                }
            },
            // addresses of a site go on in the next line after a comma
            Token::Line => {
                let goes_on = |one: &mut Directive| open.len() == 1 && one.words.last().unwrap_or(&one.name).ends_with(',');
                if let Some(directive) = pending.take_if(|one| !goes_on(one)) {
                    open.last_mut()?.1.push(directive);
                }
            }
            Token::Open => open.push((pending.take().unwrap_or(Directive { line, ..Directive::default() }), Vec::new())),
            Token::Close => {
                if let Some(directive) = pending.take() {
                    open.last_mut()?.1.push(directive);
                }
                let (mut directive, inner) = open.pop().filter(|_| !open.is_empty())?;
                (directive.block, directive.end_line) = (Some(inner), line);
                open.last_mut()?.1.push(directive);
            }
        }
        if open.len() > MAX_DEPTH || count > MAX_DIRECTIVES {
            return None;
        }
    }
    let (_, mut directives) = open.pop().filter(|_| open.is_empty())?;
    directives.extend(pending);
    Some(directives)
}

struct Reader<'t> {
    rest: &'t str,
    line: u32,
}

impl Reader<'_> {
    /// The next token and its line; an inner none at the end, an outer one where the form is broken.
    #[allow(clippy::option_option, reason = "the two have meanings of their own")]
    fn next(&mut self) -> Option<Option<(Token, u32)>> {
        loop {
            let Some(letter) = self.rest.chars().next() else { return Some(None) };
            let line = self.line;
            let next = self.rest[letter.len_utf8()..].chars().next();
            match letter {
                '\n' => {
                    self.step(1);
                    return Some(Some((Token::Line, line)));
                }
                '\\' if next == Some('\n') => self.step(2),
                '#' => self.step(self.rest.find('\n').unwrap_or(self.rest.len())),
                _ if letter.is_whitespace() => self.step(letter.len_utf8()),
                '{' | '}' if next.is_none_or(char::is_whitespace) => {
                    self.step(1);
                    return Some(Some((if letter == '{' { Token::Open } else { Token::Close }, line)));
                }
                '"' | '`' => return self.quoted(letter).map(|word| Some((Token::Word(word), line))),
                _ if self.rest.starts_with("<<") && next == Some('<') => return self.document().map(|word| Some((Token::Word(word), line))),
                _ => {
                    let length = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
                    let word = self.rest[..length].to_owned();
                    self.step(length);
                    return Some(Some((Token::Word(word), line)));
                }
            }
        }
    }

    fn step(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes);
        self.line += passed.bytes().filter(|byte| *byte == b'\n').count() as u32;
        self.rest = rest;
    }

    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut word = String::new();
        let mut escaped = false;
        for (at, letter) in self.rest.char_indices().skip(1) {
            match letter {
                _ if escaped => {
                    word.push(letter);
                    escaped = false;
                }
                '\\' if quote == '"' => escaped = true,
                _ if letter == quote => {
                    self.step(at + 1);
                    return Some(word);
                }
                _ => word.push(letter),
            }
        }
        None
    }

    /// `<<END` up to a line that only has that word; nobody needs what stands in it.
    fn document(&mut self) -> Option<String> {
        let (first, body) = self.rest[2..].split_once('\n')?;
        let mut length = 2 + first.len() + 1;
        for line in body.split_inclusive('\n') {
            let ends = line.trim_start().trim_end() == first.trim();
            length += if ends { line.trim_end_matches('\n').len() } else { line.len() };
            if ends {
                self.step(length);
                return Some(String::new());
            }
        }
        None
    }
}
