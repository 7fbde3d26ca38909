//! Fly: `fly.toml`.

use super::{entries, hosted, items, variable};
use crate::infra::text;
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{HostedKind, InfraFact};

/// Reads a document if it is Fly's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let runs = ["http_service", "services", "processes", "vm", "mounts", "deploy", "primary_region"].iter().any(|key| document.get(key).is_some());
    let Some(app) = document.entry("app").filter(|app| app.value.as_str().is_some() && runs) else { return false };
    let opens = |service: &Node| items(service, "ports").iter().any(|port| port.get("port").or_else(|| port.get("start_port")).is_some());
    let place = document.entry("http_service").or_else(|| document.entry("services").filter(|_| items(document, "services").iter().any(opens)));
    let line = place.map_or(app.line, |place| place.line);
    let mark = out.mark(line, line);
    let mut program = hosted("fly", if place.is_some() { HostedKind::Web } else { HostedKind::Worker }, mark);
    program.name = app.value.as_str().map(str::to_owned);
    program.image = document.str_at(&["build", "image"]).map(text::braces);
    program.environment = entries(document, "env")
        .iter()
        .filter_map(|entry| {
            let value = entry.value.as_str()?;
            let mark = out.mark(entry.line, entry.end_line());
            Some(variable(&entry.key, value, mark))
        })
        .collect();
    out.say(InfraFact::Hosted(program));
    true
}
