//! Pub: `pubspec.yaml`, read line by line: its sections are what counts.

use super::draft::Draft;
use threatline_facts::{Ecosystem, Extracted};

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut draft = Draft::new(Ecosystem::Pub);
    let (mut section, mut last): (&str, Option<String>) = ("", None);
    for (at, line) in text.lines().enumerate() {
        let number = u32::try_from(at).unwrap_or(u32::MAX - 1) + 1;
        let line = line.split_once(" #").map_or(line, |(before, _)| before).trim_end();
        let inner = line.trim_start();
        if inner.is_empty() || inner.starts_with('#') {
            continue;
        }
        let depth = line.len() - inner.len();
        let (key, value) = inner.split_once(':').unwrap_or((inner, ""));
        let (key, value) = (key.trim(), value.trim().trim_matches(['"', '\'']));
        match (depth, section) {
            (0, _) => {
                section = key;
                if key == "name" && !value.is_empty() {
                    draft.name = Some((value.to_owned(), number));
                }
            }
            // what a package says of its own stands deeper
            (1..=2, "dependencies" | "dev_dependencies") => {
                draft.depend(key, number, section == "dev_dependencies");
                last = Some(key.to_owned());
            }
            (3.., "dependencies" | "dev_dependencies") if key == "path" && !value.is_empty() => {
                if let Some(name) = &last {
                    draft.sibling(name, value);
                }
            }
            (1..=2, "executables") => draft.runs = Some(true),
            (_, "workspace") => {
                if let Some(folder) = inner.strip_prefix("- ") {
                    draft.member(folder.trim().trim_matches(['"', '\'']));
                }
            }
            _ => {}
        }
    }
    draft.finish()
}
