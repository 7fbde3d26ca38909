//! Supabase: the functions that `config.toml` names.

use super::{entries, hosted, owned};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{Hosted, HostedKind, InfraFact};

/// Reads a document if it is Supabase's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let is_ours = document.get("project_id").is_some() && ["api", "auth", "db", "functions", "studio", "storage"].iter().any(|key| document.get(key).is_some());
    if !is_ours {
        return false;
    }
    for entry in entries(document, "functions").iter().filter(|entry| entry.value.get("enabled").and_then(Node::as_bool) != Some(false)) {
        let mark = out.mark(entry.line, entry.end_line());
        let file = owned(&entry.value, &["entrypoint"]).map(|file| super::folder(file.rsplit_once('/').map_or("", |(folder, _)| folder)));
        let folder = file.unwrap_or_else(|| format!("functions/{}", entry.key));
        out.say(InfraFact::Hosted(Hosted { name: Some(entry.key.clone()), folder, ..hosted("supabase", HostedKind::Function, mark) }));
    }
    true
}
