//! `demo`: the example's history, commit by commit, and what each did to the attack surface.

use crate::tools::{self, Done, output, root};
use std::path::Path;

/// Replays `examples/shop.history` into a new repository and prints the delta of every commit.
pub(crate) fn run_in(folder: &Path) -> Result<Vec<(String, String)>, String> {
    let program = build()?;
    output(folder, "git", &["init", "-q", "-b", "main", "."])?;
    let mut told = Vec::new();
    for patch in patches()? {
        let patch = root().join("examples/shop.history").join(patch);
        let path = patch.to_string_lossy().into_owned();
        output(
            folder,
            "git",
            &["-c", "user.name=Shop", "-c", "user.email=shop@example.com", "-c", "commit.gpgsign=false", "am", "-q", "--committer-date-is-author-date", &path],
        )?;
        let title = output(folder, "git", &["log", "-1", "--format=%s"])?;
        let parents = output(folder, "git", &["rev-list", "--count", "HEAD"])?;
        let base = if parents.trim() == "1" { "4b825dc642cb6eb9a060e54bf8d69288fbee4904" } else { "HEAD~1" };
        let delta = output(folder, &program, &["diff", base, "HEAD", "--color", "never"])?;
        told.push((title.trim().to_owned(), delta));
    }
    Ok(told)
}

/// `cargo xtask demo`.
pub(crate) fn run() -> Done {
    let folder = std::env::temp_dir().join(format!("threatline-demo-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let told = run_in(&folder);
    let _ = std::fs::remove_dir_all(&folder);
    for (title, delta) in told? {
        println!("── {title}\n");
        println!("{}\n", if delta.trim().is_empty() { "  nothing changed in the design" } else { delta.trim_end() });
    }
    Ok(())
}

fn patches() -> Result<Vec<String>, String> {
    let folder = root().join("examples/shop.history");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|name| name.ends_with(".patch")).collect();
    names.sort();
    Ok(names)
}

fn build() -> Result<String, String> {
    tools::run(&root(), "cargo", &["build", "--quiet", "--release", "--package", "threatline"])?;
    let name = format!("threatline{}", std::env::consts::EXE_SUFFIX);
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    Ok(target.join("release").join(name).to_string_lossy().into_owned())
}
