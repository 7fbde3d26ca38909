//! The maintainers' tool.
//!
//! `cargo xtask check` is what a change must pass, `cargo xtask test` what CI runs; the others are what one needs to add
//! things or to show them.

#![allow(clippy::disallowed_methods, reason = "a maintenance tool reads files")]

mod check;
mod demo;
mod new;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  check                               format, clippy, tests, layering, forgotten files, paths in documents, licences
  test [ARGS…]                        says what the tests need and is missing, then runs them
  frameworks [--scores TSV] [--write] the table of frameworks in CONTRIBUTING.md, with figures of any scorer
  demo                                replays the history of examples/shop and shows what each commit did
  new pack|reader|rule|format NAME    writes the skeleton of an addition
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["check"] => check::all(),
        ["test", arguments @ ..] => check::test(arguments),
        ["frameworks", arguments @ ..] => check::frameworks(arguments),
        ["demo"] => demo::run(),
        ["new", kind, name] => new::write(&tools::root(), kind, name),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown command: {}\n\n{HELP}", words.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
