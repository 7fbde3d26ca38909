//! One thing with everything that is known of it.

use super::paint::Pen;
use super::{Style, closest, scan};
use crate::{Report, escape, json, words};
use std::collections::BTreeSet;
use threatline_model::{DataClass, ElementId, Evidence, Properties, Value};
use threatline_risk::{AttackPath, Score};
use threatline_threats::Threat;

/// A list of name and value, with evidence behind.
struct Page {
    pen: Pen,
    lines: Vec<String>,
}

impl Page {
    fn new(title: &str, id: &str, pen: Pen) -> Self {
        Self { pen, lines: vec![pen.bold(&scan::wrap(title, 0, pen)), pen.dim(&escape::terminal(id)), String::new()] }
    }

    fn say(&mut self, name: &str, value: impl AsRef<str>) {
        let value = value.as_ref();
        if !value.is_empty() {
            let name = name.replace('_', " ");
            self.lines.push(format!("  {name:<14} {}", scan::wrap(value, 17.max(name.len() + 3), self.pen)));
        }
    }

    fn flag(&mut self, name: &str, value: Option<bool>) {
        self.say(
            name,
            match value {
                Some(true) => "yes",
                Some(false) => "no",
                None => "unknown",
            },
        );
    }

    fn head(&mut self, title: &str) {
        self.lines.push(String::new());
        self.lines.push(self.pen.bold(title));
    }

    fn item(&mut self, text: &str) {
        self.lines.push(scan::fold(&format!("  {}", escape::terminal(text)), self.pen));
    }

    fn properties(&mut self, properties: &Properties) {
        for (property, value) in &properties.values {
            match value {
                Value::Flag(flag) => self.flag(property.name(), Some(*flag)),
                value => self.say(property.name(), words::value(Some(value))),
            }
        }
    }

    fn evidence(&mut self, report: &Report<'_>, evidence: &[Evidence]) {
        if evidence.is_empty() {
            return;
        }
        self.head("Evidence");
        let pen = self.pen;
        for one in evidence {
            let place = words::place(report, one);
            let lines = place.line.filter(|(line, end)| end > line).map_or_else(|| place.to_string(), |(_, end)| format!("{place}-{end}"));
            let kind = json::model::source(one.source);
            self.item(&format!("{lines}  ({kind}, by {}, {})", one.by, thousandths(one.confidence)));
            let text = place.line.and_then(|(line, _)| report.places.text(&place.path, line)).unwrap_or_default();
            if !text.trim().is_empty() {
                self.lines.push(format!("      {}", pen.dim(&pen.fit(text.trim(), 6))));
            }
        }
    }

    fn threats(&mut self, report: &Report<'_>, id: &ElementId) {
        let on = |threat: &&Threat| threat.element == *id || threat.affected.contains(id);
        let threats: Vec<&Threat> = report.found.threats.iter().filter(on).collect();
        if !threats.is_empty() {
            self.head("Threats");
        }
        for threat in threats {
            let risk = report.assessment.score(&threat.id).map_or_else(String::new, |score| format!("{} {}", score.severity, score.risk));
            self.item(&format!("{}  {risk}  {}  ({})", threat.id, threat.title, json::threat::status(report.status(&threat.id))));
        }
    }

    fn done(self) -> Result<String, Vec<String>> {
        Ok(self.lines.join("\n") + "\n")
    }
}

/// `0.95`
pub(super) fn thousandths(value: u16) -> String {
    super::explain::share(u32::from(value) * 1000)
}

fn classes(data: Option<&BTreeSet<DataClass>>) -> String {
    match data {
        None => "unknown".to_owned(),
        Some(data) if data.is_empty() => "none".to_owned(),
        Some(data) => data.iter().map(|class| class.name()).collect::<Vec<_>>().join(", "),
    }
}

fn join<'i>(words: impl IntoIterator<Item = &'i str>) -> String {
    words.into_iter().collect::<Vec<_>>().join(", ")
}

/// An element, a threat or a path; the closest ids where there is none of that id.
pub fn show(report: &Report<'_>, id: &str, style: &Style) -> Result<String, Vec<String>> {
    let pen = Pen::new(style);
    if let Some(threat) = report.found.threats.iter().find(|threat| threat.id.0 == id) {
        return show_threat(report, threat, pen);
    }
    if let Some(path) = report.assessment.attack_paths.iter().find(|path| path.id.0 == id) {
        return show_path(report, path, pen);
    }
    let page = match id.get(..4) {
        Some("cmp:") => component(report, id, pen),
        Some("flw:") => flow(report, id, pen),
        Some("ent:") => entry_point(report, id, pen),
        Some("bnd:") => boundary(report, id, pen),
        _ => None,
    };
    page.map_or_else(|| Err(closest(report, id)), Page::done)
}

fn component(report: &Report<'_>, id: &str, pen: Pen) -> Option<Page> {
    let c = report.model.components.iter().find(|c| c.id.as_str() == id)?;
    let id = ElementId::from(&c.id);
    let mut page = Page::new(&format!("{}: {}", c.name, c.kind.name().replace('_', " ")), id.as_str(), pen);
    page.say("roles", join(c.roles.iter().map(|role| role.name())));
    page.say("technologies", join(c.technologies.iter().map(String::as_str)));
    page.say("dependencies", join(c.dependencies.keys().map(String::as_str)));
    page.say("boundary", c.boundary.as_ref().map_or("unknown", |id| id.as_str()));
    page.say("exposure", c.exposure.name());
    page.say("environment", c.environment.name());
    page.say("data", classes(c.data.as_ref()));
    page.say("owners", join(c.owners.iter().map(String::as_str)));
    page.say("value", c.value.map(thousandths).unwrap_or_default());
    page.properties(&c.properties);
    let loss = report.assessment.losses.iter().find(|loss| loss.component == c.id);
    if let Some(loss) = loss {
        page.say("expected loss", format!("{} of 100: {}", loss.risk, words::gains(report.model, &loss.gains)));
    }
    let entries: Vec<_> = report.model.entry_points.iter().filter(|e| e.component == c.id).collect();
    if !entries.is_empty() {
        page.head("Entry points");
    }
    for entry in entries {
        page.item(entry.id.as_str());
    }
    let flows: Vec<_> = report.model.flows.iter().filter(|f| f.source == c.id || f.target == c.id).collect();
    if !flows.is_empty() {
        page.head("Flows");
    }
    for flow in flows {
        page.item(flow.id.as_str());
    }
    page.threats(report, &id);
    page.evidence(report, &c.evidence);
    Some(page)
}

fn flow(report: &Report<'_>, id: &str, pen: Pen) -> Option<Page> {
    let f = report.model.flows.iter().find(|f| f.id.as_str() == id)?;
    let id = ElementId::from(&f.id);
    let mut page = Page::new(&format!("flow {}", words::element(report.model, &id)), id.as_str(), pen);
    page.say("source", f.source.as_str());
    page.say("target", f.target.as_str());
    page.say("protocol", f.protocol.as_deref().unwrap_or("unknown"));
    page.flag("authenticated", f.authenticated);
    page.flag("authorized", f.authorized);
    page.flag("encrypted", f.encrypted);
    page.say("crosses", join(f.crosses.iter().map(|id| id.as_str())));
    page.say("data", classes(f.data.as_ref()));
    page.say("stated only", if f.stated_only { "yes: only text tells of it" } else { "" });
    page.properties(&f.properties);
    page.threats(report, &id);
    page.evidence(report, &f.evidence);
    Some(page)
}

fn entry_point(report: &Report<'_>, id: &str, pen: Pen) -> Option<Page> {
    let e = report.model.entry_points.iter().find(|e| e.id.as_str() == id)?;
    let id = ElementId::from(&e.id);
    let mut page = Page::new(&format!("entry point {}", words::element(report.model, &id)), id.as_str(), pen);
    page.say("component", e.component.as_str());
    page.say("kind", e.kind.name());
    page.say("parameters", e.parameters.iter().map(|p| format!("{} ({})", p.name, p.place)).collect::<Vec<_>>().join(", "));
    page.flag("authenticated", e.authenticated);
    page.flag("authorized", e.authorized);
    page.flag("public", e.public);
    page.say("exposure", e.exposure.name());
    page.say("handler", e.handler.as_deref().unwrap_or_default());
    page.say("reaches", join(e.reaches.iter().map(|id| id.as_str())));
    page.properties(&e.properties);
    page.threats(report, &id);
    page.evidence(report, &e.evidence);
    Some(page)
}

fn boundary(report: &Report<'_>, id: &str, pen: Pen) -> Option<Page> {
    let b = report.model.boundaries.iter().find(|b| b.id.as_str() == id)?;
    let id = ElementId::from(&b.id);
    let mut page = Page::new(&format!("boundary {}: {}", b.name, b.kind.name().replace('_', " ")), id.as_str(), pen);
    page.say("within", b.parent.as_ref().map(|id| id.as_str()).unwrap_or_default());
    page.properties(&b.properties);
    let members: Vec<_> = report.model.components.iter().filter(|c| c.boundary.as_ref() == Some(&b.id)).collect();
    if !members.is_empty() {
        page.head("Members");
    }
    for member in members {
        page.item(member.id.as_str());
    }
    page.threats(report, &id);
    page.evidence(report, &b.evidence);
    Some(page)
}

/// `high 85`, with what stands behind it.
pub(super) fn score_line(score: &Score) -> String {
    let likely = if score.likely { ", only likely: not counted" } else { "" };
    format!("{} {} (confidence {}{likely})", score.severity, score.risk, super::explain::share(score.confidence))
}

fn show_threat(report: &Report<'_>, threat: &Threat, pen: Pen) -> Result<String, Vec<String>> {
    let mut page = Page::new(&threat.title, &threat.id.0, pen);
    page.say("rule", &threat.rule);
    page.say("risk", report.assessment.score(&threat.id).map(score_line).unwrap_or_default());
    page.say("status", json::threat::status(report.status(&threat.id)));
    page.say("remark", report.judged.judgements.get(&threat.id).and_then(|judgement| judgement.remark.clone()).unwrap_or_default());
    page.say("element", threat.element.as_str());
    page.say("affects", join(threat.affected.iter().map(|id| id.as_str())));
    page.say(
        "grade",
        match threat.grade {
            threatline_model::Grade::X => "X: an artifact states the insecure value",
            threatline_model::Grade::C => "C: everything that could set the control was read, and nothing does",
            threatline_model::Grade::S => "S: most siblings have the control and this one does not",
            threatline_model::Grade::P => "P: the dangerous thing is there",
        },
    );
    page.say("CWE", threat.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect::<Vec<_>>().join(", "));
    page.say("techniques", threat.techniques.join(", "));
    page.say("replaces", threat.replaces.join(", "));
    page.head("Because");
    for (attribute, value) in &threat.basis {
        page.item(&format!("{attribute} = {value}"));
    }
    page.head("What to do");
    page.lines.push(format!("  {}", scan::wrap(&threat.guidance, 2, pen)));
    let paths: Vec<&AttackPath> = report.assessment.paths_through(&threat.id).collect();
    if !paths.is_empty() {
        page.head("Attack paths");
    }
    for path in paths {
        page.item(&format!("{}  {} {}  {}", path.id, path.severity, path.risk, words::way(report.model, path)));
    }
    page.evidence(report, &threat.evidence);
    page.done()
}

fn show_path(report: &Report<'_>, path: &AttackPath, pen: Pen) -> Result<String, Vec<String>> {
    let mut out = scan::draw(report, path, pen);
    let mut seen = BTreeSet::new();
    let threats = path.steps.iter().filter_map(|step| report.threat(step.threat.as_ref()?));
    for threat in threats.filter(|threat| seen.insert(&threat.id)) {
        let mut page = Page { pen, lines: vec![String::new(), scan::fold(&escape::terminal(&format!("{}  {}", threat.id, threat.title)), pen)] };
        page.item(&threat.guidance);
        page.evidence(report, &threat.evidence);
        out.push_str(&page.done()?);
    }
    Ok(out)
}
