//! Strings, characters and numbers.

use super::Lowering;
use tree_sitter::Node;

impl Lowering<'_> {
    /// A string or character literal's value.
    pub(super) fn string(&self, node: Node) -> String {
        let text = self.text(node);
        let inner = text.trim_start_matches(['b', 'c']);
        if node.kind() == "raw_string_literal" {
            let inner = inner.trim_start_matches('r').trim_matches('#');
            return inner.strip_prefix('"').unwrap_or(inner).strip_suffix('"').unwrap_or(inner).to_owned();
        }
        let quote = if node.kind() == "char_literal" { '\'' } else { '"' };
        let inner = inner.strip_prefix(quote).unwrap_or(inner);
        unescape(inner.strip_suffix(quote).unwrap_or(inner))
    }
}

/// A number without separators and its type's name.
pub(super) fn number(text: &str) -> String {
    let text = text.replace('_', "");
    let is_decimal = !["0x", "0b", "0o"].iter().any(|prefix| text.starts_with(prefix));
    match text.find(['u', 'i', 'f']).filter(|_| is_decimal) {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('0') => out.push('\0'),
            Some('\n') => while letters.next_if(|next| next.is_whitespace()).is_some() {},
            Some('x') => {
                let code: String = letters.by_ref().take(2).collect();
                out.extend(letter_of(&code));
            }
            Some('u') => {
                let code: String = letters.by_ref().take_while(|next| *next != '}').filter(|next| *next != '{').collect();
                out.extend(letter_of(&code));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

fn letter_of(code: &str) -> Option<char> {
    u32::from_str_radix(code, 16).ok().and_then(char::from_u32)
}
