//! NuGet: `*.csproj`.

use super::draft::Draft;
use super::xml;
use crate::lines::Lines;
use roxmltree::Node;
use threatline_facts::{Ecosystem, Extracted};

/// Reads one project file.
pub fn read(text: &str) -> Extracted {
    let document = match xml::parse(text) {
        Ok(document) => document,
        Err(reason) => return Extracted::lost(reason),
    };
    let project = document.root_element();
    if project.tag_name().name() != "Project" {
        return Extracted::lost("not an MSBuild project");
    }
    let lines = Lines::new(text);
    let line = |node: Node<'_, '_>| lines.at(node.range().start);
    let mut draft = Draft::new(Ecosystem::Nuget);
    let mut test = false;
    for node in project.descendants().filter(Node::is_element) {
        match (node.tag_name().name(), node.attribute("Include").map(str::trim)) {
            ("PackageReference", Some(name)) => draft.depend(name, line(node), is_private(node)),
            ("FrameworkReference", Some(name)) => draft.depend(name, line(node), false),
            ("ProjectReference", Some(path)) => {
                let file = path.rsplit(['\\', '/']).next().unwrap_or(path);
                draft.sibling(file.strip_suffix(".csproj").unwrap_or(file), path);
            }
            ("AssemblyName", _) => draft.name = text_of(node).map(|name| (name.to_owned(), line(node))),
            ("IsTestProject", _) => test = text_of(node).is_some_and(|text| text.eq_ignore_ascii_case("true")),
            _ => {}
        }
    }
    draft.runs = runs(project);
    // what a host of Aspire refers to it starts as programs of their own
    if is_kit(project, "Aspire.AppHost.Sdk") || draft.depends_on("Aspire.Hosting.AppHost") {
        draft.without_siblings();
    }
    if test || draft.depends_on("Microsoft.NET.Test.Sdk") {
        draft.all_development();
        draft.runs = Some(false);
    }
    draft.finish()
}

/// `OutputType` tells it; without one the web and worker kits make programs, and the plain one a library.
fn runs(project: Node<'_, '_>) -> Option<bool> {
    let output = project.descendants().find(|node| node.tag_name().name() == "OutputType").and_then(text_of);
    match output.map(str::to_ascii_lowercase).as_deref() {
        Some("exe" | "winexe") => return Some(true),
        Some("library" | "module") => return Some(false),
        _ => {}
    }
    let kit = project.attribute("Sdk").unwrap_or_default();
    let kits = ["Microsoft.NET.Sdk.Web", "Microsoft.NET.Sdk.Worker", "Microsoft.NET.Sdk.BlazorWebAssembly", "Aspire.AppHost.Sdk"];
    let program = kits.iter().any(|name| is_kit(project, name));
    // the plain kit makes a library where nothing else is said
    if program { Some(true) } else { (kit == "Microsoft.NET.Sdk").then_some(false) }
}

/// Whether a project is made with that kit, of whatever version, or takes it in beside another.
fn is_kit(project: Node<'_, '_>, name: &str) -> bool {
    let is_it = |kit: &str| kit == name || kit.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
    let beside = project.children().filter(|child| child.tag_name().name() == "Sdk").filter_map(|child| child.attribute("Name"));
    project.attribute("Sdk").into_iter().chain(beside).any(is_it)
}

/// Analysers and tools, which do not become part of the program.
fn is_private(node: Node<'_, '_>) -> bool {
    let inner = || node.children().find(|child| child.tag_name().name() == "PrivateAssets").and_then(text_of);
    node.attribute("PrivateAssets").or_else(inner).is_some_and(|assets| assets.eq_ignore_ascii_case("all"))
}

/// What an element says, unless MSBuild would have to compute it.
fn text_of<'d>(node: Node<'d, '_>) -> Option<&'d str> {
    node.text().map(str::trim).filter(|text| !text.is_empty() && !text.contains("$("))
}
