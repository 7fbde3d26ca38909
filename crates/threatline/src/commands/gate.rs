//! The gate: what makes the exit status 1.

use crate::failure::Failure;
use std::collections::BTreeSet;
use threatline_engine::Config;
use threatline_model::delta::EventKind;
use threatline_report::{Comparison, Report};
use threatline_risk::Severity;
use threatline_threats::ThreatId;

/// Severities and events that stop.
pub(crate) struct Gate {
    least: Option<Severity>,
    events: BTreeSet<EventKind>,
}

impl Gate {
    /// From the command line, else from the configuration, else nothing but high.
    pub(crate) fn new(words: &[String], config: &Config) -> Result<Self, Failure> {
        let words = if words.is_empty() { &config.gate.fail_on } else { words };
        let mut gate = Gate { least: None, events: BTreeSet::new() };
        for word in words.iter().map(|word| word.trim()) {
            if let Some(severity) = Severity::ALL.into_iter().find(|severity| severity.name() == word) {
                gate.least = Some(gate.least.map_or(severity, |least| least.min(severity)));
            } else if let Some(event) = EventKind::ALL.iter().find(|event| event.name() == word) {
                gate.events.insert(*event);
            } else {
                return Err(Failure::mistake(format!("{word} is neither a severity nor an event"), Some(&Self::words())));
            }
        }
        if words.is_empty() {
            gate.least = Some(Severity::High);
        }
        Ok(gate)
    }

    /// Whether a word is one of a gate's.
    pub(crate) fn knows(word: &str) -> bool {
        let word = word.trim();
        Severity::ALL.iter().any(|severity| severity.name() == word) || EventKind::ALL.iter().any(|event| event.name() == word)
    }

    /// All words of a gate, for those who mistook one.
    pub(crate) fn words() -> String {
        let events: Vec<&str> = EventKind::ALL.iter().map(|event| event.name()).collect();
        format!("severities are critical, high, medium, low, info; events are {}", events.join(", "))
    }

    /// All open threats of a state.
    pub(crate) fn judge_all(&self, report: &Report<'_>) -> Result<(), Failure> {
        stop(self.over(report, &|_| true), 0)
    }

    /// What a change added.
    pub(crate) fn judge_change(&self, comparison: &Comparison<'_>) -> Result<(), Failure> {
        let added: BTreeSet<&ThreatId> = comparison.added_threats().into_iter().map(|threat| &threat.id).collect();
        let before = |id: &ThreatId| comparison.base.assessment.score(id).map(|score| score.severity);
        let worsened = |id: &ThreatId| before(id).zip(comparison.head.assessment.score(id)).is_some_and(|(before, now)| now.severity > before);
        let over = self.over(comparison.head, &|id| added.contains(id) || worsened(id));
        stop(over, comparison.delta.events.iter().filter(|event| self.events.contains(&event.kind)).count())
    }

    fn over(&self, report: &Report<'_>, wanted: &dyn Fn(&ThreatId) -> bool) -> usize {
        let Some(least) = self.least else { return 0 };
        let scores = report.assessment.scores.iter().filter(|score| !score.likely && score.severity >= least);
        scores.filter(|score| report.status(&score.threat).is_open() && wanted(&score.threat)).count()
    }
}

fn stop(threats: usize, events: usize) -> Result<(), Failure> {
    let words = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts: Vec<String> = [words(threats, "threat", "threats"), words(events, "event", "events")].into_iter().flatten().collect();
    if parts.is_empty() { Ok(()) } else { Err(Failure::Gate(format!("{} over the gate", parts.join(" and ")))) }
}
