//! What SAM nests in a function, as resources of their own, as the reader of templates says them; but for the gateways that
//! events imply: those hang on the globals of a template.

use std::collections::BTreeMap;
use threatline_facts::infra::Resource;
use threatline_facts::{Mark, Text};

/// Events of one function, and attributes of one, that are looked at.
const MOST: usize = 100;

/// The events and the URL of a resource that is called `key`.
pub(super) fn parts(resource: &Resource, key: &str) -> Vec<Resource> {
    if !resource.kind.starts_with("AWS::Serverless::") {
        return Vec::new();
    }
    let mut events: BTreeMap<&str, Vec<(String, Text, Mark)>> = BTreeMap::new();
    let mut url: Vec<(String, Text, Mark)> = Vec::new();
    for (name, text, mark) in &resource.attributes {
        if let Some((event, below)) = name.strip_prefix("Events.").and_then(|rest| rest.split_once('.')) {
            events.entry(event).or_default().push((below.to_owned(), text.clone(), *mark));
        }
        if let Some(below) = name.strip_prefix("FunctionUrlConfig.") {
            url.push((below.to_owned(), text.clone(), *mark));
        }
    }
    let own = |at: &str| (at.to_owned(), Text::Name(key.to_owned()), resource.mark);
    let made = |kind: String, part: &str, attributes| Resource {
        kind,
        name: format!("{}.{part}", resource.name),
        data_source: false,
        attributes,
        mark: resource.mark,
    };
    let mut found = Vec::new();
    for (event, attributes) in events.into_iter().take(MOST) {
        let Some(kind) = attributes.iter().find(|(name, ..)| name == "Type").and_then(|(_, text, _)| text.as_literal()) else { continue };
        let properties = attributes.iter().filter_map(|(name, text, mark)| Some((name.strip_prefix("Properties.")?.to_owned(), text.clone(), *mark)));
        let attributes = std::iter::once(own("Function")).chain(properties).collect();
        found.push(made(format!("AWS::Serverless::Event::{kind}"), event, attributes));
    }
    if !url.is_empty() {
        url.push(own("TargetFunctionArn"));
        found.push(made("AWS::Lambda::Url".to_owned(), "Url", url));
    }
    found
}
