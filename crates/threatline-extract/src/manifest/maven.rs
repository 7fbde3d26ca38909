//! Maven: `pom.xml`.
//!
//! Properties are filled in from the same file; what only a parent elsewhere defines stays as written.
//! `dependencyManagement` and `pluginManagement` only lend versions, so nothing is taken from them.

use super::draft::Draft;
use super::xml;
use crate::lines::Lines;
use roxmltree::Node;
use std::collections::BTreeMap;
use threatline_facts::infra::{ImageSource, InfraFact};
use threatline_facts::{Ecosystem, Extracted};

/// Plugins that make a program of the module.
const PROGRAM_PLUGINS: [&str; 5] =
    ["spring-boot-maven-plugin", "quarkus-maven-plugin", "micronaut-maven-plugin", "helidon-maven-plugin", "native-maven-plugin"];

/// Reads one `pom.xml`.
pub fn read(text: &str) -> Extracted {
    let document = match xml::parse(text) {
        Ok(document) => document,
        Err(reason) => return Extracted::lost(reason),
    };
    let project = document.root_element();
    if project.tag_name().name() != "project" {
        return Extracted::lost("not a Maven project");
    }
    let pom = Pom { properties: properties(project), lines: Lines::new(text) };
    let mut draft = Draft::new(Ecosystem::Maven);
    if let Some(artifact) = child(project, "artifactId") {
        draft.name = Some((pom.coordinates(project), pom.line(artifact)));
    }
    pom.scope(&mut draft, project);
    for profile in children(project, "profiles").flat_map(|profiles| children(profiles, "profile")) {
        pom.scope(&mut draft, profile);
    }
    draft.runs = pom.runs(project);
    pom.generators(&mut draft, project);
    if let Some(parent) = child(project, "parent")
        && let Some(path) = child(parent, "relativePath").and_then(|path| path.text()).filter(|path| !path.trim().is_empty())
    {
        draft.sibling(&pom.coordinates(parent), path.trim().trim_end_matches("pom.xml"));
    }
    let images = if draft.runs == Some(false) { Vec::new() } else { pom.images(project) };
    let mut out = draft.finish();
    for (image, line) in images {
        let mark = out.mark(line, line);
        // the module itself is what goes into it, wherever its Dockerfile lies
        out.say(InfraFact::ImageSource(ImageSource { image, context: ".".to_owned(), dockerfile: None, mark }));
    }
    out
}

/// Beginnings of the names of generators that make servers.
const SERVER_GENERATORS: [&str; 8] =
    ["spring", "kotlin-spring", "jaxrs", "java-micronaut-server", "java-helidon-server", "java-vertx-web", "java-undertow-server", "kotlin-server"];

/// Plugins that build an image of the module, and where its name stands below their configuration.
const IMAGE_PLUGINS: [(&str, &[&str]); 6] = [
    ("docker-maven-plugin", &["imageName"]),
    ("docker-maven-plugin", &["images", "image", "name"]),
    ("dockerfile-maven-plugin", &["repository"]),
    ("jib-maven-plugin", &["to", "image"]),
    ("spring-boot-maven-plugin", &["image", "name"]),
    ("kubernetes-maven-plugin", &["images", "image", "name"]),
];

struct Pom {
    properties: BTreeMap<String, String>,
    lines: Lines,
}

impl Pom {
    /// Dependencies and modules of the project or of one of its profiles.
    fn scope(&self, draft: &mut Draft, scope: Node<'_, '_>) {
        for dependency in children(scope, "dependencies").flat_map(|list| children(list, "dependency")) {
            let development = child(dependency, "scope").and_then(|scope| scope.text()).is_some_and(|scope| scope.trim() == "test");
            let place = child(dependency, "artifactId").unwrap_or(dependency);
            draft.depend(&self.coordinates(dependency), self.line(place), development);
        }
        for module in children(scope, "modules").flat_map(|list| children(list, "module")) {
            draft.member(&self.fill(module.text().unwrap_or_default()));
        }
    }

    /// A plugin or the packaging tells that a program is made; a `pom` is only a folder of others.
    fn runs(&self, project: Node<'_, '_>) -> Option<bool> {
        let plugins = child(project, "build").and_then(|build| child(build, "plugins"));
        let mut plugins = plugins.into_iter().flat_map(|list| children(list, "plugin"));
        let program = plugins.any(|plugin| {
            let name = child(plugin, "artifactId").and_then(|name| name.text());
            name.is_some_and(|name| PROGRAM_PLUGINS.contains(&name.trim()))
        });
        match child(project, "packaging").and_then(|packaging| packaging.text()).map(str::trim) {
            Some("pom") => Some(false),
            Some("war" | "ear") => Some(true),
            _ => program.then_some(true),
        }
    }

    /// A plugin that makes a server's interfaces of a definition is used to build; one that makes a client is nothing of the program's.
    fn generators(&self, draft: &mut Draft, project: Node<'_, '_>) {
        for plugin in plugins(project).filter(|plugin| name_of(*plugin) == "openapi-generator-maven-plugin") {
            let generators = configurations(plugin).into_iter().filter_map(|configuration| child(configuration, "generatorName")?.text());
            if generators.into_iter().any(|name| SERVER_GENERATORS.iter().any(|server| name.trim().starts_with(server))) {
                draft.depend(&self.coordinates(plugin), self.line(plugin), true);
            }
        }
    }

    /// Names of images that the build makes of the module, where this file says them whole.
    fn images(&self, project: Node<'_, '_>) -> Vec<(String, u32)> {
        let mut found = Vec::new();
        for plugin in plugins(project) {
            let (name, told) = (name_of(plugin), configurations(plugin));
            for (_, path) in IMAGE_PLUGINS.iter().filter(|(known, _)| *known == name) {
                for node in told.iter().filter_map(|configuration| path.iter().try_fold(*configuration, |node, name| child(node, name))) {
                    let image = self.fill(node.text().unwrap_or_default());
                    let image = image.split('@').next().unwrap_or(&image);
                    let last = image.rsplit('/').next().unwrap_or(image);
                    let plain = last.split(':').next().unwrap_or(last);
                    if !plain.is_empty() && !plain.contains(['$', '%', '{']) {
                        found.push((format!("{}{plain}", &image[..image.len() - last.len()]), self.line(node)));
                    }
                }
            }
        }
        found
    }

    /// `group:artifact`; the group of a project may stand in its parent only.
    fn coordinates(&self, holder: Node<'_, '_>) -> String {
        let own = |name| child(holder, name).and_then(|node| node.text());
        let inherited = || child(child(holder, "parent")?, "groupId")?.text();
        let artifact = self.fill(own("artifactId").unwrap_or_default());
        match own("groupId").or_else(inherited) {
            Some(group) => format!("{}:{artifact}", self.fill(group)),
            None => artifact,
        }
    }

    /// Replaces `${…}` by what this file says; a property may use another, but not without end.
    fn fill(&self, text: &str) -> String {
        let mut text = text.trim().to_owned();
        for _ in 0..4 {
            let Some((before, after)) = text.split_once("${").and_then(|(before, rest)| Some((before, rest.split_once('}')?))) else { break };
            let (name, rest) = after;
            let Some(value) = self.properties.get(name).filter(|value| value.len() < 200) else { break };
            text = format!("{before}{value}{rest}");
        }
        text
    }

    fn line(&self, node: Node<'_, '_>) -> u32 {
        self.lines.at(node.range().start)
    }
}

/// Plugins of the build, and of those of its profiles.
fn plugins<'d, 'i: 'd>(project: Node<'d, 'i>) -> impl Iterator<Item = Node<'d, 'i>> {
    let profiles = children(project, "profiles").flat_map(|profiles| children(profiles, "profile"));
    let builds = std::iter::once(project).chain(profiles).filter_map(|scope| child(scope, "build"));
    builds.filter_map(|build| child(build, "plugins")).flat_map(|plugins| children(plugins, "plugin"))
}

fn name_of<'d>(plugin: Node<'d, '_>) -> &'d str {
    child(plugin, "artifactId").and_then(|name| name.text()).unwrap_or_default().trim()
}

/// What a plugin is configured with, as a whole and for each of its executions.
fn configurations<'d, 'i: 'd>(plugin: Node<'d, 'i>) -> Vec<Node<'d, 'i>> {
    let executions = children(plugin, "executions").flat_map(|list| children(list, "execution"));
    std::iter::once(plugin).chain(executions).filter_map(|holder| child(holder, "configuration")).collect()
}

fn properties(project: Node<'_, '_>) -> BTreeMap<String, String> {
    let mut properties = BTreeMap::new();
    let mut put = |name: String, node: Option<Node<'_, '_>>| {
        if let Some(text) = node.and_then(|node| node.text()) {
            properties.entry(name).or_insert_with(|| text.trim().to_owned());
        }
    };
    let parent = child(project, "parent");
    for key in ["groupId", "artifactId", "version"] {
        let inherited = parent.and_then(|parent| child(parent, key));
        let own = child(project, key).or_else(|| inherited.filter(|_| key != "artifactId"));
        put(format!("project.{key}"), own);
        put(format!("pom.{key}"), own);
        put(format!("project.parent.{key}"), inherited);
    }
    let profiles = children(project, "profiles").flat_map(|profiles| children(profiles, "profile"));
    let scopes: Vec<Node<'_, '_>> = std::iter::once(project).chain(profiles).collect();
    for property in scopes.into_iter().flat_map(|scope| children(scope, "properties")).flat_map(|list| list.children().filter(Node::is_element)) {
        put(property.tag_name().name().to_owned(), Some(property));
    }
    properties
}

fn children<'d, 'i: 'd>(node: Node<'d, 'i>, name: &'static str) -> impl Iterator<Item = Node<'d, 'i>> {
    node.children().filter(move |child| child.tag_name().name() == name)
}

fn child<'d, 'i: 'd>(node: Node<'d, 'i>, name: &'static str) -> Option<Node<'d, 'i>> {
    children(node, name).next()
}
