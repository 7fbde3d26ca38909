//! The table of frameworks: printed, or written into CONTRIBUTING.md.
//!
//! `cargo xtask frameworks [--scores FILE.tsv] [--write | --check]`

#![allow(clippy::disallowed_methods, reason = "a tool for maintainers")]

use std::process::ExitCode;
use threatline_tests::frameworks::{read_scores, scores_in, table, with_table};
use threatline_tests::samples::root;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("frameworks: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<(), String> {
    let path = root().join("CONTRIBUTING.md");
    let document = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let mut scores = scores_in(&document);
    let (mut write, mut check) = (false, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--write" => write = true,
            "--check" => check = true,
            "--scores" => {
                let file = words.next().ok_or("--scores FILE.tsv")?;
                let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
                // a scorer that does not know a pack says nothing against its figures
                scores.extend(read_scores(&text).map_err(|error| format!("{file}: {error}"))?);
            }
            other => return Err(format!("unknown word: {other}")),
        }
    }
    let table = table(&scores);
    let written = with_table(&document, &table).ok_or("CONTRIBUTING.md has no place for the table")?;
    match (write, check) {
        (true, _) => std::fs::write(&path, written).map_err(|error| error.to_string()),
        (_, true) if written != document => Err("the table in CONTRIBUTING.md is old: cargo xtask frameworks --write".to_owned()),
        (_, true) => Ok(()),
        _ => {
            print!("{table}");
            Ok(())
        }
    }
}
