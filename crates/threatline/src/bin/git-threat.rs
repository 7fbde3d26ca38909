//! `git threat …`: the same program under the name that git looks for.

fn main() -> std::process::ExitCode {
    threatline::run(std::env::args_os())
}
