//! The table of frameworks in CONTRIBUTING.md: what packs recognise and how many samples their pages hold, and figures
//! that somebody measured.

use crate::samples::root;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use threatline_engine::{Sample, samples};
use threatline_knowledge::packs::{Family, Pack, of_family, parse};

const BEGIN: &str = "<!-- frameworks: written by `cargo xtask frameworks --write` -->\n";
const END: &str = "<!-- /frameworks -->\n";

/// Precision, recall and F1 of a framework, by folder and name of its pack (`python/flask`).
pub type Scores = BTreeMap<String, [String; 3]>;

/// The built-in packs, with their folder and the name of their file.
fn packs() -> Vec<(String, Pack)> {
    let mut out = Vec::new();
    for family in Family::ALL {
        let folder = root().join("crates/threatline-knowledge/packs").join(family.folder());
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        files.sort();
        for path in files {
            let key = format!("{}/{}", family.folder(), path.file_stem().unwrap().to_string_lossy());
            out.push((key.clone(), parse(&key, &std::fs::read_to_string(path).unwrap()).unwrap()));
        }
        assert_eq!(out.iter().filter(|(key, _)| key.starts_with(&format!("{}/", family.folder()))).count(), of_family(*family).iter().count());
    }
    out
}

fn page(key: &str) -> PathBuf {
    root().join("crates/threatline-knowledge/packs").join(format!("{key}.md"))
}

/// The pages beside the built-in packs.
pub fn pages() -> Vec<PathBuf> {
    packs().iter().map(|(key, _)| page(key)).collect()
}

/// The samples of a pack's page.
fn samples_of(key: &str) -> Vec<Sample> {
    let path = page(key);
    samples(&path.display().to_string(), &std::fs::read_to_string(&path).unwrap()).unwrap()
}

/// The table with these figures.
pub fn table(scores: &Scores) -> String {
    let mut out =
        String::from("| language | pack | recognises | samples | none | precision | recall | F1 |\n| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n");
    for (key, pack) in packs() {
        let samples = samples_of(&key);
        let negative = samples.iter().filter(|sample| sample.is_negative()).count();
        let [precision, recall, f1] = scores.get(&key).cloned().unwrap_or_default();
        let row =
            [pack.spoken().join(", "), key, pack.recognises().join(", "), (samples.len() - negative).to_string(), negative.to_string(), precision, recall, f1];
        writeln!(out, "| {} |", row.join(" | ")).unwrap();
    }
    out
}

/// Figures as any scorer prints them: framework, precision, recall, F1, with tabs between; lines that begin with `#` are
/// for people.
pub fn read_scores(text: &str) -> Result<Scores, String> {
    let known: Vec<String> = packs().into_iter().map(|(key, _)| key).collect();
    let mut out = Scores::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let place = || format!("line {}", number + 1);
        let [name, figures @ ..] = &line.split('\t').collect::<Vec<_>>()[..] else { continue };
        let [precision, recall, f1] = figures else { return Err(format!("{}: framework, precision, recall and F1, with tabs between", place())) };
        if !known.iter().any(|key| key == name) {
            return Err(format!("{}: there is no pack {name}; write it as python/flask", place()));
        }
        let figure = |text: &&str| -> Result<String, String> {
            let value: f64 = text.parse().map_err(|_| format!("{}: {text} is no number", place()))?;
            if (0.0..=1.0).contains(&value) { Ok(format!("{value:.2}")) } else { Err(format!("{}: {text} does not lie between 0 and 1", place())) }
        };
        out.insert((*name).to_owned(), [figure(precision)?, figure(recall)?, figure(f1)?]);
    }
    Ok(out)
}

/// The figures that a document holds.
pub fn scores_in(document: &str) -> Scores {
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [_, key, _, _, _, precision, recall, f1] = cells[..] else { return None };
        (key.contains('/') && !f1.is_empty()).then(|| (key.to_owned(), [precision, recall, f1].map(str::to_owned)))
    };
    between(document).map(|(from, to)| document[from..to].lines().filter_map(row).collect()).unwrap_or_default()
}

/// The document with that table.
pub fn with_table(document: &str, table: &str) -> Option<String> {
    let (from, to) = between(document)?;
    Some(format!("{}{table}{}", &document[..from], &document[to..]))
}

fn between(document: &str) -> Option<(usize, usize)> {
    let from = document.find(BEGIN)? + BEGIN.len();
    Some((from, from + document[from..].find(END)?))
}
