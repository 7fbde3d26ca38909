//! `diff`: what changed in the design between two states.

use super::gate::Gate;
use crate::args::{Common, Diff as Arguments, Format};
use crate::failure::Failure;
use crate::opened::{Opened, coverage, internal, limited_change, report};
use crate::output;
use crate::places::Lookup;
use threatline_engine::{Compaction, Decisions, Project, Revision, Scan};
use threatline_model::delta::{Delta, Event, EventKind, delta};
use threatline_model::{Evidence, EvidenceSource};
use threatline_report::{Comparison, human, json, markdown};

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    let mut opened = Opened::new(common)?;
    if !opened.workspace.is_git() {
        return Err(Failure::mistake("a folder that is in no git repository has no history to compare with", Some("git init, or scan it as it lies")));
    }
    let (base, head) = states(&opened, arguments)?;
    opened.check(&head)?;
    let focus = opened.focus(&[&base, &head])?;
    let pair = Pair::scan(&mut opened, &base, &head, arguments.base_decisions)?;
    let gate = Gate::new(&arguments.fail_on, &pair.base.config)?;
    let verdict = pair.with(&opened, focus.as_deref(), |comparison| {
        let text = match common.format.unwrap_or(Format::Human) {
            Format::Json => json::diff(comparison),
            Format::Markdown => markdown::diff(comparison),
            Format::Human => human::diff(comparison, &super::style(common)),
            Format::Sarif => return Err(Failure::mistake("diff has no SARIF", Some("export sarif writes it for a state"))),
        };
        output::print(&text)?;
        Ok(gate.judge_change(comparison))
    })?;
    opened.remember(Compaction::Small);
    internal(&pair.head)?;
    let gated = !arguments.fail_on.is_empty() || !pair.base.config.gate.fail_on.is_empty();
    if gated { verdict } else { Ok(()) }
}

fn states(opened: &Opened<'_>, arguments: &Arguments) -> Result<(Revision, Revision), Failure> {
    let base = arguments.base.as_deref().unwrap_or("HEAD");
    let (base, head) = match (base.split_once("..."), base.split_once("..")) {
        (Some((one, other)), _) => {
            let other = if other.is_empty() { "HEAD" } else { other };
            (opened.workspace.merge_base(one, other)?, opened.revision(other)?)
        }
        (None, Some((one, other))) => (opened.revision(one)?, opened.revision(if other.is_empty() { "HEAD" } else { other })?),
        (None, None) => {
            let from = match (opened.workspace.revision(base), &arguments.base) {
                (Ok(revision), _) => revision,
                // nothing is committed yet: everything is new
                (Err(_), None) => opened.workspace.empty()?,
                (Err(error), Some(_)) => return Err(error.into()),
            };
            let to = match (&arguments.head, arguments.staged, arguments.worktree) {
                (Some(head), ..) => opened.revision(head)?,
                (None, true, _) => opened.staged()?,
                (None, _, true) => opened.worktree()?,
                _ => opened.revision("HEAD")?,
            };
            (from, to)
        }
    };
    Ok((opened.dated(base)?, opened.dated(head)?))
}

/// Two states, scanned by the first one's policy.
pub(crate) struct Pair {
    pub(crate) base: Scan,
    pub(crate) head: Scan,
    delta: Delta,
}

impl Pair {
    pub(crate) fn scan(opened: &mut Opened<'_>, base: &Revision, head: &Revision, base_decisions: bool) -> Result<Self, Failure> {
        let progress = output::Progress::start(opened.common, "comparing");
        let mut events = policy_events(&opened.session.project(base)?, &opened.session.project(head)?);
        let (base, head) = opened.session.compare(base, head, if base_decisions { Decisions::OfBase } else { Decisions::Own })?;
        // where nothing else was said, the design is the same: nothing is compared
        let same = base.said == head.said && base.model == head.model;
        let mut delta = if same { Delta::default() } else { opened.stopwatch.during("comparing", || delta(&base.model, &head.model)) };
        events.extend(coverage_events(&base, &head));
        delta.events.extend(events);
        delta.events.sort();
        drop(progress);
        Ok(Pair { base, head, delta })
    }

    /// Shows the two, limited to a folder if there is one.
    pub(crate) fn with<T>(&self, opened: &Opened<'_>, focus: Option<&str>, show: impl FnOnce(&Comparison<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        let (base_places, head_places) = (Lookup::new(&opened.session, &self.base), Lookup::new(&opened.session, &self.head));
        let (base_coverage, head_coverage) = (coverage(&self.base), coverage(&self.head));
        let base = report(&self.base, &base_coverage, &base_places);
        let head = report(&self.head, &head_coverage, &head_places);
        let comparison = Comparison { base: &base, head: &head, delta: &self.delta };
        opened.stopwatch.during("report", || limited_change(&comparison, focus, show))
    }
}

/// A change of what a change is judged by is told, whatever else it does.
fn policy_events(base: &Project, head: &Project) -> Vec<Event> {
    let place = |path: &str| vec![Evidence { confidence: 1000, ..Evidence::new(path.into(), None, EvidenceSource::Declared, "threatline.toml") }];
    let element = |text: &str| threatline_model::ElementId::parse(text);
    let mut events = Vec::new();
    let path = head.config_path.as_deref().or(base.config_path.as_deref()).unwrap_or(threatline_engine::CONFIG_FILE);
    let project = element("bnd:repository");
    let judged_by = |project: &Project| (project.config.gate.fail_on.clone(), project.config.rules.disable.clone(), project.config.excluded());
    if let Some(project) = &project
        && judged_by(base) != judged_by(head)
    {
        events.push(Event { kind: EventKind::PolicyChanged, element: project.clone(), evidence: place(path) });
    }
    if let Some(project) = &project
        && base.config.declared() != head.config.declared()
    {
        events.push(Event { kind: EventKind::DeclarationAdded, element: project.clone(), evidence: place(path) });
    }
    if let Some(project) = &project
        && base.packs != head.packs
    {
        // what a pack says of guards and ways in is a person's word, as a declaration is
        let paths = if head.pack_files.is_empty() { &base.pack_files } else { &head.pack_files };
        let evidence = paths.iter().flat_map(|path| place(path)).map(|evidence| Evidence { by: "packs".into(), ..evidence }).collect();
        events.push(Event { kind: EventKind::DeclarationAdded, element: project.clone(), evidence });
    }
    if let Some(project) = project {
        for path in head.decided.paths.iter().filter(|path| !base.decided.paths.contains(path)) {
            events.push(Event { kind: EventKind::DecisionAdded, element: project.clone(), evidence: place(path) });
        }
    }
    events
}

/// Files that were understood before and are lost now.
fn coverage_events(base: &Scan, head: &Scan) -> Vec<Event> {
    let known: std::collections::BTreeSet<&str> = base.coverage.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    let seen: std::collections::BTreeSet<&str> = crate::opened::evidence(base).map(|evidence| &*evidence.path).collect();
    let lost = head.coverage.skipped.iter().filter(|skipped| !known.contains(skipped.path.as_str()) && seen.contains(skipped.path.as_str()));
    let event = |skipped: &threatline_engine::Skipped| {
        let evidence = Evidence::new(skipped.path.as_str().into(), None, EvidenceSource::Code, "coverage");
        Some(Event { kind: EventKind::CoverageLost, element: threatline_model::ElementId::parse("bnd:repository")?, evidence: vec![evidence] })
    };
    lost.filter_map(event).collect()
}
