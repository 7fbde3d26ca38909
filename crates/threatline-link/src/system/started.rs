//! Workloads that a program declares: the host of an application that names its services, where the source of each lies,
//! which images run beside them, and what each is handed of the others.
//!
//! Packs tell what a call declares, as resources of these kinds; here they become what a Compose file would say.

use super::draft::{folder_of, join};
use crate::Artifact;
use crate::compose::{CodeResource, Composed, Standing};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::infra::{Build, Container, Link, Platform, Port, Variable, VariableValue, Workload};
use threatline_facts::{Mark, Text};
use threatline_knowledge::catalogue;

/// Something that runs: `image` and `tag`; the `file` of a `project`, or its name as a word; `folder`, `dockerfile` in it; `product`
/// (a name of the catalogue); `environment.NAME`.
const SERVICE: &str = "Program::Service";
/// A part `of` a service that others are handed in its place: a database in a server.
const PART: &str = "Program::Part";
/// What `from` is handed the address of `to`.
const REFERENCE: &str = "Program::Reference";
/// People outside can reach `of`.
const PUBLIC: &str = "Program::Public";

/// Whether a kind is one of those.
pub(crate) fn is_one(kind: &str) -> bool {
    [SERVICE, PART, REFERENCE, PUBLIC].contains(&kind)
}

/// All of them, with the path of the file that declares each.
pub(crate) fn workloads(artifacts: &[Artifact<'_>], composed: &Composed) -> Vec<(Arc<str>, Workload)> {
    let declared: Vec<&CodeResource> = composed.resources.iter().filter(|found| is_one(&found.resource.kind) && found.standing == Standing::Made).collect();
    if declared.is_empty() {
        return Vec::new();
    }
    let program = Program { by_key: declared.iter().map(|found| (&*found.key, *found)).collect(), projects: projects(artifacts) };
    let of = |kind: &'static str, key: &'static str| {
        let program = &program;
        declared.iter().filter(move |found| found.resource.kind == kind).filter_map(move |found| Some((*found, program.named(found, key)?)))
    };
    let mut links: BTreeMap<&str, Vec<(&CodeResource, Mark)>> = BTreeMap::new();
    for (reference, from) in of(REFERENCE, "from") {
        if let Some(to) = program.named(reference, "to") {
            links.entry(&from.key).or_default().push((to, reference.place.mark));
        }
    }
    let public: BTreeMap<&str, Mark> = of(PUBLIC, "of").map(|(found, service)| (&*service.key, found.place.mark)).collect();
    let services = declared.iter().filter(|found| found.resource.kind == SERVICE);
    services.map(|service| (service.place.path.clone(), program.workload(service, links.get(&*service.key), public.get(&*service.key).copied()))).collect()
}

/// Projects that a program may name as words, by that word: the file's name, with `_` for what no word may hold.
fn projects(artifacts: &[Artifact<'_>]) -> BTreeMap<String, BTreeSet<Arc<str>>> {
    let mut out: BTreeMap<String, BTreeSet<Arc<str>>> = BTreeMap::new();
    for artifact in artifacts {
        let name = artifact.path.rsplit('/').next().unwrap_or_default();
        if let Some((stem, _)) = name.rsplit_once('.').filter(|(_, ending)| ending.ends_with("proj")) {
            let word = stem.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect();
            out.entry(word).or_default().insert(artifact.path.clone());
        }
    }
    out
}

struct Program<'a> {
    by_key: BTreeMap<&'a str, &'a CodeResource>,
    projects: BTreeMap<String, BTreeSet<Arc<str>>>,
}

impl<'a> Program<'a> {
    fn text<'r>(&self, of: &'r CodeResource, key: &str) -> Option<&'r Text> {
        of.resource.attributes.iter().find(|(name, ..)| name == key).map(|(_, text, _)| text)
    }

    fn named(&self, of: &CodeResource, key: &str) -> Option<&'a CodeResource> {
        self.behind(self.text(of, key)?)
    }

    fn behind(&self, text: &Text) -> Option<&'a CodeResource> {
        let Text::Name(key) = text else { return None };
        self.by_key.get(key.as_str()).copied()
    }

    /// The service that something is, or is part of.
    fn service(&self, of: &'a CodeResource) -> Option<&'a CodeResource> {
        let mut at = of;
        for _ in 0..4 {
            if at.resource.kind == SERVICE {
                return Some(at);
            }
            at = self.named(at, "of")?;
        }
        None
    }

    fn workload(&self, service: &CodeResource, links: Option<&Vec<(&'a CodeResource, Mark)>>, public: Option<Mark>) -> Workload {
        let mark = service.place.mark;
        let literal = |key: &str| self.text(service, key).and_then(Text::as_literal);
        let mut container = Container { name: service.resource.name.clone(), mark, ..Container::default() };
        container.image = literal("image").map(|image| match literal("tag") {
            Some(tag) if !image.contains(':') => Text::literal(format!("{image}:{tag}")),
            _ => Text::literal(image),
        });
        container.image_mark = container.image.is_some().then_some(mark);
        container.product = literal("product").filter(|_| container.image.is_none()).map(str::to_owned);
        container.build =
            self.context(service).map(|context| Build { context, dockerfile: literal("dockerfile").map(str::to_owned), target: None, args: Vec::new(), mark });
        container.ports.extend(public.map(|mark| Port {
            container: None,
            container_from: None,
            published: Some(Text::Unknown),
            host_ip: None,
            protocol: None,
            name: None,
            mark,
        }));
        let mut reached = Vec::new();
        for (to, mark) in links.into_iter().flatten() {
            let Some(server) = self.service(to).filter(|server| server.key != service.key) else { continue };
            reached.push(Link { service: server.resource.name.clone(), mark: *mark });
            container.environment.push(handed(to, server, *mark));
        }
        for (key, text, mark) in &service.resource.attributes {
            let Some(name) = key.strip_prefix("environment.") else { continue };
            let value = match self.behind(text).and_then(|found| self.service(found)) {
                Some(server) => Text::literal(address(server)),
                None => text.clone(),
            };
            container.environment.push(Variable { name: name.to_owned(), value: VariableValue::Text(value), mark: *mark });
        }
        let (kind, name) = (service.place.by.to_string(), service.resource.name.clone());
        Workload { containers: vec![container], links: reached, ..Workload::new(Platform::Program, kind, name, mark) }
    }

    /// The folder of a service's source, from the folder of the file that declares it.
    fn context(&self, service: &CodeResource) -> Option<String> {
        let text = |key: &str| self.text(service, key).and_then(Text::as_literal).map(|text| text.replace('\\', "/"));
        if let Some(folder) = text("folder") {
            return Some(folder);
        }
        if let Some(file) = text("file").filter(|file| file.ends_with("proj")) {
            return Some(folder_of(&file).to_owned());
        }
        let project = text("project")?;
        // the nearest of those that are called so
        let own = folder_of(&service.place.path);
        let shared = |path: &str| path.bytes().zip(own.bytes()).take_while(|(a, b)| a == b).count();
        let found = self.projects.get(&project)?.iter().max_by_key(|path| (shared(path), std::cmp::Reverse(path.len())))?;
        let up = "../".repeat(own.matches('/').count());
        Some(format!("{up}{}", folder_of(found))).filter(|context| join(own, context).is_some())
    }
}

/// Where a service answers, for those who are handed it.
fn address(server: &CodeResource) -> String {
    let product = server.resource.attributes.iter().any(|(key, ..)| matches!(key.as_str(), "image" | "product"));
    if product { server.resource.name.clone() } else { format!("http://{}", server.resource.name) }
}

/// What the host sets for who is handed another one: a connection string of what is no program of one's own, else an address by its name.
fn handed(to: &CodeResource, server: &CodeResource, mark: Mark) -> Variable {
    let text = |key: &str| server.resource.attributes.iter().find(|(name, ..)| name == key).and_then(|(_, text, _)| text.as_literal());
    let (name, value) = match text("image").or(text("product")) {
        None => (format!("services__{}__http__0", to.resource.name), address(server)),
        Some(product) => {
            let port = catalogue::image(product).and_then(|product| product.ports.first());
            (format!("ConnectionStrings__{}", to.resource.name), port.map_or_else(|| address(server), |port| format!("{}:{port}", address(server))))
        }
    };
    Variable { name, value: VariableValue::Text(Text::literal(value)), mark }
}
