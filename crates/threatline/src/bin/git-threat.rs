//! `git threat …`: the same program under the name that git looks for.

/// Facts are many small values: with the system's allocator a cold scan takes an eighth longer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    threatline::run(std::env::args_os())
}
