//! The program.

fn main() -> std::process::ExitCode {
    threatline::run(std::env::args_os())
}
