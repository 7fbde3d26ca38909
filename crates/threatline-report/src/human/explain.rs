//! A score, term by term, so that a person can check it by hand.

use super::{closest, scan};
use crate::human::{Style, paint::Pen};
use crate::{Report, escape, words};
use std::collections::BTreeSet;
use threatline_model::{Grade, Model};
use threatline_risk::{Explanation, Need};
use threatline_threats::{Start, Threat, ThreatId};

/// How many threats of one element or path are explained.
const MOST: usize = 8;

/// How the score of a threat came about; for a path or an element that of each of its threats. The
/// closest ids where there is nothing of that id.
pub fn explain(report: &Report<'_>, id: &str, style: &Style) -> Result<String, Vec<String>> {
    let wanted = threats(report, id).ok_or_else(|| closest(report, id))?;
    if wanted.is_empty() {
        return Ok(format!("{}: no threat, so there is no score to explain\n", escape::terminal(id)));
    }
    let all = report.judged.with_status(&report.found.threats);
    let mut parts = Vec::new();
    for id in wanted.iter().take(MOST) {
        let threat = report.threat(id);
        let explanation = threatline_risk::explain(report.model, &all, id);
        parts.extend(threat.zip(explanation).map(|(threat, explanation)| one(report, threat, &explanation)));
    }
    if wanted.len() > MOST {
        parts.push(format!("… and {} more\n", wanted.len() - MOST));
    }
    Ok(scan::fold(&parts.join("\n"), Pen::new(style)))
}

/// The threats that an id stands for; none if there is nothing of that id.
fn threats<'r>(report: &'r Report<'_>, id: &str) -> Option<Vec<&'r ThreatId>> {
    if let Some(threat) = report.found.threats.iter().find(|threat| threat.id.0 == id) {
        return Some(vec![&threat.id]);
    }
    if let Some(path) = report.assessment.attack_paths.iter().find(|path| path.id.0 == id) {
        let mut seen = BTreeSet::new();
        return Some(path.steps.iter().filter_map(|step| step.threat.as_ref()).filter(|id| seen.insert(*id)).collect());
    }
    let model = report.model;
    let here = model.components.iter().any(|c| c.id.as_str() == id)
        || model.flows.iter().any(|f| f.id.as_str() == id)
        || model.boundaries.iter().any(|b| b.id.as_str() == id)
        || model.entry_points.iter().any(|e| e.id.as_str() == id);
    let of = |threat: &&Threat| threat.element.as_str() == id;
    here.then(|| report.found.threats.iter().filter(of).map(|threat| &threat.id).collect())
}

/// Millionths as a decimal without trailing zeros: exact, since nothing is rounded.
pub(super) fn share(millionths: u32) -> String {
    let digits = format!("{:06}", millionths % 1_000_000);
    let digits = digits.trim_end_matches('0');
    let whole = millionths / 1_000_000;
    if digits.is_empty() { format!("{whole}.0") } else { format!("{whole}.{digits}") }
}

fn thousandths(value: u64) -> String {
    share(u32::try_from(value.saturating_mul(1000)).unwrap_or(u32::MAX))
}

fn one(report: &Report<'_>, threat: &Threat, explanation: &Explanation) -> String {
    let score = &explanation.score;
    let [e, r, s, b] = [score.exploitability, score.reachability, score.sensitivity, score.blast_radius].map(share);
    let mut out = format!("{}\n{}  {}  {}\n\n", escape::terminal(&threat.title), threat.id, escape::terminal(&threat.rule), super::show::score_line(score));
    out.push_str("risk = 100 × E × R × (1 − (1 − S) × (1 − B))\n");
    out.push_str(&format!("     = 100 × {e} × {r} × (1 − (1 − {s}) × (1 − {b}))\n     = {} → {}\n", percent(score.exact), score.risk));
    if score.likely {
        out.push_str("     only a contrast with siblings speaks for it: it stands in no path, posture or gate\n");
    }
    out.push_str(&format!("\nE  exploitability  {e}\n     the rule's: how easy the step is once its needs are held\n"));
    out.push_str(&format!("\nR  reachability    {r}\n"));
    out.push_str(&needs(report.model, threat, explanation));
    out.push_str(&format!("\nS  sensitivity     {s}\n     {}\n", decided(report.model, threat, explanation)));
    out.push_str(&format!("\nB  blast radius    {b}\n"));
    out.push_str(&spread(report.model, explanation));
    out.push_str(&format!("\nConfidence {} ({}) stands beside the risk, not in it\n", share(score.confidence), grade(threat.grade)));
    if !score.assumed.is_empty() {
        out.push_str(&format!("Assumed: {}; answer the open questions to replace it by a fact\n", escape::terminal(&score.assumed.join(", "))));
    }
    out
}

fn percent(exact: u32) -> String {
    let rest = format!("{:04}", exact % 10_000);
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() { (exact / 10_000).to_string() } else { format!("{}.{rest}", exact / 10_000) }
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::X => "stated explicitly",
        Grade::C => "closed world: all that could set it was read",
        Grade::S => "contrast with siblings",
        Grade::P => "the dangerous thing is there",
    }
}

fn needs(model: &Model, threat: &Threat, explanation: &Explanation) -> String {
    if threat.start == Start::Nobody {
        return "     no attacker is needed: the harm is there by itself\n".to_owned();
    }
    if explanation.needs.is_empty() {
        return "     nothing in this system can be what the step needs\n".to_owned();
    }
    explanation.needs.iter().map(|need| derivation(model, need)).collect()
}

fn derivation(model: &Model, need: &Need) -> String {
    let mut out = format!("     {}  an attacker who {}\n", share(need.probability), said(model, &need.capability));
    if need.derivation.is_empty() && need.probability == 0 {
        out.push_str("       no way to it is likely enough to count\n");
    }
    let mut before: Option<u32> = None;
    for hop in &need.derivation {
        let how = match (&hop.threat, hop.start) {
            (_, true) => "from the beginning".to_owned(),
            (Some(id), _) => format!("by {id}"),
            (None, _) => "free".to_owned(),
        };
        let weight = before.filter(|before| !hop.start && *before > 0 && hop.probability <= *before);
        let weight = weight.map(|before| (u64::from(hop.probability) * 1_000_000 / u64::from(before)) as u32);
        let weight = weight.map(|weight| format!(", × {}", share(weight))).unwrap_or_default();
        out.push_str(&format!("       {:<8}  {} ({how}{weight})\n", share(hop.probability), said(model, &hop.capability)));
        before = Some(hop.probability);
    }
    out
}

fn said(model: &Model, capability: &str) -> String {
    escape::terminal(&words::gains(model, capability))
}

fn decided(model: &Model, threat: &Threat, explanation: &Explanation) -> String {
    match &explanation.decided {
        Some(decided) => {
            let how = if decided.assumed { ", assumed from what it is" } else { "" };
            format!(
                "decided by: {} ({}, worth {}{how})",
                said(model, &decided.capability),
                escape::terminal(&decided.capability),
                thousandths(decided.worth.into())
            )
        }
        None if threat.start == Start::Nobody => "what the element itself is worth".to_owned(),
        None => "a foothold: the step itself yields nothing of worth".to_owned(),
    }
}

fn spread(model: &Model, explanation: &Explanation) -> String {
    let spread = explanation.spread;
    if explanation.further.is_empty() {
        return "     nothing else follows from it\n".to_owned();
    }
    let mut out = format!("     V / (V + 2) with V = {}, the worth of what follows elsewhere\n", thousandths(spread));
    for further in &explanation.further {
        let name = escape::terminal(&words::element(model, &(&further.component).into()));
        let worth = thousandths(further.worth.into());
        out.push_str(&format!("       {} × {worth}  {name}: {}\n", share(further.probability), said(model, &further.capability)));
    }
    out
}
