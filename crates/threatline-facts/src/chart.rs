//! What the files of a Helm chart say, before anybody knows them all.
//!
//! A template means nothing without values, which stand in another file. So it is kept as text, line by
//! line, and completed when all files of its chart are at hand.

use crate::Mark;
use serde::{Deserialize, Serialize};

/// A `Chart.yaml`, or the `requirements.yaml` beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Chart {
    /// Its name; none in a `requirements.yaml`.
    pub name: Option<String>,
    /// `appVersion`, which templates use as a tag.
    pub app_version: Option<String>,
    /// `type: library`: it only lends helpers.
    pub library: bool,
    /// What it brings with it, in the order written.
    pub dependencies: Vec<ChartDependency>,
    /// Where.
    pub mark: Mark,
}

/// A chart that another one brings with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChartDependency {
    /// The name of the chart.
    pub name: String,
    /// What it is called here.
    pub alias: Option<String>,
    /// Where it comes from: an address, `file://../path`, `oci://…`.
    pub repository: Option<String>,
    /// Paths of values of which the first that is there decides, parted by commas.
    pub condition: Option<String>,
    /// Where.
    pub mark: Mark,
}

/// A file of values as compact JSON, secrets hidden.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChartValues {
    /// A mapping.
    pub json: String,
}

/// A template: a manifest with actions in it, or a file of helpers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChartTemplate {
    /// Its lines without comments and empty ones, secrets hidden; the mark of each is its number.
    pub lines: Vec<String>,
}

/// A file beside the templates of a chart that one of them takes in (`.Files.Get`), secrets hidden.
///
/// It has no mark: what stands in it is shown where it is taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChartFile {
    /// Its text.
    pub text: String,
}

/// A chart that somebody installs: a release of helmfile or Skaffold, an application of Argo CD, a
/// release of Flux.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChartRelease {
    /// Its name, if one is written that no template makes.
    pub name: Option<String>,
    /// Folder of the chart, relative to the file (or to the repository: `from_root`), or `repository/name`.
    pub chart: String,
    /// The folder is one of the repository.
    pub from_root: bool,
    /// The namespace it goes to.
    pub namespace: Option<String>,
    /// Files of values, relative to the chart's folder or to this file.
    pub files: Vec<String>,
    /// Values that are written here, as compact JSON.
    pub json: Option<String>,
    /// Where.
    pub mark: Mark,
}
