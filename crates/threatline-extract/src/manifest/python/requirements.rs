//! Lists of requirements, as pip reads them.

use super::requirement_name;
use crate::manifest::draft::Draft;
use threatline_facts::{Ecosystem, Extracted};

/// Reads one list.
pub(super) fn read(text: &str) -> Extracted {
    let mut draft = Draft::new(Ecosystem::Python);
    let mut whole = String::new();
    let mut first = 1;
    for (number, line) in (1u32..).zip(text.lines()) {
        if whole.is_empty() {
            first = number;
        }
        match line.strip_suffix('\\') {
            Some(part) => {
                whole.push_str(part);
                whole.push(' ');
            }
            None => {
                whole.push_str(line);
                requirement(&mut draft, uncommented(&whole), first);
                whole.clear();
            }
        }
    }
    requirement(&mut draft, uncommented(&whole), first);
    draft.finish()
}

/// A comment begins with `#` at the front or after a space.
fn uncommented(line: &str) -> &str {
    let comment = line.char_indices().find(|(at, letter)| *letter == '#' && line[..*at].chars().next_back().is_none_or(char::is_whitespace));
    comment.map_or(line, |(at, _)| &line[..at]).trim()
}

fn requirement(draft: &mut Draft, line: &str, number: u32) {
    let editable = ["-e ", "--editable ", "--editable="].iter().find_map(|option| line.strip_prefix(option));
    let wanted = editable.unwrap_or(line).trim();
    if wanted.is_empty() || wanted.starts_with('-') {
        return;
    }
    if let Some((_, egg)) = wanted.split_once("#egg=") {
        draft.depend(requirement_name(egg).unwrap_or_default(), number, false);
    } else if let Some(name) = requirement_name(wanted.split(" --").next().unwrap_or(wanted)).filter(|_| editable.is_none() && wanted != ".") {
        draft.depend(name, number, false);
        if let Some((_, path)) = wanted.split_once("file:").filter(|(_, path)| path.starts_with('.')) {
            draft.sibling(name, path);
        }
    } else if !wanted.contains("://") {
        let path = wanted.split([';', '[']).next().unwrap_or(wanted).trim();
        let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
        draft.sibling(name, path);
    } else {
        draft.gap(number, "a requirement without a name");
    }
}
