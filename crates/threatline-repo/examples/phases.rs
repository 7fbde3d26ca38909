//! Times the phases of a scan or a hook in some repository:
//! `cargo run --release -p threatline-repo --example phases -- scan|worktree|hook DIR`
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a measuring tool")]

use std::path::Path;
use std::time::Instant;
use threatline_engine::Compaction;
use threatline_repo::{OpenOptions, Workspace};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let what = arguments.get(1).map_or("hook", String::as_str);
    let folder = arguments.get(2).map_or(".", String::as_str);
    let begin = Instant::now();
    let mut last = begin;
    let mut tell = |phase: &str| {
        let now = Instant::now();
        eprintln!("{phase:>10} {:>8.2} ms", (now - last).as_secs_f64() * 1e3);
        last = now;
    };
    let workspace = Workspace::open(Path::new(folder), &OpenOptions::default()).unwrap();
    let mut session = workspace.session(None);
    tell("open");
    match what {
        "scan" | "worktree" => {
            let revision = if what == "scan" { workspace.revision("HEAD") } else { workspace.worktree() }.unwrap();
            tell("revision");
            let scan = session.scan(&revision).unwrap();
            tell("scan");
            eprintln!("{} artifacts, {} components, {}", scan.coverage.artifacts, scan.model.components.len(), scan.said);
        }
        _ => {
            let head = workspace.revision("HEAD").unwrap();
            let base = workspace.parent(&head).unwrap().unwrap();
            tell("revisions");
            let after = session.summary(&head).unwrap();
            tell("head");
            let before = session.summary(&base).unwrap();
            tell("base");
            eprintln!("{} -> {}", before.posture.risk, after.posture.risk);
        }
    }
    session.flush(Compaction::Small).unwrap();
    tell("flush");
    eprintln!("{:>10} {:>8.2} ms", "all", begin.elapsed().as_secs_f64() * 1e3);
    std::process::exit(0);
}
