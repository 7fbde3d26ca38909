//! `setup.cfg`: sections of `key = value`, where a value goes on in indented lines.

use super::{is_development_group, requirement_name};
use crate::manifest::draft::Draft;
use threatline_facts::{Ecosystem, Extracted};

/// Reads one file.
pub(super) fn read(text: &str) -> Extracted {
    let mut draft = Draft::new(Ecosystem::Python);
    let (mut section, mut key) = (String::new(), String::new());
    for (number, line) in (1u32..).zip(text.lines()) {
        let words = line.trim();
        if words.is_empty() || words.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            section = name.split(']').next().unwrap_or_default().trim().to_owned();
            key.clear();
        } else if line.starts_with(char::is_whitespace) {
            value(&mut draft, &section, &key, words, number);
        } else if let Some((name, rest)) = line.split_once('=') {
            key = name.trim().to_owned();
            value(&mut draft, &section, &key, rest.trim(), number);
        }
    }
    draft.finish()
}

fn value(draft: &mut Draft, section: &str, key: &str, text: &str, line: u32) {
    let development = match (section, key) {
        _ if text.is_empty() => return,
        ("metadata", "name") => {
            draft.name = Some((text.to_owned(), line));
            return;
        }
        ("options.entry_points", "console_scripts" | "gui_scripts") => {
            draft.runs = Some(true);
            return;
        }
        ("options", "install_requires") => false,
        ("options", "tests_require" | "setup_requires") => true,
        ("options.extras_require", group) => is_development_group(group),
        _ => return,
    };
    // A marker behind `;` may hold anything; a comment may follow.
    let requirement = text.split(" #").next().unwrap_or(text);
    draft.depend(requirement_name(requirement).unwrap_or_default(), line, development);
}
