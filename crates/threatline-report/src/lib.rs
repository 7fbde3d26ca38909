//! An assessment as bytes, one output format per file.
//!
//! Everything here is a pure function from a [`Report`] (one state) or a [`Comparison`] (two) to text.
//! Text from a repository is data everywhere: each format escapes it in its own way.

mod escape;
mod focus;
pub mod human;
pub mod json;
pub mod markdown;
pub mod mermaid;
pub mod sarif;
mod words;

pub use focus::{Focus, limited, limited_change};

use std::collections::BTreeMap;
use threatline_facts::Mark;
use threatline_model::Model;
use threatline_model::delta::Delta;
use threatline_risk::{Assessment, Score, Severity};
use threatline_threats::{Found, Judged, Status, Threat, ThreatId};

/// Where marks stand for lines.
pub trait Places {
    /// First and last line; none where the place is a whole file or cannot be read.
    fn lines(&self, path: &str, mark: Mark) -> Option<(u32, u32)>;

    /// The repository that a path leads into, and the path in it, where several were linked.
    fn repository<'p>(&self, _path: &'p str) -> Option<(&'p str, &'p str)> {
        None
    }

    /// The text of a line, for formats that show it.
    fn text(&self, path: &str, line: u32) -> Option<String>;
}

/// Which state a report is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The commit, if the state is one.
    pub commit: Option<String>,
    /// The tree.
    pub tree: String,
    /// Not all of it is committed.
    pub dirty: bool,
    /// It is what git's index holds.
    pub index: bool,
    /// `2026-11-23T00:00:00Z`; none when nothing can expire.
    pub as_of: Option<String>,
}

/// How much was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Files in the state.
    pub artifacts: u64,
    /// Files that were read and understood at least in part.
    pub analysed: u64,
    /// Files by what they are read as.
    pub by_kind: BTreeMap<String, u64>,
    /// Path and reason of files that were lost, sorted.
    pub skipped: Vec<(String, String)>,
}

/// Everything that is known of one state.
pub struct Report<'a> {
    /// The program's version.
    pub version: &'a str,
    /// Which state.
    pub state: State,
    /// Its design.
    pub model: &'a Model,
    /// Its threats and questions.
    pub found: &'a Found,
    /// What people decided.
    pub judged: &'a Judged,
    /// Scores, posture, paths, choke points.
    pub assessment: &'a Assessment,
    /// How much was looked at.
    pub coverage: &'a Coverage,
    /// Where marks stand for lines.
    pub places: &'a dyn Places,
    /// What of the system it is limited to.
    pub focus: Option<Focus<'a>>,
}

impl Report<'_> {
    /// Where a threat stands.
    pub fn status(&self, id: &ThreatId) -> Status {
        self.judged.judgements.get(id).map_or(Status::Open, |judgement| judgement.status)
    }

    /// A threat by its id.
    pub fn threat(&self, id: &ThreatId) -> Option<&Threat> {
        self.found.threats.binary_search_by(|threat| threat.id.cmp(id)).ok().map(|at| &self.found.threats[at])
    }
}

/// Two states and what changed between them.
pub struct Comparison<'a> {
    /// Before.
    pub base: &'a Report<'a>,
    /// After.
    pub head: &'a Report<'a>,
    /// Elements that came, went and changed, with events.
    pub delta: &'a Delta,
}

/// A threat of both states that stands elsewhere now.
pub struct ChangedThreat<'c> {
    /// As it was found before; its id differs where its element was renamed.
    pub before: &'c Threat,
    /// As it is found now.
    pub after: &'c Threat,
    /// Where it stood and stands.
    pub status: (Status, Status),
    /// Its scores, if it had and has one.
    pub score: (Option<&'c Score>, Option<&'c Score>),
}

impl ChangedThreat<'_> {
    /// Whether a person or the change itself moved it between open and decided.
    pub fn status_changed(&self) -> bool {
        self.status.0 != self.status.1
    }

    /// Whether the number or its word differs; the terms behind it may trade places.
    pub fn score_changed(&self) -> bool {
        worth(self.score.0) != worth(self.score.1)
    }

    /// More than the number moved: what a person should hear of.
    pub fn matters(&self) -> bool {
        let severity = |score: Option<&Score>| score.map(|score| score.severity);
        self.status_changed() || severity(self.score.0) != severity(self.score.1)
    }

    /// It counts again, or counts more than it did.
    pub fn is_worse(&self) -> bool {
        let open = (self.status.0.is_open(), self.status.1.is_open());
        if open.0 != open.1 { open.1 } else { worth(self.score.1) > worth(self.score.0) }
    }
}

fn worth(score: Option<&Score>) -> Option<(u32, Severity)> {
    score.map(|score| (score.risk, score.severity))
}

impl Comparison<'_> {
    /// Threats of both states whose status or score changed, by id.
    pub fn changed_threats(&self) -> Vec<ChangedThreat<'_>> {
        let mut known: BTreeMap<(String, String), Vec<&Threat>> = BTreeMap::new();
        self.base.found.threats.iter().for_each(|threat| known.entry(self.moved(threat)).or_default().push(threat));
        let scores = |report: &Report<'_>| -> BTreeMap<ThreatId, usize> {
            report.assessment.scores.iter().enumerate().map(|(at, score)| (score.threat.clone(), at)).collect()
        };
        let (old, new) = (scores(self.base), scores(self.head));
        let mut out = Vec::new();
        for after in &self.head.found.threats {
            let Some(candidates) = known.get(&key(after)) else { continue };
            // an id tells two of one rule and element apart; a renamed element has another id
            let before = candidates.iter().find(|before| before.id == after.id).or(if candidates.len() == 1 { candidates.first() } else { None });
            let Some(before) = before else { continue };
            let score = (old.get(&before.id).map(|at| &self.base.assessment.scores[*at]), new.get(&after.id).map(|at| &self.head.assessment.scores[*at]));
            let changed = ChangedThreat { before, after, status: (self.base.status(&before.id), self.head.status(&after.id)), score };
            if changed.status_changed() || changed.score_changed() {
                out.push(changed);
            }
        }
        out
    }

    /// Threats of the second state only; a threat of a renamed element is the same.
    pub fn added_threats(&self) -> Vec<&Threat> {
        let known = self.known_threats();
        self.head.found.threats.iter().filter(|threat| !known.contains(&key(threat))).collect()
    }

    /// Threats of the first state only.
    pub fn removed_threats(&self) -> Vec<&Threat> {
        let now: std::collections::BTreeSet<_> = self.head.found.threats.iter().map(key).collect();
        self.base.found.threats.iter().filter(|threat| !now.contains(&self.moved(threat))).collect()
    }

    /// Attack paths of the second state only.
    pub fn added_paths(&self) -> Vec<&threatline_risk::AttackPath> {
        let known: std::collections::BTreeSet<_> = self.base.assessment.attack_paths.iter().map(|path| self.moved_target(path)).collect();
        self.head.assessment.attack_paths.iter().filter(|path| !known.contains(path.target.as_str())).collect()
    }

    /// Attack paths of the first state only.
    pub fn removed_paths(&self) -> Vec<&threatline_risk::AttackPath> {
        let now: std::collections::BTreeSet<_> = self.head.assessment.attack_paths.iter().map(|path| path.target.as_str().to_owned()).collect();
        self.base.assessment.attack_paths.iter().filter(|path| !now.contains(&self.moved_target(path))).collect()
    }

    fn known_threats(&self) -> std::collections::BTreeSet<(String, String)> {
        self.base.found.threats.iter().map(|threat| self.moved(threat)).collect()
    }

    fn moved(&self, threat: &Threat) -> (String, String) {
        let element = self.delta.renamed.get(&threat.element).unwrap_or(&threat.element);
        (threat.rule.clone(), element.as_str().to_owned())
    }

    fn moved_target(&self, path: &threatline_risk::AttackPath) -> String {
        let target = (&path.target).into();
        self.delta.renamed.get(&target).unwrap_or(&target).as_str().to_owned()
    }

    /// Neither the design nor what follows from it changed.
    pub fn is_empty(&self) -> bool {
        self.delta.is_empty() && self.added_threats().is_empty() && self.removed_threats().is_empty()
    }
}

fn key(threat: &Threat) -> (String, String) {
    (threat.rule.clone(), threat.element.as_str().to_owned())
}
