//! People's decisions: `.threatline/decisions/<ID>.toml`, one file each, so that they merge as text.

use crate::ConfigError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The folder that holds them, from the root of the repository.
pub const DECISIONS_FOLDER: &str = ".threatline/decisions";

/// What a person decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The risk is borne.
    Accepted,
    /// Something else stands against it.
    Mitigated,
    /// It is no threat.
    Dismissed,
}

/// One decision, as its file states it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// The threat's id: the name of the file.
    pub id: String,
    /// The path of the file.
    pub path: String,
    /// The rule that the threat is of.
    pub rule: String,
    /// The element it is at.
    pub element: String,
    /// The handler or symbol, to find it again.
    pub handler: Option<String>,
    /// The file, to find it again.
    pub at: Option<String>,
    /// What was decided.
    pub verdict: Verdict,
    /// Why.
    pub why: String,
    /// By whom.
    pub by: Option<String>,
    /// When.
    pub on: Option<String>,
    /// Until when.
    pub until: Option<String>,
    /// `until` has passed.
    pub expired: bool,
    /// Attribute and value of just what the condition read.
    pub basis: BTreeMap<String, String>,
}

/// All decisions of a state, sorted by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decided(pub Vec<Decision>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    rule: String,
    element: String,
    #[serde(alias = "symbol")]
    handler: Option<String>,
    path: Option<String>,
    decision: Verdict,
    why: String,
    by: Option<String>,
    on: Option<Day>,
    until: Option<Day>,
    #[serde(default)]
    basis: BTreeMap<String, toml::Value>,
}

/// A day, written with quotes or without.
#[derive(Deserialize)]
#[serde(untagged)]
enum Day {
    Date(toml::value::Datetime),
    Text(String),
}

impl Day {
    fn text(&self) -> String {
        match self {
            Day::Date(date) => date.to_string(),
            Day::Text(text) => text.clone(),
        }
    }
}

impl Decision {
    /// Reads one file against the date of the state.
    pub fn parse(path: &str, text: &str, as_of: Option<i64>) -> Result<Self, ConfigError> {
        let written: Written = toml::from_str(text).map_err(|error| ConfigError::of_toml(path, text, &error))?;
        let name = path.rsplit('/').next().unwrap_or(path);
        let until = written.until.as_ref().map(Day::text);
        let last = until.as_deref().map(|until| {
            days(until).ok_or_else(|| ConfigError {
                path: path.into(),
                text: text.into(),
                span: None,
                message: format!("`until` is no date: {until}"),
                help: Some("write it as 2026-12-31".into()),
            })
        });
        let expired = match (last.transpose()?, as_of) {
            (Some(last), Some(now)) => now.div_euclid(86_400) > last,
            _ => false,
        };
        let basis = written.basis.into_iter().map(|(attribute, value)| (attribute, plain(&value))).collect();
        Ok(Self {
            id: name.strip_suffix(".toml").unwrap_or(name).to_owned(),
            path: path.to_owned(),
            rule: written.rule,
            element: written.element,
            handler: written.handler,
            at: written.path,
            verdict: written.decision,
            why: written.why,
            by: written.by,
            on: written.on.as_ref().map(Day::text),
            until,
            expired,
            basis,
        })
    }
}

fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Days since 1970 of a date `YYYY-MM-DD…`.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.get(..10)?.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}
