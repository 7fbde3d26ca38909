//! Expressions: pipelines of calls, paths into values, literals.

use crate::charts::value::Value;

/// Brackets in brackets go no deeper.
const MAX_DEPTH: usize = 48;

/// An expression.
#[derive(Clone, Debug)]
pub(in crate::charts) enum Expression {
    Literal(Value),
    /// `.`, and the path behind it.
    Dot(Vec<String>),
    /// `$x.a.b`; `$` has an empty name.
    Variable(String, Vec<String>),
    /// `(…).a.b`.
    Of(Box<Expression>, Vec<String>),
    Call(String, Vec<Expression>),
    /// `.Files.Get "…"`: what stands before the last name of a path, that name, and what it is handed.
    Method(Box<Expression>, String, Vec<Expression>),
    /// What is not understood, or nobody can know: methods of the cluster, files of the chart.
    Unknown,
}

impl Expression {
    /// It with arguments: the last name of its path is a method.
    fn asked(self, arguments: Vec<Expression>) -> Self {
        let parted = |mut path: Vec<String>| path.pop().map(|name| (path, name));
        let (receiver, name) = match self {
            Expression::Dot(path) => match parted(path) {
                Some((path, name)) => (Expression::Dot(path), name),
                None => return Expression::Unknown,
            },
            Expression::Variable(variable, path) => match parted(path) {
                Some((path, name)) => (Expression::Variable(variable, path), name),
                None => return Expression::Unknown,
            },
            Expression::Of(inner, path) => match parted(path) {
                Some((path, name)) => (Expression::Of(inner, path), name),
                None => return Expression::Unknown,
            },
            _ => return Expression::Unknown,
        };
        Expression::Method(Box::new(receiver), name, arguments)
    }
}

/// Reads a pipeline.
pub(in crate::charts) fn parse(text: &str) -> Expression {
    Reader::new(text).pipeline()
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Path(Vec<String>),
    Variable(String, Vec<String>),
    Name(String),
    Literal(Value),
    Open,
    /// A bracket, and the path right behind it.
    Close(Vec<String>),
    Bar,
    Comma,
    /// `:=`, or `=`.
    Set(bool),
    Junk,
}

/// Reads one expression.
pub(super) struct Reader {
    words: Vec<Word>,
    at: usize,
}

impl Reader {
    pub(super) fn new(text: &str) -> Self {
        Self { words: words(text), at: 0 }
    }

    /// `$x :=`, `$x =` or `$k, $v :=` at the beginning.
    pub(super) fn assigned(&mut self) -> Option<(String, Option<String>)> {
        let name = |word: Option<&Word>| match word {
            Some(Word::Variable(name, path)) if path.is_empty() => Some(name.clone()),
            _ => None,
        };
        let first = name(self.words.first())?;
        match (self.words.get(1), self.words.get(2), self.words.get(3)) {
            (Some(Word::Set(_)), ..) => {
                self.at = 2;
                Some((first, None))
            }
            (Some(Word::Comma), second, Some(Word::Set(_))) => {
                self.at = 4;
                Some((first, Some(name(second)?)))
            }
            _ => None,
        }
    }

    /// Whether what is set is a variable of its own.
    pub(super) fn declares(&self) -> bool {
        self.words.iter().find_map(|word| if let Word::Set(declares) = word { Some(*declares) } else { None }).unwrap_or(true)
    }

    pub(super) fn pipeline(&mut self) -> Expression {
        let value = self.pipe(0);
        if self.at < self.words.len() { Expression::Unknown } else { value }
    }

    fn pipe(&mut self, depth: usize) -> Expression {
        let mut value = self.command(depth, None);
        while self.words.get(self.at) == Some(&Word::Bar) {
            self.at += 1;
            value = self.command(depth, Some(value));
        }
        value
    }

    /// A call with what stands behind it, and last what the pipe brings.
    fn command(&mut self, depth: usize, piped: Option<Expression>) -> Expression {
        if depth >= MAX_DEPTH {
            self.at = self.words.len();
            return Expression::Unknown;
        }
        let called = match self.words.get(self.at) {
            Some(Word::Name(name)) => Some(name.clone()),
            _ => None,
        };
        let head = if called.is_some() {
            self.at += 1;
            Expression::Unknown
        } else {
            match self.operand(depth) {
                Some(head) => head,
                None => return Expression::Unknown,
            }
        };
        let mut arguments = Vec::new();
        while let Some(argument) = self.operand(depth) {
            arguments.push(argument);
        }
        arguments.extend(piped);
        match called {
            Some(name) => Expression::Call(name, arguments),
            None if arguments.is_empty() => head,
            None => head.asked(arguments),
        }
    }

    fn operand(&mut self, depth: usize) -> Option<Expression> {
        let word = self.words.get(self.at)?.clone();
        let value = match word {
            Word::Path(path) => Expression::Dot(path),
            Word::Variable(name, path) => Expression::Variable(name, path),
            Word::Literal(value) => Expression::Literal(value),
            Word::Name(name) => Expression::Call(name, Vec::new()),
            Word::Open => {
                self.at += 1;
                let inner = self.pipe(depth + 1);
                return match self.words.get(self.at).cloned() {
                    Some(Word::Close(path)) => {
                        self.at += 1;
                        Some(if path.is_empty() { inner } else { Expression::Of(Box::new(inner), path) })
                    }
                    _ => {
                        self.at = self.words.len();
                        Some(Expression::Unknown)
                    }
                };
            }
            Word::Junk => Expression::Unknown,
            Word::Close(_) | Word::Bar | Word::Comma | Word::Set(_) => return None,
        };
        self.at += 1;
        Some(value)
    }
}

fn words(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, length) = word(first, rest);
        out.push(word);
        rest = rest[length..].trim_start();
    }
    out
}

fn word(first: char, rest: &str) -> (Word, usize) {
    match first {
        '(' => (Word::Open, 1),
        ')' => {
            let (path, length) = path(&rest[1..]);
            (Word::Close(path), 1 + length)
        }
        '|' => (Word::Bar, 1),
        ',' => (Word::Comma, 1),
        ':' if rest.starts_with(":=") => (Word::Set(true), 2),
        '=' => (Word::Set(false), 1),
        '"' => quoted(rest),
        '`' => match rest[1..].find('`') {
            Some(end) => (Word::Literal(Value::written(&rest[1..=end])), end + 2),
            None => (Word::Junk, rest.len()),
        },
        '.' => {
            let (path, length) = path(rest);
            (Word::Path(path), length.max(1))
        }
        '$' => {
            let length = name_length(&rest[1..]);
            let (path, more) = path(&rest[1 + length..]);
            (Word::Variable(rest[1..=length].to_owned(), path), 1 + length + more)
        }
        _ if first.is_ascii_digit() || (first == '-' && rest[1..].starts_with(|next: char| next.is_ascii_digit())) => {
            let length = rest[1..].find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.' && letter != '_').map_or(rest.len(), |at| at + 1);
            let number = rest[..length].parse().map_or_else(|_| Value::text(&rest[..length]), Value::Int);
            (Word::Literal(number), length)
        }
        _ if first.is_ascii_alphabetic() || first == '_' => {
            let length = name_length(rest);
            let word = match &rest[..length] {
                "true" => Word::Literal(Value::Bool(true)),
                "false" => Word::Literal(Value::Bool(false)),
                "nil" => Word::Literal(Value::Nil),
                name => Word::Name(name.to_owned()),
            };
            (word, length)
        }
        other => (Word::Junk, other.len_utf8()),
    }
}

fn name_length(text: &str) -> usize {
    text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len())
}

/// `.a.b` at the beginning, and its length.
fn path(text: &str) -> (Vec<String>, usize) {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(rest) = text[at..].strip_prefix('.') {
        let length = name_length(rest);
        if length == 0 {
            break;
        }
        out.push(rest[..length].to_owned());
        at += 1 + length;
    }
    (out, at)
}

fn quoted(rest: &str) -> (Word, usize) {
    let mut out = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (Word::Literal(Value::written(&out)), at + 1),
            '\\' => match letters.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, 't')) => out.push('\t'),
                Some((_, letter)) => out.push(letter),
                None => break,
            },
            letter => out.push(letter),
        }
    }
    (Word::Junk, rest.len())
}
