//! The first screen.

use super::Style;
use super::diff::{headline, is_still};
use super::paint::Pen;
use crate::{Comparison, Report, escape, words};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use threatline_risk::{AttackPath, Severity};
use threatline_threats::Status;

const PATHS: usize = 3;
const THREATS: usize = 10;
const QUESTIONS: usize = 3;
const REASONS: usize = 6;
const FILES: usize = 3;

/// How things stand, what the last commit did to that, and what to do first.
pub fn scan(report: &Report<'_>, comparison: Option<&Comparison<'_>>, style: &Style) -> String {
    let pen = Pen::new(style);
    let mut parts = vec![title(report, pen)];
    if words::is_empty_focus(report) {
        parts.push(format!("{}\n", wrap(words::NOTHING_IN_FOCUS, 0, pen)));
    } else if report.focus.is_none() && words::is_bare(report.model) {
        parts.push(bare(report, pen));
    } else {
        parts.push(posture(report, pen));
        parts.extend(comparison.map(|comparison| moved(comparison, pen)));
        parts.extend([paths(report, pen), choke_point(report, pen), threats(report, pen), questions(report, pen)]);
    }
    parts.push(skipped(report, pen));
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn title(report: &Report<'_>, pen: Pen) -> String {
    let state = &report.state;
    let which = state
        .commit
        .as_deref()
        .map_or_else(|| if state.index { "index" } else { "work tree" }.to_owned(), |commit| escape::terminal(commit.get(..12).unwrap_or(commit)));
    let dirty = if state.dirty { " with uncommitted changes" } else { "" };
    let focus = report.focus.map(|focus| format!("  only {}", pen.fit(focus.folder, 40))).unwrap_or_default();
    format!("{}  {}{}\n", pen.bold(&format!("threatline {}", escape::terminal(report.version))), pen.dim(&format!("{which}{dirty}")), pen.note(&focus))
}

fn bare(report: &Report<'_>, pen: Pen) -> String {
    let coverage = report.coverage;
    let files = words::count(usize::try_from(coverage.artifacts).unwrap_or(usize::MAX), "file", "files");
    let why = format!("No component that runs anywhere was recognised ({} of {files} analysed), so there is nothing to assess.", coverage.analysed);
    let next = "That is no statement about its security. If something is deployed, declare it in threatline.toml ([[components]]).";
    format!("{}\n{}\n{}\n", pen.bold("Nothing deployable found."), wrap(&why, 0, pen), pen.dim(&wrap(next, 0, pen)))
}

fn posture(report: &Report<'_>, pen: Pen) -> String {
    let posture = &report.assessment.posture;
    let assessed = posture.assessed.map_or_else(String::new, |share| format!("   {} % assessed", share / 10));
    let risk = pen.severity(Severity::of(posture.risk), &format!("{:>3}", posture.risk));
    let mut out = format!("  Risk  {risk} / 100  {}{assessed}\n", pen.bar(posture.risk));
    let open: Vec<String> = Severity::ALL.iter().rev().map(|severity| count(posture.open.of(*severity), *severity, pen)).collect();
    out.push_str(&format!("  Open  {}\n", open.join("  ")));
    let model = report.model;
    let size = [
        words::count(model.components.len(), "component", "components"),
        words::count(model.flows.len(), "flow", "flows"),
        words::count(model.entry_points.len(), "entry point", "entry points"),
        words::count(model.boundaries.len(), "boundary", "boundaries"),
    ];
    out.push_str(&format!("  Size  {}\n", size.join(" · ")));
    if posture.assessed.is_some_and(|share| share < 500) {
        out.push_str(&format!("        {}\n", pen.dim("What is not assessed is unknown, not safe.")));
    }
    out
}

fn count(many: u32, severity: Severity, pen: Pen) -> String {
    let text = format!("{many} {severity}");
    if many == 0 { pen.dim(&text) } else { pen.severity(severity, &text) }
}

fn moved(comparison: &Comparison<'_>, pen: Pen) -> String {
    if is_still(comparison) {
        return format!("  Last commit  {}\n", pen.dim("did not change the design"));
    }
    let mut out = format!("  Last commit  {}\n", headline(comparison, pen));
    let model = comparison.head.model;
    let mut events: Vec<_> = comparison.delta.events.iter().collect();
    events.sort_by_key(|event| !words::is_loss(event.kind));
    for event in events.iter().take(3) {
        out.push_str(&format!("               {}\n", pen.fit(&words::event(model, event), 15)));
    }
    if events.len() > 3 {
        out.push_str(&format!("               {}\n", pen.dim(&format!("… and {} more (threatline diff)", events.len() - 3))));
    }
    out
}

fn paths(report: &Report<'_>, pen: Pen) -> String {
    let open: Vec<&AttackPath> = report.assessment.attack_paths.iter().filter(|path| path.status != Status::Accepted && path.risk > 0).collect();
    if open.is_empty() {
        return String::new();
    }
    let rest = if open.len() > PATHS { format!("{PATHS} of {}", open.len()) } else { String::new() };
    let mut out = format!("{}  {}\n", pen.bold("Worst attack paths"), pen.dim(&rest)).trim_end().to_owned() + "\n";
    for path in open.iter().take(PATHS) {
        out.push('\n');
        out.push_str(&draw(report, path, pen));
    }
    out
}

/// One path, step by step.
pub(super) fn draw(report: &Report<'_>, path: &AttackPath, pen: Pen) -> String {
    let score = pen.severity(path.severity, &format!("{:>3} {:<8}", path.risk, path.severity.name()));
    let from_to = words::way(report.model, path);
    let mut out = format!("  {score} {}  {}\n", pen.bold(&pen.fit(&from_to, 32)), pen.dim(&path.id.0));
    let last = path.steps.len().saturating_sub(1);
    for (at, step) in path.steps.iter().enumerate() {
        let (mark, rail) = match at {
            0 if last == 0 => ("●─", "  "),
            0 => ("╭─", "│ "),
            _ if at == last => ("╰▶", "  "),
            _ => ("├─", "│ "),
        };
        out.push_str(&format!("      {} {}\n", pen.dim(mark), pen.fit(&words::gains(report.model, &step.gains), 9)));
        let Some(threat) = step.threat.as_ref().and_then(|id| report.threat(id)) else { continue };
        out.push_str(&format!("      {}   because {}\n", pen.dim(rail), pen.fit(&threat.title, 19)));
        let place = words::threat_place(report, threat).map(|place| format!("{}  ", pen.note(&pen.fit(&place.to_string(), 30)))).unwrap_or_default();
        out.push_str(&format!("      {}   {place}{}\n", pen.dim(rail), pen.dim(&threat.id.0)));
    }
    out
}

fn choke_point(report: &Report<'_>, pen: Pen) -> String {
    let Some(point) = report.assessment.choke_points.first().filter(|point| point.risk_removed > 0) else { return String::new() };
    let Some(threat) = point.threats.first().and_then(|id| report.threat(id)) else { return String::new() };
    // what it takes away was worked out for the whole system
    let (loss, paths, all) = match report.focus {
        Some(focus) => (focus.loss, focus.paths, " of the whole system"),
        None => (report.assessment.posture.loss, report.assessment.attack_paths.len(), ""),
    };
    let share = (u64::from(point.risk_removed) * 100).checked_div(u64::from(loss)).unwrap_or(0).min(100);
    let closes = match point.paths_cut {
        0 => String::new(),
        cut => format!(" and closes {} of {}", cut, words::count(paths, "attack path", "attack paths")),
    };
    let place = words::threat_place(report, threat).map(|place| format!("{}  ", pen.note(&pen.fit(&place.to_string(), 20)))).unwrap_or_default();
    format!(
        "{}\n\n  {}\n  {place}{}\n  {}\n  {}\n",
        pen.bold("Mend this first"),
        pen.fit(&threat.title, 2),
        pen.dim(&threat.id.0),
        pen.good(&wrap(&format!("takes away {share} % of the expected loss{closes}{all}"), 2, pen)),
        wrap(&threat.guidance, 2, pen)
    )
}

fn threats(report: &Report<'_>, pen: Pen) -> String {
    let open = words::open_threats(report);
    let likely = report.assessment.scores.iter().filter(|score| score.likely && report.status(&score.threat).is_open()).count();
    let mut out = String::new();
    if open.is_empty() {
        out.push_str(&format!("{}\n", pen.bold("No open threat by the rules that apply")));
    } else {
        out.push_str(&format!("{}\n\n", pen.bold("Top threats")));
    }
    for (threat, score) in open.iter().take(THREATS) {
        let head = pen.severity(score.severity, &format!("{:<8} {:>3}", score.severity.name(), score.risk));
        out.push_str(&format!("  {head}  {}\n", sentence(&threat.title, 16, 16, pen)));
        let place = words::threat_place(report, threat).map(|place| format!("{}  ", pen.note(&pen.fit(&place.to_string(), 34)))).unwrap_or_default();
        out.push_str(&format!("                {place}{}\n", pen.dim(&threat.id.0)));
    }
    let mut rest = Vec::new();
    if open.len() > THREATS {
        rest.push(format!("{} more", open.len() - THREATS));
    }
    if likely > 0 {
        rest.push(format!("{likely} only likely, by contrast with siblings, and not counted"));
    }
    if !rest.is_empty() {
        out.push_str(&format!("  {}\n", pen.dim(&format!("… and {}: threatline export markdown", rest.join(", ")))));
    }
    out
}

fn questions(report: &Report<'_>, pen: Pen) -> String {
    let ranked = threatline_risk::rank(&report.found.questions, report.assessment);
    let open: Vec<_> = ranked.into_iter().filter(|(_, risk)| *risk > 0).collect();
    if open.is_empty() {
        return String::new();
    }
    let rest = if open.len() > QUESTIONS { format!("{QUESTIONS} of {}; ", open.len()) } else { String::new() };
    let mut out = format!("{}  {}\n", pen.bold("Open questions"), pen.dim(&format!("{rest}unknown, so not counted; answer in threatline.toml")));
    for (question, risk) in open.into_iter().take(QUESTIONS) {
        let (ask, answer) = words::question(report.model, question);
        out.push_str(&format!("\n  {} {}  {}\n", pen.note("?"), pen.fit(&ask, 24), pen.dim(&format!("up to {risk}"))));
        for line in answer.into_iter().flatten() {
            out.push_str(&format!("      {}\n", escape::terminal(&line)));
        }
    }
    out
}

fn skipped(report: &Report<'_>, pen: Pen) -> String {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, reason) in &report.coverage.skipped {
        by_reason.entry(reason).or_default().push(path);
    }
    if by_reason.is_empty() {
        return String::new();
    }
    let mut groups: Vec<(&str, Vec<&str>)> = by_reason.into_iter().collect();
    groups.sort_by_key(|(reason, paths)| (Reverse(paths.len()), *reason));
    let mut out = format!("{}\n\n", pen.bold("Not understood"));
    for (reason, paths) in groups.iter().take(REASONS) {
        out.push_str(&format!("  {:>4}  {}\n", paths.len(), pen.fit(reason, 8)));
        out.extend(paths.iter().take(FILES).map(|path| format!("        {}\n", pen.dim(&pen.fit(path, 8)))));
        if paths.len() > FILES {
            out.push_str(&format!("        {}\n", pen.dim(&format!("… and {} more", paths.len() - FILES))));
        }
    }
    if groups.len() > REASONS {
        out.push_str(&format!("  {}\n", pen.dim(&format!("… and {}", words::count(groups.len() - REASONS, "more reason", "more reasons")))));
    }
    out
}

/// Running text in lines of the pen's width.
pub(super) fn wrap(text: &str, indent: usize, pen: Pen) -> String {
    hang(&escape::terminal(text), indent, indent, pen)
}

/// Lines that are too long are broken between words, what follows indented a little deeper.
pub(super) fn fold(text: &str, pen: Pen) -> String {
    let fits = |line: &str| line.chars().count() <= pen.style.width;
    let one = |line: &str| {
        let rest = line.trim_start_matches(' ');
        let indent = line.len() - rest.len();
        if fits(line) { line.to_owned() } else { format!("{}{}", &line[..indent], hang(rest, indent, indent + 2, pen)) }
    };
    let lines: Vec<String> = text.split('\n').map(one).collect();
    lines.join("\n")
}

/// A sentence of the repository that begins in one column and goes on in another; its end says what is wrong.
pub(super) fn sentence(text: &str, column: usize, indent: usize, pen: Pen) -> String {
    hang(&escape::terminal(&escape::shorten(text, 240)), column, indent, pen)
}

fn hang(text: &str, mut column: usize, indent: usize, pen: Pen) -> String {
    let (mut out, mut gap, mut begins) = (String::new(), 0, true);
    for word in text.split(' ') {
        if word.is_empty() {
            gap += usize::from(!begins);
            continue;
        }
        let length = word.chars().count();
        if !begins && column + gap + length > pen.style.width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else if !begins {
            out.push_str(&" ".repeat(gap));
            column += gap;
        }
        out.push_str(word);
        column += length;
        (gap, begins) = (1, false);
    }
    out
}
