//! Cloudflare Workers: `wrangler.toml`, `wrangler.json` and `wrangler.jsonc`.
//!
//! Routes are patterns of host and path. Where none stands on top, those of the environments count.

mod bindings;

use crate::manifest::tables::Tables;
use crate::node::{self, Node};
use threatline_facts::infra::{InfraFact, Worker};
use threatline_facts::{ArtifactKind, Extracted, Mark};
use toml::Spanned;
use toml::de::DeValue;

/// Routes of one worker.
const MANY: usize = 1000;

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    if text.trim_start().starts_with(['{', '/']) { read_json(text) } else { read_toml(text) }
}

fn read_json(text: &str) -> Extracted {
    let documents = match node::parse(ArtifactKind::Json, text) {
        Ok(documents) => documents,
        Err(reason) => return Extracted::lost(reason),
    };
    let mut out = Extracted::default();
    let Some(root) = documents.first() else { return out };
    let line = root.entry("name").map_or(root.line, |entry| entry.line);
    let mark = out.mark(line, line);
    let environments = root.get("env").map_or(&[][..], Node::entries).iter().map(|entry| &entry.value);
    let mut routes = Vec::new();
    for part in std::iter::once(root).chain(environments) {
        if routes.is_empty() {
            let listed = part.get("route").into_iter().chain(part.get("routes").map_or(&[][..], Node::items));
            let patterns = listed.filter_map(|route| Some((route.as_str().or_else(|| route.str_at(&["pattern"]))?.to_owned(), route.line)));
            routes = patterns.take(MANY).map(|(pattern, line)| (pattern, out.mark(line, line))).collect();
        }
    }
    let text = |key| root.str_at(&[key]).map(str::to_owned);
    say(text("name"), text("main"), routes, mark, &mut out);
    bindings::read(root, &mut out);
    out
}

fn read_toml(text_of_file: &str) -> Extracted {
    let Some(tables) = Tables::parse(text_of_file) else { return Extracted::lost("not TOML") };
    let mut out = Extracted::default();
    let line = tables.text(&["name"]).map_or(1, |(_, line)| line);
    let mark = out.mark(line, line);
    let environments: Vec<String> = tables.entries(&["env"]).iter().map(|entry| entry.key.to_owned()).collect();
    let mut routes = listed(&tables, &[], &mut out);
    for environment in &environments {
        if routes.is_empty() {
            routes = listed(&tables, &["env", environment], &mut out);
        }
    }
    let text = |key| tables.text(&[key]).map(|(text, _)| text);
    let (name, main) = (text("name"), text("main"));
    say(name, main, routes, mark, &mut out);
    if let Some(root) = node::parse(ArtifactKind::Toml, text_of_file).ok().and_then(|documents| documents.into_iter().next()) {
        bindings::read(&root, &mut out);
    }
    tables.admit(out)
}

/// The routes of the table at the end of a path.
fn listed(tables: &Tables<'_>, path: &[&str], out: &mut Extracted) -> Vec<(String, Mark)> {
    let pattern = |value: &DeValue<'_>| value.as_str().or_else(|| value.as_table()?.get("pattern")?.get_ref().as_str()).map(str::to_owned);
    let mut routes: Vec<(String, u32)> = tables.text(&[path, &["route"]].concat()).into_iter().collect();
    let items = tables.value(&[path, &["routes"]].concat()).and_then(DeValue::as_array).into_iter().flatten();
    routes.extend(items.filter_map(|item| Some((pattern(Spanned::get_ref(item))?, tables.line(item)))));
    routes.into_iter().take(MANY).map(|(pattern, line)| (pattern, out.mark(line, line))).collect()
}

fn say(name: Option<String>, main: Option<String>, routes: Vec<(String, Mark)>, mark: Mark, out: &mut Extracted) {
    if name.is_some() || main.is_some() || !routes.is_empty() {
        out.say(InfraFact::Worker(Worker { name, main, routes, mark }));
    }
}
