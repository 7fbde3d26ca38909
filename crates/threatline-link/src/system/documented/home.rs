//! Which component a definition stands for. Where none can be meant, because nothing of the repository is the
//! service, or only code that nobody reads, one is made of the definition.
//!
//! A definition beside code whose routes were read is compared with them and adds nothing, wherever it lies: its paths
//! may be written with another prefix, and then all of it would be there twice.

use super::super::carried;
use super::super::draft::{Draft, folder_of, join, stem};
use super::super::flows::Around;
use super::super::said::{At, Said};
use super::super::source::Ownership;
use super::{Told, asyncapi, graphql, is_foreign, owner, shape, told};
use crate::compose::Composed;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::Mark;
use threatline_facts::spec::OpenApi;
use threatline_model::{ComponentKind, EntryPointKind, Environment, Evidence, EvidenceSource, Role};

/// Folders that are named for what lies in them, and not for a service.
const KINDS: &[&str] = &[
    "api",
    "apis",
    "api-docs",
    "apidocs",
    "assets",
    "config",
    "configs",
    "contract",
    "contracts",
    "definition",
    "definitions",
    "dist",
    "doc",
    "docs",
    "documentation",
    "gql",
    "graphql",
    "json",
    "main",
    "master",
    "oas",
    "openapi",
    "openapi-spec",
    "public",
    "redoc",
    "reference",
    "resource",
    "resources",
    "rest",
    "schema",
    "schemas",
    "spec",
    "specification",
    "specifications",
    "specs",
    "src",
    "static",
    "swagger",
    "swagger-ui",
    "yaml",
    "yml",
];

/// The components of definitions, by path.
#[derive(Default)]
pub(crate) struct Homes {
    of: BTreeMap<Arc<str>, usize>,
}

impl Homes {
    /// The component that the definition stands for.
    pub(crate) fn of(&self, path: &str) -> Option<usize> {
        self.of.get(path).copied()
    }
}

/// What is known of components before definitions are looked at.
pub(super) struct Known<'d> {
    pub(super) said: &'d Said<'d>,
    pub(super) in_test: &'d dyn Fn(&str) -> bool,
    /// Shapes of the paths that code answers.
    pub(super) web: BTreeMap<usize, Vec<String>>,
    /// Code answers GraphQL.
    pub(super) graphql: BTreeSet<usize>,
    /// Code of it was read.
    pub(super) read: BTreeSet<usize>,
}

impl<'d> Known<'d> {
    fn new(said: &'d Said<'d>, composed: &Composed, ownership: &Ownership, in_test: &'d dyn Fn(&str) -> bool) -> Self {
        let mut known = Known { said, in_test, web: BTreeMap::new(), graphql: BTreeSet::new(), read: BTreeSet::new() };
        for entry in &composed.entries {
            let Some(place) = entry.places.last().filter(|place| !in_test(&place.path)) else { continue };
            for &at in ownership.of(&place.path) {
                match entry.kind {
                    EntryPointKind::Http => known.web.entry(at).or_default().push(shape(&entry.path)),
                    EntryPointKind::Graphql => {
                        known.graphql.insert(at);
                    }
                    _ => {}
                }
            }
        }
        let mains = composed.mains.iter().map(|main| &main.place.path);
        let calls = composed.calls.iter().map(|call| &call.place.path);
        let entries = composed.entries.iter().filter_map(|entry| entry.places.last()).map(|place| &place.path);
        let libraries = composed.libraries.iter().map(|(_, place)| &place.path);
        let paths = mains.chain(calls).chain(entries).chain(libraries).filter(|path| !in_test(path));
        known.read.extend(paths.flat_map(|path| ownership.of(path)).copied());
        known
    }

    /// Code that was read answers at least half of it, wherever that code is said to run.
    fn answers(&self, operations: &[Told<'_>]) -> bool {
        let answered = operations.iter().filter(|told| self.answers_path(&told.route)).count();
        answered * 2 >= operations.len()
    }

    /// One of the paths is the other, but for what stands before.
    fn answers_path(&self, route: &str) -> bool {
        let wanted = shape(route);
        self.web.values().flatten().any(|path| path.len() > 1 && wanted.len() > 1 && (path.ends_with(&wanted) || wanted.ends_with(path.as_str())))
    }

    /// Components that may be a service whose routes nobody has seen.
    fn unseen(&self, drafts: &[Draft<'_>]) -> Vec<usize> {
        let runs = |draft: &Draft<'_>| draft.kind == ComponentKind::Process && draft.environment == Environment::Production && draft.protocol.is_none();
        let here = |draft: &Draft<'_>| !draft.descriptions.is_empty() || !draft.roots.is_empty();
        let found = drafts.iter().enumerate().filter(|(at, draft)| runs(draft) && here(draft) && !draft.has_role(Role::Gateway) && !self.web.contains_key(at));
        found.map(|(at, _)| at).collect()
    }
}

/// Finds the component of every definition, making those that are missing. Those in `taken` a gateway is given and
/// serves.
pub(crate) fn find<'a>(drafts: &mut Vec<Draft<'a>>, around: &Around<'_, '_>, taken: &BTreeMap<String, usize>) -> Homes {
    let Around { said, composed, ownership, in_test, .. } = *around;
    let known = Known::new(said, composed, ownership, in_test);
    let mut makes = Makes { before: drafts.len(), by_key: BTreeMap::new() };
    let mut homes = Homes::default();
    let given = given(said);
    let own = |document: &&At<'_, OpenApi>| !in_test(&document.path) && !is_foreign(document) && !taken.contains_key(&*document.path);
    for document in said.open_apis.iter().filter(own) {
        let operations = told(document, said);
        if operations.is_empty() || is_asked(document.it, drafts) {
            continue;
        }
        let given = given.get(&*document.path).and_then(|place| receiver(place, &drafts[..makes.before]));
        let place = match given.or_else(|| owner(&drafts[..makes.before], &document.path)) {
            Some(at) if given.is_some() || is_own(at, drafts, &known) => Place::Known(at),
            Some(_) => continue,
            None => loose(document, &operations, &drafts[..makes.before], &known),
        };
        if matches!(place, Place::Known(at) if !known.web.contains_key(&at)) && known.answers(&operations) {
            continue;
        }
        // what describes itself in XML is mostly kept beside code that calls it
        let is_called = matches!(document.it.form.as_deref(), Some("wsdl" | "odata"));
        if is_called && given.is_none() && matches!(place, Place::Known(at) if known.read.contains(&at)) {
            continue;
        }
        let is_new = matches!(place, Place::New);
        let evidence = Evidence::new(document.path.clone(), Some(document.it.mark), EvidenceSource::Specification, super::form(document.it));
        if let Some(at) = makes.settle(place, &document.path, document.it.title.as_deref(), evidence, drafts) {
            homes.of.insert(document.path.clone(), at);
            // the data of components that were there is known already
            let fields = operations.iter().flat_map(|told| told.operation.request_fields.iter().chain(&told.operation.response_fields));
            let classes = if is_new { carried::classes(fields) } else { BTreeSet::new() };
            if !classes.is_empty() {
                drafts[at].data.get_or_insert_with(BTreeSet::new).extend(classes);
            }
        }
    }
    for schema in said.schemas.iter().filter(|schema| !in_test(&schema.path)) {
        let given = given.get(&*schema.path).and_then(|place| receiver(place, &drafts[..makes.before]));
        let place = given.map_or_else(|| graphql::place(&schema.path, &drafts[..makes.before], &known), Place::Known);
        let evidence = Evidence::new(schema.path.clone(), Some(schema.it.mark), EvidenceSource::Specification, "graphql");
        if let Some(at) = makes.settle(place, &schema.path, None, evidence, drafts) {
            homes.of.insert(schema.path.clone(), at);
        }
    }
    for document in said.async_apis.iter().filter(|document| !in_test(&document.path)) {
        let place = asyncapi::place(&document.path, &drafts[..makes.before], &known);
        let evidence = Evidence::new(document.path.clone(), Some(document.it.mark), EvidenceSource::Specification, "asyncapi");
        if let Some(at) = makes.settle(place, &document.path, document.it.title.as_deref(), evidence, drafts) {
            homes.of.insert(document.path.clone(), at);
        }
    }
    homes
}

/// Files that a cloud's resource is given, with the place of the resource: a gateway's definition.
fn given(said: &Said<'_>) -> BTreeMap<String, (Arc<str>, Mark)> {
    let mut given = BTreeMap::new();
    for resource in &said.resources {
        let texts = resource.it.attributes.iter().map(|(_, text, _)| text.with_defaults());
        for text in texts.filter(|text| text.len() < 512 && [".yaml", ".yml", ".json", ".graphql", ".graphqls"].iter().any(|end| text.ends_with(end))) {
            if let Some(path) = join(folder_of(&resource.path), text.trim_start_matches("*/")) {
                given.insert(path, (resource.path.clone(), resource.it.mark));
            }
        }
        // a backend of Amplify keeps an API's schema in the folder of its name
        if resource.it.kind == "Amplify::Api" {
            let folder = format!("{}api/{}/", folder_of(&resource.path), resource.it.name);
            for schema in said.schemas.iter().filter(|schema| schema.path.starts_with(&folder)) {
                given.insert(schema.path.to_string(), (resource.path.clone(), resource.it.mark));
            }
        }
    }
    given
}

/// The component of a resource.
fn receiver((path, mark): &(Arc<str>, Mark), drafts: &[Draft<'_>]) -> Option<usize> {
    let shows = |draft: &Draft<'_>| draft.evidence.iter().any(|evidence| evidence.path == *path && evidence.mark == Some(*mark));
    drafts.iter().position(shows)
}

/// What a definition stands for.
pub(super) enum Place {
    /// That component.
    Known(usize),
    /// One that is not there yet.
    New,
    /// Nobody knows.
    Unclear,
}

/// Components that were made of definitions.
struct Makes {
    before: usize,
    by_key: BTreeMap<String, usize>,
}

impl Makes {
    fn settle(&mut self, place: Place, path: &str, title: Option<&str>, evidence: Evidence, drafts: &mut Vec<Draft<'_>>) -> Option<usize> {
        match place {
            Place::Unclear => None,
            Place::Known(at) => Some(at),
            Place::New => {
                let folder = service_folder(path);
                let name = folder.trim_end_matches('/').rsplit('/').next().filter(|name| !name.is_empty());
                let title = title.map(str::trim).filter(|title| !title.is_empty() && title.len() <= 80);
                let name = name.or(title).unwrap_or("api").to_owned();
                let at = *self.by_key.entry(format!("{folder}\0{name}")).or_insert_with(|| {
                    let mut draft = Draft::new(&name, folder, ComponentKind::Process);
                    draft.roles.insert(Role::Api);
                    drafts.push(draft);
                    drafts.len() - 1
                });
                drafts[at].evidence.push(evidence);
                Some(at)
            }
        }
    }
}

/// The folder of the service that a definition lies in; empty for the whole repository.
pub(super) fn service_folder(path: &str) -> &str {
    let mut folder = folder_of(path);
    while let Some(last) = folder.trim_end_matches('/').rsplit('/').next().filter(|last| !last.is_empty()) {
        let lower = last.to_ascii_lowercase();
        let version = lower.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
        if !version && !KINDS.contains(&lower.as_str()) {
            break;
        }
        folder = &folder[..folder.len() - last.len() - 1];
    }
    folder
}

/// A component whose folder holds the definition. Of one that is the whole repository it must be known that it serves,
/// or nothing of it was read: what is only called from here is often defined on top, too.
fn is_own(at: usize, drafts: &[Draft<'_>], known: &Known<'_>) -> bool {
    let whole = drafts[at].roots.iter().any(|root| root.folder.is_empty());
    let exposes = || known.said.dockerfiles.get("Dockerfile").is_some_and(|file| file.stages.iter().any(|stage| !stage.expose.is_empty()));
    !whole || known.web.contains_key(&at) || !known.read.contains(&at) || !drafts[at].ports.is_empty() || exposes()
}

/// Something here speaks to the server that it names: it is the definition of somebody else.
fn is_asked(document: &OpenApi, drafts: &[Draft<'_>]) -> bool {
    let hosts: Vec<&str> = document.servers.iter().filter_map(|server| server.split("://").nth(1)?.split(['/', ':']).next()).collect();
    let outside = drafts.iter().filter(|draft| draft.kind == ComponentKind::ExternalEntity);
    outside.flat_map(|draft| draft.aliases.iter().chain([&draft.name])).any(|name| hosts.contains(&name.as_str()))
}

/// A definition that lies in no component's folder, or in that of several.
fn loose(document: &At<'_, OpenApi>, operations: &[Told<'_>], drafts: &[Draft<'_>], known: &Known<'_>) -> Place {
    let folder = service_folder(&document.path);
    let unseen = known.unseen(drafts);
    let last = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let names: BTreeSet<String> = [Some(last), document.it.title.as_deref()].into_iter().flatten().map(stem).filter(|name| !name.is_empty()).collect();
    let named: Vec<usize> = unseen.iter().copied().filter(|at| names.contains(&stem(&drafts[*at].name))).collect();
    if let [only] = named.as_slice() {
        return Place::Known(*only);
    }
    if known.web.is_empty() {
        let open: Vec<usize> = unseen.iter().copied().filter(|at| !drafts[*at].ports.is_empty()).collect();
        return match (unseen.as_slice(), open.as_slice()) {
            ([], _) => Place::New,
            ([only], _) | (_, [only]) => Place::Known(*only),
            _ => Place::Unclear,
        };
    }
    let matches = operations.iter().any(|told| known.answers_path(&told.route));
    if !matches && stands_beside(folder, drafts, known) { Place::New } else { Place::Unclear }
}

/// The folder lies where the folders of other services lie, and holds none itself.
pub(super) fn stands_beside(folder: &str, drafts: &[Draft<'_>], known: &Known<'_>) -> bool {
    let above = folder_of(folder.trim_end_matches('/'));
    let roots = |at: &usize| drafts.get(*at).into_iter().flat_map(|draft| &draft.roots);
    let sibling = known.web.keys().flat_map(roots).any(|root| folder_of(root.folder.trim_end_matches('/')) == above && !root.folder.is_empty());
    let holds = drafts.iter().flat_map(|draft| &draft.roots).any(|root| root.folder.starts_with(folder));
    !folder.is_empty() && sibling && !holds
}
