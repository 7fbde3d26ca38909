//! The threat model of a repository, kept alive in git.
//!
//! The program is one call of [`run`]; people's own maintenance tools can call it too.

#![allow(clippy::disallowed_methods, reason = "the outermost crate: here files, clock and environment come in")]

mod args;
mod commands;
mod failure;
mod opened;
mod output;
mod places;
mod policy;
mod stopwatch;

use args::{Arguments, Command};
use commands as run_command;
use failure::Failure;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with these words, the first of which is its name. Returns 0 done, 1 the gate was
/// hit, 2 usage, configuration or input error, 3 internal error.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::of(words) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    failure::install(arguments.common.color);
    match dispatch(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn takes_focus(command: Option<&Command>) -> bool {
    matches!(command, None | Some(Command::Scan(_) | Command::Diff(_) | Command::Show { .. } | Command::Export { .. }))
}

fn dispatch(arguments: Arguments) -> Result<(), Failure> {
    let common = &arguments.common;
    if common.focus.is_some() && !takes_focus(arguments.command.as_ref()) {
        // an option that is taken and ignored would widen what is shown without a word
        return Err(Failure::mistake("--focus has no meaning here", Some("it limits what scan, diff, show and export print, and their gate")));
    }
    match arguments.command {
        None => run_command::scan::run(common, &arguments.scan).map_err(Failure::or_a_command),
        Some(Command::Scan(scan)) => run_command::scan::run(common, &scan),
        Some(Command::Diff(diff)) => run_command::diff::run(common, &diff),
        Some(Command::Show { id, revision }) => run_command::show::show(common, &id, revision.as_deref()),
        Some(Command::Explain { id, revision }) => run_command::show::explain(common, &id, revision.as_deref()),
        Some(Command::Accept(decide)) => run_command::decide::run(common, &decide, "accept"),
        Some(Command::Mitigate(decide)) => run_command::decide::run(common, &decide, "mitigate"),
        Some(Command::Dismiss(decide)) => run_command::decide::run(common, &decide, "dismiss"),
        Some(Command::Reopen(decide)) => run_command::decide::reopen(common, &decide),
        Some(Command::Export { format, revision, output, include_decided }) => {
            run_command::export::run(common, format, revision.as_deref(), output.as_deref(), include_decided)
        }
        Some(Command::Hook { command }) => run_command::hook::run(common, &command),
        Some(Command::Notes { command }) => run_command::notes::run(common, &command),
        Some(Command::Extract { root, files, output, packs, depfile, repository }) => {
            let read = run_command::build::Read { root: &root, repository: repository.as_deref(), packs: packs.as_deref(), depfile: depfile.as_deref() };
            run_command::build::extract(common, &files, &output, &read)
        }
        Some(Command::Link { shards, output, config, decisions, packs, tree, commit }) => {
            let given = run_command::build::Given {
                config: config.as_deref(),
                decisions: decisions.as_deref(),
                packs: packs.as_deref(),
                tree: tree.as_deref(),
                commit: commit.as_deref(),
            };
            run_command::build::link(common, &shards, &output, &given)
        }
        Some(Command::Init) => run_command::init::run(common),
        Some(Command::Rules { id }) => run_command::rules::run(id.as_deref()),
        Some(Command::Packs { command }) => run_command::packs::run(common, command.as_ref()),
        Some(Command::Completions { shell }) => run_command::init::completions(shell),
    }
}
