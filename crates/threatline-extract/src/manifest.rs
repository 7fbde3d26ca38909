//! Dependency manifests: one file per ecosystem.
//!
//! A manifest tells what a package is called, what it depends on, where its siblings lie and whether
//! it makes a program. What a manifest computes (a Gradle script, a `setup.py`) is read only as far as
//! it stands there in letters; nothing is ever run.

pub mod cargo;
pub mod codeowners;
pub mod composer;
mod draft;
pub mod go;
pub mod gradle;
pub mod hex;
pub mod maven;
pub mod npm;
pub mod nuget;
pub mod r#pub;
pub mod python;
pub mod rubygems;
pub mod sbt;
pub mod swift;
pub(crate) mod tables;
pub(crate) mod xml;

use crate::node::Node;
use threatline_facts::{Ecosystem, Extracted};

/// Reads one manifest.
pub fn read(ecosystem: Ecosystem, text: &str) -> Extracted {
    match ecosystem {
        Ecosystem::Cargo => cargo::read(text),
        Ecosystem::Go => go::read(text),
        Ecosystem::Gradle => gradle::read(text),
        Ecosystem::Hex => hex::read(text),
        Ecosystem::Maven => maven::read(text),
        Ecosystem::Npm => npm::read(text),
        Ecosystem::Nuget => nuget::read(text),
        Ecosystem::Packagist => composer::read(text),
        Ecosystem::Python => python::read(text),
        Ecosystem::Rubygems => rubygems::read(text),
        Ecosystem::Pub => r#pub::read(text),
        Ecosystem::Sbt => sbt::read(text),
        Ecosystem::Swiftpm => swift::read(text),
    }
}

/// Reads YAML or JSON documents if they are a manifest; says whether they were.
pub fn read_documents(documents: &[Node], out: &mut Extracted) -> bool {
    match documents {
        [document] if npm::is_workspace(document) => {
            npm::read_workspace(document, out);
            true
        }
        _ => false,
    }
}
