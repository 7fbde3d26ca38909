//! What a location matches, as a path with `*` for what varies.

/// Paths that one pattern stands for.
const MANY: usize = 16;

/// How a location compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Matching {
    /// By the beginning.
    Plain,
    /// As a whole.
    Exact,
    /// By a regular expression.
    Pattern,
}

/// The modifier and the text of a `location`; none for one with a name, that only other locations go to.
pub(super) fn split(words: &[String]) -> Option<(Matching, &str)> {
    let (modifier, text) = match words {
        [modifier, text] => (modifier.as_str(), text.as_str()),
        [glued] => {
            let modifier = ["~*", "~", "^~", "="].into_iter().find(|modifier| glued.starts_with(modifier)).unwrap_or_default();
            (modifier, &glued[modifier.len()..])
        }
        _ => return None,
    };
    let matching = match modifier {
        "=" => Matching::Exact,
        modifier if modifier.starts_with('~') => Matching::Pattern,
        _ => Matching::Plain,
    };
    (!text.starts_with('@') && !text.is_empty()).then_some((matching, text))
}

/// The paths that a regular expression matches, as far as they begin with something known. One that only tells an
/// ending is none: it picks files out, wherever they lie.
pub(in crate::infra) fn paths(pattern: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in parts(pattern) {
        let Some(rest) = part.strip_prefix('^').or_else(|| part.starts_with('/').then_some(part)) else { continue };
        found.extend(spelled(rest).into_iter().filter(|path| path.starts_with('/')));
        found.truncate(MANY);
    }
    found.sort();
    found.dedup();
    found
}

/// A pattern cut at the bars that stand in no bracket.
fn parts(pattern: &str) -> Vec<&str> {
    let (mut depth, mut start, mut escaped, mut out) = (0_usize, 0, false, Vec::new());
    for (at, letter) in pattern.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                out.push(&pattern[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(&pattern[start..]);
    out
}

/// `/(a|b)/.*` as `/a/*` and `/b/*`; what is no letter and no choice of words varies.
fn spelled(pattern: &str) -> Vec<String> {
    let mut done: Vec<String> = vec![String::new()];
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        let inner;
        let (varies, words, length) = match letter {
            '$' | '^' | ')' | ']' => (false, vec![""], 1),
            '\\' => {
                let escaped = rest[1..].chars().next().unwrap_or('\\');
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                if escaped.is_ascii_alphanumeric() { (true, Vec::new(), length) } else { (false, vec![&rest[1..length]], length) }
            }
            '.' => (true, Vec::new(), 1),
            '[' => (true, Vec::new(), rest.find(']').map_or(rest.len(), |end| end + 1)),
            '(' => {
                let length = group(rest);
                inner = without_looks(rest[1..length].strip_suffix(')').unwrap_or(&rest[1..length]));
                let inside = inner.trim_start_matches("?:");
                let plain = inside.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '|' | '/' | '-' | '_' | '$'));
                let words: Vec<&str> = inside.split('|').map(|word| word.trim_end_matches('$')).collect();
                (!plain || words.len() * done.len() > MANY, words, length)
            }
            letter => (false, vec![&rest[..letter.len_utf8()]], letter.len_utf8()),
        };
        rest = &rest[length..];
        let repeated = rest.starts_with(['*', '+', '{']);
        let optional = rest.starts_with('?');
        if repeated || optional {
            let length = if rest.starts_with('{') { rest.find('}').map_or(rest.len(), |end| end + 1) } else { 1 };
            rest = rest[length..].trim_start_matches(['?', '+']);
        }
        if varies || repeated {
            done.iter_mut().filter(|path| !path.ends_with('*')).for_each(|path| path.push('*'));
        } else if !optional {
            done = done.iter().flat_map(|before| words.iter().map(move |word| format!("{before}{word}"))).collect();
        }
    }
    done
}

/// A group's text without what only looks ahead.
fn without_looks(text: &str) -> String {
    let mut out = text.to_owned();
    for _ in 0..MANY {
        let Some(at) = out.find("(?!").or_else(|| out.find("(?=")) else { break };
        let length = group(&out[at..]);
        out.replace_range(at..at + length, "");
    }
    out
}

/// Bytes of the group that a text begins with.
fn group(text: &str) -> usize {
    let (mut depth, mut escaped) = (0_usize, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}
