//! The pages beside the readers are manual, samples and tests in one.
//!
//! In every Markdown file under `src`, a fence whose info string names a file (```` ```yaml compose.yaml ````)
//! is read as that file, and the next ```` ```facts ```` fence is what it must say, one fact per line, empty
//! fields left out, places as `@line`. `UPDATE=1 cargo test -p threatline-extract --test pages` rewrites
//! the expectations; read them before you commit them.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that reads its pages")]

mod compact;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use threatline_extract::extract;
use threatline_facts::{ArtifactKind, Extracted};

#[test]
fn pages() {
    let mut pages = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut pages);
    pages.sort();
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = String::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        let rewritten = rewrite(&page, &text, &mut wrong);
        if update && rewritten != text {
            std::fs::write(&page, rewritten).unwrap();
        }
    }
    assert!(update || wrong.is_empty(), "{wrong}\nUPDATE=1 rewrites the pages");
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, pages);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
}

/// The page with what its files say now; differences go to `wrong`.
fn rewrite(page: &Path, text: &str, wrong: &mut String) -> String {
    let mut out = String::new();
    let mut file: Option<(String, String)> = None;
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            out += &format!("{line}\n");
            continue;
        };
        let ticks = "```".to_owned() + &"`".repeat(info.chars().take_while(|letter| *letter == '`').count());
        let info = info.trim_start_matches('`');
        let mut body = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| *line != ticks) {
            body += line;
            body.push('\n');
        }
        let mut words = info.split_whitespace();
        let language = words.next();
        if let Some(name) = words.next() {
            file = Some((name.to_owned(), body.clone()));
        } else if language == Some("facts") {
            let place = format!("{}:{}", page.display(), number + 1);
            let (name, content) = file.take().unwrap_or_else(|| panic!("{place}: no file before it"));
            let says = say(&name, &content);
            if says != body {
                writeln!(wrong, "{place}: {name} should say\n{body}but says\n{says}").unwrap();
            }
            body = says;
        }
        out += &format!("{line}\n{body}{ticks}\n");
    }
    out
}

fn say(name: &str, content: &str) -> String {
    let kind = ArtifactKind::of(name.rsplit('/').next().unwrap()).unwrap_or_else(|| panic!("{name} is not read"));
    show(&extract(kind, content.as_bytes()))
}

fn show(extracted: &Extracted) -> String {
    let place = |mark: usize| {
        let anchor = extracted.anchors[mark];
        if anchor.line == anchor.end_line { format!("@{}", anchor.line) } else { format!("@{}-{}", anchor.line, anchor.end_line) }
    };
    let mut out = String::new();
    for fact in &extracted.facts.facts {
        out += &compact::show(&format!("{fact:?}"), &place);
    }
    for gap in &extracted.facts.gaps {
        let at = gap.mark.map(|mark| " ".to_owned() + &place(mark.0 as usize)).unwrap_or_default();
        out += &format!("gap: {}{}{at}\n", gap.reason, if gap.whole { " (whole)" } else { "" });
    }
    if out.is_empty() { "nothing\n".to_owned() } else { out }
}
