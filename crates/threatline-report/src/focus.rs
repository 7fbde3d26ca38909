//! A report limited to one folder: elements with evidence below it, and the attack paths through them.
//!
//! The whole system was linked and scored, and nothing is scored again: what is left keeps its id, its
//! words and its numbers. Whatever it names stays too (the other end of a flow, the boundaries around a
//! component, the threats on a path), so that no id points at nothing. Posture is that of the paths and
//! threats which are left.

use crate::{Comparison, Coverage, Report, key};
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::delta::{Delta, EventKind};
use threatline_model::{ElementId, Evidence, Model};
use threatline_risk::{Assessment, AttackPath, Open, PathId, Posture};
use threatline_threats::{Found, Threat, ThreatId};

/// What a report is limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Focus<'a> {
    /// The folder, from the root of the repository.
    pub folder: &'a str,
    /// The expected loss of the whole system, as in its posture.
    pub loss: u32,
    /// Attack paths in the whole system.
    pub paths: usize,
}

/// Shows what of a state has to do with a folder.
pub fn limited<T>(whole: &Report<'_>, folder: &str, show: impl FnOnce(&Report<'_>) -> T) -> T {
    let below = Below::new(folder);
    let chosen = Chosen::new(whole, &below, elements(whole.model, &below));
    show(&Part::new(whole, &below, &chosen).report(whole, &below))
}

/// Shows what of a change has to do with a folder. What one state shows the other shows too, if it is
/// there: nothing comes or goes that does not do so in the whole.
pub fn limited_change<T>(whole: &Comparison<'_>, folder: &str, show: impl FnOnce(&Comparison<'_>) -> T) -> T {
    let below = Below::new(folder);
    let (mut old, mut new) = (elements(whole.base.model, &below), elements(whole.head.model, &below));
    let later = |id: &ElementId| whole.delta.renamed.get(id).unwrap_or(id).clone();
    let earlier: BTreeMap<&ElementId, &ElementId> = whole.delta.renamed.iter().map(|(old, new)| (new, old)).collect();
    let back: Vec<ElementId> = new.iter().map(|id| (*earlier.get(id).unwrap_or(&id)).clone()).collect();
    new.extend(old.iter().map(later));
    old.extend(back);
    let delta = delta(whole.delta, &below, &old, &new);
    let (mut old, mut new) = (Chosen::new(whole.base, &below, old), Chosen::new(whole.head, &below, new));
    Chosen::agree(whole, &mut old, &mut new);
    let (old, new) = (Part::new(whole.base, &below, &old), Part::new(whole.head, &below, &new));
    show(&Comparison { base: &old.report(whole.base, &below), head: &new.report(whole.head, &below), delta: &delta })
}

/// The folder, with `/` behind it.
struct Below(String);

impl Below {
    fn new(folder: &str) -> Self {
        Self(format!("{}/", folder.trim_end_matches('/')))
    }

    fn folder(&self) -> &str {
        self.0.trim_end_matches('/')
    }

    fn holds(&self, path: &str) -> bool {
        path.starts_with(&self.0)
    }

    fn shows(&self, evidence: &[Evidence]) -> bool {
        evidence.iter().any(|evidence| self.holds(&evidence.path))
    }
}

/// Elements with evidence below the folder.
fn elements(model: &Model, below: &Below) -> BTreeSet<ElementId> {
    let components = model.components.iter().filter(|c| below.shows(&c.evidence)).map(|c| ElementId::from(&c.id));
    let flows = model.flows.iter().filter(|f| below.shows(&f.evidence)).map(|f| ElementId::from(&f.id));
    let boundaries = model.boundaries.iter().filter(|b| below.shows(&b.evidence)).map(|b| ElementId::from(&b.id));
    let entries = model.entry_points.iter().filter(|e| below.shows(&e.evidence)).map(|e| ElementId::from(&e.id));
    components.chain(flows).chain(boundaries).chain(entries).collect()
}

/// What of a delta is about these elements. What the project judges by concerns everybody.
fn delta(whole: &Delta, below: &Below, old: &BTreeSet<ElementId>, new: &BTreeSet<ElementId>) -> Delta {
    let policy = [EventKind::PolicyChanged, EventKind::DecisionAdded, EventKind::DeclarationAdded];
    let events = whole.events.iter().filter(|event| match event.kind {
        EventKind::CoverageLost => below.shows(&event.evidence),
        kind => policy.contains(&kind) || new.contains(&event.element) || old.contains(&event.element),
    });
    Delta {
        added: whole.added.intersection(new).cloned().collect(),
        removed: whole.removed.intersection(old).cloned().collect(),
        changed: whole.changed.iter().filter(|change| new.contains(&change.id)).cloned().collect(),
        events: events.cloned().collect(),
        renamed: whole.renamed.clone(),
    }
}

/// What a part of a report is about.
struct Chosen {
    elements: BTreeSet<ElementId>,
    threats: BTreeSet<ThreatId>,
    paths: BTreeSet<PathId>,
}

impl Chosen {
    /// Threats of these elements or with evidence of their own below the folder, the paths through all
    /// of them, and the threats on those.
    fn new(report: &Report<'_>, below: &Below, elements: BTreeSet<ElementId>) -> Self {
        let here = |threat: &&Threat| elements.contains(&threat.element) || below.shows(&threat.evidence);
        let threats: BTreeSet<ThreatId> = report.found.threats.iter().filter(here).map(|threat| threat.id.clone()).collect();
        let through = |path: &&AttackPath| {
            let passes = |id: &ElementId| elements.contains(id);
            let step = |step: &threatline_risk::PathStep| passes(&step.element) || step.threat.as_ref().is_some_and(|id| threats.contains(id));
            passes(&path.entry) || passes(&(&path.target).into()) || path.steps.iter().any(step)
        };
        let paths = report.assessment.attack_paths.iter().filter(through).map(|path| path.id.clone()).collect();
        let mut chosen = Self { elements, threats, paths };
        chosen.follow(report);
        chosen
    }

    /// Threats on paths belong to them.
    fn follow(&mut self, report: &Report<'_>) {
        let paths = report.assessment.attack_paths.iter().filter(|path| self.paths.contains(&path.id));
        self.threats.extend(paths.flat_map(|path| &path.steps).filter_map(|step| step.threat.clone()));
    }

    /// Threats and paths that one state shows and both have, both show.
    fn agree(whole: &Comparison<'_>, old: &mut Self, new: &mut Self) {
        loop {
            let size = |chosen: &Self| (chosen.threats.len(), chosen.paths.len());
            let before = (size(old), size(new));
            let mut keys: BTreeSet<_> = whole.base.found.threats.iter().filter(|threat| old.threats.contains(&threat.id)).map(|t| whole.moved(t)).collect();
            keys.extend(whole.head.found.threats.iter().filter(|threat| new.threats.contains(&threat.id)).map(key));
            old.threats.extend(whole.base.found.threats.iter().filter(|threat| keys.contains(&whole.moved(threat))).map(|threat| threat.id.clone()));
            new.threats.extend(whole.head.found.threats.iter().filter(|threat| keys.contains(&key(threat))).map(|threat| threat.id.clone()));
            let (base, head) = (&whole.base.assessment.attack_paths, &whole.head.assessment.attack_paths);
            let mut targets: BTreeSet<_> = base.iter().filter(|path| old.paths.contains(&path.id)).map(|path| whole.moved_target(path)).collect();
            targets.extend(head.iter().filter(|path| new.paths.contains(&path.id)).map(|path| path.target.as_str().to_owned()));
            old.paths.extend(base.iter().filter(|path| targets.contains(&whole.moved_target(path))).map(|path| path.id.clone()));
            new.paths.extend(head.iter().filter(|path| targets.contains(path.target.as_str())).map(|path| path.id.clone()));
            old.follow(whole.base);
            new.follow(whole.head);
            if before == (size(old), size(new)) {
                return;
            }
        }
    }
}

/// What is left of a report.
struct Part {
    model: Model,
    found: Found,
    assessment: Assessment,
    coverage: Coverage,
}

impl Part {
    fn new(whole: &Report<'_>, below: &Below, chosen: &Chosen) -> Self {
        let found = Found {
            threats: whole.found.threats.iter().filter(|threat| chosen.threats.contains(&threat.id)).cloned().collect(),
            supposed: whole.found.supposed.clone(),
            questions: whole.found.questions.iter().filter(|question| chosen.elements.contains(&question.element)).cloned().collect(),
        };
        let paths: Vec<AttackPath> = whole.assessment.attack_paths.iter().filter(|path| chosen.paths.contains(&path.id)).cloned().collect();
        let model = model(whole.model, below, chosen, &found.threats, &paths);
        let assessment = assessment(whole, chosen, &model, paths);
        let skipped = whole.coverage.skipped.iter().filter(|(path, _)| below.holds(path)).cloned().collect();
        Self { model, found, assessment, coverage: Coverage { skipped, ..whole.coverage.clone() } }
    }

    fn report<'a>(&'a self, whole: &Report<'a>, below: &'a Below) -> Report<'a> {
        let (loss, paths) = (whole.assessment.posture.loss, whole.assessment.attack_paths.len());
        Report {
            state: whole.state.clone(),
            model: &self.model,
            found: &self.found,
            assessment: &self.assessment,
            coverage: &self.coverage,
            focus: Some(Focus { folder: below.folder(), loss, paths }),
            ..*whole
        }
    }
}

fn assessment(whole: &Report<'_>, chosen: &Chosen, model: &Model, attack_paths: Vec<AttackPath>) -> Assessment {
    let all = whole.assessment;
    let scores: Vec<_> = all.scores.iter().filter(|score| chosen.threats.contains(&score.threat)).cloned().collect();
    let losses: Vec<_> = all.losses.iter().filter(|loss| attack_paths.iter().any(|path| path.target == loss.component)).cloned().collect();
    let posture = Posture {
        risk: losses.iter().map(|loss| loss.risk).max().unwrap_or(0),
        loss: losses.iter().map(|loss| loss.loss).sum(),
        assessed: threatline_risk::assessed(model),
        open: Open::count(scores.iter().filter(|score| !score.likely && whole.status(&score.threat).is_open())),
    };
    let choke_points = all.choke_points.iter().filter(|point| point.threats.iter().all(|id| chosen.threats.contains(id))).cloned().collect();
    Assessment { scores, supposed: all.supposed.clone(), posture, losses, attack_paths, choke_points }
}

/// The elements that are chosen, that threats and paths name, and what all of these name.
fn model(whole: &Model, below: &Below, chosen: &Chosen, threats: &[Threat], paths: &[AttackPath]) -> Model {
    let drift = whole.drift.iter().filter(|drift| chosen.elements.contains(&drift.element) || drift.claims.iter().any(|(_, place)| below.holds(&place.path)));
    let drift: Vec<_> = drift.cloned().collect();
    let mut open: Vec<ElementId> = chosen.elements.iter().cloned().collect();
    open.extend(threats.iter().flat_map(|threat| threat.affected.iter().chain([&threat.element])).cloned());
    open.extend(paths.iter().flat_map(|path| path.steps.iter().map(|step| &step.element).chain([&path.entry])).cloned());
    open.extend(paths.iter().map(|path| ElementId::from(&path.target)));
    open.extend(drift.iter().map(|drift| drift.element.clone()));
    let mut shown = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !shown.contains(&id) {
            open.extend(named(whole, &id));
            shown.insert(id);
        }
    }
    Model {
        components: whole.components.iter().filter(|c| shown.contains(&(&c.id).into())).cloned().collect(),
        flows: whole.flows.iter().filter(|f| shown.contains(&(&f.id).into())).cloned().collect(),
        boundaries: whole.boundaries.iter().filter(|b| shown.contains(&(&b.id).into())).cloned().collect(),
        entry_points: whole.entry_points.iter().filter(|e| shown.contains(&(&e.id).into())).cloned().collect(),
        drift,
        repository_public: whole.repository_public,
    }
}

/// Elements that an element names.
fn named(model: &Model, id: &ElementId) -> Vec<ElementId> {
    if let Some(c) = id.as_component().and_then(|id| model.component(&id)) {
        c.boundary.iter().map(ElementId::from).collect()
    } else if let Some(f) = id.as_flow().and_then(|id| model.flow(&id)) {
        [&f.source, &f.target].into_iter().map(ElementId::from).chain(f.crosses.iter().map(ElementId::from)).collect()
    } else if let Some(e) = id.as_entry_point().and_then(|id| model.entry_point(&id)) {
        let flows = e.flows.iter().flatten().map(ElementId::from);
        flows.chain(e.reaches.iter().map(ElementId::from)).chain([ElementId::from(&e.component)]).collect()
    } else {
        let boundary = id.as_boundary().and_then(|id| model.boundary(&id));
        boundary.and_then(|b| b.parent.as_ref()).map(ElementId::from).into_iter().collect()
    }
}
