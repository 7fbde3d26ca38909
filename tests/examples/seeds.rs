//! Writes what fuzzing begins with: `cargo run -p threatline-tests --example seeds` fills `tests/fuzz/corpus`.

#![allow(clippy::disallowed_methods, reason = "a tool for maintainers")]

use threatline_tests::{foreign, samples};

fn main() -> std::io::Result<()> {
    for (name, _) in foreign::READERS {
        let folder = samples::root().join("tests/fuzz/corpus").join(name);
        std::fs::create_dir_all(&folder)?;
        for (number, sample) in foreign::samples(name).iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), sample)?;
        }
    }
    Ok(())
}
