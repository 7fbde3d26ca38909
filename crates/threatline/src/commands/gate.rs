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
        stop(&self.over(report, &|_| true), &[])
    }

    /// What a change added.
    pub(crate) fn judge_change(&self, comparison: &Comparison<'_>) -> Result<(), Failure> {
        let added: BTreeSet<&ThreatId> = comparison.added_threats().into_iter().map(|threat| &threat.id).collect();
        let before = |id: &ThreatId| comparison.base.assessment.score(id).map(|score| score.severity);
        let worsened = |id: &ThreatId| before(id).zip(comparison.head.assessment.score(id)).is_some_and(|(before, now)| now.severity > before);
        let events = comparison.delta.events.iter().map(|event| event.kind).filter(|kind| self.events.contains(kind));
        stop(&self.over(comparison.head, &|id| added.contains(id) || worsened(id)), &events.map(EventKind::name).collect::<Vec<_>>())
    }

    /// The worst first.
    fn over<'r>(&self, report: &'r Report<'_>, wanted: &dyn Fn(&ThreatId) -> bool) -> Vec<&'r str> {
        let Some(least) = self.least else { return Vec::new() };
        let scores = report.assessment.scores.iter().filter(|score| !score.likely && score.severity >= least);
        scores.map(|score| &score.threat).filter(|id| report.status(id).is_open() && wanted(id)).map(|id| id.0.as_str()).collect()
    }
}

/// So many of each kind are named.
const NAMED: usize = 3;

fn stop(threats: &[&str], events: &[&str]) -> Result<(), Failure> {
    let words = |all: &[&str], one: &str, many: &str| {
        let word = if all.len() == 1 { one } else { many };
        let more = if all.len() > NAMED { ", …" } else { "" };
        (!all.is_empty()).then(|| format!("{} {word} over the gate: {}{more}", all.len(), all.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ")))
    };
    let parts: Vec<String> = [words(threats, "threat", "threats"), words(events, "event", "events")].into_iter().flatten().collect();
    if parts.is_empty() { Ok(()) } else { Err(Failure::Gate(parts.join("; "))) }
}
