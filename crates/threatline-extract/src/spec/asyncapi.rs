//! AsyncAPI 2 and 3, in YAML and JSON: the channels from which an application takes messages, and to which it sends them.
//!
//! In version 2 `publish` is what others may do, so the application takes those messages; version 3 says it from the
//! application's side. `$ref` is followed inside the document.

use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::spec::{AsyncApi, Channel, SpecFact};

/// Channels and operations of one document.
const MANY: usize = 2000;

/// Whether a document is such a definition.
pub fn is_definition(document: &Node) -> bool {
    let version = document.str_at(&["asyncapi"]).is_some_and(|version| version.starts_with(['2', '3']));
    version && document.get("channels").or_else(|| document.get("operations")).is_some_and(Node::is_mapping)
}

/// Reads one definition.
pub fn read(root: &Node, out: &mut Extracted) {
    let line = root.entry("asyncapi").map_or(root.line, |entry| entry.line);
    let mark = out.mark(line, line);
    let servers = root.get("servers").map_or(&[][..], Node::entries).iter().take(64).filter_map(|entry| {
        let address = entry.value.str_at(&["url"]).or_else(|| entry.value.str_at(&["host"]))?;
        Some((address.to_owned(), entry.value.str_at(&["protocol"]).unwrap_or_default().to_owned()))
    });
    let servers = servers.collect();
    let channels = if root.str_at(&["asyncapi"]).is_some_and(|version| version.starts_with('2')) { of_two(root, out) } else { of_three(root, out) };
    out.say(SpecFact::AsyncApi(AsyncApi { title: root.str_at(&["info", "title"]).map(str::to_owned), servers, channels, mark }));
}

fn of_two(root: &Node, out: &mut Extracted) -> Vec<Channel> {
    let mut found = Vec::new();
    for entry in root.get("channels").map_or(&[][..], Node::entries).iter().take(MANY) {
        for (key, takes) in [("publish", true), ("subscribe", false)] {
            let Some(operation) = entry.value.entry(key) else { continue };
            let mark = out.mark(operation.line, operation.end_line());
            let messages = operation.value.get("message").map_or(&[][..], |message| message.get("oneOf").unwrap_or(message).one_or_many());
            found.push(Channel { name: entry.key.clone(), takes, fields: fields(root, messages), mark });
        }
    }
    found
}

fn of_three(root: &Node, out: &mut Extracted) -> Vec<Channel> {
    let mut found = Vec::new();
    for entry in root.get("operations").map_or(&[][..], Node::entries).iter().take(MANY) {
        let operation = follow(root, &entry.value);
        let Some(takes) = operation.str_at(&["action"]).and_then(|action| match action {
            "receive" => Some(true),
            "send" => Some(false),
            _ => None,
        }) else {
            continue;
        };
        let Some(written) = operation.get("channel") else { continue };
        let channel = follow(root, written);
        // a channel without an address of its own is called by its key
        let key = written.str_at(&["$ref"]).and_then(|reference| reference.rsplit('/').next());
        let Some(name) = channel.str_at(&["address"]).or(key) else { continue };
        let own = operation.get("messages").map_or(&[][..], Node::items);
        let all: Vec<Node> = channel.get("messages").map_or(&[][..], Node::entries).iter().take(64).map(|entry| entry.value.clone()).collect();
        let mark = out.mark(entry.line, entry.end_line());
        let fields = fields(root, if own.is_empty() { &all } else { own });
        found.push(Channel { name: name.to_owned(), takes, fields, mark });
    }
    found
}

/// Names of what messages carry.
fn fields(root: &Node, messages: &[Node]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for message in messages.iter().take(64) {
        // a reference may lead to a reference
        let message = follow(root, follow(root, message));
        let payload = message.get("payload").map(|payload| follow(root, payload));
        let payload = payload.map(|payload| payload.get("schema").map_or(payload, |schema| follow(root, schema)));
        names.extend(payload.and_then(|payload| payload.get("properties")).map_or(&[][..], Node::entries).iter().map(|entry| entry.key.clone()).take(256));
    }
    let mut known = std::collections::BTreeSet::new();
    names.retain(|name| known.insert(name.clone()));
    names
}

/// What a reference inside the document leads to; the node itself if it is none.
fn follow<'n>(root: &'n Node, node: &'n Node) -> &'n Node {
    let Some(pointer) = node.str_at(&["$ref"]).and_then(|reference| reference.strip_prefix("#/")) else { return node };
    pointer.split('/').take(16).try_fold(root, |node, key| node.get(&key.replace("~1", "/").replace("~0", "~"))).unwrap_or(node)
}
