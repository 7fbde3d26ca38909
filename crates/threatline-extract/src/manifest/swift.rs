//! Swift packages: `Package.swift`.
//!
//! A program; only what stands there in letters counts: the package's name, repositories and folders that it depends on,
//! and whether one of its targets makes a program.

use super::draft::Draft;
use threatline_facts::{Ecosystem, Extracted};

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let mut draft = Draft::new(Ecosystem::Swiftpm);
    for (at, line) in text.lines().enumerate() {
        let number = u32::try_from(at).unwrap_or(u32::MAX - 1) + 1;
        let line = line.split_once("// ").map_or(line, |(before, _)| before);
        if draft.name.is_none()
            && !line.trim_start().starts_with('.')
            && let Some(name) = after(line, "name:")
        {
            draft.name = Some((name.to_owned(), number));
        }
        if line.contains(".package(") || line.trim_start().starts_with("url:") {
            if let Some(url) = after(line, "url:") {
                let name = url.trim_end_matches('/').trim_end_matches(".git");
                draft.depend(name.rsplit(['/', ':']).next().unwrap_or(name), number, false);
            }
            if let Some(path) = after(line, "path:") {
                let name = path.rsplit('/').next().unwrap_or(path);
                draft.depend(name, number, false);
                draft.sibling(name, path);
            }
        }
        if line.contains(".executableTarget(") || line.contains(".executable(") {
            draft.runs = Some(true);
        }
    }
    draft.finish()
}

/// The text behind a label.
fn after<'l>(line: &'l str, label: &str) -> Option<&'l str> {
    let (_, rest) = line.split_once(label)?;
    rest.trim_start().strip_prefix('"')?.split_once('"').map(|(inner, _)| inner)
}
