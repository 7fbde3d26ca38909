//! Workflows that n8n runs, as it exports them: what starts them from outside, whom they turn to, and whether a model decides
//! what they do.
//!
//! Of parameters only paths and the kind of authentication are kept.

use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{Automation, AutomationWay, InfraFact};
use threatline_knowledge::catalogue::{Way, automation_node};

/// Nodes of one workflow.
const MANY: usize = 1_000;
const MOST_LETTERS: usize = 256;

/// Reads a document if it is such a workflow; says whether it is.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let nodes = document.get("nodes").map_or(&[][..], Node::items);
    let is_node = |node: &Node| node.str_at(&["type"]).is_some_and(|kind| kind.contains("n8n-nodes"));
    if !document.get("connections").is_some_and(Node::is_mapping) || !nodes.iter().take(MANY).any(is_node) {
        return false;
    }
    let text = |node: &Node, path: &[&str]| node.str_at(path).filter(|text| text.len() <= MOST_LETTERS && !text.starts_with('=')).map(str::to_owned);
    let (mut ways, mut asks, mut effects, mut agent) = (Vec::new(), Vec::new(), Vec::new(), None);
    for node in nodes.iter().take(MANY).filter(|node| node.get("disabled").and_then(Node::as_bool) != Some(true)) {
        let Some((known, is_tool)) = node.str_at(&["type"]).and_then(automation_node) else { continue };
        let mark = out.mark(node.line, node.end_line);
        if known.agent {
            agent.get_or_insert(mark);
        }
        if let Some(to) = &known.to {
            asks.push((to.clone(), node.get("credentials").is_some_and(Node::is_mapping), mark));
        }
        if let Some(effect) = known.effect.as_ref().filter(|_| is_tool) {
            effects.push((effect.clone(), mark));
        }
        let Some(way) = known.way else { continue };
        let told = text(node, &["parameters", "path"]).or_else(|| text(node, &["webhookId"]));
        let asked = |key: &str| node.at(&["parameters", key]).map_or(Some("none"), Node::as_str).map(|kind| kind != "none");
        let (path, authenticated) = match way {
            Way::Webhook => (told.map(|path| format!("/webhook/{}", path.trim_start_matches('/'))), asked("authentication")),
            Way::Form => (told.map(|path| format!("/form/{path}")), asked("authentication")),
            Way::Mcp => (told.map(|path| format!("/mcp/{path}")), asked("authentication")),
            // else only who edits the workflow can talk to it
            Way::Chat if node.at(&["parameters", "public"]).and_then(Node::as_bool) == Some(true) => {
                (told.map(|path| format!("/webhook/{path}/chat")), asked("authentication"))
            }
            Way::Chat => continue,
            Way::Schedule => (text(document, &["name"]), None),
        };
        let method = match way {
            Way::Webhook => Some(text(node, &["parameters", "httpMethod"]).unwrap_or_else(|| "GET".to_owned())),
            Way::Form | Way::Chat | Way::Mcp => Some("POST".to_owned()),
            Way::Schedule => None,
        };
        ways.extend(path.map(|path| AutomationWay { method, path, authenticated, mark }));
    }
    let active = document.get("active").and_then(Node::as_bool);
    let mark = out.mark(document.line, document.line);
    out.say(InfraFact::Automation(Automation { name: text(document, &["name"]), active, ways, asks, effects, agent, mark }));
    true
}
