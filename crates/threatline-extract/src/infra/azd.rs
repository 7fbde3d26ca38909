//! The Azure Developer CLI (`azure.yaml`): which folder is deployed to the resource of which service.

use super::mark;
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{ImageSource, InfraFact};

/// Reads a document if it is that tool's; says whether it was. The resource bears the service's name in a tag, so the
/// tag stands for an image here.
pub(super) fn read(document: &Node, out: &mut Extracted) -> bool {
    let services = document.get("services").map_or(&[][..], Node::entries);
    let is_service = |service: &Node| service.str_at(&["host"]).is_some() && (service.str_at(&["project"]).is_some() || service.str_at(&["image"]).is_some());
    if document.str_at(&["name"]).is_none() || services.is_empty() || !services.iter().all(|service| is_service(&service.value)) {
        return false;
    }
    for service in services {
        let Some(project) = service.value.str_at(&["project"]) else { continue };
        let mark = mark(&service.value, out);
        let dockerfile = service.value.str_at(&["docker", "path"]).map(str::to_owned);
        out.say(InfraFact::ImageSource(ImageSource { image: format!("azd-service-name={}", service.key), context: project.to_owned(), dockerfile, mark }));
    }
    true
}
