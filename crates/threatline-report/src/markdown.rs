//! Markdown for step summaries and comments on pull requests.
//!
//! Nothing from a scanned file may become markup, a link, a mention or a reference: all of it passes
//! [`escape::markdown`] or [`escape::code`].

use crate::human::{added, closed, is_still, opened, reassessed, removed, standing};
use crate::{ChangedThreat, Comparison, Report, escape, words};
use std::collections::BTreeMap;
use threatline_risk::{AttackPath, Score, Severity};
use threatline_threats::{Status, Threat};

/// GitHub takes 65,536 characters in a comment; a row has a few hundred.
const ROWS: usize = 30;
const PATHS: usize = 5;
const STEPS: usize = 12;

/// Text of the repository in a cell or a sentence.
fn text(text: &str) -> String {
    escape::markdown(&escape::shorten(text, 200))
}

fn code(text: &str) -> String {
    escape::code(&escape::shorten(text, 160))
}

fn place(report: &Report<'_>, threat: &Threat) -> String {
    words::threat_place(report, threat).map(|place| code(&place.to_string())).unwrap_or_default()
}

fn table(out: &mut String, report: &Report<'_>, threats: &[(&Threat, &Score)]) {
    out.push_str("| severity | risk | threat | place | id |\n| --- | ---: | --- | --- | --- |\n");
    for (threat, score) in threats.iter().take(ROWS) {
        let cells = [score.severity.name().to_owned(), score.risk.to_string(), text(&threat.title), place(report, threat), code(&threat.id.0)];
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    if threats.len() > ROWS {
        out.push_str(&format!("\n… and {} more.\n", threats.len() - ROWS));
    }
}

fn path(report: &Report<'_>, path: &AttackPath) -> String {
    let mut out = format!("- **{} {}** {} ({})\n", path.severity, path.risk, text(&words::way(report.model, path)), code(&path.id.0));
    for (at, step) in path.steps.iter().take(STEPS).enumerate() {
        let threat = step.threat.as_ref().and_then(|id| report.threat(id));
        let because = threat.map(|threat| format!(": {} {}", text(&threat.title), place(report, threat)));
        out.push_str(&format!("  {}. {}{}\n", at + 1, text(&words::gains(report.model, &step.gains)), because.unwrap_or_default().trim_end()));
    }
    out
}

fn paths(out: &mut String, report: &Report<'_>, list: &[&AttackPath]) {
    for one in list.iter().take(PATHS) {
        out.push_str(&path(report, one));
    }
    if list.len() > PATHS {
        out.push_str(&format!("- … and {} more\n", list.len() - PATHS));
    }
}

/// One state, for a page or a step's summary.
pub fn scan(report: &Report<'_>) -> String {
    let mut out = String::from("# Threat model\n\n");
    let model = report.model;
    if let Some(focus) = report.focus {
        out.push_str(&format!("Only {}.\n\n", code(focus.folder)));
    }
    if words::is_empty_focus(report) {
        out.push_str(&format!("{}\n", words::NOTHING_IN_FOCUS));
    } else if report.focus.is_none() && words::is_bare(model) {
        out.push_str("Nothing deployable found: no component that runs anywhere was recognised, so there is nothing to assess. That is no statement about its security.\n");
    } else {
        summary(&mut out, report);
        scan_paths(&mut out, report);
        scan_threats(&mut out, report);
        questions(&mut out, report);
    }
    skipped(&mut out, report);
    out
}

fn summary(out: &mut String, report: &Report<'_>) {
    let (posture, model) = (&report.assessment.posture, report.model);
    let assessed = posture.assessed.map(|share| format!(", {} % assessed", share / 10)).unwrap_or_default();
    out.push_str(&format!("**Risk {} of 100**{assessed}.", posture.risk));
    let open: Vec<String> = Severity::ALL.iter().rev().map(|severity| format!("{} {severity}", posture.open.of(*severity))).collect();
    out.push_str(&format!(" Open: {}.\n\n", open.join(", ")));
    let size = [
        words::count(model.components.len(), "component", "components"),
        words::count(model.flows.len(), "flow", "flows"),
        words::count(model.entry_points.len(), "entry point", "entry points"),
        words::count(model.boundaries.len(), "boundary", "boundaries"),
    ];
    out.push_str(&format!("{}.\n", size.join(", ")));
}

fn scan_paths(out: &mut String, report: &Report<'_>) {
    let open: Vec<&AttackPath> = report.assessment.attack_paths.iter().filter(|path| path.status != Status::Accepted && path.risk > 0).collect();
    if !open.is_empty() {
        out.push_str("\n## Worst attack paths\n\n");
        paths(out, report, &open);
    }
    let point = report.assessment.choke_points.first().filter(|point| point.risk_removed > 0);
    if let Some(threat) = point.and_then(|point| report.threat(point.threats.first()?)) {
        out.push_str(&format!("\n**Mend this first:** {} {}. {}\n", text(&threat.title), place(report, threat), text(&threat.guidance)));
    }
}

fn scan_threats(out: &mut String, report: &Report<'_>) {
    let open = words::open_threats(report);
    out.push_str("\n## Open threats\n\n");
    if open.is_empty() {
        out.push_str("None by the rules that apply.\n");
        return;
    }
    table(out, report, &open);
    out.push_str("\n<details><summary>What to do</summary>\n\n");
    let mut guidance: BTreeMap<&str, &str> = BTreeMap::new();
    for (threat, _) in &open {
        guidance.insert(&threat.rule, &threat.guidance);
    }
    for (rule, guidance) in guidance {
        out.push_str(&format!("- {}: {}\n", code(rule), text(guidance)));
    }
    out.push_str("\n</details>\n");
}

fn questions(out: &mut String, report: &Report<'_>) {
    let ranked = threatline_risk::rank(&report.found.questions, report.assessment);
    let open: Vec<_> = ranked.into_iter().filter(|(_, risk)| *risk > 0).take(3).collect();
    if open.is_empty() {
        return;
    }
    out.push_str("\n## Open questions\n\n");
    for (question, risk) in open {
        let (ask, answer) = words::question(report.model, question);
        out.push_str(&format!("- {} (up to {risk})\n", text(&ask)));
        for line in answer.into_iter().flatten() {
            out.push_str(&format!("  {}<br>\n", escape::code(&line)));
        }
    }
}

fn skipped(out: &mut String, report: &Report<'_>) {
    if report.coverage.skipped.is_empty() {
        return;
    }
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, reason) in &report.coverage.skipped {
        by_reason.entry(reason).or_default().push(path);
    }
    out.push_str("\n<details><summary>Not understood</summary>\n\n");
    for (reason, paths) in by_reason.iter().take(ROWS) {
        let some: Vec<String> = paths.iter().take(3).map(|path| code(path)).collect();
        let more = if paths.len() > 3 { ", …" } else { "" };
        out.push_str(&format!("- {} ({}): {}{more}\n", text(reason), paths.len(), some.join(", ")));
    }
    out.push_str("\n</details>\n");
}

/// What moved, as a comment on a pull request; empty when nothing did.
pub fn diff(comparison: &Comparison<'_>) -> String {
    if is_still(comparison) {
        return String::new();
    }
    let (new, gone) = (added(comparison), removed(comparison));
    let (up, down) = (opened(comparison), closed(comparison));
    let moved = reassessed(comparison);
    let worse = moved.iter().filter(|change| change.is_worse()).count();
    // by its first line a comment is found again and brought up to date
    let mut out = format!("<!-- threatline:pr -->\n{}\n", headline(comparison, [new.len(), gone.len(), worse, moved.len() - worse, up.len(), down.len()]));
    if !new.is_empty() {
        out.push_str("\n### New threats\n\n");
        table(&mut out, comparison.head, &new);
        guidance(&mut out, &new);
    }
    if !up.is_empty() {
        out.push_str("\n### Attack paths opened\n\n");
        paths(&mut out, comparison.head, &up);
    }
    events(&mut out, comparison);
    reassessment(&mut out, &moved);
    if !gone.is_empty() {
        out.push_str("\n### Closed threats\n\n");
        table(&mut out, comparison.base, &gone);
    }
    if !down.is_empty() {
        out.push_str("\n### Attack paths closed\n\n");
        for one in down.iter().take(PATHS) {
            out.push_str(&format!("- {} (was {} {})\n", text(&words::way(comparison.base.model, one)), one.severity, one.risk));
        }
        if down.len() > PATHS {
            out.push_str(&format!("- … and {} more\n", down.len() - PATHS));
        }
    }
    design(&mut out, comparison);
    out
}

fn headline(comparison: &Comparison<'_>, [new, gone, worse, eased, up, down]: [usize; 6]) -> String {
    let (from, to) = (comparison.base.assessment.posture.risk, comparison.head.assessment.posture.risk);
    let risk = if from == to { format!("Risk stays {to}") } else { format!("Risk {from} → {to}") };
    let mut parts = vec![format!("**{risk}**")];
    for (many, one, more) in [
        (new, "new threat", "new threats"),
        (gone, "threat closed", "threats closed"),
        (worse, "threat worse", "threats worse"),
        (eased, "threat eased", "threats eased"),
        (up, "path opened", "paths opened"),
        (down, "path closed", "paths closed"),
    ] {
        parts.extend((many > 0).then(|| words::count(many, one, more)));
    }
    let focus = comparison.head.focus.map(|focus| format!(" Only {}.", code(focus.folder))).unwrap_or_default();
    format!("{}.{focus}", parts.join(", "))
}

fn reassessment(out: &mut String, moved: &[ChangedThreat<'_>]) {
    if moved.is_empty() {
        return;
    }
    out.push_str("\n### Threats that stand elsewhere\n\n");
    for change in moved.iter().take(ROWS) {
        out.push_str(&format!("- {}: {} ({})\n", text(&change.after.title), text(&standing(change)), code(&change.after.id.0)));
    }
    if moved.len() > ROWS {
        out.push_str(&format!("- … and {} more\n", moved.len() - ROWS));
    }
}

fn guidance(out: &mut String, threats: &[(&Threat, &Score)]) {
    out.push_str("\n<details><summary>What to do</summary>\n\n");
    for (threat, _) in threats.iter().take(ROWS) {
        out.push_str(&format!("- {} {}\n", code(&threat.id.0), text(&threat.guidance)));
    }
    out.push_str("\n</details>\n");
}

fn events(out: &mut String, comparison: &Comparison<'_>) {
    let mut events: Vec<_> = comparison.delta.events.iter().collect();
    if events.is_empty() {
        return;
    }
    events.sort_by_key(|event| !words::is_loss(event.kind));
    out.push_str("\n### Changes to look at\n\n");
    let report = comparison.head;
    for event in events.iter().take(ROWS) {
        let one = if event.element.as_entry_point().is_some() { event.evidence.last() } else { event.evidence.first() };
        let place = one.map(|evidence| code(&words::place(report, evidence).to_string())).unwrap_or_default();
        out.push_str(format!("- **{}** {} {place}", event.kind.name(), text(&words::event(report.model, event))).trim_end());
        out.push('\n');
    }
    if events.len() > ROWS {
        out.push_str(&format!("- … and {} more\n", events.len() - ROWS));
    }
}

fn design(out: &mut String, comparison: &Comparison<'_>) {
    let delta = comparison.delta;
    let mut lines: Vec<String> = delta.added.iter().map(|id| format!("- added {}", code(id.as_str()))).collect();
    lines.extend(delta.removed.iter().map(|id| format!("- removed {}", code(id.as_str()))));
    for change in &delta.changed {
        let fields: Vec<String> = change.fields.iter().take(4).map(words::field).collect();
        let was = change.old_id.as_ref().map(|id| format!(" (was {})", code(id.as_str()))).unwrap_or_default();
        lines.push(format!("- changed {}{was} {}", code(change.id.as_str()), text(&fields.join("; "))).trim_end().to_owned());
    }
    if lines.is_empty() {
        return;
    }
    let more = lines.len().saturating_sub(2 * ROWS);
    lines.truncate(2 * ROWS);
    if more > 0 {
        lines.push(format!("- … and {more} more"));
    }
    out.push_str(&format!("\n<details><summary>Design</summary>\n\n{}\n\n</details>\n", lines.join("\n")));
}
