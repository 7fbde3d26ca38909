//! Sidecars: what stands behind them for a program (components of Dapr), whom they deliver topics to, and how programs that are started
//! together are called among them.

use super::kubernetes::address;
use super::mark;
use crate::node::Node;
use threatline_facts::infra::{Backing, InfraFact, SidecarNames};
use threatline_facts::{Extracted, Text};

/// Programs, addresses and scopes of one file that are kept.
const MANY: usize = 200;
/// A name is no longer.
const LONGEST: usize = 256;

/// Reads a file that starts programs with their sidecars (`dapr run -f`); says whether it is one.
pub(super) fn read(document: &Node, out: &mut Extracted) -> bool {
    let apps = document.get("apps").map_or(&[][..], Node::items);
    let folder = |app: &Node| app.str_at(&["appDirPath"]).filter(|folder| folder.len() <= LONGEST).map(str::to_owned);
    let names: Vec<(String, String)> = apps.iter().take(MANY).filter_map(|app| Some((name(app.str_at(&["appID"])?)?, folder(app)?))).collect();
    if names.is_empty() {
        return false;
    }
    let mark = mark(document, out);
    out.say(InfraFact::SidecarNames(SidecarNames { names, mark }));
    true
}

/// Reads a resource of `dapr.io`.
pub(super) fn resource(document: &Node, kind: &str, out: &mut Extracted) {
    let scopes = document.get("scopes").map_or(&[][..], Node::items).iter().filter_map(Node::as_str).take(MANY).map(str::to_owned).collect();
    let mark = mark(document, out);
    let told = |path: &[&str]| document.str_at(path).and_then(name);
    let backing = match kind {
        "Component" => {
            let metadata = document.at(&["spec", "metadata"]).map_or(&[][..], Node::items);
            let values = metadata.iter().filter_map(|entry| entry.str_at(&["value"])).flat_map(|value| value.split(','));
            let addresses = values.map(address).filter(|address| *address != Text::Unknown).take(MANY).collect();
            told(&["metadata", "name"]).zip(told(&["spec", "type"])).map(|(name, kind)| Backing { name, kind, addresses, scopes, topic: None, mark })
        }
        "Subscription" => told(&["spec", "pubsubname"]).zip(told(&["spec", "topic"])).map(|(name, topic)| Backing {
            name,
            kind: String::new(),
            addresses: Vec::new(),
            scopes,
            topic: Some(topic),
            mark,
        }),
        _ => None,
    };
    backing.into_iter().for_each(|backing| out.say(InfraFact::Backing(backing)));
}

fn name(written: &str) -> Option<String> {
    (!written.is_empty() && written.len() <= LONGEST && !written.contains("{{")).then(|| written.to_owned())
}
