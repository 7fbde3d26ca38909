//! `git threat …`: the same program under the name that git looks for.

/// Facts are many small values: the allocator is a third of a cold scan.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    threatline::run(std::env::args_os())
}
