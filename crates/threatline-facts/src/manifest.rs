//! What dependency manifests, workspace files and CODEOWNERS say.

use crate::{Ecosystem, Mark};
use serde::{Deserialize, Serialize};

/// One thing that a manifest says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant carries the documented struct of its name")]
pub enum ManifestFact {
    Package(Package),
    Owners(Owners),
}

/// A package manifest.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Package {
    /// Whose.
    pub ecosystem: Ecosystem,
    /// `name`, `artifactId`, module path, assembly; with the group for Maven (`group:artifact`).
    pub name: Option<String>,
    /// What it depends on.
    pub dependencies: Vec<Dependency>,
    /// Folders of members, relative: npm workspaces, Maven modules, Gradle includes, Cargo members,
    /// go.work uses. Globs stay globs.
    pub members: Vec<String>,
    /// It makes a program: npm `bin` or a start script, Cargo `[[bin]]`, `OutputType Exe`, a Spring
    /// Boot plugin; none when the manifest does not tell.
    pub runs: Option<bool>,
    /// Other packages of this repository by relative path: `file:`/`link:`/`workspace:` (npm), `path`
    /// (Cargo), `ProjectReference`, Go `replace`.
    pub local: Vec<(String, String)>,
    /// Entry file for those that import it: npm `main`/`module`/`exports["."]`.
    pub main: Option<String>,
    /// Name spaces (dotted, none at the end) and the folders that hold their classes, relative: composer's
    /// `autoload.psr-4`.
    pub namespaces: Vec<(String, String)>,
    /// Where.
    pub mark: Mark,
}

/// One dependency.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dependency {
    /// Its name as the ecosystem writes it.
    pub name: String,
    /// Used only to build or test.
    pub development: bool,
    /// Where.
    pub mark: Mark,
}

/// CODEOWNERS.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Owners {
    /// Pattern and owners, in order; the last match wins.
    pub rules: Vec<(String, Vec<String>, Mark)>,
}
