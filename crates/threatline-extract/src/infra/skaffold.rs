//! Skaffold: which image is made from which folder.

use super::mark;
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{ImageSource, InfraFact};

/// Reads a document if it is Skaffold's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    if !document.str_at(&["apiVersion"]).is_some_and(|version| version.starts_with("skaffold/")) {
        return false;
    }
    let profiles = document.get("profiles").map_or(&[][..], Node::items);
    for part in std::iter::once(document).chain(profiles) {
        for artifact in part.at(&["build", "artifacts"]).map_or(&[][..], Node::items) {
            say(artifact, out);
        }
        super::chart::release::skaffold(part, out);
    }
    true
}

fn say(artifact: &Node, out: &mut Extracted) {
    let Some(image) = artifact.str_at(&["image"]) else { return };
    let text = |path: &[&str]| artifact.str_at(path).map(str::to_owned);
    let dockerfile = text(&["docker", "dockerfile"]).or_else(|| text(&["kaniko", "dockerfile"]));
    let context = text(&["context"]).or_else(|| text(&["workspace"])).unwrap_or_else(|| ".".to_owned());
    let mark = mark(artifact, out);
    out.say(InfraFact::ImageSource(ImageSource { image: image.to_owned(), context, dockerfile, mark }));
}
