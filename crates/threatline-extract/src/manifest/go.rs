//! Go: `go.mod` and `go.work`.
//!
//! Both are lines of `verb argument…`, or a verb with a block of arguments in parentheses. What is
//! marked `// indirect` is used by dependencies and not by the module itself, so it is left out.

use super::draft::Draft;
use threatline_facts::{Ecosystem, Extracted};

/// Reads one `go.mod` or `go.work`.
pub fn read(text: &str) -> Extracted {
    let mut draft = Draft::new(Ecosystem::Go);
    let mut block: Option<&str> = None;
    for (number, line) in (1u32..).zip(text.lines()) {
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        let indirect = comment.trim_start().starts_with("indirect");
        let words: Vec<&str> = code.split_whitespace().collect();
        match (block, words.as_slice()) {
            (_, []) => {}
            (Some(_), [")"]) => block = None,
            (Some(verb), words) => statement(&mut draft, verb, words, number, indirect),
            (None, [verb, "("]) => block = Some(verb),
            (None, [verb, words @ ..]) => match verb.strip_suffix('(') {
                Some(verb) if words.is_empty() => block = Some(verb),
                _ => statement(&mut draft, verb, words, number, indirect),
            },
        }
    }
    draft.finish()
}

fn statement(draft: &mut Draft, verb: &str, words: &[&str], line: u32, indirect: bool) {
    let Some(first) = words.first().map(|word| unquote(word)) else { return };
    match verb {
        "module" => draft.name = Some((first.to_owned(), line)),
        "require" if !indirect => draft.depend(first, line, false),
        "use" => draft.member(first),
        "replace" => {
            let target = words.iter().skip_while(|word| **word != "=>").nth(1).map(|word| unquote(word));
            if let Some(path) = target.filter(|path| path.starts_with('.')) {
                draft.sibling(first, path);
            }
        }
        _ => {}
    }
}

fn unquote(word: &str) -> &str {
    word.trim_matches(['"', '`'])
}
