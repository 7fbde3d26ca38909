//! The program, so that tests of this package can start it: Cargo tells a test only where the programs
//! of its own package lie.

fn main() -> std::process::ExitCode {
    threatline::run(std::env::args_os())
}
