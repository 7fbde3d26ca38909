//! `git threat …`: the program under the name that git looks for. It starts `threatline`, which lies beside
//! it, so that a release is linked once and not twice.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let beside = std::env::current_exe().ok().map(|own| own.with_file_name(format!("threatline{}", std::env::consts::EXE_SUFFIX)));
    let program = beside.filter(|path| path.is_file()).unwrap_or_else(|| PathBuf::from("threatline"));
    let mut command = Command::new(&program);
    command.args(std::env::args_os().skip(1));
    let error = match run(&mut command) {
        Ok(code) => return code,
        Err(error) => error,
    };
    eprintln!("git threat: {} cannot be started: {error}", program.display());
    ExitCode::from(2)
}

/// Becomes the program.
#[cfg(unix)]
fn run(command: &mut Command) -> std::io::Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec())
}

/// Runs the program and ends as it does.
#[cfg(not(unix))]
fn run(command: &mut Command) -> std::io::Result<ExitCode> {
    let status = command.status()?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(3)))
}
