//! Files whose place in the tree is their path: the part of a pack that says where they stand, how their
//! names are written and what of them answers.

use super::Selectors;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What makes a folder a project of the framework, and where its configuration tells a prefix.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct ProjectRule {
    pub configs: Vec<String>,
    pub dependencies: Vec<String>,
    pub imports: Vec<String>,
    pub base: Option<Selectors>,
}

/// How a part of a path is written in the name of a file or folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum Notation {
    #[default]
    Brackets,
    Dollars,
    Plain,
    Signs,
}

/// What a file is there for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum FileUse {
    #[default]
    Route,
    Guard,
}

/// Which routes a guard's file stands before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum Reach {
    #[default]
    Project,
    Below,
}

/// Methods of an export: one, or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Methods {
    /// A single one.
    One(String),
    /// Each of them.
    Several(Vec<String>),
}

impl Methods {
    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Methods::One(one) => std::slice::from_ref(one),
            Methods::Several(several) => several,
        }
        .iter()
        .map(String::as_str)
    }
}

/// Files in certain folders.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct RoutedRule {
    #[serde(default)]
    pub does: FileUse,
    pub roots: Vec<String>,
    pub names: Vec<String>,
    #[serde(default)]
    pub skip: Vec<String>,
    #[serde(default)]
    pub notation: Notation,
    /// Names that add nothing to the path of their folder.
    #[serde(default)]
    pub omit: Vec<String>,
    #[serde(default)]
    pub prefix: String,
    /// The method stands at the end of the name.
    #[serde(default)]
    pub suffix: bool,
    #[serde(default)]
    pub told_by: Option<String>,
    #[serde(default)]
    pub told_by_unless: Vec<String>,
    #[serde(default)]
    pub directive: Option<String>,
    #[serde(default)]
    pub exports: BTreeMap<String, Methods>,
    /// The file itself answers this, whatever it exports.
    #[serde(default)]
    pub method: Option<String>,
    /// Member of the request that a handler of any method asks for the method.
    #[serde(default)]
    pub asked: Option<String>,
    #[serde(default)]
    pub handler_takes: Vec<String>,
    #[serde(default)]
    pub kind: Option<String>,
    /// A guard's export is called with an object of this type; what is put before that one guards.
    #[serde(default)]
    pub hands: Option<String>,
    #[serde(default)]
    pub covers: Reach,
    /// Export, and keys in it, with the patterns of paths that a guard is limited to.
    #[serde(default)]
    pub only: Option<String>,
    /// Guards of one route that stand in the same file.
    #[serde(default)]
    pub guards: Option<String>,
}

/// Files that a framework loads by their place, and that then register what they hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct FileRule {
    pub paths: Vec<String>,
    #[serde(default)]
    pub packages: Vec<String>,
    #[serde(default)]
    pub prefix: Option<String>,
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    #[serde(default)]
    pub serves: bool,
    /// They answer this method, whatever they read.
    #[serde(default)]
    pub method: Option<String>,
    /// Folders below which they are served, wherever these stand; without one in their path they are from the package's.
    #[serde(default)]
    pub roots: Vec<String>,
    /// Folders of which nothing is given away.
    #[serde(default)]
    pub hidden: Vec<String>,
    /// The framework itself loads them, and puts nothing before.
    #[serde(default)]
    pub certain: bool,
    /// What they give back is handed to a call of this name.
    #[serde(default)]
    pub gives: Option<String>,
    /// It is handed what they offer under this name.
    #[serde(default)]
    pub exported: Option<String>,
}
