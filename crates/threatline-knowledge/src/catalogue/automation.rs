//! Nodes of workflows that n8n runs: whom they turn to, and what starts a workflow.

use super::load;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// How a workflow is started from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Way {
    Webhook,
    Form,
    Chat,
    Mcp,
    Schedule,
}

/// What a node is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    types: Vec<String>,
    /// A product or a service of somebody else that it turns to.
    #[serde(default)]
    pub to: Option<String>,
    /// A model says what is done.
    #[serde(default)]
    pub agent: bool,
    /// What an agent can do with it that is given it as a tool.
    #[serde(default)]
    pub effect: Option<String>,
    /// It starts the workflow.
    #[serde(default)]
    pub way: Option<Way>,
}

/// What a type of node is, with its package before it (`n8n-nodes-base.webhook`), and whether it is a tool of an agent.
pub fn automation_node(kind: &str) -> Option<(&'static Node, bool)> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Written {
        node: Vec<Node>,
    }
    static ALL: OnceLock<(Vec<Node>, BTreeMap<String, usize>)> = OnceLock::new();
    let (nodes, by_type) = ALL.get_or_init(|| {
        let nodes = load::<Written>(data!("automations")).node;
        let by_type = nodes.iter().enumerate().flat_map(|(at, node)| node.types.iter().map(move |kind| (kind.clone(), at))).collect();
        (nodes, by_type)
    });
    let (package, name) = kind.rsplit_once('.')?;
    if !package.contains("n8n-nodes") {
        return None;
    }
    let found = |name: &str| by_type.get(name).and_then(|at| nodes.get(*at));
    let as_tool = name.strip_suffix("Tool").and_then(found).map(|node| (node, true));
    as_tool.or_else(|| found(name).map(|node| (node, name.starts_with("tool"))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_known_by_its_type_and_as_a_tool() {
        assert_eq!(automation_node("n8n-nodes-base.webhook").unwrap().0.way, Some(Way::Webhook));
        let (mail, is_tool) = automation_node("n8n-nodes-base.gmailTool").unwrap();
        assert_eq!((mail.to.as_deref(), is_tool), (Some("google-apis"), true));
        assert!(automation_node("shop.webhook").is_none() && automation_node("webhook").is_none());
        for name in ["lmChatOpenAi", "lmChatOllama", "vectorStoreQdrant", "postgres"] {
            let (node, _) = automation_node(&format!("@n8n/n8n-nodes-langchain.{name}")).unwrap();
            let to = node.to.as_deref().unwrap();
            assert!(super::super::technology(to).is_some() || super::super::third_party(to).is_some(), "{to}");
        }
    }
}
