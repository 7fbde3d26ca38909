//! `threatline.toml`: read strictly, because a key that is misspelt and ignored is a gate left open.

use globset::{GlobBuilder, GlobSetBuilder};
use serde::Deserialize;
use std::ops::Range;
use std::sync::Arc;
use threatline_link::declared::{Declared, DeclaredBoundary, DeclaredComponent, DeclaredEntryPoint, DeclaredFlow, DeclaredRepository};
use toml::Spanned;

use crate::world::Exclusions;

/// The name of the file.
pub const CONFIG_FILE: &str = "threatline.toml";

/// What a project says about how it wants to be read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `[tool]`
    pub tool: ToolConfig,
    /// `[scan]`
    pub scan: ScanConfig,
    /// `[rules]`
    pub rules: RulesConfig,
    /// `[gate]`
    pub gate: GateConfig,
    /// `[notes]`
    pub notes: NotesConfig,
    /// `[[sources]]`
    pub sources: Vec<SourceConfig>,
    components: Vec<DeclaredComponent>,
    flows: Vec<DeclaredFlow>,
    boundaries: Vec<DeclaredBoundary>,
    entry_points: Vec<DeclaredEntryPoint>,
    repository: DeclaredRepository,
}

/// Which versions may read this project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ToolConfig {
    /// A list of comparisons, `>=0.1, <0.2`.
    pub requires: Option<String>,
}

/// What is read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScanConfig {
    exclude: Vec<Spanned<String>>,
}

/// Which rules run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RulesConfig {
    /// Rules that do not run.
    pub disable: Vec<String>,
}

/// What makes a run fail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GateConfig {
    /// Severities and kinds of events.
    pub fail_on: Vec<String>,
}

/// What notes tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotesConfig {
    /// How much.
    pub detail: NotesDetail,
}

/// How much a note tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotesDetail {
    /// What changed, too.
    #[default]
    Delta,
    /// Numbers only, for public repositories.
    Counts,
}

/// Text and results that are not found by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceConfig {
    /// `document`, `jira`, `sarif`, …
    pub kind: String,
    /// Globs from the root.
    pub paths: Vec<String>,
}

/// A mistake in a file that people write, with its place, so that it can be shown as compilers do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct ConfigError {
    /// From the root of the repository.
    pub path: String,
    /// The whole text of the file.
    pub text: String,
    /// The bytes that the mistake is in.
    pub span: Option<Range<usize>>,
    /// What is wrong, one sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Config {
    /// Reads the file.
    pub fn parse(path: &str, text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::of_toml(path, text, &error))?;
        config.exclusions(path, text)?;
        Ok(config)
    }

    /// `[scan] exclude`.
    pub fn excluded(&self) -> Vec<String> {
        self.scan.exclude.iter().map(|pattern| pattern.get_ref().clone()).collect()
    }

    /// What the project declares of its own design.
    pub fn declared(&self) -> Declared {
        Declared {
            components: self.components.clone(),
            flows: self.flows.clone(),
            boundaries: self.boundaries.clone(),
            entry_points: self.entry_points.clone(),
            repository: self.repository.clone(),
        }
    }

    /// The compiled exclusions; none if there are none.
    pub(crate) fn exclusions(&self, path: &str, text: &str) -> Result<Option<Arc<Exclusions>>, ConfigError> {
        if self.scan.exclude.is_empty() {
            return Ok(None);
        }
        let mut set = GlobSetBuilder::new();
        for pattern in &self.scan.exclude {
            let mistake = |error: globset::Error| ConfigError {
                path: path.into(),
                text: text.into(),
                span: Some(pattern.span()),
                message: format!("this pattern cannot be read: {}", error.kind()),
                help: Some("patterns are globs from the root of the repository, for instance `third_party/**`".into()),
            };
            // A folder's pattern means all that lies in it, as in .gitignore.
            let folder = pattern.get_ref().trim_end_matches('/').trim_end_matches("/**");
            for glob in [pattern.get_ref().as_str(), folder] {
                set.add(GlobBuilder::new(glob).literal_separator(true).build().map_err(mistake)?);
            }
        }
        let patterns = self.excluded();
        let whole = |error: globset::Error| ConfigError {
            path: path.into(),
            text: text.into(),
            span: None,
            message: format!("`exclude` cannot be read: {error}"),
            help: None,
        };
        Ok(Some(Arc::new(Exclusions { patterns, set: set.build().map_err(whole)? })))
    }
}

impl ConfigError {
    /// A mistake that the parser of TOML found.
    pub(crate) fn of_toml(path: &str, text: &str, error: &toml::de::Error) -> Self {
        let message = error.message().to_owned();
        let help = message.contains("unknown field").then(|| "remove the key, or mend its spelling".to_owned());
        Self { path: path.into(), text: text.into(), span: error.span(), message, help }
    }
}
