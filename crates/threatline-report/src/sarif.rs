//! SARIF 2.1.0 as code scanning services take it.
//!
//! One rule per rule id, one result per threat. What the services do not say aloud: a result without a
//! file makes the whole upload fail; severity is read from the rule, so a rule has that of its worst
//! result; suppressions are not honoured, so decided threats are left out unless asked for.

use crate::{Report, escape, words};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use threatline_model::ElementId;
use threatline_risk::{AttackPath, Score, Severity};
use threatline_threats::{Rule, Status, Threat, catalogue};

/// Services keep so many results of a run, the most severe.
const RESULTS: usize = 5_000;
/// Attack paths shown with one result.
const FLOWS: usize = 5;
/// Steps shown of one path.
const STEPS: usize = 50;

/// Open threats as results; accepted and dismissed ones as suppressed results when asked for.
pub fn report(report: &Report<'_>, include_decided: bool) -> String {
    let all: BTreeMap<_, _> = report.found.threats.iter().map(|threat| (&threat.id, threat)).collect();
    let shown = |status: Status| status.is_open() || (include_decided && matches!(status, Status::Accepted | Status::Dismissed));
    let scores = report.assessment.scores.iter().filter(|score| shown(report.status(&score.threat)));
    let chosen: Vec<(&Threat, &Score)> = scores.filter_map(|score| Some((*all.get(&score.threat)?, score))).take(RESULTS).collect();
    let mut worst: BTreeMap<&str, (u32, &Threat)> = BTreeMap::new();
    for (threat, score) in &chosen {
        let risk = if report.status(&threat.id).is_open() { score.risk } else { 0 };
        let best = worst.entry(&threat.rule).or_insert((risk, threat));
        best.0 = best.0.max(risk);
    }
    let numbers: BTreeMap<&str, usize> = worst.keys().enumerate().map(|(at, rule)| (*rule, at)).collect();
    let rules: Vec<Value> = worst.iter().map(|(id, (risk, threat))| rule(id, *risk, threat)).collect();
    let results: Vec<Value> = chosen.iter().map(|(threat, score)| result(report, threat, score, numbers[threat.rule.as_str()], include_decided)).collect();
    let document = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Threatline",
                "semanticVersion": report.version,
                "informationUri": "https://github.com/threatline/threatline",
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    // plain data with string keys: serialising it cannot fail
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// `8.5`
fn security_severity(risk: u32) -> String {
    format!("{}.{}", risk / 10, risk % 10)
}

fn rule(id: &str, risk: u32, threat: &Threat) -> Value {
    let known: Option<&Rule> = catalogue().iter().copied().find(|rule| rule.id == id);
    let title = known.map_or_else(|| id.replace('-', " "), |rule| sentence(rule.title));
    let page = known.map_or(threat.guidance.as_str(), |rule| manual(rule.page));
    let name: String = id.split('-').map(capital).collect();
    let mut tags = vec!["security".to_owned(), "threat-model".to_owned()];
    tags.extend(threat.cwe.iter().map(|cwe| format!("external/cwe/cwe-{cwe}")));
    tags.extend(threat.techniques.iter().map(|id| format!("external/attack/{}", id.to_lowercase())));
    tags.truncate(10);
    json!({
        "id": id,
        "name": name,
        "shortDescription": { "text": escape::shorten(&title, 1000) },
        "fullDescription": { "text": escape::shorten(&format!("{title}. {}", threat.guidance), 1000) },
        "help": { "text": threat.guidance, "markdown": page },
        "defaultConfiguration": { "level": level(Severity::of(risk)) },
        "properties": { "security-severity": security_severity(risk), "tags": tags },
    })
}

/// The sentence of a rule without its element.
fn sentence(title: &str) -> String {
    capital(title.replace("{}", "an element").trim())
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A rule's page without its samples, which are tests.
fn manual(page: &str) -> &str {
    page.split("\n## Samples").next().unwrap_or(page).trim()
}

fn result(report: &Report<'_>, threat: &Threat, score: &Score, rule: usize, include_decided: bool) -> Value {
    let mut location = json!({ "physicalLocation": threat_location(report, threat) });
    location["logicalLocations"] = json!([{ "fullyQualifiedName": threat.element.as_str() }]);
    let related: Vec<Value> = threat
        .evidence
        .iter()
        .skip(1)
        .take(20)
        .enumerate()
        .map(|(at, evidence)| json!({ "id": at + 1, "physicalLocation": physical(&words::place(report, evidence)) }))
        .collect();
    let links: Vec<String> = (1..=related.len()).map(|at| format!("[{at}]({at})")).collect();
    let see = if links.is_empty() { String::new() } else { format!(" See also {}.", links.join(", ")) };
    let likely = if score.likely { " Only likely: most siblings differ." } else { "" };
    let message = format!("{}. {}{likely}{see}", message(&threat.title), message(&threat.guidance).trim_end_matches('.').to_owned() + ".");
    let mut result = json!({
        "ruleId": threat.rule,
        "ruleIndex": rule,
        "kind": "fail",
        "level": if score.likely { "note" } else { level(score.severity) },
        "rank": score.risk,
        "message": { "text": message },
        "locations": [location],
        "fingerprints": { "threatline/threat/v1": threat.id.0 },
        "partialFingerprints": {
            "threatline/v1": threat.id.0,
            "primaryLocationLineHash": format!("{:0<16}:1", threat.id.0.trim_start_matches("TL-")),
        },
        "properties": { "security-severity": security_severity(score.risk), "severity": score.severity.name(), "element": threat.element.as_str() },
    });
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    let flows: Vec<Value> = report.assessment.paths_through(&threat.id).take(FLOWS).filter_map(|path| code_flow(report, path)).collect();
    if !flows.is_empty() {
        result["codeFlows"] = flows.into();
    }
    if include_decided {
        // if one result says whether it is suppressed, all must
        result["suppressions"] = suppressions(report, threat);
    }
    result
}

/// In messages brackets make links and `{0}` is a placeholder; text of the repository makes neither.
/// Other braces stay single, since no viewer takes doubled ones for a path's parameter.
fn message(text: &str) -> String {
    let mut out = String::new();
    let text = escape::terminal(&escape::shorten(text, 900));
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '[' | ']' | '\\' => out.extend(['\\', c]),
            '{' if letters.peek().is_some_and(char::is_ascii_digit) => out.push_str("{{"),
            c => out.push(c),
        }
    }
    out
}

fn suppressions(report: &Report<'_>, threat: &Threat) -> Value {
    let status = report.status(&threat.id);
    if status.is_open() {
        return json!([]);
    }
    let judgement = report.judged.judgements.get(&threat.id);
    let file = judgement.and_then(|judgement| judgement.decision.as_ref()).map(|id| format!("decided in .threatline/decisions/{id}.toml"));
    let remark = judgement.and_then(|judgement| judgement.remark.clone());
    let why: Vec<String> = file.into_iter().chain(remark).collect();
    let mut one = Map::new();
    one.insert("kind".to_owned(), "external".into());
    one.insert("status".to_owned(), "accepted".into());
    if !why.is_empty() {
        one.insert("justification".to_owned(), why.join("; ").into());
    }
    one.insert("properties".to_owned(), json!({ "decision": crate::json::threat::status(status) }));
    json!([one])
}

fn threat_location(report: &Report<'_>, threat: &Threat) -> Value {
    match words::threat_place(report, threat) {
        Some(place) => physical(&place),
        None => json!({ "artifactLocation": { "uri": "threatline.toml" }, "region": { "startLine": 1 } }),
    }
}

fn physical(place: &words::Place) -> Value {
    let (line, end) = place.line.unwrap_or((1, 1));
    json!({ "artifactLocation": { "uri": uri(&place.path) }, "region": { "startLine": line.max(1), "endLine": end.max(line).max(1) } })
}

/// A path as a relative address.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn code_flow(report: &Report<'_>, path: &AttackPath) -> Option<Value> {
    let steps = path.steps.iter().take(STEPS).enumerate();
    let locations: Vec<Value> = steps
        .filter_map(|(at, step)| {
            let threat = step.threat.as_ref().and_then(|id| report.threat(id));
            let place = threat.and_then(|threat| words::threat_place(report, threat)).or_else(|| words::element_place(report, &step.element))?;
            let gains = message(&words::gains(report.model, &step.gains));
            let text = threat.map_or_else(|| gains.clone(), |threat| format!("{gains}: {}", message(&threat.title)));
            Some(json!({ "executionOrder": at + 1, "location": { "physicalLocation": physical(&place), "message": { "text": text } } }))
        })
        .collect();
    let (entry, target) = (words::element(report.model, &path.entry), words::element(report.model, &ElementId::from(&path.target)));
    let text = format!("{} {}: {} → {}", path.severity, path.risk, message(&entry), message(&target));
    (!locations.is_empty()).then(|| json!({ "message": { "text": text }, "threadFlows": [{ "locations": locations }] }))
}
