//! The syntax of templates: text with actions, and expressions in these.

mod expression;

pub(super) use expression::{Expression, parse as parse_expression};

use expression::Reader;

/// Blocks in blocks go no deeper.
const MAX_DEPTH: usize = 48;

/// A piece of a template. Lines are numbers of marks.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text {
        line: u32,
        text: String,
    },
    /// A value that is printed; `alone` on its line.
    Print {
        line: u32,
        value: Expression,
        alone: bool,
    },
    /// `$x := …`, or `$x = …` of a variable that is there.
    Assign {
        name: String,
        declares: bool,
        value: Expression,
    },
    /// Conditions and what stands under them; the last one may have none.
    If(Vec<(Option<Expression>, Vec<Piece>)>),
    With {
        variable: Option<String>,
        value: Expression,
        body: Vec<Piece>,
        otherwise: Vec<Piece>,
    },
    Range {
        key: Option<String>,
        item: Option<String>,
        value: Expression,
        body: Vec<Piece>,
        otherwise: Vec<Piece>,
    },
    Define {
        name: String,
        body: Vec<Piece>,
    },
    /// `break` or `continue`: what follows in the block is left out.
    Leave,
}

/// Text or the inside of an action, with its line.
#[derive(Debug)]
enum Token<'t> {
    Text(u32, &'t str),
    Action { line: u32, inside: &'t str, alone: bool },
}

/// The pieces of a template; none if its blocks do not close.
pub(super) fn parse(text: &str) -> Option<Vec<Piece>> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, at: 0 };
    let (pieces, end) = parser.block(0)?;
    matches!(end, End::Text).then_some(pieces)
}

fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut out = Vec::new();
    let (mut at, mut line, mut trim) = (0, 0u32, false);
    while let Some(length) = text[at..].find("{{") {
        let opens = at + length;
        let inside = &text[opens + 2..];
        let closes = opens + 2 + closing(inside)?;
        let mut action = &text[opens + 2..closes];
        let mut plain = &text[at..opens];
        let shift = if trim { plain.len() - plain.trim_start().len() } else { 0 };
        let start = line + count(&plain[..shift]);
        plain = &plain[shift..];
        if action.starts_with('-') && action[1..].starts_with(char::is_whitespace) {
            action = &action[1..];
            plain = plain.trim_end();
        }
        trim = action.ends_with('-') && (action.len() == 1 || action[..action.len() - 1].ends_with(char::is_whitespace));
        if trim {
            action = &action[..action.len() - 1];
        }
        if !plain.is_empty() {
            out.push(Token::Text(start, plain));
        }
        line += count(&text[at..opens]);
        let begins = is_blank(&text[text[..opens].rfind('\n').map_or(0, |at| at + 1)..opens]);
        let ends = is_blank(text[closes + 2..].split('\n').next().unwrap_or_default());
        out.push(Token::Action { line, inside: action.trim(), alone: begins && ends });
        line += count(&text[opens..closes]);
        at = closes + 2;
    }
    let rest = &text[at..];
    let shift = if trim { rest.len() - rest.trim_start().len() } else { 0 };
    out.push(Token::Text(line + count(&rest[..shift]), &rest[shift..]));
    Some(out)
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn count(text: &str) -> u32 {
    text.matches('\n').count() as u32
}

/// Where the action that begins here closes; braces in texts do not count.
fn closing(inside: &str) -> Option<usize> {
    // nothing in a comment is an action or a text, whatever stands in it
    let begun = inside.strip_prefix('-').map_or(inside, str::trim_start);
    if begun.starts_with("/*") {
        let ends = inside.find("*/")?;
        return inside[ends..].find("}}").map(|at| ends + at);
    }
    let bytes = inside.as_bytes();
    let (mut at, mut quote) = (0, 0u8);
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (0, b'}') if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            (0, open @ (b'"' | b'`' | b'\'')) => quote = open,
            (b'"' | b'\'', b'\\') => at += 1,
            (open, byte) if open == byte => quote = 0,
            _ => {}
        }
        at += 1;
    }
    None
}

/// What ended a block.
enum End {
    Text,
    Closed,
    /// `else`, and what stands behind it.
    Else(String),
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
}

impl Parser<'_> {
    fn block(&mut self, depth: usize) -> Option<(Vec<Piece>, End)> {
        let mut pieces = Vec::new();
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            let (line, inside, alone) = match token {
                Token::Text(line, text) => {
                    pieces.push(Piece::Text { line: *line, text: (*text).to_owned() });
                    continue;
                }
                Token::Action { line, inside, alone } => (*line, *inside, *alone),
            };
            let word = inside.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
            let rest = inside[word.len()..].trim();
            match word {
                "end" => return Some((pieces, End::Closed)),
                "else" => return Some((pieces, End::Else(rest.to_owned()))),
                "if" | "with" | "range" | "define" | "block" if depth >= MAX_DEPTH => return None,
                "if" => pieces.push(self.conditional(rest, depth)?),
                "with" => pieces.push(self.with(rest, depth)?),
                "range" => pieces.push(self.range(rest, depth)?),
                "define" | "block" => {
                    let name = rest.split('"').nth(1)?.to_owned();
                    let body = self.closed(depth)?;
                    if word == "block" {
                        pieces.push(Piece::Print { line, value: parse_expression(&format!("include {rest}")), alone });
                    }
                    pieces.push(Piece::Define { name, body });
                }
                "template" => pieces.push(Piece::Print { line, value: parse_expression(&format!("include {rest}")), alone }),
                "break" | "continue" if rest.is_empty() => pieces.push(Piece::Leave),
                _ => {
                    let mut reader = Reader::new(inside);
                    let declares = reader.declares();
                    match reader.assigned() {
                        Some((name, _)) => pieces.push(Piece::Assign { name, declares, value: reader.pipeline() }),
                        None if inside.is_empty() => {}
                        None => pieces.push(Piece::Print { line, value: reader.pipeline(), alone }),
                    }
                }
            }
        }
        Some((pieces, End::Text))
    }

    /// A block up to its `end`.
    fn closed(&mut self, depth: usize) -> Option<Vec<Piece>> {
        let (body, end) = self.block(depth + 1)?;
        matches!(end, End::Closed).then_some(body)
    }

    fn conditional(&mut self, condition: &str, depth: usize) -> Option<Piece> {
        let mut branches = Vec::new();
        let mut condition = Some(conditional(condition));
        loop {
            let (body, end) = self.block(depth + 1)?;
            let more = condition.is_some();
            branches.push((condition, body));
            match end {
                End::Closed => return Some(Piece::If(branches)),
                End::Else(rest) if more => condition = rest.strip_prefix("if").map(conditional),
                _ => return None,
            }
        }
    }

    /// A body and what stands instead of it.
    fn with_else(&mut self, depth: usize) -> Option<(Vec<Piece>, Vec<Piece>)> {
        let (body, end) = self.block(depth + 1)?;
        match end {
            End::Closed => Some((body, Vec::new())),
            End::Else(rest) if rest.is_empty() => Some((body, self.closed(depth)?)),
            End::Else(rest) => {
                let piece = match rest.strip_prefix("with") {
                    Some(value) => self.with(value, depth + 1)?,
                    None => self.conditional(rest.strip_prefix("if")?, depth + 1)?,
                };
                Some((body, vec![piece]))
            }
            End::Text => None,
        }
    }

    fn with(&mut self, value: &str, depth: usize) -> Option<Piece> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let mut reader = Reader::new(value);
        let variable = reader.assigned().map(|(name, _)| name);
        let value = reader.pipeline();
        let (body, otherwise) = self.with_else(depth)?;
        Some(Piece::With { variable, value, body, otherwise })
    }

    fn range(&mut self, value: &str, depth: usize) -> Option<Piece> {
        let mut reader = Reader::new(value);
        let (key, item) = match reader.assigned() {
            Some((key, Some(item))) => (Some(key), Some(item)),
            Some((item, None)) => (None, Some(item)),
            None => (None, None),
        };
        let value = reader.pipeline();
        let (body, otherwise) = self.with_else(depth)?;
        Some(Piece::Range { key, item, value, body, otherwise })
    }
}

/// The condition of an `if`; a variable that it sets as well is not known later.
fn conditional(text: &str) -> Expression {
    let mut reader = Reader::new(text);
    reader.assigned();
    reader.pipeline()
}
