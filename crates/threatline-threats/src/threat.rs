//! What a rule says when it fires.

use crate::step::Step;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use threatline_model::{ComponentId, ElementId, Evidence, Grade};

/// `TL-` and 12 hexadecimal digits of blake3 over (rule, element, discriminator). Never a path, line,
/// title, score or rank.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ThreatId(pub String);

impl ThreatId {
    /// The id of a threat; the discriminator is empty unless a rule can hold twice on one element.
    pub fn new(rule: &str, element: &ElementId, discriminator: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [rule, element.as_str(), discriminator] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        Self(format!("TL-{}", &hasher.finalize().to_hex()[..12]))
    }
}

impl fmt::Display for ThreatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The six classes of STRIDE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the field's own words")]
pub enum Stride {
    Spoofing,
    Tampering,
    Repudiation,
    InformationDisclosure,
    DenialOfService,
    ElevationOfPrivilege,
}

/// What a person decided of a threat, seen against the facts of today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the interface's own words")]
pub enum Status {
    #[default]
    Open,
    Accepted,
    Mitigated,
    Dismissed,
    Lapsed,
}

impl Status {
    /// Takes part in the attack graph, in scores of others and in posture.
    pub fn counts(self) -> bool {
        matches!(self, Status::Open | Status::Lapsed | Status::Accepted)
    }

    /// Counted under `open`, gates.
    pub fn is_open(self) -> bool {
        matches!(self, Status::Open | Status::Lapsed)
    }
}

/// Whether the harm needs an attacker at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Start {
    /// The rule's step must be reached.
    Attacker,
    /// `start: none`: privacy, drift, logging. Reachability is 1, it stands in no path.
    Nobody,
}

/// A threat: one cause, at the element where the fix goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threat {
    /// Stable across commits.
    pub id: ThreatId,
    /// The rule's id.
    pub rule: String,
    /// One sentence that names the element.
    pub title: String,
    /// Where the fix goes.
    pub element: ElementId,
    /// Elements that suffer from it, sorted.
    pub affected: Vec<ElementId>,
    /// STRIDE classes of the rule.
    pub stride: Vec<Stride>,
    /// CWE numbers of the rule.
    pub cwe: Vec<u32>,
    /// ATT&CK or ATLAS ids of the rule.
    pub techniques: Vec<String>,
    /// How the condition was found to hold.
    pub grade: Grade,
    /// Thousandths. Beside the score, never in it.
    pub confidence: u16,
    /// Ease of the step once its needs are held, thousandths (`E0` of the catalogue).
    pub exploitability: u16,
    /// Whether the harm needs an attacker.
    pub start: Start,
    /// The rule's edge in the attack graph.
    pub step: Step,
    /// Components that the identity's grants resolve to (`c.grants`).
    pub grants: Vec<ComponentId>,
    /// Components that the mounted secrets open (`c.secrets`).
    pub secrets: Vec<ComponentId>,
    /// Other components that use the same credential (`f.peers`).
    pub peers: Vec<ComponentId>,
    /// What to do.
    pub guidance: String,
    /// Rules whose threats this one stands for.
    pub replaces: Vec<String>,
    /// Attribute and value of just what the condition read; a decision lapses when one changes.
    pub basis: BTreeMap<String, String>,
    /// Why it holds.
    pub evidence: Vec<Evidence>,
}

/// An unknown that keeps a rule from firing or from being ruled out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Question {
    /// What it is about.
    pub element: ElementId,
    /// The attribute that is unknown (`authenticated`, `exposure`, a property's name).
    pub attribute: String,
    /// Rules that hang on it, sorted.
    pub rules: Vec<String>,
    /// Threats as they would be if the answer were the bad one; scored to rank the question.
    pub worst: Vec<ThreatId>,
}

/// The result of running the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Sorted by id.
    pub threats: Vec<Threat>,
    /// Threats that would hold if a question had the bad answer; scored only to rank questions.
    pub supposed: Vec<Threat>,
    /// Sorted by element and attribute.
    pub questions: Vec<Question>,
}
