//! The words of evidence.
//!
//! A reader looks at one artifact and says two things: *what* it found ([`Fact`]) and *where*
//! ([`Anchor`]). They are separate values on purpose. A fact names places only by [`Mark`], the
//! number of an anchor in the same artifact; moving code changes anchors and leaves facts equal, so
//! nothing that is computed from facts runs again.
//!
//! Facts are symbolic: what needs a sibling file (an import, a variable set by a deployment) stays a
//! [`Text`] with a hole in it and is joined in `threatline-link`.

#![allow(clippy::large_enum_variant, reason = "facts are read once and never moved about")]

mod artifact;
pub mod chart;
pub mod code;
mod data;
pub mod infra;
pub mod manifest;
pub mod spec;
mod text;

pub use artifact::{ArtifactKind, Ecosystem, Language};
pub use data::DataClass;
pub use text::{Hidden, Text};

use serde::{Deserialize, Serialize};

/// The number of an [`Anchor`] within one artifact. Marks count up in the order of the text, so
/// inserting a comment changes no mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mark(pub u32);

/// A place in one artifact. Lines count from 1; `end_line` is inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Anchor {
    /// First line of the place.
    pub line: u32,
    /// Last line of the place; equal to `line` for a single line.
    pub end_line: u32,
}

/// One thing that an artifact says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// Said by source code.
    Code(code::CodeFact),
    /// Said by a deployment, container or infrastructure description.
    Infra(infra::InfraFact),
    /// Said by an API definition.
    Spec(spec::SpecFact),
    /// Said by a dependency manifest, a workspace file or CODEOWNERS.
    Manifest(manifest::ManifestFact),
}

/// Something a reader could not understand. A gap is data: it never fires a rule as "missing" and it
/// blocks closed-world conclusions about the artifact it lies in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gap {
    /// Where, if a place is known.
    pub mark: Option<Mark>,
    /// One short clause for `coverage.skipped`, without paths or positions.
    pub reason: String,
    /// The whole artifact was lost, not just a part of it.
    pub whole: bool,
}

/// What one artifact says, without any position.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Facts {
    /// In the order of the text.
    pub facts: Vec<Fact>,
    /// In the order of the text.
    pub gaps: Vec<Gap>,
}

impl Facts {
    /// Nothing was said and nothing was lost.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.gaps.is_empty()
    }
}

/// The result of reading one artifact: facts, and beside them the places that the marks stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    /// What was said.
    pub facts: Facts,
    /// `anchors[mark.0]` is where.
    pub anchors: Vec<Anchor>,
    /// Lines are the numbers of marks that somebody else gave, counted from 1.
    #[serde(skip)]
    given: bool,
}

impl Extracted {
    /// For what is read of a text that was put together from lines which have marks: line 1 is mark 0.
    pub fn with_given_marks() -> Self {
        Self { given: true, ..Self::default() }
    }

    /// Records a place and returns the mark that stands for it. Equal places in a row share a mark.
    pub fn mark(&mut self, line: u32, end_line: u32) -> Mark {
        if self.given {
            return Mark(line.max(1) - 1);
        }
        let anchor = Anchor { line: line.max(1), end_line: end_line.max(line).max(1) };
        if self.anchors.last() != Some(&anchor) {
            self.anchors.push(anchor);
        }
        Mark(self.anchors.len() as u32 - 1)
    }

    /// Adds one fact.
    pub fn say(&mut self, fact: impl Into<Fact>) {
        self.facts.facts.push(fact.into());
    }

    /// An artifact that could not be read at all.
    pub fn lost(reason: impl Into<String>) -> Self {
        let mut lost = Self::default();
        lost.facts.gaps.push(Gap { mark: None, reason: reason.into(), whole: true });
        lost
    }
}

impl From<code::CodeFact> for Fact {
    fn from(fact: code::CodeFact) -> Self {
        Fact::Code(fact)
    }
}
impl From<infra::InfraFact> for Fact {
    fn from(fact: infra::InfraFact) -> Self {
        Fact::Infra(fact)
    }
}
impl From<spec::SpecFact> for Fact {
    fn from(fact: spec::SpecFact) -> Self {
        Fact::Spec(fact)
    }
}
impl From<manifest::ManifestFact> for Fact {
    fn from(fact: manifest::ManifestFact) -> Self {
        Fact::Manifest(fact)
    }
}
