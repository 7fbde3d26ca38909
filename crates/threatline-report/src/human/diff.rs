//! A delta as compilers tell what they found: a mark, one sentence, the line, the next step.

use super::Style;
use super::paint::Pen;
use crate::words::{self, Place};
use crate::{ChangedThreat, Comparison, Report, escape};
use std::collections::BTreeSet;
use threatline_model::ElementId;
use threatline_risk::{AttackPath, Score, Severity};
use threatline_threats::Threat;

/// A change larger than this is summed up.
const BLOCKS: usize = 25;
const DESIGN: usize = 12;
const PATHS: usize = 6;
const HOOK: usize = 10;

/// Nothing that a person should hear of.
pub(crate) fn is_still(comparison: &Comparison<'_>) -> bool {
    let posture = |report: &Report<'_>| report.assessment.posture.risk;
    comparison.is_empty()
        && reassessed(comparison).is_empty()
        && opened(comparison).is_empty()
        && closed(comparison).is_empty()
        && posture(comparison.base) == posture(comparison.head)
}

/// Threats that came and count, the riskiest first.
pub(crate) fn added<'c>(comparison: &'c Comparison<'_>) -> Vec<(&'c Threat, &'c Score)> {
    let new: BTreeSet<_> = comparison.added_threats().iter().map(|threat| &threat.id).collect();
    words::open_threats(comparison.head).into_iter().filter(|(threat, _)| new.contains(&threat.id)).collect()
}

/// Threats that went, as they counted before.
pub(crate) fn removed<'c>(comparison: &'c Comparison<'_>) -> Vec<(&'c Threat, &'c Score)> {
    let old: BTreeSet<_> = comparison.removed_threats().iter().map(|threat| &threat.id).collect();
    words::open_threats(comparison.base).into_iter().filter(|(threat, _)| old.contains(&threat.id)).collect()
}

/// Paths that opened and matter.
pub(crate) fn opened<'c>(comparison: &'c Comparison<'_>) -> Vec<&'c AttackPath> {
    comparison.added_paths().into_iter().filter(|path| path.risk > 0).collect()
}

/// Paths that closed and mattered.
pub(crate) fn closed<'c>(comparison: &'c Comparison<'_>) -> Vec<&'c AttackPath> {
    comparison.removed_paths().into_iter().filter(|path| path.risk > 0).collect()
}

/// Threats that stayed and stand elsewhere: decided, lapsed, or of another severity. Worse ones first.
pub(crate) fn reassessed<'c>(comparison: &'c Comparison<'_>) -> Vec<ChangedThreat<'c>> {
    let mut all: Vec<_> = comparison.changed_threats().into_iter().filter(ChangedThreat::matters).collect();
    all.sort_by_key(|change| (!change.is_worse(), std::cmp::Reverse(change.score.1.map(|score| score.risk))));
    all
}

/// `medium 45 → high 72`, `open → accepted`.
pub(crate) fn standing(change: &ChangedThreat<'_>) -> String {
    let score = |score: Option<&Score>| score.map_or("not counted".to_owned(), |score| format!("{} {}", score.severity, score.risk));
    let score = (score(change.score.0), score(change.score.1));
    let status = |status| crate::json::threat::status(status);
    let mut parts = Vec::new();
    if change.status_changed() {
        parts.push(format!("{} → {}", status(change.status.0), status(change.status.1)));
    }
    if score.0 != score.1 {
        parts.push(format!("{} → {}", score.0, score.1));
    }
    parts.join(", ")
}

/// `risk 54 → 61 · 2 new threats · 1 closed`
pub(super) fn headline(comparison: &Comparison<'_>, pen: Pen) -> String {
    let (from, to) = (comparison.base.assessment.posture.risk, comparison.head.assessment.posture.risk);
    let risk = match to.cmp(&from) {
        std::cmp::Ordering::Equal => format!("risk stays {to}"),
        std::cmp::Ordering::Greater => pen.bad(&format!("risk {from} → {to}")),
        std::cmp::Ordering::Less => pen.good(&format!("risk {from} → {to}")),
    };
    let mut parts = vec![risk];
    let mut say = |many: usize, one: &str, more: &str, worse: bool| {
        if many > 0 {
            let text = words::count(many, one, more);
            parts.push(if worse { pen.bad(&text) } else { pen.good(&text) });
        }
    };
    say(added(comparison).len(), "new threat", "new threats", true);
    say(removed(comparison).len(), "threat closed", "threats closed", false);
    let (worse, eased): (Vec<_>, Vec<_>) = reassessed(comparison).into_iter().partition(ChangedThreat::is_worse);
    say(worse.len(), "threat worse", "threats worse", true);
    say(eased.len(), "threat eased", "threats eased", false);
    say(opened(comparison).len(), "path opened", "paths opened", true);
    say(closed(comparison).len(), "path closed", "paths closed", false);
    if parts.len() == 1 {
        let delta = comparison.delta;
        let many = delta.added.len() + delta.removed.len() + delta.changed.len();
        parts.extend((many > 0).then(|| format!("the design changed in {}", words::count(many, "place", "places"))));
    }
    parts.join(" · ")
}

/// Everything that moved; empty when nothing did.
pub fn diff(comparison: &Comparison<'_>, style: &Style) -> String {
    if is_still(comparison) {
        return String::new();
    }
    let pen = Pen::new(style);
    let mut blocks: Vec<String> = Vec::new();
    blocks.extend(added(comparison).into_iter().map(|(threat, score)| threat_block(comparison.head, threat, score, pen)));
    let mut events: Vec<_> = comparison.delta.events.iter().collect();
    events.sort_by_key(|event| !words::is_loss(event.kind));
    blocks.extend(events.into_iter().map(|event| event_block(comparison, event, pen)));
    let more = blocks.len().saturating_sub(BLOCKS);
    blocks.truncate(BLOCKS);
    if more > 0 {
        blocks.push(format!("{}\n", pen.dim(&format!("… and {more} more (--format json has them all)"))));
    }
    blocks.push(design(comparison, pen));
    blocks.push(outcome(comparison, pen));
    blocks.retain(|block| !block.is_empty());
    let focus = comparison.head.focus.map(|focus| pen.dim(&format!(" · only {}", pen.fit(focus.folder, 40)))).unwrap_or_default();
    blocks.push(format!("{}{focus}\n", headline(comparison, pen)));
    blocks.join("\n")
}

fn threat_block(report: &Report<'_>, threat: &Threat, score: &Score, pen: Pen) -> String {
    let head = pen.severity(score.severity, &format!("{}[{}]", score.severity, threat.rule));
    let place = words::threat_place(report, threat);
    let next = format!("{}\n  = {}", threat.guidance, threat.id);
    block(
        report,
        &format!("{head}: {}", pen.bold(&super::scan::sentence(&threat.title, threat.rule.len() + score.severity.name().len() + 4, 4, pen))),
        place,
        &next,
        pen,
    )
}

fn event_block(comparison: &Comparison<'_>, event: &threatline_model::delta::Event, pen: Pen) -> String {
    let report = comparison.head;
    let name = event.kind.name();
    let head = if words::is_loss(event.kind) { pen.bad(name) } else { pen.note(name) };
    let one = if event.element.as_entry_point().is_some() { event.evidence.last() } else { event.evidence.first() };
    let place = one.map(|evidence| words::place(report, evidence));
    let mut next = changes(comparison, &event.element);
    next.extend(words::next_step(event.kind).map(str::to_owned));
    let sentence = super::scan::sentence(&words::event(report.model, event), name.len() + 2, 4, pen);
    block(report, &format!("{head}: {}", pen.bold(&sentence)), place, &next.join("\n  = "), pen)
}

/// What changed of an element, field by field.
fn changes(comparison: &Comparison<'_>, id: &ElementId) -> Vec<String> {
    let change = comparison.delta.changed.iter().find(|change| change.id == *id);
    change.iter().flat_map(|change| &change.fields).take(4).map(words::field).collect()
}

fn block(report: &Report<'_>, head: &str, place: Option<Place>, next: &str, pen: Pen) -> String {
    let mut out = format!("{head}\n");
    if let Some(place) = place {
        out.push_str(&format!("  {} {}\n", pen.dim("-->"), pen.note(&pen.fit(&place.to_string(), 6))));
        out.push_str(&source(report, &place, pen));
    }
    for line in next.lines().filter(|line| !line.trim().is_empty()) {
        let line = line.strip_prefix("  = ").unwrap_or(line);
        out.push_str(&format!("  {} {}\n", pen.dim("="), super::scan::wrap(line, 4, pen)));
    }
    out
}

/// The line with a mark under it; nothing where it cannot be read.
pub(super) fn source(report: &Report<'_>, place: &Place, pen: Pen) -> String {
    let Some((line, _)) = place.line else { return String::new() };
    let Some(text) = report.places.text(&place.path, line) else { return String::new() };
    let text = pen.fit(text.trim_end(), 10);
    let indent = text.chars().take_while(|c| *c == ' ').count();
    let width = text.chars().count().saturating_sub(indent);
    if width == 0 {
        return String::new();
    }
    let (number, bar) = (line.to_string(), pen.dim("|"));
    let gutter = " ".repeat(number.len());
    let mark = pen.bad(&"^".repeat(width));
    format!("  {} {bar} {text}\n  {gutter} {bar} {}{mark}\n", pen.dim(&number), " ".repeat(indent))
}

/// What changed in the design and is no event: one line each.
fn design(comparison: &Comparison<'_>, pen: Pen) -> String {
    let told: BTreeSet<&ElementId> = comparison.delta.events.iter().map(|event| &event.element).collect();
    let delta = comparison.delta;
    let kind = |id: &ElementId| match id.as_str().split(':').next() {
        Some("cmp") => "component",
        Some("flw") => "flow",
        Some("ent") => "entry point",
        _ => "boundary",
    };
    let mut lines = Vec::new();
    for id in delta.added.iter().filter(|id| !told.contains(id)) {
        lines.push(format!("  {} {} {}", pen.note("+"), kind(id), pen.fit(&words::element(comparison.head.model, id), 20)));
    }
    for id in &delta.removed {
        lines.push(format!("  {} {} {}", pen.note("-"), kind(id), pen.fit(&words::element(comparison.base.model, id), 20)));
    }
    for change in delta.changed.iter().filter(|change| !told.contains(&change.id)) {
        let was = change.old_id.as_ref().map(|id| format!("was {}", words::element(comparison.base.model, id)));
        let fields: Vec<String> = was.into_iter().chain(change.fields.iter().take(3).map(words::field)).collect();
        let text = format!("{} {}  {}", kind(&change.id), words::element(comparison.head.model, &change.id), fields.join("; "));
        lines.push(format!("  {} {}", pen.note("~"), pen.fit(&text, 6)));
    }
    if lines.is_empty() {
        return String::new();
    }
    let more = lines.len().saturating_sub(DESIGN);
    lines.truncate(DESIGN);
    if more > 0 {
        lines.push(format!("  {}", pen.dim(&format!("… and {more} more"))));
    }
    format!("{}\n{}\n", pen.bold("design"), lines.join("\n"))
}

fn outcome(comparison: &Comparison<'_>, pen: Pen) -> String {
    let mut lines = Vec::new();
    for (list, report, word, worse) in [(opened(comparison), comparison.head, "path opened", true), (closed(comparison), comparison.base, "path closed", false)]
    {
        let more = list.len().saturating_sub(PATHS);
        for path in list.into_iter().take(PATHS) {
            let text = words::way(report.model, path);
            lines.push(line(word, worse, &text, &format!("{} {}  {}", path.risk, path.severity, path.id), pen));
        }
        if more > 0 {
            lines.push(format!("  {}", pen.dim(&format!("… and {more} more"))));
        }
    }
    let moved = reassessed(comparison);
    for change in moved.iter().take(PATHS) {
        let word = if change.is_worse() { "threat worse" } else { "threat eased" };
        lines.push(line(word, change.is_worse(), &change.after.title, &format!("{}  {}", standing(change), change.after.id), pen));
    }
    if moved.len() > PATHS {
        lines.push(format!("  {}", pen.dim(&format!("… and {} more", moved.len() - PATHS))));
    }
    let gone = removed(comparison);
    for (threat, _) in gone.iter().take(PATHS) {
        lines.push(line("threat closed", false, &threat.title, &threat.id.0, pen));
    }
    if gone.len() > PATHS {
        lines.push(format!("  {}", pen.dim(&format!("… and {} more", gone.len() - PATHS))));
    }
    if lines.is_empty() { String::new() } else { format!("{}\n{}\n", pen.bold("outcome"), lines.join("\n")) }
}

/// What happened, to what, and how it stands now: the middle has what the ends leave of the line.
fn line(word: &str, worse: bool, text: &str, end: &str, pen: Pen) -> String {
    let text = pen.fit(text, word.len() + end.chars().count() + 6);
    format!("  {}: {text}  {}", if worse { pen.bad(word) } else { pen.good(word) }, pen.dim(end))
}

/// What moved in ten lines at most, never anything old; empty when nothing did.
pub fn hook(comparison: &Comparison<'_>, style: &Style) -> String {
    if is_still(comparison) {
        return String::new();
    }
    let pen = Pen::new(style);
    let report = comparison.head;
    let mut lines = vec![format!("threatline: {}", headline(comparison, pen))];
    let mut news = Vec::new();
    for (threat, score) in added(comparison) {
        let head = pen.severity(score.severity, &format!("{:<8}", score.severity.name()));
        // the title has what the place leaves of the line
        let place = words::threat_place(report, threat).map(|place| escape::shorten(&escape::terminal(&place.to_string()), 40)).unwrap_or_default();
        let title = pen.fit(&threat.title, 13 + place.chars().count());
        news.push((score.severity < Severity::Medium, format!("  {head} {title}  {}", pen.note(&place)).trim_end().to_owned()));
    }
    for event in &comparison.delta.events {
        let head = if words::is_loss(event.kind) { pen.bad("lost    ") } else { pen.note("note    ") };
        news.push((!words::is_loss(event.kind), format!("  {head} {}", pen.fit(&words::event(report.model, event), 11))));
    }
    for change in reassessed(comparison).into_iter().filter(ChangedThreat::is_worse) {
        let head = pen.bad("worse   ");
        news.push((false, format!("  {head} {}  {}", pen.fit(&change.after.title, 44), pen.dim(&standing(&change)))));
    }
    for path in opened(comparison) {
        let text = words::way(report.model, path);
        news.push((false, format!("  {} {}", pen.bad("path    "), pen.fit(&text, 11))));
    }
    news.sort_by_key(|(minor, _)| *minor);
    let room = HOOK - 2;
    let more = news.len().saturating_sub(room);
    lines.extend(news.into_iter().take(room).map(|(_, line)| line));
    if more > 0 {
        lines.push(format!("  {}", pen.dim(&format!("… and {more} more: git threat diff"))));
    }
    lines.join("\n") + "\n"
}
