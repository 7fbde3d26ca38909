//! Helm: what each file of a chart says by itself.
//!
//! A template is kept as its lines, since only the values of its chart, which stand in other files, tell
//! what it describes; [`crate::charts`] puts them together. No secret stands in what is kept.

mod lines;
pub mod release;

use super::{kubernetes, mark, secret, text};
use crate::node::{self, Kind, Node};
use std::collections::BTreeSet;
use std::fmt::Write;
use threatline_facts::infra::{Chart, ChartDependency, ChartFile, ChartTemplate, ChartValues, InfraFact};
use threatline_facts::{ArtifactKind, Extracted, Fact, Facts, Text};

/// What stands for a part of a text that is not known. No file may hold it.
pub(crate) const HOLE: char = '\u{fdd0}';

/// Stands for the stars of a hidden secret while texts are put together: bare in YAML a star is a reference.
pub(crate) const STAR: char = '\u{fdd4}';

/// A longer text is a file of its own, which no template compares with anything.
const MAX_TEXT: usize = 64 << 10;

/// Longer templates are generated.
const MAX_LINES: usize = 20_000;

/// How templates ask for the files of their chart.
const ASKS: [&str; 3] = [".Files.Get ", ".Files.Glob ", ".Files.Lines "];

/// More of them are generated.
const MAX_FILES: usize = 200;

/// Words of an action that only Helm's templates have.
const TELLING: &[&str] = &[".Values", ".Files.", ".Release.", ".Chart.", ".Capabilities", "include \"", "define \"", "template \"", "toYaml", "nindent"];

/// Reads a document if it is a `Chart.yaml` or `requirements.yaml`; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let text = |key: &str| document.str_at(&[key]).map(str::to_owned);
    let versioned = matches!(document.str_at(&["apiVersion"]), Some("v1" | "v2")) && document.get("kind").is_none();
    let chart = versioned && text("version").is_some() && text("name").is_some();
    if !chart && !is_requirements(document) {
        return false;
    }
    let at = mark(document, out);
    let dependencies = document.get("dependencies").map_or(&[][..], Node::items).iter().filter_map(|node| dependency(node, out)).collect();
    let name = if chart { text("name") } else { None };
    let library = document.str_at(&["type"]) == Some("library");
    out.say(InfraFact::Chart(Chart { name, app_version: text("appVersion"), library, dependencies, mark: at }));
    true
}

fn is_requirements(document: &Node) -> bool {
    let known = |node: &Node| node.str_at(&["name"]).is_some() && node.get("version").is_some() && node.get("repository").is_some();
    let dependencies = document.get("dependencies").map_or(&[][..], Node::items);
    document.entries().len() == 1 && !dependencies.is_empty() && dependencies.iter().all(known)
}

fn dependency(node: &Node, out: &mut Extracted) -> Option<ChartDependency> {
    let text = |key: &str| node.str_at(&[key]).map(str::to_owned);
    let mark = mark(node, out);
    Some(ChartDependency { name: text("name")?, alias: text("alias"), repository: text("repository"), condition: text("condition"), mark })
}

/// Reads a file that is named as one of values; it may be something else as well.
pub fn values(text: &str, out: &mut Extracted) {
    let documents = node::parse(ArtifactKind::Yaml, text).unwrap_or_default();
    if let [document] = documents.as_slice()
        && document.is_mapping()
        && document.get("kind").is_none()
    {
        out.say(InfraFact::ChartValues(ChartValues { json: json(document) }));
    }
}

/// Whether a text is a template of Helm's, and no other's that writes braces.
pub fn is_template(text: &str) -> bool {
    let mut actions = text.split("{{").skip(1);
    text.contains("{{")
        && actions.any(|action| {
            let action = action.split("}}").next().unwrap_or_default();
            TELLING.iter().any(|word| action.contains(word))
        })
}

/// Reads a template.
pub fn template(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let mut template = ChartTemplate::default();
    for (number, line) in lines::kept(text) {
        if template.lines.len() >= MAX_LINES {
            return Extracted::lost("a template of too many lines");
        }
        out.mark(number, number);
        template.lines.push(line);
    }
    out.say(InfraFact::ChartTemplate(template));
    out
}

/// Reads a file that a template of its chart takes in.
pub fn file(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.is_empty() && text.len() <= MAX_TEXT {
        out.say(InfraFact::ChartFile(ChartFile { text: lines::without_secrets(&text.replace("\r\n", "\n")) }));
    }
    out
}

/// The files beside it that a template takes in: paths and patterns from the folder of its chart.
pub fn files(facts: &Facts) -> BTreeSet<String> {
    let lines = facts.facts.iter().filter_map(|fact| if let Fact::Infra(InfraFact::ChartTemplate(template)) = fact { Some(&template.lines) } else { None });
    let asked = lines.flatten().flat_map(|line| ASKS.iter().flat_map(|ask| line.split(ask).skip(1)));
    let written = asked.filter_map(|rest| {
        let action = rest.split("}}").next().unwrap_or(rest);
        let (_, rest) =
            action.split_once('"').filter(|(before, _)| before.chars().all(|letter| letter.is_whitespace() || letter == '(' || letter.is_ascii_lowercase()))?;
        // `printf "files/%s.conf" .Values.name`
        let path = rest.split_once('"')?.0.replace("%s", "*");
        let path = path.trim_start_matches("./");
        let leads_on = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        (leads_on && path.len() < 200 && path.chars().any(char::is_alphanumeric)).then(|| path.to_owned())
    });
    written.take(MAX_FILES).collect()
}

/// A mapping of values as JSON, without secrets.
pub(super) fn json(node: &Node) -> String {
    let mut out = String::new();
    write_json(node, "", &mut out);
    out
}

fn write_json(node: &Node, key: &str, out: &mut String) {
    match &node.kind {
        Kind::Mapping(entries) => {
            // `name: DB_PASSWORD` beside `value: …`
            let name = node.str_at(&["name"]).or_else(|| node.str_at(&["key"])).unwrap_or_default();
            out.push('{');
            for (number, entry) in entries.iter().enumerate() {
                out.push_str(if number > 0 { "," } else { "" });
                write_text(&entry.key, out);
                out.push(':');
                write_json(&entry.value, if entry.key == "value" && !name.is_empty() { name } else { &entry.key }, out);
            }
            out.push('}');
        }
        Kind::Sequence(items) => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                out.push_str(if number > 0 { "," } else { "" });
                write_json(item, key, out);
            }
            out.push(']');
        }
        Kind::Scalar { .. } if node.is_null() => out.push_str("null"),
        Kind::Scalar { text, plain } => write_scalar(text, *plain, key, out),
        Kind::Lost(_) => out.push_str("null"),
    }
}

fn write_scalar(text: &str, plain: bool, key: &str, out: &mut String) {
    let number = text.len() < 18 && text.parse::<i64>().is_ok_and(|number| number.to_string() == text);
    let kept = kept(key, text);
    if plain && kept == text && (matches!(text, "true" | "false") || number) {
        out.push_str(text);
    } else {
        write_text(&kept, out);
    }
}

/// What may be kept of the value of a key.
fn kept(key: &str, text: &str) -> String {
    // what names a secret of the cluster is none
    let name = key.to_ascii_lowercase();
    if name.contains("existing") || name.ends_with("ref") {
        return text.to_owned();
    }
    if text.len() > MAX_TEXT {
        return HOLE.to_string();
    }
    if text.trim_end().contains('\n') && !text.contains("PRIVATE KEY-----") {
        return lines::without_secrets(text);
    }
    match secret::hide(key, Text::literal(text)) {
        Text::Literal(kept) => kept.replace(HOLE, ""),
        _ => HOLE.to_string(),
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(out, "\\u{:04x}", letter as u32);
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}

/// What may be kept of a value in a Secret of a template: as in a Secret that is none.
fn stored(key: &str, value: &str, encoded: bool) -> String {
    let known = if encoded { secret::stored(key, None, kubernetes::address) } else { secret::stored(key, Some(value), kubernetes::address) };
    match known {
        Text::Literal(text) => text,
        _ => HOLE.to_string(),
    }
}

/// Text of a template as it may be kept.
fn hidden(key: &str, value: &str) -> String {
    match secret::hide(key, Text::literal(value)) {
        Text::Literal(text) => text,
        other => text::spelled(&other),
    }
}
