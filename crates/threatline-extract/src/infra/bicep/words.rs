//! The words of a Bicep file, each with its line.

/// A longer text is a program of its own.
const MAX_TEXT: usize = 8 << 10;

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A name, a keyword or a number.
    Name(String),
    /// Parts of a text: letters, and what stands in `${…}`.
    Text(Vec<Part>),
    Sign(char),
    /// Two signs that are one: `==`, `&&`, `??`, `.?`, `::`, `=>`.
    Pair(char, char),
    Line,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Letters(String),
    Hole(String),
}

/// Cuts a file into words.
pub(super) fn cut(text: &str) -> Vec<(Word, u32)> {
    let letters: Vec<char> = text.chars().collect();
    let (mut at, mut line, mut out) = (0, 1u32, Vec::new());
    while let Some(&letter) = letters.get(at) {
        let next = letters.get(at + 1).copied();
        match (letter, next) {
            ('\n', _) => {
                if !matches!(out.last(), Some((Word::Line, _)) | None) {
                    out.push((Word::Line, line));
                }
                line += 1;
                at += 1;
            }
            ('/', Some('/')) | ('#', _) => {
                while letters.get(at).is_some_and(|letter| *letter != '\n') {
                    at += 1;
                }
            }
            ('/', Some('*')) => {
                at += 2;
                while at < letters.len() && !(letters[at] == '*' && letters.get(at + 1) == Some(&'/')) {
                    line += u32::from(letters[at] == '\n');
                    at += 1;
                }
                at += 2;
            }
            ('\'', Some('\'')) if letters.get(at + 2) == Some(&'\'') => {
                let (begins, mut inner) = (line, String::new());
                at += 3;
                while at < letters.len() && !(letters[at] == '\'' && letters.get(at + 1) == Some(&'\'') && letters.get(at + 2) == Some(&'\'')) {
                    line += u32::from(letters[at] == '\n');
                    inner.push(letters[at]);
                    at += 1;
                }
                at += 3;
                out.push((Word::Text(vec![Part::Letters(inner)]), begins));
            }
            ('\'', _) => {
                let (parts, end) = quoted(&letters, at + 1);
                out.push((Word::Text(parts), line));
                at = end;
            }
            (letter, _) if letter.is_whitespace() => at += 1,
            (letter, _) if letter.is_alphanumeric() || letter == '_' => {
                let start = at;
                while letters.get(at).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_') {
                    at += 1;
                }
                out.push((Word::Name(letters[start..at].iter().collect()), line));
            }
            (first, Some(second)) if is_pair(first, second) => {
                out.push((Word::Pair(first, second), line));
                at += 2;
            }
            (sign, _) => {
                out.push((Word::Sign(sign), line));
                at += 1;
            }
        }
    }
    out
}

fn is_pair(first: char, second: char) -> bool {
    matches!(
        (first, second),
        ('=', '=')
            | ('!', '=')
            | ('<', '=')
            | ('>', '=')
            | ('=', '~')
            | ('!', '~')
            | ('&', '&')
            | ('|', '|')
            | ('?', '?')
            | ('.', '?')
            | (':', ':')
            | ('=', '>')
    )
}

/// The parts of a quoted text, and where it ends.
fn quoted(letters: &[char], mut at: usize) -> (Vec<Part>, usize) {
    let (mut parts, mut own, mut kept) = (Vec::new(), String::new(), 0);
    while let Some(&letter) = letters.get(at) {
        match (letter, letters.get(at + 1)) {
            ('\'', _) => {
                at += 1;
                break;
            }
            // a text ends with its line
            ('\n', _) => break,
            ('\\', Some(&next)) => {
                own.push(if next == 'n' { '\n' } else { next });
                at += 2;
            }
            ('$', Some('{')) => {
                let start = at + 2;
                let end = closing(letters, start);
                parts.push(Part::Letters(std::mem::take(&mut own)));
                parts.push(Part::Hole(letters[start..end].iter().collect()));
                at = (end + 1).min(letters.len());
            }
            (letter, _) => {
                if kept < MAX_TEXT {
                    own.push(letter);
                    kept += 1;
                }
                at += 1;
            }
        }
    }
    parts.push(Part::Letters(own));
    (parts, at)
}

/// Where what stands in a text ends; texts in it may hold braces.
fn closing(letters: &[char], start: usize) -> usize {
    let (mut open, mut in_text, mut at) = (1usize, false, start);
    while let Some(&letter) = letters.get(at) {
        match letter {
            '\n' => return at,
            '\\' if in_text => at += 1,
            '\'' => in_text = !in_text,
            '{' if !in_text => open += 1,
            '}' if !in_text => {
                open -= 1;
                if open == 0 {
                    return at;
                }
            }
            _ => {}
        }
        at += 1;
    }
    letters.len()
}
