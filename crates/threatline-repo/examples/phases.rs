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
    let told = std::sync::Mutex::new(String::new());
    let observer = move |query: &str| {
        // The queries below one state, in the order in which they begin.
        let name = query.split(['(', '{']).next().unwrap_or_default().to_owned();
        let mut last = told.lock().unwrap();
        if *last != name && !["facts", "tree_facts", "symbols"].contains(&name.as_str()) {
            eprintln!("{:>20} {name} at {:.2} ms", "", begin.elapsed().as_secs_f64() * 1e3);
            *last = name;
        }
    };
    let mut session = workspace.session(Some(std::sync::Arc::new(observer)));
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
            eprintln!("{} -> {}, {}", before.posture.risk, after.posture.risk, after.model);
        }
    }
    session.flush(Compaction::Small).unwrap();
    tell("flush");
    eprintln!("{:>10} {:>8.2} ms", "all", begin.elapsed().as_secs_f64() * 1e3);
    std::process::exit(0);
}
