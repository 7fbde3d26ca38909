//! Fingerprints of the code that makes the remembered results.
//!
//! A record of the memo store is only as good as the code that wrote it. Version numbers that people
//! raise by hand are forgotten; so the sources themselves are hashed, once for what reads artifacts and
//! once for all that follows. Outside the workspace only the version is known.

#![allow(clippy::disallowed_methods, reason = "it reads the sources of the program, nothing of a project")]

use std::path::{Path, PathBuf};

fn main() {
    // asked when it runs: a script that was built in another checkout would watch that one
    let crates = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("..");
    let reading = ["threatline-facts", "threatline-knowledge", "threatline-extract"];
    let thinking = ["threatline-model", "threatline-link", "threatline-threats", "threatline-risk"];
    let mut hash = Fnv(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
    hash.add(env!("CARGO_PKG_VERSION").as_bytes());
    hash.file(&crates.join("../Cargo.lock"));
    hash.folder(&crates.join("threatline-engine/src"));
    reading.iter().for_each(|name| hash.folder(&crates.join(name)));
    println!("cargo::rustc-env=THREATLINE_READING={:032x}", hash.0);
    thinking.iter().for_each(|name| hash.folder(&crates.join(name)));
    println!("cargo::rustc-env=THREATLINE_THINKING={:032x}", hash.0);
}

/// FNV-1a over 128 bits: stable, and enough to tell sources apart.
struct Fnv(u128);

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }

    fn file(&mut self, path: &Path) {
        if let Ok(bytes) = std::fs::read(path) {
            println!("cargo::rerun-if-changed={}", path.display());
            self.add(&bytes);
            self.add(&[0]);
        }
    }

    fn folder(&mut self, path: &Path) {
        let Ok(entries) = std::fs::read_dir(path) else { return };
        println!("cargo::rerun-if-changed={}", path.display());
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() { self.folder(&path) } else { self.file(&path) }
        }
    }
}
