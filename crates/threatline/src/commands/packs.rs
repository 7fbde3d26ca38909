//! `packs`: what frameworks look like, the built-in packs and a project's own.

use crate::args::{Common, Packs};
use crate::failure::Failure;
use crate::opened::Opened;
use crate::output;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use threatline_engine::{PACKS_FOLDER, Shelf, samples, shelf};

/// Bytes of a page.
const MAX_PAGE_BYTES: u64 = 1 << 20;

pub(crate) fn run(common: &Common, command: Option<&Packs>) -> Result<(), Failure> {
    match command {
        None => list(common),
        Some(Packs::Check { folder, write }) => check(common, folder.as_deref(), *write),
    }
}

/// Name, language, whose it is, and what it recognises.
fn list(common: &Common) -> Result<(), Failure> {
    let opened = Opened::new(common)?;
    let own = opened.named(None).map_or_else(|_| Ok(Shelf::default()), |revision| opened.session.project(&revision).map(|project| project.packs))?;
    let packs = threatline_engine::known_packs(own);
    let widest = |of: fn(&threatline_engine::KnownPack) -> usize| packs.iter().map(of).max().unwrap_or(0);
    let (name, language) = (widest(|pack| pack.name.len()), widest(|pack| pack.languages.len()));
    let line = |pack: &threatline_engine::KnownPack| {
        let whose = if pack.built_in { "built-in" } else { "own" };
        let line = format!("{:name$}  {:language$}  {whose:8}  {}", pack.name, pack.languages, pack.recognises.join(", "));
        format!("{}\n", line.trim_end())
    };
    output::print(&packs.iter().map(line).collect::<String>())
}

/// A pack of a folder, and its page.
struct Files {
    packs: Vec<(String, String)>,
    pages: Vec<(String, PathBuf, String)>,
    without: Vec<String>,
}

/// Compiles the packs of a folder and runs the samples beside them.
fn check(common: &Common, folder: Option<&Path>, write: bool) -> Result<(), Failure> {
    let (folder, label) = match folder {
        Some(folder) => (common.directory.join(folder), folder.to_string_lossy().trim_end_matches('/').to_owned()),
        None => (Opened::new(common)?.below_top(PACKS_FOLDER)?, PACKS_FOLDER.to_owned()),
    };
    let files = read(&folder, &label)?;
    if files.packs.is_empty() {
        return Err(Failure::mistake(format!("there is no pack in {label}"), Some("a pack is a file NAME.toml, and its samples are NAME.md beside it")));
    }
    mistakes(&files)?;
    let shelf = shelf(&files.packs)?;
    let (mut right, mut wrong, mut text) = (0, 0, String::new());
    for (name, path, page) in &files.pages {
        let all = samples(name, page)?;
        let shown = all.iter().map(|sample| sample.show(shelf)).collect::<Result<Vec<String>, _>>()?;
        if write {
            let page = threatline_engine::rewritten(page, &all, &shown);
            std::fs::write(path, page).map_err(|error| Failure::mistake(format!("cannot write {}: {error}", path.display()), None))?;
        }
        if all.is_empty() {
            text += &format!("{name}: no samples\n");
        }
        for (sample, shown) in all.iter().zip(&shown) {
            let title = if sample.title.is_empty() { "sample" } else { &sample.title };
            if write || sample.expected == *shown {
                right += 1;
                text += &format!("{name}:{}: {}: {title}\n", sample.line, if write && sample.expected != *shown { "written" } else { "right" });
            } else {
                wrong += 1;
                text += &format!("{name}:{}: wrong: {title}\n{}", sample.line, difference(&sample.expected, shown));
            }
        }
    }
    files.without.iter().for_each(|name| text += &format!("{name}: no page of samples beside it\n"));
    output::print(&output::plain(&text))?;
    match wrong {
        0 => Ok(()),
        _ => Err(Failure::Gate(format!("{wrong} of {} samples show something else than their page says", right + wrong))),
    }
}

/// Every pack that cannot be read by itself is told, not the first alone.
fn mistakes(files: &Files) -> Result<(), Failure> {
    let alone = files.packs.iter().filter_map(|pack| shelf(std::slice::from_ref(pack)).err());
    let mut all: Vec<Failure> = alone.map(Failure::from).collect();
    let Some(last) = all.pop() else { return Ok(()) };
    for failure in all {
        failure.report();
    }
    Err(last)
}

/// Lines that are expected and not shown, that are shown and not expected, and that are both.
fn difference(expected: &str, shown: &str) -> String {
    let (expected, shown): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), shown.lines().collect());
    let missing = expected.iter().filter(|line| !shown.contains(line)).map(|line| format!("  - {line}\n"));
    let more = shown.iter().filter(|line| !expected.contains(line)).map(|line| format!("  + {line}\n"));
    let both = shown.iter().filter(|line| expected.contains(line)).map(|line| format!("    {line}\n"));
    let all: String = missing.chain(more).chain(both).collect();
    let reordered = !all.contains("  - ") && !all.contains("  + ");
    if reordered { format!("{all}  (in this order, each once)\n") } else { all }
}

/// The packs of a folder, named as below that label.
fn read(folder: &Path, label: &str) -> Result<Files, Failure> {
    let cannot = |path: &Path, error: std::io::Error| Failure::mistake(format!("cannot read {}: {error}", path.display()), None);
    let mut files = Files { packs: Vec::new(), pages: Vec::new(), without: Vec::new() };
    let mut paths: Vec<PathBuf> = match std::fs::read_dir(folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(cannot(folder, error)),
    };
    paths.sort();
    for path in paths.into_iter().filter(|path| path.symlink_metadata().is_ok_and(|data| data.is_file())) {
        let name = format!("{label}/{}", path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default());
        let page = path.with_extension("md");
        files.packs.push((name.clone(), text(&path).map_err(|error| cannot(&path, error))?));
        match text(&page) {
            Ok(text) => files.pages.push((name.trim_end_matches(".toml").to_owned() + ".md", page, text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => files.without.push(name),
            Err(error) => return Err(cannot(&page, error)),
        }
    }
    Ok(files)
}

fn text(path: &Path) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_PAGE_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
