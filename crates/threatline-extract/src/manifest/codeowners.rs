//! CODEOWNERS, as GitHub and GitLab read it: a pattern and its owners in a line, the last match wins.

use threatline_facts::manifest::{ManifestFact, Owners};
use threatline_facts::{Extracted, Gap};

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let mut rules = Vec::new();
    // GitLab: a section may name owners for the lines in it that name none.
    let mut defaults: Vec<String> = Vec::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        let mut words = words(line).into_iter();
        let Some(pattern) = words.next() else { continue };
        if pattern.starts_with('[') || pattern.starts_with("^[") {
            let close = line.rfind(']').map_or("", |at| &line[at + 1..]);
            defaults = close.split_whitespace().filter(|word| is_owner(word)).map(str::to_owned).collect();
            continue;
        }
        let mark = out.mark(number, number);
        let (owners, others): (Vec<String>, Vec<String>) = words.partition(|word| is_owner(word));
        if owners.is_empty() && !others.is_empty() {
            out.facts.gaps.push(Gap { mark: Some(mark), reason: "a line that names no owner".to_owned(), whole: false });
            continue;
        }
        rules.push((pattern, if owners.is_empty() { defaults.clone() } else { owners }, mark));
    }
    if !rules.is_empty() {
        out.say(ManifestFact::Owners(Owners { rules }));
    }
    out
}

/// Splits at spaces that no backslash protects, up to a comment.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut letters = line.trim().chars();
    while let Some(letter) = letters.next() {
        let word = words.last_mut().expect("there is always one word");
        match letter {
            '\\' => word.extend(letters.next()),
            '#' if word.is_empty() => break,
            letter if letter.is_whitespace() => {
                if !word.is_empty() {
                    words.push(String::new());
                }
            }
            letter => word.push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_owner(word: &str) -> bool {
    word.contains('@')
}
