//! The Azure Developer CLI's `azure.yaml`: which folders are deployed, under which name, and what hosts them.

use super::mark;
use crate::node::Node;
use threatline_facts::infra::{ImageSource, InfraFact, Resource};
use threatline_facts::{Extracted, Text};

/// Services of one file.
const MANY: usize = 200;

/// What hosts a service: the word, the kind, whether everybody may ask it.
const HOSTS: &[(&str, &str, bool)] = &[
    ("aks", "Azd::Aks", false),
    ("appservice", "Azd::AppService", true),
    ("containerapp", "Azd::ContainerApp", false),
    ("function", "Azd::Function", true),
    ("springapp", "Azd::SpringApp", true),
    ("staticwebapp", "Azd::StaticWebApp", true),
];

/// Reads a document if it is one; says whether it was.
pub(super) fn read(document: &Node, out: &mut Extracted) -> bool {
    let services = document.get("services").map_or(&[][..], Node::entries);
    let hosted = |node: &Node| node.str_at(&["host"]).is_some_and(|host| HOSTS.iter().any(|(word, ..)| *word == host)) && node.get("project").is_some();
    if document.str_at(&["name"]).is_none() || !services.iter().any(|entry| hosted(&entry.value)) {
        return false;
    }
    for entry in services.iter().take(MANY) {
        let host = entry.value.str_at(&["host"]).unwrap_or_default();
        let (Some((_, kind, open)), Some(project)) = (HOSTS.iter().find(|(word, ..)| *word == host), entry.value.str_at(&["project"])) else { continue };
        let mark = mark(&entry.value, out);
        // where Terraform makes the host, that bears the service's name in a tag, which stands for an image here
        let dockerfile = entry.value.str_at(&["docker", "path"]).map(str::to_owned);
        out.say(InfraFact::ImageSource(ImageSource { image: format!("azd-service-name={}", entry.key), context: project.to_owned(), dockerfile, mark }));
        let project = project.trim_start_matches("./").trim_end_matches('/');
        let attributes = vec![("project".to_owned(), Text::literal(if project.is_empty() { "." } else { project }), mark)];
        out.say(InfraFact::Resource(Resource { kind: (*kind).to_owned(), name: entry.key.clone(), data_source: false, attributes, mark }));
        if *open {
            let attributes = vec![("target".to_owned(), Text::Name(entry.key.clone()), mark)];
            out.say(InfraFact::Resource(Resource {
                kind: "Azd::Public".to_owned(),
                name: format!("{}.public", entry.key),
                data_source: false,
                attributes,
                mark,
            }));
        }
    }
    true
}
