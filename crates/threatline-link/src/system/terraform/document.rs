//! JSON with holes: what a template makes of a policy or of the containers of a task.

use super::value::{Shared, Value, joined};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How deep documents nest.
const DEEPEST: u8 = 40;

/// Whether a text may begin such a document.
pub(super) fn begins(text: &str) -> bool {
    let mut letters = text.trim_start().chars();
    let first = letters.next();
    let second = letters.find(|letter| !letter.is_whitespace());
    match first {
        Some('{') => matches!(second, Some('"' | '}')),
        Some('[') => matches!(second, Some('"' | '{' | '[')),
        _ => false,
    }
}

/// Reads a document whose text consists of these parts; holes are values, or parts of strings.
pub(super) fn read(parts: &[Shared]) -> Option<Shared> {
    let mut reader = Reader { parts, part: 0, at: 0 };
    let value = reader.value(0)?;
    reader.space();
    (reader.part == parts.len()).then_some(value)
}

struct Reader<'p> {
    parts: &'p [Shared],
    part: usize,
    at: usize,
}

impl<'p> Reader<'p> {
    /// The rest of the part that is being read, if that is known text.
    fn rest(&mut self) -> Option<&'p str> {
        loop {
            let text = self.parts.get(self.part)?.as_literal()?;
            let rest = text.get(self.at..)?;
            if !rest.is_empty() {
                return Some(rest);
            }
            (self.part, self.at) = (self.part + 1, 0);
        }
    }

    fn letter(&mut self) -> Option<char> {
        self.rest()?.chars().next()
    }

    fn take(&mut self, wanted: char) -> Option<()> {
        self.space();
        (self.letter()? == wanted).then(|| self.at += wanted.len_utf8())
    }

    fn space(&mut self) {
        while let Some(rest) = self.rest() {
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.is_empty() {
                return;
            }
        }
    }

    fn value(&mut self, depth: u8) -> Option<Shared> {
        if depth > DEEPEST {
            return None;
        }
        self.space();
        let Some(letter) = self.letter() else {
            // a hole that is a value of its own
            let hole = self.parts.get(self.part).cloned()?;
            (self.part, self.at) = (self.part + 1, 0);
            return Some(hole);
        };
        match letter {
            '{' => self.object(depth),
            '[' => self.array(depth),
            '"' => self.string(),
            _ => {
                let rest = self.rest()?;
                let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '+' | '.')).unwrap_or(rest.len());
                let word = rest.get(..end).filter(|word| !word.is_empty())?;
                self.at += end;
                let place = self.place();
                Some(if word == "null" { Rc::new(Value::Null) } else { Value::literal(word, place) })
            }
        }
    }

    fn place(&self) -> Option<super::tree::Place> {
        self.parts.get(self.part.min(self.parts.len().saturating_sub(1))).and_then(|part| if let Value::Leaf(_, place) = &**part { *place } else { None })
    }

    fn object(&mut self, depth: u8) -> Option<Shared> {
        self.take('{')?;
        let mut fields = BTreeMap::new();
        self.space();
        if self.letter() == Some('}') {
            self.at += 1;
            return Some(Rc::new(Value::Map(fields)));
        }
        loop {
            self.space();
            let key = self.string()?;
            self.take(':')?;
            let value = self.value(depth + 1)?;
            fields.insert(key.as_literal().unwrap_or("*").to_owned(), value);
            self.space();
            match self.letter()? {
                ',' => self.at += 1,
                '}' => {
                    self.at += 1;
                    return Some(Rc::new(Value::Map(fields)));
                }
                _ => return None,
            }
        }
    }

    fn array(&mut self, depth: u8) -> Option<Shared> {
        self.take('[')?;
        let mut items = Vec::new();
        self.space();
        if self.letter() == Some(']') {
            self.at += 1;
            return Some(Rc::new(Value::List(items)));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            match self.letter()? {
                ',' => self.at += 1,
                ']' => {
                    self.at += 1;
                    return Some(Rc::new(Value::List(items)));
                }
                _ => return None,
            }
        }
    }

    fn string(&mut self) -> Option<Shared> {
        self.take('"')?;
        let place = self.place();
        let (mut found, mut text) = (Vec::new(), String::new());
        loop {
            let Some(rest) = self.rest() else {
                found.push(Value::literal(std::mem::take(&mut text), place));
                found.push(self.parts.get(self.part).cloned()?);
                (self.part, self.at) = (self.part + 1, 0);
                continue;
            };
            let end = rest.find(['"', '\\']);
            text.push_str(&rest[..end.unwrap_or(rest.len())]);
            let Some(end) = end else {
                self.at += rest.len();
                continue;
            };
            self.at += end + 1;
            if rest[end..].starts_with('"') {
                found.push(Value::literal(text, place));
                found.retain(|part| !matches!(&**part, Value::Leaf(text, _) if text.as_literal() == Some("")));
                return Some(match found.len() {
                    0 => Value::literal("", place),
                    1 => found.swap_remove(0),
                    _ => joined(&found),
                });
            }
            let escaped = rest[end + 1..].chars().next()?;
            self.at += escaped.len_utf8();
            match escaped {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'u' => text.push('\u{fffd}'),
                other => text.push(other),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use threatline_facts::Text;

    fn hole(name: &str) -> Shared {
        Rc::new(Value::Leaf(Text::Name(name.to_owned()), None))
    }

    fn text(text: &str) -> Shared {
        Value::literal(text, None)
    }

    #[test]
    fn a_document_keeps_its_holes() {
        let read = read(&[text("{\"a\": [\""), hole("x"), text("/*\", true], \"b\": "), hole("y"), text(" }\n")]).map(|value| format!("{value:?}"));
        let read = read.unwrap_or_default();
        assert!(read.contains("Joined([Name(\"x\"), Literal(\"/*\")])") && read.contains("\"b\": Leaf(Name(\"y\")"), "{read}");
    }

    #[test]
    fn what_is_none_is_not_read() {
        for broken in ["{\"a\": }", "{\"a\": 1", "[\"", "{\"a\": 1} x", "[\"\\"] {
            assert!(begins(broken) && read(&[text(broken)]).is_none(), "{broken}");
        }
        assert!(!begins("#! /bin/sh") && !begins("[a]") && !begins("{x}"));
        assert!(read(&[text(&"[".repeat(100))]).is_none());
    }
}
