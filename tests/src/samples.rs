//! Files to read: what stands on the pages, in the examples and in the tests.

use std::path::{Path, PathBuf};
use threatline_facts::{ArtifactKind, Language};

/// A file of which the name says what it is.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its name, and where that is known its path.
    pub name: String,
    /// What it is read as.
    pub kind: ArtifactKind,
    /// What it holds.
    pub text: String,
}

impl Sample {
    /// The language, if it is source.
    pub fn language(&self) -> Option<Language> {
        match self.kind {
            ArtifactKind::Source(language) => Some(language),
            _ => None,
        }
    }
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// All files of a folder and below it, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The fences of all pages that name a file, all files of the examples and of `tests/samples`, and the programs that tests of linking are
/// about, which between them know every pack.
pub fn all() -> Vec<Sample> {
    let mut out = Vec::new();
    for folder in ["crates/threatline-extract/src", "crates/threatline-knowledge/packs"] {
        for text in texts(folder, ".md") {
            out.extend(fences(&text.1));
        }
    }
    for folder in ["examples/shop", "tests/samples"] {
        for (path, text) in texts(folder, "") {
            out.extend(sample(&path, &text));
        }
    }
    for text in texts("crates/threatline-link/tests", ".rs") {
        out.extend(programs(&text.1));
    }
    out
}

fn texts(folder: &str, end: &str) -> Vec<(String, String)> {
    let path = |path: &Path| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    let all = files(&root().join(folder)).into_iter().filter_map(|file| Some((path(&file), std::fs::read_to_string(file).ok()?)));
    all.filter(|(path, _)| path.ends_with(end)).collect()
}

fn sample(name: &str, text: &str) -> Option<Sample> {
    let kind = ArtifactKind::of(name.rsplit('/').next().unwrap())?;
    Some(Sample { name: name.to_owned(), kind, text: text.to_owned() })
}

/// What stands in the fences of a page whose info string names a file.
fn fences(page: &str) -> Vec<Sample> {
    let mut out = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        if ticks >= 3 {
            let end = &line[..ticks];
            let body: String = lines.by_ref().take_while(|line| *line != end).map(|line| line.to_owned() + "\n").collect();
            out.extend(line.split_whitespace().nth(1).and_then(|name| sample(name, &body)));
        }
    }
    out
}

/// The pairs `("name.go", r#"text"#)` of a file of tests.
fn programs(test: &str) -> Vec<Sample> {
    let pieces: Vec<&str> = test.split("r#\"").collect();
    let name = |before: &str| Some(before.trim_end().strip_suffix(',')?.strip_suffix('"')?.rsplit('"').next()?.to_owned());
    pieces.windows(2).filter_map(|pair| sample(&name(pair[0])?, pair[1].split("\"#").next()?)).collect()
}
