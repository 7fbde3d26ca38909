//! What a person declares in `threatline.toml`: facts that settle questions.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use threatline_model::{Property, Value};

/// All declarations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Declared {
    /// `[[components]]`
    pub components: Vec<DeclaredComponent>,
    /// `[[flows]]`
    pub flows: Vec<DeclaredFlow>,
    /// `[[boundaries]]`
    pub boundaries: Vec<DeclaredBoundary>,
    /// `[[entry_points]]`
    pub entry_points: Vec<DeclaredEntryPoint>,
    /// `repository = { public = true }`
    pub repository: DeclaredRepository,
}

/// What is declared of the repository itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeclaredRepository {
    /// Everybody can read it.
    pub public: bool,
}

/// A component that exists, or more about one that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeclaredComponent {
    /// Name or alias of the component.
    pub name: String,
    /// Further names.
    pub aliases: Vec<String>,
    /// `process`, `data_store`, `external_entity`.
    pub kind: Option<String>,
    /// Roles, added.
    pub roles: Vec<String>,
    /// Data classes; replaces what was found.
    pub data: Option<Vec<String>>,
    /// Business impact in thousandths (written as 0..1 in the file).
    pub value: Option<Thousandths>,
    /// `internet`, `internal`, `local`.
    pub exposure: Option<String>,
    /// `production`, `staging`, `test`, `development`.
    pub environment: Option<String>,
    /// Properties by their names in the model; each settles the question for it.
    pub properties: BTreeMap<Property, Value>,
}

/// A flow that exists, or more about one that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeclaredFlow {
    /// Name or alias of the side that opens it.
    pub source: String,
    /// Name or alias of the other side.
    pub target: String,
    /// Protocol; without it all flows of the pair are meant.
    pub protocol: Option<String>,
    /// Settles the question.
    pub authenticated: Option<bool>,
    /// Settles the question.
    pub authorized: Option<bool>,
    /// Settles the question.
    pub encrypted: Option<bool>,
    /// Data classes it carries.
    pub data: Option<Vec<String>>,
    /// Properties by their names in the model; each settles the question for it.
    pub properties: BTreeMap<Property, Value>,
}

/// A boundary and who stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeclaredBoundary {
    /// Its name.
    pub name: String,
    /// `network`, `account`, …
    pub kind: Option<String>,
    /// Names or aliases of components.
    pub members: Vec<String>,
    /// Properties by their names in the model; each settles the question for it.
    pub properties: BTreeMap<Property, Value>,
}

/// More about an entry point.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeclaredEntryPoint {
    /// Name or alias of the component.
    pub component: String,
    /// Path as in the model.
    pub path: String,
    /// Only this method.
    pub method: Option<String>,
    /// It is meant to be public.
    pub public: Option<bool>,
    /// Settles the question.
    pub authenticated: Option<bool>,
    /// Settles the question.
    pub authorized: Option<bool>,
    /// Properties by their names in the model; each settles the question for it.
    pub properties: BTreeMap<Property, Value>,
}

/// A share between 0 and 1, kept in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Thousandths(pub u16);

impl<'de> Deserialize<'de> for Thousandths {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let share = f64::deserialize(deserializer)?;
        if !(0.0..=1.0).contains(&share) {
            return Err(serde::de::Error::custom("a number between 0 and 1 is expected"));
        }
        Ok(Self((share * 1000.0).round() as u16))
    }
}
