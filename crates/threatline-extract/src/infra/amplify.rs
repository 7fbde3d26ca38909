//! What a backend of Amplify consists of: `backend-config.json`. Functions, stores and pools have templates of their own beside
//! it; an API of GraphQL has only its schema.

use super::cloudformation::values::{Leaf, MAX_VALUES, Values};
use crate::node::Node;
use std::collections::BTreeMap;
use threatline_facts::infra::{InfraFact, Resource};
use threatline_facts::{Extracted, Text};

/// Reads a document if it is one; says whether it was.
pub(super) fn read(document: &Node, out: &mut Extracted) -> bool {
    let parts = || document.entries().iter().filter(|entry| entry.value.is_mapping()).flat_map(|entry| entry.value.entries());
    let is_part = |part: &Node| part.str_at(&["service"]).is_some() && part.str_at(&["providerPlugin"]) == Some("awscloudformation");
    if parts().next().is_none() || !parts().all(|part| part.value.str_at(&["service"]).is_some()) || !parts().any(|part| is_part(&part.value)) {
        return false;
    }
    let scalar = |text: &str| Text::literal(text);
    let mut values = Values { mappings: None, defaults: BTreeMap::new(), scalar: &scalar, room: MAX_VALUES };
    for entry in document.get("api").map_or(&[][..], Node::entries).iter().filter(|entry| entry.value.str_at(&["service"]) == Some("AppSync")) {
        let mark = out.mark(entry.line, entry.end_line());
        let mut attributes: Vec<Leaf> = Vec::new();
        if let Some(auth) = entry.value.at(&["output", "authConfig"]) {
            values.flatten("auth", auth, &mut attributes, out);
        }
        out.say(InfraFact::Resource(Resource { kind: "Amplify::Api".to_owned(), name: entry.key.clone(), data_source: false, attributes, mark }));
    }
    true
}
